//! How OpenCX words its failures, and which fields they name. What a status means stands in the table of
//! `provider::taxonomy`.
//!
//! The vendor's pages show `{"statusCode", "message", "error"}`, every member optional. Only 500 is declared
//! for contacts, so nothing here relies on more: `message` may be a text or a list of texts, and a network in
//! front of the API answers with web pages.

use serde_json::Value;

use crate::domain::diff::attribute_key;
use crate::domain::field::FieldKey;
use crate::http::{FieldProblem, HttpRequest, HttpResponse};
use crate::provider::taxonomy::words::{self, tokens};
use crate::provider::taxonomy::{Inside, Reader};

/// How OpenCX words its failures.
pub static READER: Reader = Reader {
    words: |response| words::words(response, &["message", "error"]),
    foreign: words::foreign,
    fields,
    inside: Some(inside),
};

/// Words that say of a value that it exists already. No page of the vendor's gives its own.
const TAKEN: [&str; 6] = [
    "already",
    "taken",
    "in use",
    "exists",
    "duplicate",
    "unique",
];

/// An error body that came with a good status: no contact has a `statusCode`.
fn inside(body: &Value) -> Inside {
    let code = body.get("statusCode").and_then(Value::as_u64);
    match code.and_then(|n| u16::try_from(n).ok()) {
        Some(code) if (400..=599).contains(&code) => Inside::Code(code),
        _ => Inside::Fine,
    }
}

/// The fields that a refusal names, of those that were sent.
fn fields(request: &HttpRequest, response: &HttpResponse) -> Vec<FieldProblem> {
    let sent = request.body.as_ref().and_then(|b| b.get("contact"));
    let Some(sent) = sent.and_then(Value::as_object) else {
        return Vec::new();
    };
    let mut problems: Vec<FieldProblem> = Vec::new();
    for part in parts(response) {
        let named = tokens(&part);
        let names = |words: &[&str]| words.iter().any(|w| named.iter().any(|n| n == w));
        let mut keys = Vec::new();
        for (member, key, words) in [
            ("email", FieldKey::Email, &["email"][..]),
            ("phone", FieldKey::Phone, &["phone", "phone_number"]),
            ("name", FieldKey::Name, &["name"]),
        ] {
            if sent.contains_key(member) && names(words) {
                keys.push((key.to_string(), key != FieldKey::Name));
            }
        }
        let data = sent.get("custom_data").and_then(Value::as_object);
        for (name, _) in data.into_iter().flatten() {
            if part.contains(&format!("custom_data.{name} ")) {
                keys.push((attribute_key(name), false));
            }
        }
        for (key, unique) in keys {
            if problems.iter().all(|p| p.key != key) {
                let taken = unique && says_taken(response.status, &part);
                problems.push(FieldProblem {
                    taken,
                    ..FieldProblem::new(key, words::shortened(&part))
                });
            }
        }
    }
    problems
}

/// 409 is about a value that another contact has; at another status the words must say so.
fn says_taken(status: u16, part: &str) -> bool {
    let part = part.to_lowercase();
    status == 409 || TAKEN.iter().any(|words| part.contains(words))
}

/// The single messages of a refusal.
fn parts(response: &HttpResponse) -> Vec<String> {
    let body = response.value().cloned();
    match body.as_ref().and_then(|b| b.get("message")) {
        Some(Value::Array(list)) => {
            let texts = list.iter().filter_map(Value::as_str);
            texts.map(str::to_string).collect()
        }
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}
