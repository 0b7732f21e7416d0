//! What the form's keys do, typing aside: moving, saving, discarding, leaving.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::field::{Editor, Field};
use super::{Asked, Form, words};
use crate::domain::shown::one_line;
use crate::domain::validate::Problem;
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::model::Notice;
use crate::tui::screen::review::Review;
use crate::tui::screen::{Ctx, Exit, Outcome, Screen};

/// Rows that PgDn and PgUp move over.
const PAGE: usize = 6;

impl Form {
    pub(super) fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let armed = std::mem::take(&mut self.discard_armed);
        match action {
            Action::Back if self.is_naming() => self.open_name(false),
            Action::Back => return self.leave(ctx.now),
            Action::NextField if self.is_naming() => return self.add_attribute(ctx),
            Action::NextField => self.step(1),
            Action::PrevField => {
                self.open_name(false);
                self.step(-1);
            }
            Action::Down | Action::Up => {
                let down = action == Action::Down;
                let moved = match self.current_mut().map(|f| &mut f.editor) {
                    Some(Editor::Area(area)) => area.move_row(down),
                    _ => false,
                };
                if !moved {
                    self.step(if down { 1 } else { -1 });
                }
            }
            Action::PageDown | Action::PageUp => {
                for _ in 0..PAGE {
                    let last = self.fields.iter().rposition(Field::can_focus);
                    let first = self.fields.iter().position(Field::can_focus);
                    match action {
                        Action::PageDown if Some(self.focus) != last => self.step(1),
                        Action::PageUp if Some(self.focus) != first => self.step(-1),
                        _ => {}
                    }
                }
            }
            Action::Save => return self.save(ctx),
            Action::Reread => {
                let ticket = ctx.tickets.draw();
                self.reading = Some(ticket);
                let id = self.base.id.clone();
                return Outcome::effects(vec![Effect::ReadContact { ticket, id }])
                    .saying(Notice::info("reading the contact again"));
            }
            Action::NextSeen => return self.next_seen(ctx),
            Action::WhoHasIt => return self.who_has_it(ctx),
            Action::DiscardDraft => return self.discard(armed, ctx),
            Action::EditExternally => return self.edit_outside(ctx),
            Action::PickTags => return self.pick_tags("", ctx),
            Action::AddAttribute if self.is_naming() => return self.add_attribute(ctx),
            Action::AddAttribute => {
                if let Some(no) = self.refuses_edit() {
                    return Outcome::notice(no);
                }
                self.open_name(true);
            }
            Action::Revert
            | Action::Repair
            | Action::CycleNext
            | Action::CyclePrev
            | Action::RemoveAttribute => return self.change(action),
            _ => {}
        }
        Outcome::nothing()
    }

    /// Moves the cursor, around the ends.
    pub(super) fn step(&mut self, by: isize) {
        let count = self.fields.len();
        for _ in 0..count {
            let next = self.focus.checked_add_signed(by).unwrap_or(count - 1);
            self.focus = if next >= count { 0 } else { next };
            if self.current().is_some_and(Field::can_focus) {
                return;
            }
        }
    }

    pub(super) fn open_name(&mut self, to: bool) {
        if let Some(Editor::Name { open, .. }) = self.current_mut().map(|f| &mut f.editor) {
            *open = to;
        }
    }

    pub(super) fn discard(&mut self, armed: bool, ctx: &mut Ctx<'_>) -> Outcome {
        let edits = self.edits();
        if edits.is_empty() {
            return Outcome::notice(Notice::info("nothing was changed"));
        }
        let count = words::counted(edits.len(), "changed field", "changed fields");
        if !armed {
            self.discard_armed = true;
            return Outcome::notice(Notice::warning(format!(
                "press the key again to discard {count}; any other key keeps them"
            )));
        }
        self.parked.clear();
        self.rebuild(&ctx.desk.vocabulary, &BTreeMap::new());
        self.banner = None;
        self.restored = None;
        Outcome::notice(Notice::info(format!("{count} discarded")))
    }

    pub(super) fn leave(&mut self, now: Timestamp) -> Outcome {
        // A draft that could not be read must not keep this one from being written.
        self.draft = None;
        let effects = self.keep(now).into_iter().collect();
        let name = one_line(&self.base.title()).into_owned();
        let changed = self.edits().len();
        let sent = self.asked.as_ref().is_some_and(|a| a.sent);
        let notice = if sent {
            Some(Notice::info(format!(
                "saving {name} goes on; how it ends is said here"
            )))
        } else if changed > 0 && !self.account.read_only {
            let count = words::counted(changed, "changed field", "changed fields");
            Some(Notice::info(format!("kept as draft: {count} of {name}")))
        } else {
            None
        };
        Outcome {
            effects,
            exit: Exit::Close,
            notice,
        }
    }

    /// Judges everything and opens the review.
    pub(super) fn save(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(no) = self.refuses_edit() {
            return Outcome::notice(no);
        }
        if self.asked.as_ref().is_some_and(|a| a.sent) {
            return Outcome::notice(Notice::warning(
                "a save is under way; wait for its answer before saving again",
            ));
        }
        self.open_name(false);
        self.check();
        let wrong = |f: &Field| f.problem.as_ref().is_some_and(Problem::is_error);
        let count = self.fields.iter().filter(|f| wrong(f)).count();
        if let Some(first) = self.fields.iter().position(wrong) {
            self.focus = first;
            let words = words::counted(count, "field needs", "fields need");
            return Outcome::notice(Notice::error(format!("{words} correction")));
        }
        let patch = self.patch();
        if patch.is_empty() {
            return Outcome::notice(Notice::info("Nothing to save"));
        }
        let asked = Asked {
            preview: ctx.tickets.draw(),
            save: ctx.tickets.draw(),
            base: self.base.clone(),
            patch: patch.clone(),
            edits: self.edits(),
            sent: false,
        };
        let (preview, save) = (asked.preview, asked.save);
        self.asked = Some(asked);
        let base = Box::new(self.base.clone());
        let review = Review::open(self.base.clone(), patch.clone(), preview, save);
        Outcome::exit(Exit::Open(Screen::Review(Box::new(review)))).and(Effect::Preview {
            ticket: preview,
            base,
            patch,
        })
    }
}
