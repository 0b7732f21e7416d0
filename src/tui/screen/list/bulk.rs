//! From the marks to a change of many contacts: which contacts are meant, and which screen chooses the change.

use std::sync::Arc;

use super::List;
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::model::Notice;
use crate::tui::msg::Ticket;
use crate::tui::screen::change::Change;
use crate::tui::screen::chosen::Chosen;
use crate::tui::screen::tagging::Tagging;
use crate::tui::screen::{Ctx, Exit, Outcome, Screen};

impl List {
    /// Asks for the marked contacts in the order of the list, fixed as they are now; `None` where nothing
    /// is marked. Answered by `Msg::Frozen` with the ticket.
    pub fn freeze(&self, ctx: &mut Ctx<'_>) -> Option<(Ticket, Effect)> {
        if self.selection.is_empty() {
            return None;
        }
        let ticket = ctx.tickets.draw();
        let effect = Effect::Freeze {
            ticket,
            marks: Arc::clone(self.selection.marks()),
            filter: self.filter(),
            order: self.order,
        };
        Some((ticket, effect))
    }

    /// The filter whose matches are what is marked, where it is one: the marks of `*`, and none changed since.
    fn source(&self) -> Option<String> {
        let (filter, marks) = self.marking.source.as_ref()?;
        (marks == self.selection.marks()).then(|| filter.clone())
    }

    /// Opens what changes the marked contacts; where nothing is marked, the one under the cursor.
    pub(super) fn change_marked(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(account) = &ctx.desk.account else {
            return Outcome::nothing();
        };
        let tags = account.table.tags.access;
        if action != Action::BulkChange && !tags.can_set() {
            let why = tags.reason().unwrap_or_default();
            let label = account.table.tags.label;
            let words = format!("{label} can not be changed: {why}");
            return Outcome::notice(Notice::warning(words));
        }
        let mut effects = Vec::new();
        let chosen = match (self.freeze(ctx), self.current()) {
            (Some((ticket, effect)), _) => {
                effects.push(effect);
                Chosen::marked(ticket, self.selection.len(), self.source())
            }
            (None, Some(contact)) => Chosen::one(contact),
            (None, None) => {
                let words = "nothing is marked, and there is no contact under the cursor";
                return Outcome::notice(Notice::info(words));
            }
        };
        let typed = match action {
            Action::AddTag => "+",
            Action::RemoveTag => "-",
            _ => "",
        };
        let screen = match action {
            Action::BulkChange => Screen::Change(Box::new(Change::open(chosen))),
            _ => match Tagging::open(chosen, typed, ctx) {
                Some((tagging, count)) => {
                    effects.extend(count);
                    Screen::Tagging(Box::new(tagging))
                }
                None => return Outcome::nothing(),
            },
        };
        Outcome {
            effects,
            exit: Exit::Open(screen),
            notice: None,
        }
    }
}
