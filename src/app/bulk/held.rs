//! Where two would write at the same time: one driver a run, one run at a contact.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::session::{Session, store_trouble};
use crate::domain::{ContactId, Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::engine::run::Hold;
use crate::store::{Held, RunKind, RunLock};

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
        let message = format!(
            "run {run} is under way in another cardex, or a save takes a contact over from it"
        );
        Trouble::new(TroubleKind::Invalid, message)
            .with_hint("pause or stop it there first; a save is over soon, then try again")
    })
}

/// Waits while a run has a contact open, and somebody drives it; tells how it is in the way afterwards.
pub(super) async fn until_let_go(session: &Session, id: &ContactId, held: Held) -> Hold {
    let (store, name, by) = (session.journal(), &session.account().name, held.by);
    let until = Instant::now() + PATIENCE;
    if !held.still {
        return Hold::Gone;
    }
    loop {
        // Asked for first: a run that ends lets its contacts go before it is let go of itself.
        let driven = store.is_driven(by);
        let holder = store.holder(name, id).await;
        // Where it can not be read, writing the intent says so.
        if !matches!(holder, Ok(Some(run)) if run == by) {
            return Hold::Gone;
        }
        if !driven {
            return Hold::Left;
        }
        if Instant::now() >= until {
            let found = store.run(name, by).await.ok().flatten();
            return match found.map(|r| r.kind) {
                Some(RunKind::Edit) => Hold::Save,
                _ => Hold::Run,
            };
        }
        tokio::time::sleep(LOOK).await;
    }
}
