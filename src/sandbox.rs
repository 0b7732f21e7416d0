//! The vendors' APIs as pure functions of (state, request, now), and a loopback server around them.
//!
//! Written from the fact sheets and recorded exchanges, never from cardex's own codecs: a fake and the
//! client it tests must not share encoding code. Nothing here reads the clock; `now` is an argument.

pub mod chatwoot;
pub mod faults;
pub mod opencx;
pub mod pabbly;
mod query;
pub mod rate;
pub mod revyops;
pub mod seed;
pub mod server;
pub mod spec;

use jiff::Timestamp;

use crate::http::HttpResponse;

/// A request as a server sees it: raw, possibly malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The method, upper case.
    pub method: String,
    /// Path and query as sent, percent-encoding intact.
    pub target: String,
    /// Headers as received.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

impl Received {
    /// The first value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query without its question mark, empty where there is none.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, q)| q)
    }
}

/// One vendor's API over its own state.
pub trait Fake: Send {
    /// Answers one request as the vendor would at `now`.
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse;
}
