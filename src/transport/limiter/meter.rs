//! Counting against one rate: a bucket (some at once, then evenly) and a sliding window, the stricter wins.
//!
//! The rate is an argument each time, so that it may change without forgetting what has been sent.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::{WINDOW, later, whole};

/// What has left, and how much of a burst is used up.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    /// When requests of the last window left, oldest first.
    sent: VecDeque<Timestamp>,
    /// When the bucket is full again.
    full_at: Timestamp,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            sent: VecDeque::new(),
            full_at: Timestamp::MIN,
        }
    }

    /// When the next request may leave at so many a minute.
    pub(super) fn due(&self, rate: f64, burst: u32) -> Timestamp {
        let most = usize::try_from(whole(rate)).unwrap_or(usize::MAX);
        // The oldest of the last `most`: the next may leave when it is out of the window.
        let oldest = self.sent.len().checked_sub(most).map(|i| self.sent[i]);
        let free = oldest.map_or(Timestamp::MIN, |t| later(t, WINDOW));
        let burst = usize::try_from(burst).unwrap_or(usize::MAX);
        let burst = burst.clamp(1, most.max(1));
        let credit = interval(rate) * i32::try_from(burst - 1).unwrap_or(i32::MAX);
        free.max(later(self.full_at, SignedDuration::ZERO - credit))
    }

    /// Has nothing left to send at once.
    pub(super) fn empty(&mut self, now: Timestamp, rate: f64, burst: u32) {
        let credit = interval(rate) * i32::try_from(burst).unwrap_or(i32::MAX);
        self.full_at = self.full_at.max(later(now, credit));
    }

    /// Counts one that leaves now, against this rate where there is one.
    pub(super) fn count(&mut self, now: Timestamp, rate: Option<f64>) {
        if let Some(rate) = rate {
            self.full_at = later(self.full_at.max(now), interval(rate));
        }
        self.sent.push_back(now);
    }

    /// How many left within the window since a moment, that one included, and before another.
    pub(super) fn count_since(&self, from: Timestamp, before: Timestamp) -> u64 {
        let place = |t: Timestamp| self.sent.partition_point(|sent| *sent < t);
        u64::try_from(place(before).saturating_sub(place(from))).unwrap_or(u64::MAX)
    }

    /// Forgets what left the window.
    pub(super) fn follow(&mut self, now: Timestamp) {
        while self.sent.front().is_some_and(|t| later(*t, WINDOW) <= now) {
            self.sent.pop_front();
        }
    }

    /// Keeps all distances to a clock that was set.
    pub(super) fn shift(&mut self, by: SignedDuration) {
        for t in self.sent.iter_mut().chain([&mut self.full_at]) {
            *t = later(*t, by);
        }
    }
}

fn interval(rate: f64) -> SignedDuration {
    SignedDuration::from_secs_f64(60.0 / rate)
}
