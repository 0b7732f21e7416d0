//! What the screen asks for around the contacts: the browser, another account, the request log, list settings.

use super::{SETTINGS, Shell};
use crate::app::outside::Outside;
use crate::app::{browser, describe};
use crate::domain::{AccountName, ContactId, Trouble, TroubleKind};
use crate::tui::msg::{Msg, Settings};

impl Shell {
    pub(super) fn open_in_browser(&self, id: &ContactId) {
        match self.session.web_page(id) {
            Some(address) => match browser::open(&address) {
                Ok(()) => self.tell(Msg::Said(format!("opening {address}"))),
                Err(trouble) => self.say(trouble),
            },
            None => self.say(Trouble::new(
                TroubleKind::Invalid,
                "opening the contact's web page: this provider has none",
            )),
        }
    }

    pub(super) fn open_account(&mut self, name: &AccountName) -> Option<Outside> {
        let account = self.setup.config.account(name);
        // The demonstration store may have to be filled, which waits.
        match account.and_then(|a| tokio::task::block_in_place(|| self.setup.open(a))) {
            Ok(session) => {
                self.session = session;
                self.practice = false;
                Some(Outside::Opened)
            }
            Err(trouble) => {
                self.tell(Msg::OpenFailed(trouble));
                None
            }
        }
    }

    pub(super) fn follow_log(&mut self, follow: bool) {
        if let Some(task) = self.log.take() {
            task.abort();
        }
        if !follow {
            return;
        }
        let (log, sender) = (self.setup.log.clone(), self.sender.clone());
        let task = tokio::spawn(describe::follow_log(log, sender));
        self.log = Some(task.abort_handle());
    }

    pub(super) fn remember(&mut self, settings: Settings) {
        let value = serde_json::to_value(settings).unwrap_or_default();
        let name = &self.session.account().name;
        let reply = self.session.store().set_setting(name, SETTINGS, &value);
        self.ask("remembering list settings", reply, |()| None);
    }
}
