//! Bulk runs in the words of the screen.

use crate::app::bulk::{self, RunKind, RunRecord, RunRow};
use crate::domain::AccountName;
use crate::store::RunResults;
use crate::tui::runs::{Past, Progress, Results, Row, RunKey};

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

/// A run of the history. `elsewhere`: whether another process drives it now.
pub fn past(record: RunRecord, account: &AccountName, elsewhere: bool) -> Past {
    Past {
        key: RunKey {
            account: account.clone(),
            run: record.id,
        },
        edit: record.kind == RunKind::Edit,
        header: record.header,
        started_at: record.started_at,
        ended_at: record.ended_at,
        tally: record.tally,
        forgotten: record.forgotten_at.is_some(),
        elsewhere,
    }
}

/// What came of rows of a run.
pub fn results(past: Past, found: RunResults) -> Results {
    Results {
        past,
        start: found.start,
        rows: found.rows.into_iter().map(row).collect(),
        matched: found.matched,
        failed: found.failed,
    }
}

fn row(row: RunRow) -> Row {
    let sent = !row.fold.intents.is_empty();
    Row {
        row: row.row,
        id: row.id,
        name: row.name,
        changes: match sent {
            true => row.fold.changes(),
            false => row.planned,
        },
        sent,
        end: row.fold.end,
    }
}
