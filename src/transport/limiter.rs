//! Pacing of one account, pure: when may the next request leave?
//!
//! Three rules at once, the strictest wins: a bucket (`burst` at once, then evenly), a sliding
//! window (never more than `per_minute` within any minute, wherever a server's window begins), and
//! a cool-down after a 429. A 429 halves the pace; quiet time brings it back in small steps.
//! Time is an argument. How many requests are under way at once is not counted here: that is no
//! matter of time, and the lane does it.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// The window counted. A little over a minute: the way to the server is not equally long for every
/// request, and what left 60 s apart may arrive closer together.
pub const WINDOW: SignedDuration = SignedDuration::from_millis(60_250);

/// How often a lowered pace rises by one step, without a 429 meanwhile.
const STEP_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Steps from nothing back to the full pace.
const STEPS: f64 = 20.0;

/// Requests a minute that are taken for normal where a 429 comes before any experience.
const LEAST_LEARNED: f64 = 60.0;

/// How fast an account may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests in any one minute; 0 where no limit is known, which leaves pacing to 429s.
    pub per_minute: u32,
    /// Requests that may leave at once after a quiet time; counted into the minute. 0 is as 1.
    pub burst: u32,
    /// Requests under way at once. 0 is as 1.
    pub concurrency: u32,
}

/// The pacing state of one account.
#[derive(Debug, Clone)]
pub struct Limiter {
    pace: Pace,
    /// Requests a minute now; nothing where neither a limit nor a 429 has been seen.
    rate: Option<f64>,
    /// What the rate recovers to; grows without end where no limit is known.
    learned: Option<f64>,
    /// When requests of the last window left, oldest first.
    sent: VecDeque<Timestamp>,
    /// When the bucket is full again.
    full_at: Timestamp,
    held_until: Timestamp,
    stepped_at: Timestamp,
    last_seen: Timestamp,
}

impl Limiter {
    /// A limiter that has seen nothing yet.
    pub fn new(pace: Pace) -> Self {
        let known = (pace.per_minute > 0).then(|| f64::from(pace.per_minute));
        Self {
            pace,
            rate: known,
            learned: known,
            sent: VecDeque::new(),
            full_at: Timestamp::MIN,
            held_until: Timestamp::MIN,
            stepped_at: Timestamp::MIN,
            last_seen: Timestamp::MIN,
        }
    }

    /// The pace it was made with.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Requests a minute that it allows now; nothing while no limit is known.
    pub fn per_minute(&self) -> Option<u32> {
        self.rate.map(whole)
    }

    /// When the cool-down ends, where there is one.
    pub fn held(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.held_until).filter(|until| *until > now)
    }

    /// Lets one request leave now.
    ///
    /// # Errors
    /// The moment to ask again; nothing has been counted then.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        self.follow(now);
        if now < self.held_until {
            return Err(self.held_until);
        }
        if let Some(rate) = self.rate {
            let most = usize::try_from(whole(rate)).unwrap_or(usize::MAX);
            // The oldest of the last `most`: the next may leave when it is out of the window.
            let oldest = self.sent.len().checked_sub(most).map(|i| self.sent[i]);
            let free = oldest.map_or(Timestamp::MIN, |t| later(t, WINDOW));
            let interval = SignedDuration::from_secs_f64(60.0 / rate);
            let credit = interval * i32::try_from(self.burst(most) - 1).unwrap_or(i32::MAX);
            let due = later(self.full_at, SignedDuration::ZERO - credit);
            let until = free.max(due);
            if now < until {
                return Err(until);
            }
            self.full_at = later(self.full_at.max(now), interval);
        }
        self.sent.push_back(now);
        Ok(())
    }

    /// Nothing leaves before this moment. A shorter hold does not shorten a longer one.
    pub fn hold(&mut self, until: Timestamp) {
        self.held_until = self.held_until.max(until);
    }

    /// The server said 429: hold, and halve the pace. Answers to requests that left together count
    /// as one, so what arrives during a hold only lengthens it.
    pub fn throttled(&mut self, now: Timestamp, until: Timestamp) {
        self.follow(now);
        if now >= self.held_until {
            let seen = f64::from(u32::try_from(self.sent.len()).unwrap_or(u32::MAX));
            let seen = seen.max(LEAST_LEARNED);
            let learned = self.learned.unwrap_or(seen);
            // Someone else may have used the limit up: one early 429 must not strangle the account.
            let floor = (learned / 8.0).max(1.0);
            self.rate = Some((self.rate.unwrap_or(seen) / 2.0).max(floor));
            self.learned = Some(learned);
        }
        self.hold(until);
        self.stepped_at = self.stepped_at.max(until);
    }

    /// Brings the state to `now`: forgets what left the window, recovers, and survives a clock that
    /// was set back by keeping all distances.
    fn follow(&mut self, now: Timestamp) {
        if now < self.last_seen {
            let back = now.duration_since(self.last_seen);
            for t in self.sent.iter_mut().chain([
                &mut self.full_at,
                &mut self.held_until,
                &mut self.stepped_at,
            ]) {
                *t = later(*t, back);
            }
        }
        self.last_seen = now;
        while self.sent.front().is_some_and(|t| later(*t, WINDOW) <= now) {
            self.sent.pop_front();
        }
        let (Some(rate), Some(learned)) = (self.rate, self.learned) else {
            return;
        };
        let quiet = now.duration_since(self.stepped_at).as_secs_f64();
        let steps = (quiet / STEP_EVERY.as_secs_f64()).floor();
        if steps >= 1.0 {
            let ceiling = match self.pace.per_minute {
                0 => f64::from(u32::MAX),
                known => f64::from(known),
            };
            // An hour of quiet tells no more than the way back does.
            self.rate = Some((rate + steps.min(STEPS) * learned / STEPS).min(ceiling));
            self.stepped_at = now;
        }
    }

    fn burst(&self, most: usize) -> usize {
        usize::try_from(self.pace.burst)
            .unwrap_or(usize::MAX)
            .clamp(1, most.max(1))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rate is at least one and at most u32::MAX"
)]
fn whole(rate: f64) -> u32 {
    rate.floor().max(1.0) as u32
}

/// The sum, or the calendar's end.
fn later(t: Timestamp, by: SignedDuration) -> Timestamp {
    t.saturating_add(by).unwrap_or(t)
}

#[cfg(test)]
mod tests;
