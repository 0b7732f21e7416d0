//! From a plan to a run in the store.

use std::sync::Arc;

use crate::app::clock;
use crate::app::session::{Session, store_trouble};
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::engine::plan::Plan;
use crate::store::RunKind;

/// Keeps a plan as a run of this account; nothing is sent before it is driven.
///
/// # Errors
/// The account is read-only, the plan is another account's, or it can not be kept.
pub async fn begin(session: &Session, plan: Arc<Plan>) -> Result<RunId, Trouble> {
    let account = session.account();
    if account.read_only {
        return Err(session.read_only());
    }
    let header = &plan.header;
    if header.provider != account.provider || header.place != session.place_text() {
        let message = format!(
            "applying the plan: it was made for {} ({}) and not for the contacts of {}",
            header.account, header.provider, account.name
        );
        return Err(Trouble::new(TroubleKind::Invalid, message).with_hint(
            "choose the account that it was made for with --account; nothing was sent",
        ));
    }
    if header.allowed.opt_in && header.reason.is_none() {
        let message = "applying the plan: it widens consent, and gives no reason";
        return Err(Trouble::new(TroubleKind::Invalid, message)
            .with_hint("make it again with --allow-opt-in and --reason; nothing was sent"));
    }
    let begun = session
        .contacts()
        .begin_run(&account.name, RunKind::Bulk, plan, clock::now())
        .await;
    begun.map_err(|e| store_trouble("starting the run", &e))
}
