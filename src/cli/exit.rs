//! Exit codes, a part of the command line's contract.

use crate::app::saves::LastSave;
use crate::domain::{Trouble, TroubleKind};
use crate::engine::{Check, SaveOutcome};

/// Done.
pub const DONE: u8 = 0;
/// An error that has no code of its own.
pub const ERROR: u8 = 1;
/// Wrong usage or an invalid value; nothing was sent.
pub const INVALID: u8 = 2;
/// Nothing matched, or what was named does not exist.
pub const NOTHING: u8 = 3;
/// Not signed in, or not allowed.
pub const SIGN_IN: u8 = 4;
/// Some of it was applied.
pub const PARTLY: u8 = 5;
/// A conflict, or what is stored differs from what was asked.
pub const CONFLICT: u8 = 6;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// The code for a failure.
pub fn of_trouble(trouble: &Trouble) -> u8 {
    match trouble.kind {
        TroubleKind::Invalid => INVALID,
        TroubleKind::NotFound => NOTHING,
        TroubleKind::SignIn | TroubleKind::Forbidden => SIGN_IN,
        TroubleKind::Rejected
        | TroubleKind::Throttled
        | TroubleKind::Network
        | TroubleKind::Server
        | TroubleKind::Malformed
        | TroubleKind::Local => ERROR,
    }
}

/// The code for the end of a save.
pub fn of_outcome(outcome: &SaveOutcome) -> u8 {
    match outcome {
        SaveOutcome::Unchanged { .. } => DONE,
        SaveOutcome::Applied { check, .. } => match check {
            // What can not be read back by its nature was accepted like everything else.
            Check::Verified | Check::Unprovable(_) | Check::Merged { allowed: true, .. } => DONE,
            Check::Drifted(_) | Check::Merged { allowed: false, .. } => CONFLICT,
            Check::Unknown(_) => ERROR,
        },
        SaveOutcome::Refused { partly: true, .. } | SaveOutcome::Failed { partly: true, .. } => {
            PARTLY
        }
        SaveOutcome::Refused { partly: false, .. } => ERROR,
        SaveOutcome::Conflict { .. } => CONFLICT,
        SaveOutcome::Guarded { .. } => INVALID,
        SaveOutcome::Failed { trouble, .. } => of_trouble(trouble),
        SaveOutcome::Unknown { trouble, .. } => match trouble.kind {
            TroubleKind::SignIn | TroubleKind::Forbidden => SIGN_IN,
            _ => ERROR,
        },
    }
}

/// The code for leaving the screen while saves were under way: that of the one that went worst.
pub fn of_last(saves: &[LastSave]) -> u8 {
    let codes = saves.iter().map(|s| of_outcome(&s.outcome));
    codes.max().unwrap_or(DONE)
}
