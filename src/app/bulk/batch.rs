//! Entries that wait for the journal, so that several rows share a transaction and its sync. What is written stays
//! with the machine and the store; this only says when.

use std::time::Duration;

use tokio::time::Instant;

use crate::engine::journal::{Entry, Noted};

/// The longest an entry waits for others. Twice as many rows as requests are under way, so that a request is seldom
/// late for it.
const WAIT: Duration = Duration::from_millis(5);

/// So many rows do not wait any longer.
const ENOUGH: usize = 8;

/// Rows, and how many entries belong to the step of each.
pub(super) type Steps = Vec<(u32, usize)>;

/// What waits.
#[derive(Default)]
pub(super) struct Batch {
    entries: Vec<Noted>,
    steps: Steps,
    due: Option<Instant>,
}

impl Batch {
    /// Adds the entries of a row's step.
    pub(super) fn add(&mut self, row: u32, entries: Vec<Entry>, now: Instant) {
        self.due.get_or_insert(now + WAIT);
        self.steps.push((row, entries.len()));
        let noted = entries.into_iter().map(|entry| Noted { row, entry });
        self.entries.extend(noted);
    }

    /// When it has waited long enough; nothing where nothing waits.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// What is to be written now. `last`: nothing is under way that could bring more.
    pub(super) fn take(&mut self, now: Instant, last: bool) -> Option<(Steps, Vec<Noted>)> {
        let due = self.due?;
        if !last && now < due && self.steps.len() < ENOUGH {
            return None;
        }
        self.due = None;
        Some((
            std::mem::take(&mut self.steps),
            std::mem::take(&mut self.entries),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: u32, now: Instant) -> Batch {
        let mut batch = Batch::default();
        for row in 0..rows {
            batch.add(row, vec![Entry::Released, Entry::Reopened], now);
        }
        batch
    }

    #[test]
    fn it_waits_for_others_but_not_for_long_and_not_in_vain() {
        let now = Instant::now();
        let just_before = now + WAIT - Duration::from_millis(1);
        assert!(of(0, now).take(now + WAIT, true).is_none());
        assert!(of(1, now).take(just_before, false).is_none());
        for mut batch in [of(2, now), of(8, now)] {
            let rows = batch.steps.len();
            let late = match rows {
                2 => batch.due().unwrap(),
                _ => now,
            };
            let (steps, entries) = batch.take(late, false).unwrap();
            assert_eq!((steps.len(), entries.len()), (rows, 2 * rows));
            assert!(batch.due().is_none() && batch.take(late, true).is_none());
        }
        assert_eq!(of(1, now).take(now, true).unwrap().0, [(0, 2)]);
    }
}
