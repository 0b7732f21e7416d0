//! OpenCX's contacts API.
//!
//! How it words its failures stands in `errors`; what they mean, in the table of `provider::taxonomy`.

pub mod errors;
