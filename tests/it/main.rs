//! One integration binary: quick to link. Each module says what it proves.

mod codec;
mod sandbox;
mod transport;
mod recorded_answers;
