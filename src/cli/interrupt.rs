//! Ctrl-C in headless commands: reading is dropped at once, a write under way is waited for.

use std::future::Future;

use super::output::complain;
use crate::domain::{Trouble, TroubleKind};

/// Does `work` until it ends; `None` where Ctrl-C came first.
///
/// # Errors
/// When the signal can not be waited for.
pub async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Result<Option<T>, Trouble> {
    tokio::select! {
        done = work => Ok(Some(done)),
        interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| None).map_err(no_signal),
    }
}

/// Does `work` to its end, in a task of its own; Ctrl-C only tells that it is waited for. Gives whether
/// it was pressed.
///
/// # Errors
/// When the signal can not be waited for, or the task failed.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<(T, bool), Trouble> {
    let mut task = tokio::spawn(work);
    let stopped = |e: tokio::task::JoinError| {
        Trouble::new(
            TroubleKind::Local,
            format!("the save stopped unexpectedly: {e}"),
        )
        .with_hint("`cardex show` tells what is stored now")
    };
    tokio::select! {
        done = &mut task => return done.map(|done| (done, false)).map_err(stopped),
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(no_signal)?,
    }
    complain(
        "Interrupted; waiting for the change that is under way, to tell whether it was stored.",
    );
    task.await.map(|done| (done, true)).map_err(stopped)
}

fn no_signal(error: std::io::Error) -> Trouble {
    Trouble::new(TroubleKind::Local, format!("waiting for Ctrl-C: {error}"))
}
