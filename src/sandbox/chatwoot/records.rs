//! The records of a Chatwoot installation: accounts, people with tokens, contacts, labels, jobs.
//!
//! Plain data. What may become of it is the subjects' business.

use jiff::Timestamp;
use serde_json::{Map, Value};

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
