//! Custom attributes, by the type that their definition gives them.

use serde_json::Value;

use super::{Problem, clean, date, pattern, refusal, unique};
use crate::domain::attribute::{AttributeDefinition, AttributeType, text_of, value_of};
use crate::domain::field::AttributeSpec;
use crate::domain::fold::fold;
use crate::domain::validate::field::{is_web_address, web_repair};

/// Checks the text entered for an attribute. `current` is the stored value: its text unchanged is never a
/// problem, whatever it is. An attribute without definition is of the provider's `untyped` kind.
pub fn attribute(
    definition: Option<&AttributeDefinition>,
    spec: &AttributeSpec,
    name: &str,
    text: &str,
    current: Option<&Value>,
) -> Option<Problem> {
    if current.is_some_and(|value| text_of(value) == text) {
        return None;
    }
    if let Some(reason) = refusal(spec.access) {
        return Some(Problem::error(format!("can not be set: {reason}")));
    }
    if let Some(shape) = current.and_then(odd_shape) {
        let message = format!("is {shape}, which is only shown; it can be removed, not edited");
        return Some(Problem::error(message));
    }
    let length = text.chars().count();
    if let Some(most) = spec.max_chars.filter(|most| length > *most) {
        return Some(Problem::error(format!(
            "has {length} characters; {most} at most are accepted"
        )));
    }
    let kind = definition.map_or(spec.untyped, |d| d.kind);
    if text.is_empty() {
        return empty(spec, kind);
    }
    let problem = match kind {
        AttributeType::Number | AttributeType::Currency | AttributeType::Percent => {
            number(kind, text)
        }
        AttributeType::Checkbox => checkbox(text),
        AttributeType::Date => date::check(text),
        AttributeType::Link => link(text),
        AttributeType::List => list(definition.map_or(&[], |d| d.values.as_slice()), text),
        AttributeType::Text => definition.and_then(|d| free_text(d, text)),
    };
    problem.or_else(|| {
        // Said once, when the attribute is new; who edits a stored one knows that it is there.
        let note = spec.undefined_note?;
        let is_new = definition.is_none() && current.is_none();
        let shown = crate::domain::shown::one_line(name);
        is_new.then(|| Problem::warning(format!("{shown:?} is {note}")))
    })
}

/// The shape of a value that no text stands for.
fn odd_shape(value: &Value) -> Option<&'static str> {
    match value {
        Value::Array(_) => Some("a list"),
        Value::Object(_) => Some("an object"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn empty(spec: &AttributeSpec, kind: AttributeType) -> Option<Problem> {
    if spec.empty_removes {
        return Some(Problem::warning("an empty text removes the attribute here"));
    }
    if kind == AttributeType::Text {
        return None;
    }
    let label = kind.label();
    Some(Problem::error(format!(
        "a {label} can not be empty; remove the attribute instead"
    )))
}

fn number(kind: AttributeType, text: &str) -> Option<Problem> {
    let message = value_of(kind, text, None).err()?;
    let repair = number_repair(text).filter(|r| value_of(kind, r, None).is_ok());
    Some(Problem::error(message).with_repair(repair))
}

/// The number that is surely meant: without blanks, `%`, currency sign, plus and leading zeros, with a point.
fn number_repair(text: &str) -> Option<String> {
    let bare: String = fold(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '%' | '$' | '€' | '£' | '¥' | '\'' | '’'))
        .collect();
    let bare = bare.strip_prefix('+').unwrap_or(&bare);
    let (sign, bare) = match bare.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", bare),
    };
    let (whole, part) = split_decimal(bare)?;
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(&whole) || !all_digits(&part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    Some(match part.is_empty() {
        true => format!("{sign}{whole}"),
        false => format!("{sign}{whole}.{part}"),
    })
}

/// Whole and decimal digits. `1,234` is open to doubt; `12,50`, `1,234.50` and `1.234,50` are not.
fn split_decimal(text: &str) -> Option<(String, String)> {
    let grouped = |whole: &str, by: char| {
        let mut groups = whole.split(by);
        let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()));
        (first && groups.all(|g| g.len() == 3)).then(|| whole.replace(by, ""))
    };
    match (text.rfind(','), text.rfind('.')) {
        (None, None) => Some((text.to_string(), String::new())),
        (None, Some(_)) => {
            let (whole, part) = text.split_once('.')?;
            Some((whole.to_string(), part.to_string()))
        }
        (Some(_), None) => {
            let (whole, part) = text.split_once(',')?;
            (part.len() != 3).then(|| (whole.to_string(), part.to_string()))
        }
        (Some(comma), Some(point)) => {
            let (by, at) = if comma < point {
                (',', point)
            } else {
                ('.', comma)
            };
            let (whole, part) = (text.get(..at)?, text.get(at + 1..)?);
            Some((grouped(whole, by)?, part.to_string()))
        }
    }
}

fn checkbox(text: &str) -> Option<Problem> {
    let message = value_of(AttributeType::Checkbox, text, None).err()?;
    let repair = match fold(text).trim() {
        "yes" | "y" | "true" | "1" | "on" => Some("yes"),
        "no" | "n" | "false" | "0" | "off" => Some("no"),
        _ => None,
    };
    Some(Problem::error(message).with_repair(repair.map(str::to_string)))
}

fn link(text: &str) -> Option<Problem> {
    if is_web_address(text) {
        return None;
    }
    let other_scheme = url::Url::parse(text).is_ok() && text.trim() == text;
    if other_scheme && !text.contains(char::is_whitespace) && web_repair(text).is_none() {
        return Some(Problem::warning(
            "is no http or https address; it may not open where it is shown",
        ));
    }
    let message = "is not a whole address; write it such as https://example.org/page";
    Some(Problem::error(message).with_repair(web_repair(text)))
}

fn list(values: &[String], text: &str) -> Option<Problem> {
    if values.is_empty() || values.iter().any(|v| v == text) {
        return None;
    }
    let wanted = fold(text);
    let repair = unique(values.iter().filter(|v| fold(v).trim() == wanted.trim())).cloned();
    let some: Vec<String> = values.iter().take(8).map(|v| clean(v)).collect();
    let more = if values.len() > some.len() {
        ", …"
    } else {
        ""
    };
    let message = format!("is not in the list; it has {}{more}", some.join(", "));
    Some(Problem::error(message).with_repair(repair))
}

fn free_text(definition: &AttributeDefinition, text: &str) -> Option<Problem> {
    let stored = definition
        .pattern
        .as_deref()
        .filter(|p| !p.trim().is_empty())?;
    match pattern::check(stored, text) {
        pattern::Outcome::Matches => None,
        pattern::Outcome::Differs => {
            let hint = definition.pattern_hint.as_deref().map(str::trim);
            let message = match hint.filter(|h| !h.is_empty()) {
                Some(hint) => clean(hint),
                None => format!("does not match the pattern {}", clean(stored)),
            };
            let trimmed = text.trim();
            let repair = trimmed != text
                && matches!(pattern::check(stored, trimmed), pattern::Outcome::Matches);
            Some(Problem::error(message).with_repair(repair.then(|| trimmed.to_string())))
        }
        pattern::Outcome::Unchecked(why) => Some(Problem::warning(format!(
            "could not be checked against its pattern: {why}"
        ))),
    }
}
