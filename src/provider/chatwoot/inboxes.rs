//! API inboxes, and the source ids that contacts have in them: what the roster of a public account is made of.
//!
//! The list of inboxes tells the secret name of each, and to administrators keys of identity hashes too. The
//! names are compared by `app` and shown by nobody; the keys are not read.

use std::fmt;

use serde_json::Value;

use crate::http::HttpResponse;
use crate::provider::{Call, Context, Cursor, DecodeError, Purpose, json_body};

use super::{call, lists, wire};

/// An inbox that is reached through the public API.
pub struct ApiInbox {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its secret name, `inbox_identifier`.
    pub identifier: String,
}

impl fmt::Debug for ApiInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, .. } = self;
        write!(f, "ApiInbox({id}, {name:?})")
    }
}

/// A contact in an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The inbox's number.
    pub inbox: u64,
    /// The contact's name there.
    pub source_id: String,
    /// The contact's own identifier, where it has one.
    pub identifier: Option<String>,
}

/// The request for the inboxes that the user may see; it is not paged.
pub fn list(context: &Context) -> Call {
    call::get(format!("{}/inboxes", call::account(context)), Purpose::Page)
}

/// The request for a page of contacts together with their inboxes.
pub fn page(context: &Context, cursor: Option<&Cursor>) -> Call {
    let mut call = lists::page(context, cursor);
    let (without, with) = (
        "include_contact_inboxes=false",
        "include_contact_inboxes=true",
    );
    call.request.url = call.request.url.replacen(without, with, 1);
    call
}

/// The API inboxes of an answer to [`list`].
///
/// # Errors
/// When it does not have that shape.
pub fn api_inboxes(response: &HttpResponse) -> Result<Vec<ApiInbox>, DecodeError> {
    let body = json_body(response)?;
    let mut found = Vec::new();
    for row in wire::payload_list(body)? {
        let row = wire::object("an inbox", row)?;
        if row.get("channel_type").and_then(Value::as_str) != Some("Channel::Api") {
            continue;
        }
        let id = row.get("id").and_then(wire::number);
        found.push(ApiInbox {
            id: id.ok_or_else(|| DecodeError("an inbox came without an id".into()))?,
            name: wire::text(row, "name")?,
            identifier: wire::text(row, "inbox_identifier")?,
        });
    }
    Ok(found)
}

/// The places of the contacts of an answer to [`page`].
///
/// # Errors
/// When it does not have that shape.
pub fn placed(response: &HttpResponse) -> Result<Vec<Placed>, DecodeError> {
    let body = json_body(response)?;
    let mut found = Vec::new();
    for row in wire::payload_list(body)? {
        let row = wire::object("a contact", row)?;
        let identifier = wire::text(row, "identifier")?;
        let places = row.get("contact_inboxes").unwrap_or(&Value::Null);
        for place in wire::list("contact_inboxes", places)? {
            let place = wire::object("a place of a contact", place)?;
            let inbox = place.get("inbox").and_then(|i| i.get("id"));
            let source_id = wire::text(place, "source_id")?;
            if let (Some(inbox), false) = (inbox.and_then(wire::number), source_id.is_empty()) {
                found.push(Placed {
                    inbox,
                    source_id,
                    identifier: Some(identifier.clone()).filter(|i| !i.is_empty()),
                });
            }
        }
    }
    Ok(found)
}
