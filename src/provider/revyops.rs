//! RevyOps' public API for contacts, version 2.
//!
//! How it words its failures stands in `errors`; what they mean, in the table of `provider::taxonomy`.

pub mod errors;
