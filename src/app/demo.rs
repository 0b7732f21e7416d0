//! The `demo` account: a local store filled once with varied sample contacts. Editing them is real.

use jiff::Timestamp;

use crate::app::session::store_trouble;
use crate::domain::{
    AccountName, AttributeDefinition, AttributeType, Contact, ContactId, FieldKey, Flag,
    ProviderId, Trouble,
};
use crate::sandbox::seed::{self, Kind, Person};
use crate::store::Store;

/// How many sample contacts there are.
pub const CONTACTS: usize = 200;

/// The setting that says so, also after every contact was deleted.
const FILLED: &str = "demo_filled";

/// Fills the account unless it was filled before.
///
/// # Errors
/// When the database can not be written.
pub fn fill(store: &Store, account: &AccountName, now: Timestamp) -> Result<(), Trouble> {
    let tried = "filling the demonstration store";
    let failed = |e| store_trouble(tried, &e);
    let filled = store
        .setting(account, FILLED)
        .wait()
        .map_err(failed)?
        .is_some();
    if filled || store.count(account).wait().map_err(failed)? > 0 {
        return Ok(());
    }
    let contacts = seed::people(CONTACTS)
        .into_iter()
        .map(|p| contact(account, p))
        .collect();
    store
        .put_definitions(account, &definitions(), now)
        .wait()
        .map_err(failed)?;
    store.fill_local(account, contacts).wait().map_err(failed)?;
    store
        .set_setting(account, FILLED, &true.into())
        .wait()
        .map_err(failed)
}

/// A sample person as a contact of a local account.
fn contact(account: &AccountName, person: Person) -> Contact {
    // The store gives it its number.
    let mut contact = Contact::new(ContactId::new("0"), account.clone(), ProviderId::Local);
    contact.set_field(FieldKey::Name, &person.name);
    contact.set_field(FieldKey::Email, person.email.as_deref().unwrap_or_default());
    contact.set_field(FieldKey::Phone, person.phone.as_deref().unwrap_or_default());
    contact.tags = person.tags.into_iter().collect();
    contact.attributes = person.attributes.into_iter().collect();
    contact
        .flags
        .extend(person.optin.map(|yes| (Flag::Optin, yes)));
    contact.flags.insert(Flag::Blocked, person.blocked);
    contact.updated_at = Some(person.updated_at);
    for (label, text) in [("company", person.company), ("city", person.city)] {
        contact.extra.extend(text.map(|t| (label.to_string(), t)));
    }
    contact
}

/// The definitions of the sample contacts' attributes.
fn definitions() -> Vec<AttributeDefinition> {
    seed::definitions()
        .iter()
        .map(|d| AttributeDefinition {
            key: d.key.into(),
            label: d.display_name.into(),
            kind: match d.kind {
                Kind::Text => AttributeType::Text,
                Kind::Number => AttributeType::Number,
                Kind::Currency => AttributeType::Currency,
                Kind::Percent => AttributeType::Percent,
                Kind::Link => AttributeType::Link,
                Kind::Date => AttributeType::Date,
                Kind::List => AttributeType::List,
                Kind::Checkbox => AttributeType::Checkbox,
            },
            description: Some(d.description.into()).filter(|t: &String| !t.is_empty()),
            values: d.values.iter().map(|v| (*v).to_string()).collect(),
            pattern: d.regex.map(String::from),
            pattern_hint: d.cue.map(String::from),
            days_as_times: false,
        })
        .collect()
}
