//! The decision after an attempt: send again, when, or give up, why.
//!
//! | what came back                          | sent again                                     |
//! |-----------------------------------------|------------------------------------------------|
//! | 429                                     | always: it was refused before doing anything   |
//! | 5xx except 501 and 505                  | idempotent calls                               |
//! | connection broke, request not delivered | always                                         |
//! | connection broke, may have arrived      | idempotent calls                               |
//! | time-out                                | as the two above, where the rules say so       |
//! | any other answer; a certificate, a redirect, an answer too large | never                 |
//!
//! Pure: time, randomness and the answer are arguments. It does not wait, and does not know pacing.

use jiff::{SignedDuration, Timestamp, Unit};

use super::exchange::{Broken, BrokenKind};
use super::limiter::Told;
use super::retry_after;
use crate::http::Verdict;

/// How persistent a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Attempts in all; 429s are not counted.
    pub attempts: u32,
    /// Whether a time-out is followed by another attempt: who watches has waited long enough.
    pub after_timeout: bool,
    /// The pause after the first failure; each later one doubles it.
    pub first_pause: SignedDuration,
    /// No pause of our own choosing is longer.
    pub longest_pause: SignedDuration,
    /// No wait that a server asks for is longer; the call gives up instead.
    pub longest_wait: SignedDuration,
    /// From the first sending to the last: no attempt starts later.
    pub total: SignedDuration,
}

impl Rules {
    /// For a call that someone is waiting for: three attempts, one if it times out, waits up to
    /// two minutes.
    pub fn interactive() -> Self {
        Self {
            attempts: 3,
            after_timeout: false,
            first_pause: SignedDuration::from_millis(400),
            longest_pause: SignedDuration::from_secs(5),
            longest_wait: SignedDuration::from_secs(2 * 60),
            total: SignedDuration::from_secs(3 * 60),
        }
    }

    /// For background and bulk work: five attempts, waits up to fifteen minutes.
    pub fn patient() -> Self {
        Self {
            attempts: 5,
            after_timeout: true,
            first_pause: SignedDuration::from_millis(500),
            longest_pause: SignedDuration::from_secs(30),
            longest_wait: SignedDuration::from_secs(15 * 60),
            total: SignedDuration::from_secs(30 * 60),
        }
    }
}

/// What the last attempt ended with.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// An answer, with its `Retry-After` header where it has one.
    Answer(&'a Verdict, Option<&'a str>),
    /// None.
    Broken(&'a Broken),
}

/// Where a call stands when the decision is taken.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Attempts that ended in a failure, this one included; 429s are not counted.
    pub failures: u32,
    /// 429s in a row, this one included.
    pub throttles: u32,
    /// Whether sending twice has the effect of sending once.
    pub idempotent: bool,
    /// When the first attempt left.
    pub since: Timestamp,
    /// Any number; the same one gives the same pauses.
    pub seed: u64,
}

/// Why a call is not sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GiveUp {
    /// This outcome is not changed by asking again.
    Final,
    /// It failed as often as is allowed.
    Attempts(u32),
    /// It may have taken effect, and a second time would be another effect.
    MayHaveArrived,
    /// The server asks for a longer wait than is allowed.
    WaitTooLong {
        /// When it would be ready.
        until: Timestamp,
        /// What is allowed.
        longest: SignedDuration,
    },
    /// All attempts together would take longer than is allowed.
    TotalTooLong {
        /// When it would be ready.
        until: Timestamp,
        /// What is allowed.
        total: SignedDuration,
    },
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Send it again, not before this moment.
    Again {
        /// The moment.
        at: Timestamp,
    },
    /// Do not.
    GiveUp(GiveUp),
}

/// What a 429 says about when it goes on; nothing for any other outcome.
pub fn told(outcome: Outcome<'_>, now: Timestamp) -> Told {
    let Outcome::Answer(
        Verdict::Throttled {
            retry_after: own,
            minute_window,
        },
        header,
    ) = outcome
    else {
        return Told::Nothing;
    };
    let raw = own.as_deref().or(header);
    match raw.and_then(|raw| retry_after::parse(raw, now)) {
        Some(_) => Told::Moment,
        None if *minute_window => Told::Minute,
        None => Told::Nothing,
    }
}

/// The decision table.
pub fn decide(
    rules: &Rules,
    outcome: Outcome<'_>,
    standing: &Standing,
    now: Timestamp,
) -> Decision {
    let pause = backoff(
        rules,
        standing.failures.max(standing.throttles),
        standing.seed,
    );
    let own = later(now, pause);
    match outcome {
        Outcome::Answer(
            Verdict::Throttled {
                retry_after,
                minute_window,
            },
            header,
        ) => {
            let told = retry_after.as_deref().or(header);
            let told = told.and_then(|raw| retry_after::parse(raw, now));
            let at = match told {
                // Exactly the moment it named, when many wait for it, is a stampede.
                Some(at) => later(at.max(now), jitter(standing.seed, at)),
                None if *minute_window => {
                    let minute = next_minute(now);
                    later(minute, jitter(standing.seed, minute))
                }
                None => own,
            };
            bounded(rules, at, standing, now)
        }
        Outcome::Answer(Verdict::Server { status, .. }, header) => {
            if matches!(status, 501 | 505) {
                return Decision::GiveUp(GiveUp::Final);
            }
            if !standing.idempotent {
                return Decision::GiveUp(GiveUp::MayHaveArrived);
            }
            let told = header.and_then(|raw| retry_after::parse(raw, now));
            failed(rules, told.map_or(own, |t| t.max(own)), standing, now)
        }
        Outcome::Answer(..) => Decision::GiveUp(GiveUp::Final),
        Outcome::Broken(broken) => match broken.kind {
            BrokenKind::Tls | BrokenKind::TooLarge | BrokenKind::Redirect | BrokenKind::Other => {
                Decision::GiveUp(GiveUp::Final)
            }
            _ if broken.maybe_arrived && !standing.idempotent => {
                Decision::GiveUp(GiveUp::MayHaveArrived)
            }
            BrokenKind::Timeout if !rules.after_timeout => {
                Decision::GiveUp(GiveUp::Attempts(standing.failures))
            }
            _ => failed(rules, own, standing, now),
        },
    }
}

fn failed(rules: &Rules, at: Timestamp, standing: &Standing, now: Timestamp) -> Decision {
    if standing.failures >= rules.attempts {
        return Decision::GiveUp(GiveUp::Attempts(standing.failures));
    }
    bounded(rules, at, standing, now)
}

fn bounded(rules: &Rules, at: Timestamp, standing: &Standing, now: Timestamp) -> Decision {
    if at.duration_since(now) > rules.longest_wait {
        return Decision::GiveUp(GiveUp::WaitTooLong {
            until: at,
            longest: rules.longest_wait,
        });
    }
    if at.duration_since(standing.since) > rules.total {
        return Decision::GiveUp(GiveUp::TotalTooLong {
            until: at,
            total: rules.total,
        });
    }
    Decision::Again { at }
}

/// The pause after so many failures: doubling, between half and all of the step, by the seed.
fn backoff(rules: &Rules, failures: u32, seed: u64) -> SignedDuration {
    let doubled = 1_i32 << failures.saturating_sub(1).min(20);
    let step = rules
        .first_pause
        .checked_mul(doubled)
        .unwrap_or(rules.longest_pause)
        .min(rules.longest_pause);
    let half = step / 2;
    let part = i32::try_from(mix(seed ^ u64::from(failures)) % 1_001).unwrap_or(0);
    half + half / 1_000 * part
}

/// Up to a fifth of a second, never nothing, so that several processes that waited together do not leave together;
/// the calls of one do not anyway.
fn jitter(seed: u64, at: Timestamp) -> SignedDuration {
    let word = mix(seed ^ at.as_second().unsigned_abs());
    SignedDuration::from_millis(50 + i64::try_from(word % 151).unwrap_or(0))
}

/// The beginning of the next clock minute.
fn next_minute(now: Timestamp) -> Timestamp {
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(60) + 60).unwrap_or(Timestamp::MAX)
}

/// SplitMix64's last step: neighbouring numbers become unrelated ones.
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

fn later(t: Timestamp, by: SignedDuration) -> Timestamp {
    t.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl std::fmt::Display for GiveUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let brief = |d: &SignedDuration| {
            d.round(Unit::Second)
                .map_or_else(|_| format!("{d:#}"), |d| format!("{d:#}"))
        };
        match self {
            Self::Final => f.write_str("asking again would not change it"),
            Self::Attempts(1) => f.write_str("one attempt was made"),
            Self::Attempts(n) => write!(f, "{n} attempts failed"),
            Self::MayHaveArrived => {
                f.write_str("it may have been carried out, so it was not sent again")
            }
            Self::WaitTooLong { until, longest } => write!(
                f,
                "the server asks to wait until {}, longer than the {} allowed; try again then",
                until.strftime("%Y-%m-%d %H:%M:%S UTC"),
                brief(longest)
            ),
            Self::TotalTooLong { total, .. } => write!(
                f,
                "it was still refused after {}; try again later or lower the account's rate",
                brief(total)
            ),
        }
    }
}

#[cfg(test)]
mod tests;
