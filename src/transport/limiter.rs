//! Pacing of one account, pure: when may the next request leave?
//!
//! Three rules at once, the strictest wins: a bucket (`burst` at once, then evenly), a sliding
//! window (never more than the limit within any minute, wherever a server's window begins), and
//! a cool-down after a 429. Where the limit is known, a 429 halves the pace, and quiet time brings it back in small
//! steps; where it is not, `learn` finds it.
//! Time is an argument. How many requests are under way at once is not counted here: that is no
//! matter of time, and the lane does it; but how many may be is kept here, as one of the steps that a person
//! takes slower and faster.
//!
//! Background calls have a bucket and a window of their own where they have only a share of the limit.

use jiff::{SignedDuration, Timestamp};

mod ladder;
mod learn;
mod meter;
mod pace;

use ladder::Step;
use learn::Learner;
use meter::Meter;
pub use pace::{Pace, Priority, Refusal, Told};

/// The window counted. A little over a minute: the way to the server is not equally long for every
/// request, and what left 60 s apart may arrive closer together.
pub const WINDOW: SignedDuration = SignedDuration::from_millis(60_250);

/// How often a lowered pace rises by one step, without a 429 meanwhile.
const STEP_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Steps from nothing back to the full pace.
const STEPS: f64 = 20.0;

/// Requests a minute that slower takes for normal where nothing has been measured.
const LEAST_MEASURED: f64 = 60.0;

/// The pacing state of one account.
#[derive(Debug, Clone)]
pub struct Limiter {
    pace: Pace,
    /// Where a person has put it.
    step: Step,
    /// What a person's share is taken of while no limit is known.
    measured: Option<f64>,
    /// Finds the limit where it is not known.
    learner: Option<Learner>,
    /// Requests a minute now, where the limit is known; and else the ceiling, where there is one.
    rate: Option<f64>,
    /// Requests that left.
    sent: u64,
    /// Processes that share the limit.
    processes: u32,
    /// Whether that is known: others may have used up what may leave at once.
    met: bool,
    /// When background calls may begin beside others.
    background_from: Timestamp,
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
        let told = |n: u32| (n > 0).then(|| f64::from(n));
        let known = pace.ceiling > 0 && pace.ceiling <= pace.per_minute;
        Self {
            pace,
            step: pace.usual(),
            measured: None,
            learner: (!known).then(|| Learner::new(told(pace.per_minute))),
            rate: told(pace.ceiling),
            sent: 0,
            processes: 1,
            met: true,
            background_from: Timestamp::MIN,
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
        self.allowed(self.limit())
    }

    /// A limit, or what is allowed on the way there.
    fn allowed(&self, limit: Option<f64>) -> Option<u32> {
        let opening = self.learner.as_ref().and_then(Learner::opening);
        match (limit, opening) {
            (Some(limit), Some(opening)) => Some(whole(limit.min(opening))),
            (limit, opening) => limit.or(opening).map(whole),
        }
    }

    /// This process's part of the limit, where it is told or has a ceiling. What is learned is its part already.
    fn part(&self) -> Option<f64> {
        self.rate.map(|rate| rate / f64::from(self.processes))
    }

    /// Has so many processes share the limit, this one included. 0 is as 1. Who comes to others lets them hear of it
    /// first, for so long; and nobody sends at once what the others may have used up.
    pub fn divide(&mut self, now: Timestamp, processes: u32, hear: SignedDuration) {
        let before = if self.met { self.processes } else { 1 };
        self.processes = processes.max(1);
        if let Some(learner) = &mut self.learner
            && self.processes != before
        {
            learner.scale(f64::from(before) / f64::from(self.processes));
        }
        if self.processes > before {
            if !self.met {
                self.background_from = later(now, hear);
            }
            let (part, burst) = (self.part(), self.burst(Priority::Interactive));
            if let Some(rate) = part {
                self.all.empty(now, rate, burst);
                self.background.empty(now, rate, burst);
            }
        }
        self.met = true;
    }

    /// Sends nothing at once until it is told how many share the limit.
    pub fn expect_others(&mut self) {
        self.met = false;
    }

    /// How many may leave at once. Beside others, background calls leave evenly: what one of them left unused the
    /// others may have taken. Two make up for a sleep that was late.
    fn burst(&self, who: Priority) -> u32 {
        let alone = self.met && self.processes == 1;
        match who {
            _ if alone => self.pace.burst,
            Priority::Interactive if self.met => (self.pace.burst / self.processes).max(1),
            _ => self.pace.burst.min(2),
        }
    }

    /// Processes that share the limit, this one included.
    pub fn processes(&self) -> u32 {
        self.processes
    }

    /// The limit as far as it is known: the learned one, never above the ceiling.
    fn limit(&self) -> Option<f64> {
        let learned = self.learner.as_ref().and_then(Learner::per_minute);
        match (learned, self.part()) {
            (Some(learned), Some(most)) => Some(learned.min(most)),
            (learned, most) => learned.or(most),
        }
    }

    /// Of these, what background calls may use.
    pub fn background_per_minute(&self) -> Option<u32> {
        self.allowed(self.background_rate().or(self.limit()))
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
        let whole = measured.max(LEAST_MEASURED) * 100.0 / f64::from(self.step.share);
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
        if who != Priority::Interactive && now < self.background_from {
            return Err(self.background_from);
        }
        let own = match who {
            Priority::Interactive => None,
            Priority::Finishing | Priority::Background => self.background_rate(),
        };
        let (rate, burst) = (self.part(), self.burst(who));
        let whole = rate.map(|rate| self.all.due(rate, burst));
        let part = own.map(|rate| self.background.due(rate, burst));
        let width = self.step.width;
        let learner = self.learner.as_mut();
        let learned = learner.map(|learner| learner.due(now, width, burst));
        let until = whole.max(part).max(learned).unwrap_or(Timestamp::MIN);
        if now < until {
            return Err(until);
        }
        self.sent += 1;
        if let Some(learner) = &mut self.learner {
            learner.count(now, self.sent, width);
        }
        self.all.count(now, rate);
        if who != Priority::Interactive {
            self.background.count(now, own);
        }
        Ok(())
    }

    /// What background calls are held to beside the limit itself.
    fn background_rate(&self) -> Option<f64> {
        let of = self.limit().or(self.measured)?;
        (self.step.share < 100).then(|| of * f64::from(self.step.share) / 100.0)
    }

    /// Nothing leaves before this moment. A shorter hold does not shorten a longer one.
    pub fn hold(&mut self, until: Timestamp) {
        self.held_until = self.held_until.max(until);
    }

    /// The number of the request that left last, from 1.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// The request of this number, which left then, was answered, and not with 429.
    pub fn admitted(&mut self, number: u64, left: Timestamp, now: Timestamp) {
        if let Some(learner) = &mut self.learner {
            learner.admitted(number, left, now);
        }
    }

    /// The request of this number was not answered.
    pub fn lost(&mut self, number: u64) {
        if let Some(learner) = &mut self.learner {
            learner.lost(number);
        }
    }

    /// The server said 429: hold, and learn, or halve the pace of a known limit, which others may use up as well.
    /// Answers to requests that left together count as one, so what arrives during a hold only lengthens it.
    pub fn throttled(&mut self, now: Timestamp, refusal: Refusal) {
        self.follow(now);
        let mut until = refusal.until;
        if let Some(learner) = &mut self.learner {
            until = learner.refused(now, refusal, &self.all);
        } else if now >= self.held_until {
            let full = f64::from(self.pace.ceiling);
            // One early 429 must not strangle the account.
            let floor = (full / 8.0).max(1.0);
            self.rate = self.rate.map(|rate| (rate / 2.0).max(floor));
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
            if let Some(learner) = &mut self.learner {
                learner.shift(back);
            }
            let own = &mut self.background_from;
            for t in [&mut self.held_until, &mut self.stepped_at, own] {
                *t = later(*t, back);
            }
        }
        self.last_seen = now;
        self.all.follow(now);
        self.background.follow(now);
        let quiet = now.duration_since(self.stepped_at).as_secs_f64();
        let steps = (quiet / STEP_EVERY.as_secs_f64()).floor();
        if let Some(rate) = self.rate
            && steps >= 1.0
        {
            let full = f64::from(self.pace.ceiling);
            // An hour of quiet tells no more than the way back does.
            self.rate = Some((rate + steps.min(STEPS) * full / STEPS).min(full));
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

/// The seconds from one moment to another.
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// The sum, or the calendar's end.
fn later(t: Timestamp, by: SignedDuration) -> Timestamp {
    t.saturating_add(by).unwrap_or(t)
}

#[cfg(test)]
mod tests;
