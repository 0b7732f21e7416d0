//! The bits of SQL behaviour that show through: `LIKE`, `->>`, and casts from text.

use jiff::civil::Date;
use serde_json::Value;

/// `text LIKE pattern`, or `ILIKE` where case does not count.
pub fn like(text: &str, pattern: &str, any_case: bool) -> bool {
    let fold = |s: &str| -> Vec<char> {
        if any_case {
            s.to_lowercase().chars().collect()
        } else {
            s.chars().collect()
        }
    };
    matches(&fold(text), &fold(pattern))
}

fn matches(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skip| matches(&text[skip..], rest)),
        ['_', rest @ ..] => !text.is_empty() && matches(&text[1..], rest),
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
            text.first() == Some(literal) && matches(&text[1..], rest)
        }
    }
}

/// `object ->> key`: null for a missing key and for JSON null, else the value's text.
pub fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// `text::numeric`.
pub fn numeric(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// `text::boolean`.
pub fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "t" | "tr" | "tru" | "true" | "y" | "ye" | "yes" | "on" | "1" => Some(true),
        "f" | "fa" | "fal" | "fals" | "false" | "n" | "no" | "of" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `text::date` for the spellings people send: ISO dates with or without a time, and `M/D/Y`.
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let day = text.split(['T', ' ']).next()?;
    day.parse()
        .ok()
        .or_else(|| Date::strptime("%m/%d/%Y", day).ok())
}
