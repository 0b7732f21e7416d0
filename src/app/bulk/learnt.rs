//! What a run learns of contacts on its way, put into the mirror many at a time: one transaction for each would cost
//! more than the requests do.

use crate::app::session::Session;
use crate::domain::Contact;

/// So many are put into the mirror at once.
const MANY: usize = 32;

/// Contacts that were read or written, and are not in the mirror yet.
pub(super) struct Learnt {
    session: Session,
    waiting: Vec<Contact>,
}

impl Learnt {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            waiting: Vec::new(),
        }
    }

    /// Takes a contact as it is now; nobody waits for it.
    pub(super) fn take(&mut self, contact: Contact) {
        if self.session.is_local() {
            return;
        }
        self.waiting.push(contact);
        if self.waiting.len() >= MANY {
            let (session, contacts) = (self.session.clone(), std::mem::take(&mut self.waiting));
            tokio::spawn(async move { session.remember_contacts(contacts).await });
        }
    }

    /// Puts the rest into the mirror.
    pub(super) async fn rest(&mut self) {
        let contacts = std::mem::take(&mut self.waiting);
        self.session.remember_contacts(contacts).await;
    }
}
