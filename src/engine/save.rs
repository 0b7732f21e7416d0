//! The life of one saved edit:
//!
//! ```text
//!  Read ──► Write ──► (ReadBack) ──► Done
//!   │         │            │
//!   │         │            └─ Applied: verified, drifted or unknown
//!   │         └─ Refused, Failed; unclear → ReadBack settles what is stored
//!   └─ Conflict, Unchanged, Failed
//! ```
//!
//! The contact is read right before it is written, so that a field which changed meanwhile is a
//! conflict and not overwritten, and tags are merged with what is there now. A success status alone is
//! never "done": the answer, or a second read, is compared with what was asked.

use crate::domain::diff::{self, Change};
use crate::domain::{Contact, FieldTable, Patch, TagsRead, Trouble};
use crate::http::FieldProblem;

/// What came of the requests of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteResult {
    /// All were accepted; the contact as the last answer showed it, where one did.
    Answered(Option<Box<Contact>>),
    /// One was refused because of its values.
    Rejected {
        /// The server's own words.
        message: String,
        /// The fields it named.
        fields: Vec<FieldProblem>,
        /// Whether an earlier request of the same write was accepted.
        partly: bool,
    },
    /// Nothing arrived, or the server said no before storing anything.
    Failed(Trouble),
    /// A request may or may not have been applied.
    Unclear(Trouble),
}

/// What the driver has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Read the contact whole and call [`Save::on_read`].
    Read,
    /// Send the write and call [`Save::on_written`].
    Write {
        /// The contact as just read: what tags are merged with.
        fresh: Box<Contact>,
        /// What to change; nothing in it is already so.
        patch: Patch,
    },
    /// Read the contact whole again and call [`Save::on_read`].
    ReadBack,
    /// The end.
    Done(Box<SaveOutcome>),
}

/// Whether what is stored is what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It is.
    Verified,
    /// It is not; `old` is what was asked, `new` what is stored.
    Drifted(Vec<Change>),
    /// It could not be read back; says why.
    Unknown(String),
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it travels in a box"
)]
pub enum SaveOutcome {
    /// Everything was already so; nothing was sent.
    Unchanged {
        /// The contact as read.
        contact: Contact,
    },
    /// The write was accepted.
    Applied {
        /// The contact right before the write.
        before: Contact,
        /// The contact as stored, or as asked where it could not be read back.
        after: Contact,
        /// What the write changed.
        changes: Vec<Change>,
        /// Whether that was seen to be stored.
        check: Check,
    },
    /// The provider refused the values.
    Refused {
        /// Its own words.
        message: String,
        /// The fields it named.
        fields: Vec<FieldProblem>,
        /// The contact as it is now, when an earlier request of the same save was accepted.
        stored: Option<Contact>,
    },
    /// Fields that this edit changes were changed by somebody else meanwhile. Nothing was sent.
    Conflict {
        /// The contact as it is now.
        theirs: Contact,
        /// The fields in question: `old` as the form was opened, `new` as stored now.
        changes: Vec<Change>,
    },
    /// Nothing was stored.
    Failed {
        /// Why.
        trouble: Trouble,
    },
    /// It is not known whether the change was stored.
    Unknown {
        /// Why.
        trouble: Trouble,
    },
}

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
    Unclear(Trouble),
}

/// One save. See the module's diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Save {
    base: Contact,
    patch: Patch,
    table: FieldTable,
    force: bool,
    state: State,
}

impl Save {
    /// Begins a save of `patch`, made while looking at `base`. With `force` a conflict is written
    /// over.
    pub fn new(base: Contact, patch: Patch, table: FieldTable, force: bool) -> (Self, Step) {
        let save = Self {
            base,
            patch,
            table,
            force,
            state: State::Reading,
        };
        (save, Step::Read)
    }

    /// Takes the result of [`Step::Read`] or [`Step::ReadBack`].
    pub fn on_read(&mut self, result: Result<Contact, Trouble>) -> Step {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Reading => match result {
                Ok(fresh) => self.check(fresh),
                Err(trouble) => done(SaveOutcome::Failed { trouble }),
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
            WriteResult::Answered(Some(answer))
                if patch.tags.is_empty() || answer.tags_read == TagsRead::All =>
            {
                let asked = patch.apply(&fresh);
                if diff::drift(&asked, &answer, &patch, &self.table).is_empty() {
                    let after = with_tags_of(*answer, &asked);
                    return done(applied(*fresh, after, &patch, Check::Verified));
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
                    stored: None,
                });
            }
            WriteResult::Rejected {
                message,
                fields,
                partly: true,
            } => AfterWrite::Refused { message, fields },
            WriteResult::Failed(trouble) => return done(SaveOutcome::Failed { trouble }),
            WriteResult::Unclear(trouble) => AfterWrite::Unclear(trouble),
        };
        self.state = State::Verifying {
            fresh,
            patch,
            after_write,
        };
        Step::ReadBack
    }

    fn check(&mut self, fresh: Contact) -> Step {
        let conflicts = diff::conflicts(&self.base, &fresh, &self.patch);
        if !conflicts.is_empty() && !self.force {
            return done(SaveOutcome::Conflict {
                theirs: fresh,
                changes: conflicts,
            });
        }
        let patch = self.effective(&fresh);
        if patch.is_empty() {
            return done(SaveOutcome::Unchanged { contact: fresh });
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

    /// The part of the patch that is not already so, under the provider's rule for tag names.
    fn effective(&self, fresh: &Contact) -> Patch {
        let mut patch = self.patch.effective(fresh);
        if self.table.tags.ignore_case {
            patch
                .tags
                .add
                .retain(|t| !diff::contains(&fresh.tags, t, true));
            patch.tags.remove = self
                .patch
                .tags
                .remove
                .iter()
                .flat_map(|gone| {
                    let same = |t: &&String| t.to_lowercase() == gone.to_lowercase();
                    fresh.tags.iter().filter(same).cloned().collect::<Vec<_>>()
                })
                .collect();
        }
        patch
    }

    fn settle(
        &self,
        fresh: Contact,
        patch: &Patch,
        after_write: AfterWrite,
        read: Result<Contact, Trouble>,
    ) -> Step {
        let asked = patch.apply(&fresh);
        let outcome = match (after_write, read) {
            (AfterWrite::Accepted { .. }, Ok(stored)) => {
                let drift = diff::drift(&asked, &stored, patch, &self.table);
                let check = if drift.is_empty() {
                    Check::Verified
                } else {
                    Check::Drifted(drift)
                };
                applied(fresh, stored, patch, check)
            }
            (AfterWrite::Accepted { answered }, Err(trouble)) => {
                let why = format!("accepted, but reading it back failed: {trouble}");
                let after = answered.map_or_else(|| asked.clone(), |a| with_tags_of(*a, &asked));
                applied(fresh, after, patch, Check::Unknown(why))
            }
            (AfterWrite::Refused { message, fields }, read) => SaveOutcome::Refused {
                message,
                fields,
                stored: read.ok(),
            },
            (AfterWrite::Unclear(trouble), Ok(stored)) => {
                if diff::drift(&asked, &stored, patch, &self.table).is_empty() {
                    applied(fresh, stored, patch, Check::Verified)
                } else if diff::changes(&fresh, &stored).is_empty() {
                    SaveOutcome::Failed { trouble }
                } else {
                    SaveOutcome::Unknown { trouble }
                }
            }
            (AfterWrite::Unclear(trouble), Err(_)) => SaveOutcome::Unknown { trouble },
        };
        done(outcome)
    }
}

fn done(outcome: SaveOutcome) -> Step {
    Step::Done(Box::new(outcome))
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

/// An answer that does not carry tags keeps those that were asked for or stood there.
fn with_tags_of(mut answer: Contact, asked: &Contact) -> Contact {
    if answer.tags_read != TagsRead::All {
        answer.tags = asked.tags.clone();
        answer.tags_read = asked.tags_read;
    }
    answer
}

fn out_of_turn() -> SaveOutcome {
    let message = "a result arrived that no step had asked for";
    SaveOutcome::Unknown {
        trouble: Trouble::new(crate::domain::TroubleKind::Local, message)
            .with_hint("read the contact again to see what is stored"),
    }
}

#[cfg(test)]
mod tests;
