//! The form: edits one contact.
//!
//! State and keys are here; rows are made in `form::rows` and judged in `form::field`, results of saves
//! and reads are taken in `form::results`, drawing is in `form::view`. What was typed is kept as a draft
//! at every change, so that neither Esc nor a crash loses it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answer, Ctx, Input, Layer, Outcome};
use crate::domain::{Contact, Draft, DraftEdit, FieldKey, Patch};
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::model::{Desk, Notice, Vocabulary};
use crate::tui::msg::{AccountInfo, Msg, Ticket};
use crate::tui::theme::Theme;

mod act;
mod afterwards;
pub mod area;
mod enter;
pub mod field;
mod judge;
mod results;
pub mod rows;
mod seen;
mod taken;
#[cfg(test)]
mod tests;
mod view;
pub mod words;

pub use afterwards::afterwards;
use field::{Editor, Field};

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
    /// Whether the banner tells of refused fields: it goes with the last mark.
    refused_on_top: bool,
    /// Why the fresh copy could not be read.
    unread: Option<Notice>,
    /// Whether the draft goes with the next press.
    discard_armed: bool,
    /// Values that the last save found taken, and who has them.
    taken: Vec<Taken>,
}

/// A value that another contact has.
#[derive(Debug, Clone, PartialEq)]
struct Taken {
    key: FieldKey,
    ticket: Ticket,
    /// Whether a save was refused, and this value may be why.
    refused: bool,
    /// Who has it, once that is known.
    holder: Option<Box<Contact>>,
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
            refused_on_top: false,
            unread: None,
            discard_armed: false,
            taken: Vec::new(),
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
        let refused = self.fields.iter().any(|f| f.refused.is_some());
        if self.refused_on_top && !refused {
            self.banner = None;
            self.refused_on_top = false;
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
            Answer::Open(contact) => self.replace(*contact, ctx),
            Answer::Saved(_)
            | Answer::Sort(_)
            | Answer::Columns(_)
            | Answer::Filter(_)
            | Answer::Typed(_)
            | Answer::Struck(_)
            | Answer::Begun
            | Answer::Yes => Outcome::nothing(),
        }
    }

    fn told(&mut self, msg: Msg, ctx: &mut Ctx<'_>) -> Outcome {
        match msg {
            Msg::Vocabulary(_) => {
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
            Msg::Holder {
                ticket,
                key,
                result,
            } => self.holder_told(ticket, key, result, ctx),
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
