//! What is sent to Chatwoot about one contact and about the account: method, path and body. Lists are asked
//! for in `lists`; answers are read in `map`.

use serde_json::{Map, Value, json};

use crate::domain::diff::attribute_key;
use crate::domain::field::{Access, FieldKey, IdRule};
use crate::domain::{Contact, ContactId, Edit, Patch, TagsRead};
use crate::http::{FieldProblem, HttpRequest, Method};
use crate::provider::{Call, Context, Purpose, Unsupported};

use super::{labels, table};

/// `base_url` without slashes at its end; a path prefix stays.
pub fn base(context: &Context) -> &str {
    context.base_url.trim_end_matches('/')
}

/// The account's address. Without a configured number the path names account 0, which does not exist;
/// configuration refuses that before a call is made ([`super::FACTS`] says that it is needed).
pub fn account(context: &Context) -> String {
    let number = context.account_id.unwrap_or(0);
    format!("{}/api/v1/accounts/{number}", base(context))
}

pub(super) fn get(url: String, purpose: Purpose) -> Call {
    Call {
        request: HttpRequest::new(Method::Get, url),
        purpose,
        idempotent: true,
    }
}

/// The contact that an address is about, where it is about one.
pub fn contact_id(url: &str) -> Option<&str> {
    let path = url.split('?').next()?;
    let (_, rest) = path.rsplit_once("/contacts/")?;
    let id = rest.split('/').next()?;
    IdRule::Integer.check(id).is_ok().then_some(id)
}

/// The contact, then its labels, which are never part of it.
pub fn read(context: &Context, id: &ContactId) -> Result<Vec<Call>, Unsupported> {
    let url = contact_url(context, id)?;
    Ok(vec![
        get(
            format!("{url}?include_contact_inboxes=false"),
            Purpose::Contact,
        ),
        get(format!("{url}/labels"), Purpose::Tags),
    ])
}

fn contact_url(context: &Context, id: &ContactId) -> Result<String, Unsupported> {
    if let Err(message) = IdRule::Integer.check(id.as_str()) {
        let message = message.trim_start_matches("id: ");
        return Err(Unsupported(vec![FieldProblem::new("id", message)]));
    }
    Ok(format!("{}/contacts/{id}", account(context)))
}

/// Up to three calls: the changed members, the attributes to remove, the labels as a whole set. What
/// `fresh` already has is not sent.
///
/// The members go by PUT, the only documented method; the server runs one and the same partial update
/// for PUT and PATCH. Sending any of the three twice is the same as once.
pub fn update(context: &Context, fresh: &Contact, patch: &Patch) -> Result<Vec<Call>, Unsupported> {
    let url = contact_url(context, &fresh.id)?;
    let mut problems = refused(patch);
    let labels = labels_after(fresh, patch).unwrap_or_else(|found| {
        problems.extend(found);
        None
    });
    if !problems.is_empty() {
        return Err(Unsupported(problems));
    }

    let change = patch.effective(fresh);
    let mut calls = Vec::new();
    let write = |method, url: String, body, purpose| Call {
        request: HttpRequest::new(method, url).with_body(body),
        purpose,
        idempotent: true,
    };
    let members = members(&change);
    if !members.is_empty() {
        let body = Value::Object(members);
        calls.push(write(Method::Put, url.clone(), body, Purpose::Write));
    }
    let removed: Vec<&String> = change
        .attributes
        .iter()
        .filter(|(_, edit)| matches!(edit, Edit::Clear))
        .map(|(name, _)| name)
        .collect();
    if !removed.is_empty() {
        let url = format!("{url}/destroy_custom_attributes");
        let body = json!({ "custom_attributes": removed });
        calls.push(write(Method::Post, url, body, Purpose::Write));
    }
    if let Some(labels) = labels {
        let url = format!("{url}/labels");
        let body = json!({ "labels": labels });
        calls.push(write(Method::Post, url, body, Purpose::WriteTags));
    }
    Ok(calls)
}

/// The members of the update. A cleared name is `""`; every other field is cleared by null, since `""`
/// would be stored in its place.
fn members(change: &Patch) -> Map<String, Value> {
    let mut body = Map::new();
    for (key, edit) in &change.fields {
        let value = match (key, edit) {
            (_, Edit::Set(text)) => json!(text),
            (FieldKey::Name, Edit::Clear) => json!(""),
            (_, Edit::Clear) => Value::Null,
        };
        body.insert(member(*key).into(), value);
    }
    for (flag, edit) in &change.flags {
        if let Edit::Set(yes) = edit {
            body.insert(flag.as_str().into(), json!(yes));
        }
    }
    let set: Map<String, Value> = change
        .attributes
        .iter()
        .filter_map(|(name, edit)| match edit {
            Edit::Set(value) => Some((name.clone(), value.clone())),
            Edit::Clear => None,
        })
        .collect();
    if !set.is_empty() {
        body.insert("custom_attributes".into(), Value::Object(set));
    }
    body
}

/// A field's name on the wire.
pub fn member(key: FieldKey) -> &'static str {
    match key {
        FieldKey::Name => "name",
        FieldKey::Email => "email",
        FieldKey::Phone => "phone_number",
        FieldKey::Identifier => "identifier",
        FieldKey::AvatarUrl => "avatar_url",
        // Not in the table, and refused before anything is sent.
        FieldKey::FirstName
        | FieldKey::LastName
        | FieldKey::LinkedinUrl
        | FieldKey::CompanyId
        | FieldKey::Origin
        | FieldKey::ContactStatus => key.as_str(),
    }
}

/// What the table forbids, and what would make the server fail without a word.
fn refused(patch: &Patch) -> Vec<FieldProblem> {
    let table = table();
    let mut problems = Vec::new();
    let mut refuse = |key: String, message: &str| {
        problems.push(FieldProblem::new(key, message));
    };
    for (key, edit) in &patch.fields {
        let Some(spec) = table.field(*key) else {
            refuse(key.as_str().into(), "Chatwoot has no such field");
            continue;
        };
        let clears = match edit {
            Edit::Clear => true,
            Edit::Set(text) => text.is_empty(),
        };
        let allowed = if clears {
            spec.access.can_clear()
        } else {
            spec.access.can_set()
        };
        if !allowed {
            let reason = match spec.access {
                Access::WriteOnly(_) => "this can be set, but not removed again",
                other => other.reason().unwrap_or_default(),
            };
            refuse(key.to_string(), reason);
        }
        if matches!(edit, Edit::Set(text) if text.contains('\0')) {
            refuse(key.to_string(), NO_NUL);
        }
    }
    for (flag, edit) in &patch.flags {
        let access = table.flag(*flag).map(|spec| spec.access);
        let allowed = access.is_some_and(|a| match edit {
            Edit::Clear => a.can_clear(),
            Edit::Set(_) => a.can_set(),
        });
        if !allowed {
            let reason = access.and_then(|a| a.reason()).unwrap_or_default();
            refuse(flag.to_string(), reason);
        }
    }
    for (name, edit) in &patch.attributes {
        if name.is_empty() {
            refuse(attribute_key(name), "an attribute needs a name");
        }
        let nul = matches!(edit, Edit::Set(value) if holds_nul(value));
        if nul || name.contains('\0') {
            refuse(attribute_key(name), NO_NUL);
        }
    }
    problems
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

/// The labels to write, in their spelling on the wire; `None` where none need to be.
fn labels_after(fresh: &Contact, patch: &Patch) -> Result<Option<Vec<String>>, Vec<FieldProblem>> {
    if patch.tags.is_empty() {
        return Ok(None);
    }
    let problem = |message: String| FieldProblem::new("tags", message);
    if fresh.tags_read != TagsRead::All {
        let message = "labels were not read, and Chatwoot can only replace them all; read the \
                       contact again first";
        return Err(vec![problem(message.into())]);
    }
    let merged = labels::merge(&fresh.tags, &patch.tags);
    let merged = merged.map_err(|found| found.into_iter().map(problem).collect::<Vec<_>>())?;
    let Some(merged) = merged else {
        return Ok(None);
    };
    let spelled: Result<Vec<String>, String> = merged.iter().map(|n| labels::quoted(n)).collect();
    spelled.map(Some).map_err(|found| vec![problem(found)])
}

/// The definitions of contact attributes.
pub fn definitions(context: &Context) -> Call {
    let url = format!(
        "{}/custom_attribute_definitions?attribute_model=contact_attribute",
        account(context)
    );
    get(url, Purpose::Definitions)
}

/// The account's labels: all of them, unpaged.
pub fn catalogue(context: &Context) -> Call {
    get(format!("{}/labels", account(context)), Purpose::Catalogue)
}

/// Version, signed-in user, account, in this order.
pub fn about(context: &Context) -> Vec<Call> {
    let base = base(context);
    vec![
        get(format!("{base}/api"), Purpose::About),
        get(format!("{base}/api/v1/profile"), Purpose::About),
        get(account(context), Purpose::About),
    ]
}
