//! The JSON around RevyOps' contacts: both documented envelopes of a list, a bare array, the shapes of an
//! empty list, and whether another page follows. What is inside a contact is `map`'s; what a failure means
//! stands in the table of `provider::taxonomy`.

use serde_json::Value;

use crate::http::{HttpRequest, HttpResponse};
use crate::provider::{DecodeError, json_body};

use super::call;

/// A list as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The contacts.
    pub contacts: Vec<Value>,
    /// Contacts in all, where the answer tells.
    pub total: Option<u64>,
    /// The number of the page that follows, if one does.
    pub next: Option<u64>,
    /// The form of the answer, for `accounts check`.
    pub form: &'static str,
}

impl Listed {
    fn none(form: &'static str) -> Self {
        Self {
            contacts: Vec::new(),
            total: None,
            next: None,
            form,
        }
    }
}

/// Reads a list. That it has no contacts may be said by a page without results, an empty array, an object
/// with a sentence (`{"status": "No contacts found"}`), or 404: past the end, or with nobody to show.
///
/// # Errors
/// When it is something else.
pub fn listed(request: &HttpRequest, response: &HttpResponse) -> Result<Listed, DecodeError> {
    if response.status == 404 {
        return Ok(Listed::none("a 404 where there is no contact to show"));
    }
    let root = json_body(response)?;
    let contacts = match (&root, root.get("results")) {
        (Value::Array(contacts), _) | (_, Some(Value::Array(contacts))) => contacts,
        _ if says_none(root) => {
            return Ok(Listed::none("an object without contacts"));
        }
        _ => {
            return Err(DecodeError(format!(
                "a list of contacts was expected, bare or at results; {} came",
                outline(root)
            )));
        }
    };
    Ok(Listed {
        total: root.get("count").and_then(number),
        next: next(request, root, contacts.len()),
        form: form(root),
        contacts: contacts.clone(),
    })
}

/// Whether an object says that there are no contacts: in words, or by a count and no list.
fn says_none(root: &Value) -> bool {
    let texts = ["status", "detail", "message"].map(|m| root.get(m).and_then(Value::as_str));
    let mut texts = texts.into_iter().flatten().map(str::to_lowercase);
    let nobody = root.get("count").and_then(number) == Some(0)
        && root.get("results").is_some_and(Value::is_null);
    nobody || (root.get("id").is_none() && texts.any(|t| t.contains("no contact")))
}

/// The number of the page that follows. Of a `next` address its page number alone is taken: it may name
/// another host, and lacks the credentials. `total_pages` and `next` decide where they are there, since a
/// page shorter than asked may be one that the server keeps short; else a full page has another one behind it.
fn next(request: &HttpRequest, root: &Value, shown: usize) -> Option<u64> {
    if shown == 0 || !call::has_pages(request) {
        return None;
    }
    let asked = call::page_number(request);
    let after = asked.saturating_add(1);
    let link = root.get("next").filter(|v| !v.is_null());
    if let Some(link) = link {
        let named = link.as_str().and_then(|url| call::query(url, "page"));
        return Some(
            named
                .or_else(|| number(link))
                .map_or(after, |n| n.max(after)),
        );
    }
    if let Some(pages) = root.get("total_pages").and_then(number) {
        return (asked < pages).then_some(after);
    }
    if root.get("next").is_some() {
        return None;
    }
    (shown >= call::page_size(request)).then_some(after)
}

/// The form of a list in words.
fn form(root: &Value) -> &'static str {
    let (pages, links) = (
        root.get("total_pages").is_some(),
        root.get("next").is_some(),
    );
    match (root, pages, links) {
        (Value::Array(_), ..) => "a bare array, without a count",
        (_, true, true) => "a page that has total_pages and next",
        (_, true, false) => "a page that has total_pages, as the vendor's page of the list shows",
        (_, false, true) => "a page that has next and previous, as the vendor's introduction shows",
        (_, false, false) => "a page that tells nothing about the next one",
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(n) => n.as_u64(),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

/// What kind of JSON this is, without its contents, which are personal data.
pub fn outline(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "true or false".into(),
        Value::Number(_) => "a number".into(),
        Value::String(_) => "a text".into(),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(o) if o.is_empty() => "an empty object".into(),
        Value::Object(o) => {
            let names = o.keys().take(8);
            let names: Vec<String> = names.map(|k| k.chars().take(40).collect()).collect();
            format!("an object with {}", names.join(", "))
        }
    }
}
