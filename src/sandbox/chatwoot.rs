//! A Chatwoot server as a pure function: the Application API and the public inbox API, versions 4.15.1
//! and 4.3.0, over its own state.
//!
//! Written from recorded exchanges with real servers, which `tests/it/recordings.rs` replays against it.
//! What it does not reproduce: the database's order of rows without `sort`, or of equal sort values
//! (here: by id), conversations, and outgoing mail and pictures.

pub mod account;
pub mod auth;
pub mod collate;
pub mod condition;
pub mod contacts;
pub mod definitions;
pub mod filter;
pub mod inboxes;
pub mod labels;
pub mod limits;
pub mod list;
pub mod merge;
pub mod notes;
pub mod params;
pub mod public;
pub mod quirks;
pub mod records;
pub mod reply;
pub mod route;
pub mod seed;
pub mod show;
pub mod sql;
pub mod state;
pub mod validate;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use limits::Limits;
pub use quirks::Quirks;
pub use records::{Channel, Contact, Inbox, Role};
pub use seed::{ContactSeed, DefinitionSeed};

use self::limits::Throttle;
use self::params::Params;
use self::records::Job;
use self::reply::Refusal;
use self::state::State;
use crate::http::HttpResponse;
use crate::sandbox::{Fake, Received};

/// The releases whose behaviour was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// June 2026.
    V4_15_1,
    /// June 2025: search with totals, unresolved contacts in filters, no bulk labels for contacts.
    V4_3_0,
}

impl Version {
    /// The number `GET /api` tells.
    pub fn number(self) -> &'static str {
        match self {
            Self::V4_15_1 => "4.15.1",
            Self::V4_3_0 => "4.3.0",
        }
    }

    /// Whether this is the newer of the two.
    pub fn is_new(self) -> bool {
        self == Self::V4_15_1
    }
}

/// One Chatwoot installation.
#[derive(Debug)]
pub struct Chatwoot {
    state: State,
    throttle: Throttle,
}

impl Chatwoot {
    /// An installation without accounts, with the vendor's default rate limits.
    pub fn new(version: Version) -> Self {
        Self::with_limits(version, Limits::default())
    }

    /// An installation without accounts.
    pub fn with_limits(version: Version, limits: Limits) -> Self {
        Self {
            state: State::new(version),
            throttle: Throttle::new(limits),
        }
    }

    fn carry_out(&mut self, request: &Received, now: Timestamp) -> reply::Outcome {
        self.throttle.admit(request, now)?;
        if let Some(answer) = public::preflight(request) {
            return Ok(answer);
        }
        let action = route::find(request)?;
        let params = Params::read(request)?;
        let state = &mut self.state;
        let cors =
            matches!(action, route::Action::Public { .. }) && request.header("origin").is_some();
        let outcome = match action {
            route::Action::Version => account::version(state, now),
            route::Action::SignIn => Ok(account::refuse_sign_in()),
            route::Action::Profile => {
                auth::user(state, request).and_then(|user| account::profile(state, user))
            }
            route::Action::Account { account, action } => auth::member(state, request, &account)
                .and_then(|caller| {
                    let call = Call {
                        caller,
                        params: &params,
                        now,
                    };
                    route::account_action(state, &call, &action)
                }),
            route::Action::Public { inbox, action } => {
                public::answer(state, &params, &inbox, &action, now)
            }
        };
        if cors {
            outcome.map(|answer| public::open_to_browsers(answer).with_header("vary", "Origin"))
        } else {
            outcome
        }
    }

    /// Does the background work that has fallen due.
    fn catch_up(&mut self, now: Timestamp) {
        let (due, later) = std::mem::take(&mut self.state.jobs)
            .into_iter()
            .partition::<Vec<_>, _>(|(at, _)| *at <= now);
        self.state.jobs = later;
        for (at, job) in due {
            self.run(at, job);
        }
        for id in std::mem::take(&mut self.state.unsettled) {
            if let Some(contact) = self.state.contacts.get_mut(&id) {
                state::order_keys(&mut contact.custom_attributes);
                state::order_keys(&mut contact.additional_attributes);
            }
        }
    }

    fn run(&mut self, at: Timestamp, job: Job) {
        let state = &mut self.state;
        match job {
            Job::RenameTag { account, from, to } => {
                labels::replace_tag(state, account, &from, Some(&to))
            }
            Job::DropTag { account, title } => labels::replace_tag(state, account, &title, None),
            Job::Avatar { contact, url } => {
                if let Some(contact) = state.contacts.get_mut(&contact) {
                    let hash = state::hex(&Sha256::digest(url));
                    let attributes = &mut contact.additional_attributes;
                    attributes.insert("last_avatar_sync_at".into(), Value::from(seconds(at)));
                    attributes.insert("avatar_url_hash".into(), Value::from(hash));
                    state::order_keys(attributes);
                }
            }
        }
    }
}

impl Fake for Chatwoot {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        self.catch_up(now);
        let answer = self
            .carry_out(request, now)
            .unwrap_or_else(|refusal: Refusal| refusal.response());
        reply::finish(request, answer)
    }
}

/// One authorised call within an account.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Who calls, and which account.
    pub caller: auth::Caller,
    /// What was sent.
    pub params: &'a Params,
    /// When.
    pub now: Timestamp,
}

/// ISO 8601 with milliseconds, as Rails prints times in JSON.
pub fn millis(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// ISO 8601 without fractions.
pub fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time some seconds from `now`, or `now` at the end of time.
pub fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests;
