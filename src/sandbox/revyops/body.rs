//! Request bodies: JSON, URL-encoded and multipart forms, all made into one JSON object.

use serde_json::{Map, Value, json};

use super::reply::Problem;
use crate::sandbox::{Received, query};

const FIELDS: [&str; 2] = ["contact_custom_fields", "contact_custom_fields_input"];

/// A request's body.
#[derive(Debug, Clone)]
pub(super) struct Body {
    /// Its members.
    pub(super) members: Map<String, Value>,
    /// Whether it came as a form, where everything is text.
    pub(super) form: bool,
}

/// Reads a body; an empty one has no members, whatever its type.
///
/// # Errors
/// A type that is not taken, and what can not be read as the type that it says.
pub(super) fn read(request: &Received) -> Result<Body, Problem> {
    let kind = request.header("content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if request.body.is_empty() {
        return Ok(Body {
            members: Map::new(),
            form: false,
        });
    }
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => json_body(&request.body),
        "application/x-www-form-urlencoded" => {
            let text = String::from_utf8_lossy(&request.body);
            Ok(form(query::pairs(&text)))
        }
        "multipart/form-data" => multipart(kind, &request.body).map(form),
        _ => Err(Problem::MediaType(kind.into())),
    }
}

fn json_body(body: &[u8]) -> Result<Body, Problem> {
    let value = serde_json::from_slice(body)
        .map_err(|error| Problem::Malformed(format!("JSON parse error - {error}")))?;
    match value {
        Value::Object(members) => Ok(Body {
            members,
            form: false,
        }),
        Value::Null => Err(Problem::member("non_field_errors", "No data provided")),
        other => Err(Problem::member("non_field_errors", &not_an_object(&other))),
    }
}

/// The text for something that should have been an object.
pub(super) fn not_an_object(value: &Value) -> String {
    let found = kind(value);
    format!("Invalid data. Expected a dictionary, but got {found}.")
}

/// What the vendor's language calls a value's type.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// A form's pairs as an object. Custom fields come as `contact_custom_fields[0]field_name`, with or
/// without a dot or brackets around the last part, or as JSON in one value or several.
fn form(pairs: Vec<(String, String)>) -> Body {
    let mut members = Map::new();
    for (key, value) in pairs {
        if let Some((list, index, member)) = indexed(&key) {
            let list = members.entry(list).or_insert_with(|| json!([]));
            if let Some(items) = list.as_array_mut() {
                // Gaps close up, and an index counts no further than the list is long.
                let at = index.min(items.len());
                if at == items.len() {
                    items.push(json!({}));
                }
                items[at][member] = json!(value);
            }
            continue;
        }
        if FIELDS.contains(&key.as_str()) {
            let sent = match serde_json::from_str(&value) {
                Ok(Value::Array(items)) => items,
                Ok(item @ Value::Object(_)) => vec![item],
                _ => vec![json!(value)],
            };
            let list = members.entry(key).or_insert_with(|| json!([]));
            if let Some(items) = list.as_array_mut() {
                items.extend(sent);
            }
            continue;
        }
        members.insert(key, json!(value));
    }
    Body {
        members,
        form: true,
    }
}

/// Takes `contact_custom_fields[0]field_name` apart.
fn indexed(key: &str) -> Option<(&str, usize, &str)> {
    let list = FIELDS.into_iter().find(|list| {
        let rest = key.strip_prefix(list);
        rest.is_some_and(|rest| rest.starts_with('['))
    })?;
    let (index, member) = key.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
    let member = member.strip_prefix('.').unwrap_or(member);
    let member = member
        .strip_prefix('[')
        .and_then(|member| member.strip_suffix(']'))
        .unwrap_or(member);
    let known = matches!(member, "field_name" | "field_value");
    Some((list, index.parse().ok()?, member)).filter(|_| known)
}

/// The named parts of a multipart body; files are left out.
fn multipart(kind: &str, body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let broken = || Problem::Malformed("Multipart form parse error - Invalid boundary".into());
    let boundary = parameter(kind, "boundary").filter(|boundary| !boundary.is_empty());
    let delimiter = format!("--{}", boundary.ok_or_else(broken)?);
    let text = String::from_utf8_lossy(body);
    let mut parts = text.split(delimiter.as_str());
    // What stands before the first boundary is for people.
    parts.next();
    let mut pairs = Vec::new();
    let mut ended = false;
    for part in parts {
        if part.starts_with("--") {
            ended = true;
            break;
        }
        let part = part.strip_prefix("\r\n").ok_or_else(broken)?;
        let (head, value) = part.split_once("\r\n\r\n").ok_or_else(broken)?;
        let value = value.strip_suffix("\r\n").ok_or_else(broken)?;
        let disposition = head.lines().find(|line| {
            let name = line.split(':').next().unwrap_or_default();
            name.eq_ignore_ascii_case("content-disposition")
        });
        let disposition = disposition.unwrap_or_default();
        if parameter(disposition, "filename").is_some() {
            continue;
        }
        if let Some(name) = parameter(disposition, "name") {
            pairs.push((name, value.to_string()));
        }
    }
    if ended { Ok(pairs) } else { Err(broken()) }
}

/// A parameter of a header's value: `; name="text"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (key, text) = part.split_once('=')?;
        let text = text.trim().trim_matches('"');
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| text.to_string())
    })
}
