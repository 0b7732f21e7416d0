//! The form: edits one contact.
//!
//! State and keys are here; rows are made in `form::rows` and judged in `form::field`, results of saves
//! and reads are taken in `form::results`, drawing is in `form::view`. What was typed is kept as a draft
//! at every change, so that neither Esc nor a crash loses it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::review::Review;
use super::{Answer, Ctx, Exit, Input, Layer, Outcome, Screen};
use crate::domain::shown::one_line;
use crate::domain::validate::Problem;
use crate::domain::{Contact, Draft, DraftEdit, Patch};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Notice, Vocabulary};
use crate::tui::msg::{AccountInfo, Msg, Ticket};
use crate::tui::theme::Theme;

pub mod area;
mod enter;
pub mod field;
mod results;
pub mod rows;
#[cfg(test)]
mod tests;
mod view;
pub mod words;

use field::{Editor, Field};
pub use results::afterwards;

/// Rows that PgDn and PgUp move over.
const PAGE: usize = 6;

/// A form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The contact as last read.
    pub base: Contact,
    /// The account it belongs to.
    pub account: AccountInfo,
    fields: Vec<Field>,
    focus: usize,
    /// A fresh copy that was asked for.
    reading: Option<Ticket>,
    /// The draft that was asked for; until it comes none is written over it.
    draft: Option<Ticket>,
    /// The edits that the store keeps as a draft.
    kept: BTreeMap<String, DraftEdit>,
    /// Edits of the draft that need the fresh copy before they can be put back.
    parked: BTreeMap<String, DraftEdit>,
    /// When the draft that was put back had been kept.
    restored: Option<Timestamp>,
    /// What the review shows or sends.
    asked: Option<Asked>,
    /// A save of which nobody knows whether it was stored.
    unsettled: Option<Asked>,
    /// The row whose text is in the external editor.
    outside: Option<(Ticket, String)>,
    /// What stands above the rows until the next save: a refusal, a failure.
    banner: Option<Notice>,
    /// Why the fresh copy could not be read.
    unread: Option<Notice>,
    /// Whether the draft goes with the next press.
    discard_armed: bool,
}

/// A patch on its way.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    preview: Ticket,
    save: Ticket,
    base: Contact,
    patch: Patch,
    edits: BTreeMap<String, DraftEdit>,
    /// Whether it was sent and its review left.
    sent: bool,
}

impl Form {
    /// Opens a form on the list's copy of a contact, and asks for the whole contact and its draft.
    pub fn open(contact: Contact, account: AccountInfo, ctx: &mut Ctx<'_>) -> (Self, Vec<Effect>) {
        let (reading, draft) = (ctx.tickets.draw(), ctx.tickets.draw());
        let id = contact.id.clone();
        let effects = vec![
            Effect::ReadContact {
                ticket: reading,
                id: id.clone(),
            },
            Effect::ReadDraft { ticket: draft, id },
        ];
        let none = BTreeMap::new();
        let fields = rows::build(&contact, &account.table, &ctx.desk.vocabulary, &none);
        let form = Self {
            base: contact,
            account,
            focus: fields.iter().position(Field::can_focus).unwrap_or(0),
            fields,
            reading: Some(reading),
            draft: Some(draft),
            kept: none,
            parked: BTreeMap::new(),
            restored: None,
            asked: None,
            unsettled: None,
            outside: None,
            banner: None,
            unread: None,
            discard_armed: false,
        };
        (form, effects)
    }

    /// The rows.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// What was edited, by key.
    pub fn edits(&self) -> BTreeMap<String, DraftEdit> {
        let edit = |f: &Field| Some((f.key.clone(), f.edit()?));
        let mut edits = self.parked.clone();
        edits.extend(self.fields.iter().filter_map(edit));
        edits
    }

    /// What the edits ask for. Rows with errors take no part.
    pub fn patch(&self) -> Patch {
        let mut patch = Patch::default();
        for field in &self.fields {
            field.add_to(&mut patch, &self.account.table.attributes);
        }
        patch
    }

    /// Whether a save with this ticket is this form's.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.asked.as_ref().is_some_and(|a| a.save == ticket)
    }

    fn current(&self) -> Option<&Field> {
        self.fields.get(self.focus)
    }

    fn current_mut(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus)
    }

    fn is_naming(&self) -> bool {
        let open = |f: &Field| matches!(f.editor, Editor::Name { open: true, .. });
        self.current().is_some_and(open)
    }

    /// Makes the rows anew over another base or vocabulary; cursors and marks stay.
    fn rebuild(&mut self, vocabulary: &Vocabulary, edits: &BTreeMap<String, DraftEdit>) {
        let rows = rows::build(&self.base, &self.account.table, vocabulary, edits);
        let before = std::mem::replace(&mut self.fields, rows);
        let at = before.get(self.focus).map(|f| f.key.clone());
        for old in before {
            let Some(new) = self.fields.iter_mut().find(|f| f.key == old.key) else {
                continue;
            };
            let same_sort =
                std::mem::discriminant(&new.editor) == std::mem::discriminant(&old.editor);
            let naming = matches!(old.editor, Editor::Name { .. });
            let choice = matches!(old.editor, Editor::Choice { .. });
            if naming || (same_sort && !choice && old.text() == new.text() && new.text().is_some())
            {
                new.editor = old.editor;
            }
            if new.edit().is_some() {
                new.refused = old.refused;
                new.meanwhile = old.meanwhile;
            }
        }
        let place = at.and_then(|key| self.fields.iter().position(|f| f.key == key));
        let last = self.fields.len().saturating_sub(1);
        self.focus = place.unwrap_or(self.focus.min(last));
        self.check();
    }

    fn check(&mut self) {
        for field in &mut self.fields {
            field.check(
                &self.account.table.attributes,
                self.account.region.as_deref(),
            );
        }
    }

    /// Keeps the draft, or drops it, where the edits are others than those kept.
    fn keep(&mut self, now: Timestamp) -> Option<Effect> {
        if self.draft.is_some() || self.account.read_only {
            return None;
        }
        let edits = self.edits();
        if edits == self.kept {
            return None;
        }
        self.kept.clone_from(&edits);
        if edits.is_empty() {
            self.restored = None;
            return Some(Effect::DropDraft(self.base.id.clone()));
        }
        Some(Effect::KeepDraft(Box::new(Draft {
            base: self.base.clone(),
            edits,
            saved_at: now,
        })))
    }

    fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
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
    fn step(&mut self, by: isize) {
        let count = self.fields.len();
        for _ in 0..count {
            let next = self.focus.checked_add_signed(by).unwrap_or(count - 1);
            self.focus = if next >= count { 0 } else { next };
            if self.current().is_some_and(Field::can_focus) {
                return;
            }
        }
    }

    fn open_name(&mut self, to: bool) {
        if let Some(Editor::Name { open, .. }) = self.current_mut().map(|f| &mut f.editor) {
            *open = to;
        }
    }

    fn discard(&mut self, armed: bool, ctx: &mut Ctx<'_>) -> Outcome {
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

    fn leave(&mut self, now: Timestamp) -> Outcome {
        // A draft that could not be read must not keep this one from being written.
        self.draft = None;
        let effects = self.keep(now).into_iter().collect();
        let name = one_line(self.base.title()).into_owned();
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
    fn save(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
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

    fn answered(&mut self, answer: Answer, ctx: &mut Ctx<'_>) -> Outcome {
        match answer {
            Answer::Tags(delta) => {
                self.set_tags(delta);
                Outcome::nothing()
            }
            Answer::Sending => {
                if let Some(asked) = &mut self.asked {
                    asked.sent = true;
                }
                Outcome::notice(Notice::info("sending goes on; how it ends is said here"))
            }
            Answer::Resolved { theirs, give_up } => {
                let mut edits = self.edits();
                edits.retain(|key, _| !give_up.contains(key));
                self.base = *theirs;
                self.rebuild(&ctx.desk.vocabulary, &edits);
                for field in &mut self.fields {
                    field.meanwhile = None;
                }
                self.banner = None;
                self.save(ctx)
            }
            Answer::Saved(_)
            | Answer::Sort(_)
            | Answer::Columns(_)
            | Answer::Filter(_)
            | Answer::Yes => Outcome::nothing(),
        }
    }

    fn told(&mut self, msg: Msg, ctx: &mut Ctx<'_>) -> Outcome {
        match msg {
            Msg::Vocabulary { .. } => {
                let edits = self.edits();
                self.rebuild(&ctx.desk.vocabulary, &edits);
                Outcome::nothing()
            }
            Msg::ContactRead { ticket, result } if self.reading == Some(ticket) => {
                self.reading = None;
                self.was_read(result, ctx)
            }
            Msg::DraftRead { ticket, draft } if self.draft == Some(ticket) => {
                self.draft = None;
                self.restore(draft, ctx);
                Outcome::nothing()
            }
            Msg::Previewed { ticket, result } => self.previewed(ticket, result, ctx),
            Msg::Saved { ticket, outcome } => self.saved(ticket, *outcome, ctx),
            Msg::Edited { ticket, result } => match self.outside.take() {
                Some((asked, key)) if asked == ticket => self.came_back(&key, result),
                other => {
                    self.outside = other;
                    Outcome::nothing()
                }
            },
            _ => Outcome::nothing(),
        }
    }
}

impl Layer for Form {
    fn contexts(&self) -> &'static [Context] {
        match self.current().map(|f| &f.editor) {
            Some(Editor::Flag(_) | Editor::Choice { .. }) => {
                &[Context::Flag, Context::Form, Context::Everywhere]
            }
            Some(Editor::Tags(_)) => &[Context::TagsRow, Context::Form, Context::Everywhere],
            Some(Editor::Name { open: false, .. }) => {
                &[Context::AddRow, Context::Form, Context::Everywhere]
            }
            Some(Editor::Area(_)) => &[Context::TextBox, Context::Form, Context::Everywhere],
            _ => &[Context::Form, Context::Everywhere],
        }
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let mut outcome = match input {
            Input::Do(action) => self.act(action, ctx),
            Input::Type(key) => self.typed(key, ctx),
            Input::Paste(text) => self.paste(&text),
            Input::Answer(answer) => self.answered(answer, ctx),
            Input::Told(msg) => self.told(msg, ctx),
        };
        outcome.effects.extend(self.keep(ctx.now));
        outcome
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        view::draw(self, frame, area, desk, theme);
    }

    fn would_lose(&self) -> bool {
        self.draft.is_some() && !self.edits().is_empty()
    }
}
