//! What cardex does with contacts, as pure machines: event in, next step out. No I/O, no clock, no
//! provider; `app` drives them against a codec and the network, or against the local store.

pub mod journal;
pub mod plan;
pub mod reason;
pub mod results;
pub mod run;
pub mod save;

pub use journal::{End, Entry, Intent, Noted, Outcome, RowFold, RunId, Tally};
pub use plan::{Plan, Planner};
pub use reason::Reason;
pub use save::{Check, Fate, Permits, Preview, Save, SaveOutcome, Step, WriteResult};
