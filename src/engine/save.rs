//! The life of one saved edit:
//!
//! ```text
//!  Read ──► Write ──► (ReadBack) ──► Done
//!   │         │            │
//!   │         │            └─ Applied: verified, drifted or unknown
//!   │         └─ Refused, Failed; partly or unclear → ReadBack tells what is stored
//!   └─ Conflict, Unchanged, Guarded, Failed
//! ```
//!
//! The contact is read right before it is written, so that a field which changed meanwhile is a
//! conflict and not overwritten, and tags are merged with what is there now. A success status alone is
//! never "done": the answer, or a second read, is compared with what was asked.

use std::collections::BTreeSet;
use std::sync::Arc;

mod check;
mod outcome;
mod permits;
mod step;

pub use outcome::{Check, SaveOutcome};
pub use permits::{Permits, Preview};
pub use step::{Fate, Step, WriteResult};

use crate::domain::diff;
use crate::domain::guard::guarded;
use crate::domain::{Change, Contact, Edit, FieldTable, Patch, TagsRead, Trouble};
use crate::http::FieldProblem;

#[derive(Debug, Clone, PartialEq)]
enum State {
    Reading,
    Writing {
        fresh: Box<Contact>,
        patch: Patch,
    },
    Verifying {
        fresh: Box<Contact>,
        patch: Patch,
        after_write: AfterWrite,
    },
    Ended,
}

#[derive(Debug, Clone, PartialEq)]
enum AfterWrite {
    Accepted {
        answered: Option<Box<Contact>>,
    },
    Refused {
        message: String,
        fields: Vec<FieldProblem>,
    },
    Failed {
        trouble: Trouble,
        partly: bool,
        fate: Fate,
    },
}

/// One save. See the module's diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Save {
    base: Contact,
    patch: Patch,
    table: Arc<FieldTable>,
    names: BTreeSet<String>,
    permits: Permits,
    state: State,
}

impl Save {
    /// Begins a save of `patch`, made while looking at `base`. `names`: the attributes that contacts of the
    /// account are known to have, for [`Guard::NewField`](crate::domain::Guard::NewField).
    pub fn new(
        base: Contact,
        patch: Patch,
        table: impl Into<Arc<FieldTable>>,
        names: BTreeSet<String>,
        permits: Permits,
    ) -> (Self, Step) {
        let table = table.into();
        let patch = match table.attributes.texts_only {
            true => patch.in_texts(),
            false => patch,
        };
        let save = Self {
            base,
            patch,
            table,
            names,
            permits,
            state: State::Reading,
        };
        (save, Step::Read)
    }

    /// Takes the result of [`Step::Read`] or [`Step::ReadBack`].
    pub fn on_read(&mut self, result: Result<Contact, Trouble>) -> Step {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Reading => match result {
                Ok(fresh) => self.check(fresh),
                Err(trouble) => done(nothing_stored(trouble)),
            },
            State::Verifying {
                fresh,
                patch,
                after_write,
            } => self.settle(*fresh, &patch, after_write, result),
            State::Writing { .. } | State::Ended => done(out_of_turn()),
        }
    }

    /// Takes the result of [`Step::Write`].
    pub fn on_written(&mut self, result: WriteResult) -> Step {
        let State::Writing { fresh, patch } = std::mem::replace(&mut self.state, State::Ended)
        else {
            return done(out_of_turn());
        };
        let after_write = match result {
            WriteResult::Answered(Some(answer)) if tells_of(&answer, &patch) => {
                let check = self.judged(&fresh, &answer, &patch);
                if let Check::Merged { .. } = check {
                    return done(applied(*fresh, *answer, &patch, check));
                }
                if !matches!(check, Check::Drifted(_)) {
                    let after = with_untold_of(*answer, &patch.apply(&fresh));
                    return done(applied(*fresh, after, &patch, check));
                }
                // The answer disagrees: a second look decides, so that a late echo is no false alarm.
                AfterWrite::Accepted {
                    answered: Some(answer),
                }
            }
            WriteResult::Answered(answered) => AfterWrite::Accepted { answered },
            WriteResult::Rejected {
                message,
                fields,
                partly: false,
            } => {
                return done(SaveOutcome::Refused {
                    message,
                    fields,
                    partly: false,
                    stored: None,
                });
            }
            WriteResult::Rejected {
                message,
                fields,
                partly: true,
            } => AfterWrite::Refused { message, fields },
            WriteResult::Failed {
                trouble,
                partly: false,
                fate: Fate::NotStored,
            } => return done(nothing_stored(trouble)),
            WriteResult::Failed {
                trouble,
                partly,
                fate,
            } => AfterWrite::Failed {
                trouble,
                partly,
                fate,
            },
        };
        self.state = State::Verifying {
            fresh,
            patch,
            after_write,
        };
        Step::ReadBack
    }

    fn check(&mut self, fresh: Contact) -> Step {
        if let (Some(opened), Some(now)) = (&self.base.record, &fresh.record)
            && opened != now
        {
            // Nobody who is looked at is written to in another's place, also not by force.
            let changes = vec![Change {
                key: "record".into(),
                old: opened.as_str().into(),
                new: now.as_str().into(),
            }];
            return done(SaveOutcome::Conflict {
                theirs: fresh,
                changes,
            });
        }
        let conflicts = diff::conflicts(&self.base, &fresh, &self.patch, &self.table);
        if !conflicts.is_empty() && !self.permits.force {
            return done(SaveOutcome::Conflict {
                theirs: fresh,
                changes: conflicts,
            });
        }
        let patch = effective(&self.table, &self.patch, &fresh);
        if patch.is_empty() {
            let contact = with_untold_of(fresh, &self.base);
            return done(SaveOutcome::Unchanged { contact });
        }
        let mut acts = guarded(&self.table, &self.names, &fresh, &patch);
        acts.retain(|act| !self.permits.allow(act.guard));
        if !acts.is_empty() {
            return done(SaveOutcome::Guarded {
                contact: fresh,
                acts,
            });
        }
        self.state = State::Writing {
            fresh: Box::new(fresh.clone()),
            patch: patch.clone(),
        };
        Step::Write {
            fresh: Box::new(fresh),
            patch,
        }
    }

    /// What a contact that was read after the write says about it.
    fn judged(&self, fresh: &Contact, stored: &Contact, patch: &Patch) -> Check {
        Check::of(fresh, stored, patch, &self.table, self.permits.merge)
    }

    fn settle(
        &self,
        fresh: Contact,
        patch: &Patch,
        after_write: AfterWrite,
        read: Result<Contact, Trouble>,
    ) -> Step {
        let asked = patch.apply(&fresh);
        // Whoever is there now is said first, however the write ended.
        let answered = match &after_write {
            AfterWrite::Accepted { answered } => answered.as_deref(),
            AfterWrite::Refused { .. } | AfterWrite::Failed { .. } => None,
        };
        let refused = matches!(after_write, AfterWrite::Refused { .. });
        if let Some(told) = read.as_ref().ok().or(answered).filter(|_| !refused)
            && let Some(check) = Check::merged(&fresh, told, patch, &self.table, self.permits.merge)
        {
            // Another person has attributes of their own.
            return done(applied(fresh, told.clone(), patch, check));
        }
        let outcome = match (after_write, read) {
            (AfterWrite::Accepted { .. }, Ok(stored)) => {
                let check = self.judged(&fresh, &stored, patch);
                let before = with_untold_of(fresh, &self.base);
                let after = with_untold_of(stored, &patch.apply(&before));
                applied(before, after, patch, check)
            }
            (AfterWrite::Accepted { answered }, Err(trouble)) => {
                let why = format!("accepted, but reading it back failed: {trouble}");
                let after = answered.map_or_else(|| asked.clone(), |a| with_untold_of(*a, &asked));
                applied(fresh, after, patch, Check::Unknown(why))
            }
            (AfterWrite::Refused { message, fields }, read) => SaveOutcome::Refused {
                message,
                fields,
                partly: true,
                stored: read.ok(),
            },
            // All of it is there, and can be seen: however it came, it is done.
            (AfterWrite::Failed { .. }, Ok(stored))
                if self.judged(&fresh, &stored, patch) == Check::Verified =>
            {
                applied(fresh, stored, patch, Check::Verified)
            }
            (
                AfterWrite::Failed {
                    trouble,
                    partly,
                    fate,
                },
                Ok(stored),
            ) if fate == Fate::NotStored
                || (fate == Fate::Done && diff::changes(&fresh, &stored).is_empty()) =>
            {
                SaveOutcome::Failed {
                    trouble,
                    partly,
                    stored: Some(stored),
                }
            }
            (
                AfterWrite::Failed {
                    trouble,
                    partly,
                    fate: Fate::NotStored,
                },
                Err(_),
            ) => SaveOutcome::Failed {
                trouble,
                partly,
                stored: None,
            },
            // What is not there yet may still arrive.
            (AfterWrite::Failed { trouble, .. }, read) => SaveOutcome::Unknown {
                trouble,
                stored: read.ok(),
            },
        };
        done(outcome)
    }
}

/// The part of `patch` that is not already so on a contact, under the provider's rules of comparison. A tag
/// that is to be both added and removed, in whatever spelling, ends up present.
pub(super) fn effective(table: &FieldTable, asked: &Patch, fresh: &Contact) -> Patch {
    let mut patch = asked.effective(fresh);
    patch.fields.retain(|key, edit| match edit {
        Edit::Set(text) => !diff::same_text(table, *key, text, fresh.field(*key)),
        Edit::Clear => true,
    });
    if table.tags.ignore_case {
        let held = |t: &String| diff::contains(&fresh.tags, t, true);
        patch.tags.add.retain(|t| !held(t));
        let goes = |t: &&String| {
            diff::contains(&asked.tags.remove, t, true) && !diff::contains(&asked.tags.add, t, true)
        };
        patch.tags.remove = fresh.tags.iter().filter(goes).cloned().collect();
    }
    // Of what was not told it is not known whether it is so already.
    if !fresh.attributes_known {
        patch.attributes = asked.attributes.clone();
    }
    if fresh.tags_read == TagsRead::No {
        patch.tags = asked.tags.clone();
    }
    patch
}

fn done(outcome: SaveOutcome) -> Step {
    Step::Done(Box::new(outcome))
}

fn nothing_stored(trouble: Trouble) -> SaveOutcome {
    SaveOutcome::Failed {
        trouble,
        partly: false,
        stored: None,
    }
}

fn applied(before: Contact, after: Contact, patch: &Patch, check: Check) -> SaveOutcome {
    let changes = diff::changes_of(&before, patch);
    SaveOutcome::Applied {
        before,
        after,
        changes,
        check,
    }
}

/// Whether an answer tells of everything that a patch changes.
fn tells_of(answer: &Contact, patch: &Patch) -> bool {
    (patch.tags.is_empty() || answer.tags_read == TagsRead::All)
        && (patch.attributes.is_empty() || answer.attributes_known)
}

/// An answer that does not carry tags or attributes keeps those that were asked for or stood there.
fn with_untold_of(mut answer: Contact, asked: &Contact) -> Contact {
    if answer.tags_read != TagsRead::All {
        answer.tags = asked.tags.clone();
        answer.tags_read = asked.tags_read;
    }
    if !answer.attributes_known {
        answer.attributes = asked.attributes.clone();
    }
    answer
}

fn out_of_turn() -> SaveOutcome {
    let message = "a result arrived that no step had asked for";
    SaveOutcome::Unknown {
        trouble: Trouble::new(crate::domain::TroubleKind::Local, message)
            .with_hint("read the contact again to see what is stored"),
        stored: None,
    }
}

#[cfg(test)]
mod tests;
