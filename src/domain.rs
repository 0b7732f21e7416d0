//! The nouns of cardex: contacts, fields, tags, patches, differences, filters, validation.
//!
//! Nothing here does I/O, reads the time, or knows a provider's wire format. What a provider can
//! store comes in as data: a [`FieldTable`].

pub mod account;
pub mod age;
pub mod attribute;
pub mod contact;
pub mod count;
pub mod diff;
pub mod draft;
pub mod field;
pub mod filter;
pub mod fold;
pub mod guard;
pub mod order;
pub mod patch;
pub mod phone;
pub mod selection;
pub mod shown;
pub mod tag;
pub mod trouble;
pub mod validate;

pub use account::{AccountName, ProviderId};
pub use attribute::{AttributeDefinition, AttributeType};
pub use contact::{Contact, ContactId, TagsRead};
pub use diff::Change;
pub use draft::{Draft, DraftEdit};
pub use field::{Access, FieldKey, FieldKind, FieldSpec, FieldTable, Flag};
pub use filter::{Filter, FilterError};
pub use guard::{Guard, Guarded};
pub use order::{Order, SortKey};
pub use patch::{Edit, Patch};
pub use selection::{Frozen, MarkChange, Marks, Selection, Span};
pub use tag::{TagCounts, TagDelta, TagSet};
pub use trouble::{Trouble, TroubleKind};
