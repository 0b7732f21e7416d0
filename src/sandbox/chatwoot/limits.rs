//! The throttles in front of the application: per account for contact search, per address for all.
//!
//! Windows are whole clock minutes. A closed throttle names no time to wait.

use std::collections::HashMap;

use jiff::Timestamp;

use super::reply::Refusal;
use crate::sandbox::Received;

/// How many requests a minute are let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Contact searches per account.
    pub searches_per_account: u32,
    /// Requests per client address.
    pub requests_per_address: u32,
    /// Whether clients on loopback are counted too; the vendor's server exempts them.
    pub loopback: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            searches_per_account: 100,
            requests_per_address: 3000,
            loopback: false,
        }
    }
}

/// The counters of the current minute.
#[derive(Debug)]
pub struct Throttle {
    limits: Limits,
    minute: i64,
    counts: HashMap<String, u32>,
}

impl Throttle {
    /// Counters at zero.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            minute: 0,
            counts: HashMap::new(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// [`Refusal::Throttled`] once a limit is passed within the clock minute.
    pub fn admit(&mut self, request: &Received, now: Timestamp) -> Result<(), Refusal> {
        let address = request
            .header("x-forwarded-for")
            .and_then(|list| list.split(',').next())
            .map_or("127.0.0.1", str::trim);
        let loopback = address.starts_with("127.") || address == "::1";
        if loopback && !self.limits.loopback {
            return Ok(());
        }
        let minute = now.as_second().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.counts.clear();
        }
        let by_address = self.count(&format!("address {address}"));
        let mut open = by_address <= self.limits.requests_per_address;
        if let Some(account) = searched_account(request.path()) {
            let searches = self.count(&format!("search {account}"));
            open &= searches <= self.limits.searches_per_account;
        }
        if open {
            Ok(())
        } else {
            Err(Refusal::Throttled)
        }
    }

    fn count(&mut self, key: &str) -> u32 {
        let count = self.counts.entry(key.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

/// The account number in a path that contains `/accounts/{n}/contacts/search`.
fn searched_account(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once("/accounts/")?;
    let (account, rest) = rest.split_once('/')?;
    rest.starts_with("contacts/search").then_some(account)
}
