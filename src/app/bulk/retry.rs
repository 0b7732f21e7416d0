//! Finding the rows of a run that may be tried again.

use crate::app::session::{Session, store_trouble};
use crate::domain::Trouble;
use crate::engine::Reason;
use crate::engine::journal::{Outcome, RunId};

/// Rows read at once.
const CHUNK: usize = 1000;

/// The rows that failed for a reason; without one, all that failed or are not known. Each with whether something of
/// it may be stored. The run counts as not ended then.
///
/// # Errors
/// The journal can not be read.
pub(super) async fn open_again(
    session: &Session,
    run: RunId,
    reason: Option<Reason>,
) -> Result<Vec<(u32, bool)>, Trouble> {
    let store = session.journal();
    let tried = "looking for the rows that failed";
    let mut found = Vec::new();
    let mut from = 0;
    loop {
        let rows = store.run_rows(run, from, CHUNK).await;
        let rows = rows.map_err(|e| store_trouble(tried, &e))?;
        let Some(last) = rows.last() else { break };
        from = last.row + 1;
        for row in rows.iter().filter(|r| r.patch.is_some()) {
            let Some(end) = &row.fold.end else { continue };
            let wanted = match (end.outcome(), reason) {
                (Outcome::Failed, Some(reason)) => end.reason() == Some(reason),
                (Outcome::Failed | Outcome::Unknown, None) => true,
                _ => false,
            };
            if wanted {
                found.push((row.row, end.outcome() == Outcome::Unknown));
            }
        }
    }
    if !found.is_empty() {
        let opened = store.reopen_run(run).await;
        opened.map_err(|e| store_trouble(tried, &e))?;
    }
    Ok(found)
}
