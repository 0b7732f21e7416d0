//! Why a request fails, and how the answer says so: `{"detail": …}`, or what [`BadRequest`] makes of it.

use serde_json::{Map, Value, json};

use super::choices::{BadRequest, Foreign, KeyStatus};
use super::quirks::Quirks;
use crate::http::HttpResponse;

/// Why a request fails.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    /// 400: this is not the right shape at all.
    Malformed(String),
    /// 400: these members are to blame, each with its texts as a web framework nests them.
    Invalid(Map<String, Value>),
    /// 401: the key is right, but this belongs to another client.
    Foreign(&'static str),
    /// 401: the key is right, but not for this.
    Unauthorized(&'static str),
    /// 403.
    Key(&'static str),
    /// 404.
    NotFound(&'static str),
    /// 405, with the methods that there are.
    Method(String, &'static [&'static str]),
    /// 409.
    Conflict(&'static str),
    /// 415.
    MediaType(String),
}

/// A success, or why there is none.
pub(super) type Outcome = Result<HttpResponse, Problem>;

impl Problem {
    /// One member with one text.
    pub(super) fn member(key: &str, text: &str) -> Self {
        let mut members = Map::new();
        members.insert(key.into(), json!([text]));
        Self::Invalid(members)
    }

    /// The answer.
    pub(super) fn response(&self, quirks: &Quirks) -> HttpResponse {
        match self {
            Self::Malformed(text) => bad_request(text, None, quirks.bad_request),
            Self::Invalid(members) => {
                bad_request(&sentence(members), Some(members), quirks.bad_request)
            }
            Self::Foreign(_) if quirks.foreign == Foreign::NotFound => detail(404, "Not found."),
            Self::Foreign(text) | Self::Unauthorized(text) => detail(401, text),
            Self::Key(text) => match quirks.bad_key {
                KeyStatus::Forbidden => detail(403, text),
                KeyStatus::Unauthorized => detail(401, text),
            },
            Self::NotFound(text) => detail(404, text),
            Self::Method(method, allowed) => {
                let text = format!("Method \"{method}\" not allowed.");
                detail(405, &text).with_header("allow", &allowed.join(", "))
            }
            Self::Conflict(text) => detail(409, text),
            Self::MediaType(kind) => detail(
                415,
                &format!("Unsupported media type \"{kind}\" in request."),
            ),
        }
    }
}

/// `{"detail": …}` with a status.
pub(super) fn detail(status: u16, text: &str) -> HttpResponse {
    HttpResponse::json(status, &json!({ "detail": text }))
}

fn bad_request(text: &str, members: Option<&Map<String, Value>>, form: BadRequest) -> HttpResponse {
    match (form, members) {
        (BadRequest::Fields, Some(members)) => {
            HttpResponse::json(400, &Value::Object(members.clone()))
        }
        (BadRequest::Detail | BadRequest::Fields, _) => detail(400, text),
        (BadRequest::Message, _) => HttpResponse::json(400, &json!({ "message": text })),
        (BadRequest::Text, _) => HttpResponse::text(400, "text/plain; charset=utf-8", text),
        (BadRequest::Empty, _) => HttpResponse::text(400, "application/json", ""),
    }
}

/// The members' texts in one line: `email: Not a valid string.`
fn sentence(members: &Map<String, Value>) -> String {
    let mut parts = Vec::new();
    for (key, value) in members {
        flatten(key, value, &mut parts);
    }
    parts.join(" ")
}

fn flatten(path: &str, value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::String(text) => parts.push(format!("{path}: {text}")),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                match item {
                    Value::String(_) => flatten(path, item, parts),
                    _ => flatten(&format!("{path}[{at}]"), item, parts),
                }
            }
        }
        Value::Object(members) => {
            for (key, item) in members {
                flatten(&format!("{path}.{key}"), item, parts);
            }
        }
        _ => {}
    }
}
