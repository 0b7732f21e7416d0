//! One integration binary: quick to link. Each module says what it proves.

mod cli;
mod codec;
mod recorded_answers;
mod recordings;
mod sandbox;
mod store;
mod transport;
