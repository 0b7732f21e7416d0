//! What passes between a save and its driver: the next thing to do, and what came of it.

use crate::domain::{Contact, Patch, Trouble};
use crate::engine::save::SaveOutcome;
use crate::http::FieldProblem;

/// What came of the requests of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteResult {
    /// All were accepted; the contact as the last answer showed it, where one did.
    Answered(Option<Box<Contact>>),
    /// One was refused because of its values.
    Rejected {
        /// The server's own words.
        message: String,
        /// The fields it named.
        fields: Vec<FieldProblem>,
        /// Whether an earlier request of the same write was accepted.
        partly: bool,
    },
    /// A request failed.
    Failed {
        /// Why.
        trouble: Trouble,
        /// Whether an earlier request of the same write was accepted.
        partly: bool,
        /// What may have become of the failed request.
        fate: Fate,
    },
}

impl WriteResult {
    /// Nothing arrived, or the server said no before storing anything.
    pub fn failed(trouble: Trouble) -> Self {
        Self::Failed {
            trouble,
            partly: false,
            fate: Fate::NotStored,
        }
    }
}

/// What may have become of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It did not arrive, or was refused: nothing was stored.
    NotStored,
    /// The server is done with it, and failed: what can be read now is how it stays.
    Done,
    /// Nothing came back: it may be stored, or still be on its way.
    Unclear,
}

/// What the driver has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Read the contact whole and call [`Save::on_read`](super::Save::on_read).
    Read,
    /// Send the write and call [`Save::on_written`](super::Save::on_written).
    Write {
        /// The contact as just read: what tags are merged with.
        fresh: Box<Contact>,
        /// What to change; nothing in it is already so.
        patch: Patch,
    },
    /// Read the contact whole again and call [`Save::on_read`](super::Save::on_read).
    ReadBack,
    /// The end.
    Done(Box<SaveOutcome>),
}
