//! In which order contacts are listed.

use serde::{Deserialize, Serialize};

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// By name; contacts without one come last.
    #[default]
    Name,
    /// By e-mail address; contacts without one come last.
    Email,
    /// By phone number; contacts without one come last.
    Phone,
    /// By the time of the last change.
    Updated,
    /// By id, numbers as numbers.
    Id,
}

impl SortKey {
    /// Every key, in menu order.
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::Email,
        Self::Phone,
        Self::Updated,
        Self::Id,
    ];

    /// The name in arguments.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Updated => "updated",
            Self::Id => "id",
        }
    }
}

/// A sort key and its direction. Equal keys are ordered by id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order {
    /// What to sort by.
    pub key: SortKey,
    /// Largest first. Contacts without the key stay last.
    pub descending: bool,
}

impl Order {
    /// Reads `name`, `-name`, `updated` … as `--sort` takes them.
    ///
    /// # Errors
    /// Names the keys that exist.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |n| (true, n));
        let key = SortKey::ALL
            .into_iter()
            .find(|k| k.as_str() == name)
            .ok_or_else(|| {
                let names: Vec<_> = SortKey::ALL.iter().map(|k| k.as_str()).collect();
                format!(
                    "sort: {text:?} is not a sort key; use one of {}, or -KEY for descending",
                    names.join(", ")
                )
            })?;
        Ok(Self { key, descending })
    }
}
