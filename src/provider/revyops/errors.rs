//! How RevyOps words its failures, and which fields they name. What a status means stands in the table of
//! `provider::taxonomy`; the vendor's 401 and 403 are not what they are elsewhere.
//!
//! Documented is `{"detail"}`. For refused values a list of texts by member, `{"email": ["…"]}`, is likely;
//! both are read, and `message`, `error` and `status` besides.

use serde_json::Value;

use crate::domain::diff::attribute_key;
use crate::domain::field::FieldKey;
use crate::http::{FieldProblem, HttpRequest, HttpResponse};
use crate::provider::taxonomy::Reader;
use crate::provider::taxonomy::words::{self, tokens};

/// How RevyOps words its failures.
pub static READER: Reader = Reader {
    words: told,
    foreign: words::foreign,
    fields,
    inside: None,
};

/// Members of an update, with cardex's keys.
const MEMBERS: [(&str, FieldKey); 7] = [
    ("email", FieldKey::Email),
    ("linkedin_url", FieldKey::LinkedinUrl),
    ("first_name", FieldKey::FirstName),
    ("last_name", FieldKey::LastName),
    ("company_id", FieldKey::CompanyId),
    ("origin", FieldKey::Origin),
    ("contact_status", FieldKey::ContactStatus),
];

/// The member with the named fields, and the one that speaks of no member.
const CUSTOM: &str = "contact_custom_fields";
const GENERAL: &str = "non_field_errors";

fn json(response: &HttpResponse) -> Option<Value> {
    response.value().cloned()
}

/// The texts by member, else the text of the whole, else the status in words.
fn told(response: &HttpResponse) -> String {
    let body = json(response).unwrap_or(Value::Null);
    let members = MEMBERS.iter().map(|(member, _)| *member);
    let told: Vec<String> = members
        .chain([CUSTOM, GENERAL])
        .filter_map(|member| {
            let texts = texts(body.get(member)?);
            (!texts.is_empty()).then(|| format!("{member}: {texts}"))
        })
        .collect();
    if told.is_empty() {
        return words::words(response, &["detail", "message", "error", "status"]);
    }
    words::shortened(&told.join("; "))
}

/// The texts of a list, and of the lists by member inside it. A bare text is a value, not a complaint.
fn texts(value: &Value) -> String {
    let Value::Array(list) = value else {
        return String::new();
    };
    let mut found: Vec<String> = Vec::new();
    for entry in list {
        match entry {
            Value::String(text) => found.push(text.clone()),
            Value::Object(members) => found.extend(members.values().map(texts)),
            _ => {}
        }
    }
    found.retain(|text| !text.is_empty());
    found.join(", ")
}

/// The fields that a refusal names, of those that were sent.
fn fields(request: &HttpRequest, response: &HttpResponse) -> Vec<FieldProblem> {
    let sent = request.body.clone().unwrap_or(Value::Null);
    if response.status == 409 {
        return taken(&sent, response);
    }
    let body = json(response).unwrap_or(Value::Null);
    let mut problems = Vec::new();
    for (member, key) in MEMBERS {
        let texts = body.get(member).map(texts).unwrap_or_default();
        if !texts.is_empty() {
            problems.push(FieldProblem::new(key.to_string(), words::shortened(&texts)));
        }
    }
    let refused = body.get(CUSTOM).and_then(Value::as_array);
    for (name, refused) in names(&sent).zip(refused.into_iter().flatten()) {
        let texts = texts(&Value::Array(vec![refused.clone()]));
        if refused.is_object() && !texts.is_empty() {
            problems.push(FieldProblem::new(
                attribute_key(name),
                words::shortened(&texts),
            ));
        }
    }
    if problems.is_empty() {
        problems = named(&sent, &told(response));
    }
    problems
}

/// Another contact of this client has the e-mail or the LinkedIn address. Where the answer names neither,
/// each one that was sent may be it.
fn taken(sent: &Value, response: &HttpResponse) -> Vec<FieldProblem> {
    let text = told(response);
    let lower = text.to_lowercase();
    let unique = [
        ("email", FieldKey::Email, "mail"),
        ("linkedin_url", FieldKey::LinkedinUrl, "linkedin"),
    ];
    let sent = unique.iter().filter(|(m, ..)| sent.get(m).is_some());
    let sent: Vec<_> = sent.collect();
    let any = sent.iter().any(|(.., word)| lower.contains(word));
    sent.into_iter()
        .filter(|(.., word)| !any || lower.contains(word))
        .map(|(_, key, _)| FieldProblem::taken(key.to_string(), text.clone()))
        .collect()
}

/// Members and custom fields whose names stand in a text, those of fields in quotes.
fn named(sent: &Value, text: &str) -> Vec<FieldProblem> {
    let found = tokens(text);
    let says = |word: &str| found.iter().any(|t| t == word);
    let members = MEMBERS.iter().filter(|(member, _)| {
        let company = *member == "company_id" && says("company");
        sent.get(member).is_some() && (company || says(member))
    });
    let quoted = |name: &&str| {
        ['"', '\'', '`']
            .iter()
            .any(|q| text.contains(&format!("{q}{name}{q}")))
    };
    members
        .map(|(_, key)| key.to_string())
        .chain(names(sent).filter(quoted).map(attribute_key))
        .map(|key| FieldProblem::new(key, text))
        .collect()
}

/// The names of the custom fields in a request, in its order.
fn names(sent: &Value) -> impl Iterator<Item = &str> {
    let list = sent.get(CUSTOM).and_then(Value::as_array);
    let entries = list.into_iter().flatten();
    entries.map(|entry| {
        entry
            .get("field_name")
            .and_then(Value::as_str)
            .unwrap_or_default()
    })
}
