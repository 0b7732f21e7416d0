//! From Chatwoot's answers to contacts, pages, labels, definitions and sentences. The other direction is
//! in `call`; the shapes are in `wire`.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::attribute::text_of;
use crate::domain::field::{FieldKey, Flag, IdRule};
use crate::domain::{
    AttributeDefinition, AttributeType, Contact, ContactId, ProviderId, TagSet, TagsRead,
};
use crate::http::HttpResponse;
use crate::provider::{Call, Context, DecodeError, Page, Purpose, Reply, json_body};

use super::wire::{self, Object};
use super::{FACTS, call, lists};

/// Reads an answer by what its call was for.
pub fn reply(
    context: &Context,
    call: &Call,
    response: &HttpResponse,
) -> Result<Reply, DecodeError> {
    let empty = response.status == 204 || response.body.iter().all(u8::is_ascii_whitespace);
    match &call.purpose {
        Purpose::WriteTags => return Ok(Reply::Nothing),
        Purpose::Write if empty => return Ok(Reply::Nothing),
        _ => {}
    }
    let body = json_body(response)?;
    match &call.purpose {
        Purpose::Page | Purpose::Tagged(_) => page(context, call, body).map(Reply::Page),
        Purpose::Contact | Purpose::Write => {
            let contact = contact(context, wire::contact(body)?)?;
            let asked = call::contact_id(&call.request.url);
            if let Some(asked) = asked.filter(|id| *id != contact.id.as_str()) {
                let came = &contact.id;
                let message = format!("contact {asked} was asked for, contact {came} came");
                return Err(DecodeError(message));
            }
            Ok(Reply::Contact(Box::new(contact)))
        }
        Purpose::Tags => {
            let labels = wire::texts("payload", wire::payload_list(body)?)?;
            Ok(Reply::Tags(labels.into_iter().collect::<TagSet>()))
        }
        Purpose::Definitions => definitions(body).map(Reply::Definitions),
        Purpose::Catalogue => titles(body).map(Reply::Catalogue),
        Purpose::About => about(context, &call.request.url, body).map(Reply::About),
        Purpose::WriteTags => Ok(Reply::Nothing),
    }
}

/// A page. An empty one is the end whatever the count says, which is counted anew for every page.
/// `meta.current_page` is not used: it echoes the query unchecked, as text or number.
fn page(context: &Context, call: &Call, body: &Value) -> Result<Page, DecodeError> {
    let number = lists::page_number(&call.request);
    let listing = wire::listing(body)?;
    let contacts: Result<Vec<Contact>, DecodeError> = listing
        .payload
        .iter()
        .map(|row| contact(context, wire::object("payload", row)?))
        .collect();
    let contacts = contacts?;
    let size = FACTS.page_size as u64;
    let more = match (listing.has_more, listing.count) {
        _ if contacts.is_empty() => false,
        (Some(more), _) => more,
        (None, Some(count)) => number.saturating_mul(size) < count,
        (None, None) => contacts.len() >= FACTS.page_size,
    };
    Ok(Page {
        contacts,
        total: listing.has_more.map_or(listing.count, |_| None),
        next: more.then(|| lists::behind(call)),
    })
}

/// A contact. Labels are never part of it, and neither is the time of its last change.
pub fn contact(context: &Context, object: &Object) -> Result<Contact, DecodeError> {
    let id = match object.get("id") {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => return Err(DecodeError("a contact came without an id".into())),
    };
    if IdRule::Integer.check(&id).is_err() {
        return Err(DecodeError(format!("{id:?} came as a contact's id")));
    }
    let named = |error: DecodeError| DecodeError(format!("contact {id}: {}", error.0));
    let mut contact = Contact::new(
        ContactId::new(id.as_str()),
        context.account.clone(),
        ProviderId::Chatwoot,
    );
    contact.tags_read = TagsRead::No;
    for key in [
        FieldKey::Name,
        FieldKey::Email,
        FieldKey::Phone,
        FieldKey::Identifier,
    ] {
        let text = wire::text(object, call::member(key)).map_err(named)?;
        contact.set_field(key, &text);
    }
    if let Some(blocked) = wire::flag(object, "blocked").map_err(named)? {
        contact.flags.insert(Flag::Blocked, blocked);
    }
    let attributes = wire::entries(object, "custom_attributes").map_err(named)?;
    contact.attributes = attributes.into_iter().collect();
    let additional = wire::entries(object, "additional_attributes").map_err(named)?;
    contact.extra = additional_extra(&additional);
    for (label, key) in [
        ("Availability", "availability_status"),
        ("Created", "created_at"),
        ("Last activity", "last_activity_at"),
        ("Picture", "thumbnail"),
    ] {
        let text = match object.get(key) {
            Some(value) if key.ends_with("_at") => moment(value),
            Some(value) => text_of(value),
            None => String::new(),
        };
        if !text.is_empty() {
            contact.extra.insert(label.into(), text);
        }
    }
    Ok(contact)
}

/// Unix seconds as a date and time; what is not that, as it came.
fn moment(value: &Value) -> String {
    let seconds = value.as_i64().and_then(|s| Timestamp::from_second(s).ok());
    seconds.map_or_else(|| text_of(value), |t| t.to_string())
}

/// `additional_attributes` for reading: what the dashboard shows under its names there, other texts under
/// their own keys. The notes that the server keeps about pictures are left out.
fn additional_extra(additional: &Object) -> std::collections::BTreeMap<String, String> {
    let mut extra = std::collections::BTreeMap::new();
    for (key, value) in additional {
        let label = match key.as_str() {
            "avatar_url_hash" | "last_avatar_sync_at" => continue,
            "social_profiles" => {
                for (network, profile) in value.as_object().into_iter().flatten() {
                    keep(&mut extra, &format!("Social: {network}"), profile);
                }
                continue;
            }
            "city" => "City",
            "country" => "Country",
            "country_code" => "Country code",
            "company_name" => "Company",
            "description" => "Description",
            other => other,
        };
        keep(&mut extra, label, value);
    }
    extra
}

fn keep(extra: &mut std::collections::BTreeMap<String, String>, label: &str, value: &Value) {
    let text = text_of(value);
    if !text.is_empty() {
        extra.insert(label.to_string(), text);
    }
}

/// The definitions of contact attributes; those of conversations are left out.
fn definitions(body: &Value) -> Result<Vec<AttributeDefinition>, DecodeError> {
    let mut found = Vec::new();
    for row in wire::list("the answer", body)? {
        let row = wire::object("a definition", row)?;
        let of_contacts = match row.get("attribute_model") {
            Some(Value::String(model)) => model == "contact_attribute",
            Some(Value::Number(model)) => model.as_u64() == Some(1),
            _ => true,
        };
        if !of_contacts {
            continue;
        }
        let key = wire::text(row, "attribute_key")?;
        if key.is_empty() {
            let message = "an attribute definition came without attribute_key";
            return Err(DecodeError(message.into()));
        }
        let filled = |name| wire::text(row, name).map(|t| Some(t).filter(|t| !t.trim().is_empty()));
        let values = match row.get("attribute_values") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) if text.is_empty() => Vec::new(),
            // The vendor's document calls it a text.
            Some(Value::String(text)) => vec![text.clone()],
            Some(values) => {
                wire::texts("attribute_values", wire::list("attribute_values", values)?)?
            }
        };
        found.push(AttributeDefinition {
            label: filled("attribute_display_name")?.unwrap_or_else(|| key.clone()),
            kind: kind(row.get("attribute_display_type")),
            description: filled("attribute_description")?,
            values,
            pattern: filled("regex_pattern")?,
            pattern_hint: filled("regex_cue")?,
            // The dashboard writes a day so, and so it stays readable there.
            days_as_times: true,
            key,
        });
    }
    Ok(found)
}

/// A display type, by name as servers answer or by number as they are written. A type of a later release
/// is edited as text.
fn kind(value: Option<&Value>) -> AttributeType {
    let name = value.map(text_of).unwrap_or_default();
    match name.as_str() {
        "number" | "1" => AttributeType::Number,
        "currency" | "2" => AttributeType::Currency,
        "percent" | "3" => AttributeType::Percent,
        "link" | "4" => AttributeType::Link,
        "date" | "5" => AttributeType::Date,
        "list" | "6" => AttributeType::List,
        "checkbox" | "7" => AttributeType::Checkbox,
        _ => AttributeType::Text,
    }
}

/// The titles of the account's labels.
fn titles(body: &Value) -> Result<Vec<String>, DecodeError> {
    let rows = wire::payload_list(body)?.iter();
    let titles = rows.map(|row| wire::text(wire::object("a label", row)?, "title"));
    let titles: Result<Vec<String>, DecodeError> = titles.collect();
    Ok(titles?.into_iter().filter(|t| !t.is_empty()).collect())
}

/// Sentences about server, user or account, by the address that was asked. The profile also holds the
/// user's tokens; they are not read.
fn about(context: &Context, url: &str, body: &Value) -> Result<Vec<String>, DecodeError> {
    let body = wire::object("the answer", body)?;
    let path = url.split('?').next().unwrap_or_default();
    if path.ends_with("/api") {
        return version(body);
    }
    if path.ends_with("/profile") {
        return profile(context, body);
    }
    let (name, id) = (wire::text(body, "name")?, wire::text(body, "id")?);
    let mut sentences = vec![format!("Account {id} is called {name:?}.")];
    let status = wire::text(body, "status")?;
    if !status.is_empty() && status != "active" {
        sentences.push(format!("The account is {status}."));
    }
    Ok(sentences)
}

fn version(body: &Object) -> Result<Vec<String>, DecodeError> {
    let version = wire::text(body, "version")?;
    if version.is_empty() {
        let message = "the server does not tell a Chatwoot version; base_url may be wrong";
        return Err(DecodeError(message.into()));
    }
    let mut sentences = vec![format!("Chatwoot {version} answers.")];
    for (key, what) in [
        ("queue_services", "job queue"),
        ("data_services", "database"),
    ] {
        let state = wire::text(body, key)?;
        if !state.is_empty() && state != "ok" {
            sentences.push(format!("The server says of its {what}: {state}."));
        }
    }
    Ok(sentences)
}

fn profile(context: &Context, body: &Object) -> Result<Vec<String>, DecodeError> {
    let (name, email) = (wire::text(body, "name")?, wire::text(body, "email")?);
    let mut sentences = vec![format!("Signed in as {name} <{email}>.")];
    let wanted = context.account_id.unwrap_or(0);
    let accounts = body.get("accounts").and_then(Value::as_array);
    let mut accounts = accounts.into_iter().flatten().filter_map(Value::as_object);
    let account = accounts.find(|a| a.get("id").and_then(wire::number) == Some(wanted));
    sentences.push(match account {
        Some(account) => {
            let role = wire::text(account, "role")?;
            format!("The role in account {wanted} is {role}.")
        }
        None => format!("This user does not belong to account {wanted}; check account_id."),
    });
    Ok(sentences)
}
