//! Requests of RevyOps: paths, queries, what a cursor means, and what each call is for. Bodies are made in
//! `map`.
//!
//! Custom fields are always asked for as `structure=NESTED`: `FLAT` loses their ids and can not hold two of
//! one name (page "update contact").

use serde_json::{Map, Value};

use crate::domain::ContactId;
use crate::domain::field::IdRule;
use crate::http::{FieldProblem, HttpRequest, Method, encode_component};
use crate::provider::{Call, Context, Cursor, Purpose, Unsupported};

/// The list of version 2 (page "list contacts").
const LIST: &str = "/public/v2/contacts";

/// The list of version 1: a bare array of at most 100, without pages. It alone filters by LinkedIn URL.
const FIRST_LIST: &str = "/public/contacts";

/// What a cursor into the list of version 1 begins with.
const FIRST: &str = "v1";

/// Filters of the two lists. Names of members have an underscore in bodies, and none here.
const FILTERS: [&str; 4] = ["email", "firstname", "lastname", "linkedin_url"];

/// A page of a list. A cursor is a page number and filters ready to stand in a query (`2&email=ann%40x.org`),
/// or `v1` and one filter.
pub fn page(context: &Context, size: usize, cursor: Option<&Cursor>, purpose: Purpose) -> Call {
    let text = cursor.map_or("1", |c| c.0.as_str());
    let (start, filters) = text.split_once('&').unwrap_or((text, ""));
    let filters: String = filters
        .split('&')
        .filter(|pair| is_filter(pair))
        .map(|pair| format!("&{pair}"))
        .collect();
    if start == FIRST {
        let query = filters.trim_start_matches('&');
        return get(url(context, &format!("{FIRST_LIST}?{query}")), purpose);
    }
    let number: u64 = start.parse().unwrap_or(1).max(1);
    let path = format!("{LIST}?page={number}&page_size={size}&structure=NESTED{filters}");
    get(url(context, &path), purpose)
}

fn is_filter(pair: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~%".contains(&b);
    pair.split_once('=')
        .is_some_and(|(name, value)| FILTERS.contains(&name) && value.bytes().all(plain))
}

/// Where a list begins that holds the contacts with these values of filters, by name.
pub fn filtered(filters: &[(&str, &str)]) -> Cursor {
    Cursor(format!("1{}", pairs(filters)))
}

/// Where the list of version 1 begins with this LinkedIn URL.
pub fn by_linkedin(address: &str) -> Cursor {
    Cursor(format!("{FIRST}{}", pairs(&[("linkedin_url", address)])))
}

fn pairs(filters: &[(&str, &str)]) -> String {
    filters
        .iter()
        .map(|(name, value)| format!("&{name}={}", encode_component(value)))
        .collect()
}

/// The page of this number in the list that a request asks for.
pub fn later(request: &HttpRequest, number: u64) -> Cursor {
    let (_, query) = request.url.split_once('?').unwrap_or_default();
    let filters = query.split('&').filter(|pair| is_filter(pair));
    let filters: String = filters.map(|pair| format!("&{pair}")).collect();
    Cursor(format!("{number}{filters}"))
}

/// One contact.
///
/// # Errors
/// When the id is no whole number: `lookup-by-custom-field` stands at the same place of the path.
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
    let request = HttpRequest::new(Method::Patch, contact_url(context, id)?);
    Ok(Call {
        request: request.with_body(Value::Object(body)),
        purpose: Purpose::Write,
        idempotent: true,
    })
}

/// Whether a request asks for a list that has pages.
pub fn has_pages(request: &HttpRequest) -> bool {
    path(request).ends_with(LIST)
}

/// The page number that a list request asks for.
pub fn page_number(request: &HttpRequest) -> u64 {
    query(&request.url, "page").unwrap_or(1)
}

/// The page size that a list request asks for.
pub fn page_size(request: &HttpRequest) -> usize {
    let asked = query(&request.url, "page_size").and_then(|n| usize::try_from(n).ok());
    asked.unwrap_or(super::PAGE_SIZE).max(1)
}

/// A whole number in the query of an address.
pub fn query(url: &str, name: &str) -> Option<u64> {
    let (_, query) = url.split('#').next()?.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(n, _)| *n == name)?.1.parse().ok()
}

/// The last part of a request's path: a contact's id, where one is addressed.
pub fn addressed(request: &HttpRequest) -> &str {
    path(request).rsplit('/').next().unwrap_or_default()
}

fn path(request: &HttpRequest) -> &str {
    request.url.split('?').next().unwrap_or_default()
}

fn get(url: String, purpose: Purpose) -> Call {
    Call {
        request: HttpRequest::new(Method::Get, url),
        purpose,
        idempotent: true,
    }
}

/// Appends to the configured address as text: resolving a relative URL would lose `/api`.
fn url(context: &Context, path: &str) -> String {
    format!("{}{path}", context.base_url.trim_end_matches('/'))
}

fn contact_url(context: &Context, id: &ContactId) -> Result<String, Unsupported> {
    IdRule::Integer.check(id.as_str()).map_err(|message| {
        let message = message.strip_prefix("id: ").unwrap_or(&message);
        Unsupported(vec![FieldProblem::new("id", message)])
    })?;
    let path = format!("{LIST}/{}?structure=NESTED", id.as_str());
    Ok(url(context, &path))
}
