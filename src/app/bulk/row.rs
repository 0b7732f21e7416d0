//! A row that is under way, and what comes of its tasks.

use jiff::Timestamp;

use crate::app::session::Session;
use crate::config::Account;
use crate::domain::{Contact, ContactId, Trouble};
use crate::engine::journal::RunId;
use crate::engine::plan::{base_of, base_of_unread};
use crate::engine::run::{Hold, Task};
use crate::engine::save::WriteResult;
use crate::provider::Target;
use crate::store::{Mark, RunTask};
use crate::transport::Priority;

/// What came of a task, and of which row it was.
pub(super) enum Came {
    /// The contact was read.
    Read(u32, Result<Contact, Trouble>),
    /// The contact was written to.
    Written(u32, WriteResult),
    /// A run was waited for that was at the contact; how it is in the way now.
    Waited(u32, RunId, Hold),
}

/// A row that is under way.
pub(super) struct Row {
    /// The contact.
    pub id: ContactId,
    /// As it is known here.
    pub known: Contact,
    /// When it was written to.
    pub written_at: Option<Timestamp>,
    /// Whether more is needed than a list tells.
    pub whole: bool,
    /// How far the journal was written before anything of it was read.
    pub mark: Mark,
}

impl Row {
    /// What is needed of a row while it is under way, and what the machine needs of it.
    pub(super) fn begin(account: &Account, task: RunTask) -> (Self, Task) {
        let blank = || Contact::new(task.id.clone(), account.name.clone(), account.provider);
        let known = task.known.unwrap_or_else(blank);
        let record = task.record.as_deref();
        let base = match &task.changes {
            Some(changes) => base_of(known.clone(), changes, record),
            None => base_of_unread(known.clone(), &task.patch, record),
        };
        let row = Self {
            whole: !task.patch.attributes.is_empty() || !task.patch.tags.is_empty(),
            id: task.id,
            known,
            written_at: None,
            mark: task.mark,
        };
        let task = Task {
            base,
            patch: task.patch,
            fold: task.fold,
            meanwhile: task.meanwhile,
        };
        (row, task)
    }

    /// Reads the contact. `after_write`: to see what became of a write, whoever did it.
    pub(super) fn read(
        &self,
        session: Session,
        after_write: bool,
    ) -> impl Future<Output = Result<Contact, Trouble>> + Send + 'static {
        let (id, contact, whole) = (self.id.clone(), self.known.clone(), self.whole);
        let written_at = self.written_at.filter(|_| after_write);
        async move {
            let contact = session.or_known(contact, after_write).await;
            let target = Target {
                id: &id,
                known: Some(&contact),
                written_at,
                whole,
            };
            let priority = match after_write {
                true => Priority::Finishing,
                false => Priority::Background,
            };
            session.read_target(target, priority).await
        }
    }
}
