//! The sample people as contacts of a RevyOps client: two name members, LinkedIn URLs, statuses,
//! companies, and custom fields whose names are as odd as people make them.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{KEY, Person, text};
use crate::sandbox::revyops::RevyOps;
use crate::sandbox::revyops::record::Contact;

/// The client that [`KEY`] belongs to, and what `client_id` in a query has to be.
pub const CLIENT_ID: &str = "sandbox-client";

/// The custom field that holds a contact's tags, separated by commas: RevyOps has none of its own.
pub const TAGS_FIELD: &str = "Persona tags";

/// The first contact's id; the others count on from it.
const FIRST_ID: u64 = 1001;
/// A contact of another client, which nobody here may see.
const FOREIGN_ID: u64 = 900_001;

/// Attribute keys and the names of the fields that hold them: with blanks, apostrophes and brackets.
const FIELDS: [(&str, &str); 10] = [
    ("plan", "Plan (current)"),
    ("seats", "Seats"),
    ("mrr", "Monthly revenue [EUR]"),
    ("discount", "Discount %"),
    ("renewal", "Renewal date"),
    ("website", "Company's website"),
    ("newsletter", "Newsletter?"),
    ("customer_code", "Customer's code"),
    ("language", "Language"),
    ("notes", "Notes"),
];

/// A RevyOps client with these people, key [`KEY`] and id [`CLIENT_ID`]. Telephone numbers and
/// consent have no place there: consent shows in the status, tags are in [`TAGS_FIELD`].
pub fn revyops(people: &[Person]) -> RevyOps {
    let mut fake = RevyOps::new(KEY, CLIENT_ID);
    fake.client_name = "Sandbox".into();
    let began = people.iter().map(|p| p.created_at).min();
    let began = began.unwrap_or(Timestamp::UNIX_EPOCH);
    let companies = companies(&mut fake, people, began);
    let names = FIELDS.iter().map(|(_, name)| *name);
    fake.fields
        .extend(names.chain(["City", TAGS_FIELD]).map(String::from));
    for (index, person) in people.iter().enumerate() {
        let id = FIRST_ID + index as u64;
        let mut contact = Contact::new(id, CLIENT_ID, person.created_at);
        (contact.first_name, contact.last_name) = split(&person.name);
        contact.email.clone_from(&person.email);
        contact.linkedin_url = linkedin_url(person, index);
        let company = person.company.as_ref();
        contact.company_id = company.and_then(|name| companies.get(name)).copied();
        contact.origin = ["Import", "Website form", "Sequence", ""][index % 4].into();
        status(&mut contact, person, index);
        let own = [("City", person.city.clone()), (TAGS_FIELD, tags(person))];
        let own = own
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let custom = person.attributes.iter().filter_map(|(key, value)| {
            let (_, name) = FIELDS.iter().find(|(known, _)| known == key)?;
            Some((*name, text(value)))
        });
        for (name, value) in own.chain(custom).filter(|(_, value)| !value.is_empty()) {
            let field = fake.new_field(name, &value, person.created_at);
            contact.fields.push(field);
        }
        contact.updated = person.updated_at;
        fake.insert(contact);
    }
    stranger(&mut fake, began);
    fake
}

/// A company for every employer, with a domain that can not exist.
fn companies(fake: &mut RevyOps, people: &[Person], now: Timestamp) -> HashMap<String, u64> {
    let mut ids = HashMap::new();
    for name in people.iter().filter_map(|person| person.company.as_ref()) {
        if !ids.contains_key(name) {
            let slug = match slug(name) {
                slug if slug.is_empty() => format!("company-{}", ids.len() + 1),
                slug => slug,
            };
            let id = fake.add_company(name, &format!("{slug}.example"), now);
            ids.insert(name.clone(), id);
        }
    }
    ids
}

/// First and last name as an import has them: the last word is the last name, except where the family
/// name comes first. Neither part says how the whole is written.
fn split(name: &str) -> (String, String) {
    let Some((first, last)) = name.rsplit_once(' ') else {
        return (name.into(), String::new());
    };
    let family_first = name
        .chars()
        .any(|c| ('\u{3040}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7a3}').contains(&c));
    match family_first {
        true => (last.into(), first.into()),
        false => (first.into(), last.into()),
    }
}

/// Two of three have one; who has no e-mail nearly always has.
fn linkedin_url(person: &Person, index: usize) -> Option<String> {
    let one_of = if person.email.is_some() { 3 } else { 8 };
    let slug = slug(&person.name);
    (index % one_of != 2).then(|| format!("https://www.linkedin.com/in/{slug}-{index:05}"))
}

/// Consent as a status; what a webhook set is in lower case, and some have none.
fn status(contact: &mut Contact, person: &Person, index: usize) {
    let status = match person.optin {
        Some(true) => Some("Active"),
        Some(false) if index.is_multiple_of(2) => Some("unsubscribed"),
        Some(false) => Some("Unsubscribed"),
        None if index % 5 == 4 => Some("Bounced"),
        None if index % 5 == 3 => None,
        None => Some("Active"),
    };
    contact.status = status.map(String::from);
    if status.is_some_and(|status| status != "Active") {
        contact.previous_status = Some("Active".into());
        contact.status_changed_at = Some(person.updated_at);
    }
    if let Some(at) = person.last_active {
        contact.first_campaign_email_sent = Some(person.created_at);
        contact.last_campaign_email_sent = Some(at - SignedDuration::from_hours(3));
        contact.last_reply_received = index.is_multiple_of(3).then_some(at);
    }
}

fn tags(person: &Person) -> Option<String> {
    Some(person.tags.join(",")).filter(|tags| !tags.is_empty())
}

/// A contact and a company of somebody else: the key is right, and yet they are not for it.
fn stranger(fake: &mut RevyOps, now: Timestamp) {
    let other = "another-client";
    let company = fake.add_foreign_company(other, "Somebody Else", "somebody-else.example", now);
    let mut contact = Contact::new(FOREIGN_ID, other, now);
    contact.first_name = "Not".into();
    contact.last_name = "Yours".into();
    contact.email = Some("not.yours@example.com".into());
    contact.company_id = Some(company);
    fake.insert(contact);
}

/// The letters and digits of a name in ASCII, words joined by dashes.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}
