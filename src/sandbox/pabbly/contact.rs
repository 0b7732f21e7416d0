//! A contact as Pabbly keeps and shows it, and the ids it gives out.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// One attribute of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its own id, shown in answers.
    pub id: String,
    /// The name that Settings knows.
    pub name: String,
    /// Always text.
    pub value: String,
}

/// One stored contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// 24 hexadecimal characters.
    pub id: String,
    /// The name, where the contact has one.
    pub name: Option<String>,
    /// The dialing code, digits only.
    pub country_code: Option<String>,
    /// The whole number with its dialing code, digits only.
    pub mobile: String,
    /// How it was created: `api`, `csv`, `user`, `sync`, `wa` or `manual`.
    pub source: String,
    /// Opted in; absent in answers where `None`.
    pub optin: Option<bool>,
    /// Messages from this contact are blocked.
    pub incoming_blocked: bool,
    /// Custom fields in the order in which they were added.
    pub attributes: Vec<Attribute>,
    /// Tag names.
    pub tags: Vec<String>,
    /// Names of contact lists.
    pub list: Vec<String>,
    /// Counts the changes (`__v`).
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The last message from this contact.
    pub last_active: Option<Timestamp>,
}

/// How much of a contact an answer shows; the documents' examples differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// List and get.
    Full,
    /// Update and create: without `settingId`, `userId`, `broadcastIds`, `lastActive`.
    Short,
}

impl Contact {
    /// An empty contact with a number, made at `now`.
    pub fn new(id: String, mobile: &str, now: Timestamp) -> Self {
        Self {
            id,
            name: None,
            country_code: None,
            mobile: mobile.into(),
            source: "manual".into(),
            optin: None,
            incoming_blocked: false,
            attributes: Vec::new(),
            tags: Vec::new(),
            list: vec!["all".into()],
            version: 0,
            created_at: now,
            updated_at: now,
            last_active: None,
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The contact as an answer shows it; members without a value are missing.
    pub fn to_json(&self, view: View) -> Value {
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| {
            out.insert(key.into(), value);
        };
        put("_id", json!(self.id));
        if let Some(name) = &self.name {
            put("name", json!(name));
        }
        if let Some(code) = &self.country_code {
            put("countryCode", json!(code));
        }
        put("mobile", json!(self.mobile));
        put("status", json!("active"));
        put("source", json!(self.source));
        if let Some(optin) = self.optin {
            put("optin", json!(optin));
        }
        put("incomingBlocked", json!(self.incoming_blocked));
        let attributes = self
            .attributes
            .iter()
            .map(|a| json!({"name": a.name, "value": a.value, "_id": a.id}))
            .collect();
        put("attributes", Value::Array(attributes));
        put("tags", json!(self.tags));
        put("list", json!(self.list));
        put("__v", json!(self.version));
        put("createdAt", json!(instant(self.created_at)));
        put("updatedAt", json!(instant(self.updated_at)));
        if view == View::Full {
            put("settingId", json!("650000000000000000000001"));
            put("userId", json!("650000000000000000000002"));
            put("broadcastIds", json!([]));
            if let Some(at) = self.last_active {
                put("lastActive", json!(instant(at)));
            }
        }
        Value::Object(out)
    }
}

/// ISO 8601 with milliseconds and Z.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// An id in the form of MongoDB's: seconds, then a counter.
pub fn object_id(at: Timestamp, counter: u64) -> String {
    let seconds = u32::try_from(at.as_second()).unwrap_or_default();
    format!("{seconds:08x}{:016x}", 0x5AD0_C4A7_0000_0000_u64 | counter)
}

/// Whether a text has the form of an id: 24 hexadecimal characters.
pub fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
