//! How a save ends: what was stored, and how sure that is.

use crate::domain::diff::Change;
use crate::domain::{Contact, Guarded, Trouble};
use crate::http::FieldProblem;

/// Whether what is stored is what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It is.
    Verified,
    /// It is not; `old` is what was asked, `new` what is stored.
    Drifted(Vec<Change>),
    /// All that can be read back is; the rest the provider never tells. Says what.
    Unprovable(String),
    /// It could not be read back; says why.
    Unknown(String),
    /// The id leads to another person's record now: the provider merged the two, and one is gone.
    Merged {
        /// The record that was addressed.
        gone: String,
        /// The record that took it up.
        into: String,
        /// Whether that was allowed by name, for this change.
        allowed: bool,
    },
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one a save, and it is handed on in a box"
)]
pub enum SaveOutcome {
    /// Everything was already so; nothing was sent.
    Unchanged {
        /// The contact as read.
        contact: Contact,
    },
    /// The write was accepted.
    Applied {
        /// The contact right before the write.
        before: Contact,
        /// The contact as stored, or as asked where it could not be read back.
        after: Contact,
        /// What the write changed.
        changes: Vec<Change>,
        /// Whether that was seen to be stored.
        check: Check,
    },
    /// The provider refused the values.
    Refused {
        /// Its own words.
        message: String,
        /// The fields it named.
        fields: Vec<FieldProblem>,
        /// Whether an earlier request of the same save was accepted.
        partly: bool,
        /// The contact as it is now, where it was read again.
        stored: Option<Contact>,
    },
    /// Fields that this edit changes were changed by somebody else meanwhile. Nothing was sent.
    Conflict {
        /// The contact as it is now.
        theirs: Contact,
        /// The fields in question: `old` as the form was opened, `new` as stored now.
        changes: Vec<Change>,
    },
    /// Something reaches beyond this contact and was not asked for by name. Nothing was sent.
    Guarded {
        /// The contact as read.
        contact: Contact,
        /// What has to be allowed.
        acts: Vec<Guarded>,
    },
    /// It failed; nothing was stored, unless `partly`.
    Failed {
        /// Why.
        trouble: Trouble,
        /// Whether an earlier request of the same save was accepted.
        partly: bool,
        /// The contact as it is now, where it was read again.
        stored: Option<Contact>,
    },
    /// It is not known whether the change was stored, or will be.
    Unknown {
        /// Why.
        trouble: Trouble,
        /// The contact as it is now, where it could be read.
        stored: Option<Contact>,
    },
}
