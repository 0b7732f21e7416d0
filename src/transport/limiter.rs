//! Pacing of one account, pure: when may the next request leave?
//!
//! Three rules at once, the strictest wins: a bucket (`burst` at once, then evenly), a sliding
//! window (never more than `per_minute` within any minute, wherever a server's window begins), and
//! a cool-down after a 429. A 429 halves the pace; quiet time brings it back in small steps.
//! Time is an argument. How many requests are under way at once is not counted here: that is no
//! matter of time, and the lane does it; but how many may be is kept here, as one of the steps that a person
//! takes slower and faster.
//!
//! Background calls have a bucket and a window of their own where they have only a share of the limit.

use jiff::{SignedDuration, Timestamp};

mod ladder;
mod meter;

use ladder::Step;
use meter::Meter;

/// The window counted. A little over a minute: the way to the server is not equally long for every
/// request, and what left 60 s apart may arrive closer together.
pub const WINDOW: SignedDuration = SignedDuration::from_millis(60_250);

/// How often a lowered pace rises by one step, without a 429 meanwhile.
const STEP_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Steps from nothing back to the full pace.
const STEPS: f64 = 20.0;

/// Requests a minute that are taken for normal where a 429 comes before any experience.
const LEAST_LEARNED: f64 = 60.0;

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Someone waits for it: a save, the first page. May use the whole limit.
    Interactive,
    /// What a background change has begun and not ended: the time between reading a contact and writing it, in
    /// which somebody else may write, is kept short.
    Finishing,
    /// Everything else: further pages, bulk runs. Leaves a share of the limit to others, where the pace says so.
    Background,
}

/// How fast an account may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests in any one minute; 0 where no limit is known, which leaves pacing to 429s.
    pub per_minute: u32,
    /// Requests that may leave at once after a quiet time; counted into the minute. 0 is as 1.
    pub burst: u32,
    /// Background calls under way at once. 0 is as 1.
    pub concurrency: u32,
    /// Percent of the limit that background calls may use, from 1 to 100: the rest is the colleagues'.
    pub share: u8,
}

impl Pace {
    /// A pace that is this process's alone.
    pub fn whole(per_minute: u32, burst: u32, concurrency: u32) -> Self {
        Self {
            per_minute,
            burst,
            concurrency,
            share: 100,
        }
    }

    fn usual(self) -> Step {
        Step {
            share: self.share.clamp(1, 100),
            width: self.concurrency.clamp(1, ladder::WIDEST),
        }
    }
}

/// The pacing state of one account.
#[derive(Debug, Clone)]
pub struct Limiter {
    pace: Pace,
    /// Where a person has put it.
    step: Step,
    /// What a person's share is taken of while no limit is known.
    measured: Option<f64>,
    /// Requests a minute now; nothing where neither a limit nor a 429 has been seen.
    rate: Option<f64>,
    /// What the rate recovers to; grows without end where no limit is known.
    learned: Option<f64>,
    /// Everything that left.
    all: Meter,
    /// Background calls, which have a limit of their own where they have a share only.
    background: Meter,
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
            step: pace.usual(),
            measured: None,
            rate: known,
            learned: known,
            all: Meter::new(),
            background: Meter::new(),
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

    /// Of these, what background calls may use.
    pub fn background_per_minute(&self) -> Option<u32> {
        self.background_rate().or(self.rate).map(whole)
    }

    /// Percent of the limit that background calls may use now.
    pub fn share(&self) -> u8 {
        self.step.share
    }

    /// Background calls that may be under way at once.
    pub fn concurrency(&self) -> u32 {
        self.step.width
    }

    /// Changes how many background calls may be under way at once; those above it end in their own time.
    pub fn set_concurrency(&mut self, calls: u32) {
        self.step.width = calls.clamp(1, ladder::WIDEST);
    }

    /// A step slower for background calls, from what is measured (requests a minute) where no limit is known.
    /// False on the lowest step.
    pub fn slower(&mut self, measured: f64) -> bool {
        let Some(step) = self.step.slower(self.pace.usual()) else {
            return false;
        };
        let whole = measured.max(LEAST_LEARNED) * 100.0 / f64::from(self.step.share);
        self.measured.get_or_insert(whole);
        self.step = step;
        true
    }

    /// A step faster, inside the limit. False on the highest step.
    pub fn faster(&mut self) -> bool {
        let Some(step) = self.step.faster() else {
            return false;
        };
        self.step = step;
        if step.share >= self.pace.usual().share {
            self.measured = None;
        }
        true
    }

    /// When the cool-down ends, where there is one.
    pub fn held(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.held_until).filter(|until| *until > now)
    }

    /// Lets one request leave now.
    ///
    /// # Errors
    /// The moment to ask again; nothing has been counted then.
    pub fn take(&mut self, now: Timestamp, who: Priority) -> Result<(), Timestamp> {
        self.follow(now);
        if now < self.held_until {
            return Err(self.held_until);
        }
        let own = match who {
            Priority::Interactive => None,
            Priority::Finishing | Priority::Background => self.background_rate(),
        };
        let whole = self.rate.map(|rate| self.all.due(rate, self.pace.burst));
        let part = own.map(|rate| self.background.due(rate, self.pace.burst));
        let until = whole.max(part).unwrap_or(Timestamp::MIN);
        if now < until {
            return Err(until);
        }
        self.all.count(now, self.rate);
        if who != Priority::Interactive {
            self.background.count(now, own);
        }
        Ok(())
    }

    /// What background calls are held to beside the limit itself.
    fn background_rate(&self) -> Option<f64> {
        let of = self.rate.or(self.measured)?;
        (self.step.share < 100).then(|| of * f64::from(self.step.share) / 100.0)
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
            let seen = f64::from(self.all.in_window()).max(LEAST_LEARNED);
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
            self.all.shift(back);
            self.background.shift(back);
            for t in [&mut self.held_until, &mut self.stepped_at] {
                *t = later(*t, back);
            }
        }
        self.last_seen = now;
        self.all.follow(now);
        self.background.follow(now);
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
