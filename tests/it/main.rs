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

mod codec;
mod sandbox;
mod screen;
mod transport;
