//! Something that went wrong, as a sentence for a person: what was tried, what happened, what can be
//! done. Screen, command line and exit codes are made from the same value.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What sort of trouble; decides the exit code and what the screen offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// A value, argument or configuration is not acceptable; nothing was sent.
    Invalid,
    /// The provider refused the values; nothing was stored.
    Rejected,
    /// Not signed in: no token, a wrong one, an expired one.
    SignIn,
    /// Signed in, but not allowed.
    Forbidden,
    /// What was asked for does not exist.
    NotFound,
    /// Too many requests for too long.
    Throttled,
    /// The server could not be reached, or the connection broke.
    Network,
    /// The server failed.
    Server,
    /// The answer was not what this API sends.
    Malformed,
    /// Files, database, terminal, editor of this machine.
    Local,
}

/// A failure, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What sort.
    pub kind: TroubleKind,
    /// What was tried and what happened, one sentence without a full stop.
    pub message: String,
    /// What can be done, where there is something.
    pub hint: Option<String>,
}

impl Trouble {
    /// A failure without a hint.
    pub fn new(kind: TroubleKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
        }
    }

    /// The same with a word on what can be done.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}
