//! Which account and which provider: names only. Addresses and secrets live in `config`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The providers that this version speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderId {
    /// The embedded SQLite store; needs no account.
    Local,
    /// Chatwoot's application API.
    Chatwoot,
    /// Chatwoot's public client API: the contacts of one inbox, by their source ids.
    ChatwootPublic,
    /// OpenCX.
    #[serde(rename = "opencx")]
    OpenCx,
    /// RevyOps.
    #[serde(rename = "revyops")]
    RevyOps,
    /// Pabbly Chatflow.
    Pabbly,
}

impl ProviderId {
    /// Every provider, in the order that help lists them.
    pub const ALL: [Self; 6] = [
        Self::Local,
        Self::Chatwoot,
        Self::ChatwootPublic,
        Self::OpenCx,
        Self::RevyOps,
        Self::Pabbly,
    ];

    /// The name in configuration, JSON and arguments.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Chatwoot => "chatwoot",
            Self::ChatwootPublic => "chatwoot-public",
            Self::OpenCx => "opencx",
            Self::RevyOps => "revyops",
            Self::Pabbly => "pabbly",
        }
    }

    /// The provider of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }

    /// Whether it lists nothing, so that its contacts are those of a roster in the store.
    pub fn has_roster(self) -> bool {
        self == Self::ChatwootPublic
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of a configured account, as in `[accounts.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountName(String);

impl AccountName {
    /// Wraps a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
