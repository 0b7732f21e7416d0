//! How the server words an answer: compact escaped JSON, ETags, and its several shapes of error.
//!
//! Which error applies is decided by the subjects; this file only writes it down.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::state::hex;
use crate::http::HttpResponse;
use crate::sandbox::Received;

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No route for this method and path.
    NoRoute,
    /// A format other than JSON was asked for by the path's ending.
    NotAcceptable(String),
    /// The body or query can not be parsed.
    BadRequest,
    /// No token was sent.
    SignIn,
    /// The token or role does not suffice; the text says which.
    Unauthorized(&'static str),
    /// The record does not exist in this account.
    NotFound,
    /// A required parameter is missing; the text names it.
    Missing(&'static str),
    /// Another refusal with its text.
    Unprocessable(String),
    /// Fields that fail validation: attribute name and full message.
    Invalid(Vec<(&'static str, String)>),
    /// The bulk endpoint does not know the type.
    BulkType,
    /// 404 without a body.
    NotFoundEmpty,
    /// An exception nobody caught.
    Crash,
    /// A throttle closed.
    Throttled,
}

/// The text of a missing right.
pub const NO_RIGHT: Refusal = Refusal::Unauthorized("You are not authorized to do this action");

impl Refusal {
    /// The answer that says so.
    pub fn response(&self) -> HttpResponse {
        match self {
            Self::NoRoute => framework(404, "Not Found"),
            Self::NotAcceptable(format) if format == "xml" => HttpResponse::text(
                406,
                "application/xml; charset=UTF-8",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hash>\n  \
                 <status type=\"integer\">406</status>\n  <error>Not Acceptable</error>\n</hash>\n",
            ),
            Self::NotAcceptable(_) => framework(406, "Not Acceptable"),
            Self::BadRequest => framework(400, "Bad Request"),
            Self::SignIn => body(
                401,
                &json!({"errors": ["You need to sign in or sign up before continuing."]}),
            ),
            Self::Unauthorized(text) => body(401, &json!({ "error": text })),
            Self::NotFound => body(404, &json!({"error": "Resource could not be found"})),
            Self::Missing(name) => {
                let text = format!("param is missing or the value is empty: {name}");
                body(422, &json!({ "error": text }))
            }
            Self::Unprocessable(text) => body(422, &json!({ "error": text })),
            Self::Invalid(problems) => {
                let message: Vec<&str> = problems.iter().map(|(_, text)| text.as_str()).collect();
                let mut attributes: Vec<&str> = problems.iter().map(|(name, _)| *name).collect();
                attributes.dedup();
                body(
                    422,
                    &json!({"message": message.join(", "), "attributes": attributes}),
                )
            }
            Self::BulkType => body(422, &json!({"success": false})),
            Self::NotFoundEmpty => empty(404),
            Self::Crash => framework(500, "Internal Server Error"),
            Self::Throttled => HttpResponse::text(429, "text/plain", "Retry later\n"),
        }
    }
}

/// The outcome of one action.
pub type Outcome = Result<HttpResponse, Refusal>;

/// 200 with JSON.
pub fn ok(value: &Value) -> Outcome {
    Ok(body(200, value))
}

/// 200 without a body.
pub fn done() -> Outcome {
    Ok(empty(200))
}

/// JSON as Rails writes it: compact, `<`, `>`, `&` and two line separators escaped.
pub fn body(status: u16, value: &Value) -> HttpResponse {
    let mut response = HttpResponse::json(status, &Value::Null);
    let text = value.to_string();
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => out.push(other),
        }
    }
    response.body = out.into_bytes();
    response
}

/// No body, as Rails answers `head`.
pub fn empty(status: u16) -> HttpResponse {
    HttpResponse::text(status, "application/json", "")
}

fn framework(status: u16, text: &str) -> HttpResponse {
    let mut response = body(status, &json!({"status": status, "error": text}));
    response.headers = vec![(
        "content-type".into(),
        "application/json; charset=UTF-8".into(),
    )];
    response
}

/// Adds the ETag, and turns an unchanged GET into 304 and a HEAD into its headers.
pub fn finish(request: &Received, mut response: HttpResponse) -> HttpResponse {
    if response.status == 200 && !response.body.is_empty() {
        let digest = hex(&Sha256::digest(&response.body));
        let tag = format!("W/\"{}\"", &digest[..32]);
        let reads = request.method == "GET" || request.method == "HEAD";
        if reads && request.header("if-none-match") == Some(tag.as_str()) {
            response = HttpResponse::new(304, Vec::new(), Vec::new());
        }
        response = response
            .with_header("etag", &tag)
            .with_header("cache-control", "max-age=0, private, must-revalidate");
    } else {
        response = response.with_header("cache-control", "no-cache");
    }
    if request.method == "HEAD" {
        response.body.clear();
    }
    response
}
