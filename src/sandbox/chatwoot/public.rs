//! The public inbox API: one contact at a time, known by its source id, no token but an optional hash.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use super::params::{Params, scalar};
use super::records::{Contact, ContactInbox, Inbox};
use super::reply::{Outcome, Refusal, ok};
use super::state::{State, hex, order_keys};
use super::{contacts, inboxes, merge, show, validate};
use crate::http::HttpResponse;
use crate::sandbox::Received;

/// Browsers' preflight requests: any origin for the public API, an empty answer elsewhere.
pub fn preflight(request: &Received) -> Option<HttpResponse> {
    let asked = request.header("access-control-request-method")?;
    if request.method != "OPTIONS" || asked.is_empty() || request.header("origin").is_none() {
        return None;
    }
    let mut answer = HttpResponse::new(200, Vec::new(), Vec::new());
    if request.path().starts_with("/public/") {
        let headers = request.header("access-control-request-headers");
        answer = open_to_browsers(answer)
            .with_header("access-control-allow-headers", headers.unwrap_or_default());
    }
    Some(answer)
}

/// Adds the headers that let pages of any origin read the answer.
pub fn open_to_browsers(answer: HttpResponse) -> HttpResponse {
    answer
        .with_header("access-control-allow-origin", "*")
        .with_header(
            "access-control-allow-methods",
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        )
        .with_header("access-control-expose-headers", "")
        .with_header("access-control-max-age", "7200")
}

/// Carries out an action of the public API.
///
/// # Errors
/// The framework's 404 for unknown inboxes and source ids, 422, 500 for a wrong hash.
pub fn answer(
    state: &mut State,
    params: &Params,
    inbox: &str,
    action: &[String],
    now: Timestamp,
) -> Outcome {
    let inbox = state.inboxes.values().find(|i| i.identifier == inbox);
    let inbox = inbox.cloned().ok_or(Refusal::NoRoute)?;
    let parts: Vec<&str> = action.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [_] => describe(&inbox),
        [_, "contacts"] => create(state, params, &inbox, now),
        ["GET", _, source_id] => {
            let (contact, row) = find(state, &inbox, source_id)?;
            check_hash(&inbox, params)?;
            ok(&brief(contact, row))
        }
        [_, _, source_id] => update(state, params, &inbox, source_id, now),
        _ => Err(Refusal::NoRoute),
    }
}

fn describe(inbox: &Inbox) -> Outcome {
    ok(&json!({
        "identifier": inbox.identifier,
        "identity_validation_enabled": inbox.hmac_mandatory,
        "name": inbox.name,
        "timezone": "UTC",
        "working_hours": show::working_hours(),
        "working_hours_enabled": false,
        "csat_survey_enabled": false,
        "greeting_enabled": false,
    }))
}

fn brief(contact: &Contact, row: &ContactInbox) -> Value {
    json!({
        "source_id": row.source_id,
        "pubsub_token": row.pubsub_token,
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
    })
}

fn find<'a>(
    state: &'a State,
    inbox: &Inbox,
    source_id: &str,
) -> Result<(&'a Contact, &'a ContactInbox), Refusal> {
    state
        .contacts
        .values()
        .find_map(|contact| {
            let mut rows = contact.inboxes.iter();
            let row = rows.find(|r| r.inbox == inbox.id && r.source_id == source_id)?;
            Some((contact, row))
        })
        .ok_or(Refusal::NoRoute)
}

/// The hash is checked against the identifier of the same request, never against the contact's.
fn check_hash(inbox: &Inbox, params: &Params) -> Result<(), Refusal> {
    let sent = params.text("identifier_hash").unwrap_or_default();
    if sent.trim().is_empty() && !inbox.hmac_mandatory {
        return Ok(());
    }
    let identifier = params.text("identifier").unwrap_or_default();
    let mut mac =
        Hmac::<Sha256>::new_from_slice(inbox.hmac_token.as_bytes()).map_err(|_| Refusal::Crash)?;
    mac.update(identifier.as_bytes());
    if hex(&mac.finalize().into_bytes()) == sent {
        Ok(())
    } else {
        Err(Refusal::Crash)
    }
}

/// A known source id answers its contact; a known identifier, e-mail address or phone number joins that
/// contact unchanged; only otherwise is one made.
fn create(state: &mut State, params: &Params, inbox: &Inbox, now: Timestamp) -> Outcome {
    check_hash(inbox, params)?;
    let source_id = match params.get("source_id") {
        None | Some(Value::Null) => state.random_uuid(),
        Some(value) => scalar(value).flatten().unwrap_or_default(),
    };
    if let Ok((contact, row)) = find(state, inbox, &source_id) {
        return ok(&brief(contact, row));
    }
    let mut contact = match existing(state, params, inbox.account) {
        Some(contact) => contact,
        None => {
            let mut contact = Contact::blank(0, inbox.account, now);
            fill(&mut contact, params)?;
            if params.get("name").and_then(scalar).flatten().is_none() {
                contact.name = Some(state.invented_name());
            }
            validate::contact(state, &contact)?;
            contact.id = state.next_contact_id();
            validate::constraints(state, &contact)?;
            contact
        }
    };
    let row = inboxes::place(state, &contact, inbox, Some(source_id))?;
    contact.inboxes.extend(row.clone());
    let body = row.as_ref().map(|row| brief(&contact, row));
    contacts::store(state, contact, now);
    // A blank source id fails only after the contact was stored.
    ok(&body.ok_or(Refusal::Crash)?)
}

fn existing(state: &State, params: &Params, account: u64) -> Option<Contact> {
    let present = |name: &str| params.text(name).filter(|t| !t.trim().is_empty());
    let identifier = present("identifier");
    let email = present("email").map(|e| e.to_lowercase());
    let phone = present("phone_number");
    let same = |wanted: &Option<String>, pick: fn(&Contact) -> &Option<String>| {
        wanted.as_ref().and_then(|wanted| {
            let mut all = state.contacts.values().filter(|c| c.account == account);
            all.find(|c| pick(c).as_ref() == Some(wanted)).cloned()
        })
    };
    same(&identifier, |c| &c.identifier)
        .or_else(|| same(&email, |c| &c.email))
        .or_else(|| same(&phone, |c| &c.phone_number))
}

fn fill(contact: &mut Contact, params: &Params) -> Result<(), Refusal> {
    let mut whole = contact.clone();
    contacts::assign(&mut whole, params)?;
    contact.name = whole.name;
    contact.email = whole.email;
    contact.phone_number = whole.phone_number;
    contact.identifier = whole.identifier.filter(|i| !i.is_empty());
    contact.custom_attributes = whole.custom_attributes;
    Ok(())
}

/// Blank fields are ignored; an e-mail address or phone number of somebody else merges the two, and the
/// other one survives.
fn update(
    state: &mut State,
    params: &Params,
    inbox: &Inbox,
    source_id: &str,
    now: Timestamp,
) -> Outcome {
    let (contact, _) = find(state, inbox, source_id)?;
    let mut contact = contact.clone();
    check_hash(inbox, params)?;
    let present = |name: &str| params.text(name).filter(|t| !t.trim().is_empty());
    let name = present("name");
    let email = contacts::normal_email(present("email"));
    let mut phone = present("phone_number");

    let twin =
        |state: &State, id: u64, pick: fn(&Contact) -> &Option<String>, value: &Option<String>| {
            let mut others = state
                .contacts
                .values()
                .filter(|c| c.account == inbox.account && c.id != id);
            value
                .as_ref()
                .and_then(|v| others.find(|c| pick(c).as_ref() == Some(v)).cloned())
        };
    if let Some(other) = twin(state, contact.id, |c| &c.email, &email) {
        contact = merged(state, other, &contact, now)?;
    }
    if let Some(other) = twin(state, contact.id, |c| &c.phone_number, &phone) {
        let another = email.is_some() && other.email.is_some() && other.email != email;
        if another {
            phone = None;
        } else {
            contact = merged(state, other, &contact, now)?;
        }
    }
    contact.name = name.or(contact.name);
    contact.email = email.or(contact.email);
    contact.phone_number = phone.or(contact.phone_number);
    if let Some(Value::Object(sent)) = params.get("custom_attributes") {
        merge::deep_merge(&mut contact.custom_attributes, sent);
    }
    validate::contact(state, &contact)?;
    let id = contact.id;
    contacts::store(state, contact, now);
    let stored = state.contacts.get(&id).ok_or(Refusal::NoRoute)?;
    ok(&show::contact_record(state, stored))
}

fn merged(
    state: &mut State,
    base: Contact,
    mergee: &Contact,
    now: Timestamp,
) -> Result<Contact, Refusal> {
    let id = base.id;
    merge::merge(state, base, mergee, now);
    let merged = state.contacts.get_mut(&id).ok_or(Refusal::Crash)?;
    order_keys(&mut merged.custom_attributes);
    Ok(merged.clone())
}
