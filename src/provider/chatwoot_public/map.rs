//! From the public API's answers to contacts and sentences. The other direction is in `call`.
//!
//! Two shapes of a contact: six members from GET, the whole record from PATCH, which does not tell the source
//! id. Members are read by hand, so that one of the wrong type is named. The `pubsub_token` is never read, and no
//! part of a body is ever quoted: anybody who has it can listen to the contact's conversations.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::domain::attribute::text_of;
use crate::domain::field::{FieldKey, Flag};
use crate::domain::{Contact, ContactId, ProviderId, TagsRead};
use crate::http::HttpResponse;
use crate::provider::{Call, Context, DecodeError, Page, Purpose, Reply};

use super::call;

type Object = Map<String, Value>;

/// Reads an answer by what its call was for.
pub fn reply(
    context: &Context,
    call: &Call,
    response: &HttpResponse,
) -> Result<Reply, DecodeError> {
    let body = body(response)?;
    let object = body
        .as_object()
        .ok_or_else(|| DecodeError("an object was expected".into()))?;
    match &call.purpose {
        Purpose::Page | Purpose::Tagged(_) => inbox_name(object).map(|_| {
            Reply::Page(Page {
                contacts: Vec::new(),
                total: None,
                next: None,
            })
        }),
        Purpose::Contact | Purpose::Write => {
            let id = source_id(&call.request.url)?;
            contact(context, id, object).map(|c| Reply::Contact(Box::new(c)))
        }
        Purpose::About => about(context, &call.request.url, object).map(Reply::About),
        Purpose::Tags | Purpose::WriteTags | Purpose::Definitions | Purpose::Catalogue => {
            Err(DecodeError("this API has no such call".into()))
        }
    }
}

/// The body as JSON. What is none is described, not quoted.
pub fn body(response: &HttpResponse) -> Result<Value, DecodeError> {
    let kind = response.header("content-type").unwrap_or("no content type");
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError("the body is empty; JSON was expected".into()));
    }
    serde_json::from_slice(&response.body).map_err(|error| {
        let page = response.body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<');
        if page {
            return DecodeError(format!(
                "a web page came instead of JSON; base_url may point at a website or a proxy ({kind})"
            ));
        }
        let what = if error.is_eof() {
            "the JSON ends in the middle"
        } else {
            "this is not JSON"
        };
        let (line, column) = (error.line(), error.column());
        DecodeError(format!("{what}, at line {line}, column {column}"))
    })
}

/// The contact that an address is about.
fn source_id(url: &str) -> Result<ContactId, DecodeError> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit_once("/contacts/").map(|(_, id)| id);
    // A segment holds no `&`, `=` or `+` that is not encoded, so that it reads like one name of a form.
    let decoded = last.and_then(|id| url::form_urlencoded::parse(id.as_bytes()).next());
    decoded.map_or_else(
        || Err(DecodeError("the address names no contact".into())),
        |(id, _)| Ok(ContactId::new(id.into_owned())),
    )
}

/// A contact in either shape; the whole record is the one that carries attributes.
pub fn contact(context: &Context, id: ContactId, object: &Object) -> Result<Contact, DecodeError> {
    let record = match object.get("id") {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        _ => return Err(DecodeError("a contact came without an id".into())),
    };
    if let Some(Value::String(told)) = object.get("source_id")
        && told != id.as_str()
    {
        let message = "a contact of another source id came than was asked for";
        return Err(DecodeError(message.into()));
    }
    let mut contact = Contact::new(id, context.account.clone(), ProviderId::ChatwootPublic);
    contact.record = Some(record);
    for key in [
        FieldKey::Name,
        FieldKey::Email,
        FieldKey::Phone,
        FieldKey::Identifier,
    ] {
        contact.set_field(key, &text(object, call::member(key))?);
    }
    contact.tags_read = TagsRead::No;
    if let Some(labels) = object.get("label_list") {
        contact.tags = texts("label_list", labels)?.into_iter().collect();
        contact.tags_read = TagsRead::All;
    }
    match object.get("custom_attributes") {
        None => contact.attributes_known = false,
        Some(_) => contact.attributes = entries(object, "custom_attributes")?.into_iter().collect(),
    }
    match object.get("blocked") {
        None | Some(Value::Null) => {}
        Some(Value::Bool(yes)) => {
            contact.flags.insert(Flag::Blocked, *yes);
        }
        Some(_) => return Err(DecodeError("blocked: yes or no was expected".into())),
    }
    contact.created_at = moment(object.get("created_at"));
    contact.updated_at = moment(object.get("updated_at"));
    contact.extra = extra(object)?;
    Ok(contact)
}

/// ISO 8601 with milliseconds, as this API writes times (the application API counts seconds).
fn moment(value: Option<&Value>) -> Option<Timestamp> {
    value?.as_str()?.parse().ok()
}

/// What else a record tells, for reading: under the names of the dashboard, other texts under their own keys.
fn extra(object: &Object) -> Result<BTreeMap<String, String>, DecodeError> {
    let mut extra = BTreeMap::new();
    let mut keep = |label: &str, value: &Value| {
        let text = text_of(value);
        if !text.is_empty() {
            extra.insert(label.to_string(), text);
        }
    };
    for (key, label) in [
        ("contact_type", "Type"),
        ("middle_name", "Middle name"),
        ("last_name", "Last name"),
        ("last_activity_at", "Last activity"),
        ("location", "Location"),
        ("country_code", "Country"),
        ("company_id", "Company number"),
    ] {
        keep(label, object.get(key).unwrap_or(&Value::Null));
    }
    for (key, value) in &entries(object, "additional_attributes")? {
        match key.as_str() {
            // Chatwoot's notes about pictures; and what it copies into columns of its own, shown above.
            "avatar_url_hash" | "last_avatar_sync_at" | "city" | "country" => {}
            "country_code" => keep("Country code", value),
            "company_name" => keep("Company", value),
            "description" => keep("Description", value),
            "social_profiles" => {
                for (network, profile) in value.as_object().into_iter().flatten() {
                    keep(&format!("Social: {network}"), profile);
                }
            }
            other => keep(other, value),
        }
    }
    Ok(extra)
}

fn wrong(key: &str, expected: &str) -> DecodeError {
    DecodeError(format!("{key}: {expected} was expected"))
}

/// A member that is a text or nothing.
fn text(object: &Object, key: &str) -> Result<String, DecodeError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(_) => Err(wrong(key, "a text")),
    }
}

/// A member that is an object; absent, null and `""` are an empty one.
fn entries(object: &Object, key: &str) -> Result<Object, DecodeError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(Object::new()),
        Some(Value::String(text)) if text.is_empty() => Ok(Object::new()),
        Some(Value::Object(entries)) => Ok(entries.clone()),
        Some(_) => Err(wrong(key, "an object")),
    }
}

fn texts(key: &str, value: &Value) -> Result<Vec<String>, DecodeError> {
    let items = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        _ => return Err(wrong(key, "a list")),
    };
    let one = |item: &Value| {
        let text = item.as_str().map(str::to_string);
        text.ok_or_else(|| wrong(key, "a list of texts"))
    };
    items.iter().map(one).collect()
}

fn inbox_name(object: &Object) -> Result<String, DecodeError> {
    let name = text(object, "name")?;
    if !object.contains_key("identity_validation_enabled") {
        return Err(DecodeError("the answer does not describe an inbox".into()));
    }
    Ok(name)
}

/// Sentences about server or inbox, by the address that was asked.
fn about(context: &Context, url: &str, object: &Object) -> Result<Vec<String>, DecodeError> {
    if url.ends_with("/api") {
        let version = text(object, "version")?;
        if version.is_empty() {
            let message = "the server does not tell a Chatwoot version; base_url may be wrong";
            return Err(DecodeError(message.into()));
        }
        return Ok(vec![format!("Chatwoot {version} answers.")]);
    }
    let name = inbox_name(object)?;
    let demanded = object.get("identity_validation_enabled") == Some(&Value::Bool(true));
    let identity = match (demanded, context.identity_hash) {
        (true, true) => "It demands an identity hash with every call; hmac_token is configured.",
        (true, false) => {
            "It demands an identity hash with every call, and hmac_token is not configured: every \
             call about a contact will fail with 500. Copy the token from the inbox's settings."
        }
        (false, true) => {
            "It does not demand an identity hash; hmac_token is configured, so one is sent, and a \
             wrong one would fail with 500."
        }
        (false, false) => "It does not demand an identity hash.",
    };
    Ok(vec![
        format!("The API inbox is called {name:?}."),
        identity.into(),
        "This API lists no contacts: they are those of the roster (cardex roster).".into(),
    ])
}
