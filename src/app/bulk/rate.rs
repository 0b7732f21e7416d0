//! How many rows end in a minute, lately: measured over the last minute of driving, with the time as an argument.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// How far back it looks.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// Shorter than this nothing is said.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);

/// Rows that ended, at some times of the last minute.
#[derive(Debug, Clone, Default)]
pub struct Rate {
    seen: VecDeque<(Timestamp, u64)>,
}

impl Rate {
    /// Notes how many rows have ended by now.
    pub fn note(&mut self, now: Timestamp, ended: u64) {
        // One sample a second is enough, and the first one of all is kept until it is too old.
        let soon = |(at, _): &(Timestamp, u64)| now.duration_since(*at) < SHORTEST;
        if self.seen.len() > 1 && self.seen.get(self.seen.len() - 2).is_some_and(soon) {
            self.seen.pop_back();
        }
        self.seen.push_back((now, ended));
        while self.seen.len() > 2
            && (self.seen.front()).is_some_and(|(at, _)| now.duration_since(*at) > WINDOW)
        {
            self.seen.pop_front();
        }
    }

    /// Forgets what was seen: the run was halted, and that is not its pace.
    pub fn restart(&mut self) {
        self.seen.clear();
    }

    /// Rows in a minute; `None` before anything can be said.
    pub fn per_minute(&self) -> Option<f64> {
        let (from, before) = self.seen.front()?;
        let (to, after) = self.seen.back()?;
        let lasted = to.duration_since(*from);
        let rows = u32::try_from(after.saturating_sub(*before)).unwrap_or(u32::MAX);
        (lasted >= SHORTEST && rows > 0).then(|| f64::from(rows) * 60.0 / lasted.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_minute_and_is_not_told_from_nothing() {
        let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let at = |seconds| start + SignedDuration::from_secs(seconds);
        let mut rate = Rate::default();
        rate.note(at(0), 0);
        assert_eq!(rate.per_minute(), None);
        for second in 1..=30 {
            rate.note(at(second), u64::try_from(second).unwrap() * 2);
        }
        assert_eq!(rate.per_minute().map(f64::round), Some(120.0));
        // Ten times slower for long enough: what was before does not count any more.
        for second in 31..=120 {
            rate.note(at(second), 60 + u64::try_from((second - 30) / 5).unwrap());
        }
        assert_eq!(rate.per_minute().map(f64::round), Some(12.0));
        rate.restart();
        assert_eq!(rate.per_minute(), None);
    }

    #[test]
    fn many_notes_a_second_are_kept_as_one() {
        let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let mut rate = Rate::default();
        for note in 0..10_000 {
            rate.note(start + SignedDuration::from_millis(note * 10), 1);
        }
        assert!(rate.seen.len() < 130, "{}", rate.seen.len());
    }
}
