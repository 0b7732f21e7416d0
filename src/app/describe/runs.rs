//! Bulk runs in the words of the screen.

use crate::app::bulk;
use crate::tui::runs::{Progress, RunKey};

/// How a run that is driven stands, at a rate of rows that was measured.
pub fn progress(
    key: RunKey,
    change: String,
    now: &bulk::Progress,
    per_minute: Option<f64>,
) -> Progress {
    let left = f64::from(u32::try_from(now.tally.left).unwrap_or(u32::MAX));
    let seconds = per_minute.map(|rate| left / rate * 60.0);
    Progress {
        key,
        change,
        tally: now.tally,
        under_way: now.under_way,
        standing: now.standing.clone(),
        held_until: now.held_until,
        tries_at: None,
        per_minute: per_minute.map(whole),
        seconds_left: seconds.map(|s| u64::from(whole(s))),
        pace: None,
        driven: true,
    }
}

/// The nearest whole number, as far as there is one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is clamped to what fits"
)]
fn whole(number: f64) -> u32 {
    number.round().clamp(0.0, 4e9) as u32
}
