//! Reading a request as Rails does: query, JSON, forms and multipart become one object of parameters.
//!
//! Nothing here knows what a parameter means.

use serde_json::{Number, Value};

use super::records::Object;
use super::reply::Refusal;
use crate::sandbox::Received;

/// An uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The form field.
    pub field: String,
    /// The name the client gave the file.
    pub file_name: String,
    /// The media type the client gave it.
    pub content_type: String,
}

/// All parameters of one request; the body's win over the query's.
#[derive(Debug, Clone, Default)]
pub struct Params {
    values: Object,
    /// Files of a multipart body.
    pub uploads: Vec<Upload>,
}

impl Params {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Refusal::BadRequest`] for broken JSON, invalid UTF-8 or contradictory form names.
    pub fn read(request: &Received) -> Result<Self, Refusal> {
        let mut params = Self::default();
        read_form(request.query(), &mut params.values)?;
        let kind = request.header("content-type").unwrap_or_default();
        if request.body.is_empty() {
            return Ok(params);
        }
        let mut sent = Object::new();
        if kind.starts_with("application/json") {
            let mut value: Value =
                serde_json::from_slice(&request.body).map_err(|_| Refusal::BadRequest)?;
            as_ruby_reads_it(&mut value);
            match value {
                Value::Object(object) => sent = object,
                other => {
                    sent.insert("_json".into(), other);
                }
            }
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            let text = std::str::from_utf8(&request.body).map_err(|_| Refusal::BadRequest)?;
            read_form(text, &mut sent)?;
        } else if kind.starts_with("multipart/form-data") {
            read_multipart(kind, &request.body, &mut sent, &mut params.uploads)?;
        }
        params.values.extend(sent);
        Ok(params)
    }

    /// A parameter as sent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// A parameter as text, where it is text or a number.
    pub fn text(&self, name: &str) -> Option<String> {
        scalar(self.get(name)?).flatten()
    }

    /// A number sent as number or text, read up to its first character that is no digit.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name)
            .filter(|t| !t.is_empty())
            .map(|t| leading_number(&t))
    }

    /// The object under `name`, or, as Rails wraps them, the known top-level fields themselves.
    pub fn wrapped(&self, name: &str, fields: &[&str]) -> Option<Object> {
        match self.get(name) {
            Some(Value::Object(inner)) if !inner.is_empty() => Some(inner.clone()),
            Some(_) => None,
            None => {
                let found: Object = fields
                    .iter()
                    .filter_map(|f| Some(((*f).to_owned(), self.get(f)?.clone())))
                    .collect();
                (!found.is_empty()).then_some(found)
            }
        }
    }

    /// Whether any text in these parameters holds a NUL character.
    pub fn has_nul(&self, names: &[&str]) -> bool {
        names
            .iter()
            .filter_map(|name| self.get(name))
            .any(holds_nul)
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(object) => object.values().any(holds_nul),
        _ => false,
    }
}

/// A scalar as a text column takes it: null stays null, arrays and objects are not permitted.
pub fn scalar(value: &Value) -> Option<Option<String>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        Value::Number(number) => Some(Some(number.to_string())),
        Value::Bool(flag) => Some(Some(if *flag { "t" } else { "f" }.to_owned())),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text as a boolean column takes it: null for nothing, false for a few words, else true.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(!matches!(
            text.as_str(),
            "0" | "f" | "F" | "false" | "FALSE" | "off" | "OFF"
        )),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::Array(_) | Value::Object(_) => Some(true),
    }
}

/// Ruby's `to_i` for what a path or query holds: digits up to the first other character.
pub fn leading_number(text: &str) -> u64 {
    let digits: String = text
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    if digits.is_empty() {
        0
    } else {
        digits.parse().unwrap_or(u64::MAX)
    }
}

/// Nulls vanish from arrays, and fractions become double-precision numbers.
fn as_ruby_reads_it(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(as_ruby_reads_it);
        }
        Value::Object(object) => object.values_mut().for_each(as_ruby_reads_it),
        Value::Number(number) => {
            let text = number.to_string();
            if text.contains(['.', 'e', 'E'])
                && let Some(float) = text.parse().ok().and_then(Number::from_f64)
            {
                *number = float;
            }
        }
        _ => {}
    }
}

/// Percent-decoding; `+` is a blank in queries and forms.
pub fn decode(text: &str, plus_is_blank: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let pair = tail.get(..2).and_then(|p| std::str::from_utf8(p).ok());
        match byte {
            b'%' => match pair.and_then(|p| u8::from_str_radix(p, 16).ok()) {
                Some(decoded) => {
                    bytes.push(decoded);
                    rest = &tail[2..];
                }
                None => bytes.push(b'%'),
            },
            b'+' if plus_is_blank => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn read_form(text: &str, into: &mut Object) -> Result<(), Refusal> {
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name, true).ok_or(Refusal::BadRequest)?;
        let value = decode(value, true).ok_or(Refusal::BadRequest)?;
        insert(into, &name, value)?;
    }
    Ok(())
}

/// `a[b][]=v` becomes nested objects and arrays.
fn insert(into: &mut Object, name: &str, value: String) -> Result<(), Refusal> {
    let (head, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut steps = Vec::new();
    while let Some(inner) = rest.strip_prefix('[') {
        let Some((step, tail)) = inner.split_once(']') else {
            break;
        };
        steps.push(step);
        rest = tail;
    }
    let slot = into.entry(head).or_insert(Value::Null);
    place(slot, &steps, value)
}

fn place(slot: &mut Value, steps: &[&str], value: String) -> Result<(), Refusal> {
    match (steps.split_first(), &mut *slot) {
        (None, Value::Null | Value::String(_)) => *slot = Value::String(value),
        (Some((&"", _)), Value::Null) => *slot = Value::Array(vec![Value::String(value)]),
        (Some((&"", _)), Value::Array(items)) => items.push(Value::String(value)),
        (Some((step, tail)), Value::Null) if !step.is_empty() => {
            let mut object = Object::new();
            place(object.entry(*step).or_insert(Value::Null), tail, value)?;
            *slot = Value::Object(object);
        }
        (Some((step, tail)), Value::Object(object)) if !step.is_empty() => {
            place(object.entry(*step).or_insert(Value::Null), tail, value)?;
        }
        _ => return Err(Refusal::BadRequest),
    }
    Ok(())
}

fn read_multipart(
    kind: &str,
    body: &[u8],
    into: &mut Object,
    uploads: &mut Vec<Upload>,
) -> Result<(), Refusal> {
    let boundary = kind
        .split("boundary=")
        .nth(1)
        .map(|b| b.split(';').next().unwrap_or(b).trim_matches('"'))
        .ok_or(Refusal::BadRequest)?;
    // Only names and types matter; the bytes of a picture may be anything.
    let text = String::from_utf8_lossy(body);
    for part in text.split(&format!("--{boundary}")) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let header = |name: &str| {
            head.lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.trim().to_owned())
                .unwrap_or_default()
        };
        let disposition = header("content-disposition");
        let attribute = |name: &str| {
            disposition
                .split(';')
                .filter_map(|piece| piece.trim().split_once('='))
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.trim_matches('"').to_owned())
        };
        let Some(field) = attribute("name") else {
            continue;
        };
        if let Some(file_name) = attribute("filename") {
            uploads.push(Upload {
                field,
                file_name,
                content_type: header("content-type"),
            });
        } else {
            let value = content.strip_suffix("\r\n").unwrap_or(content);
            insert(into, &field, value.to_owned())?;
        }
    }
    Ok(())
}
