//! What a Chatwoot installation remembers: accounts, people with tokens, contacts, labels, jobs.
//!
//! Plain records and the lookups every subject needs. No rule of the API lives here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Version;

/// A JSON object with its keys in the order they were written.
pub type Object = Map<String, Value>;

/// What a user may do in one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// May also delete contacts and change labels, inboxes and the account.
    Administrator,
    /// May read and edit contacts.
    Agent,
}

impl Role {
    /// The role's name on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Agent => "agent",
        }
    }
}

/// One tenant of the installation.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its number, part of every path.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its language, which error texts do not follow.
    pub locale: String,
    /// Whether the vendor switched it off.
    pub suspended: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A person or a bot holding an access token.
#[derive(Debug, Clone)]
pub struct User {
    /// Its number, over all accounts.
    pub id: u64,
    /// Its display name.
    pub name: String,
    /// Its sign-in address.
    pub email: String,
    /// The personal access token.
    pub token: String,
    /// Whether this is an agent bot, which contact endpoints refuse.
    pub bot: bool,
    /// The accounts it belongs to.
    pub memberships: Vec<(u64, Role)>,
}

/// The channel behind an inbox, as far as contacts are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// `Channel::Api`, the only kind the public API serves.
    Api,
    /// `Channel::Email`, whose source ids are e-mail addresses.
    Email,
}

/// An inbox.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// Its number.
    pub id: u64,
    /// The account it belongs to.
    pub account: u64,
    /// The channel's own number, counted per kind.
    pub channel_id: u64,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub channel: Channel,
    /// The address of an e-mail inbox.
    pub email: Option<String>,
    /// Where messages are announced.
    pub webhook_url: String,
    /// Whether the public API demands an identity hash.
    pub hmac_mandatory: bool,
    /// The key of identity hashes.
    pub hmac_token: String,
    /// The webhook's signing secret.
    pub secret: String,
    /// The opaque name the public API knows it by.
    pub identifier: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A contact's address in one inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactInbox {
    /// The inbox.
    pub inbox: u64,
    /// The contact's name there, unique within the inbox.
    pub source_id: String,
    /// What the public API hands to browsers.
    pub pubsub_token: String,
}

/// A contact as the database holds it.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its number, over all accounts.
    pub id: u64,
    /// The account it belongs to.
    pub account: u64,
    /// The name; null can be stored.
    pub name: Option<String>,
    /// The e-mail address, lower-cased.
    pub email: Option<String>,
    /// The phone number; the empty text can be stored.
    pub phone_number: Option<String>,
    /// The customer's own key; the empty text can be stored.
    pub identifier: Option<String>,
    /// Whether new conversations are muted.
    pub blocked: bool,
    /// City, company and whatever else was sent.
    pub additional_attributes: Object,
    /// Values of custom attributes, checked by nobody.
    pub custom_attributes: Object,
    /// When the contact last wrote.
    pub last_activity_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The file name of its picture.
    pub avatar: Option<String>,
    /// Whether it ever had an e-mail address or phone number.
    pub lead: bool,
    /// Its addresses in inboxes, oldest first.
    pub inboxes: Vec<ContactInbox>,
    /// Its tags, as indexes into the installation's tag table, oldest first.
    pub tags: Vec<usize>,
}

impl Contact {
    /// A contact with nothing but its numbers and an empty name.
    pub fn blank(id: u64, account: u64, now: Timestamp) -> Self {
        Self {
            id,
            account,
            name: Some(String::new()),
            email: None,
            phone_number: None,
            identifier: None,
            blocked: false,
            additional_attributes: Object::new(),
            custom_attributes: Object::new(),
            last_activity_at: None,
            created_at: now,
            updated_at: now,
            avatar: None,
            lead: false,
            inboxes: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// Whether lists show it: it has an e-mail address, a phone number or an identifier.
    pub fn is_resolved(&self) -> bool {
        [&self.email, &self.phone_number, &self.identifier]
            .iter()
            .any(|field| field.as_deref().is_some_and(|text| !text.is_empty()))
    }
}

/// A label of an account.
#[derive(Debug, Clone)]
pub struct Label {
    /// Its number.
    pub id: u64,
    /// The account it belongs to.
    pub account: u64,
    /// Its title, lower-cased.
    pub title: String,
    /// A note on its use.
    pub description: Value,
    /// Its colour, `#rrggbb`.
    pub color: String,
    /// Whether the dashboard lists it.
    pub show_on_sidebar: Value,
}

/// A custom attribute definition.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its number.
    pub id: u64,
    /// The account it belongs to.
    pub account: u64,
    /// Index into [`super::definitions::DISPLAY_TYPES`].
    pub display_type: usize,
    /// Index into [`super::definitions::MODELS`].
    pub model: usize,
    /// The key values are stored under.
    pub key: String,
    /// Name, description, regex and the like, as the API shows them.
    pub fields: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A note on a contact.
#[derive(Debug, Clone)]
pub struct Note {
    /// Its number.
    pub id: u64,
    /// The contact.
    pub contact: u64,
    /// Its author.
    pub user: u64,
    /// Its text.
    pub content: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A filter a user saved.
#[derive(Debug, Clone)]
pub struct SavedFilter {
    /// Its number.
    pub id: u64,
    /// The account.
    pub account: u64,
    /// Its owner.
    pub user: u64,
    /// Its name.
    pub name: String,
    /// `conversation`, `contact` or `report`.
    pub kind: String,
    /// The saved query.
    pub query: Value,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Work the server does a little after answering.
#[derive(Debug, Clone)]
pub enum Job {
    /// Rename a tag on an account's contacts after its label was renamed.
    RenameTag {
        /// The account.
        account: u64,
        /// The old title.
        from: String,
        /// The new title.
        to: String,
    },
    /// Take a tag off an account's contacts after its label was deleted.
    DropTag {
        /// The account.
        account: u64,
        /// The title.
        title: String,
    },
    /// Note in a contact that its picture was looked for at an address.
    Avatar {
        /// The contact.
        contact: u64,
        /// The address asked.
        url: String,
    },
}

/// The last number given out, per kind of record.
#[derive(Debug, Clone, Default)]
pub struct Counters {
    /// Contacts.
    pub contact: u64,
    /// Inboxes.
    pub inbox: u64,
    /// Labels.
    pub label: u64,
    /// Definitions.
    pub definition: u64,
    /// Notes.
    pub note: u64,
    /// Saved filters.
    pub saved_filter: u64,
    random: u64,
}

/// The whole installation.
#[derive(Debug)]
pub struct State {
    /// The release it behaves like.
    pub version: Version,
    /// Accounts by number.
    pub accounts: BTreeMap<u64, Account>,
    /// Users and bots.
    pub users: Vec<User>,
    /// Browser sessions: user, access token, client.
    pub sessions: Vec<(u64, String, String)>,
    /// Contacts of all accounts by number.
    pub contacts: BTreeMap<u64, Contact>,
    /// Inboxes by number.
    pub inboxes: BTreeMap<u64, Inbox>,
    /// Account labels by number.
    pub labels: BTreeMap<u64, Label>,
    /// Custom attribute definitions by number.
    pub definitions: BTreeMap<u64, Definition>,
    /// Notes by number.
    pub notes: BTreeMap<u64, Note>,
    /// Saved filters by number.
    pub saved_filters: BTreeMap<u64, SavedFilter>,
    /// The installation's tag table: the first spelling wins, for every account.
    pub tags: Vec<String>,
    /// Work not yet done, with the time it falls due.
    pub jobs: Vec<(Timestamp, Job)>,
    /// Contacts whose attribute keys still have the order of the last write.
    pub unsettled: Vec<u64>,
    /// Number sequences.
    pub last: Counters,
}

impl State {
    /// An installation with no account.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            accounts: BTreeMap::new(),
            users: Vec::new(),
            sessions: Vec::new(),
            contacts: BTreeMap::new(),
            inboxes: BTreeMap::new(),
            labels: BTreeMap::new(),
            definitions: BTreeMap::new(),
            notes: BTreeMap::new(),
            saved_filters: BTreeMap::new(),
            tags: Vec::new(),
            jobs: Vec::new(),
            unsettled: Vec::new(),
            last: Counters::default(),
        }
    }

    /// A contact of one account.
    pub fn contact_of(&self, account: u64, id: u64) -> Option<&Contact> {
        self.contacts.get(&id).filter(|c| c.account == account)
    }

    /// An inbox of one account.
    pub fn inbox_of(&self, account: u64, id: u64) -> Option<&Inbox> {
        self.inboxes.get(&id).filter(|i| i.account == account)
    }

    /// The next contact number; a refused insert uses one up as well.
    pub fn next_contact_id(&mut self) -> u64 {
        self.last.contact += 1;
        self.last.contact
    }

    /// The tag's index, by any spelling.
    pub fn find_tag(&self, name: &str) -> Option<usize> {
        let wanted = name.to_lowercase();
        self.tags.iter().position(|t| t.to_lowercase() == wanted)
    }

    /// The tag's index; an unknown spelling becomes the stored one.
    pub fn tag(&mut self, name: &str) -> usize {
        self.find_tag(name).unwrap_or_else(|| {
            self.tags.push(name.to_owned());
            self.tags.len() - 1
        })
    }

    /// The stored spellings of a contact's tags.
    pub fn labels_of(&self, contact: &Contact) -> Vec<String> {
        contact
            .tags
            .iter()
            .filter_map(|&index| self.tags.get(index).cloned())
            .collect()
    }

    /// Replaces a contact's tags; those that stay keep their place.
    pub fn set_tags(&mut self, contact: u64, names: &[String]) {
        let wanted: Vec<usize> = names.iter().map(|name| self.tag(name)).collect();
        if let Some(contact) = self.contacts.get_mut(&contact) {
            contact.tags.retain(|tag| wanted.contains(tag));
            for tag in wanted {
                if !contact.tags.contains(&tag) {
                    contact.tags.push(tag);
                }
            }
        }
    }

    /// 24 characters nobody guesses, the same in every run.
    pub fn random_token(&mut self) -> String {
        self.random_hex().chars().take(24).collect()
    }

    /// A random UUID, the same in every run.
    pub fn random_uuid(&mut self) -> String {
        let hex = self.random_hex();
        format!(
            "{}-{}-4{}-a{}-{}",
            &hex[0..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..32]
        )
    }

    /// A name as the server invents one for a visitor.
    pub fn invented_name(&mut self) -> String {
        const FIRST: [&str; 6] = ["quiet", "amber", "distant", "mossy", "bright", "early"];
        const SECOND: [&str; 6] = ["river", "meadow", "lantern", "harbor", "thicket", "dawn"];
        let hash = Sha256::digest(self.random_hex().as_bytes());
        let pick = |byte: u8, words: [&'static str; 6]| words[usize::from(byte) % words.len()];
        let number = u16::from(hash[2]) * 4 % 1000;
        format!(
            "{}-{}-{number}",
            pick(hash[0], FIRST),
            pick(hash[1], SECOND)
        )
    }

    fn random_hex(&mut self) -> String {
        self.last.random += 1;
        hex(&Sha256::digest(format!("chatwoot {}", self.last.random)))
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key order the database gives a JSON object back in: by length, then by bytes, at every level.
pub fn in_database_order(value: &mut Value) {
    match value {
        Value::Object(object) => order_keys(object),
        Value::Array(items) => items.iter_mut().for_each(in_database_order),
        _ => {}
    }
}

/// [`in_database_order`] for an object at hand.
pub fn order_keys(object: &mut Object) {
    let mut entries: Vec<(String, Value)> = std::mem::take(object).into_iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    for (_, value) in &mut entries {
        in_database_order(value);
    }
    object.extend(entries);
}
