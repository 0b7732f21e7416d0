//! Asking before many contacts are changed: up to 25 with a letter, more with their number.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::cli::interrupt::unless_interrupted;
use crate::domain::{Trouble, TroubleKind};
use crate::engine::plan::BY_LETTER;

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// Whether to change so many contacts.
    Change(usize),
    /// Whether to do what the sentence says.
    Do(String),
}

/// Whether there is somebody to ask; without a terminal the command line itself was the decision.
pub fn asks(yes: bool) -> bool {
    !yes && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks; whether to go on, or Ctrl-C was the answer.
///
/// # Errors
/// The answer was no, or nobody could be asked.
pub async fn ask(question: Question) -> Result<bool, Trouble> {
    // Not before Ctrl-C is listened for: whoever sees the question may answer with that.
    let asked = async { tokio::task::spawn_blocking(move || confirmed(&question)).await };
    match unless_interrupted(asked).await? {
        None => Ok(false),
        Some(Ok(Ok(true))) => Ok(true),
        Some(Ok(Ok(false))) => Err(Trouble::new(
            TroubleKind::Local,
            "not confirmed; nothing was done",
        )),
        Some(Ok(Err(e))) => Err(not_asked(&e.to_string())),
        Some(Err(e)) => Err(not_asked(&e.to_string())),
    }
}

fn confirmed(question: &Question) -> io::Result<bool> {
    let mut error = io::stderr();
    match question {
        Question::Change(contacts) if *contacts > BY_LETTER => {
            write!(error, "Type {contacts} to change so many contacts: ")?;
        }
        Question::Change(_) => write!(error, "Change them? [y/N] ")?,
        Question::Do(what) => write!(error, "{what} [y/N] ")?,
    }
    error.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    Ok(match question {
        Question::Change(contacts) if *contacts > BY_LETTER => answer == contacts.to_string(),
        Question::Change(_) | Question::Do(_) => matches!(answer, "y" | "Y" | "yes"),
    })
}

/// Nobody could be asked.
fn not_asked(why: &str) -> Trouble {
    let message = format!("asking for confirmation: {why}; nothing was done");
    Trouble::new(TroubleKind::Local, message).with_hint("--yes goes on without asking")
}
