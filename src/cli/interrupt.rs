//! Waiting in headless commands. On Ctrl-C reading is dropped at once, and a write under way is waited
//! for; a pause that the server asks for is told.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use jiff::SignedDuration;

use super::output::{Output, complain};
use crate::app::clock;
use crate::app::session::Session;
use crate::domain::{Trouble, TroubleKind};

/// How often is looked for a pause.
const LOOK: Duration = Duration::from_millis(200);

/// Shorter pauses are not worth a line.
const WORTH_TELLING: SignedDuration = SignedDuration::from_secs(2);

/// Does `work` until it ends; `None` where Ctrl-C came first. What `work` does when it begins is done with
/// Ctrl-C listened for already.
///
/// # Errors
/// When the signal can not be waited for.
pub async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Result<Option<T>, Trouble> {
    tokio::select! {
        biased;
        interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| None).map_err(no_signal),
        done = work => Ok(Some(done)),
    }
}

/// How a piece of work ended that Ctrl-C does not simply end.
pub enum Ended<T> {
    /// By itself.
    Done(T),
    /// By itself, after Ctrl-C.
    DoneAfterAll(T),
    /// It was left after Ctrl-C was pressed twice; what came of it is not known.
    Left,
}

/// Does `work` to its end, in a task of its own. The first Ctrl-C only tells that it is waited for, the
/// second one leaves it.
///
/// # Errors
/// When the signal can not be waited for, or the task failed.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<Ended<T>, Trouble> {
    let mut task = tokio::spawn(work);
    let stopped = |e: tokio::task::JoinError| {
        Trouble::new(
            TroubleKind::Local,
            format!("the save stopped unexpectedly: {e}"),
        )
        .with_hint("`cardex show` tells what is stored now")
    };
    if let Some(done) = unless_interrupted(&mut task).await? {
        return done.map(Ended::Done).map_err(stopped);
    }
    complain(
        "Interrupted; waiting for the change that is under way, to tell whether it was stored \
         (Ctrl-C again: leave it).",
    );
    match unless_interrupted(task).await? {
        Some(done) => done.map(Ended::DoneAfterAll).map_err(stopped),
        None => Ok(Ended::Left),
    }
}

/// Does `work`; when it has to wait because the server had too many requests, says until when.
pub async fn telling_waits<T>(session: &Session, out: Output, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut told = None;
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = clock::now();
        let long = |until: &jiff::Timestamp| until.duration_since(now) > WORTH_TELLING;
        let held = session.held_until().filter(long);
        if held.is_some() && held != told {
            told = held;
            let until = held.map(|t| t.strftime("%H:%M:%S UTC").to_string());
            out.remark(&format!(
                "Waiting until {}: the server has had too many requests (429).",
                until.unwrap_or_default()
            ));
        }
    }
}

fn no_signal(error: std::io::Error) -> Trouble {
    Trouble::new(TroubleKind::Local, format!("waiting for Ctrl-C: {error}"))
}
