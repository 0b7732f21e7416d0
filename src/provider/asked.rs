//! What is asked of a provider and what comes back, in no vendor's terms: calls with their purpose, pages and
//! cursors, ways to a single contact, replies. How they are made and read is each codec's.

use jiff::Timestamp;

use crate::domain::{AttributeDefinition, Contact, ContactId, TagSet};
use crate::http::{FieldProblem, HttpRequest};

/// What a call is for; decides how its answer is decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A page of contacts; answered by [`Reply::Page`].
    Page,
    /// One contact; answered by [`Reply::Contact`].
    Contact,
    /// The tags of one contact; answered by [`Reply::Tags`].
    Tags,
    /// A write whose answer holds the contact as stored, or nothing: [`Reply::Contact`] or
    /// [`Reply::Nothing`].
    Write,
    /// A write of tags; the answer is an echo and proves nothing: [`Reply::Nothing`].
    WriteTags,
    /// Attribute definitions; answered by [`Reply::Definitions`].
    Definitions,
    /// The catalogue of tags; answered by [`Reply::Catalogue`].
    Catalogue,
    /// Who signed in and what answers; answered by [`Reply::About`].
    About,
    /// One page of the contacts that carry a tag of the catalogue; answered by [`Reply::Page`].
    Tagged(String),
}

/// A contact that is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Its id.
    pub id: &'a ContactId,
    /// What is known of it, where something is: an API without a call for one contact finds it by that.
    pub known: Option<&'a Contact>,
    /// When a write of ours left for it, where one did: it was changed no earlier.
    pub written_at: Option<Timestamp>,
    /// Whether all of it is wanted; otherwise its standard fields are enough.
    pub whole: bool,
}

impl<'a> Target<'a> {
    /// A contact of which nothing but the id is known.
    pub fn of(id: &'a ContactId) -> Self {
        Self {
            id,
            known: None,
            written_at: None,
            whole: true,
        }
    }
}

/// How one contact is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// By these requests, which together tell it whole, in order.
    Calls(Vec<Call>),
    /// The API has no call for one contact. It is looked for in these lists, in order, until it is met.
    Lists(Vec<Lookup>),
}

/// A list in which a contact is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// Where it begins, for [`Codec::page`](super::Codec::page).
    pub start: Cursor,
    /// So many pages are looked at.
    pub pages: usize,
    /// Whether a contact that is not in it, seen to its end, does not exist.
    pub exhaustive: bool,
}

/// How the provider itself looks for contacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// Where that list begins, for [`Codec::page`](super::Codec::page).
    pub start: Cursor,
    /// Whether every contact that matches is certain to be in it; otherwise it is a beginning.
    pub whole: bool,
}

/// One request of a script, with what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What to send.
    pub request: HttpRequest,
    /// What for.
    pub purpose: Purpose,
    /// Whether sending it twice is the same as once.
    pub idempotent: bool,
}

/// Where the next page starts: opaque to everyone but the codec that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The contacts, in the provider's order.
    pub contacts: Vec<Contact>,
    /// Contacts in all, where the provider tells.
    pub total: Option<u64>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Cursor>,
}

/// A decoded answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// A page of contacts.
    Page(Page),
    /// A contact.
    Contact(Box<Contact>),
    /// The tags of the contact that was asked about.
    Tags(TagSet),
    /// Attribute definitions.
    Definitions(Vec<AttributeDefinition>),
    /// The catalogue of tags.
    Catalogue(Vec<String>),
    /// Plain sentences about account, user and server, for `accounts check`.
    About(Vec<String>),
    /// Success without content.
    Nothing,
}

/// The answer could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("reading the answer: {0}")]
pub struct DecodeError(pub String);

/// A patch names something that this provider can not store, or a value that it would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|p| format!("{}: {}", p.key, p.message)).collect::<Vec<_>>().join("; "))]
pub struct Unsupported(pub Vec<FieldProblem>);
