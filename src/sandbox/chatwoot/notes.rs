//! Notes on a contact.

use serde_json::Value;

use super::params::scalar;
use super::records::Note;
use super::reply::{Outcome, Refusal, done, ok};
use super::state::State;
use super::{Call, show as render};

fn owner(state: &State, call: &Call<'_>, contact: u64) -> Result<(), Refusal> {
    let found = state.contact_of(call.caller.account, contact);
    found.map(|_| ()).ok_or(Refusal::NotFound)
}

fn find(state: &State, call: &Call<'_>, contact: u64, id: u64) -> Result<Note, Refusal> {
    owner(state, call, contact)?;
    let note = state.notes.get(&id).filter(|n| n.contact == contact);
    note.cloned().ok_or(Refusal::NotFound)
}

fn content(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    let note = call
        .params
        .wrapped("note", &["content"])
        .ok_or(Refusal::Missing("note"))?;
    Ok(note.get("content").and_then(scalar).flatten())
}

/// `GET contacts/#/notes`: a bare array, newest first.
///
/// # Errors
/// 404.
pub fn list(state: &State, call: &Call<'_>, contact: u64) -> Outcome {
    owner(state, call, contact)?;
    let rows = state.notes.values().rev().filter(|n| n.contact == contact);
    let rows: Vec<Value> = rows.map(|n| render::note(state, n, &n.content)).collect();
    ok(&Value::Array(rows))
}

/// `POST contacts/#/notes`.
///
/// # Errors
/// 404, 422 for no or blank content.
pub fn create(state: &mut State, call: &Call<'_>, contact: u64) -> Outcome {
    owner(state, call, contact)?;
    let content = content(call)?.filter(|text| !text.trim().is_empty());
    let content = content
        .ok_or_else(|| Refusal::Invalid(vec![("content", "Content can't be blank".into())]))?;
    state.last.note += 1;
    let note = Note {
        id: state.last.note,
        contact,
        user: call.caller.user,
        content,
        created_at: call.now,
        updated_at: call.now,
    };
    let body = ok(&render::note(state, &note, &note.content));
    state.notes.insert(note.id, note);
    body
}

/// `GET contacts/#/notes/#`.
///
/// # Errors
/// 404.
pub fn show(state: &State, call: &Call<'_>, contact: u64, id: u64) -> Outcome {
    let note = find(state, call, contact, id)?;
    ok(&render::note(state, &note, &note.content))
}

/// `PATCH contacts/#/notes/#`. Blank content is answered with 200 and shown, but not kept.
///
/// # Errors
/// 404, 422 without a note.
pub fn update(state: &mut State, call: &Call<'_>, contact: u64, id: u64) -> Outcome {
    let mut note = find(state, call, contact, id)?;
    let sent = content(call)?.unwrap_or_default();
    let body = ok(&render::note(state, &note, &sent));
    if !sent.trim().is_empty() {
        note.content = sent;
        note.updated_at = call.now;
        state.notes.insert(id, note);
    }
    body
}

/// `DELETE contacts/#/notes/#`.
///
/// # Errors
/// 404.
pub fn delete(state: &mut State, call: &Call<'_>, contact: u64, id: u64) -> Outcome {
    find(state, call, contact, id)?;
    state.notes.remove(&id);
    done()
}
