//! What is sent to Chatwoot's public API: method, path, query and body of every call. Answers are read in
//! `map`.
//!
//! Two things stand in requests by name only, and are put in by `transport::auth`.

use serde_json::{Map, Value, json};

use crate::domain::diff::attribute_key;
use crate::domain::field::{Access, FieldKey, IdRule};
use crate::domain::{Contact, ContactId, Edit, Patch};
use crate::http::{FieldProblem, HttpRequest, Method, encode_component};
use crate::provider::{Call, Context, Purpose, Target, Unsupported};

use super::table;

/// The secret name of the inbox, a segment of the path: in braces until it is put in.
pub const INBOX: &str = "inbox_identifier";

/// The member, or parameter, of the identity hash; its value is this name in braces until the hash is put in.
pub const HASH: &str = "identifier_hash";

/// The member, or parameter, that the hash is of.
pub const IDENTIFIER: &str = "identifier";

/// `base_url` without slashes at its end; a path prefix stays.
fn base(context: &Context) -> &str {
    context.base_url.trim_end_matches('/')
}

fn inbox_url(context: &Context) -> String {
    format!("{}/public/api/v1/inboxes/{{{INBOX}}}", base(context))
}

fn get(url: String, purpose: Purpose) -> Call {
    Call {
        request: HttpRequest::new(Method::Get, url),
        purpose,
        idempotent: true,
    }
}

/// The inbox itself, which needs no hash.
pub fn inbox(context: &Context, purpose: Purpose) -> Call {
    get(inbox_url(context), purpose)
}

/// Inbox, without which there is nothing, then version.
pub fn about(context: &Context) -> Vec<Call> {
    vec![
        inbox(context, Purpose::About),
        get(format!("{}/api", base(context)), Purpose::About),
    ]
}

fn contact_url(context: &Context, id: &ContactId) -> Result<String, Unsupported> {
    if let Err(message) = IdRule::SourceId.check(id.as_str()) {
        let message = message.trim_start_matches("id: ");
        return Err(Unsupported(vec![FieldProblem::new("id", message)]));
    }
    let id = encode_component(id.as_str());
    Ok(format!("{}/contacts/{id}", inbox_url(context)))
}

/// Name, e-mail and phone of a contact: all that a GET tells.
pub fn glance(context: &Context, target: Target<'_>) -> Result<Call, Unsupported> {
    let mut url = contact_url(context, target.id)?;
    if context.identity_hash {
        let identifier = match identifier(target.known) {
            "" => String::new(),
            text => format!("{IDENTIFIER}={}&", encode_component(text)),
        };
        url = format!("{url}?{identifier}{HASH}={{{HASH}}}");
    }
    Ok(get(url, Purpose::Contact))
}

/// The whole contact: the answer to a PATCH that changes nothing (recorded: exchange 595, `updated_at` stays).
/// In a read-only account no more than a GET tells.
pub fn read(context: &Context, target: Target<'_>) -> Result<Call, Unsupported> {
    if context.read_only {
        return glance(context, target);
    }
    let identifier = identifier(target.known);
    patched(context, target.id, identifier, Map::new(), Purpose::Contact)
}

/// The identifier that a contact is known to have. Any that the hash fits will do: the server does not
/// compare it with the contact's own (recorded: exchange 615), and without one hashes the empty text.
fn identifier(known: Option<&Contact>) -> &str {
    known.map_or("", |contact| contact.field(FieldKey::Identifier))
}

fn patched(
    context: &Context,
    id: &ContactId,
    identifier: &str,
    mut members: Map<String, Value>,
    purpose: Purpose,
) -> Result<Call, Unsupported> {
    let url = contact_url(context, id)?;
    if context.identity_hash {
        if !identifier.is_empty() {
            members.insert(IDENTIFIER.into(), json!(identifier));
        }
        members.insert(HASH.into(), json!(format!("{{{HASH}}}")));
    }
    Ok(Call {
        request: HttpRequest::new(Method::Patch, url).with_body(Value::Object(members)),
        purpose,
        // Merged twice is merged once: the source id leads to the survivor then, which has the value.
        idempotent: true,
    })
}

/// One call with what changes, or none. Blanks are ignored by the server, so they are refused here.
pub fn update(context: &Context, fresh: &Contact, patch: &Patch) -> Result<Vec<Call>, Unsupported> {
    contact_url(context, &fresh.id)?;
    let problems = refused(fresh, patch);
    if !problems.is_empty() {
        return Err(Unsupported(problems));
    }
    let change = patch.effective(fresh);
    let mut members = Map::new();
    for (key, edit) in &change.fields {
        if let Edit::Set(text) = edit {
            members.insert(member(*key).into(), json!(text));
        }
    }
    let attributes: Map<String, Value> = change
        .attributes
        .iter()
        .filter_map(|(name, edit)| match edit {
            Edit::Set(value) => Some((name.clone(), value.clone())),
            Edit::Clear => None,
        })
        .collect();
    if !attributes.is_empty() {
        members.insert("custom_attributes".into(), Value::Object(attributes));
    }
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let identifier = fresh.field(FieldKey::Identifier);
    let call = patched(context, &fresh.id, identifier, members, Purpose::Write)?;
    Ok(vec![call])
}

/// A field's name on the wire.
pub fn member(key: FieldKey) -> &'static str {
    match key {
        FieldKey::Phone => "phone_number",
        other => other.as_str(),
    }
}

/// What the table forbids, and what the server would take and do something else with.
fn refused(fresh: &Contact, patch: &Patch) -> Vec<FieldProblem> {
    let table = table();
    let mut problems = Vec::new();
    let mut refuse = |key: String, message: String| {
        problems.push(FieldProblem::new(key, message));
    };
    for (key, edit) in &patch.fields {
        let access = table.field(*key).map(|spec| spec.access);
        let text = match edit {
            Edit::Clear => "",
            Edit::Set(text) => text.as_str(),
        };
        let reason = match access {
            None => Some("this API has no such field"),
            Some(Access::WriteOnly(_)) if text.trim().is_empty() => {
                Some("this can be set, but not removed again")
            }
            Some(access) if text.trim().is_empty() || !access.can_set() => access.reason(),
            Some(_) if text.contains('\0') => Some(NO_NUL),
            Some(_) => None,
        };
        if let Some(reason) = reason {
            refuse(key.to_string(), reason.into());
        }
    }
    if !patch.tags.is_empty() {
        let reason = table.tags.access.reason().unwrap_or_default();
        refuse("tags".into(), reason.into());
    }
    for flag in patch.flags.keys() {
        let access = table.flag(*flag).map(|spec| spec.access);
        let reason = access.and_then(Access::reason).unwrap_or_default();
        refuse(flag.to_string(), reason.into());
    }
    for (name, edit) in &patch.attributes {
        let key = attribute_key(name);
        match edit {
            Edit::Clear if fresh.attributes.contains_key(name) || !fresh.attributes_known => {
                let reason = table.attributes.access.reason().unwrap_or_default();
                refuse(key, reason.into());
            }
            Edit::Clear => {}
            Edit::Set(_) if name.is_empty() => refuse(key, "an attribute needs a name".into()),
            Edit::Set(value) if name.contains('\0') || holds_nul(value) => {
                refuse(key, NO_NUL.into());
            }
            Edit::Set(value) => {
                let left = fresh.attributes.get(name).and_then(|old| left(old, value));
                if let Some(member) = left {
                    refuse(
                        key,
                        format!(
                            "this API merges objects, so {member:?} would stay in it; set it to null \
                             instead of leaving it out"
                        ),
                    );
                }
            }
        }
    }
    problems
}

/// The first member of a stored object, at any depth, that would outlive the new value.
fn left(old: &Value, new: &Value) -> Option<String> {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return None;
    };
    old.iter().find_map(|(name, value)| match new.get(name) {
        None => Some(name.clone()),
        Some(after) => left(value, after).map(|inner| format!("{name}.{inner}")),
    })
}

const NO_NUL: &str = "Chatwoot can not store a NUL character";

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(k, v)| k.contains('\0') || holds_nul(v)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
