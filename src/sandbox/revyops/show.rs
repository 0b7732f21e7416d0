//! Contacts, custom fields and companies as answers show them.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value, json};

use super::choices::{CustomFields, Member, NoCompany, NoText, Shape, Times, Written};
use super::quirks::Quirks;
use super::record::{Company, Contact, Field};

/// What `structure` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Structure {
    /// An array of objects.
    Nested,
    /// An object keyed by field name; of two fields of one name it shows the later one.
    Flat,
}

/// Which call shows the contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Version 1: the array, always.
    V1,
    /// Version 2, list and get: what the two sources disagree about.
    Read(Structure),
    /// Version 2, create.
    Created(Structure),
    /// Version 2, update.
    Updated(Structure),
}

/// A contact.
pub(super) fn contact(contact: &Contact, view: View, quirks: &Quirks) -> Value {
    let time = |at: Option<Timestamp>| at.map_or(Value::Null, |at| instant(at, quirks));
    let full = !matches!(view, View::Updated(_)) || quirks.written == Written::Full;
    let mut out = Map::new();
    out.insert("id".into(), json!(contact.id));
    out.insert("updated_time".into(), instant(contact.updated, quirks));
    if full {
        text(&mut out, "email", contact.email.as_ref(), quirks);
        text(
            &mut out,
            "linkedin_url",
            contact.linkedin_url.as_ref(),
            quirks,
        );
    }
    out.insert("first_name".into(), json!(contact.first_name));
    out.insert("last_name".into(), json!(contact.last_name));
    if full {
        if contact.company_id.is_some() || quirks.no_company == NoCompany::Null {
            out.insert("company_id".into(), json!(contact.company_id));
        }
        fields(&mut out, contact, view, quirks);
    }
    out.insert("origin".into(), json!(contact.origin));
    if full {
        text(&mut out, "contact_status", contact.status.as_ref(), quirks);
    }
    for (key, at) in [
        (
            "first_campaign_email_sent",
            contact.first_campaign_email_sent,
        ),
        ("last_campaign_email_sent", contact.last_campaign_email_sent),
        ("last_reply_received", contact.last_reply_received),
    ] {
        out.insert(key.into(), time(at));
    }
    out.insert("previous_status".into(), json!(contact.previous_status));
    out.insert("status_changed_at".into(), time(contact.status_changed_at));
    Value::Object(out)
}

fn text(out: &mut Map<String, Value>, key: &str, value: Option<&String>, quirks: &Quirks) {
    let shown = match (value, quirks.no_text) {
        (Some(text), _) => json!(text),
        (None, NoText::Absent) => return,
        (None, NoText::Null) => Value::Null,
        (None, NoText::Empty) => json!(""),
    };
    out.insert(key.into(), shown);
}

fn fields(out: &mut Map<String, Value>, contact: &Contact, view: View, quirks: &Quirks) {
    const PLAIN: &str = "contact_custom_fields";
    const INPUT: &str = "contact_custom_fields_input";
    let list = || Value::Array(contact.fields.iter().map(|f| field(f, quirks)).collect());
    let map = || {
        let pairs = contact.fields.iter();
        Value::Object(pairs.map(|f| (f.name.clone(), json!(f.value))).collect())
    };
    let structure = match view {
        View::Read(structure) => structure,
        View::V1 | View::Created(Structure::Nested) | View::Updated(Structure::Nested) => {
            out.insert(PLAIN.into(), list());
            return;
        }
        View::Created(Structure::Flat) | View::Updated(Structure::Flat) => {
            out.insert(PLAIN.into(), map());
            return;
        }
    };
    if contact.fields.is_empty() && quirks.fields_empty == CustomFields::Absent {
        return;
    }
    let keyed =
        structure == Structure::Flat || matches!(quirks.fields_shape, Shape::Map | Shape::TextMap);
    let value = if keyed { map() } else { list() };
    let as_text = |value: &Value| Value::String(value.to_string());
    let shown = match quirks.fields_shape {
        Shape::Array | Shape::Map => value.clone(),
        Shape::Text | Shape::TextMap => as_text(&value),
    };
    match quirks.fields_member {
        Member::Plain => {
            out.insert(PLAIN.into(), shown);
        }
        Member::Input => {
            out.insert(INPUT.into(), shown);
        }
        Member::Both => {
            out.insert(PLAIN.into(), as_text(&value));
            out.insert(INPUT.into(), value);
        }
    }
}

/// A custom field.
pub(super) fn field(field: &Field, quirks: &Quirks) -> Value {
    json!({
        "id": field.id,
        "updated_time": instant(field.updated, quirks),
        "field_name": field.name,
        "field_value": field.value,
    })
}

/// A company.
pub(super) fn company(company: &Company, quirks: &Quirks) -> Value {
    json!({
        "id": company.id,
        "updated_time": instant(company.updated, quirks),
        "name": company.name,
        "domain": company.domain,
    })
}

/// A point in time, in the account's form.
fn instant(at: Timestamp, quirks: &Quirks) -> Value {
    let text = match quirks.times {
        Times::Zulu => at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
        Times::Naive => at.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string(),
        Times::Unreadable => at.strftime("%d/%m/%Y %H:%M").to_string(),
        Times::Offset => {
            let there = TimeZone::fixed(Offset::constant(2));
            let local = at.to_zoned(there);
            local.strftime("%Y-%m-%dT%H:%M:%S.%6f+02:00").to_string()
        }
    };
    Value::String(text)
}
