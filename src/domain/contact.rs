//! A contact as cardex sees it, whatever the provider.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::account::{AccountName, ProviderId};
use super::field::{FieldKey, Flag};
use super::tag::TagSet;

/// A contact's id at its provider, as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(String);

impl ContactId {
    /// Wraps an id that came from the provider or passed the field table's rule.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much is known about a contact's tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagsRead {
    /// The whole set.
    #[default]
    All,
    /// Only tags of the catalogue (from label lists); others may exist.
    Catalogue,
    /// Nothing: the provider's list does not carry them.
    No,
}

/// A contact: what the provider stores, as far as cardex manages it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id at the provider.
    pub id: ContactId,
    /// The account it belongs to.
    pub account: AccountName,
    /// That account's provider.
    pub provider: ProviderId,
    /// Standard fields that have a value; empty text never stands here.
    pub fields: BTreeMap<FieldKey, String>,
    /// Tags, as far as known.
    pub tags: TagSet,
    /// How far `tags` is known.
    #[serde(default)]
    pub tags_read: TagsRead,
    /// Custom attributes by name; `Value::Null` is a stored null.
    pub attributes: BTreeMap<String, Value>,
    /// Flags that are known; an absent one is unknown.
    pub flags: BTreeMap<Flag, bool>,
    /// When the provider last changed it, where it says so.
    pub updated_at: Option<Timestamp>,
    /// Whether `attributes` are as stored when this was read; `false`: the call that told of the contact does
    /// not carry them, and they are as last known.
    #[serde(default = "known", skip_serializing_if = "is_known")]
    pub attributes_known: bool,
    /// The number of the record behind this contact, where contacts are addressed by something else: the same
    /// id with another record has become another person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Whether it is listed here although its provider answers that it does not exist.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// When it was made, where the provider says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The text that the tags are kept in, where it is one and not as cardex writes it: it stays as it is while
    /// the tags do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags_text: Option<Box<str>>,
    /// What else the provider says, for reading only (city, source, creation day …): label to text.
    #[serde(default)]
    pub extra: BTreeMap<String, String>,
}

fn known() -> bool {
    true
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "the serialiser passes a reference"
)]
fn is_known(known: &bool) -> bool {
    *known
}

impl Contact {
    /// A contact without any values.
    pub fn new(id: ContactId, account: AccountName, provider: ProviderId) -> Self {
        Self {
            id,
            account,
            provider,
            fields: BTreeMap::new(),
            tags: TagSet::new(),
            tags_read: TagsRead::All,
            attributes: BTreeMap::new(),
            flags: BTreeMap::new(),
            updated_at: None,
            attributes_known: true,
            record: None,
            missing: false,
            created_at: None,
            tags_text: None,
            extra: BTreeMap::new(),
        }
    }

    /// A field's text, empty where there is none.
    pub fn field(&self, key: FieldKey) -> &str {
        self.fields.get(&key).map_or("", String::as_str)
    }

    /// Sets a field; empty text removes it.
    pub fn set_field(&mut self, key: FieldKey, text: &str) {
        if text.is_empty() {
            self.fields.remove(&key);
        } else {
            self.fields.insert(key, text.to_string());
        }
    }

    /// A flag's state; `None` is unknown.
    pub fn flag(&self, flag: Flag) -> Option<bool> {
        self.flags.get(&flag).copied()
    }

    /// The name; where a provider keeps given and family name apart, the two with a blank between them. For
    /// showing and finding only: it is never taken apart again.
    pub fn full_name(&self) -> Cow<'_, str> {
        let name = self.field(FieldKey::Name);
        let (first, last) = (
            self.field(FieldKey::FirstName),
            self.field(FieldKey::LastName),
        );
        match (name, first, last) {
            ("", first, "") => Cow::Borrowed(first),
            ("", "", last) => Cow::Borrowed(last),
            ("", first, last) => Cow::Owned(format!("{first} {last}")),
            (name, ..) => Cow::Borrowed(name),
        }
    }

    /// What was not told when this was read stays as it was known, unless the id leads to somebody else now; gives
    /// whether it may. `attributes_known` and `tags_read` stay as they are: these are as last known, not as stored.
    pub fn keep_untold(&mut self, before: &Self) -> bool {
        if let (Some(now), Some(then)) = (&self.record, &before.record)
            && now != then
        {
            return false;
        }
        if self.tags_read == TagsRead::No {
            self.tags.clone_from(&before.tags);
            self.tags_text.clone_from(&before.tags_text);
        }
        if !self.attributes_known {
            self.attributes.clone_from(&before.attributes);
            for (flag, state) in &before.flags {
                self.flags.entry(*flag).or_insert(*state);
            }
            self.created_at = self.created_at.or(before.created_at);
            self.updated_at = self.updated_at.or(before.updated_at);
            self.record = self.record.take().or_else(|| before.record.clone());
            // Told by nothing but what tells the attributes.
            if let Some(identifier) = before.fields.get(&FieldKey::Identifier) {
                let own = self.fields.entry(FieldKey::Identifier);
                own.or_insert_with(|| identifier.clone());
            }
        }
        true
    }

    /// What to say beside the name of a contact that is [`missing`](Self::missing).
    pub fn missing_note(&self) -> Option<&'static str> {
        let note = match self.provider {
            ProviderId::Chatwoot | ProviderId::ChatwootPublic => "not found at Chatwoot",
            _ => "not found",
        };
        self.missing.then_some(note)
    }

    /// The name with that note behind it, for a list.
    pub fn listed_name(&self) -> String {
        let name = self.field(FieldKey::Name);
        match self.missing_note() {
            None => name.to_string(),
            Some(note) => format!("{name} ({note})").trim_start().to_string(),
        }
    }

    /// What to call this contact in a sentence: name, else e-mail, else phone, else its id.
    pub fn title(&self) -> Cow<'_, str> {
        let reached = [FieldKey::Email, FieldKey::Phone].map(|k| Cow::Borrowed(self.field(k)));
        [self.full_name()]
            .into_iter()
            .chain(reached)
            .find(|t| !t.trim().is_empty())
            .unwrap_or(Cow::Borrowed(self.id.as_str()))
    }

    /// The contact in the shape that `--json` promises:
    /// `{"id","account","provider","fields","tags","attributes","flags","updated_at"}`.
    /// `tags` is null where the provider's list does not tell them; `"missing": true` stands at the end of
    /// one that is [`missing`](Self::missing).
    pub fn to_json(&self) -> Value {
        let fields: Map<String, Value> = self
            .fields
            .iter()
            .map(|(k, v)| (k.as_str().to_string(), json!(v)))
            .collect();
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        let flags: Map<String, Value> = Flag::ALL
            .iter()
            .map(|f| (f.as_str().to_string(), json!(self.flag(*f))))
            .collect();
        let tags = if self.tags_read == TagsRead::No {
            Value::Null
        } else {
            json!(self.tags)
        };
        let mut shown = json!({
            "id": self.id.as_str(),
            "account": self.account.as_str(),
            "provider": self.provider.as_str(),
            "fields": fields,
            "tags": tags,
            "attributes": attributes,
            "flags": flags,
            "updated_at": self.updated_at.map(|t| t.to_string()),
        });
        if let (true, Some(members)) = (self.missing, shown.as_object_mut()) {
            members.insert("missing".into(), json!(true));
        }
        shown
    }
}
