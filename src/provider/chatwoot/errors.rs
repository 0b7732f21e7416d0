//! How Chatwoot words its failures, and which fields they name. What a status means stands in the table of
//! `provider::taxonomy`; bodies of successes are read in `map`.
//!
//! Five shapes of failure: `{"message","attributes"}`, `{"error"}`, `{"errors":[…]}`, `{"status","error"}`,
//! and anything that is no JSON (`Retry later`, a proxy's web page).

use serde_json::Value;

use crate::domain::diff::attribute_key;
use crate::domain::field::FieldKey;
use crate::http::{FieldProblem, HttpRequest, HttpResponse};
use crate::provider::taxonomy::shape::is_page;
use crate::provider::taxonomy::{Reader, words};

use super::call;

/// How Chatwoot words its failures; what they mean stands in the table of `taxonomy`.
pub static READER: Reader = Reader {
    words: told,
    foreign,
    fields,
    inside: None,
};

/// What came in place of an answer of Chatwoot's.
fn foreign(response: &HttpResponse) -> String {
    let status = response.status;
    match status {
        200..=299 => words::foreign(response),
        300..=399 => redirect(response),
        _ if is_page(response) => format!(
            "a web page came instead of JSON, with status {status} ({}); base_url may point at a \
             website or a proxy",
            content_type(response)
        ),
        _ => unexpected(status),
    }
}

fn redirect(response: &HttpResponse) -> String {
    let status = response.status;
    match words::target(response) {
        Some(target) => format!(
            "the server redirects to {target} (status {status}) instead of answering; set base_url \
             to where Chatwoot itself answers"
        ),
        None => unexpected(status),
    }
}

fn unexpected(status: u16) -> String {
    format!("an answer with status {status} was not expected")
}

fn json(response: &HttpResponse) -> Option<Value> {
    response.value().cloned()
}

fn content_type(response: &HttpResponse) -> &str {
    response.header("content-type").unwrap_or("no content type")
}

/// The server's own words, else its status in words.
fn told(response: &HttpResponse) -> String {
    let body = json(response);
    let told = body.as_ref().and_then(|body| {
        let text = |key| body.get(key).and_then(Value::as_str).map(str::to_string);
        let list = || {
            let errors = body.get("errors")?.as_array()?;
            let texts: Vec<&str> = errors.iter().filter_map(Value::as_str).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        };
        text("message").or_else(|| text("error")).or_else(list)
    });
    let told = told.filter(|t| !t.trim().is_empty());
    told.map_or_else(|| unexplained(response), |t| shortened(&t))
}

fn unexplained(response: &HttpResponse) -> String {
    let status = response.status;
    let name = words::name(status);
    if is_page(response) {
        let source = content_type(response);
        return format!("{name} (status {status}; a page came instead of JSON: {source})");
    }
    format!("{name} (status {status})")
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 500;
    if text.chars().count() <= LONGEST {
        return text.to_string();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

/// The fields that a refusal names, each with its own part of the message where that can be told.
fn fields(request: &HttpRequest, response: &HttpResponse) -> Vec<FieldProblem> {
    let Some(body) = json(response) else {
        return Vec::new();
    };
    let named = body.get("attributes").and_then(Value::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    let named: Vec<&str> = named.collect();
    let message = told(response);
    let phrases = phrases(&message, &named);
    let mut problems: Vec<FieldProblem> = Vec::new();
    for name in named.iter().copied() {
        let own = phrases.iter().flatten().find(|(n, _)| *n == human(name));
        let mut told = own.map_or_else(|| message.clone(), |(_, phrase)| phrase.clone());
        if stored_before(request, name) {
            // Every save checks the whole contact: a label change fails on a phone stored long ago.
            told.push_str(
                " (this is stored already and was not part of the change; correct it first)",
            );
        }
        for key in keys(request, name) {
            if problems.iter().all(|p| p.key != key) {
                problems.push(FieldProblem {
                    taken: is_taken(&message, name, named.len()),
                    ..FieldProblem::new(key, told.clone())
                });
            }
        }
    }
    problems
}

/// Whether the message says that another contact holds the value of `name`, one of `of` named members.
/// The words are English; an agent's other language may have any, so nothing is guessed from those: the
/// phrase must be this member's, or no other member is meant.
fn is_taken(message: &str, name: &str, of: usize) -> bool {
    const TAKEN: &str = " has already been taken";
    let unique = ["email", "phone_number", "identifier"].contains(&name);
    let own = format!("{}{TAKEN}", human(name));
    let mut pieces = message.split(", ");
    unique && pieces.any(|piece| piece == own || (of == 1 && piece.ends_with(TAKEN)))
}

/// Cardex's keys for a member that Chatwoot names.
fn keys(request: &HttpRequest, name: &str) -> Vec<String> {
    let field = FieldKey::ALL.into_iter().find(|k| call::member(*k) == name);
    if let Some(field) = field {
        return vec![field.to_string()];
    }
    match name {
        "avatar" => vec![FieldKey::AvatarUrl.to_string()],
        "tag" | "tag_id" | "tags" | "labels" | "label_list" | "taggings" => vec!["tags".into()],
        "custom_attributes" => {
            let sent = request.body.as_ref().and_then(|b| b.get(name));
            let sent = sent.and_then(Value::as_object).into_iter().flatten();
            let keys: Vec<String> = sent.map(|(key, _)| attribute_key(key)).collect();
            if keys.is_empty() {
                vec![name.to_string()]
            } else {
                keys
            }
        }
        other => vec![other.to_string()],
    }
}

/// Whether a refused member of a contact was not in the request at all.
fn stored_before(request: &HttpRequest, name: &str) -> bool {
    let checked = ["name", "email", "phone_number", "identifier"].contains(&name);
    let sent = request.body.as_ref().and_then(Value::as_object);
    checked && sent.is_some_and(|body| !body.contains_key(name))
}

/// Rails' name of a member in a message: `phone_number` is "Phone number", `tag_id` is "Tag".
fn human(name: &str) -> String {
    let name = name.strip_suffix("_id").unwrap_or(name).replace('_', " ");
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Splits a message at the names of its fields: only when it starts with one and every named field
/// begins at least one part. In other languages it may not, and a comma alone separates nothing.
fn phrases(message: &str, named: &[&str]) -> Option<Vec<(String, String)>> {
    let humans: Vec<String> = named.iter().map(|n| human(n)).collect();
    let opens = |rest: &str| {
        let rest_opens = |h: &&String| {
            rest.strip_prefix(h.as_str())
                .is_some_and(|r| r.starts_with(' '))
        };
        humans
            .iter()
            .filter(rest_opens)
            .max_by_key(|h| h.len())
            .cloned()
    };
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for piece in message.split(", ") {
        match (opens(piece), parts.last_mut()) {
            (Some(name), _) => parts.push((name, vec![piece])),
            (None, Some((_, pieces))) => pieces.push(piece),
            (None, None) => return None,
        }
    }
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, pieces) in parts {
        let text = pieces.join(", ");
        match found.iter_mut().find(|(n, _)| *n == name) {
            Some((_, before)) => before.push_str(&format!(", {text}")),
            None => found.push((name, text)),
        }
    }
    humans
        .iter()
        .all(|h| found.iter().any(|(n, _)| n == h))
        .then_some(found)
}
