//! A contact as OpenCX keeps and lists it, its id and its times.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::quirks::{Quirks, Resolution};

/// Keys and values of `custom_data`. Writes take text only; what was stored before may be anything.
pub type CustomData = Map<String, Value>;

/// One stored contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// A uuid, lower case.
    pub id: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The telephone number: `phone` when written, `phone_number` when listed.
    pub phone: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Own values.
    pub custom_data: Option<CustomData>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Contact {
    /// A contact without any value, made at `now`.
    pub fn new(id: String, now: Timestamp) -> Self {
        Self {
            id,
            email: None,
            phone: None,
            name: None,
            custom_data: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The contact as listings show it: every member there, those without a value null.
    pub(super) fn to_json(&self, quirks: &Quirks) -> Value {
        let mut shown = json!({
            "id": self.id,
            "email": self.email,
            "phone_number": self.phone,
            "name": self.name,
            "custom_data": self.custom_data,
        });
        if quirks.timestamps {
            shown["created_at"] = json!(instant(self.created_at, quirks.resolution));
            shown["updated_at"] = json!(instant(self.updated_at, quirks.resolution));
        }
        shown
    }
}

/// The time as it is stored: what is finer is cut off.
pub(super) fn stored(at: Timestamp, resolution: Resolution) -> Timestamp {
    let cut = match resolution {
        Resolution::Second => Timestamp::from_second(at.as_second()),
        Resolution::Millisecond => Timestamp::from_millisecond(at.as_millisecond()),
    };
    cut.unwrap_or(at)
}

/// ISO 8601 with Z.
pub(super) fn instant(at: Timestamp, resolution: Resolution) -> String {
    match resolution {
        Resolution::Second => at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        Resolution::Millisecond => at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"),
    }
    .to_string()
}

/// The n-th id: a random-looking uuid, the same in every run.
pub fn uuid(n: u64) -> String {
    let hash = Sha256::digest(format!("opencx {n}"));
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-4{}-a{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}
