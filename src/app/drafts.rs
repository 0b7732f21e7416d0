//! Keeping drafts: one after the other, in the order in which they were typed.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::app::execute::tell;
use crate::app::session::{Session, store_trouble};
use crate::domain::{ContactId, Draft};
use crate::tui::msg::Msg;

/// One thing to do with a draft.
pub enum DraftJob {
    /// Keep it, over an older one of the same contact.
    Keep(Box<Draft>),
    /// Forget the draft of this contact.
    Drop(ContactId),
}

/// Keeps drafts strictly in the order in which they were typed.
pub async fn keep(mut jobs: UnboundedReceiver<(Session, DraftJob)>, sender: UnboundedSender<Msg>) {
    while let Some((session, job)) = jobs.recv().await {
        let account = &session.account().name;
        let done = match job {
            DraftJob::Keep(draft) => session.store().put_draft(&draft).await,
            DraftJob::Drop(id) => session.store().delete_draft(account, &id).await.map(|_| ()),
        };
        match done {
            Ok(()) => {
                if let Ok(drafts) = session.store().drafts(account).await {
                    tell(&sender, Msg::Drafts(drafts.iter().map(draft_row).collect()));
                }
            }
            Err(error) => tell(
                &sender,
                Msg::Failed(store_trouble("keeping the draft", &error)),
            ),
        }
    }
}

/// A draft as the screen lists it: whose, what to call the contact, when last kept.
pub fn draft_row(draft: &Draft) -> (ContactId, String, jiff::Timestamp) {
    (
        draft.base.id.clone(),
        draft.base.title().to_string(),
        draft.saved_at,
    )
}
