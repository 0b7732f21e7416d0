//! Where two would write at the same time: one driver a run, one run at a contact.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::session::{Session, store_trouble};
use crate::domain::{ContactId, Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::store::RunLock;

/// How long a row waits at a time for another run at its contact; it has some turns. A run that is told to stop does
/// not end sooner.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often is looked whether it has gone.
const LOOK: Duration = Duration::from_millis(100);

/// The right to drive a run.
///
/// # Errors
/// Somebody drives it already, or that can not be told.
pub(super) fn locked(session: &Session, run: RunId) -> Result<RunLock, Trouble> {
    let lock = session.journal().lock_run(run);
    let lock = lock.map_err(|e| store_trouble(&format!("resuming run {run}"), &e))?;
    lock.ok_or_else(|| {
        let message = format!("run {run} is under way in another cardex");
        Trouble::new(TroubleKind::Invalid, message).with_hint("pause or stop it there first")
    })
}

/// Waits while a run has a contact open, and somebody drives it.
pub(super) async fn until_let_go(session: &Session, id: &ContactId, by: RunId) {
    let (store, name) = (session.journal(), &session.account().name);
    let until = Instant::now() + PATIENCE;
    while store.is_driven(by) && Instant::now() < until {
        let holder = store.holder(name, id).await;
        // Where it can not be read, writing the intent says so.
        if !matches!(holder, Ok(Some(run)) if run == by) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}
