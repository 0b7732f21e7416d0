//! Finding a limit that nobody told: how the server refills what it allows is learned from its 429s.
//!
//! ```text
//!            doubles while it holds calls back                evenly: a level that rises
//!   Open ──────────────────────────────── 429 ──► seconds ──► Bucket ◄─┐
//!                                          │                           │ whichever the next 429 fits
//!                                          └────► a moment ─► Window ◄─┘
//!                                                 at once: so many until the window's end
//! ```
//!
//! Two facts make it quick. At a 429 the server's allowance is empty, so what it admitted between two of them is
//! its rate, however that was sent. And a `Retry-After` far away is the end of a window, whose count is what was
//! admitted since it began. Without `Retry-After` one call alone looks whether it goes on, each time later, and at
//! the moments at which windows usually end. Afterwards the limit is tried again, seldom enough for one refusal in
//! some hundred requests. Time is an argument.

use jiff::{SignedDuration, Timestamp};

use super::meter::Meter;
use super::{Refusal, Told, later, seconds};

mod bucket;
mod mute;
mod window;

use bucket::Bucket;
use mute::Mute;
use window::Window;

/// How often the pace doubles before the first 429, where it is what holds calls back.
const DOUBLES_EVERY: SignedDuration = SignedDuration::from_millis(500);

/// A longer wait tells the end of a window: of a bucket the next token is there sooner. Seconds.
const WINDOW_FROM: f64 = 2.7;

/// How long the others wait for the call that looks.
const LOOKS_FOR: SignedDuration = SignedDuration::from_secs(5);

/// Requests until the limit is tried again, for each refusal of the last time.
const SELDOM: u64 = 250;

/// A pause after which a server's window may have begun anew.
const QUIET: f64 = 10.0;

/// A request that left.
#[derive(Debug, Clone, Copy)]
struct Sent {
    /// Its number among all, from 1.
    number: u64,
    at: Timestamp,
}

/// The requests that were refused together, which is one event.
#[derive(Debug, Clone, Copy)]
struct Volley {
    /// The first of them: the allowance was empty then.
    first: Sent,
    /// The last request that had left when its refusal came.
    last: u64,
    /// How many were refused.
    refused: u64,
}

#[derive(Debug, Clone)]
enum Phase {
    Open(Open),
    Bucket(Bucket),
    Window(Window),
}

/// Before the first 429.
#[derive(Debug, Clone)]
struct Open {
    /// Requests a second; nothing where only the calls under way hold it back.
    rate: Option<f64>,
    doubled: Timestamp,
    /// Whether a call had to wait for it since.
    short: bool,
}

/// What is known of the server's limit.
#[derive(Debug, Clone)]
pub(super) struct Learner {
    phase: Phase,
    /// How long an answer takes, in seconds.
    trip: Option<f64>,
    /// When the next may leave, so that not all arrive at one moment.
    next: Timestamp,
    last: Option<Sent>,
    /// The first request since a quiet time.
    opened: Option<Sent>,
    volley: Option<Volley>,
    mute: Option<Mute>,
}

impl Learner {
    /// Begins with so many requests a minute, where there is a number to begin with.
    pub(super) fn new(per_minute: Option<f64>) -> Self {
        Self {
            phase: Phase::Open(Open {
                rate: per_minute.map(|n| n / 60.0),
                doubled: Timestamp::MIN,
                short: false,
            }),
            trip: None,
            next: Timestamp::MIN,
            last: None,
            opened: None,
            volley: None,
            mute: None,
        }
    }

    /// Requests a minute, where they are known.
    pub(super) fn per_minute(&self) -> Option<f64> {
        match &self.phase {
            Phase::Open(_) => None,
            Phase::Bucket(bucket) => Some(bucket.rate() * 60.0),
            Phase::Window(window) => window.per_minute(),
        }
    }

    /// Requests a minute while no 429 has told more, where there is a number.
    pub(super) fn opening(&self) -> Option<f64> {
        match &self.phase {
            Phase::Open(open) => open.rate.map(|rate| rate * 60.0),
            _ => None,
        }
    }

    /// Others have come or gone: its part is so many times what it was.
    pub(super) fn scale(&mut self, factor: f64) {
        match &mut self.phase {
            Phase::Open(_) => {}
            Phase::Bucket(bucket) => bucket.scale(factor),
            Phase::Window(window) => window.scale(factor),
        }
    }

    /// When the next may leave; at most `width` are under way, and the first `burst` may leave at once.
    pub(super) fn due(&mut self, now: Timestamp, width: u32, burst: u32) -> Timestamp {
        if let Some(look) = self.mute.and_then(|mute| mute.look)
            && now < later(look.at, LOOKS_FOR)
        {
            return later(now, SignedDuration::from_secs(1));
        }
        let number = self.last.map_or(0, |last| last.number);
        let tried = self.volley.is_none_or(|volley| {
            number.saturating_sub(volley.last) >= SELDOM.saturating_mul(volley.refused)
        });
        let own = match &mut self.phase {
            Phase::Open(open) => open.raise(now),
            Phase::Bucket(bucket) => bucket.due(now, tried),
            Phase::Window(window) => window.due(now),
        };
        // Two may be early: a runtime's sleep is some milliseconds late.
        let early = match &self.phase {
            Phase::Open(_) if number < u64::from(burst) => i32::try_from(burst).unwrap_or(i32::MAX),
            _ => 2,
        };
        let spread = later(self.next, self.gap(width) * -early);
        if let Phase::Open(open) = &mut self.phase {
            open.short |= now < spread;
        }
        own.max(spread)
    }

    /// The time between two that leave.
    fn gap(&self, width: u32) -> SignedDuration {
        // A little less than what keeps every call busy.
        let width = f64::from(width.max(1));
        let spread = self.trip.map_or(0.0, |trip| 0.8 * trip / width);
        let slow = match &self.phase {
            Phase::Open(open) => open.rate.map_or(0.0, |rate| 1.0 / rate),
            // What was saved up leaves slowly enough to be stopped by the first refusal.
            Phase::Bucket(bucket) => (0.25 / bucket.rate()).min(0.05),
            Phase::Window(_) => 0.0,
        };
        SignedDuration::from_secs_f64(spread.max(slow))
    }

    /// One leaves now.
    pub(super) fn count(&mut self, now: Timestamp, number: u64, width: u32) {
        self.next = later(self.next.max(now), self.gap(width));
        let sent = Sent { number, at: now };
        let quiet = self.last.is_none_or(|last| seconds(last.at, now) > QUIET);
        self.last = Some(sent);
        if quiet || self.opened.is_none() {
            self.opened = Some(sent);
        }
        match &mut self.phase {
            Phase::Open(_) => {}
            Phase::Bucket(bucket) => bucket.count(now),
            Phase::Window(window) => {
                let rested = self.volley.is_none_or(|volley| {
                    number.saturating_sub(volley.last) >= SELDOM * volley.refused
                });
                window.count(sent, rested);
            }
        }
        if let Some(mute) = &mut self.mute {
            mute.look = Some(sent);
        }
    }

    /// One came back with an answer that is no 429.
    pub(super) fn admitted(&mut self, number: u64, left: Timestamp, now: Timestamp) {
        let trip = seconds(left, now).max(0.0);
        self.trip = Some(self.trip.map_or(trip, |known| 0.9 * known + 0.1 * trip));
        let looked = self
            .mute
            .filter(|m| m.look.is_some_and(|l| l.number == number));
        let Some(mute) = looked else { return };
        self.mute = None;
        let empty = self.volley.map_or(left, |volley| volley.first.at);
        if mute.vain > 0 && seconds(empty, left) > WINDOW_FROM {
            let sent = Sent { number, at: left };
            let window = Window::found(mute.admitted, mute.opened, mute.looked, sent);
            self.phase = Phase::Window(window);
        }
    }

    /// One came back with no answer at all.
    pub(super) fn lost(&mut self, number: u64) {
        if let Some(mute) = &mut self.mute
            && mute.look.is_some_and(|look| look.number == number)
        {
            mute.look = None;
        }
    }

    /// One was refused. Returns until when all others wait.
    pub(super) fn refused(&mut self, now: Timestamp, refusal: Refusal, all: &Meter) -> Timestamp {
        if let Some(volley) = &mut self.volley
            && refusal.number <= volley.last
        {
            volley.refused += 1;
            if let Some(mute) = &mut self.mute {
                mute.admitted = mute.admitted.saturating_sub(1);
            }
            match &mut self.phase {
                Phase::Open(_) => {}
                Phase::Bucket(bucket) => bucket.refused_too(now),
                Phase::Window(window) => window.refused_too(),
            }
            return match refusal.told {
                Told::Nothing => Timestamp::MIN,
                Told::Moment | Told::Minute => refusal.until,
            };
        }
        let first = Sent {
            number: refusal.number,
            at: refusal.left,
        };
        let before = self.volley.replace(Volley {
            first,
            last: self.last.map_or(refusal.number, |last| last.number),
            refused: 1,
        });
        match refusal.told {
            Told::Nothing => self.refused_mutely(now, first, before, all),
            Told::Moment if seconds(now, refusal.until) < WINDOW_FROM => {
                self.mute = None;
                self.becomes_bucket(now, first, all);
                if let Phase::Bucket(bucket) = &mut self.phase {
                    bucket.promise(refusal.until);
                }
                refusal.until
            }
            Told::Moment | Told::Minute => {
                self.mute = None;
                self.becomes_window(first, before, refusal, all);
                refusal.until
            }
        }
    }

    fn becomes_bucket(&mut self, now: Timestamp, first: Sent, all: &Meter) {
        let under_way = self.last.map_or(0, |last| last.number - first.number);
        match &mut self.phase {
            Phase::Bucket(bucket) => bucket.refused(first, under_way, now),
            Phase::Window(window) => {
                let rate = window.per_minute().map(|rate| rate / 60.0);
                let rate = rate.unwrap_or_else(|| half_of_a_second(first, all));
                self.phase = Phase::Bucket(Bucket::known(rate, first, under_way));
            }
            Phase::Open(_) => {
                let rate = half_of_a_second(first, all);
                let opened = self.opened.unwrap_or(first);
                self.phase = Phase::Bucket(Bucket::new(rate, opened, first, under_way));
            }
        }
    }

    fn becomes_window(
        &mut self,
        first: Sent,
        before: Option<Volley>,
        refusal: Refusal,
        all: &Meter,
    ) {
        let minute = refusal.told == Told::Minute;
        let last = self.last.unwrap_or(first);
        if let Phase::Window(window) = &mut self.phase {
            window.refused(first, last, refusal.until);
            return;
        }
        let opened = self.opened.unwrap_or(first);
        let span = window::span(opened.at, first.at, refusal.until, minute);
        let begun = later(
            refusal.until,
            SignedDuration::from_secs_f64(-span.unwrap_or(60.0)),
        );
        let admitted = match opened.at >= later(begun, -window::ROUNDED) {
            true => last.number + 1 - opened.number,
            false => all.count_since(begun, just_after(last.at)),
        };
        // What was refused there had not been admitted.
        let refused = before.filter(|volley| volley.first.at >= begun);
        let refused = 1 + refused.map_or(0, |volley| volley.refused);
        let admitted = admitted.saturating_sub(refused);
        self.phase = Phase::Window(Window::new(admitted, span, first, refusal.until));
    }

    /// Keeps all distances to a clock that was set.
    pub(super) fn shift(&mut self, by: SignedDuration) {
        let mut times = vec![&mut self.next];
        times.extend(self.last.iter_mut().map(|sent| &mut sent.at));
        times.extend(self.opened.iter_mut().map(|sent| &mut sent.at));
        times.extend(self.volley.iter_mut().map(|volley| &mut volley.first.at));
        if let Some(mute) = &mut self.mute {
            times.extend([&mut mute.opened, &mut mute.looked]);
            times.extend(mute.look.iter_mut().map(|look| &mut look.at));
        }
        match &mut self.phase {
            Phase::Open(open) => times.push(&mut open.doubled),
            Phase::Bucket(bucket) => bucket.times(&mut times),
            Phase::Window(window) => window.times(&mut times),
        }
        for t in times {
            *t = later(*t, by);
        }
    }
}

fn just_after(t: Timestamp) -> Timestamp {
    later(t, SignedDuration::from_nanos(1))
}

/// Half the pace of the last second, in requests a second.
fn half_of_a_second(first: Sent, all: &Meter) -> f64 {
    let second = later(first.at, SignedDuration::from_secs(-1));
    let sent = all.count_since(second, first.at);
    f64::from(u32::try_from(sent).unwrap_or(u32::MAX)) / 2.0
}

impl Open {
    /// Doubles where it held a call back. Nothing is due by itself.
    fn raise(&mut self, now: Timestamp) -> Timestamp {
        if let Some(rate) = self.rate
            && self.short
            && now >= later(self.doubled, DOUBLES_EVERY)
        {
            // Beyond this nothing is held back any more.
            self.rate = Some(rate * 2.0).filter(|rate| *rate < 10_000.0);
            self.doubled = now;
            self.short = false;
        }
        Timestamp::MIN
    }
}

#[cfg(test)]
mod tests;
