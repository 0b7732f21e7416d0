//! What the limiter is told: a pace to begin with, who asks, and what a 429 said. Values only.

use jiff::Timestamp;

use super::ladder::{Step, WIDEST};

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

/// When a 429 says that it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It does not say.
    Nothing,
    /// At a moment that it names.
    Moment,
    /// At the next full minute: so this vendor's windows are.
    Minute,
}

/// A 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The request's number, as [`super::Limiter::sent`] told it when it left.
    pub number: u64,
    /// When it left.
    pub left: Timestamp,
    /// When it may be sent again, somewhat behind the moment that was told.
    pub until: Timestamp,
    /// Who says so.
    pub told: Told,
}

/// How fast an account may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests a minute to begin with; 0 where there is no number, which leaves pacing to 429s from the first on.
    pub per_minute: u32,
    /// Requests in any one minute that are never passed; 0 where no limit is known. Where it is above `per_minute`,
    /// or none, what is between is learned from 429s.
    pub ceiling: u32,
    /// Requests that may leave at once after a quiet time; counted into the minute. 0 is as 1.
    pub burst: u32,
    /// Background calls under way at once. 0 is as 1.
    pub concurrency: u32,
    /// Percent of the limit that background calls may use, from 1 to 100: the rest is the colleagues'.
    pub share: u8,
}

impl Pace {
    /// A limit that is known, or with 0 none; all of it may be used.
    pub fn whole(per_minute: u32, burst: u32, concurrency: u32) -> Self {
        Self {
            per_minute,
            ceiling: per_minute,
            burst,
            concurrency,
            share: 100,
        }
    }

    pub(super) fn usual(self) -> Step {
        Step {
            share: self.share.clamp(1, 100),
            width: self.concurrency.clamp(1, WIDEST),
        }
    }
}
