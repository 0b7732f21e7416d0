//! Inboxes, and a contact's places in them.

use serde_json::{Value, json};

use super::records::{Channel, Contact, ContactInbox, Inbox, Role};
use super::reply::{NO_RIGHT, Outcome, Refusal, ok};
use super::state::State;
use super::{Call, show as render};

/// Agents see the inboxes they are members of; this server has no memberships.
fn visible<'a>(state: &'a State, call: &Call<'_>) -> Vec<&'a Inbox> {
    state
        .inboxes
        .values()
        .filter(|i| i.account == call.caller.account && call.caller.role == Role::Administrator)
        .collect()
}

/// `GET inboxes`.
///
/// # Errors
/// None of its own.
pub fn list(state: &State, call: &Call<'_>) -> Outcome {
    let rows = visible(state, call).into_iter();
    let rows: Vec<Value> = rows.map(|i| render::inbox(state, i, true)).collect();
    ok(&json!({ "payload": rows }))
}

/// `GET inboxes/#`.
///
/// # Errors
/// 404, 401 for an agent who is no member.
pub fn show(state: &State, call: &Call<'_>, id: u64) -> Outcome {
    let inbox = state
        .inbox_of(call.caller.account, id)
        .ok_or(Refusal::NotFound)?;
    if visible(state, call).iter().all(|i| i.id != id) {
        return Err(NO_RIGHT);
    }
    ok(&render::inbox(state, inbox, true))
}

/// `POST inboxes` for API and e-mail channels, for administrators.
///
/// # Errors
/// 401, 422 without a name, 500 for other channels.
pub fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    call.caller.needs_administrator()?;
    let channel = call.params.get("channel").cloned().unwrap_or_default();
    let text = |key: &str| channel.get(key).and_then(Value::as_str).map(str::to_owned);
    let kind = match text("type").as_deref() {
        Some("api") => Channel::Api,
        Some("email") => Channel::Email,
        _ => return Err(Refusal::Crash),
    };
    let name = call.params.text("name").filter(|n| !n.trim().is_empty());
    let name =
        name.ok_or_else(|| Refusal::Invalid(vec![("name", "Name can't be blank".into())]))?;
    let siblings = state.inboxes.values().filter(|i| i.channel == kind);
    let channel_id = siblings.map(|i| i.channel_id).max().unwrap_or(0) + 1;
    state.last.inbox += 1;
    let inbox = Inbox {
        id: state.last.inbox,
        account: call.caller.account,
        channel_id,
        name,
        channel: kind,
        email: text("email"),
        webhook_url: text("webhook_url").unwrap_or_default(),
        hmac_mandatory: channel.get("hmac_mandatory") == Some(&Value::Bool(true)),
        hmac_token: state.random_token(),
        secret: state.random_token(),
        identifier: state.random_token(),
        created_at: call.now,
    };
    let body = ok(&render::inbox(state, &inbox, true));
    state.inboxes.insert(inbox.id, inbox);
    body
}

/// The row that puts a contact into an inbox; none for a blank source id. The caller stores it.
///
/// # Errors
/// 422 where an e-mail inbox needs an address, 500 where the source id is somebody else's.
pub fn place(
    state: &mut State,
    contact: &Contact,
    inbox: &Inbox,
    source_id: Option<String>,
) -> Result<Option<ContactInbox>, Refusal> {
    let source_id = match (source_id, inbox.channel) {
        (Some(given), _) => given,
        (None, Channel::Api) => state.random_uuid(),
        (None, Channel::Email) => contact
            .email
            .clone()
            .ok_or(Refusal::Missing("contact email"))?,
    };
    if source_id.is_empty() {
        return Ok(None);
    }
    let owner = owner(state, inbox.id, &source_id);
    if owner.is_some_and(|id| id != contact.id) {
        return Err(Refusal::Crash);
    }
    Ok(Some(ContactInbox {
        inbox: inbox.id,
        source_id,
        pubsub_token: state.random_token(),
    }))
}

/// Whose source id this is in an inbox.
pub fn owner(state: &State, inbox: u64, source_id: &str) -> Option<u64> {
    let holds = |c: &&Contact| {
        c.inboxes
            .iter()
            .any(|row| row.inbox == inbox && row.source_id == source_id)
    };
    state.contacts.values().find(holds).map(|c| c.id)
}

/// `POST contacts/#/contact_inboxes`.
///
/// # Errors
/// 404, and as [`place`].
pub fn connect(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let account = call.caller.account;
    let contact = state.contact_of(account, id).cloned();
    let mut contact = contact.ok_or(Refusal::NotFound)?;
    let inbox = call.params.number("inbox_id").unwrap_or(0);
    let inbox = state.inbox_of(account, inbox).cloned();
    let inbox = inbox.ok_or(Refusal::NotFound)?;
    let wanted = call.params.text("source_id");
    let row = place(state, &contact, &inbox, wanted)?.ok_or(Refusal::Crash)?;
    let body = json!({"source_id": row.source_id, "inbox": render::slim_inbox(&inbox)});
    let known = |r: &ContactInbox| r.inbox == row.inbox && r.source_id == row.source_id;
    if !contact.inboxes.iter().any(known) {
        contact.inboxes.push(row);
        state.contacts.insert(id, contact);
    }
    ok(&body)
}

/// `GET contacts/#/contactable_inboxes`: where the contact could be written to, and as whom.
///
/// # Errors
/// 404.
pub fn contactable(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let contact = state.contact_of(call.caller.account, id).cloned();
    let contact = contact.ok_or(Refusal::NotFound)?;
    let inboxes: Vec<Inbox> = visible(state, call).into_iter().cloned().collect();
    let mut rows = Vec::new();
    for inbox in &inboxes {
        let known = contact.inboxes.iter().rfind(|row| row.inbox == inbox.id);
        let source_id = match (inbox.channel, known) {
            (Channel::Email, _) => contact.email.clone(),
            (Channel::Api, Some(row)) => Some(row.source_id.clone()),
            (Channel::Api, None) => Some(state.random_uuid()),
        };
        if let Some(source_id) = source_id {
            rows.push(json!({"inbox": render::slim_inbox(inbox), "source_id": source_id}));
        }
    }
    ok(&json!({ "payload": rows }))
}

/// `POST contact_inboxes/filter`: the contact behind a source id, at the root of the answer.
///
/// # Errors
/// 404 without a body.
pub fn find_contact(state: &State, call: &Call<'_>) -> Outcome {
    let inbox = call.params.number("inbox_id").unwrap_or(0);
    let inbox = state
        .inbox_of(call.caller.account, inbox)
        .ok_or(Refusal::NotFound)?;
    let source_id = call.params.text("source_id").unwrap_or_default();
    let contact = owner(state, inbox.id, &source_id)
        .and_then(|id| state.contacts.get(&id))
        .ok_or(Refusal::NotFoundEmpty)?;
    ok(&render::contact(state, contact, true))
}
