//! The people on a Chatwoot server, and in an API inbox of it.

use jiff::Timestamp;

use super::{KEY, Person, definitions, tags};
use crate::sandbox::chatwoot::{Channel, Chatwoot, ContactSeed, DefinitionSeed, Quirks};

/// The `inbox_identifier` of the API inbox. No secret: the server listens on loopback only.
pub const INBOX: &str = "sandboxApiInbox123456789";

/// Its `hmac_token`, no secret either.
pub const INBOX_KEY: &str = "sandboxHmacToken12345678";

/// The source ids of these people in the API inbox, with their identifiers.
pub fn source_ids(people: &[Person]) -> Vec<(String, Option<String>)> {
    let numbered = people.iter().enumerate();
    numbered
        .filter_map(|(index, person)| Some((source_id(index)?, person.identifier.clone())))
        .collect()
}

/// Every second person writes from the website.
fn source_id(index: usize) -> Option<String> {
    index
        .is_multiple_of(2)
        .then(|| format!("web-{:04}", index / 2 + 1))
}

/// A Chatwoot 4.15.1 server with these people in account 1, whose administrator's token is [`KEY`].
/// Chatwoot has no place for consent. People without e-mail, phone and identifier are there, but Chatwoot's list
/// leaves them out. Every second one is in the API inbox [`INBOX`].
pub fn chatwoot(people: &[Person]) -> Chatwoot {
    chatwoot_like(people, Quirks::default())
}

/// The same on another kind of server.
pub fn chatwoot_like(people: &[Person], quirks: Quirks) -> Chatwoot {
    let mut fake = Chatwoot::with_limits(quirks.version, quirks.limits);
    let began = people
        .iter()
        .map(|p| p.created_at)
        .min()
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let account = fake.add_account("Sandbox", began);
    fake.add_user(
        "Sam Sandbox",
        "sam@example.com",
        KEY,
        &[(account, quirks.role)],
    );
    fake.suspend(account, quirks.suspended);
    for tag in tags() {
        fake.add_label(account, tag.name, tag.colour);
    }
    for definition in definitions() {
        let seed = DefinitionSeed {
            key: definition.key.into(),
            name: definition.display_name.into(),
            display_type: definition.kind.as_str().into(),
            description: Some(definition.description.into()),
            values: definition.values.iter().map(|v| (*v).to_string()).collect(),
            regex_pattern: definition.regex.map(String::from),
            regex_cue: definition.cue.map(String::from),
        };
        fake.add_definition(account, seed, began);
    }
    let inbox = fake.add_inbox(account, "Website", Channel::Api, quirks.identity, began);
    fake.set_inbox_tokens(inbox, INBOX, INBOX_KEY);
    for (index, person) in people.iter().enumerate() {
        let own = [
            ("company_name", &person.company),
            ("city", &person.city),
            ("country_code", &person.country_code),
        ];
        let seed = ContactSeed {
            name: Some(person.name.clone()),
            email: person.email.clone(),
            phone_number: person.phone.clone(),
            identifier: person.identifier.clone(),
            blocked: person.blocked,
            additional_attributes: own
                .into_iter()
                .filter_map(|(key, value)| Some((key.to_string(), value.clone()?.into())))
                .collect(),
            custom_attributes: person.attributes.iter().cloned().collect(),
            labels: person.tags.clone(),
            inboxes: source_id(index).map(|id| (inbox, id)).into_iter().collect(),
            last_activity_at: person.last_active,
        };
        fake.add_contact(account, seed, person.created_at);
    }
    fake
}
