//! The JSON around Chatflow's contacts: both documented envelopes, totals, catalogue shapes, error
//! texts, and what a response means. What is inside a contact is `map`'s.

use serde_json::Value;

use crate::domain::attribute::text_of;
use crate::http::{HttpResponse, Verdict};
use crate::provider::{DecodeError, json_body};

/// Longest text of a server's that goes into a message, in characters.
const MESSAGE_CHARS: usize = 300;

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

/// What a response means. Texts are prose and never branched on, so no field is guessed from them.
pub fn judge(response: &HttpResponse) -> Verdict {
    let status = response.status;
    match status {
        200..=299 => judge_success(response),
        300..=399 => {
            let target = response.header("location").map_or_else(
                || "without saying where".to_string(),
                |to| format!("to {}", shorten(to)),
            );
            Verdict::Malformed {
                message: format!("HTTP {status}: redirected {target}; check base_url"),
            }
        }
        400..=599 => {
            let page_instead = is_html(response);
            match status {
                // A web page at these says that something else than the API was asked.
                401 | 403 | 408 | 429 | 500.. => {}
                _ if page_instead => {
                    return Verdict::Malformed {
                        message: format!(
                            "HTTP {status}: a web page came instead of JSON; base_url may point at a \
                             website or a proxy"
                        ),
                    };
                }
                _ => {}
            }
            let message = if page_instead {
                format!("HTTP {status} with a web page instead of JSON")
            } else {
                failure_text(response)
            };
            by_status(status, message, response)
        }
        _ => Verdict::Malformed {
            message: format!("HTTP {status} is not an answer of this API"),
        },
    }
}

fn by_status(status: u16, message: String, response: &HttpResponse) -> Verdict {
    match status {
        401 => Verdict::SignIn { message },
        403 => Verdict::Forbidden { message },
        404 | 410 => Verdict::NotFound { message },
        429 => Verdict::Throttled {
            retry_after: response.header("retry-after").map(str::to_string),
            minute_window: false,
        },
        408 | 500.. => Verdict::Server { status, message },
        _ => Verdict::Rejected {
            message,
            fields: Vec::new(),
        },
    }
}

/// A 2xx may still be a failure: the body decides. An empty body is left to `decode`, which knows
/// whether one was needed.
fn judge_success(response: &HttpResponse) -> Verdict {
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Verdict::Ok;
    }
    let root = match json_body(response) {
        Ok(root) => root,
        Err(DecodeError(message)) => return Verdict::Malformed { message },
    };
    // A bare contact has a `status` of its own ("active"); only an envelope's is a result.
    if !root.is_object() || has(&root, "_id") {
        return Verdict::Ok;
    }
    let status_in_body = root.get("status").and_then(number);
    if let Some(code) = status_in_body.and_then(|n| u16::try_from(n).ok())
        && (400..=599).contains(&code)
    {
        return by_status(code, failure_text(response), response);
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
        .pointer("/data/failedContacts")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    let only_error = has(&root, "error") && !has(&root, "data");
    if failed_status || failed_success || failed_contacts || only_error {
        return Verdict::Rejected {
            message: failure_text(response),
            fields: Vec::new(),
        };
    }
    Verdict::Ok
}

/// The server's words: `error`, `message`, the first of `data.failedContacts[].error`, else the body.
fn failure_text(response: &HttpResponse) -> String {
    let root: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    let failed = root.pointer("/data/failedContacts").and_then(|list| {
        let errors = list.as_array()?.iter().filter_map(|c| c.get("error"));
        errors.filter_map(words).next()
    });
    // A success envelope around failed contacts says so in `message`; the reason is with the contact.
    let named = || {
        ["error", "message"]
            .into_iter()
            .find_map(|m| words(root.get(m)?))
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
    let text = shorten(&text);
    if text.is_empty() {
        return format!("HTTP {}: a failure without a text", response.status);
    }
    text
}

/// The text of an error member: a text, or an object or list that holds one.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(s) => s.clone(),
        Value::Object(o) => o.get("message").or_else(|| o.get("error")).map(text_of)?,
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("; "),
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

fn shorten(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= MESSAGE_CHARS {
        return one_line;
    }
    let start: String = one_line.chars().take(MESSAGE_CHARS).collect();
    format!("{start}…")
}

fn is_html(response: &HttpResponse) -> bool {
    let declared = response
        .header("content-type")
        .is_some_and(|t| t.to_ascii_lowercase().contains("html"));
    let first = response.body.iter().find(|b| !b.is_ascii_whitespace());
    first == Some(&b'<') || (declared && !matches!(first, None | Some(b'{' | b'[')))
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
            let names: Vec<String> = o.keys().take(8).map(|k| shorten(k)).collect();
            format!("an object with {}", names.join(", "))
        }
    }
}
