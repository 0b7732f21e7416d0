//! A server that refills evenly: its rate, and how much it has saved up, in requests and seconds.
//!
//! The level is known exactly at a 429: nothing. From there it is reckoned. The rate is what was admitted since an
//! earlier emptiness, over the time; where the server's bucket ran over meanwhile that is too low, and the pace
//! finds back by creeping up. What was seen to be saved up at most is used up after a pause, no more.

use jiff::Timestamp;

use super::Sent;
use crate::transport::limiter::seconds;

/// No slower than one request in this many seconds.
const SLOWEST: f64 = 30.0;

/// How fast the rate creeps up while calls wait for it: a part of it a second, less after each 429.
const CREEP: f64 = 0.02;
const LEAST_CREEP: f64 = 0.002;

/// Seconds' worth that a bucket is taken to hold at least, until it shows less.
const HOLDS: f64 = 1.5;

#[derive(Debug, Clone)]
pub(super) struct Bucket {
    rate: f64,
    /// Whether the rate was measured, not guessed.
    measured: bool,
    /// What the server has saved up; below nothing where more were under way than it admits.
    level: f64,
    level_at: Timestamp,
    /// The most that it saves up.
    holds: f64,
    /// Whether it may have run over since `base`.
    over: bool,
    /// An emptiness that the rate is measured from, and what was refused since.
    base: Sent,
    base_refused: u64,
    /// The last emptiness, and what was refused since.
    empty: Sent,
    empty_refused: u64,
    /// Whether the request that left last was one of those saved up.
    saved: bool,
    /// What was admitted until the first emptiness, in how many seconds.
    began: Option<(f64, f64)>,
    creep: f64,
    crept: Timestamp,
    /// When the server itself said that one more may leave.
    promised: Option<Timestamp>,
}

impl Bucket {
    /// With a guessed rate: it was sent from `opened` on until the first emptiness, with so many under way behind it.
    pub(super) fn new(rate: f64, opened: Sent, first: Sent, under_way: u64) -> Self {
        let rate = rate.max(0.5);
        Self {
            rate,
            measured: false,
            level: -number(under_way),
            level_at: first.at,
            holds: (HOLDS * rate).max(1.0),
            over: false,
            base: first,
            base_refused: 0,
            empty: first,
            empty_refused: 0,
            saved: false,
            began: Some((
                number(first.number - opened.number),
                seconds(opened.at, first.at),
            )),
            creep: CREEP,
            crept: first.at,
            promised: None,
        }
    }

    /// With a rate that was measured otherwise.
    pub(super) fn known(rate: f64, first: Sent, under_way: u64) -> Self {
        let rate = rate.max(1.0 / SLOWEST);
        Self {
            measured: true,
            began: None,
            rate,
            holds: (HOLDS * rate).max(1.0),
            ..Self::new(rate, first, first, under_way)
        }
    }

    /// Requests a second.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// Its part is so many times what it was: what was measured before no longer fits.
    pub(super) fn scale(&mut self, factor: f64) {
        self.rate = (self.rate * factor).max(1.0 / SLOWEST);
        self.over = true;
        self.creep = CREEP / 4.0;
    }

    /// When the next may leave. `tried`: long enough ago that the limit was tried.
    pub(super) fn due(&mut self, now: Timestamp, tried: bool) -> Timestamp {
        self.follow(now);
        if self.level >= 1.0 || self.promised.is_some_and(|t| t <= now) {
            return now;
        }
        if seconds(self.crept, now) >= 1.0 {
            // Little is known at first; later it is tried seldom.
            if tried || self.creep > LEAST_CREEP || !self.measured {
                self.rate *= 1.0 + self.creep;
            }
            self.crept = now;
        }
        super::later(
            now,
            jiff::SignedDuration::from_secs_f64((1.0 - self.level) / self.rate),
        )
    }

    pub(super) fn count(&mut self, now: Timestamp) {
        self.follow(now);
        self.level -= 1.0;
        self.promised = None;
        self.saved = self.level >= 1.0;
    }

    fn follow(&mut self, now: Timestamp) {
        self.level += seconds(self.level_at, now).max(0.0) * self.rate;
        self.level_at = now;
        if self.level > self.holds {
            self.level = self.holds;
            self.over = true;
        }
    }

    /// The server said when one more may leave.
    pub(super) fn promise(&mut self, at: Timestamp) {
        self.promised = Some(at);
    }

    /// Another one of those that were refused together: it took nothing.
    pub(super) fn refused_too(&mut self, now: Timestamp) {
        self.base_refused += 1;
        self.empty_refused += 1;
        self.follow(now);
        self.level = (self.level + 1.0).min(self.holds);
    }

    /// A look was in vain: nothing has been refilled.
    pub(super) fn still_empty(&mut self, look: Sent) {
        self.base_refused += 1;
        self.empty_refused += 1;
        self.level = 0.0;
        self.level_at = look.at;
    }

    /// Empty again, with so many under way behind the first that was refused.
    pub(super) fn refused(&mut self, first: Sent, under_way: u64, now: Timestamp) {
        let admitted = |since: Sent, refused: u64| {
            number((first.number - since.number).saturating_sub(1 + refused))
        };
        let lately = admitted(self.empty, self.empty_refused);
        let (admitted, time) = (
            admitted(self.base, self.base_refused),
            seconds(self.base.at, first.at),
        );
        self.base_refused += 1;
        if self.measured && self.saved && lately > 0.0 {
            // It holds less than was thought; that says nothing about the rate.
            self.holds = (0.9 * self.holds.min(lately)).max(1.0);
            self.restart(first);
        } else if admitted > 0.0 && time > 0.0 {
            self.measure(admitted, time, first);
        }
        self.rate = self.rate.max(1.0 / SLOWEST);
        self.over = false;
        self.empty = first;
        self.empty_refused = 0;
        self.level = -number(under_way);
        self.level_at = first.at;
        self.crept = self.crept.max(now);
    }

    fn measure(&mut self, admitted: f64, time: f64, first: Sent) {
        let mut found = admitted / time;
        if self.measured {
            if self.over || found < 0.9 * self.rate {
                // Too low by what ran over. The present rate is too high, by what creeping adds until a bucket of a
                // second's worth is empty.
                found = found.max(self.rate * (1.0 - (2.0 * self.creep).sqrt()));
                self.restart(first);
            }
            // One more or less fits the same observation.
            self.rate = found * (1.0 - 0.5 / admitted.max(20.0));
            self.creep = (self.creep / 2.0).max(LEAST_CREEP);
            return;
        }
        self.rate = found;
        self.measured = true;
        let burst = self.began.map_or(0.0, |(sent, time)| sent - found * time);
        self.holds = burst.max(HOLDS * found).max(1.0);
    }

    fn restart(&mut self, first: Sent) {
        self.base = first;
        self.base_refused = 0;
    }

    pub(super) fn times<'a>(&'a mut self, times: &mut Vec<&'a mut Timestamp>) {
        times.extend([
            &mut self.level_at,
            &mut self.base.at,
            &mut self.empty.at,
            &mut self.crept,
        ]);
        times.extend(&mut self.promised);
    }
}

fn number(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
