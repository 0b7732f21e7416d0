//! The JSON around Chatflow's contacts: both documented envelopes, totals, catalogue shapes, error
//! texts, and whether one says that it failed. What is inside a contact is `map`'s.

use serde_json::Value;

use crate::http::HttpResponse;
use crate::provider::DecodeError;
use crate::provider::taxonomy::shape::is_page;
use crate::provider::taxonomy::words::{self, shortened};
use crate::provider::taxonomy::{Inside, Reader};

/// What the envelope carries: `data` where there is one, else the whole body. The overview shows
/// `{"success": true, "data"}`, the examples `{"status": "success", "data"}`; neither is required.
pub fn payload(root: &Value) -> &Value {
    root.get("data").unwrap_or(root)
}

/// Whether an object has a member that is not null.
pub fn has(value: &Value, member: &str) -> bool {
    value.get(member).is_some_and(|v| !v.is_null())
}

/// The envelope in words, for `accounts check`.
pub fn envelope(root: &Value) -> &'static str {
    if has(root, "status") {
        "the envelope of the examples (status, data)"
    } else if has(root, "success") {
        "the envelope of the overview (success, data)"
    } else {
        "no envelope"
    }
}

/// The contacts of a list: `data.contacts`, or `data` itself.
///
/// # Errors
/// When neither is an array.
pub fn contacts(root: &Value) -> Result<&Vec<Value>, DecodeError> {
    let data = payload(root);
    let found = data.as_array().or_else(|| data.get("contacts")?.as_array());
    found.ok_or_else(|| {
        DecodeError(format!(
            "a list of contacts was expected at data.contacts; {} came",
            outline(root)
        ))
    })
}

/// Contacts in all, where the answer tells: no place is documented, the private API uses
/// `data.totalCount`. `shown` contacts came on page `page` of `limit` each; a number below what has
/// been shown so far is not a total, and a `count` that equals a full page counts that page.
pub fn total(root: &Value, page: u64, limit: usize, shown: usize) -> Option<u64> {
    let data = payload(root);
    let paginations = [data, root].map(|v| v.get("pagination").unwrap_or(&Value::Null));
    let places = [data, paginations[0], root, paginations[1]];
    let (shown, limit) = (as_u64(shown), as_u64(limit).min(as_u64(super::PAGE_SIZE)));
    let before = page.saturating_sub(1).saturating_mul(limit);
    let seen = if shown == 0 {
        0
    } else {
        before.saturating_add(shown)
    };
    let sure = ["totalCount", "total", "totalContacts", "totalItems"];
    let sure = sure
        .iter()
        .find_map(|name| places.iter().find_map(|place| number(place.get(*name)?)));
    let count = || places.iter().find_map(|place| number(place.get("count")?));
    let count_is_total = |n: &u64| *n > shown || (page == 1 && shown < limit);
    sure.or_else(|| count().filter(count_is_total))
        .filter(|n| *n >= seen)
}

fn as_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(n) => n.as_u64(),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

/// The names of the tags in Settings. The page is not published; accepted are texts or objects with a
/// `name`, at `data`, `data.tags`, `data.items` or `data.tags.items`.
///
/// # Errors
/// When no such list is there, or one of its entries has no name.
pub fn catalogue(data: &Value) -> Result<Vec<String>, DecodeError> {
    let list = data
        .as_array()
        .or_else(|| data.get("tags")?.as_array())
        .or_else(|| data.get("items")?.as_array())
        .or_else(|| data.get("tags")?.get("items")?.as_array())
        .ok_or_else(|| {
            DecodeError(format!(
                "a list of tags was expected at data, data.tags or data.items; {} came",
                outline(data)
            ))
        })?;
    let mut names: Vec<String> = Vec::with_capacity(list.len());
    for (i, entry) in list.iter().enumerate() {
        let name = entry.as_str().or_else(|| entry.get("name")?.as_str());
        let Some(name) = name.filter(|n| !n.trim().is_empty()) else {
            return Err(DecodeError(format!("tag {} has no name", i + 1)));
        };
        names.push(name.to_string());
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|n| seen.insert(n.clone()));
    Ok(names)
}

/// How Chatflow words its failures; what they mean stands in the table of `taxonomy`. Texts are prose and
/// never branched on, so no field is guessed from them.
pub static READER: Reader = Reader {
    words: failure_text,
    foreign: words::foreign,
    fields: |_, _| Vec::new(),
    inside: Some(inside),
};

/// A 2xx may still be a failure: the body decides.
fn inside(root: &Value) -> Inside {
    // A bare contact has a `status` of its own ("active"); only an envelope's is a result.
    if !root.is_object() || has(root, "_id") {
        return Inside::Fine;
    }
    let status_in_body = root.get("status").and_then(number);
    if let Some(code) = status_in_body.and_then(|n| u16::try_from(n).ok())
        && (400..=599).contains(&code)
    {
        return Inside::Code(code);
    }
    let failed_status = match root.get("status") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(ok)) => !ok,
        Some(other) => match status_in_body {
            Some(code) => !(200..=299).contains(&code),
            None => !other
                .as_str()
                .is_some_and(|s| s.eq_ignore_ascii_case("success")),
        },
    };
    let failed_success = root
        .get("success")
        .is_some_and(|v| matches!(v, Value::Bool(false)) || v.as_str() == Some("false"));
    let failed_contacts = root
        .get("data")
        .and_then(|data| data.get("failedContacts"))
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    let only_error = has(root, "error") && !has(root, "data");
    if failed_status || failed_success || failed_contacts || only_error {
        Inside::Failed
    } else {
        Inside::Fine
    }
}

/// The server's words: `error`, `message`, the first of `data.failedContacts[].error`, else the body.
fn failure_text(response: &HttpResponse) -> String {
    if is_page(response) {
        return format!("HTTP {} with a web page instead of JSON", response.status);
    }
    let root: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    let failed = root.pointer("/data/failedContacts").and_then(|list| {
        let errors = list.as_array()?.iter().filter_map(|c| c.get("error"));
        errors.filter_map(words::text).next()
    });
    // A success envelope around failed contacts says so in `message`; the reason is with the contact.
    let named = || {
        ["error", "message"]
            .into_iter()
            .find_map(|m| words::text(root.get(m)?))
    };
    let text = match root.get("status").and_then(Value::as_str) {
        Some("success") => failed.or_else(named),
        _ => named().or(failed),
    };
    // Without a text the body is shown, unless it may hold a contact.
    let text = match text {
        Some(text) => text,
        None if has(&root, "data") => String::new(),
        None => response.text_body(),
    };
    let text = shortened(&text);
    if text.is_empty() {
        return format!("HTTP {}: a failure without a text", response.status);
    }
    text
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
            let names: Vec<String> = o.keys().take(8).map(|k| shortened(k)).collect();
            format!("an object with {}", names.join(", "))
        }
    }
}
