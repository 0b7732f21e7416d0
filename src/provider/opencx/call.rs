//! Requests of OpenCX: paths, queries and what each call is for. The contact in a body is made in `map`.
//!
//! A cursor of ours is the query of a list, filters included. One that begins with `q=` is a search, which
//! stands on a path of its own (page "search chat sessions"); every other is the list of contacts.

use serde_json::{Map, Value, json};

use crate::domain::ContactId;
use crate::domain::field::IdRule;
use crate::http::{FieldProblem, HttpRequest, Method, encode_component};
use crate::provider::{Call, Context, Cursor, Purpose, Unsupported};

/// The path of the list, and of one contact in front of its id.
const CONTACTS: &str = "/contacts";

/// The path of the search.
const SEARCH: &str = "/chat/sessions/search";

/// What every search's query begins with.
const QUESTION: &str = "q=";

/// A page of the list, or of a search.
pub fn page(context: &Context, cursor: Option<&Cursor>, purpose: Purpose) -> Call {
    let path = match cursor.map(|c| c.0.as_str()) {
        None | Some("") => CONTACTS.to_string(),
        Some(query) if query.starts_with(QUESTION) => format!("{SEARCH}?{query}"),
        Some(query) => format!("{CONTACTS}?{query}"),
    };
    Call {
        request: HttpRequest::new(Method::Get, url(context, &path)),
        purpose,
        idempotent: true,
    }
}

/// The beginning of a search for a text.
pub fn search(text: &str) -> Cursor {
    Cursor(format!("{QUESTION}{}", encode_component(text)))
}

/// Whether a request is a search.
pub fn is_search(request: &HttpRequest) -> bool {
    let path = request.url.split('?').next().unwrap_or_default();
    path.ends_with(SEARCH)
}

/// Where the list that a request asks for goes on: the same filters, and the provider's cursor, which is
/// passed back as it came.
pub fn onward(request: &HttpRequest, next: &str) -> Cursor {
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let filters = query.split('&').filter(|pair| !pair.starts_with("cursor="));
    let mut pairs: Vec<String> = filters
        .filter(|pair| !pair.is_empty())
        .map(String::from)
        .collect();
    pairs.push(format!("cursor={}", encode_component(next)));
    Cursor(pairs.join("&"))
}

/// The update: absolute values, so sending it twice is the same as once. The wrapper `contact` is required.
///
/// # Errors
/// When the id does not fit into one segment of a path.
pub fn update(
    context: &Context,
    id: &ContactId,
    contact: Map<String, Value>,
) -> Result<Call, Unsupported> {
    check_id(id)?;
    let path = format!("{CONTACTS}/{}", encode_component(id.as_str()));
    let request = HttpRequest::new(Method::Patch, url(context, &path));
    Ok(Call {
        request: request.with_body(json!({ "contact": contact })),
        purpose: Purpose::Write,
        idempotent: true,
    })
}

/// Whether an update is about this contact.
pub fn addresses(request: &HttpRequest, id: &ContactId) -> bool {
    let segment = request.url.rsplit('/').next().unwrap_or_default();
    segment == encode_component(id.as_str())
}

/// Refuses an id from which no path can be made.
///
/// # Errors
/// Says what an id looks like.
pub fn check_id(id: &ContactId) -> Result<(), Unsupported> {
    IdRule::Opaque.check(id.as_str()).map_err(|message| {
        let message = message.strip_prefix("id: ").unwrap_or(&message);
        Unsupported(vec![FieldProblem::new("id", message)])
    })
}

/// Appends to the configured address as text, so that a path prefix in it stays.
fn url(context: &Context, path: &str) -> String {
    format!("{}{path}", context.base_url.trim_end_matches('/'))
}
