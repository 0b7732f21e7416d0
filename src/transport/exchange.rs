//! The life of one call, pure: paced, sent, judged, sent again or done.
//!
//! ```text
//!            ┌──────── Wait(until): pace, cool-down or pause ◄───┐
//!            ▼                                                   │
//!   Ready ──next──► Send ──► Sent ──on_reply──► again? ── yes ───┘ Ready
//!     │                                           │ no
//!     └── the wait would be too long ──► Done ◄───┘
//! ```
//!
//! The machine holds no request, no secret and no connection, and is told the time. A driver (the
//! lane) sleeps, sends and judges. While an answer is out, `next` never says `Send` again.

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use super::limiter::{Limiter, Priority, Refusal};
use super::retry::{self, Decision, GiveUp, Outcome, Rules, Standing};
use crate::http::{HttpResponse, Verdict};

/// A server's wait longer than this is taken for a mistake, and not held against later calls.
const LONGEST_HOLD: SignedDuration = SignedDuration::from_hours(1);

/// What kind of failure kept an answer from coming back whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BrokenKind {
    /// The server's name is not known.
    Dns,
    /// No connection.
    Connect,
    /// No secure connection: certificate, protocol.
    Tls,
    /// No answer in time.
    Timeout,
    /// The connection ended before the answer did.
    Reset,
    /// The answer is larger than allowed.
    TooLarge,
    /// The answer points elsewhere, to where the token does not go.
    Redirect,
    /// Anything else, mostly a request that can not be sent at all.
    Other,
}

/// An attempt without a usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Broken {
    /// The kind.
    pub kind: BrokenKind,
    /// Whether the server may have received, and carried out, the request.
    pub maybe_arrived: bool,
    /// A plain sentence without secrets: what happened, and what to look at.
    pub message: String,
}

/// What an attempt ended with, as the driver reports it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// An answer and what it means.
    Answer(HttpResponse, Verdict),
    /// None.
    Broken(Broken),
}

/// An answer that was not a success.
#[derive(Debug, Clone, PartialEq)]
pub struct LastAnswer {
    /// What it meant.
    pub verdict: Verdict,
    /// What it was.
    pub response: HttpResponse,
}

/// Why a call has no accepted answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SendError {
    /// The server answered, and not with success.
    #[error("{}", words(.0))]
    Refused(Verdict, HttpResponse),
    /// No usable answer, after as many attempts as are allowed. `maybe_arrived` speaks of all
    /// attempts together.
    #[error("{0}")]
    Broken(Broken),
    /// It was not tried for longer.
    #[error("gave up: {why}{}", .last.as_ref().map(|l| format!(" (last answer: {})", words(&l.verdict))).unwrap_or_default())]
    GaveUp {
        /// Why.
        why: GiveUp,
        /// The last answer, where one came.
        last: Option<Box<LastAnswer>>,
        /// Attempts that left, 429s included.
        sent: u32,
        /// Whether one of them may have been carried out.
        maybe_arrived: bool,
    },
}

impl SendError {
    /// Whether the request may have taken effect all the same: read again before doing it again.
    pub fn maybe_arrived(&self) -> bool {
        match self {
            Self::Refused(verdict, _) => {
                matches!(verdict, Verdict::Server { .. } | Verdict::Malformed { .. })
            }
            Self::Broken(broken) => broken.maybe_arrived,
            Self::GaveUp { maybe_arrived, .. } => *maybe_arrived,
        }
    }
}

/// What a call ends with.
pub type ExchangeResult = Result<HttpResponse, SendError>;

/// What the driver does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Nothing until this moment, then ask again.
    Wait(Timestamp),
    /// Send the request now and report with [`Exchange::on_reply`]. The limiter has counted it.
    Send,
    /// The end; told once.
    Done(ExchangeResult),
    /// Nothing to do: an answer is out, or the end has been told.
    Nothing,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Ready {
        at: Timestamp,
    },
    /// As the request of this number among all of the account.
    Sent {
        number: u64,
        at: Timestamp,
    },
    Done(Box<ExchangeResult>),
    Over,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Exchange {
    rules: Rules,
    idempotent: bool,
    priority: Priority,
    seed: u64,
    state: State,
    since: Option<Timestamp>,
    sent: u32,
    failures: u32,
    throttles: u32,
    maybe_arrived: bool,
    last: Option<Box<LastAnswer>>,
}

impl Exchange {
    /// A call that may leave at once. `idempotent`: sending it twice has the effect of sending it
    /// once. The seed decides the length of pauses, nothing else.
    pub fn new(rules: Rules, idempotent: bool, seed: u64) -> Self {
        Self {
            rules,
            idempotent,
            priority: Priority::Interactive,
            seed,
            state: State::Ready { at: Timestamp::MIN },
            since: None,
            sent: 0,
            failures: 0,
            throttles: 0,
            maybe_arrived: false,
            last: None,
        }
    }

    /// The same call, as one that others go before, or not.
    #[must_use]
    pub fn with_priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// Who goes before it.
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// Attempts that left so far.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// When the pause of this call alone ends, where it is in one.
    pub fn pausing(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Ready { at } if at > now => Some(at),
            _ => None,
        }
    }

    /// The next step. Asks the limiter only when the call itself is ready.
    pub fn next(&mut self, limiter: &mut Limiter, now: Timestamp) -> Next {
        match self.state {
            State::Ready { at } if at > now => Next::Wait(at),
            State::Ready { .. } => match limiter.take(now, self.priority) {
                Ok(()) => {
                    self.sent += 1;
                    self.since.get_or_insert(now);
                    self.state = State::Sent {
                        number: limiter.sent(),
                        at: now,
                    };
                    Next::Send
                }
                Err(until) if until.duration_since(now) > self.rules.longest_wait => {
                    let longest = self.rules.longest_wait;
                    self.state = State::Over;
                    Next::Done(Err(self.gave_up(GiveUp::WaitTooLong { until, longest })))
                }
                Err(until) => Next::Wait(until),
            },
            State::Sent { .. } | State::Over => Next::Nothing,
            State::Done(_) => match std::mem::replace(&mut self.state, State::Over) {
                State::Done(result) => Next::Done(*result),
                _ => Next::Nothing,
            },
        }
    }

    /// Takes what came back. Without an attempt under way it does nothing. The limiter learns from
    /// 429s and holds the whole account.
    pub fn on_reply(&mut self, reply: Reply, limiter: &mut Limiter, now: Timestamp) {
        let State::Sent { number, at } = self.state else {
            return;
        };
        match &reply {
            Reply::Answer(_, Verdict::Throttled { .. }) => {}
            Reply::Answer(..) => limiter.admitted(number, at, now),
            Reply::Broken(_) => limiter.lost(number),
        }
        self.state = match reply {
            Reply::Answer(response, verdict) if verdict.is_ok() => {
                State::Done(Box::new(Ok(response)))
            }
            Reply::Answer(response, verdict) => {
                self.on_refusal(response, verdict, limiter, (number, at), now)
            }
            Reply::Broken(broken) => self.on_broken(broken, now),
        };
    }

    fn on_refusal(
        &mut self,
        response: HttpResponse,
        verdict: Verdict,
        limiter: &mut Limiter,
        (number, left): (u64, Timestamp),
        now: Timestamp,
    ) -> State {
        let throttled = matches!(verdict, Verdict::Throttled { .. });
        let before = self.maybe_arrived;
        if throttled {
            self.throttles += 1;
        } else {
            self.throttles = 0;
            self.failures += 1;
        }
        let outcome = Outcome::Answer(&verdict, response.header("retry-after"));
        let decision = self.decide(outcome, now);
        if throttled {
            let until = match &decision {
                Decision::Again { at } => *at,
                Decision::GiveUp(
                    GiveUp::WaitTooLong { until, .. } | GiveUp::TotalTooLong { until, .. },
                ) => (*until).min(now.checked_add(LONGEST_HOLD).unwrap_or(now)),
                Decision::GiveUp(_) => now,
            };
            let told = retry::told(outcome, now);
            limiter.throttled(
                now,
                Refusal {
                    number,
                    left,
                    until,
                    told,
                },
            );
        }
        self.maybe_arrived |= matches!(verdict, Verdict::Server { .. } | Verdict::Malformed { .. });
        match decision {
            Decision::Again { at } => {
                self.last = Some(Box::new(LastAnswer { verdict, response }));
                State::Ready { at }
            }
            // A refusal to look at the call does not take back what an earlier attempt may have done.
            Decision::GiveUp(why) if throttled || before && unlooked(&verdict) => {
                self.last = Some(Box::new(LastAnswer { verdict, response }));
                State::Done(Box::new(Err(self.gave_up(why))))
            }
            Decision::GiveUp(_) => {
                State::Done(Box::new(Err(SendError::Refused(verdict, response))))
            }
        }
    }

    fn on_broken(&mut self, broken: Broken, now: Timestamp) -> State {
        self.throttles = 0;
        self.failures += 1;
        self.maybe_arrived |= broken.maybe_arrived;
        match self.decide(Outcome::Broken(&broken), now) {
            Decision::Again { at } => State::Ready { at },
            Decision::GiveUp(_) => State::Done(Box::new(Err(SendError::Broken(Broken {
                maybe_arrived: self.maybe_arrived,
                ..broken
            })))),
        }
    }

    fn decide(&self, outcome: Outcome<'_>, now: Timestamp) -> Decision {
        let standing = Standing {
            failures: self.failures,
            throttles: self.throttles,
            idempotent: self.idempotent,
            since: self.since.unwrap_or(now),
            seed: self.seed,
        };
        retry::decide(&self.rules, outcome, &standing, now)
    }

    fn gave_up(&mut self, why: GiveUp) -> SendError {
        SendError::GaveUp {
            why,
            last: self.last.take(),
            sent: self.sent,
            maybe_arrived: self.maybe_arrived,
        }
    }
}

/// Answers of a server that did not look at the call's content.
fn unlooked(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::SignIn { .. } | Verdict::Forbidden { .. })
}

/// A verdict as a sentence part.
pub(super) fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Ok => "accepted".into(),
        Verdict::Empty => "nothing is listed".into(),
        Verdict::Throttled { .. } => "too many requests".into(),
        Verdict::SignIn { message } => format!("sign-in refused: {message}"),
        Verdict::Forbidden { message } => format!("not allowed: {message}"),
        Verdict::NotFound { message } => format!("not found: {message}"),
        Verdict::Rejected { message, .. } => format!("values refused: {message}"),
        Verdict::Server { status, message } => format!("server failure {status}: {message}"),
        Verdict::Malformed { message } => format!("answer not understood: {message}"),
    }
}

#[cfg(test)]
mod tests;
