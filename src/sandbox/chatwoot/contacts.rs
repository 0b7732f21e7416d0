//! One contact in the Application API: create, show, update, delete, and what hangs on it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::params::{Params, boolean, leading_number, scalar};
use super::records::{Contact, Job, Object};
use super::reply::{Outcome, Refusal, done, ok};
use super::state::State;
use super::{Call, inboxes, later, show as render, validate};

/// The parameters a contact is made of. Anything else sent is dropped without a word.
const FIELDS: [&str; 7] = [
    "name",
    "email",
    "phone_number",
    "identifier",
    "blocked",
    "additional_attributes",
    "custom_attributes",
];

/// How long after an e-mail address was set the server looks for its picture.
const GRAVATAR_DELAY: i64 = 30;

/// Whether an answer carries `contact_inboxes`.
pub fn wants_inboxes(params: &Params) -> bool {
    params
        .text("include_contact_inboxes")
        .is_none_or(|text| text.is_empty() || text == "true")
}

/// Whether [`assign`] met a value the database will refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unstorable(bool);

/// Writes the permitted parameters into a contact; attributes merge one level deep.
///
/// # Errors
/// [`Refusal::Crash`] for a NUL character, which the database driver rejects.
pub fn assign(contact: &mut Contact, params: &Params) -> Result<Unstorable, Refusal> {
    if params.has_nul(&FIELDS) {
        return Err(Refusal::Crash);
    }
    let permitted = |field: &str| params.get(field).and_then(scalar);
    if let Some(name) = permitted("name") {
        contact.name = name;
    }
    if let Some(email) = permitted("email") {
        contact.email = normal_email(email);
    }
    if let Some(phone) = permitted("phone_number") {
        contact.phone_number = phone;
    }
    if let Some(identifier) = permitted("identifier") {
        contact.identifier = identifier;
    }
    if let Some(Value::Object(sent)) = params.get("additional_attributes") {
        contact.additional_attributes.extend(sent.clone());
    }
    if let Some(Value::Object(sent)) = params.get("custom_attributes") {
        contact.custom_attributes.extend(sent.clone());
    }
    let mut unstorable = false;
    if let Some(value) = params.get("blocked").filter(|v| scalar(v).is_some()) {
        match boolean(value) {
            Some(blocked) => contact.blocked = blocked,
            None => unstorable = true,
        }
    }
    if let Some(upload) = params.uploads.iter().find(|u| u.field == "avatar") {
        if !upload.content_type.starts_with("image/") {
            let text = "Avatar filetype not supported".to_owned();
            return Err(Refusal::Invalid(vec![("avatar", text)]));
        }
        contact.avatar = Some(upload.file_name.clone());
    }
    Ok(Unstorable(unstorable))
}

/// Addresses are lower-cased and blank ones become null.
pub fn normal_email(email: Option<String>) -> Option<String> {
    email
        .filter(|text| !text.trim().is_empty())
        .map(|text| text.to_lowercase())
}

/// Stores a contact that passed its checks, and queues the search for its picture.
pub fn store(state: &mut State, mut contact: Contact, now: Timestamp) {
    let present = |field: &Option<String>| field.as_deref().is_some_and(|t| !t.is_empty());
    contact.lead |= present(&contact.email) || present(&contact.phone_number);
    let before = state.contacts.get(&contact.id);
    if before.is_some_and(|old| differs(old, &contact)) {
        contact.updated_at = now;
    }
    let new_address = before.is_none_or(|old| old.email != contact.email);
    if let (true, true, Some(email)) = (state.version.is_new(), new_address, &contact.email) {
        let job = Job::Avatar {
            contact: contact.id,
            url: format!("https://www.gravatar.com/avatar/{email}?d=404"),
        };
        state.jobs.push((later(now, GRAVATAR_DELAY), job));
    }
    state.unsettled.push(contact.id);
    state.contacts.insert(contact.id, contact);
}

fn differs(old: &Contact, new: &Contact) -> bool {
    let key = |c: &Contact| {
        (
            c.name.clone(),
            c.email.clone(),
            c.phone_number.clone(),
            c.identifier.clone(),
            c.blocked,
            c.additional_attributes.clone(),
            c.custom_attributes.clone(),
        )
    };
    key(old) != key(new)
}

fn queue_avatar(state: &mut State, call: &Call<'_>, contact: u64) {
    let url = call.params.text("avatar_url").filter(|u| !u.is_empty());
    if let (true, Some(url)) = (state.version.is_new(), url) {
        let job = Job::Avatar { contact, url };
        state.jobs.push((call.now, job));
    }
}

fn find(state: &State, call: &Call<'_>, id: u64) -> Result<Contact, Refusal> {
    state
        .contact_of(call.caller.account, id)
        .cloned()
        .ok_or(Refusal::NotFound)
}

fn answer(state: &State, contact: &Contact, with_inboxes: bool) -> Outcome {
    ok(&json!({"payload": render::contact(state, contact, with_inboxes)}))
}

/// `POST contacts`: a contact, and its place in an inbox where `inbox_id` is given.
///
/// # Errors
/// 422 for invalid fields, 404 for an unknown inbox, 500 for what only the database refuses.
pub fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let mut contact = Contact::blank(0, call.caller.account, call.now);
    let unstorable = assign(&mut contact, call.params)?;
    validate::contact(state, &contact)?;
    // From here on the database was asked: a refusal still uses up a number.
    contact.id = state.next_contact_id();
    if unstorable.0 {
        return Err(Refusal::Crash);
    }
    validate::constraints(state, &contact)?;
    let mut created = json!({"inbox": null, "source_id": null});
    if let Some(inbox_id) = call.params.number("inbox_id") {
        let inbox = state
            .inbox_of(call.caller.account, inbox_id)
            .cloned()
            .ok_or(Refusal::NotFound)?;
        let wanted = call.params.text("source_id");
        let row = inboxes::place(state, &contact, &inbox, wanted)?;
        created = json!({
            "inbox": render::inbox_record(&inbox),
            "source_id": row.as_ref().map(|r| &r.source_id),
        });
        contact.inboxes.extend(row);
    }
    let id = contact.id;
    let body = render::contact(state, &contact, true);
    store(state, contact, call.now);
    queue_avatar(state, call, id);
    ok(&json!({"payload": {"contact": body, "contact_inbox": created}}))
}

/// `GET contacts/#`.
///
/// # Errors
/// 404.
pub fn show(state: &State, call: &Call<'_>, id: u64) -> Outcome {
    let contact = find(state, call, id)?;
    answer(state, &contact, wants_inboxes(call.params))
}

/// `PUT` and `PATCH contacts/#`, which are the same: fields not sent stay.
///
/// # Errors
/// 404, 422, or 500 for what only the database refuses.
pub fn update(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let mut contact = find(state, call, id)?;
    let unstorable = assign(&mut contact, call.params)?;
    validate::contact(state, &contact)?;
    if unstorable.0 {
        return Err(Refusal::Crash);
    }
    validate::constraints(state, &contact)?;
    let body = answer(state, &contact, wants_inboxes(call.params));
    store(state, contact, call.now);
    queue_avatar(state, call, id);
    body
}

/// `DELETE contacts/#`, for administrators.
///
/// # Errors
/// 401, 404.
pub fn delete(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    call.caller.needs_administrator()?;
    find(state, call, id)?;
    remove(state, id);
    done()
}

/// Takes a contact and its notes away.
pub fn remove(state: &mut State, id: u64) {
    state.contacts.remove(&id);
    state.notes.retain(|_, note| note.contact != id);
}

/// `DELETE contacts/#/avatar`.
///
/// # Errors
/// 404.
pub fn delete_avatar(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let mut contact = find(state, call, id)?;
    contact.avatar = None;
    let body = answer(state, &contact, false);
    store(state, contact, call.now);
    body
}

/// `POST contacts/#/destroy_custom_attributes`: the only way to remove a key.
///
/// # Errors
/// 404, or 422 where the contact's other fields are invalid.
pub fn destroy_custom_attributes(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let mut contact = find(state, call, id)?;
    let keys: Vec<String> = match call.params.get("custom_attributes") {
        Some(Value::Array(items)) => items.iter().filter_map(|i| scalar(i).flatten()).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    };
    let kept: Object = std::mem::take(&mut contact.custom_attributes)
        .into_iter()
        .filter(|(key, _)| !keys.contains(key))
        .collect();
    contact.custom_attributes = kept;
    validate::contact(state, &contact)?;
    let body = answer(state, &contact, true);
    store(state, contact, call.now);
    body
}

/// `GET contacts/#/conversations`. Conversations are outside this server; there are none.
///
/// # Errors
/// 404.
pub fn conversations(state: &State, call: &Call<'_>, id: u64) -> Outcome {
    find(state, call, id)?;
    ok(&json!({"payload": []}))
}

/// `POST contacts/export`, for administrators: a file comes by mail, which is not sent here.
///
/// # Errors
/// 401.
pub fn export(call: &Call<'_>) -> Outcome {
    call.caller.needs_administrator()?;
    done()
}

/// `POST contacts/import`, for administrators: accepted and not read.
///
/// # Errors
/// 401, or 422 without a file.
pub fn import(call: &Call<'_>) -> Outcome {
    call.caller.needs_administrator()?;
    if call.params.uploads.iter().any(|u| u.field == "import_file") {
        done()
    } else {
        Err(Refusal::Unprocessable("File is blank".into()))
    }
}

/// The numbers in a JSON list of ids.
pub fn ids(value: Option<&Value>) -> Vec<u64> {
    let items = value
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .filter_map(|item| scalar(item).flatten())
        .map(|text| leading_number(&text))
        .collect()
}
