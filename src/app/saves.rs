//! Saves in the background: each ends with a message, whatever happens to it, and is finished also when the
//! person has left.

use std::time::Duration;

use crate::app::session::Session;
use crate::app::teller::Teller;
use crate::domain::{Contact, Patch, Trouble, TroubleKind};
use crate::engine::{Permits, RunId, SaveOutcome};
use crate::tui::msg::{Msg, Ticket};

/// How long a save may take before the person is told what is being waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A save and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct LastSave {
    /// What to call the contact.
    pub title: String,
    /// How it ended.
    pub outcome: SaveOutcome,
}

/// What is told while a save waits for a run.
pub fn waits_for(run: RunId) -> String {
    format!("run {run} is at this contact; saving waits some seconds for it")
}

/// Saves, and tells how it ended.
pub async fn save(
    session: Session,
    teller: Teller,
    ticket: Ticket,
    base: Contact,
    patch: Patch,
    permits: Permits,
) -> LastSave {
    let (title, id) = (base.title().to_string(), base.id.clone());
    let (saving, waits) = (session.clone(), teller.clone());
    let mut work = tokio::spawn(async move {
        let tell = |run| waits.tell(Msg::Said(waits_for(run)));
        saving.save_telling(base, patch, permits, tell).await
    });
    let ended = loop {
        tokio::select! {
            ended = &mut work => break ended,
            () = tokio::time::sleep(PATIENCE) => {
                if let Some(until) = session.held_until() {
                    teller.tell(Msg::Said(format!(
                        "the provider asked for a pause: saving goes on at {} UTC",
                        until.strftime("%H:%M:%S")
                    )));
                }
            }
        }
    };
    let outcome = ended.unwrap_or_else(|_| SaveOutcome::Unknown {
        trouble: Trouble::new(
            TroubleKind::Local,
            format!("saving contact {id}: cardex failed"),
        )
        .with_hint("this is a fault of cardex; read the contact again to see what is stored"),
        stored: None,
    });
    teller.tell(Msg::Saved {
        ticket,
        outcome: Box::new(outcome.clone()),
    });
    teller.tell(Msg::StoreChanged);
    LastSave { title, outcome }
}
