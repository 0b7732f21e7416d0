//! The people in an OpenCX organisation.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{KEY, Person, tags, text};
use crate::sandbox::opencx::{Contact, CustomData, Message, OpenCx, Tag, uuid};

/// The key of `custom_data` that holds a contact's tags, separated by commas: OpenCX has none of its own.
pub const TAGS_KEY: &str = "tags";

/// An OpenCX organisation with these people, key [`KEY`]. OpenCX has no place for company and city: they
/// become `custom_data`, which knows text only, and so do tags, under [`TAGS_KEY`]. Consent is left out.
/// As after an import, some were made within the same second.
pub fn opencx(people: &[Person]) -> OpenCx {
    let mut fake = OpenCx::new(KEY);
    let began = people
        .first()
        .map_or(Timestamp::UNIX_EPOCH, |p| p.created_at);
    fake.tags = tags()
        .iter()
        .map(|tag| Tag {
            description: Some(tag.description.into()),
            ..Tag::new(tag.name, began)
        })
        .collect();
    let mut batch = began;
    for (index, person) in people.iter().enumerate() {
        let number = index as u64 + 1;
        let mut contact = Contact::new(uuid(number), person.created_at);
        if index % 7 < 3 && index % 7 > 0 {
            contact.created_at = batch + SignedDuration::from_millis(index as i64 % 7 * 137);
        } else {
            batch = person.created_at;
        }
        contact.updated_at = person.updated_at.max(contact.created_at);
        contact.name = Some(person.name.clone()).filter(|name| !name.is_empty());
        contact.email.clone_from(&person.email);
        contact.phone.clone_from(&person.phone);
        let own = [("company", &person.company), ("city", &person.city)];
        let own = own
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_string(), Value::from(value.clone()?))));
        let custom = person
            .attributes
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(text(value))));
        let joined = Some(person.tags.join(",")).filter(|tags| !tags.is_empty());
        let tagged = joined.map(|tags| (TAGS_KEY.to_string(), Value::from(tags)));
        let data: CustomData = own.chain(custom).chain(tagged).collect();
        contact.custom_data = Some(data).filter(|data| !data.is_empty());
        fake.insert(contact);
    }
    fake.messages = ["Where is my order?", "How do I reset my password?"]
        .into_iter()
        .zip(1..)
        .map(|(text, n)| Message {
            // Far from the ids of contacts, which count from 1.
            id: uuid(u64::MAX - 2 * n),
            session_id: uuid(u64::MAX - 2 * n - 1),
            message: text.into(),
            kind: "user".into(),
        })
        .collect();
    fake
}
