//! What the list is told: an account that opened, rows, marks, drafts, changes in the store.

use super::List;
use crate::domain::ContactId;
use crate::tui::model::Notice;
use crate::tui::msg::{Msg, Opened};
use crate::tui::screen::{Ctx, Exit, Outcome};

impl List {
    pub(super) fn told(&mut self, msg: Msg, ctx: &mut Ctx<'_>) -> Outcome {
        match msg {
            Msg::Opened(opened) => {
                self.reset(&opened);
                Outcome::nothing()
            }
            Msg::StoreChanged => {
                if self.touched {
                    self.follow_cursor();
                }
                self.restart_quietly();
                Outcome::nothing()
            }
            Msg::Rows { ticket, rows } => {
                let outcome = self.take(ticket, rows, ctx.desk);
                self.resume(outcome, ctx)
            }
            Msg::Picked { ticket, result } => {
                let outcome = self.picked(ticket, result, ctx);
                self.resume(outcome, ctx)
            }
            Msg::Gathering { ticket, loading } => {
                self.gathers(ticket, loading);
                Outcome::nothing()
            }
            Msg::Searched { ticket, result } => self.searched(ticket, result),
            Msg::Drafts(drafts) => self.greet(&drafts),
            _ => Outcome::nothing(),
        }
    }

    /// What waited for an answer goes on, as far as it can.
    fn resume(&mut self, mut outcome: Outcome, ctx: &mut Ctx<'_>) -> Outcome {
        let mut waiting = std::mem::take(&mut self.deferred);
        while let Some(action) = waiting.pop_front() {
            if self.must_wait(action) {
                waiting.push_front(action);
                break;
            }
            let next = self.act(action, ctx);
            outcome.effects.extend(next.effects);
            outcome.notice = next.notice.or(outcome.notice);
            if next.exit != Exit::Stay {
                outcome.exit = next.exit;
                waiting.clear();
            }
            if !self.deferred.is_empty() {
                break;
            }
        }
        self.deferred.extend(waiting);
        outcome
    }

    fn reset(&mut self, opened: &Opened) {
        *self = Self {
            order: opened.settings.order,
            columns: opened.settings.columns.clone(),
            details: opened.settings.details,
            ..Self::default()
        };
    }

    /// Says at start which drafts are kept, and sends the cursor to the newest.
    fn greet(&mut self, drafts: &[(ContactId, String, jiff::Timestamp)]) -> Outcome {
        if std::mem::replace(&mut self.greeted, true) {
            return Outcome::nothing();
        }
        let Some((id, title, _)) = drafts.iter().max_by_key(|d| d.2) else {
            return Outcome::nothing();
        };
        let title = crate::domain::shown::one_line(title);
        let text = match drafts.len() {
            1 => format!("1 draft kept: {title}"),
            n => format!("{n} drafts kept, the newest: {title}"),
        };
        if self.cursor == 0 && !self.is_filtered() && !self.typing {
            self.follow = Some((id.clone(), 0));
            self.greeting = Some(format!("{text} — e opens it"));
            self.restart();
        }
        Outcome::notice(Notice::info(format!("{text} (marked ✎)")))
    }
}
