//! What the screen asks about single contacts: finding some, reading it, its draft, what a change would send, who has a value.

use super::Shell;
use crate::app::loader;
use crate::domain::{Contact, ContactId, FieldKey, Filter, Patch};
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
