//! A half-typed form: what was typed, and the contact that it was typed over.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::contact::Contact;
use super::tag::TagDelta;

/// One edited field of a form, as typed: possibly invalid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftEdit {
    /// The text in the field.
    Text(String),
    /// The attribute row was removed.
    Removed,
    /// The flag's state; `None` is unknown.
    Flag(Option<bool>),
    /// The tag change.
    Tags(TagDelta),
}

/// A form that was left, interrupted or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The contact as it was when the form was opened.
    pub base: Contact,
    /// Edited fields by key (`name`, `tags`, `attr.plan`, `optin`).
    pub edits: BTreeMap<String, DraftEdit>,
    /// When it was last kept.
    pub saved_at: Timestamp,
}
