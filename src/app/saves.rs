//! Saves in the background: each ends with a message, whatever happens to it, and is finished also when the
//! person has left.

use crate::app::session::Session;
use crate::app::teller::Teller;
use crate::domain::{Contact, Patch, Trouble, TroubleKind};
use crate::engine::SaveOutcome;
use crate::tui::msg::{Msg, Ticket};

/// A save and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct LastSave {
    /// What to call the contact.
    pub title: String,
    /// How it ended.
    pub outcome: SaveOutcome,
}

/// Saves, and tells how it ended.
pub async fn save(
    session: Session,
    teller: Teller,
    ticket: Ticket,
    base: Contact,
    patch: Patch,
    force: bool,
) -> LastSave {
    let (title, id) = (base.title().to_string(), base.id.clone());
    let saving = session.clone();
    let ended = tokio::spawn(async move { saving.save(base, patch, force).await }).await;
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
