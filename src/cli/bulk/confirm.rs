//! Asking before many contacts are changed: up to 25 with a letter, more with their number.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::domain::{Trouble, TroubleKind};

/// More contacts than this are confirmed by typing their number.
const BY_LETTER: usize = 25;

/// Whether there is somebody to ask; without a terminal the command line itself was the decision.
pub(super) fn asks(yes: bool) -> bool {
    !yes && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks; whether it was confirmed.
pub(super) fn confirmed(contacts: usize) -> io::Result<bool> {
    let mut error = io::stderr();
    match contacts > BY_LETTER {
        true => write!(error, "Type {contacts} to change so many contacts: ")?,
        false => write!(error, "Change them? [y/N] ")?,
    }
    error.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    Ok(match contacts > BY_LETTER {
        true => answer == contacts.to_string(),
        false => matches!(answer, "y" | "Y" | "yes"),
    })
}

/// Nobody could be asked.
pub(super) fn not_asked(why: &str) -> Trouble {
    let message = format!("asking for confirmation: {why}; nothing was sent");
    Trouble::new(TroubleKind::Local, message).with_hint("--yes goes on without asking")
}
