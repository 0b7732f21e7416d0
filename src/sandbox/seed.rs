//! Sample people: the same ones at every start, as varied as real address books are, all invented.
//!
//! Plain data and the functions that put it into a fake. E-mail addresses are under `example.*`,
//! telephone numbers from the ranges that regulators keep for fiction. Hand-written people come
//! first (`hand`), composed ones follow (`composed`). A fake for another vendor gets its own function
//! beside [`pabbly`].

mod chatwoot;
mod composed;
mod hand;
mod names;
mod opencx;
mod phone;
mod revyops;

use jiff::Timestamp;
use serde_json::Value;

pub use self::chatwoot::{INBOX, INBOX_KEY, chatwoot, chatwoot_like, source_ids};
pub use self::opencx::{TAGS_KEY, opencx};
pub use self::phone::fictional_phone;
pub use self::revyops::{CLIENT_ID, TAGS_FIELD, revyops};
use super::pabbly::Pabbly;
use super::pabbly::contact::{Attribute, Contact, object_id};

/// The API key or token of every seeded fake. No secret: the server listens on loopback only.
pub const KEY: &str = "sandbox";

/// One invented person, in no vendor's form.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The display name; empty for a few.
    pub name: String,
    /// Unique, under example.com, example.org or example.net.
    pub email: Option<String>,
    /// E.164, unique.
    pub phone: Option<String>,
    /// An id from another system, such as `crm-00042`; unique.
    pub identifier: Option<String>,
    /// The employer.
    pub company: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The country of that city, ISO 3166 alpha-2.
    pub country_code: Option<String>,
    /// Names from [`tags`].
    pub tags: Vec<String>,
    /// Keys from [`definitions`] with values of their kind: text, link, date (`2026-05-01`, for
    /// some `2026-05-01T00:00:00.000Z`) and list as JSON strings, number, currency and percent as
    /// JSON numbers, checkbox as a JSON boolean.
    pub attributes: Vec<(String, Value)>,
    /// Consent: given, withdrawn, never asked.
    pub optin: Option<bool>,
    /// Whether messages from this person are blocked.
    pub blocked: bool,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it last changed, not before `created_at`.
    pub updated_at: Timestamp,
    /// The last sign of life, where there was one.
    pub last_active: Option<Timestamp>,
}

/// The kinds of custom attributes, as Chatwoot tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any text, perhaps with a pattern.
    Text,
    /// A number.
    Number,
    /// An amount of money.
    Currency,
    /// A share in percent.
    Percent,
    /// An absolute URL.
    Link,
    /// A day.
    Date,
    /// One of the definition's values.
    List,
    /// Yes or no.
    Checkbox,
}

impl Kind {
    /// The name in Chatwoot's `attribute_display_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Link => "link",
            Self::Date => "date",
            Self::List => "list",
            Self::Checkbox => "checkbox",
        }
    }
}

/// One custom attribute's definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The key in [`Person::attributes`].
    pub key: &'static str,
    /// The name for people.
    pub display_name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The kind of its values.
    pub kind: Kind,
    /// The values of a list; empty for other kinds.
    pub values: &'static [&'static str],
    /// A pattern in JavaScript's dialect, without slashes; for some texts.
    pub regex: Option<&'static str>,
    /// What to tell who breaks the pattern.
    pub cue: Option<&'static str>,
}

/// One tag of the catalogue; the name fits Chatwoot's rules for labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// The name.
    pub name: &'static str,
    /// `#rrggbb`.
    pub colour: &'static str,
    /// What it means.
    pub description: &'static str,
}

const fn plain(
    key: &'static str,
    display_name: &'static str,
    kind: Kind,
    description: &'static str,
) -> Definition {
    Definition {
        key,
        display_name,
        description,
        kind,
        values: &[],
        regex: None,
        cue: None,
    }
}

static DEFINITIONS: [Definition; 10] = [
    Definition {
        values: &["free", "starter", "team", "enterprise"],
        ..plain("plan", "Plan", Kind::List, "What they pay for")
    },
    plain("seats", "Seats", Kind::Number, "Licences in use"),
    plain("mrr", "Monthly revenue", Kind::Currency, "In euro"),
    plain("discount", "Discount", Kind::Percent, "On the list price"),
    plain("renewal", "Renewal", Kind::Date, "When the contract ends"),
    plain("website", "Website", Kind::Link, "Their own site"),
    plain(
        "newsletter",
        "Newsletter",
        Kind::Checkbox,
        "Wants the monthly letter",
    ),
    Definition {
        regex: Some("^[A-Z]{2}-[0-9]{4}$"),
        cue: Some("Two capital letters, a dash, four digits: AB-1234"),
        ..plain(
            "customer_code",
            "Customer code",
            Kind::Text,
            "From the books",
        )
    },
    Definition {
        values: &[
            "English",
            "Deutsch",
            "Français",
            "日本語",
            "العربية",
            "עברית",
        ],
        ..plain(
            "language",
            "Language",
            Kind::List,
            "What they like to be written in",
        )
    },
    plain(
        "notes",
        "Notes",
        Kind::Text,
        "Anything a colleague should know",
    ),
];

/// The definitions of all attributes that people have.
pub fn definitions() -> &'static [Definition] {
    &DEFINITIONS
}

const fn tag(name: &'static str, colour: &'static str, description: &'static str) -> Tag {
    Tag {
        name,
        colour,
        description,
    }
}

static TAGS: [Tag; 22] = [
    tag("vip", "#d4a017", "Answer first"),
    tag("trial", "#1f93ff", "Still trying it out"),
    tag("beta", "#7c3aed", "Gets unfinished features"),
    tag("churn-risk", "#dc2626", "May leave"),
    tag("newsletter", "#0ea5e9", "On the mailing list"),
    tag("partner", "#16a34a", "Sells or recommends us"),
    tag("press", "#db2777", "Writes about us"),
    tag("wholesale", "#92400e", "Buys in bulk"),
    tag("refund", "#f97316", "Had money back"),
    tag("follow-up", "#eab308", "Somebody promised to call"),
    tag("onboarding", "#22c55e", "In the first month"),
    tag("renewal-due", "#ef4444", "Contract ends soon"),
    tag("invoice", "#64748b", "Pays by invoice"),
    tag("education", "#06b6d4", "School or university"),
    tag("non-profit", "#84cc16", "Charity price"),
    tag("conference-2025", "#a855f7", "Met at the stand"),
    tag("webinar", "#6366f1", "Took part online"),
    tag("referral", "#14b8a6", "Came through a friend"),
    tag("do_not_call", "#b91c1c", "E-mail only"),
    tag("événement", "#ec4899", "Événement à Lyon"),
    tag("日本", "#be123c", "日本のお客様"),
    tag("großkunde", "#78350f", "Über hundert Plätze"),
];

/// The tags that exist, whether or not a person has them.
pub fn tags() -> &'static [Tag] {
    &TAGS
}

/// The first `n` people; a larger `n` only adds to the end.
pub fn people(n: usize) -> Vec<Person> {
    people_from(0, n)
}

/// The same with other composed people: the hand-written ones are the same for every seed.
pub fn people_from(seed: u64, n: usize) -> Vec<Person> {
    let hand = hand::people();
    let written = hand.len();
    let names: Vec<String> = hand.iter().map(|person| person.name.clone()).collect();
    hand.into_iter()
        .chain((written..n).map(|index| composed::person(seed, index, &names)))
        .take(n)
        .collect()
}

/// A Chatflow account with these people, key [`KEY`]. Pabbly has no place for e-mail, company and
/// city: they become attributes. Who has no telephone gets an invented one, as the number is what a
/// WhatsApp contact is.
pub fn pabbly(people: &[Person]) -> Pabbly {
    const SOURCES: [&str; 5] = ["manual", "csv", "wa", "api", "sync"];
    let mut fake = Pabbly::new(KEY);
    fake.tags = tags().iter().map(|tag| tag.name.to_string()).collect();
    fake.attributes = ["email", "company", "city"]
        .into_iter()
        .chain(definitions().iter().map(|definition| definition.key))
        .map(String::from)
        .collect();
    fake.lists.push("newsletter".into());
    let mut attribute_ids = 0;
    for (index, person) in people.iter().enumerate() {
        let phone = person
            .phone
            .clone()
            .unwrap_or_else(|| fictional_phone(index));
        // Far from the ids of attributes, which count from 1.
        let id = object_id(person.created_at, 0x0100_0000 + index as u64);
        let mut contact = Contact::new(id, phone.trim_start_matches('+'), person.created_at);
        contact.country_code = phone::dialing_code(&phone).map(String::from);
        contact.name = Some(person.name.clone()).filter(|name| !name.is_empty());
        contact.source = SOURCES[index % SOURCES.len()].into();
        contact.optin = person.optin;
        contact.incoming_blocked = person.blocked;
        contact.tags.clone_from(&person.tags);
        contact.updated_at = person.updated_at;
        contact.last_active = person.last_active;
        let own = [
            ("email", &person.email),
            ("company", &person.company),
            ("city", &person.city),
        ];
        let own = own
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.clone()?)));
        let custom = person
            .attributes
            .iter()
            .map(|(key, value)| (key.as_str(), text(value)));
        for (name, value) in own.chain(custom).filter(|(_, value)| !value.is_empty()) {
            attribute_ids += 1;
            let id = object_id(person.created_at, attribute_ids);
            contact.attributes.push(Attribute {
                id,
                name: name.into(),
                value,
            });
        }
        fake.insert(contact);
    }
    fake
}

/// A value as an API writes it that knows text only.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), String::from)
}

#[cfg(test)]
mod tests;
