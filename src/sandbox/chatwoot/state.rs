//! What a Chatwoot installation remembers, and the lookups every subject needs.
//!
//! No rule of the API lives here, and the records themselves are in `records`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Version;
use super::records::{
    Account, Contact, Definition, Inbox, Job, Label, Note, Object, SavedFilter, User,
};

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
