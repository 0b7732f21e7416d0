//! Chatwoot's JSON under Chatwoot's own names: envelopes, and members with the looseness that servers of
//! different age need. What a member means to cardex is decided in `map`.
//!
//! Objects are read by hand rather than derived, so that a member of the wrong type is named in the error
//! and numbers keep their digits.

use serde_json::{Map, Value};

use crate::provider::DecodeError;

/// A JSON object.
pub type Object = Map<String, Value>;

/// A page of contacts: `{"meta":{…},"payload":[…]}`.
#[derive(Debug)]
pub struct Listing<'a> {
    /// The rows.
    pub payload: &'a [Value],
    /// `meta.count`: all matches, or in a search of newer servers the rows of this page. Null after a
    /// search for nothing.
    pub count: Option<u64>,
    /// `meta.has_more`: only in a search of newer servers, where `count` is no total.
    pub has_more: Option<bool>,
}

/// What kind of JSON a value is, for sentences.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn wrong(what: &str, expected: &str, value: &Value) -> DecodeError {
    DecodeError(format!(
        "{what}: {expected} was expected, {} came",
        kind(value)
    ))
}

/// The value as an object.
pub fn object<'a>(what: &str, value: &'a Value) -> Result<&'a Object, DecodeError> {
    value
        .as_object()
        .ok_or_else(|| wrong(what, "an object", value))
}

/// The value as a list.
pub fn list<'a>(what: &str, value: &'a Value) -> Result<&'a [Value], DecodeError> {
    let items = value.as_array().ok_or_else(|| wrong(what, "a list", value));
    items.map(Vec::as_slice)
}

/// The list under `payload`.
pub fn payload_list(body: &Value) -> Result<&[Value], DecodeError> {
    let payload = object("the answer", body)?.get("payload");
    list("payload", payload.unwrap_or(&Value::Null))
}

/// A page of contacts.
pub fn listing(body: &Value) -> Result<Listing<'_>, DecodeError> {
    let payload = payload_list(body)?;
    let meta = body.get("meta").and_then(Value::as_object);
    let meta = |key: &str| meta.and_then(|m| m.get(key));
    Ok(Listing {
        payload,
        count: meta("count").and_then(number),
        has_more: meta("has_more").and_then(Value::as_bool),
    })
}

/// The contact of an answer: under `payload` (show, update), under `payload.contact` (create, and update
/// as documented), or the answer itself (merge).
pub fn contact(body: &Value) -> Result<&Object, DecodeError> {
    let body = object("the answer", body)?;
    let payload = match body.get("payload") {
        Some(payload) => object("payload", payload)?,
        None => body,
    };
    match payload.get("contact") {
        Some(contact) if !payload.contains_key("id") => object("payload.contact", contact),
        _ => Ok(payload),
    }
}

/// A whole number, also one written as a text.
pub fn number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    }
}

/// A member that is a text or nothing; absent, null and `""` are all nothing. A number is its digits.
pub fn text(object: &Object, key: &str) -> Result<String, DecodeError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(other) => Err(wrong(key, "a text", other)),
    }
}

/// A member that is yes, no or absent.
pub fn flag(object: &Object, key: &str) -> Result<Option<bool>, DecodeError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(yes)) => Ok(Some(*yes)),
        Some(other) => Err(wrong(key, "yes or no", other)),
    }
}

/// A member that is an object; absent, null and `""` are an empty one.
pub fn entries(object: &Object, key: &str) -> Result<Object, DecodeError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(Object::new()),
        Some(Value::String(text)) if text.is_empty() => Ok(Object::new()),
        Some(Value::Object(entries)) => Ok(entries.clone()),
        Some(other) => Err(wrong(key, "an object", other)),
    }
}

/// A list of texts under a member; absent and null are an empty one, numbers are their digits.
pub fn texts(what: &str, values: &[Value]) -> Result<Vec<String>, DecodeError> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(wrong(what, "a text", other)),
    };
    values.iter().map(one).collect()
}
