//! Whether a run hands out rows, and what it waits for where it does not.

use crate::domain::{Trouble, TroubleKind};

/// Whether a run hands out rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Running,
    /// It waits.
    Halted(Halt),
}

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// Somebody asked it to.
    Asked,
    /// The sign-in was refused: a new token is needed.
    SignIn(Trouble),
    /// What is asked is not allowed to whoever signed in.
    Forbidden(Trouble),
    /// The server can not be reached, or fails, or has had too many requests for too long.
    Network(Trouble),
    /// The journal, or the contacts in the store, can not be written or read.
    Store(Trouble),
}

impl Halt {
    /// The halt that a failure asks for.
    pub fn of(trouble: Trouble) -> Self {
        match trouble.kind {
            TroubleKind::SignIn => Self::SignIn(trouble),
            TroubleKind::Forbidden => Self::Forbidden(trouble),
            TroubleKind::Local => Self::Store(trouble),
            _ => Self::Network(trouble),
        }
    }

    /// What happened, where it was not a wish.
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Asked => None,
            Self::SignIn(t) | Self::Forbidden(t) | Self::Network(t) | Self::Store(t) => Some(t),
        }
    }
}
