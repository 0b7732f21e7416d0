//! What is typed, pasted and chosen in the form's rows.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::area::Area;
use super::field::{Editor, What};
use super::{Form, rows};
use crate::domain::shown::one_line;
use crate::domain::validate::{self, Problem};
use crate::domain::{DraftEdit, TagDelta};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::model::Notice;
use crate::tui::screen::picker::Picker;
use crate::tui::screen::{Ctx, Exit, Outcome, Screen};
use crate::tui::widget::line::Line;

impl Form {
    /// Actions that change the row with the cursor.
    pub(super) fn change(&mut self, action: Action) -> Outcome {
        if let Some(no) = self.refuses_edit() {
            return Outcome::notice(no);
        }
        let access = self.account.table.attributes.access;
        let at = self.focus;
        let Some(field) = self.fields.get_mut(at) else {
            return Outcome::nothing();
        };
        let mut notice = None;
        match action {
            Action::Revert if field.edit().is_none() => {
                notice = Some(Notice::info(format!(
                    "{} is as stored",
                    one_line(&field.label)
                )));
            }
            Action::Revert if field.is_new() => {
                self.fields.remove(at);
            }
            Action::Revert => field.revert(),
            Action::Repair => match field.problem.as_ref().and_then(|p| p.repair.clone()) {
                Some(repair) => {
                    field.refused = None;
                    field.set_text(&repair);
                }
                None => notice = Some(Notice::info("there is no repair to take here")),
            },
            Action::RemoveAttribute if field.is_new() => {
                self.fields.remove(at);
            }
            Action::RemoveAttribute => match &mut field.what {
                What::Attribute { stored: None, .. } => field.revert(),
                What::Attribute { removed, .. } if access.can_clear() => *removed = !*removed,
                What::Attribute { .. } => {
                    let reason = access.reason().unwrap_or("the provider can not remove it");
                    notice = Some(Notice::warning(format!("can not be removed: {reason}")));
                }
                _ => notice = Some(Notice::info("only attributes can be removed")),
            },
            _ if field.is_removed() => notice = Some(removed()),
            action => {
                field.refused = None;
                field.cycle(action == Action::CycleNext);
            }
        }
        self.check();
        Outcome {
            notice,
            ..Outcome::nothing()
        }
    }

    /// Why nothing can be typed at all, where nothing can.
    pub(super) fn refuses_edit(&self) -> Option<Notice> {
        self.account.read_only.then(|| {
            Notice::warning("this account is read-only (read_only = true): nothing can be changed")
        })
    }

    /// Why nothing can be typed here, where nothing can.
    pub(super) fn refuses_text(&self) -> Option<Notice> {
        if let Some(no) = self.refuses_edit() {
            return Some(no);
        }
        let field = self.current()?;
        match (&field.what, &field.editor) {
            (What::Closed { reason, .. }, _) => Some(Notice::info(format!(
                "{} can not be edited: {reason}",
                one_line(&field.label)
            ))),
            (What::Attribute { removed: true, .. }, _) => Some(removed()),
            (_, Editor::Shown(_)) => Some(Notice::info(
                "a value of this shape is only shown; it can be removed, not edited",
            )),
            _ => None,
        }
    }

    pub(super) fn add_attribute(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(Editor::Name { line, .. }) = self.current().map(|f| &f.editor) else {
            return Outcome::nothing();
        };
        let name = line.text().to_string();
        if name.is_empty() {
            self.open_name(false);
            return Outcome::nothing();
        }
        let spec = self.account.table.attributes;
        let problem = self.name_problem(&name);
        if problem.as_ref().is_some_and(Problem::is_error) {
            return Outcome::notice(Notice::error(format!(
                "the name {}",
                problem.map(|p| p.message).unwrap_or_default()
            )));
        }
        let row = rows::new_attribute(&name, &spec, &ctx.desk.vocabulary);
        self.fields.insert(self.focus, row);
        if let Some(add) = self.fields.get_mut(self.focus + 1) {
            add.editor = Editor::Name {
                line: Line::default(),
                open: false,
            };
        }
        self.check();
        Outcome {
            notice: problem.map(|p| Notice::warning(format!("the name {}", p.message))),
            ..Outcome::nothing()
        }
    }

    /// What is wrong with the name of a new attribute.
    pub(super) fn name_problem(&self, name: &str) -> Option<Problem> {
        let names = self
            .fields
            .iter()
            .filter_map(|f| f.key.strip_prefix("attr."));
        validate::attribute_name(&self.account.table.attributes, names, name)
    }

    pub(super) fn typed(&mut self, key: KeyEvent, ctx: &mut Ctx<'_>) -> Outcome {
        self.discard_armed = false;
        let letter = match key.code {
            KeyCode::Char(c)
                if !key
                    .modifiers
                    .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
            {
                Some(c)
            }
            _ => None,
        };
        let edits = letter.is_some() || matches!(key.code, KeyCode::Backspace | KeyCode::Delete);
        if let Some(no) = self.refuses_text() {
            return match edits {
                true => Outcome::notice(no),
                false => Outcome::nothing(),
            };
        }
        if let (Some(c), Some(What::Tags { .. })) = (letter, self.current().map(|f| &f.what)) {
            return self.pick_tags(&c.to_string(), ctx);
        }
        let Some(field) = self.current_mut() else {
            return Outcome::nothing();
        };
        let breaks = key.code == KeyCode::Char('j') && letter.is_none() && field.holds_lines();
        if let Editor::Line(line) = &field.editor
            && breaks
        {
            field.editor = Editor::Area(Area::at(line.text(), line.cursor()));
        }
        let changed = match &mut field.editor {
            Editor::Line(line) => line.key(key),
            Editor::Area(area) => area.key(key),
            Editor::Choice { .. } | Editor::Flag(_) => letter.is_some_and(|c| field.choose(c)),
            Editor::Name { line, open } => {
                *open |= letter.is_some();
                line.key(key);
                false
            }
            Editor::Tags(_) | Editor::Shown(_) => false,
        };
        if changed {
            field.refused = None;
            self.check();
        }
        Outcome::nothing()
    }

    pub(super) fn paste(&mut self, text: &str) -> Outcome {
        self.discard_armed = false;
        if let Some(no) = self.refuses_text() {
            return Outcome::notice(no);
        }
        let Some(field) = self.current_mut() else {
            return Outcome::nothing();
        };
        let lines = matches!(field.editor, Editor::Area(_));
        let (clean, said) = clean_paste(text, lines);
        match &mut field.editor {
            Editor::Line(line) => line.insert(&clean),
            Editor::Area(area) => area.insert(&clean),
            Editor::Name { line, open } => {
                *open = true;
                line.insert(&clean);
            }
            Editor::Choice { .. } | Editor::Flag(_) | Editor::Tags(_) | Editor::Shown(_) => {
                let ignored = "the pasted text was ignored: there is no text field here";
                return Outcome::notice(Notice::info(ignored));
            }
        }
        field.refused = None;
        self.check();
        Outcome {
            notice: said.map(Notice::info),
            ..Outcome::nothing()
        }
    }

    pub(super) fn pick_tags(&mut self, typed: &str, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(no) = self.refuses_edit() {
            return Outcome::notice(no);
        }
        let at = self.fields.iter().position(|f| f.key == "tags");
        let Some((at, field)) = at.and_then(|at| Some((at, self.fields.get(at)?))) else {
            return Outcome::nothing();
        };
        match (&field.what, &field.editor) {
            (What::Tags { stored, .. }, Editor::Tags(delta)) => {
                let spec = self.account.table.tags.clone();
                let picker = Picker::open(spec, stored, delta, &ctx.desk.vocabulary, typed);
                self.focus = at;
                Outcome::exit(Exit::Open(Screen::Picker(Box::new(picker))))
            }
            (What::Closed { reason, .. }, _) => Outcome::notice(Notice::info(format!(
                "{} can not be changed: {reason}",
                field.label
            ))),
            _ => Outcome::nothing(),
        }
    }

    pub(super) fn set_tags(&mut self, new: TagDelta) {
        if let Some(field) = self.fields.iter_mut().find(|f| f.key == "tags") {
            field.refused = None;
            field.restore(&DraftEdit::Tags(new));
        }
        self.check();
    }

    pub(super) fn edit_outside(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(no) = self.refuses_text() {
            return Outcome::notice(no);
        }
        let Some(field) = self.current().filter(|f| f.takes_text()) else {
            return Outcome::notice(Notice::info("only texts can be edited in $EDITOR"));
        };
        let ticket = ctx.tickets.draw();
        let text = field.text().unwrap_or_default();
        self.outside = Some((ticket, field.key.clone()));
        Outcome::effects(vec![Effect::EditText {
            ticket,
            text,
            extension: "txt",
        }])
    }
}

fn removed() -> Notice {
    Notice::info("this attribute is to be removed; take that back to edit it")
}

/// Pasted text fit for a field: control characters are dropped, and line breaks become blanks where the
/// field has one line. Says what was done.
pub(super) fn clean_paste(text: &str, lines: bool) -> (String, Option<&'static str>) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let trimmed = if lines {
        &text
    } else {
        text.trim_end_matches('\n')
    };
    let broken = !lines && trimmed.contains('\n');
    let dropped = trimmed
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t');
    let clean: String = trimmed
        .chars()
        .filter_map(|c| match c {
            '\n' if lines => Some('\n'),
            '\n' | '\t' if !lines => Some(' '),
            '\t' => Some('\t'),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect();
    let said = match (broken, dropped) {
        (true, true) => Some("line breaks became blanks; control characters were left out"),
        (true, false) => Some("line breaks became blanks"),
        (false, true) => Some("control characters were left out"),
        (false, false) => None,
    };
    (clean, said)
}
