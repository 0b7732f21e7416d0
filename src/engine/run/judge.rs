//! What the end of one save means for its row of a run.

use super::standing::Halt;
use crate::domain::diff::Change;
use crate::domain::{Trouble, TroubleKind, shown};
use crate::engine::journal::{End, RowFold};
use crate::engine::reason::Reason;
use crate::engine::save::{Check, SaveOutcome};

/// What a row comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judged {
    /// Its end.
    End {
        /// How.
        end: End,
        /// What is stored otherwise than asked.
        otherwise: Vec<Change>,
    },
    /// No fault of this row: it gets another turn.
    Again {
        /// What happened.
        trouble: Trouble,
        /// Whether something may be stored all the same.
        unsettled: bool,
        /// What the whole run waits for, where it has to.
        halt: Option<Halt>,
    },
}

pub(super) fn end(end: End) -> Judged {
    Judged::End {
        end,
        otherwise: Vec::new(),
    }
}

fn failed(reason: Reason, message: String) -> Judged {
    end(End::Failed { reason, message })
}

/// The verdict on the end of a save. `fold`: what the journal holds of the row, the intent of this save included.
pub(super) fn judge(outcome: SaveOutcome, fold: &RowFold) -> Judged {
    match outcome {
        SaveOutcome::Unchanged { .. } => end(match fold.intents.is_empty() {
            true => End::Unchanged {
                why: "already so when its turn came".into(),
            },
            // This run asked for it before, and nobody saw it arrive.
            false => End::Applied {
                note: Some("it was stored by an earlier try".into()),
            },
        }),
        SaveOutcome::Applied { check, .. } => applied(check),
        SaveOutcome::Conflict { changes, .. } => failed(
            Reason::Conflict,
            format!(
                "somebody changed {} since the plan was made; nothing was sent",
                keys(&changes)
            ),
        ),
        SaveOutcome::Guarded { acts, .. } => {
            let act = acts.first();
            let said = act.map(|a| format!("{}: {} ({})", a.key, a.message, a.guard.switch()));
            failed(Reason::NotAllowed, said.unwrap_or_default())
        }
        SaveOutcome::Refused {
            message,
            fields,
            partly,
            stored,
        } => {
            let mut said = message;
            for field in &fields {
                said = format!("{said}; {}: {}", field.key, field.message);
            }
            match partly {
                false => failed(Reason::Refused, said),
                true => partial(Reason::Refused, said, fold, stored),
            }
        }
        SaveOutcome::Failed {
            trouble,
            partly: true,
            stored,
        } => partial(Reason::of(trouble.kind), trouble.message, fold, stored),
        SaveOutcome::Failed { trouble, .. } => nothing_stored(trouble),
        SaveOutcome::Unknown { trouble, .. } => Judged::Again {
            trouble,
            unsettled: true,
            halt: None,
        },
    }
}

fn applied(check: Check) -> Judged {
    match check {
        Check::Verified => end(End::Applied { note: None }),
        Check::Unprovable(what) => end(End::Applied { note: Some(what) }),
        Check::Drifted(rows) => Judged::End {
            end: End::Failed {
                reason: Reason::Drifted,
                message: format!("accepted, but {} is stored otherwise", keys(&rows)),
            },
            otherwise: rows,
        },
        // Accepted is not applied: it is looked at again.
        Check::Unknown(why) => Judged::Again {
            trouble: Trouble::new(TroubleKind::Malformed, why),
            unsettled: true,
            halt: None,
        },
        Check::Merged { gone, into, .. } => failed(
            Reason::Merged,
            format!("the provider merged record {gone} into {into}"),
        ),
    }
}

/// Some of it is stored: what, is told by what was read afterwards.
fn partial(
    reason: Reason,
    message: String,
    fold: &RowFold,
    stored: Option<crate::domain::Contact>,
) -> Judged {
    let message = format!("partly stored: {message}");
    let Some(stored) = stored else {
        return end(End::Unknown { message });
    };
    let asked = fold.intents.last().map(|i| i.changes.as_slice());
    let otherwise = super::look::stored_of(asked.unwrap_or_default(), &stored);
    if otherwise.is_empty() {
        // However it came: all of it is there.
        return end(End::Applied {
            note: Some(message),
        });
    }
    Judged::End {
        end: End::Failed { reason, message },
        otherwise,
    }
}

fn nothing_stored(trouble: Trouble) -> Judged {
    match trouble.kind {
        TroubleKind::SignIn => Judged::Again {
            halt: Some(Halt::SignIn(trouble.clone())),
            trouble,
            unsettled: false,
        },
        TroubleKind::Network | TroubleKind::Server | TroubleKind::Throttled => Judged::Again {
            trouble,
            unsettled: false,
            halt: None,
        },
        // This machine's own failure is the next row's as well.
        TroubleKind::Local => Judged::Again {
            halt: Some(Halt::Store(trouble.clone())),
            trouble,
            unsettled: false,
        },
        kind => failed(Reason::of(kind), trouble.message),
    }
}

fn keys(changes: &[Change]) -> String {
    let keys: Vec<_> = changes.iter().map(|c| shown::one_line(&c.key)).collect();
    keys.join(", ")
}
