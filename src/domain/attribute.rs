//! Custom attributes: their types, definitions, and the way between a value and its text.
//!
//! Whether a text is acceptable is judged in `domain::validate`; this file only converts.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type that a definition gives an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// Free text.
    Text,
    /// A number; kept digit for digit.
    Number,
    /// A number meant as money.
    Currency,
    /// A number meant as per cent.
    Percent,
    /// An absolute address.
    Link,
    /// A day.
    Date,
    /// One of the definition's values.
    List,
    /// Yes or no.
    Checkbox,
}

impl AttributeType {
    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Link => "link",
            Self::Date => "date",
            Self::List => "list",
            Self::Checkbox => "checkbox",
        }
    }

    /// Whether the value is a number.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Currency | Self::Percent)
    }
}

/// What the account says about one attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// The key on the contact.
    pub key: String,
    /// What a person calls it.
    pub label: String,
    /// Its type.
    pub kind: AttributeType,
    /// A sentence about it, where there is one.
    #[serde(default)]
    pub description: Option<String>,
    /// The values of a list.
    #[serde(default)]
    pub values: Vec<String>,
    /// A pattern for texts, as stored by the provider: `/…/flags` or bare, JavaScript dialect.
    #[serde(default)]
    pub pattern: Option<String>,
    /// What to say when the pattern does not match.
    #[serde(default)]
    pub pattern_hint: Option<String>,
    /// Whether a day is stored as the time at which it begins, `2026-05-01T00:00:00.000Z`.
    #[serde(default)]
    pub days_as_times: bool,
}

impl AttributeDefinition {
    /// The value for an entered text, in the form in which the account's other programs write it. As
    /// [`value_of`] otherwise.
    ///
    /// # Errors
    /// As [`value_of`].
    pub fn value_of(&self, text: &str, current: Option<&Value>) -> Result<Value, String> {
        let value = value_of(self.kind, text, current)?;
        if self.kind != AttributeType::Date || !self.days_as_times || Some(&value) == current {
            return Ok(value);
        }
        let begins = |day: Date| day.to_zoned(TimeZone::UTC).map(|z| z.timestamp());
        let day = text.parse::<Date>().ok().filter(|d| d.to_string() == text);
        let Some(begins) = day.and_then(|day| begins(day).ok()) else {
            return Ok(value);
        };
        // The same moment, however it is written there, is no change.
        let stored = current.and_then(Value::as_str);
        if let Some(stored) = stored
            && stored.parse().ok() == Some(begins)
        {
            return Ok(Value::String(stored.to_string()));
        }
        Ok(Value::String(format!("{text}T00:00:00.000Z")))
    }
}

/// The text that a form shows for a value: strings as they are, `true`/`false`, numbers digit for
/// digit, other shapes as compact JSON.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// Whether two values are the same, numbers by what they are worth: 12.5 and 12.50 are, 5 and 5.0 are.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => worth(&a.to_string()) == worth(&b.to_string()),
        _ => a == b,
    }
}

/// A number's sign, digits without zeros at either end, and the power of ten of the last digit. Exact
/// for any length; the text as it is where it is no plain number.
fn worth(text: &str) -> Result<(bool, String, i64), String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, power)) => (
            mantissa,
            power.parse::<i64>().map_err(|_| text.to_string())?,
        ),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let cut = digits.trim_end_matches('0');
    let dropped = digits.len() - cut.len();
    let digits = cut.trim_start_matches('0').to_string();
    if digits.is_empty() {
        return Ok((false, digits, 0));
    }
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let dropped = i64::try_from(dropped).unwrap_or(i64::MAX);
    Ok((
        negative,
        digits,
        exponent.saturating_sub(places).saturating_add(dropped),
    ))
}

/// The value for an entered text under a type. `current` is the stored value: text that shows it
/// unchanged gives it back unchanged, whatever its shape.
///
/// # Errors
/// A sentence saying what would be right.
pub fn value_of(kind: AttributeType, text: &str, current: Option<&Value>) -> Result<Value, String> {
    if let Some(current) = current
        && text_of(current) == text
    {
        return Ok(current.clone());
    }
    match kind {
        AttributeType::Number | AttributeType::Currency | AttributeType::Percent => {
            let trimmed = text.trim();
            let parsed: Result<serde_json::Number, _> = serde_json::from_str(trimmed);
            parsed
                .map(Value::Number)
                .map_err(|_| format!("{text:?} is not a number; write digits such as 12 or 12.50"))
        }
        AttributeType::Checkbox => match text.trim() {
            "true" | "yes" => Ok(Value::Bool(true)),
            "false" | "no" => Ok(Value::Bool(false)),
            _ => Err(format!("{text:?} is neither yes nor no")),
        },
        AttributeType::Text | AttributeType::Link | AttributeType::Date | AttributeType::List => {
            Ok(Value::String(text.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, json};

    use super::{AttributeDefinition, AttributeType, same};

    #[test]
    fn section_9_days_are_written_as_the_dashboard_writes_them() {
        let definition = |days_as_times| AttributeDefinition {
            key: "renewal".into(),
            label: "Renewal".into(),
            kind: AttributeType::Date,
            description: None,
            values: Vec::new(),
            pattern: None,
            pattern_hint: None,
            days_as_times,
        };
        for (text, stored, wanted) in [
            ("2026-05-01", None, "2026-05-01T00:00:00.000Z"),
            ("2026-05-01", Some("2026-04-01"), "2026-05-01T00:00:00.000Z"),
            // What stands there is left as it is.
            ("2026-05-01", Some("2026-05-01"), "2026-05-01"),
            (
                "2026-05-01",
                Some("2026-05-01T00:00:00Z"),
                "2026-05-01T00:00:00Z",
            ),
            ("2026-05-01T08:30:00Z", None, "2026-05-01T08:30:00Z"),
            ("0026-5-1", None, "0026-5-1"),
        ] {
            let stored = stored.map(|s| json!(s));
            let value = definition(true).value_of(text, stored.as_ref());
            assert_eq!(value, Ok(json!(wanted)), "{text} on {stored:?}");
            let plain = definition(false).value_of(text, None);
            assert_eq!(plain, Ok(json!(text)));
        }
    }

    #[test]
    fn numbers_are_the_same_by_worth_and_texts_by_spelling() {
        let value = |text: &str| -> Value { from_str(text).unwrap() };
        for (a, b, expected) in [
            ("12.5", "12.50", true),
            ("5", "5.0", true),
            ("500", "5e2", true),
            ("-0", "0", true),
            ("0.10", "1e-1", true),
            ("12345678901234567890123", "12345678901234567890124", false),
            ("1", "-1", false),
            ("10", "1", false),
            ("\"5\"", "5", false),
            ("\"5\"", "\"5.0\"", false),
            ("true", "true", true),
        ] {
            assert_eq!(same(&value(a), &value(b)), expected, "{a} {b}");
        }
    }
}
