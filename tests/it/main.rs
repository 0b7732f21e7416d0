//! One integration binary: quick to link. Each module says what it proves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can not go on stops"
)]
#![allow(
    unreachable_pub,
    reason = "nothing of a test binary is reachable from outside"
)]

mod architecture;
mod cli;
mod codec;
mod contract;
mod kills;
mod loading;
mod pty;
mod readme;
mod recorded_answers;
mod recorded_public;
mod recordings;
mod sandbox;
mod scenarios;
mod screen;
mod store;
mod taxonomy;
mod transport;
mod traps;
mod worlds;
mod writers;
