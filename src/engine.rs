//! What cardex does with contacts, as pure machines: event in, next step out. No I/O, no clock, no
//! provider; `app` drives them against a codec and the network, or against the local store.

pub mod save;

pub use save::{Check, Fate, Permits, Preview, Save, SaveOutcome, Step, WriteResult};
