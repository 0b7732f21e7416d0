//! What is said of a save whose form was left before it ended.

use crate::domain::shown::one_line;
use crate::engine::{Check, SaveOutcome};
use crate::tui::model::{Notice, sentence};

/// What the last line says of a save whose form was left, and whether its draft is done with.
pub fn afterwards(name: &str, outcome: &SaveOutcome) -> (Notice, bool) {
    let name = one_line(name);
    let again = "what was typed is kept as a draft";
    match outcome {
        SaveOutcome::Applied { check, .. } => match check {
            Check::Verified => (Notice::good(format!("{name}: saved and verified")), true),
            Check::Drifted(rows) => {
                let keys: Vec<&str> = rows.iter().map(|r| r.key.as_str()).collect();
                let words = format!(
                    "{name}: saved, but stored otherwise than asked: {}",
                    keys.join(", ")
                );
                (Notice::warning(words), true)
            }
            Check::Unprovable(why) => (
                Notice::good(format!("{name}: saved; {}", one_line(why))),
                true,
            ),
            Check::Unknown(why) => {
                let words = format!("{name}: sent, not verified: {}", one_line(why));
                (Notice::warning(words), true)
            }
            Check::Merged { gone, into, .. } => {
                let words = format!("{name}: saved, and record {gone} was merged into {into}");
                (Notice::warning(words), true)
            }
        },
        SaveOutcome::Unchanged { .. } => {
            let words = format!("{name}: everything was stored so already");
            (Notice::info(words), true)
        }
        SaveOutcome::Refused { message, .. } => {
            let words = format!("{name}: refused: {}; {again}", one_line(message));
            (Notice::error(words), false)
        }
        SaveOutcome::Guarded { acts, .. } => {
            let said: Vec<&str> = acts.iter().map(|a| a.message.as_str()).collect();
            let words = format!("{name}: not saved: {}; {again}", said.join("; "));
            (Notice::warning(words), false)
        }
        SaveOutcome::Conflict { .. } => {
            let words = format!("{name}: not saved, it was changed meanwhile; {again}");
            (Notice::warning(words), false)
        }
        SaveOutcome::Failed { trouble, .. } => {
            let words = format!("{name}: not saved: {}; {again}", sentence(trouble));
            (Notice::error(words), false)
        }
        SaveOutcome::Unknown { trouble, .. } => {
            let words = format!(
                "{name}: it is not known whether it was stored: {}; {again}",
                sentence(trouble)
            );
            (Notice::warning(words), false)
        }
    }
}
