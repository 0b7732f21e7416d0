//! Queries of lists: which page, how many, in which structure; and the envelope around a page.

use serde_json::{Value, json};

use super::choices::{EmptyList, Envelope, OverMax, PastEnd};
use super::quirks::Quirks;
use super::reply::{Outcome, Problem, detail};
use super::show::Structure;
use crate::http::{HttpResponse, encode_component};
use crate::sandbox::{Received, query};

/// A decoded query; of a key that is there twice the last counts.
#[derive(Debug, Clone)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// The query of a request.
    pub(super) fn of(request: &Received) -> Self {
        Self(query::pairs(request.query()))
    }

    /// The value of a key.
    pub(super) fn last(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a filter; an empty one filters nothing.
    pub(super) fn filter(&self, key: &str) -> Option<&str> {
        self.last(key).filter(|value| !value.is_empty())
    }

    /// What `structure` asks for; `NESTED` where it is not given.
    ///
    /// # Errors
    /// Anything else, also in another case.
    pub(super) fn structure(&self) -> Result<Structure, Problem> {
        match self.last("structure") {
            None | Some("NESTED") => Ok(Structure::Nested),
            Some("FLAT") => Ok(Structure::Flat),
            Some(_) => Err(Problem::member("structure", "Must be NESTED or FLAT.")),
        }
    }

    /// A whole number, as large or small as it can be where it does not fit.
    fn integer(&self, key: &str) -> Result<Option<i64>, Problem> {
        let Some(text) = self.last(key) else {
            return Ok(None);
        };
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::member(key, "A valid integer is required."));
        }
        let beyond = if text.starts_with('-') {
            i64::MIN
        } else {
            i64::MAX
        };
        Ok(Some(text.parse().unwrap_or(beyond)))
    }

    fn page(&self, quirks: &Quirks) -> Result<Page, Problem> {
        let number = self.integer("page")?.unwrap_or(1);
        let number = u64::try_from(number).ok().filter(|number| *number > 0);
        let asked = self.integer("page_size")?.unwrap_or_default();
        let size = match u64::try_from(asked) {
            Err(_) | Ok(0) => quirks.default_size.min(quirks.max_size),
            Ok(size) if size > quirks.max_size && quirks.over_max == OverMax::Refuse => {
                let text = format!("Ensure this value is at most {}.", quirks.max_size);
                return Err(Problem::member("page_size", &text));
            }
            Ok(size) => size.min(quirks.max_size),
        };
        let number = number.ok_or(Problem::NotFound("Invalid page."))?;
        Ok(Page { number, size })
    }
}

#[derive(Debug, Clone, Copy)]
struct Page {
    number: u64,
    size: u64,
}

/// A page of what was found, in the account's envelope.
pub(super) fn paged<T>(
    found: &[T],
    request: &Received,
    query: &Query,
    quirks: &Quirks,
    show: impl Fn(&T) -> Value,
) -> Outcome {
    let page = query.page(quirks)?;
    let total = found.len() as u64;
    let pages = total.div_ceil(page.size).max(1);
    if page.number > pages && quirks.past_end == PastEnd::NotFound {
        return Err(Problem::NotFound("Invalid page."));
    }
    if total == 0 && quirks.empty != EmptyList::Page {
        return Ok(nothing(quirks.empty));
    }
    let start = (page.number - 1).saturating_mul(page.size);
    let results: Vec<Value> = found
        .iter()
        .skip(usize::try_from(start).unwrap_or(usize::MAX))
        .take(usize::try_from(page.size).unwrap_or(usize::MAX))
        .map(show)
        .collect();
    let next = (page.number < pages).then(|| page.number + 1);
    let previous = (page.number > 1).then(|| page.number - 1);
    let link = |number: Option<u64>| number.map(|n| address(request, query, quirks, n));
    let mut out = json!({ "count": total });
    match quirks.envelope {
        Envelope::Array => return Ok(HttpResponse::json(200, &Value::Array(results))),
        Envelope::Pages | Envelope::Links | Envelope::Both => {}
    }
    if quirks.envelope != Envelope::Pages {
        out["next"] = json!(link(next));
        out["previous"] = json!(link(previous));
    }
    if quirks.envelope != Envelope::Links {
        out["total_pages"] = json!(pages);
        out["current_page"] = json!(page.number);
        out["page_size"] = json!(page.size);
    }
    out["results"] = Value::Array(results);
    Ok(HttpResponse::json(200, &out))
}

/// A v1 list: a bare array.
pub(super) fn bare(results: Vec<Value>, quirks: &Quirks) -> HttpResponse {
    match quirks.empty {
        EmptyList::Status | EmptyList::NotFound if results.is_empty() => nothing(quirks.empty),
        _ => HttpResponse::json(200, &Value::Array(results)),
    }
}

/// A list without contacts in one of its odd forms.
fn nothing(form: EmptyList) -> HttpResponse {
    match form {
        EmptyList::Status => HttpResponse::json(200, &json!({"status": "No contacts found"})),
        EmptyList::NotFound => detail(404, "No contacts found."),
        EmptyList::Page | EmptyList::Array => HttpResponse::json(200, &json!([])),
    }
}

/// The address of another page of the same list.
fn address(request: &Received, query: &Query, quirks: &Quirks, number: u64) -> String {
    let origin = quirks.next_origin.clone().unwrap_or_else(|| {
        let host = request.header("host").unwrap_or("localhost");
        format!("http://{host}")
    });
    let kept = |key: &str| key != "page" && (key != "client_id" || quirks.next_origin.is_none());
    let mut parts: Vec<String> = query
        .0
        .iter()
        .filter(|(key, _)| kept(key))
        .map(|(key, value)| format!("{}={}", encode_component(key), encode_component(value)))
        .collect();
    parts.push(format!("page={number}"));
    format!("{origin}{}?{}", request.path(), parts.join("&"))
}
