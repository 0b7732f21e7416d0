//! Sending requests.
pub mod auth;
pub mod exchange;
pub mod limiter;
pub mod log;
pub mod retry;
pub mod retry_after;
