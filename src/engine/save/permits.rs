//! What a save would do, and what somebody allowed by name.

use crate::domain::{Guard, Guarded};
use crate::http::HttpRequest;

/// What somebody asked for by name, beyond the change itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permits {
    /// Write over a conflict.
    pub force: bool,
    /// [`Guard::Merge`].
    pub merge: bool,
    /// [`Guard::NewField`].
    pub new_field: bool,
}

impl Permits {
    /// Whether a guarded act may be done.
    pub fn allow(self, guard: Guard) -> bool {
        match guard {
            Guard::Merge => self.merge,
            Guard::NewField => self.new_field,
        }
    }

    /// These, and whatever `acts` need.
    #[must_use]
    pub fn with(mut self, acts: &[Guarded]) -> Self {
        for act in acts {
            match act.guard {
                Guard::Merge => self.merge = true,
                Guard::NewField => self.new_field = true,
            }
        }
        self
    }
}

/// What a save would send, and what it would do beyond the contact.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// The requests; none for the local store.
    pub requests: Vec<HttpRequest>,
    /// What has to be allowed by name.
    pub acts: Vec<Guarded>,
}
