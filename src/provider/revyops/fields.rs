//! Custom fields as RevyOps answers them: an array, an object by name, or a text that holds the JSON of
//! either, under one of two members. How they are written is `map`'s.
//!
//! The vendor's pages of list and get type the member as a text and show a second one with `_input` behind
//! its name; create and update differ in the name as well. Most likely a slip of the generator: whatever
//! comes is read.

use serde_json::{Map, Value};

use super::wire::outline;

/// The member of an update, and of most answers.
pub const MEMBER: &str = "contact_custom_fields";

/// The member that stands beside it, or in its place.
pub const INPUT: &str = "contact_custom_fields_input";

/// Custom fields in the order in which they came, values as they came; a null is a field without a value.
pub type Fields = Vec<(String, Value)>;

/// What a contact says about its custom fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// These, maybe none.
    All(Fields),
    /// Neither member is there.
    Nothing,
    /// Something that can not be read, in words.
    Unreadable(String),
}

/// Reads them. Of two members the one with more fields counts; beside one that can not be read, an empty one
/// does not say that there are none.
pub fn read(contact: &Map<String, Value>) -> Told {
    let members = [MEMBER, INPUT].into_iter();
    let there = members.filter_map(|name| Some((name, contact.get(name)?)));
    let mut told = Told::Nothing;
    for (name, value) in there {
        match (list(value), &told) {
            (Some(found), Told::All(best)) if found.len() <= best.len() => {}
            (Some(found), Told::Unreadable(_)) if found.is_empty() => {}
            (Some(found), _) => told = Told::All(found),
            (None, Told::Unreadable(_)) => {}
            (None, Told::All(best)) if !best.is_empty() => {}
            (None, _) => told = Told::Unreadable(format!("{name} is {}", outline(value))),
        }
    }
    told
}

/// The form in which they came, for `accounts check`.
pub fn form(contact: &Map<String, Value>) -> Option<String> {
    let members = [MEMBER, INPUT].into_iter();
    let there = members.filter_map(|name| Some((name, contact.get(name)?)));
    let forms: Vec<String> = there
        .map(|(name, value)| {
            let form = match value {
                Value::Null => "null",
                Value::Array(_) => "an array",
                Value::Object(_) => "an object by name",
                Value::String(_) => "a text",
                Value::Bool(_) | Value::Number(_) => "something unexpected",
            };
            format!("{form} in {name}")
        })
        .collect();
    (!forms.is_empty()).then(|| forms.join(" and "))
}

fn list(value: &Value) -> Option<Fields> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(entries) => entries.iter().map(entry).collect(),
        Value::Object(by_name) => {
            let entries = by_name.iter();
            Some(entries.map(|(name, v)| named(name, v)).collect())
        }
        Value::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Value::String(text) => match serde_json::from_str(text).ok()? {
            inner @ (Value::Null | Value::Array(_) | Value::Object(_)) => list(&inner),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        },
        Value::Bool(_) | Value::Number(_) => None,
    }
}

fn entry(entry: &Value) -> Option<(String, Value)> {
    let name = entry.get("field_name")?.as_str()?.to_string();
    let value = entry.get("field_value").unwrap_or(&Value::Null);
    Some((name, value.clone()))
}

/// A field of the object form; its value may be the field as the array would hold it.
fn named(name: &str, value: &Value) -> (String, Value) {
    let inner = value.get("field_value").unwrap_or(value);
    (name.to_string(), inner.clone())
}
