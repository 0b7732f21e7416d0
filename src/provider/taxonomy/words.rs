//! The texts of a failure for a person, where a provider words them in no way of its own: one line, of
//! bounded length, never the body of something that may hold a contact.

use serde_json::Value;

use super::Reader;
use super::shape::is_page;
use crate::domain::attribute::text_of;
use crate::http::HttpResponse;
use crate::provider::{DecodeError, json_body};

/// Longest text of a server's that goes into a message, in characters.
const MESSAGE_CHARS: usize = 300;

/// Reads failures that are worded like everybody's.
pub static PLAIN: Reader = Reader {
    words: |response| words(response, &["message", "error", "detail"]),
    foreign,
    fields: |_, _| Vec::new(),
    inside: None,
};

/// The first of `members` that holds a text, else the status in words. A body that is no JSON is shown.
pub fn words(response: &HttpResponse, members: &[&str]) -> String {
    let status = response.status;
    if is_page(response) {
        return format!("HTTP {status} with a web page instead of JSON");
    }
    let body = response.value().cloned();
    let told = match &body {
        Some(body) => members.iter().find_map(|m| text(body.get(m)?)),
        None => Some(response.text_body()),
    };
    let told = shortened(&told.unwrap_or_default());
    if told.is_empty() {
        return format!("HTTP {status}: {}", name(status));
    }
    told
}

/// The text of an error member: a text, or an object or list that holds some.
pub fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(s) => s.clone(),
        Value::Object(o) => o.get("message").or_else(|| o.get("error")).map(text_of)?,
        Value::Array(list) => {
            let texts = list.iter().filter_map(Value::as_str);
            texts.collect::<Vec<_>>().join("; ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// What came in place of an answer of this API. A redirect's target is told without its query, which may
/// hold a secret.
pub fn foreign(response: &HttpResponse) -> String {
    let status = response.status;
    match status {
        200..=299 => match json_body(response) {
            Err(DecodeError(message)) => message,
            Ok(_) => format!("HTTP {status} with JSON that is not this API's"),
        },
        300..=399 => {
            let target = target(response).map_or_else(
                || "without saying where".to_string(),
                |to| format!("to {}", shortened(to)),
            );
            format!("HTTP {status}: redirected {target}; check base_url")
        }
        400..=599 if is_page(response) => format!(
            "HTTP {status}: a web page came instead of JSON; base_url may point at a website or a proxy"
        ),
        400..=599 => format!(
            "HTTP {status}: {}",
            words(response, &["message", "error", "detail"])
        ),
        _ => format!("HTTP {status} is not an answer of this API"),
    }
}

/// Where a redirect leads, without query and fragment.
pub fn target(response: &HttpResponse) -> Option<&str> {
    let location = response.header("location")?;
    let end = location.find(['?', '#']).unwrap_or(location.len());
    location.get(..end)
}

/// On one line, and cut where it is too long.
pub fn shortened(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= MESSAGE_CHARS {
        return one_line;
    }
    let start: String = one_line.chars().take(MESSAGE_CHARS).collect();
    format!("{start}…")
}

/// A status in words.
pub fn name(status: u16) -> &'static str {
    match status {
        400 => "bad request",
        401 => "not signed in",
        403 => "forbidden",
        404 => "not found",
        405 => "this method is not allowed",
        406 => "the server can not answer in JSON",
        408 => "the server waited too long for the request",
        409 => "this conflicts with what is stored",
        413 => "the request is too large",
        422 => "the server refused the values without a reason",
        500 => "the server failed",
        502 => "bad gateway",
        503 => "the server is not available",
        504 => "the gateway waited too long for the server",
        _ => "no reason given",
    }
}

/// The words of a text in lower case, underscores kept, "e-mail" as `email`.
pub fn tokens(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace("e-mail", "email");
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_string)
        .collect()
}
