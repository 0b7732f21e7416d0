//! Between OpenCX's contact and ours: reading one tolerantly, and the members of an update, which holds what
//! changes and nothing else, custom data aside, which is always sent whole.
//!
//! A telephone number is `phone_number` when listed, `phone` when found by search and when written (pages
//! "list contacts", "search chat sessions", "update contact").

use serde_json::{Map, Value, json};

use crate::domain::attribute::text_of;
use crate::domain::diff::attribute_key;
use crate::domain::validate::is_strict_email;
use crate::domain::{Contact, ContactId, Edit, FieldKey, Flag, Patch, ProviderId, TagsRead, tag};
use crate::http::FieldProblem;
use crate::provider::{Context, DecodeError, Unsupported};

use super::wire;

/// The member for free data: texts by name.
const CUSTOM_DATA: &str = "custom_data";

/// The key of custom data that holds the tags, where the account names one.
pub fn tags_attribute(context: &Context) -> Option<&str> {
    let name = context.tags_attribute.as_deref()?;
    (!name.trim().is_empty()).then_some(name)
}

/// Reads a contact; every member but `id` may be missing or null. Without `custom_data` (search results) it
/// proves name, e-mail and phone only. `place` says which contact of the answer this is, for the error.
///
/// # Errors
/// When there is no `id`, or `custom_data` is neither an object nor null: taking it for empty would wipe it
/// with the next change.
pub fn contact(context: &Context, value: &Value, place: &str) -> Result<Contact, DecodeError> {
    let fail = |what: String| DecodeError(format!("{place}: {what}"));
    let members = value.as_object().ok_or_else(|| {
        let came = wire::outline(value);
        fail(format!("a contact was expected, {came} came"))
    })?;
    let id = match members.get("id") {
        Some(Value::String(id)) if !id.trim().is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        Some(Value::String(_)) => return Err(fail("its id is empty".into())),
        Some(other) => return Err(fail(format!("its id is {}", wire::outline(other)))),
        None => return Err(fail("there is no id".into())),
    };
    let (account, provider) = (context.account.clone(), ProviderId::OpenCx);
    let mut contact = Contact::new(ContactId::new(&id), account, provider);
    let text = |name: &str| members.get(name).map(text_of).unwrap_or_default();
    contact.set_field(FieldKey::Name, &text("name"));
    contact.set_field(FieldKey::Email, &text("email"));
    let phone = ["phone_number", "phone"].map(text);
    let phone = phone.iter().find(|p| !p.is_empty());
    contact.set_field(FieldKey::Phone, phone.map_or("", String::as_str));
    match members.get(CUSTOM_DATA) {
        Some(Value::Object(data)) => custom_data(context, data, &mut contact),
        Some(Value::Null) => {}
        None => {
            contact.attributes_known = false;
            if tags_attribute(context).is_some() {
                contact.tags_read = TagsRead::No;
            }
        }
        Some(other) => {
            let came = wire::outline(other);
            return Err(fail(format!("({id}) custom_data is {came}, not an object")));
        }
    }
    for (member, label) in [("created_at", "Created"), ("updated_at", "Updated")] {
        let shown = text(member);
        let moment = shown.parse().ok();
        match member {
            "created_at" => contact.created_at = moment,
            _ => contact.updated_at = moment,
        }
        // The list shows when it was changed; the rest is shown as it came.
        if !shown.is_empty() && (member == "created_at" || moment.is_none()) {
            contact.extra.insert(label.into(), shown);
        }
    }
    Ok(contact)
}

/// Custom data, the tags apart. A null is no value: it can not be written, and leaving it out loses nothing.
fn custom_data(context: &Context, data: &Map<String, Value>, contact: &mut Contact) {
    let mut unset = Vec::new();
    for (name, value) in data {
        match value {
            Value::Null => unset.push(name.as_str()),
            Value::String(text) if tags_attribute(context) == Some(name) => {
                contact.tags = tag::from_text(text);
                if *text != tag::to_text(&contact.tags) {
                    contact.tags_text = Some(text.as_str().into());
                }
            }
            other => {
                // What is no text can not be read as tags, and is shown for what it is.
                if tags_attribute(context) == Some(name) {
                    contact.tags_read = TagsRead::No;
                }
                contact.attributes.insert(name.clone(), other.clone());
            }
        }
    }
    if !unset.is_empty() {
        let label = "Custom data without a value".to_string();
        contact.extra.insert(label, unset.join(", "));
    }
}

/// The members of `contact` in the update that carries out `patch` on `fresh`; empty when all is so already.
///
/// # Errors
/// Names every part of the patch that OpenCX can not store, whether or not it would change anything.
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
        let member = match key {
            FieldKey::Name => "name",
            FieldKey::Email => "email",
            FieldKey::Phone => "phone",
            FieldKey::Identifier
            | FieldKey::AvatarUrl
            | FieldKey::FirstName
            | FieldKey::LastName
            | FieldKey::LinkedinUrl
            | FieldKey::CompanyId
            | FieldKey::Origin
            | FieldKey::ContactStatus => {
                problems.add(key.as_str(), reason(context, *key));
                continue;
            }
        };
        if *key == FieldKey::Email && text.is_empty() {
            problems.add(key.as_str(), reason(context, *key));
        } else if text == fresh.field(*key) {
            // It is so already.
        } else if *key == FieldKey::Email && !is_strict_email(text) {
            problems.add(key.as_str(), "is no address that OpenCX takes");
        } else {
            body.insert(member.into(), json!(text));
        }
    }
    for flag in patch.flags.keys() {
        problems.add(flag.as_str(), flag_reason(context, *flag));
    }
    if let Some(data) = changed_data(context, fresh, patch, &mut problems) {
        body.insert(CUSTOM_DATA.into(), Value::Object(data));
    }
    problems.none_or(body)
}

/// The whole custom data after the patch, where it changes any: right whether OpenCX merges what is sent into
/// what it has or puts it in its place, which is not documented.
fn changed_data(
    context: &Context,
    fresh: &Contact,
    patch: &Patch,
    problems: &mut Problems,
) -> Option<Map<String, Value>> {
    let mut data = fresh.attributes.clone();
    let mut changed: Vec<String> = Vec::new();
    for (name, edit) in &patch.attributes {
        let key = attribute_key(name);
        if name.trim().is_empty() {
            problems.add(&key, "custom data needs a name");
            continue;
        }
        if tags_attribute(context) == Some(name) {
            let why = "this custom data holds the tags (tags_attribute); edit tags instead";
            problems.add(&key, why);
            continue;
        }
        let value = match edit {
            Edit::Clear => None,
            Edit::Set(Value::String(text)) => Some(text.clone()),
            Edit::Set(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
            Edit::Set(Value::Null | Value::Array(_) | Value::Object(_)) => {
                problems.add(&key, "OpenCX takes texts only");
                continue;
            }
        };
        let value = value.map(Value::String);
        if fresh.attributes_known && value.as_ref() == data.get(name) {
            continue;
        }
        match value {
            Some(value) => data.insert(name.clone(), value),
            None => data.remove(name),
        };
        changed.push(key);
    }
    let tags = tags_after(context, fresh, patch, problems);
    changed.extend(tags.as_ref().map(|_| "tags".to_string()));
    if changed.is_empty() {
        return None;
    }
    for key in &changed {
        if !fresh.attributes_known {
            problems.add(
                key,
                "OpenCX's custom data can only be written as a whole, and this contact's could not be read: it was \
                 met in a search only, which does not tell it; try again later",
            );
        }
    }
    let odd = data.iter().filter(|(_, value)| !value.is_string());
    let odd: Vec<(&String, &Value)> = odd.collect();
    for (name, value) in &odd {
        problems.add(
            &attribute_key(name),
            format!(
                "it is stored as {}, OpenCX takes texts only, and custom data can only be written as a whole; set this \
                 one to a text in the same save, or change it in OpenCX's dashboard",
                wire::outline(value)
            ),
        );
    }
    let mut texts: Map<String, Value> = data.into_iter().collect();
    match (tags_attribute(context), tags) {
        (Some(name), Some(text)) => {
            texts.insert(name.into(), json!(text));
        }
        (Some(name), None) => {
            let kept = fresh.tags_text.as_deref().map(String::from);
            let text = kept.unwrap_or_else(|| tag::to_text(&fresh.tags));
            if !text.is_empty() {
                texts.insert(name.into(), json!(text));
            }
        }
        _ => {}
    }
    Some(texts)
}

/// The text that keeps the tags after the patch, where it changes any. No tags are an empty text: it says so
/// also where what is not sent stays.
fn tags_after(
    context: &Context,
    fresh: &Contact,
    patch: &Patch,
    problems: &mut Problems,
) -> Option<String> {
    if patch.tags.is_empty() {
        return None;
    }
    if tags_attribute(context).is_none() {
        problems.add("tags", super::NO_TAGS);
        return None;
    }
    let bad = |name: &String| Some(format!("{name:?}: {}", tag::unkeepable(name)?));
    if let Some(problem) = patch.tags.add.iter().find_map(bad) {
        problems.add("tags", problem);
        return None;
    }
    let after = patch.tags.apply(&fresh.tags);
    if fresh.attributes_known && fresh.tags_read != TagsRead::All {
        let why = "what stands in the custom data that tags_attribute names is no text";
        problems.add("tags", why);
        return None;
    }
    (after != fresh.tags || !fresh.attributes_known).then(|| tag::to_text(&after))
}

fn reason(context: &Context, key: FieldKey) -> &'static str {
    let table = super::table(context);
    let reason = table.field(key).and_then(|spec| spec.access.reason());
    reason.unwrap_or("OpenCX has no such field")
}

fn flag_reason(context: &Context, flag: Flag) -> &'static str {
    let table = super::table(context);
    let reason = table.flag(flag).and_then(|spec| spec.access.reason());
    reason.unwrap_or("OpenCX has no such flag")
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
