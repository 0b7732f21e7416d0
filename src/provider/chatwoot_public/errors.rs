//! How the public API words its failures, and which fields they name. What a status means stands in the table
//! of `provider::taxonomy`.
//!
//! Three shapes: `{"message","attributes"}` (422), `{"status","error"}` from the framework (400, 404, 500), and
//! what is no JSON (`Retry later`, a proxy's page). Nothing of a body that may hold a contact is quoted:
//! its `pubsub_token` lets anybody listen in.

use serde_json::Value;

use crate::domain::field::FieldKey;
use crate::http::{FieldProblem, HttpRequest, HttpResponse};
use crate::provider::taxonomy::shape::is_page;
use crate::provider::taxonomy::{Reader, words};

use super::{call, map};

/// How the public API words its failures.
pub static READER: Reader = Reader {
    words: told,
    foreign,
    fields,
    inside: None,
};

fn json(response: &HttpResponse) -> Option<Value> {
    response.value().cloned()
}

/// The server's own words, else its status in words.
fn told(response: &HttpResponse) -> String {
    let body = json(response);
    let text = |key| Some(body.as_ref()?.get(key)?.as_str()?.trim().to_string());
    let told = text("message").or_else(|| text("error"));
    told.filter(|t| !t.is_empty()).map_or_else(
        || {
            let (status, name) = (response.status, words::name(response.status));
            if is_page(response) {
                return format!("{name} (status {status}; a web page came instead of JSON)");
            }
            format!("{name} (status {status})")
        },
        |t| words::shortened(&t),
    )
}

/// What came in place of an answer of Chatwoot's.
fn foreign(response: &HttpResponse) -> String {
    match response.status {
        200..=299 => map::body(response).map_or_else(|e| e.0, |_| "an answer that is none".into()),
        _ => words::foreign(response),
    }
}

/// The fields that a refusal names: each with its own part of the message, where the parts can be told apart.
///
/// Every save checks the whole contact: a change of name fails on a phone number stored long ago.
fn fields(request: &HttpRequest, response: &HttpResponse) -> Vec<FieldProblem> {
    let Some(body) = json(response) else {
        return Vec::new();
    };
    let named = body.get("attributes").and_then(Value::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    let named: Vec<&str> = named.collect();
    let message = told(response);
    named
        .iter()
        .map(|name| {
            let mut own = match named.len() {
                1 => message.clone(),
                _ => own_part(&message, name).unwrap_or_else(|| message.clone()),
            };
            let sent = request.body.as_ref().and_then(|body| body.get(*name));
            if sent.is_none() && CHECKED.contains(name) {
                own.push_str(" (this is stored already and was not part of the change)");
            }
            FieldProblem::new(key(name), own)
        })
        .collect()
}

/// The members that every save checks.
const CHECKED: [&str; 4] = ["name", "email", "phone_number", "identifier"];

/// The part of a message between commas that begins with the member's name as Rails writes it:
/// `phone_number` is "Phone number". In another language there may be none.
fn own_part(message: &str, name: &str) -> Option<String> {
    let human = name.replace('_', " ");
    let mut parts = message.split(", ").filter(|part| {
        part.get(..human.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(&human))
    });
    let part = parts.next()?;
    parts.next().is_none().then(|| part.to_string())
}

fn key(name: &str) -> String {
    let field = FieldKey::ALL.into_iter().find(|k| call::member(*k) == name);
    match name {
        "avatar" => FieldKey::AvatarUrl.to_string(),
        _ => field.map_or_else(|| name.to_string(), |f| f.to_string()),
    }
}
