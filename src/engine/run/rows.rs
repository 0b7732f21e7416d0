//! One row's way through a run: what follows from a step of its save, from a look at what is stored, and from a
//! verdict.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::judge::{Judged, judge};
use super::{Cell, Do, Halt, Run, Stage, Standing, Task, look};
use crate::domain::{Change, Contact, Trouble, TroubleKind, diff};
use crate::engine::journal::{End, Entry, Intent, Outcome, RowFold};
use crate::engine::plan::base_of;
use crate::engine::reason::Reason;
use crate::engine::save::{Save, Step};

impl Run {
    /// Ends every row whose turn has not come: they are failed, given up. Rows that may be half done are looked at
    /// first, and nothing more is sent for them.
    pub fn give_up(&mut self) -> Vec<Do> {
        let (given, kept): (VecDeque<u32>, VecDeque<u32>) = std::mem::take(&mut self.queue)
            .into_iter()
            .partition(|row| self.cells.get(*row as usize) == Some(&Cell::Waiting));
        self.queue = kept;
        self.given_up = true;
        let given = given.into_iter();
        given
            .flat_map(|row| self.give(row, &RowFold::default()))
            .collect()
    }

    /// Ends a row of a run that is given up.
    pub(super) fn give(&mut self, row: u32, fold: &RowFold) -> Vec<Do> {
        let end = End::Failed {
            reason: Reason::GivenUp,
            message: "the run was ended before its turn came".into(),
        };
        self.close(row, fold, end, vec![])
    }

    /// Opens rows at their end again, for another try. Give only rows that failed or are not known.
    pub fn reopen(&mut self, rows: impl IntoIterator<Item = (u32, bool)>) -> Vec<Do> {
        self.given_up = false;
        let mut list = Vec::new();
        for (row, unsettled) in rows {
            if self.open.contains_key(&row) {
                // It is being opened already.
                continue;
            }
            let Some(Cell::Ended(outcome @ (Outcome::Failed | Outcome::Unknown))) =
                self.cells.get(row as usize).copied()
            else {
                continue;
            };
            *self.tally.slot(outcome) -= 1;
            self.tally.left += 1;
            self.tries.remove(&row);
            let then = match unsettled {
                true => Cell::Unsettled,
                false => Cell::Waiting,
            };
            let entries = vec![Entry::Reopened];
            self.open.insert(
                row,
                Stage::Closing {
                    entries: entries.clone(),
                    then,
                },
            );
            list.push(Do::Record { row, entries });
        }
        list
    }

    /// Begins the save of a row of which nothing is under way.
    pub(super) fn start(&mut self, row: u32, task: Task) -> Vec<Do> {
        if self.given_up {
            return self.give(row, &task.fold);
        }
        // What the provider made of this run's own write is nobody's change.
        let made = task.fold.otherwise.iter().map(|seen| Change {
            key: seen.key.clone(),
            old: seen.new.clone(),
            new: seen.old.clone(),
        });
        let base = base_of(task.base, &made.collect::<Vec<_>>(), None);
        let (save, step) = Save::new(
            base,
            task.patch,
            Arc::clone(&self.table),
            BTreeSet::new(),
            self.permits,
        );
        self.advance(row, Box::new(save), task.fold, step)
    }

    /// Goes on with a save whose next step is known.
    pub(super) fn advance(
        &mut self,
        row: u32,
        save: Box<Save>,
        fold: RowFold,
        step: Step,
    ) -> Vec<Do> {
        match step {
            Step::Read | Step::ReadBack => {
                let after_write = step == Step::ReadBack;
                self.open.insert(row, Stage::Saving { save, fold });
                vec![Do::Read { row, after_write }]
            }
            Step::Write { fresh, patch } => {
                let intent = Intent {
                    changes: diff::changes_of(&fresh, &patch),
                    record: fresh.record.clone(),
                    patch: patch.clone(),
                };
                let mut fold = fold;
                fold.add(Entry::Intent(intent.clone()));
                self.open.insert(
                    row,
                    Stage::Intending {
                        save,
                        fold,
                        fresh,
                        patch,
                    },
                );
                vec![Do::Record {
                    row,
                    entries: vec![Entry::Intent(intent)],
                }]
            }
            Step::Done(outcome) => {
                let judged = judge(*outcome, &fold);
                self.judged(row, &fold, judged)
            }
        }
    }

    /// Takes what was seen of an intent whose end is not known. Where not all of it is stored, the rest is sent. The
    /// intent stays in the journal: a part of it may be stored, and a request that was late may still arrive, and
    /// both are this run's doing.
    pub(super) fn looked(
        &mut self,
        row: u32,
        mut task: Task,
        result: Result<Contact, Trouble>,
    ) -> Vec<Do> {
        let judged = match result {
            Ok(contact) => {
                look::settle(&task.fold, &contact, &self.table).or_else(|| look::overtaken(&task))
            }
            Err(trouble) => Some(look::unseen(&trouble)),
        };
        match judged {
            Some(judged) => self.judged(row, &task.fold, judged),
            None => {
                task.fold.open = false;
                self.start(row, task)
            }
        }
    }

    fn judged(&mut self, row: u32, fold: &RowFold, judged: Judged) -> Vec<Do> {
        match judged {
            Judged::End { end, otherwise } => {
                match end.reason() {
                    // What others would meet, too.
                    Some(Reason::Forbidden) => self.miss(Halt::Forbidden(trouble_of(&end))),
                    _ => self.misses = 0,
                }
                self.close(row, fold, end, otherwise)
            }
            Judged::Again {
                trouble,
                unsettled,
                halt,
            } => {
                match halt {
                    Some(halt) => self.halt(halt),
                    None => self.miss(Halt::of(trouble.clone())),
                }
                let running = self.standing == Standing::Running;
                if running && !self.tried(row) {
                    let message = trouble.message;
                    // An earlier try may be stored, and nobody has seen whether it is.
                    let end = match unsettled || !fold.intents.is_empty() && !fold.open {
                        true => End::Unknown { message },
                        false => End::Failed {
                            reason: Reason::of(trouble.kind),
                            message,
                        },
                    };
                    return self.close(row, fold, end, vec![]);
                }
                self.again(row, fold, unsettled)
            }
        }
    }

    /// Lets a row wait for another turn.
    fn again(&mut self, row: u32, fold: &RowFold, unsettled: bool) -> Vec<Do> {
        if self.given_up && !unsettled {
            return self.give(row, fold);
        }
        if unsettled || !fold.open {
            let cell = match unsettled || !fold.intents.is_empty() {
                true => Cell::Unsettled,
                false => Cell::Waiting,
            };
            self.put_last(row, cell);
            return Vec::new();
        }
        let entries = vec![Entry::Released];
        self.open.insert(
            row,
            Stage::Closing {
                entries: entries.clone(),
                then: Cell::Waiting,
            },
        );
        vec![Do::Record { row, entries }]
    }

    /// Ends a row. An intent of which nothing is stored is taken back first.
    pub(super) fn close(
        &mut self,
        row: u32,
        fold: &RowFold,
        end: End,
        otherwise: Vec<Change>,
    ) -> Vec<Do> {
        let outcome = end.outcome();
        let entries = closing(fold, end, otherwise);
        self.open.insert(
            row,
            Stage::Closing {
                entries: entries.clone(),
                then: Cell::Ended(outcome),
            },
        );
        vec![Do::Record { row, entries }]
    }
}

/// The entries that end a row. Of what left no trace the intent is taken back first.
pub(super) fn closing(fold: &RowFold, end: End, otherwise: Vec<Change>) -> Vec<Entry> {
    let traceless = match end.reason() {
        Some(Reason::Drifted | Reason::Merged) | None => false,
        Some(_) => otherwise.is_empty(),
    };
    let mut entries = Vec::new();
    if fold.open && traceless {
        entries.push(Entry::Released);
    }
    entries.push(Entry::Settled { end, otherwise });
    entries
}

fn trouble_of(end: &End) -> Trouble {
    Trouble::new(
        TroubleKind::Forbidden,
        end.message().unwrap_or("not permitted"),
    )
}
