//! The end of a save whose form was left: said, and its draft dropped where all of it is stored.

use jiff::Timestamp;

use super::Turn;
use crate::domain::ContactId;
use crate::engine::SaveOutcome;
use crate::tui::effect::Effect;
use crate::tui::msg::Ticket;
use crate::tui::screen::Screen;
use crate::tui::screen::form::afterwards;

impl Turn<'_> {
    /// A save ended. Where its form was left, the end is said here and the draft is dropped when all of
    /// it is stored.
    pub(super) fn saved(&mut self, ticket: Ticket, outcome: &SaveOutcome) {
        let Some(at) = self.model.sent.iter().position(|s| s.ticket == ticket) else {
            return;
        };
        let sent = self.model.sent.remove(at);
        let forms = self.model.stack.iter().filter_map(|s| match s {
            Screen::Form(form) => Some(form),
            _ => None,
        });
        let mut open = false;
        for form in forms {
            if form.awaits(ticket) {
                return;
            }
            open |= form.base.id == sent.id;
        }
        let (notice, done) = afterwards(&sent.name, outcome);
        self.model.notice = Some(notice);
        let newer = |(id, _, at): &(ContactId, String, Timestamp)| *id == sent.id && *at > sent.at;
        let desk = &self.model.desk;
        let here = desk
            .account
            .as_ref()
            .is_some_and(|a| a.name == sent.account);
        if done && here && !open && !self.model.desk.drafts.iter().any(newer) {
            self.effects.push(Effect::DropDraft(sent.id));
        }
    }
}
