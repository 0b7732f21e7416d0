//! The list of contacts: cursor, filter line, order, columns. The rows come as a window around the
//! cursor (`list::window`); nothing here holds all contacts.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::columns::Columns;
use super::form::Form;
use super::menu::Menu;
use super::{Answer, Ctx, Exit, Input, Layer, Outcome, Screen};
use crate::domain::{Contact, ContactId, Filter, Order, Selection};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{Rows, Settings, Ticket};
use crate::tui::theme::Theme;
use crate::tui::widget::line::Line;

mod bulk;
pub mod column;
mod details;
mod marks;
mod search;
mod status;
mod told;
mod view;
mod window;

pub use marks::{Gathering, Marking, Picking, Range};
pub use status::counts;
pub use window::Asked;

/// The list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// Position of the cursor among the matches.
    pub cursor: usize,
    /// Position of the first visible row.
    pub top: usize,
    /// The contact under the cursor, where its row is there.
    pub at: Option<ContactId>,
    /// The rows around the cursor as last answered.
    pub rows: Option<Rows>,
    /// The order.
    pub order: Order,
    /// Shown columns by key; empty: the default.
    pub columns: Vec<String>,
    /// Whether the details pane is open; `None`: where there is room.
    pub details: Option<bool>,
    /// The filter as typed.
    pub line: Line,
    /// Whether the filter line has the keys.
    pub typing: bool,
    /// The question that is not answered yet.
    pub asked: Option<Asked>,
    /// Ask again when the answer is there: the store changed meanwhile.
    pub again: bool,
    /// A contact that the cursor follows at the next answer, and where the cursor stood then.
    pub follow: Option<(ContactId, usize)>,
    /// Whether the person did anything in the list yet: before that the cursor stays at the top while
    /// contacts come in around it.
    pub touched: bool,
    /// Whether the rows are those of another filter than the one typed: what stands under the cursor is
    /// not what the person asked for.
    pub stale: bool,
    /// What was asked for and waits for the right rows or marks, in the order of the keys.
    pub deferred: VecDeque<Action>,
    /// What is marked.
    pub selection: Selection,
    /// What the marking keys are in the middle of.
    pub marking: Marking,
    /// What the provider itself was asked for.
    pub searching: Option<Ticket>,
    /// What to say when the draft that the cursor was sent to is found.
    pub greeting: Option<String>,
    /// Whether drafts were announced for this account.
    pub greeted: bool,
}

impl Layer for List {
    fn contexts(&self) -> &'static [Context] {
        if self.typing {
            &[Context::Filter, Context::Everywhere]
        } else {
            &[Context::List, Context::Everywhere]
        }
    }

    fn takes_text(&self) -> bool {
        self.typing
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let mut outcome = match input {
            Input::Do(action) => self.act(action, ctx),
            Input::Type(key) => {
                if self.line.key(key) {
                    self.refilter();
                }
                Outcome::nothing()
            }
            Input::Paste(text) => {
                self.line.paste(&text);
                self.refilter();
                Outcome::nothing()
            }
            Input::Told(msg) => self.told(msg, ctx),
            Input::Answer(answer) => {
                let ended = self.end_range_at(&answer, ctx);
                let mut outcome = self.answered(answer);
                outcome.effects.extend(ended);
                outcome
            }
        };
        outcome.effects.extend(self.ensure(ctx));
        outcome
    }

    fn draw(&self, frame: &mut Frame<'_>, _area: Rect, desk: &Desk, theme: &Theme) {
        view::draw(self, frame, desk, theme);
    }
}

impl List {
    /// The filter in force: what is finished and right of what was typed.
    pub fn filter(&self) -> Filter {
        Filter::parse_lenient(self.line.text())
    }

    /// What is wrong with the filter, in words.
    pub fn problem(&self) -> Option<String> {
        Filter::parse(self.line.text())
            .err()
            .map(|wrong| wrong.to_string())
    }

    /// The contact under the cursor.
    pub fn current(&self) -> Option<&Contact> {
        self.row(self.cursor)
    }

    /// The contact at a position, where its row is there.
    pub fn row(&self, position: usize) -> Option<&Contact> {
        let rows = self.rows.as_ref()?;
        rows.contacts.get(position.checked_sub(rows.start)?)
    }

    /// Contacts that match, as far as is known.
    pub fn matched(&self) -> usize {
        self.rows.as_ref().map_or(0, |r| r.matched)
    }

    /// Whether anything is filtered.
    pub fn is_filtered(&self) -> bool {
        !self.line.text().trim().is_empty()
    }

    /// Whether the details pane is shown in a window of this size.
    pub fn shows_details(&self, desk: &Desk) -> bool {
        self.details
            .unwrap_or(desk.size.columns >= layout::ROOMY_COLUMNS)
    }

    /// Rows that fit on the screen.
    pub fn height(&self, desk: &Desk) -> usize {
        usize::from(self.areas(desk).rows.height)
    }

    /// The parts of the list screen.
    pub fn areas(&self, desk: &Desk) -> layout::ListAreas {
        layout::list(
            layout::areas(desk.size).body,
            self.shows_details(desk),
            self.typing || self.is_filtered(),
            u16::try_from(status::lines(self, desk).len()).unwrap_or(0),
        )
    }

    /// Puts the cursor on the row at this line of the window.
    pub fn click(&mut self, line: u16, desk: &Desk) {
        let rows = self.areas(desk).rows;
        let position = self.top + usize::from(line.saturating_sub(rows.y));
        if rows.rows().any(|r| r.y == line) && position < self.matched() {
            self.move_to(position);
        }
    }

    /// Opens the filter line empty, for a text that was pasted outside of a text field.
    pub fn offer_search(&mut self) {
        self.typing = true;
        self.marking.range = None;
        self.line.set("");
    }

    /// Another filter: from the start again.
    fn refilter(&mut self) {
        self.cursor = 0;
        self.top = 0;
        self.at = None;
        self.follow = None;
        self.stale = true;
        self.deferred.clear();
        self.restart();
    }

    /// One step back: the range, what is waited for, the filter, the marks.
    fn step_back(&mut self) -> Outcome {
        if self.typing || !self.is_marking() && !self.line.text().is_empty() {
            self.clear_filter();
            return Outcome::nothing();
        }
        self.stop_marking()
    }

    fn clear_filter(&mut self) {
        self.typing = false;
        if self.line.text().is_empty() {
            return;
        }
        self.line.set("");
        self.follow_cursor();
        self.stale = true;
        self.restart();
    }

    fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        self.touched = true;
        if let Some(outcome) = self.put_off(action) {
            return outcome;
        }
        if self.must_wait(action) {
            self.deferred.push_back(action);
            return Outcome::nothing();
        }
        let ended = self.end_range_before(action, ctx);
        if ended.is_some() && self.must_wait(action) {
            self.deferred.push_back(action);
            return Outcome::effects(ended.into_iter().collect());
        }
        let mut outcome = self.act_now(action, ctx);
        outcome.effects.extend(ended);
        outcome
    }

    fn act_now(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let page = self.height(ctx.desk).max(1);
        match action {
            Action::Down => self.move_by(1),
            Action::Up => self.move_by(-1),
            Action::Top => self.move_to(0),
            Action::Bottom => self.move_to(usize::MAX),
            Action::HalfDown => self.move_by((page / 2).max(1).cast_signed()),
            Action::HalfUp => self.move_by(-(page / 2).max(1).cast_signed()),
            Action::PageDown => self.move_by(page.cast_signed()),
            Action::PageUp => self.move_by(-page.cast_signed()),
            Action::Filter => self.typing = true,
            Action::Accept => return self.accept(ctx),
            Action::Back => return self.step_back(),
            Action::Mark
            | Action::MarkRange
            | Action::UnmarkRange
            | Action::InvertMarks
            | Action::MarkLoaded
            | Action::MarkMatching
            | Action::RestoreMarks => return self.mark(action, ctx),
            Action::PickTags | Action::AddTag | Action::RemoveTag | Action::BulkChange => {
                return self.change_marked(action, ctx);
            }
            Action::Details => {
                self.details = Some(!self.shows_details(ctx.desk));
                return self.remember();
            }
            Action::Open | Action::Edit => return self.open_form(ctx),
            Action::NextContact | Action::PrevContact => {
                let step = if action == Action::NextContact { 1 } else { -1 };
                self.move_by(step);
                return self.open_form(ctx);
            }
            Action::Sort => {
                return Outcome::exit(Exit::Open(Screen::Menu(Menu::sort(self.order))));
            }
            Action::Columns => {
                let seen = self.rows.as_ref().map_or(&[][..], |r| &r.contacts);
                let columns = Columns::open(&self.columns, seen, ctx.desk);
                return Outcome::exit(Exit::Open(Screen::Columns(columns)));
            }
            Action::Copy => {
                return self.with_current(ctx, |contact, _| {
                    Outcome::exit(Exit::Open(Screen::Menu(Menu::copy(contact))))
                });
            }
            Action::Browser => {
                return self.with_current(ctx, |contact, _| {
                    Outcome::effects(vec![Effect::OpenInBrowser(contact.id.clone())])
                });
            }
            Action::Save => return Outcome::notice(Notice::info("nothing to save here")),
            _ => {}
        }
        Outcome::nothing()
    }

    fn with_current(
        &self,
        ctx: &mut Ctx<'_>,
        go: impl FnOnce(&Contact, &mut Ctx<'_>) -> Outcome,
    ) -> Outcome {
        match self.current() {
            Some(contact) => go(contact, ctx),
            None => Outcome::notice(Notice::info("there is no contact under the cursor")),
        }
    }

    fn open_form(&self, ctx: &mut Ctx<'_>) -> Outcome {
        self.with_current(ctx, |contact, ctx| {
            let Some(account) = ctx.desk.account.clone() else {
                return Outcome::nothing();
            };
            let (form, effects) = Form::open(contact.clone(), account, ctx);
            Outcome {
                effects,
                exit: Exit::Open(Screen::Form(Box::new(form))),
                notice: None,
            }
        })
    }

    fn answered(&mut self, answer: Answer) -> Outcome {
        match answer {
            Answer::Sort(order) => {
                self.order = order;
                self.follow_cursor();
                self.restart();
                self.remember()
            }
            Answer::Columns(columns) => {
                self.columns = columns;
                self.remember()
            }
            Answer::Filter(text) => {
                self.line.set(&text);
                self.typing = false;
                self.refilter();
                Outcome::nothing()
            }
            Answer::Tags(_)
            | Answer::Saved(_)
            | Answer::Sending
            | Answer::Open(_)
            | Answer::Resolved { .. }
            | Answer::Typed(_)
            | Answer::Struck(_)
            | Answer::Begun
            | Answer::Yes => Outcome::nothing(),
        }
    }

    fn remember(&self) -> Outcome {
        Outcome::effects(vec![Effect::Remember(Settings {
            order: self.order,
            columns: self.columns.clone(),
            details: self.details,
        })])
    }
}

#[cfg(test)]
mod tests;
