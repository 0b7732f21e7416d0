//! Making one contact out of two.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::records::{Contact, Object};
use super::reply::{Outcome, Refusal, ok};
use super::state::State;
use super::{Call, contacts, show};

/// `POST actions/contact_merge`: the answer is the base contact at the root.
///
/// # Errors
/// 404.
pub fn answer(state: &mut State, call: &Call<'_>) -> Outcome {
    let pick = |name: &str| {
        let id = call.params.number(name).unwrap_or(0);
        let contact = state.contact_of(call.caller.account, id).cloned();
        contact.ok_or(Refusal::NotFound)
    };
    let base = pick("base_contact_id")?;
    let mergee = pick("mergee_contact_id")?;
    let id = base.id;
    if id != mergee.id {
        merge(state, base, &mergee, call.now);
    }
    let merged = state.contacts.get(&id).ok_or(Refusal::NotFound)?;
    ok(&show::contact(state, merged, false))
}

/// Gives `base` what only `mergee` has, and its inboxes and notes, then takes `mergee` away. Tags of the
/// mergee are lost.
pub fn merge(state: &mut State, mut base: Contact, mergee: &Contact, now: Timestamp) {
    let fill = |own: &mut Option<String>, other: &Option<String>| {
        if own.as_deref().is_none_or(|text| text.trim().is_empty()) {
            own.clone_from(other);
        }
    };
    fill(&mut base.name, &mergee.name);
    fill(&mut base.email, &mergee.email);
    fill(&mut base.phone_number, &mergee.phone_number);
    fill(&mut base.identifier, &mergee.identifier);
    for (own, other) in [
        (
            &mut base.additional_attributes,
            &mergee.additional_attributes,
        ),
        (&mut base.custom_attributes, &mergee.custom_attributes),
    ] {
        let mut merged = other.clone();
        deep_merge(&mut merged, own);
        *own = merged;
    }
    base.inboxes.extend(mergee.inboxes.iter().cloned());
    for note in state.notes.values_mut() {
        if note.contact == mergee.id {
            note.contact = base.id;
        }
    }
    contacts::remove(state, mergee.id);
    contacts::store(state, base, now);
}

/// Writes `from` into `into`, objects within objects likewise.
pub fn deep_merge(into: &mut Object, from: &Object) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Object(own)), Value::Object(other)) => deep_merge(own, other),
            _ => {
                into.insert(key.clone(), json!(value));
            }
        }
    }
}
