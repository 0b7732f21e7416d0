//! Whose turn it is on one account: the limiter, the calls under way, and the queue before them.
//!
//! Interactive calls go before background ones, within that first come first served. Only the call
//! whose turn it is asks the limiter. A call that is dropped while queued or under way gives its
//! place back. Nothing runs while nobody waits.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::exchange::{Broken, BrokenKind, Exchange, ExchangeResult, Next, SendError};
use super::limiter::Limiter;

/// No sleep is longer: the runtime's clock stands still while a machine is suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Someone waits for it: a save, the first page.
    Interactive,
    /// Everything else: further pages, bulk runs.
    Background,
}

type Place = (Priority, u64);

/// The shared state of one account's lane.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    limiter: Limiter,
    under_way: u32,
    queue: BTreeSet<Place>,
    joined: u64,
}

/// What waiting at the gate ends with.
pub(super) enum Passed<'a> {
    /// Send now; the slot is kept until it is dropped.
    Send(Slot<'a>),
    /// The call is over.
    Done(ExchangeResult),
}

/// A call under way.
pub(super) struct Slot<'a>(&'a Gate);

/// A call in the queue.
struct Queued<'a>(&'a Gate, Place);

impl Gate {
    pub(super) fn new(limiter: Limiter) -> Self {
        Self {
            state: Mutex::new(State {
                limiter,
                under_way: 0,
                queue: BTreeSet::new(),
                joined: 0,
            }),
            changed: Notify::new(),
        }
    }

    /// Works with the limiter and tells the queue, whose turn may have moved.
    pub(super) fn with_limiter<T>(&self, work: impl FnOnce(&mut Limiter) -> T) -> T {
        let result = work(&mut self.lock().limiter);
        self.changed.notify_waiters();
        result
    }

    /// Looks at the limiter.
    pub(super) fn look<T>(&self, at: impl FnOnce(&Limiter) -> T) -> T {
        at(&self.lock().limiter)
    }

    /// Waits until the exchange says what to do and it is its turn to do it.
    pub(super) async fn pass(
        &self,
        exchange: &mut Exchange,
        priority: Priority,
        clock: &(dyn Fn() -> Timestamp + Send + Sync),
    ) -> Passed<'_> {
        // A call in a pause of its own does not stand in the others' way.
        while let Some(until) = exchange.pausing(clock()) {
            tokio::time::sleep(span(clock(), until)).await;
        }
        let queued = self.join(priority);
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let now = clock();
            match self.step(exchange, queued.1, now) {
                Some(Next::Send) => return Passed::Send(Slot(self)),
                Some(Next::Done(result)) => return Passed::Done(result),
                Some(Next::Nothing) => return Passed::Done(Err(ended(exchange))),
                Some(Next::Wait(until)) => tokio::select! {
                    () = tokio::time::sleep(span(now, until)) => {}
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// The exchange's next step, if it is this call's turn.
    fn step(&self, exchange: &mut Exchange, place: Place, now: Timestamp) -> Option<Next> {
        let mut state = self.lock();
        let most = state.limiter.pace().concurrency.max(1);
        if state.queue.first() != Some(&place) || state.under_way >= most {
            return None;
        }
        let next = exchange.next(&mut state.limiter, now);
        if next == Next::Send {
            state.under_way += 1;
        }
        Some(next)
    }

    fn join(&self, priority: Priority) -> Queued<'_> {
        let mut state = self.lock();
        state.joined += 1;
        let place = (priority, state.joined);
        state.queue.insert(place);
        Queued(self, place)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.lock().under_way -= 1;
        self.0.changed.notify_waiters();
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.lock().queue.remove(&self.1);
        self.0.changed.notify_waiters();
    }
}

fn ended(exchange: &Exchange) -> SendError {
    SendError::Broken(Broken {
        kind: BrokenKind::Other,
        maybe_arrived: exchange.sent() > 0,
        message: "the call had already ended".into(),
    })
}

/// How long to sleep; at least a millisecond, so that a coarse clock can not make it spin.
fn span(now: Timestamp, until: Timestamp) -> Duration {
    let span = Duration::try_from(until.duration_since(now)).unwrap_or_default();
    span.clamp(Duration::from_millis(1), LONGEST_SLEEP)
}
