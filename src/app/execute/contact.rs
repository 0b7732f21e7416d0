//! What the screen asks about single contacts: finding some, reading it, its draft, what a change would send, who has a value.

use super::Shell;
use crate::app::{describe, loader};
use crate::domain::{Contact, ContactId, Draft, FieldKey, Filter, Patch};
use crate::tui::msg::{Msg, Ticket};

impl Shell {
    pub(super) fn read(&mut self, ticket: Ticket, id: ContactId) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.spawn(async move {
            let result = session.read_soon(&id).await;
            if let Ok(contact) = &result {
                session.remember_contact(contact).await;
            }
            sender.tell(Msg::ContactRead {
                ticket,
                result: result.map(Box::new),
            });
            sender.tell(Msg::StoreChanged);
        });
    }

    pub(super) fn read_draft(&mut self, ticket: Ticket, id: ContactId) {
        let reply = self
            .session
            .store()
            .draft(&self.session.account().name, &id);
        self.ask("reading the draft", reply, move |draft| {
            let draft = draft.map(Box::new);
            Some(Msg::DraftRead { ticket, draft })
        });
    }

    pub(super) fn keep_draft(&mut self, draft: &Draft) {
        let kept = self.session.store().put_draft(draft);
        self.ask("keeping the draft", kept, |()| None);
        // Which drafts there are changes with the first letter of a form, not with each.
        if self.drafted.as_ref() != Some(&draft.base.id) {
            self.drafted = Some(draft.base.id.clone());
            self.start_drafts();
        }
    }

    pub(super) fn drop_draft(&mut self, id: &ContactId) {
        let store = self.session.store();
        let dropped = store.delete_draft(&self.session.account().name, id);
        self.ask("forgetting the draft", dropped, |_| None);
        self.drafted = None;
        self.start_drafts();
    }

    pub(super) fn start_drafts(&mut self) {
        let reply = self.session.store().drafts(&self.session.account().name);
        self.ask("reading the drafts", reply, |drafts| {
            Some(Msg::Drafts(drafts.iter().map(describe::draft).collect()))
        });
    }

    pub(super) fn preview(&mut self, ticket: Ticket, base: Box<Contact>, patch: Patch) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.spawn(async move {
            let result = session.preview(&base, &patch).await;
            sender.tell(Msg::Previewed { ticket, result });
        });
    }

    pub(super) fn search(&mut self, ticket: Ticket, filter: Filter) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.spawn(async move {
            let result = loader::search(&session, &filter).await;
            sender.tell(Msg::Searched { ticket, result });
            sender.tell(Msg::StoreChanged);
        });
    }

    pub(super) fn find_holder(
        &mut self,
        ticket: Ticket,
        key: FieldKey,
        value: String,
        but: ContactId,
    ) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.spawn(async move {
            let result = session.holder(key, &value, &but).await;
            sender.tell(Msg::Holder {
                ticket,
                key,
                result: result.map(|found| found.map(Box::new)),
            });
        });
    }
}
