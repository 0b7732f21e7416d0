//! Requests of Pabbly Chatflow: paths, queries and what each call is for. Bodies are made in `map`.

use serde_json::{Map, Value};

use crate::domain::ContactId;
use crate::domain::field::IdRule;
use crate::http::{FieldProblem, HttpRequest, Method, encode_component};
use crate::provider::{Call, Context, Cursor, Purpose, Unsupported};

/// A page of the list. The path is documented with its trailing slash; without it a redirect may follow.
///
/// A cursor is the page's number, and behind a blank the filters of the list as they stand in the address.
pub fn page(context: &Context, limit: usize, cursor: Option<&Cursor>, purpose: Purpose) -> Call {
    let place = cursor.map_or("1", |c| c.0.as_str());
    let (page, filters) = place.split_once(' ').unwrap_or((place, ""));
    let page = encode_component(page);
    let joint = if filters.is_empty() { "" } else { "&" };
    let path = format!("/contacts/?limit={limit}&page={page}{joint}{filters}");
    get(url(context, &path), purpose)
}

/// Where a page of a list stands.
pub fn place(page: u64, filters: &str) -> Cursor {
    if filters.is_empty() {
        return Cursor(page.to_string());
    }
    Cursor(format!("{page} {filters}"))
}

/// Where the page behind an answered one stands.
pub fn behind(request: &HttpRequest) -> Cursor {
    let (_, query) = request.url.split_once('?').unwrap_or_default();
    let ours = |pair: &&str| !pair.starts_with("limit=") && !pair.starts_with("page=");
    let filters: Vec<&str> = query.split('&').filter(ours).collect();
    place(page_number(request).saturating_add(1), &filters.join("&"))
}

/// One contact.
///
/// # Errors
/// When the id is not 24 hexadecimal characters: `lists` stands at the same place of the path.
pub fn read(context: &Context, id: &ContactId) -> Result<Call, Unsupported> {
    Ok(get(contact_url(context, id)?, Purpose::Contact))
}

/// The update. The body holds absolute values only, so sending it twice is the same as once.
///
/// # Errors
/// As [`read`].
pub fn update(
    context: &Context,
    id: &ContactId,
    body: Map<String, Value>,
) -> Result<Call, Unsupported> {
    let request = HttpRequest::new(Method::Put, contact_url(context, id)?);
    Ok(Call {
        request: request.with_body(Value::Object(body)),
        purpose: Purpose::Write,
        idempotent: true,
    })
}

/// The tags known in Settings. Its page is not published in full; see `wire::catalogue`.
pub fn catalogue(context: &Context) -> Call {
    get(url(context, "/settings/tags"), Purpose::Catalogue)
}

/// The page number that a list request asks for.
pub fn page_number(request: &HttpRequest) -> u64 {
    query(request, "page").unwrap_or(1)
}

/// The page size that a list request asks for.
pub fn limit(request: &HttpRequest) -> usize {
    let asked = query(request, "limit").and_then(|n| usize::try_from(n).ok());
    asked.unwrap_or(super::PAGE_SIZE).max(1)
}

fn query(request: &HttpRequest, name: &str) -> Option<u64> {
    let (_, query) = request.url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(n, _)| *n == name)?.1.parse().ok()
}

fn get(url: String, purpose: Purpose) -> Call {
    Call {
        request: HttpRequest::new(Method::Get, url),
        purpose,
        idempotent: true,
    }
}

/// Appends to the configured address as text: resolving a relative URL would lose `/api/v1`.
fn url(context: &Context, path: &str) -> String {
    format!("{}{path}", context.base_url.trim_end_matches('/'))
}

fn contact_url(context: &Context, id: &ContactId) -> Result<String, Unsupported> {
    IdRule::Hex24.check(id.as_str()).map_err(|message| {
        let message = message.strip_prefix("id: ").unwrap_or(&message);
        Unsupported(vec![FieldProblem::new("id", message)])
    })?;
    Ok(url(context, &format!("/contacts/{}", id.as_str())))
}
