//! The list of contacts: cursor, filter line, order, columns. The rows come as a window around the
//! cursor (`list::window`); nothing here holds all contacts.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::columns::Columns;
use super::form::Form;
use super::menu::Menu;
use super::{Answer, Ctx, Exit, Input, Layer, Outcome, Screen};
use crate::domain::{Contact, ContactId, Filter, Order};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{Msg, Opened, Rows, Settings, Ticket};
use crate::tui::theme::Theme;
use crate::tui::widget::line::Line;

pub mod column;
mod details;
mod search;
mod status;
mod view;
mod window;

pub use status::{counts, loading_words};
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
    /// An action on the contact under the cursor that waits for the right rows.
    pub deferred: Option<Action>,
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
            Input::Answer(answer) => self.answered(answer),
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
            u16::try_from(status::lines(desk).len()).unwrap_or(0),
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
        self.line.set("");
    }

    /// Another filter: from the start again.
    fn refilter(&mut self) {
        self.cursor = 0;
        self.top = 0;
        self.at = None;
        self.follow = None;
        self.stale = true;
        self.deferred = None;
        self.restart();
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
        if self.stale && acts_on_contact(action) {
            self.deferred = Some(action);
            return Outcome::nothing();
        }
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
            Action::Back => self.clear_filter(),
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

    fn told(&mut self, msg: Msg, ctx: &mut Ctx<'_>) -> Outcome {
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
                match self.deferred.take_if(|_| !self.stale) {
                    Some(action) => self.act(action, ctx),
                    None => outcome,
                }
            }
            Msg::Searched { ticket, result } => self.searched(ticket, result),
            Msg::Drafts(drafts) => self.greet(&drafts),
            _ => Outcome::nothing(),
        }
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

/// Whether an action is about the contact under the cursor, so that it must be the right one.
fn acts_on_contact(action: Action) -> bool {
    matches!(
        action,
        Action::Open | Action::Edit | Action::Copy | Action::Browser
    )
}

#[cfg(test)]
mod tests;
