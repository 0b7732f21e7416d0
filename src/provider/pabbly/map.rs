//! Between Chatflow's contact and ours: reading one tolerantly, and the body of an update, which holds
//! the members of the vendor's table that change and nothing else.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::domain::attribute::text_of;
use crate::domain::diff::attribute_key;
use crate::domain::field::IdRule;
use crate::domain::{Contact, ContactId, Edit, FieldKey, Flag, Patch, ProviderId, TagSet};
use crate::http::FieldProblem;
use crate::provider::{Context, DecodeError, Unsupported};

use super::{tags, wire};

/// Members for reading only, with their labels.
const EXTRA: [(&str, &str); 6] = [
    ("countryCode", "Country code"),
    ("createdAt", "Created"),
    ("lastActive", "Last active"),
    ("list", "Lists"),
    ("source", "Source"),
    ("status", "Status"),
];

/// The attribute that holds the e-mail address, where the account names one.
pub fn email_attribute(context: &Context) -> Option<&str> {
    let name = context.email_attribute.as_deref()?;
    (!name.trim().is_empty()).then_some(name)
}

/// Reads a contact; every member but `_id` may be missing. `place` says which contact of the answer
/// this is, for the error.
///
/// A missing `tags` is read as none: the vendor's page of this call shows the member. The caller
/// corrects that for lists.
///
/// # Errors
/// When there is no valid `_id`, or when `tags` or `attributes` have a shape that can not be read:
/// taking such tags for none would wipe them with the next change.
pub fn contact(context: &Context, value: &Value, place: &str) -> Result<Contact, DecodeError> {
    let fail = |what: String| DecodeError(format!("{place}: {what}"));
    let members = value.as_object().ok_or_else(|| {
        let came = wire::outline(value);
        fail(format!("a contact was expected, {came} came"))
    })?;
    let id = match members.get("_id") {
        Some(Value::String(id)) if IdRule::Hex24.check(id).is_ok() => ContactId::new(id),
        Some(Value::String(id)) => {
            let start: String = id.chars().take(60).collect();
            return Err(fail(format!(
                "_id is {start:?}, not 24 hexadecimal characters"
            )));
        }
        Some(other) => return Err(fail(format!("_id is {}", wire::outline(other)))),
        None => return Err(fail("there is no _id".into())),
    };
    let fail = |what: &str| DecodeError(format!("{place} ({id}): {what}"));
    let mut contact = Contact::new(id.clone(), context.account.clone(), ProviderId::Pabbly);
    contact.set_field(FieldKey::Name, &text(members, "name"));
    contact.set_field(FieldKey::Phone, &text(members, "mobile"));
    contact.tags =
        tag_names(members.get("tags")).ok_or_else(|| fail("tags is no list of texts"))?;
    read_attributes(context, members.get("attributes"), &mut contact)
        .ok_or_else(|| fail("attributes is no list of objects with name and value"))?;
    for (member, flag) in [("optin", Flag::Optin), ("incomingBlocked", Flag::Blocked)] {
        match members.get(member) {
            None | Some(Value::Null) => {}
            Some(Value::Bool(state)) => {
                contact.flags.insert(flag, *state);
            }
            Some(Value::String(s)) if s == "true" || s == "false" => {
                contact.flags.insert(flag, s == "true");
            }
            // Consent is not guessed: unknown, and shown as it came.
            Some(other) => {
                let label = format!("{} as stored", flag.label());
                contact.extra.insert(label, text_of(other));
            }
        }
    }
    let updated = text(members, "updatedAt");
    contact.updated_at = updated.parse().ok();
    if contact.updated_at.is_none() && !updated.is_empty() {
        contact.extra.insert("Updated".into(), updated);
    }
    for (member, label) in EXTRA {
        let shown = match members.get(member) {
            Some(Value::Array(list)) => list.iter().map(text_of).collect::<Vec<_>>().join(", "),
            Some(other) => text_of(other),
            None => String::new(),
        };
        if !shown.is_empty() {
            contact.extra.insert(label.into(), shown);
        }
    }
    Ok(contact)
}

fn text(members: &Map<String, Value>, name: &str) -> String {
    members.get(name).map(text_of).unwrap_or_default()
}

fn tag_names(value: Option<&Value>) -> Option<TagSet> {
    match value {
        None | Some(Value::Null) => Some(TagSet::new()),
        Some(Value::Array(list)) => list
            .iter()
            .map(|t| t.as_str().map(str::to_string))
            .collect(),
        Some(_) => None,
    }
}

/// Puts the attributes into the contact, the e-mail's own into its field. Values are texts at
/// Chatflow; others become their text. Of a name that comes twice the last value is kept, and said.
fn read_attributes(context: &Context, value: Option<&Value>, contact: &mut Contact) -> Option<()> {
    let list = match value {
        None | Some(Value::Null) => return Some(()),
        Some(Value::Array(list)) => list,
        Some(_) => return None,
    };
    let mut twice: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in list {
        let name = entry.get("name")?.as_str()?;
        let value = match entry.get("value") {
            None | Some(Value::Null) => Value::Null,
            Some(other) => Value::String(text_of(other)),
        };
        if let Some(earlier) = contact.attributes.insert(name.to_string(), value) {
            twice.entry(name).or_default().push(text_of(&earlier));
        }
    }
    if !twice.is_empty() {
        let said: Vec<String> = twice
            .into_iter()
            .map(|(name, values)| format!("{name} (also {})", values.join(", ")))
            .collect();
        let label = "Attributes stored twice".to_string();
        contact.extra.insert(label, said.join("; "));
    }
    if let Some(email) = email_attribute(context)
        && let Some(value) = contact.attributes.remove(email)
    {
        contact.set_field(FieldKey::Email, &text_of(&value));
    }
    Some(())
}

/// The members of the update that carries out `patch` on `fresh`; empty when all is so already.
///
/// # Errors
/// Names every part of the patch that Chatflow can not store, whether or not it would change anything.
pub fn update_body(
    context: &Context,
    fresh: &Contact,
    patch: &Patch,
) -> Result<Map<String, Value>, Unsupported> {
    let mut body = Map::new();
    let mut problems = Problems::default();
    let mut attributes: BTreeMap<String, String> = BTreeMap::new();
    for (key, edit) in &patch.fields {
        let text = match edit {
            Edit::Clear => "",
            Edit::Set(text) => text.as_str(),
        };
        let changed = text != fresh.field(*key);
        match (key, email_attribute(context)) {
            (FieldKey::Name, _) if changed => {
                body.insert("name".into(), json!(text));
            }
            (FieldKey::Phone, _) => match mobile(text) {
                Ok(digits) if digits == fresh.field(FieldKey::Phone) => {}
                Ok(digits) => {
                    body.insert("mobile".into(), json!(digits));
                }
                Err(message) => problems.add(key.as_str(), message),
            },
            (FieldKey::Email, Some(name)) => {
                if !text.is_empty() && text.trim().is_empty() {
                    problems.add(key.as_str(), "blanks only; clear the e-mail instead");
                } else if changed {
                    attributes.insert(name.to_string(), text.to_string());
                }
            }
            (FieldKey::Name, _) => {}
            (
                FieldKey::Email
                | FieldKey::Identifier
                | FieldKey::AvatarUrl
                | FieldKey::FirstName
                | FieldKey::LastName
                | FieldKey::LinkedinUrl
                | FieldKey::CompanyId
                | FieldKey::Origin
                | FieldKey::ContactStatus,
                _,
            ) => {
                let table = super::table(context);
                let reason = table.field(*key).and_then(|spec| spec.access.reason());
                problems.add(key.as_str(), reason.unwrap_or("Chatflow has no such field"));
            }
        }
    }
    for (flag, edit) in &patch.flags {
        let member = match flag {
            Flag::Optin => "optin",
            Flag::Blocked => "incomingBlocked",
        };
        match edit {
            Edit::Clear => problems.add(
                flag.as_str(),
                "Chatflow takes yes or no; it can not be made unknown again",
            ),
            // An unchanged opt-in is never sent again: the contact may have opted out meanwhile.
            Edit::Set(state) if fresh.flag(*flag) == Some(*state) => {}
            Edit::Set(state) => {
                body.insert(member.into(), json!(state));
            }
        }
    }
    match tags::members(context.tags_mode, fresh, &patch.tags) {
        Ok(members) => body.extend(members),
        Err(message) => problems.add("tags", message),
    }
    for (name, edit) in &patch.attributes {
        match attribute_text(context, name, edit) {
            Err(message) => problems.add(&attribute_key(name), message),
            Ok(text) => {
                let stored = fresh.attributes.get(name);
                let same = match edit {
                    Edit::Clear => stored.is_none(),
                    Edit::Set(_) => stored.is_some_and(|v| text_of(v) == text),
                };
                if !same {
                    attributes.insert(name.clone(), text);
                }
            }
        }
    }
    if !attributes.is_empty() {
        let list = attributes.into_iter();
        let list = list.map(|(name, value)| json!({"name": name, "value": value}));
        body.insert("attributes".into(), Value::Array(list.collect()));
    }
    problems.none_or(body)
}

/// The text to send for an attribute: empty removes it, so only a removal may be empty.
fn attribute_text(
    context: &Context,
    name: &str,
    edit: &Edit<Value>,
) -> Result<String, &'static str> {
    if name.trim().is_empty() {
        return Err("an attribute needs a name");
    }
    if email_attribute(context) == Some(name) {
        return Err("this attribute holds the e-mail (email_attribute); edit email instead");
    }
    let Edit::Set(value) = edit else {
        return Ok(String::new());
    };
    let text = text_of(value);
    if text.trim().is_empty() {
        return Err(
            "an empty value deletes the attribute at Chatflow; to delete it, clear it instead",
        );
    }
    Ok(text)
}

/// The digits to send for a number: the dialing code stays, a leading plus goes.
fn mobile(text: &str) -> Result<String, &'static str> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err("the number is the contact's WhatsApp identity; it can not be cleared");
    }
    let digits = trimmed.strip_prefix('+').unwrap_or(trimmed);
    let good = digits.bytes().all(|b| b.is_ascii_digit()) && (7..=15).contains(&digits.len());
    if good {
        Ok(digits.to_string())
    } else {
        Err("a number is 7 to 15 digits with the dialing code, such as 919800000000")
    }
}

#[derive(Default)]
struct Problems(Vec<FieldProblem>);

impl Problems {
    fn add(&mut self, key: &str, message: impl Into<String>) {
        self.0.push(FieldProblem::new(key, message));
    }

    fn none_or<T>(self, value: T) -> Result<T, Unsupported> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Unsupported(self.0))
        }
    }
}
