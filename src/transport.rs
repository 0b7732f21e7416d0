//! Sending requests: paced, signed, retried and logged, one [`Lane`] per account.
//!
//! ```text
//!  HttpRequest ─► Lane::send ─► gate (turn, limiter) ─► auth ─► client ─► server
//!                    ▲   │                                        │
//!                    │   └──── wait ◄── again? ◄── judge ◄────────┘
//!                    └─ HttpResponse or SendError
//! ```
//!
//! What may be decided without a socket is pure and takes the time as an argument: [`exchange`],
//! [`limiter`], [`retry`]. The lane drives them on tokio's clock. Providers are unknown here: what an
//! answer means is told by the judge that the lane is given.
//!
//! A write under way is never abandoned by this module, but a dropped future is: whoever calls
//! [`Lane::send`] for a write spawns it as a task of its own and lets that task end.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use jiff::Timestamp;

mod address;
pub mod auth;
pub mod client;
pub mod exchange;
mod gate;
pub mod limiter;
pub mod log;
pub mod retry;
pub mod retry_after;
pub mod shared;
mod tally;
pub mod wire;

pub use auth::Auth;
pub use client::{Client, Limits};
pub use exchange::{Broken, BrokenKind, ExchangeResult, LastAnswer, SendError};
pub use limiter::{Pace, Priority};
pub use log::{Ended, Log, LogEntry};
pub use retry::{GiveUp, Rules};
pub use tally::{Counts, PaceNow};

use crate::http::{HttpRequest, HttpResponse, Verdict};
use exchange::{Exchange, Reply};
use gate::{Gate, Passed};
use limiter::Limiter;
use shared::{Beat, Meet};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Tells what an answer means.
type Judge = Arc<dyn Fn(&HttpRequest, &HttpResponse) -> Verdict + Send + Sync>;

/// How one request is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendOptions {
    /// Whether sending it twice has the effect of sending it once. Reads have it.
    pub idempotent: bool,
    /// Who goes first on this account.
    pub priority: Priority,
    /// How persistent to be.
    pub rules: Rules,
}

impl SendOptions {
    /// For a call that someone waits for.
    pub fn interactive(idempotent: bool) -> Self {
        Self {
            idempotent,
            priority: Priority::Interactive,
            rules: Rules::interactive(),
        }
    }

    /// For page loads and bulk work.
    pub fn background(idempotent: bool) -> Self {
        Self {
            idempotent,
            priority: Priority::Background,
            rules: Rules::patient(),
        }
    }
}

/// The way to one account's server; clones share pace, queue and connections.
#[derive(Clone)]
pub struct Lane {
    inner: Arc<Inner>,
}

struct Inner {
    account: String,
    client: Client,
    /// Replaced whole when somebody signs in again.
    auth: RwLock<Arc<Auth>>,
    gate: Gate,
    log: Log,
    clock: Clock,
    judge: Judge,
    calls: AtomicU64,
    meet: OnceLock<Meet>,
    beat: Beat,
}

impl Lane {
    /// A lane for the account of this name. `judge` is the codec's judgement of an answer.
    pub fn new(
        account: &str,
        client: Client,
        auth: Auth,
        pace: Pace,
        log: Log,
        clock: Clock,
        judge: impl Fn(&HttpRequest, &HttpResponse) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                account: account.to_string(),
                client,
                auth: RwLock::new(Arc::new(auth)),
                gate: Gate::new(Limiter::new(pace)),
                log,
                clock,
                judge: Arc::new(judge),
                calls: AtomicU64::new(0),
                meet: OnceLock::new(),
                beat: Beat::default(),
            }),
        }
    }

    /// The same lane, which shares the account's limit with the processes that it meets there.
    #[must_use]
    pub fn sharing(self, meet: Meet) -> Self {
        // Who it met first stays.
        if self.inner.meet.set(meet).is_ok() {
            self.inner.gate.change(|limiter, _| limiter.expect_others());
        }
        self
    }

    /// The account's name.
    pub fn account(&self) -> &str {
        &self.inner.account
    }

    /// Takes this account's secrets out of a text that is to be shown or stored.
    pub fn mask(&self, text: &str) -> String {
        self.inner.auth().mask(text)
    }

    /// Signs in with these secrets from now on; what was learned of the pace stays.
    pub fn sign_in_again(&self, auth: Auth) {
        let own = self.inner.auth.write();
        *own.unwrap_or_else(PoisonError::into_inner) = Arc::new(auth);
    }

    /// When a cool-down of the whole account ends, where it is in one: a pause, not an error.
    pub fn held_until(&self) -> Option<Timestamp> {
        let now = (self.inner.clock)();
        self.inner.gate.look(|limiter, _| limiter.held(now))
    }

    /// Requests a minute that are allowed now; nothing while no limit is known.
    pub fn per_minute(&self) -> Option<u32> {
        self.inner.gate.look(|limiter, _| limiter.per_minute())
    }

    /// What the lane does and may do at this moment.
    pub fn pace_now(&self) -> PaceNow {
        self.inner.gate.pace_now((self.inner.clock)())
    }

    /// What has been sent and refused since the lane was made; two looks give a difference with [`Counts::since`].
    pub fn counts(&self) -> Counts {
        self.inner.gate.look(|_, tally| tally.counts())
    }

    /// One step slower for background calls. False where there is none.
    pub fn slower(&self) -> bool {
        let now = (self.inner.clock)();
        self.inner
            .gate
            .change(|limiter, tally| limiter.slower(tally.rate(now, 10)))
    }

    /// One step faster for background calls, inside the limit. False where there is none.
    pub fn faster(&self) -> bool {
        self.inner.gate.change(|limiter, _| limiter.faster())
    }

    /// Changes how many background calls may be under way at once, from 1 to 64. What is under way ends in its own
    /// time.
    pub fn set_concurrency(&self, calls: u32) {
        self.inner
            .gate
            .change(|limiter, _| limiter.set_concurrency(calls));
    }

    /// Sends a request and waits for its end: an accepted answer, or why there is none. Waits for
    /// its turn, through cool-downs and pauses. Runs on tokio. Dropping the future abandons a
    /// request that is under way, so writes are spawned.
    ///
    /// # Errors
    /// [`SendError`]; [`SendError::maybe_arrived`] tells whether a write must be read again.
    pub async fn send(&self, request: HttpRequest, options: SendOptions) -> ExchangeResult {
        let inner = &self.inner;
        inner
            .drive(&request, options, || {
                let auth = inner.auth();
                let request = &request;
                async move { inner.client.send(request, &auth).await }
            })
            .await
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("account", &self.inner.account)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn auth(&self) -> Arc<Auth> {
        let auth = self.auth.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&auth)
    }

    /// A refusal may quote what was sent, the token included, and is shown cut: it is masked whole, before
    /// anybody cuts it. Data of a success is left as it is.
    fn quoting_no_secret(&self, answer: HttpResponse) -> HttpResponse {
        match std::str::from_utf8(&answer.body) {
            Ok(text) if !answer.is_success() => {
                let body = self.auth().mask(text).into_bytes();
                answer.with_body(body)
            }
            _ => answer,
        }
    }

    /// Tells the other processes of this one, and hears of them, where it is time.
    fn meet(self: &Arc<Self>) {
        let Some(meet) = self.meet.get() else {
            return;
        };
        let now = (self.clock)();
        let held = self.gate.look(|limiter, _| limiter.held(now));
        if !self.beat.is_due(now, held) {
            return;
        }
        let inner = Arc::downgrade(self);
        let hear = move |others: shared::Others| {
            let Some(inner) = inner.upgrade() else { return };
            let now = (inner.clock)();
            inner.gate.change(|limiter, _| {
                limiter.divide(now, others.processes, shared::EVERY);
                if let Some(until) = others.held_until
                    && until.duration_since(now) <= shared::LONGEST_HEARD
                {
                    limiter.hold(until);
                }
            });
        };
        meet(now, held, Box::new(hear));
    }

    /// Drives one exchange; `wire` makes one attempt.
    async fn drive<F>(
        self: &Arc<Self>,
        request: &HttpRequest,
        options: SendOptions,
        wire: impl Fn() -> F,
    ) -> ExchangeResult
    where
        F: Future<Output = Result<HttpResponse, Broken>>,
    {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        // Two processes on one account must not pause in step.
        let seed = call ^ (self.clock)().as_nanosecond().unsigned_abs() as u64;
        let mut exchange =
            Exchange::new(options.rules, options.idempotent, seed).with_priority(options.priority);
        loop {
            self.meet();
            let slot = match self.gate.pass(&mut exchange, &*self.clock).await {
                Passed::Send(slot) => slot,
                Passed::Done(result) => return result,
            };
            let left = (self.clock)();
            let reply = match wire().await {
                Ok(answer) => {
                    let answer = self.quoting_no_secret(answer);
                    let verdict = self.masked((self.judge)(request, &answer));
                    Reply::Answer(answer, verdict)
                }
                Err(broken) => Reply::Broken(broken),
            };
            let now = (self.clock)();
            let mut entry = self.entry(request, &reply, left, now);
            self.gate.report(|limiter, tally| {
                match &reply {
                    Reply::Answer(_, Verdict::Throttled { .. }) => tally.throttled(),
                    Reply::Answer(..) => {}
                    Reply::Broken(_) => tally.broken(),
                }
                exchange.on_reply(reply, limiter, now);
            });
            drop(slot);
            entry.attempt = exchange.sent();
            if let Some(until) = exchange.pausing(now) {
                let wait = until.duration_since(now).as_secs_f64();
                entry.note = format!("{}; again in {wait:.1} s", entry.note);
            }
            tracing::info!(
                target: "cardex",
                "{} {} {}, {} ms{}{}",
                entry.method,
                entry.url,
                entry.ended,
                entry.millis,
                if entry.note.is_empty() { "" } else { ": " },
                entry.note
            );
            self.log.push(entry);
        }
    }

    fn entry(
        &self,
        request: &HttpRequest,
        reply: &Reply,
        left: Timestamp,
        now: Timestamp,
    ) -> LogEntry {
        let (ended, bytes, note) = match reply {
            Reply::Answer(answer, verdict) if verdict.is_ok() => (
                Ended::Status(answer.status),
                answer.body.len(),
                String::new(),
            ),
            Reply::Answer(answer, verdict) => {
                let words = exchange::words(verdict);
                (Ended::Status(answer.status), answer.body.len(), words)
            }
            Reply::Broken(broken) => (Ended::Broken(broken.kind), 0, broken.message.clone()),
        };
        LogEntry {
            at: left,
            account: self.account.clone(),
            method: request.method,
            url: log::without_people(&self.auth().mask(&request.url)),
            ended,
            millis: u64::try_from(now.duration_since(left).as_millis()).unwrap_or(0),
            attempt: 0,
            bytes,
            note: self.auth().mask(&note),
        }
    }

    /// The verdict without secrets: servers quote tokens in their refusals.
    fn masked(&self, mut verdict: Verdict) -> Verdict {
        match &mut verdict {
            Verdict::Ok | Verdict::Empty | Verdict::Throttled { .. } => {}
            Verdict::SignIn { message }
            | Verdict::Forbidden { message }
            | Verdict::NotFound { message }
            | Verdict::Rejected { message, .. }
            | Verdict::Server { message, .. }
            | Verdict::Malformed { message } => *message = self.auth().mask(message),
        }
        verdict
    }
}

#[cfg(test)]
mod tests;
