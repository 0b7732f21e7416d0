//! One limit for several processes: what a lane tells the others while it sends, and what it hears.
//!
//! Where this is written down is not known here: a [`Meet`] is handed in. It is asked every few seconds while
//! requests leave, and at once after a 429; an idle lane asks nothing, and its part falls to the others when its
//! lease has run out.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How often a lane that sends says so.
pub const EVERY: SignedDuration = SignedDuration::from_secs(2);

/// How long that counts.
pub const LEASE: SignedDuration = SignedDuration::from_secs(8);

/// A longer wait of another process is not taken over: who is refused itself hears why, and can say so.
pub(super) const LONGEST_HEARD: SignedDuration = SignedDuration::from_secs(90);

/// What is heard of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// Processes that send for the account, this one included.
    pub processes: u32,
    /// The latest moment until which one of them was told to wait.
    pub held_until: Option<Timestamp>,
}

/// Called with what is heard.
pub type Hear = Box<dyn FnOnce(Others) + Send>;

/// Tells the others that this process sends, and until when it was told to wait; calls back with what is heard, or
/// not at all. Must not block.
pub type Meet = Arc<dyn Fn(Timestamp, Option<Timestamp>, Hear) + Send + Sync>;

/// When to meet next.
#[derive(Debug, Default)]
pub(super) struct Beat(Mutex<Option<(Timestamp, Option<Timestamp>)>>);

impl Beat {
    /// Whether it is time: some seconds have passed, or a wait was told that the others do not know.
    pub(super) fn is_due(&self, now: Timestamp, held: Option<Timestamp>) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|(at, told)| {
            now < at || now.duration_since(at) >= EVERY || held.is_some() && held > told
        });
        if due {
            *last = Some((now, held));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_time_every_two_seconds_and_after_a_429() {
        let origin: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let at = |ms| origin + SignedDuration::from_millis(ms);
        let beat = Beat::default();
        let held = Some(at(60_000));
        let asked = [
            (0, None),
            (100, None),
            (1_999, None),
            (2_000, None),
            (2_100, held),
            (2_200, held),
            (4_100, held),
            (4_200, None),
            (1_000, None),
        ];
        let due = asked.map(|(ms, held)| beat.is_due(at(ms), held));
        assert_eq!(
            due,
            [true, false, false, true, true, false, true, false, true]
        );
    }
}
