//! A server that refuses and does not say until when: one call alone looks whether it goes on, later each time, and
//! at the moments at which windows usually end.

use jiff::{SignedDuration, Timestamp};

use super::{Learner, Phase, Sent, Volley, just_after, window};
use crate::transport::limiter::later;
use crate::transport::limiter::meter::Meter;

/// The first wait after a 429 that names no moment, in seconds; each further one in vain is three times as long.
const FIRST_LOOK: f64 = 0.5;
const LONGEST_LOOK: f64 = 60.0;

/// A server that tells no moment: what was admitted before, and since when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mute {
    pub(super) admitted: u64,
    pub(super) opened: Timestamp,
    /// Looks in vain so far, and when the last one left.
    pub(super) vain: i32,
    pub(super) looked: Timestamp,
    /// The call that looks now.
    pub(super) look: Option<Sent>,
}

impl Learner {
    /// Nobody told when it goes on: later each time, and where windows usually end.
    pub(super) fn refused_mutely(
        &mut self,
        now: Timestamp,
        first: Sent,
        before: Option<Volley>,
        all: &Meter,
    ) -> Timestamp {
        let vain = before.is_some_and(|volley| first.number == volley.last + 1);
        let known = self.mute.filter(|_| vain);
        let mute = known.unwrap_or_else(|| {
            let (admitted, opened) = self.window_so_far(first, all);
            Mute {
                admitted,
                opened,
                vain: 0,
                looked: first.at,
                look: None,
            }
        });
        let looks = if known.is_some() { mute.vain + 1 } else { 0 };
        self.mute = Some(Mute {
            vain: looks,
            looked: first.at,
            look: None,
            ..mute
        });
        if let (Some(_), Some(volley), Some(before)) = (known, &mut self.volley, before) {
            // Still the same emptiness.
            volley.first.at = before.first.at;
            if let Phase::Bucket(bucket) = &mut self.phase {
                bucket.still_empty(first);
            }
        } else {
            self.becomes_bucket(now, first, all);
        }
        let wait = (FIRST_LOOK * 3_f64.powi(looks)).min(LONGEST_LOOK);
        let target = later(now, SignedDuration::from_secs_f64(wait));
        let soon = later(now, SignedDuration::from_millis(200));
        let usual = window::usual_ends(mute.opened, now);
        let end = usual.into_iter().filter(|t| *t > soon && *t <= target);
        end.min().unwrap_or(target)
    }

    /// How many were admitted in the present window but for the first that was refused, as far as one is known,
    /// and since when.
    fn window_so_far(&self, first: Sent, all: &Meter) -> (u64, Timestamp) {
        let last = self.last.unwrap_or(first);
        if let Phase::Window(window) = &self.phase
            && let Some(opened) = window.opened()
        {
            return (last.number.saturating_sub(opened.number), opened.at);
        }
        let minute = later(first.at, SignedDuration::from_secs(-60));
        let opened = self.opened.map_or(minute, |opened| opened.at.max(minute));
        let sent = all.count_since(opened, just_after(last.at));
        (sent.saturating_sub(1), opened)
    }
}
