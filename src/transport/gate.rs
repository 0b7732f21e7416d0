//! Whose turn it is on one account: the limiter, the calls under way, and the queue before them.
//!
//! Interactive calls go before background ones, within that first come first served; one of them may go even
//! where background calls have taken every place. Only the call whose turn it is asks the limiter, and only it
//! is woken: with a thousand in the queue, an answer costs one wake-up. A call that is dropped while queued or
//! under way gives its place back. Nothing runs while nobody waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::exchange::{Broken, BrokenKind, Exchange, ExchangeResult, Next, SendError};
use super::limiter::{Limiter, Priority};
use super::tally::{PaceNow, Tally};

/// No sleep is longer: the runtime's clock stands still while a machine is suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(15);

/// Who goes first, then who came first.
type Place = (Priority, u64);

/// The shared state of one account's lane.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limiter: Limiter,
    tally: Tally,
    under_way: u32,
    queue: BTreeMap<Place, Arc<Notify>>,
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

/// A call in the queue, and how it is woken.
struct Queued<'a> {
    gate: &'a Gate,
    place: Place,
    wake: Arc<Notify>,
}

impl State {
    /// Whether there is a place for a call of this kind.
    fn has_room(&self, priority: Priority) -> bool {
        let most = self.limiter.concurrency().max(1);
        match priority {
            Priority::Interactive => self.under_way <= most,
            Priority::Finishing | Priority::Background => self.under_way < most,
        }
    }

    /// Wakes the call whose turn it is, where it can go.
    fn wake(&self) {
        if let Some((place, wake)) = self.queue.first_key_value()
            && self.has_room(place.0)
        {
            wake.notify_one();
        }
    }
}

impl Gate {
    pub(super) fn new(limiter: Limiter) -> Self {
        Self {
            state: Mutex::new(State {
                limiter,
                tally: Tally::new(),
                under_way: 0,
                queue: BTreeMap::new(),
                joined: 0,
            }),
        }
    }

    /// Works with the limiter and the counters. Who waits is not woken: the call that reports an answer gives its
    /// slot back next.
    pub(super) fn report<T>(&self, work: impl FnOnce(&mut Limiter, &mut Tally) -> T) -> T {
        let state = &mut *self.lock();
        work(&mut state.limiter, &mut state.tally)
    }

    /// Changes the pace, and has the queue see it.
    pub(super) fn change<T>(&self, work: impl FnOnce(&mut Limiter, &mut Tally) -> T) -> T {
        let state = &mut *self.lock();
        let result = work(&mut state.limiter, &mut state.tally);
        state.wake();
        result
    }

    /// Looks at the limiter and the counters.
    pub(super) fn look<T>(&self, at: impl FnOnce(&Limiter, &Tally) -> T) -> T {
        let state = self.lock();
        at(&state.limiter, &state.tally)
    }

    /// The pace at this moment.
    pub(super) fn pace_now(&self, now: Timestamp) -> PaceNow {
        let state = self.lock();
        PaceNow {
            allowed: state.limiter.background_per_minute(),
            last_10s: state.tally.rate(now, 10),
            last_60s: state.tally.rate(now, 60),
            held_until: state.limiter.held(now),
            share: state.limiter.share(),
            concurrency: state.limiter.concurrency(),
            under_way: state.under_way,
            processes: state.limiter.processes(),
            counts: state.tally.counts(),
        }
    }

    /// Waits until the exchange says what to do and it is its turn to do it.
    pub(super) async fn pass(
        &self,
        exchange: &mut Exchange,
        clock: &(dyn Fn() -> Timestamp + Send + Sync),
    ) -> Passed<'_> {
        // A call in a pause of its own does not stand in the others' way.
        while let Some(until) = exchange.pausing(clock()) {
            tokio::time::sleep(span(clock(), until)).await;
        }
        let queued = self.join(exchange.priority());
        loop {
            let now = clock();
            match self.step(exchange, queued.place, now) {
                Some(Next::Send) => return Passed::Send(Slot(self)),
                Some(Next::Done(result)) => return Passed::Done(result),
                Some(Next::Nothing) => return Passed::Done(Err(ended(exchange))),
                Some(Next::Wait(until)) => tokio::select! {
                    () = tokio::time::sleep(span(now, until)) => {}
                    () = queued.wake.notified() => {}
                },
                None => queued.wake.notified().await,
            }
        }
    }

    /// The exchange's next step, if it is this call's turn.
    fn step(&self, exchange: &mut Exchange, place: Place, now: Timestamp) -> Option<Next> {
        let state = &mut *self.lock();
        let first = state.queue.first_key_value().map(|(place, _)| *place);
        if first != Some(place) || !state.has_room(place.0) {
            return None;
        }
        let next = exchange.next(&mut state.limiter, now);
        if next == Next::Send {
            state.under_way += 1;
            state.tally.sent(now);
        }
        Some(next)
    }

    fn join(&self, priority: Priority) -> Queued<'_> {
        let mut state = self.lock();
        state.joined += 1;
        let place = (priority, state.joined);
        let wake = Arc::new(Notify::new());
        state.queue.insert(place, wake.clone());
        Queued {
            gate: self,
            place,
            wake,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.under_way -= 1;
        state.wake();
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.lock();
        state.queue.remove(&self.place);
        state.wake();
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
