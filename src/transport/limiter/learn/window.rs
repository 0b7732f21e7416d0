//! A server that counts requests in windows: how many, how long, and what is used of the present one.
//!
//! The count ends with the window; the next one begins with the first request behind it. That it begins later for
//! us than for the server does no harm: two requests of the same number in their windows are a window apart.

use jiff::{SignedDuration, Timestamp};

use super::Sent;
use crate::transport::limiter::{later, seconds};

/// Windows that servers have, in seconds. Longer ones are left to their own refusals: to wait for an hour on a
/// guess is worse than one refusal.
const USUAL: [f64; 6] = [1.0, 5.0, 10.0, 15.0, 30.0, 60.0];

/// A told moment is this much too late at most: seconds are rounded up, and it is not told to the millisecond.
pub(super) const ROUNDED: SignedDuration = SignedDuration::from_millis(1_500);

/// The way to the server is not equally long for every request.
const MARGIN: SignedDuration = SignedDuration::from_millis(250);

#[derive(Debug, Clone)]
pub(super) struct Window {
    /// Requests in one window, where they are known.
    most: Option<u64>,
    /// Its length in seconds, where it is known.
    span: Option<f64>,
    /// The first request of the present one; nothing before it left.
    opened: Option<Sent>,
    used: u64,
    /// No request of the next one leaves earlier.
    ends: Timestamp,
    /// When the last refusal said that it goes on.
    told: Timestamp,
}

impl Window {
    /// So many were admitted, as far as is known at the first refusal, which told when it goes on.
    pub(super) fn new(admitted: u64, span: Option<f64>, first: Sent, until: Timestamp) -> Self {
        // Where others had used it up, nothing is learned.
        let most = Some(admitted).filter(|n| *n > 0 && span.is_some());
        Self {
            most,
            span,
            opened: Some(first),
            used: most.unwrap_or(u64::MAX),
            ends: until,
            told: until,
        }
    }

    /// Nobody told its end: the look at `looked` was in vain, the one that is `sent` was not.
    pub(super) fn found(admitted: u64, opened: Timestamp, looked: Timestamp, sent: Sent) -> Self {
        let fits = |span: &&f64| {
            let end = later(opened, SignedDuration::from_secs_f64(**span));
            end > looked && end <= sent.at
        };
        let span = USUAL.iter().find(fits).copied();
        let span = span.unwrap_or_else(|| seconds(opened, sent.at).min(60.0));
        let mut window = Self::new(admitted, Some(span), sent, sent.at);
        window.open(sent);
        window
    }

    pub(super) fn opened(&self) -> Option<Sent> {
        self.opened
    }

    pub(super) fn per_minute(&self) -> Option<f64> {
        let most = f64::from(u32::try_from(self.most?).unwrap_or(u32::MAX));
        Some(most * 60.0 / self.span?)
    }

    /// Its part is so many times what it was.
    pub(super) fn scale(&mut self, factor: f64) {
        let scaled = |most: u64| {
            // Exact as far as a count of requests can be.
            let most = f64::from(u32::try_from(most).unwrap_or(u32::MAX)) * factor;
            super::super::whole(most).into()
        };
        self.most = self.most.map(scaled);
    }

    /// When the next may leave.
    pub(super) fn due(&self, now: Timestamp) -> Timestamp {
        match self.most {
            Some(most) if self.used >= most && now < self.ends => self.ends,
            _ => now,
        }
    }

    /// One leaves. `rested`: the last refusal is long enough ago for one more.
    pub(super) fn count(&mut self, sent: Sent, rested: bool) {
        if sent.at >= self.ends {
            if let Some(most) = &mut self.most
                && self.used >= *most
                && rested
            {
                *most += (*most / 50).max(1);
            }
            self.open(sent);
            return;
        }
        self.used = self.used.saturating_add(1);
    }

    fn open(&mut self, sent: Sent) {
        self.opened = Some(sent);
        self.used = 1;
        let span = SignedDuration::from_secs_f64(self.span.unwrap_or(60.0));
        self.ends = later(later(sent.at, span), MARGIN);
    }

    /// Another one of those that were refused together. Requests overtake each other: only together they tell.
    pub(super) fn refused_too(&mut self) {
        if let Some(most) = &mut self.most {
            *most = most.saturating_sub(1).max(1);
            self.used = *most;
        }
    }

    /// Refused within it, when the last that had left was `last`.
    pub(super) fn refused(&mut self, first: Sent, last: Sent, until: Timestamp) {
        let opened = self.opened.unwrap_or(first);
        let admitted = last.number.saturating_sub(opened.number);
        let apart = seconds(self.told, until);
        let known = self.span.is_some_and(|span| apart > span - 1.5);
        if known {
            self.most = Some(admitted).filter(|n| *n > 0).or(self.most);
        } else if let Some(span) = USUAL.into_iter().find(|span| (apart - span).abs() < 1.5) {
            // The first guess was too short: what came now was the rest of the same window.
            self.span = Some(span);
            self.most = self.most.max(Some(admitted).filter(|n| *n > 0));
        }
        self.told = until;
        self.ends = until;
        self.used = self.most.unwrap_or(u64::MAX);
    }

    pub(super) fn times<'a>(&'a mut self, times: &mut Vec<&'a mut Timestamp>) {
        times.extend([&mut self.ends, &mut self.told]);
        times.extend(self.opened.iter_mut().map(|sent| &mut sent.at));
    }
}

/// How long a window is that goes on at `until`: one that `opened` began, else the likeliest that is long enough.
pub(super) fn span(
    opened: Timestamp,
    refused: Timestamp,
    until: Timestamp,
    minute: bool,
) -> Option<f64> {
    if minute {
        return Some(60.0);
    }
    let early = later(until, -ROUNDED);
    let fits = |span: &f64| {
        let end = later(opened, SignedDuration::from_secs_f64(*span));
        (early..=until).contains(&end)
    };
    let wait = seconds(refused, until) - 1.5;
    USUAL
        .into_iter()
        .find(fits)
        .or(Some(60.0).filter(|_| wait <= 60.0))
}

/// Moments at which a window that began then may end, if nobody tells.
pub(super) fn usual_ends(opened: Timestamp, now: Timestamp) -> [Timestamp; 3] {
    let behind = SignedDuration::from_millis(100);
    let second = now.as_second();
    let minute = Timestamp::from_second(second - second.rem_euclid(60) + 60);
    [
        later(opened, SignedDuration::from_secs(10) + behind),
        later(opened, SignedDuration::from_secs(60) + behind),
        later(minute.unwrap_or(Timestamp::MAX), behind),
    ]
}
