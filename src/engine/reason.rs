//! Why a row of a plan is not sent, or failed: the kinds that people strike out, retry and count by. Sentences
//! are made elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{Guard, TroubleKind};

/// Why a contact did not get its change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The provider, or this account, does not let it be changed.
    ReadOnly,
    /// A tag is not in the provider's catalogue.
    Catalogue,
    /// A value that is stored now would be refused with the change.
    Stored,
    /// It would widen what the contact has agreed to.
    Consent,
    /// It would be longer than the provider stores.
    TooLong,
    /// The value is not acceptable.
    Invalid,
    /// It reaches beyond the contact and was not allowed by name.
    NotAllowed,
    /// Somebody changed the same value since the plan was made.
    Conflict,
    /// The provider refused it.
    Refused,
    /// The provider accepted it and stores something else.
    Drifted,
    /// The provider merged the contact into another one.
    Merged,
    /// The contact does not exist any more.
    NotFound,
    /// The sign-in was refused.
    SignIn,
    /// It is not allowed to whoever signed in.
    Forbidden,
    /// There were too many requests for too long.
    Throttled,
    /// The server could not be reached.
    Network,
    /// The server failed.
    Server,
    /// The answer was not understood.
    Malformed,
    /// This machine failed.
    Local,
    /// Another run has an open change of the same contact.
    Busy,
    /// The run was ended before its turn came.
    GivenUp,
}

impl Reason {
    /// Every reason, those that a plan already knows first.
    pub const ALL: [Self; 21] = [
        Self::ReadOnly,
        Self::Catalogue,
        Self::Stored,
        Self::Consent,
        Self::TooLong,
        Self::Invalid,
        Self::NotAllowed,
        Self::Conflict,
        Self::Refused,
        Self::Drifted,
        Self::Merged,
        Self::NotFound,
        Self::SignIn,
        Self::Forbidden,
        Self::Throttled,
        Self::Network,
        Self::Server,
        Self::Malformed,
        Self::Local,
        Self::Busy,
        Self::GivenUp,
    ];

    /// The name in files, JSON and arguments.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Catalogue => "catalogue",
            Self::Stored => "stored",
            Self::Consent => "consent",
            Self::TooLong => "too-long",
            Self::Invalid => "invalid",
            Self::NotAllowed => "not-allowed",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Drifted => "drifted",
            Self::Merged => "merged",
            Self::NotFound => "not-found",
            Self::SignIn => "sign-in",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
            Self::Network => "network",
            Self::Server => "server",
            Self::Malformed => "malformed",
            Self::Local => "local",
            Self::Busy => "busy",
            Self::GivenUp => "given-up",
        }
    }

    /// The reason of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only here",
            Self::Catalogue => "not in the catalogue",
            Self::Stored => "stored value refused",
            Self::Consent => "widens consent",
            Self::TooLong => "too long",
            Self::Invalid => "not acceptable",
            Self::NotAllowed => "needs to be allowed",
            Self::Conflict => "changed meanwhile",
            Self::Refused => "refused",
            Self::Drifted => "stored otherwise",
            Self::Merged => "merged away",
            Self::NotFound => "gone",
            Self::SignIn => "sign-in refused",
            Self::Forbidden => "not permitted",
            Self::Throttled => "too many requests",
            Self::Network => "network",
            Self::Server => "server failure",
            Self::Malformed => "odd answer",
            Self::Local => "this machine",
            Self::Busy => "held by another run",
            Self::GivenUp => "given up",
        }
    }

    /// The reason behind a trouble.
    pub fn of(kind: TroubleKind) -> Self {
        match kind {
            TroubleKind::Invalid => Self::Invalid,
            TroubleKind::Rejected => Self::Refused,
            TroubleKind::SignIn => Self::SignIn,
            TroubleKind::Forbidden => Self::Forbidden,
            TroubleKind::NotFound => Self::NotFound,
            TroubleKind::Throttled => Self::Throttled,
            TroubleKind::Network => Self::Network,
            TroubleKind::Server => Self::Server,
            TroubleKind::Malformed => Self::Malformed,
            TroubleKind::Local => Self::Local,
        }
    }

    /// The reason behind an act that has to be allowed.
    pub fn of_guard(guard: Guard) -> Self {
        match guard {
            Guard::Merge | Guard::NewField => Self::NotAllowed,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_one_name_everywhere() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("{:?}", reason.as_str()));
        }
    }
}
