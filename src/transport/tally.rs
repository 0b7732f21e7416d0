//! What a lane did: requests, refusals for pace, and how fast it was. Counted, never judged.

use jiff::{SignedDuration, Timestamp};

/// Seconds that are remembered one by one.
const SECONDS: usize = 64;

/// What has happened on a lane since it was made, or between two looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that left, attempts after the first included.
    pub requests: u64,
    /// Answers that said 429.
    pub throttled: u64,
    /// Attempts without a whole answer.
    pub broken: u64,
}

impl Counts {
    /// What came after an earlier look at the same lane.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            throttled: self.throttled.saturating_sub(earlier.throttled),
            broken: self.broken.saturating_sub(earlier.broken),
        }
    }
}

/// A lane's pace at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceNow {
    /// Requests a minute that background calls may make; nothing while no limit is known.
    pub allowed: Option<u32>,
    /// Requests a minute, as measured over the last ten seconds.
    pub last_10s: f64,
    /// The same over the last sixty.
    pub last_60s: f64,
    /// When a cool-down of the whole account ends, where it is in one.
    pub held_until: Option<Timestamp>,
    /// Percent of the limit that background calls may use.
    pub share: u8,
    /// Background calls that may be under way at once.
    pub concurrency: u32,
    /// Calls under way.
    pub under_way: u32,
    /// cardex processes that share the account's limit, this one included.
    pub processes: u32,
    /// Everything since the lane was made.
    pub counts: Counts,
}

/// The counters of one lane.
#[derive(Debug)]
pub(super) struct Tally {
    counts: Counts,
    /// Requests in a second, at the second's place; a second is that of `latest` or one of those before it.
    seconds: [u32; SECONDS],
    latest: i64,
    first: Option<Timestamp>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            counts: Counts::default(),
            seconds: [0; SECONDS],
            latest: i64::MIN,
            first: None,
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn sent(&mut self, now: Timestamp) {
        self.counts.requests += 1;
        self.first.get_or_insert(now);
        let second = now.as_second();
        if second > self.latest {
            let gone = second.saturating_sub(self.latest);
            let gone = usize::try_from(gone).unwrap_or(SECONDS).min(SECONDS);
            for back in 0..gone {
                self.seconds[place(second - i64::try_from(back).unwrap_or(0))] = 0;
            }
            self.latest = second;
        }
        // A clock that was set back counts into the latest second.
        self.seconds[place(self.latest)] += 1;
    }

    pub(super) fn throttled(&mut self) {
        self.counts.throttled += 1;
    }

    pub(super) fn broken(&mut self) {
        self.counts.broken += 1;
    }

    /// Requests a minute over the last so many seconds, 60 at most; over less where the lane is younger.
    pub(super) fn rate(&self, now: Timestamp, span: u32) -> f64 {
        let Some(first) = self.first else {
            return 0.0;
        };
        let second = now.as_second().max(self.latest);
        let from = second - i64::from(span.min(60)) + 1;
        let sent: u64 = (from..=self.latest)
            .map(|s| u64::from(self.seconds[place(s)]))
            .sum();
        // The present second is not over yet.
        let begun = f64::from(now.subsec_nanosecond()) / 1e9;
        let span = f64::from(span.min(60)) - 1.0 + begun;
        let age = now.duration_since(first).max(SignedDuration::from_secs(1));
        let sent = u32::try_from(sent).unwrap_or(u32::MAX);
        f64::from(sent) * 60.0 / span.min(age.as_secs_f64()).max(1.0)
    }
}

fn place(second: i64) -> usize {
    usize::try_from(second.rem_euclid(64)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        let origin: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        origin + SignedDuration::from_millis(ms)
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut tally = Tally::new();
        assert_eq!(tally.rate(at(0), 10), 0.0);
        // Two a second for half a minute, then nothing.
        for n in 0..60 {
            tally.sent(at(n * 500));
        }
        assert!((tally.rate(at(30_000), 10) - 120.0).abs() < 15.0);
        assert!((tally.rate(at(30_000), 60) - 120.0).abs() < 5.0);
        assert!((tally.rate(at(35_000), 10) - 60.0).abs() < 15.0);
        assert_eq!(tally.rate(at(45_000), 10), 0.0);
        assert!((tally.rate(at(60_000), 60) - 60.0).abs() < 5.0);
        assert_eq!(tally.rate(at(600_000), 60), 0.0);
        tally.sent(at(600_000));
        assert_eq!(tally.counts().requests, 61);
        assert!(tally.rate(at(600_500), 10) < 8.0);
    }

    #[test]
    fn a_young_lane_is_measured_over_its_age() {
        let mut tally = Tally::new();
        for n in 0..20 {
            tally.sent(at(n * 100));
        }
        assert!((tally.rate(at(2_000), 60) - 600.0).abs() < 40.0);
    }

    #[test]
    fn a_clock_set_back_loses_no_count() {
        let mut tally = Tally::new();
        tally.sent(at(3_600_000));
        tally.sent(at(0));
        assert_eq!(tally.counts().requests, 2);
        assert!(tally.rate(at(3_600_500), 10) > 0.0);
    }

    #[test]
    fn a_difference_is_what_came_after() {
        let mut tally = Tally::new();
        tally.sent(at(0));
        let before = tally.counts();
        tally.sent(at(1));
        tally.throttled();
        let after = tally.counts().since(before);
        assert_eq!((after.requests, after.throttled, after.broken), (1, 1, 0));
    }
}
