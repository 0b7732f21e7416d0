//! Between RevyOps' contact and ours: reading one tolerantly, and the body of an update, which holds the
//! members that change and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::domain::attribute::text_of;
use crate::domain::diff::attribute_key;
use crate::domain::field::IdRule;
use crate::domain::{
    Contact, ContactId, Edit, FieldKey, Flag, Patch, ProviderId, TagsRead, tag, validate,
};
use crate::http::FieldProblem;
use crate::provider::{Context, DecodeError, Unsupported};

use super::fields::{self, Fields, Told};
use super::wire::outline;

/// Longest value of a custom field in characters. The answer's schema states the limit, the request's does
/// not; that characters count and not bytes is inferred.
pub const LONGEST: usize = 2500;

/// Members that cardex edits, with their keys.
pub const MEMBERS: [(FieldKey, &str); 7] = [
    (FieldKey::FirstName, "first_name"),
    (FieldKey::LastName, "last_name"),
    (FieldKey::Email, "email"),
    (FieldKey::LinkedinUrl, "linkedin_url"),
    (FieldKey::CompanyId, "company_id"),
    (FieldKey::Origin, "origin"),
    (FieldKey::ContactStatus, "contact_status"),
];

/// Members for reading only, with their labels.
const EXTRA: [(&str, &str); 5] = [
    ("first_campaign_email_sent", "First campaign e-mail"),
    ("last_campaign_email_sent", "Last campaign e-mail"),
    ("last_reply_received", "Last reply"),
    ("previous_status", "Previous status"),
    ("status_changed_at", "Status changed"),
];

/// The custom field that keeps the tags, where the account names one.
pub fn tags_attribute(context: &Context) -> Option<&str> {
    let name = context.tags_attribute.as_deref()?;
    (!name.trim().is_empty()).then_some(name)
}

/// Reads a contact of a list, as [`contact`] does. One without a member for custom fields does not tell them:
/// that lists nest them is documented on one page and not on the other.
///
/// # Errors
/// As [`contact`].
pub fn listed(context: &Context, value: &Value, place: &str) -> Result<Contact, DecodeError> {
    let mut contact = contact(context, value, place)?;
    let told = value.as_object().map(fields::read);
    if told == Some(Told::Nothing) {
        untold(context, &mut contact);
    }
    Ok(contact)
}

/// Reads a contact; every member but `id` may be missing or null. `place` says which contact of the answer
/// this is, for the error.
///
/// # Errors
/// When there is no valid `id`.
pub fn contact(context: &Context, value: &Value, place: &str) -> Result<Contact, DecodeError> {
    let fail = |what: String| DecodeError(format!("{place}: {what}"));
    let members = value.as_object().ok_or_else(|| {
        let came = outline(value);
        fail(format!("a contact was expected, {came} came"))
    })?;
    let id = members.get("id").map(text_of).unwrap_or_default();
    if IdRule::Integer.check(&id).is_err() {
        let came = members.get("id").map_or("missing".into(), outline);
        return Err(fail(format!(
            "its id is {came}, not a positive whole number"
        )));
    }
    let (account, provider) = (context.account.clone(), ProviderId::RevyOps);
    let mut contact = Contact::new(ContactId::new(id), account, provider);
    let text = |name: &str| members.get(name).map(text_of).unwrap_or_default();
    for (key, member) in MEMBERS {
        contact.set_field(key, &text(member));
    }
    match fields::read(members) {
        Told::All(found) => read_fields(context, found, &mut contact),
        // Who has none may lack the member where it was asked for (`structure=NESTED`).
        Told::Nothing => {}
        Told::Unreadable(what) => {
            untold(context, &mut contact);
            let said = format!("can not be read: {what}");
            contact.extra.insert("Custom fields".into(), said);
        }
    }
    let updated = text("updated_time");
    contact.updated_at = updated.parse().ok();
    if contact.updated_at.is_none() && !updated.is_empty() {
        contact.extra.insert("Updated".into(), updated);
    }
    for (member, label) in EXTRA {
        let shown = text(member);
        if !shown.is_empty() {
            contact.extra.insert(label.into(), shown);
        }
    }
    Ok(contact)
}

/// Notes that nothing is known of the custom fields, nor of the tags in them.
fn untold(context: &Context, contact: &mut Contact) {
    contact.attributes_known = false;
    if tags_attribute(context).is_some() {
        contact.tags_read = TagsRead::No;
    }
}

/// Puts custom fields into the contact, the tags into their place. Values are texts; whatever else comes is
/// shown as its text. What is no text, or stands twice, can not be read as tags, and is shown for what it is. A null is no value: the field is named and
/// not shown as an empty one. Of a name that comes twice the last value is kept, and the others are said.
fn read_fields(context: &Context, found: Fields, contact: &mut Contact) {
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut unset: BTreeSet<String> = BTreeSet::new();
    for (name, value) in found {
        match value {
            Value::Null if tags_attribute(context) == Some(name.as_str()) => {}
            Value::Null => _ = unset.insert(name),
            value => values.entry(name).or_default().push(value),
        }
    }
    let mut twice = Vec::new();
    for (name, mut all) in values {
        unset.remove(&name);
        let Some(value) = all.pop() else { continue };
        if !all.is_empty() {
            let others: Vec<String> = all.iter().map(text_of).collect();
            twice.push(format!("{name} (also {})", others.join(", ")));
        }
        let keeps_tags = tags_attribute(context) == Some(name.as_str());
        match value {
            Value::String(text) if keeps_tags && all.is_empty() => {
                contact.tags = tag::from_text(&text);
            }
            value => {
                if keeps_tags {
                    contact.tags_read = TagsRead::No;
                }
                contact
                    .attributes
                    .insert(name, Value::String(text_of(&value)));
            }
        }
    }
    if !twice.is_empty() {
        let label = "Custom fields stored twice".to_string();
        contact.extra.insert(label, twice.join("; "));
    }
    if !unset.is_empty() {
        let label = "Custom fields without a value".to_string();
        let names: Vec<String> = unset.into_iter().collect();
        contact.extra.insert(label, names.join(", "));
    }
}

/// The members of the update that carries out `patch` on `fresh`; empty when all is so already.
///
/// # Errors
/// Names every part of the patch that RevyOps can not store, whether or not it would change anything.
pub fn update_body(
    context: &Context,
    fresh: &Contact,
    patch: &Patch,
) -> Result<Map<String, Value>, Unsupported> {
    let mut body = Map::new();
    let mut problems = Problems::default();
    for (key, edit) in &patch.fields {
        let text = match edit {
            Edit::Clear => "",
            Edit::Set(text) => text.as_str(),
        };
        let Some((_, member)) = MEMBERS.iter().find(|(k, _)| k == key) else {
            problems.add(key.as_str(), reason(context, *key));
            continue;
        };
        let value = match key {
            FieldKey::CompanyId => company(context, text),
            // None of the texts may be null.
            _ => Ok(json!(text)),
        };
        match value {
            Err(message) => problems.add(key.as_str(), message),
            Ok(_) if text == fresh.field(*key) => {}
            Ok(value) => _ = body.insert((*member).into(), value),
        }
    }
    for flag in patch.flags.keys() {
        problems.add(flag.as_str(), no_flag(*flag));
    }
    let mut custom: BTreeMap<String, Value> = BTreeMap::new();
    match tags_value(context, fresh, patch) {
        Ok(None) => {}
        Ok(Some((name, value))) => _ = custom.insert(name, value),
        Err(message) => problems.add("tags", message),
    }
    for (name, edit) in &patch.attributes {
        match field_value(context, name, edit) {
            Err(message) => problems.add(&attribute_key(name), message),
            Ok(value) => {
                let stored = fresh.attributes.get(name);
                // Of what was not told it is not known whether it is so already.
                let same = fresh.attributes_known
                    && match edit {
                        Edit::Clear => stored.is_none(),
                        Edit::Set(_) => stored.map(text_of).as_deref() == value.as_str(),
                    };
                if !same {
                    custom.insert(name.clone(), value);
                }
            }
        }
    }
    if !custom.is_empty() {
        let entries = custom.into_iter();
        let entries =
            entries.map(|(name, value)| json!({"field_name": name, "field_value": value}));
        body.insert(fields::MEMBER.into(), Value::Array(entries.collect()));
    }
    problems.none_or(body)
}

/// Why a standard field can not be stored.
fn reason(context: &Context, key: FieldKey) -> String {
    let table = super::table(context);
    let reason = table.field(key).and_then(|spec| spec.access.reason());
    reason.unwrap_or("RevyOps has no such field").to_string()
}

/// Why a flag can not be stored.
pub fn no_flag(flag: Flag) -> &'static str {
    match flag {
        Flag::Optin => "RevyOps has no opt-in; contact_status is the nearest to it",
        Flag::Blocked => "RevyOps blocks nobody; contact_status is the nearest to it",
    }
}

/// What to send for a company: digits as a whole number, since as a text they might be taken for a domain; a
/// domain as a text; nothing as null, which detaches it.
fn company(context: &Context, text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let table = super::table(context);
    let wrong = table
        .field(FieldKey::CompanyId)
        .and_then(|spec| validate::field(spec, text, None))
        .filter(validate::Problem::is_error);
    if let Some(wrong) = wrong {
        return Err(wrong.message);
    }
    Ok(text
        .parse::<u64>()
        .map_or_else(|_| json!(text), |n| json!(n)))
}

/// The field that keeps the tags with its new value, where the patch changes them.
fn tags_value(
    context: &Context,
    fresh: &Contact,
    patch: &Patch,
) -> Result<Option<(String, Value)>, String> {
    if patch.tags.is_empty() {
        return Ok(None);
    }
    let Some(name) = tags_attribute(context) else {
        return Err(super::NO_TAGS.into());
    };
    if let Some(why) = patch.tags.add.iter().find_map(|t| tag::unkeepable(t)) {
        return Err(why.into());
    }
    if fresh.tags_read != TagsRead::All && fresh.attributes.contains_key(name) {
        return Err(format!(
            "the custom field {name} keeps them and does not hold one text on this contact; \
             make it a text in RevyOps first"
        ));
    }
    if fresh.tags_read != TagsRead::All {
        return Err("the contact's tags are not known; read the contact first".into());
    }
    let after = patch.tags.apply(&fresh.tags);
    if after == fresh.tags {
        return Ok(None);
    }
    if after.is_empty() {
        return Ok(Some((name.into(), Value::Null)));
    }
    let text = tag::to_text(&after);
    too_long(&text).map_or_else(
        || Ok(Some((name.into(), json!(text)))),
        |why| Err(format!("together, separated by commas, they {why}")),
    )
}

/// What to send for a custom field: null removes it, an empty text is a value like any other.
fn field_value(context: &Context, name: &str, edit: &Edit<Value>) -> Result<Value, String> {
    if name.trim().is_empty() {
        return Err("a custom field needs a name".into());
    }
    if tags_attribute(context) == Some(name) {
        return Err("this field keeps the tags (tags_attribute); change the tags instead".into());
    }
    let text = match edit {
        Edit::Clear => return Ok(Value::Null),
        Edit::Set(Value::Null) => {
            return Err("null removes the field; to do that, clear it".into());
        }
        Edit::Set(value) => text_of(value),
    };
    too_long(&text).map_or_else(|| Ok(json!(text)), |why| Err(format!("would {why}")))
}

fn too_long(text: &str) -> Option<String> {
    let length = text.chars().count();
    let over = length > LONGEST;
    over.then(|| format!("have {length} characters; a custom field takes {LONGEST} at most"))
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
