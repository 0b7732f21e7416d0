//! From a plan to a run in the store.

use std::sync::Arc;

use crate::app::clock;
use crate::app::session::{Session, store_trouble};
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::engine::plan::{Header, Plan};
use crate::store::RunKind;

/// Refuses a plan that is about other contacts than this account's, or widens consent without a reason.
///
/// # Errors
/// Says which.
pub fn fits(session: &Session, header: &Header) -> Result<(), Trouble> {
    let account = session.account();
    // Every local store counts its contacts from 1: only the name tells them apart.
    let elsewhere = session.is_local() && header.account != account.name;
    if elsewhere || header.provider != account.provider || header.place != session.place_text() {
        let message = format!(
            "applying the plan: it was made for {} ({}) and not for the contacts of {}",
            header.account, header.provider, account.name
        );
        return Err(Trouble::new(TroubleKind::Invalid, message).with_hint(
            "choose the account that it was made for with --account; nothing was sent",
        ));
    }
    let said = header.reason.as_deref().unwrap_or_default().trim();
    if header.allowed.opt_in && said.is_empty() {
        let message = "applying the plan: it widens consent, and gives no reason";
        return Err(Trouble::new(TroubleKind::Invalid, message)
            .with_hint("make it again with --allow-opt-in and --reason; nothing was sent"));
    }
    Ok(())
}

/// Keeps a plan as a run of this account; nothing is sent before it is driven. What takes a single edit back is a
/// single edit, too.
///
/// # Errors
/// The account is read-only, the plan does not [fit](fits), or it can not be kept.
pub async fn begin(session: &Session, plan: Arc<Plan>) -> Result<RunId, Trouble> {
    if session.account().read_only {
        return Err(session.read_only());
    }
    fits(session, &plan.header)?;
    let tried = "starting the run";
    let name = &session.account().name;
    let kind = match plan.header.undo_of.filter(|_| plan.rows.len() == 1) {
        None => RunKind::Bulk,
        Some(undone) => {
            let undone = session.journal().run(name, undone).await;
            let undone = undone.map_err(|e| store_trouble(tried, &e))?;
            undone.map_or(RunKind::Bulk, |r| r.kind)
        }
    };
    let journal = session.journal();
    let begun = journal.begin_run(name, kind, plan, clock::now()).await;
    begun.map_err(|e| store_trouble(tried, &e))
}
