//! The conflict screen: what the form was opened with, what is stored now, and what was typed, side by
//! side; chosen per field.
//!
//! State and keys are here, drawing is in `conflict::view`.

use ratatui::Frame;
use ratatui::layout::Rect;
use serde_json::Value;

use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::diff::changes;
use crate::domain::{Change, Contact, Patch};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::panel;

#[cfg(test)]
mod tests;
mod view;

/// A conflict.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    title: String,
    theirs: Box<Contact>,
    rows: Vec<Row>,
    cursor: usize,
}

/// One field that was changed on both sides.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    key: String,
    base: Value,
    theirs: Value,
    mine: Value,
    take_theirs: bool,
}

impl Conflict {
    /// Opens over the contact as the form knew it, as it is now, what was to be sent, and the fields in
    /// question.
    pub fn open(base: &Contact, theirs: Contact, patch: &Patch, moved: &[Change]) -> Self {
        let wanted = changes(base, &patch.apply(base));
        let row = |change: &Change| {
            let mine = wanted.iter().find(|w| w.key == change.key);
            Row {
                key: change.key.clone(),
                base: change.old.clone(),
                theirs: change.new.clone(),
                mine: mine.map_or(Value::Null, |m| m.new.clone()),
                take_theirs: false,
            }
        };
        Self {
            title: base.title().to_string(),
            theirs: Box::new(theirs),
            rows: moved.iter().map(row).collect(),
            cursor: 0,
        }
    }

    fn take(&mut self, theirs: impl Fn(bool) -> bool) {
        if let Some(row) = self.rows.get_mut(self.cursor) {
            row.take_theirs = theirs(row.take_theirs);
        }
    }
}

impl Layer for Conflict {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Conflict, Context::Everywhere]
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        let Input::Do(action) = input else {
            return Outcome::nothing();
        };
        match action {
            Action::Back => return Outcome::exit(Exit::Close),
            Action::Save | Action::Accept => {
                let given_up = self.rows.iter().filter(|r| r.take_theirs);
                return Outcome::exit(Exit::CloseWith(Answer::Resolved {
                    theirs: self.theirs.clone(),
                    give_up: given_up.map(|r| r.key.clone()).collect(),
                }));
            }
            Action::CycleNext | Action::CyclePrev => self.take(|theirs| !theirs),
            Action::TakeTheirs => self.take(|_| true),
            Action::TakeMine => self.take(|_| false),
            action => self.cursor = panel::moved(self.cursor, action, self.rows.len()),
        }
        Outcome::nothing()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        view::draw(self, frame, area, desk, theme);
    }
}
