//! The palette: every action that holds on the screen below, by name, and a command line for those that
//! take a word (`sort -updated`, `filter tag:vip`).

use ratatui::Frame;
use ratatui::layout::Rect;

use super::list::column::Column;
use super::{Command, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::{AccountName, ContactId, Filter, Order};
use crate::tui::keymap::{self, Action, Context, Keymap};
use crate::tui::model::{Desk, Notice};
use crate::tui::theme::Theme;
use crate::tui::widget::line::Line;
use crate::tui::widget::panel::{self, Row};
use crate::tui::widget::text::put;

/// The palette.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Palette {
    contexts: Vec<Context>,
    line: Line,
    cursor: usize,
}

/// Commands that take a word, and what it is.
const WORDED: [(&str, &str); 5] = [
    (
        "sort",
        "KEY  name, email, phone, updated, id; -KEY turns round",
    ),
    ("filter", "TEXT  show what matches"),
    ("columns", "A,B  show these columns"),
    ("account", "NAME  open that account"),
    (ROSTER_ADD, "SOURCE_ID  add a contact to the roster"),
];

/// The command of accounts whose contacts are those of a roster.
const ROSTER_ADD: &str = "roster-add";

/// Short names from other programs.
const SHORT: [(&str, Action); 4] = [
    ("w", Action::Save),
    ("q", Action::Quit),
    ("quit", Action::Quit),
    ("h", Action::Help),
];

/// One row of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: &'static str,
    label: &'static str,
    key: String,
    action: Option<Action>,
}

impl Palette {
    /// Opens over a screen with these contexts.
    pub fn open(contexts: &[Context]) -> Self {
        Self {
            contexts: contexts.to_vec(),
            ..Self::default()
        }
    }

    /// What can be chosen under the typed text: all its words stand in name or label.
    fn entries(&self, desk: &Desk) -> Vec<Entry> {
        let keymap: &Keymap = &desk.keymap;
        let typed = self.line.text().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let mut entries: Vec<Entry> = Vec::new();
        let mut contexts = self.contexts.clone();
        if !contexts.contains(&Context::List) {
            contexts.push(Context::List);
        }
        let worth = |a: Action| {
            // Moving and the palette itself are keys only.
            !matches!(
                a,
                Action::Down
                    | Action::Up
                    | Action::Top
                    | Action::Bottom
                    | Action::HalfDown
                    | Action::HalfUp
                    | Action::PageDown
                    | Action::PageUp
                    | Action::Palette
                    | Action::Back
                    | Action::Accept
                    | Action::Cancel
            )
        };
        let on_list = self.contexts.first() == Some(&Context::List);
        for binding in keymap.rows(&contexts).filter(|b| worth(b.action)) {
            let foreign = binding.context == Context::List && !on_list;
            if foreign && !GLOBAL.contains(&binding.action) {
                continue;
            }
            let name = binding.action.name();
            if entries.iter().all(|e| e.name != name) {
                entries.push(Entry {
                    name,
                    label: binding.action.about(),
                    key: binding
                        .keys
                        .first()
                        .map_or_else(String::new, |k| keymap::written(k)),
                    action: Some(binding.action),
                });
            }
        }
        let worded = WORDED
            .iter()
            .filter(|(name, _)| *name != ROSTER_ADD || has_roster(desk));
        entries.extend(worded.map(|(name, label)| Entry {
            name,
            label,
            key: String::new(),
            action: None,
        }));
        let fits = |e: &Entry| {
            let label = e.label.to_lowercase();
            words
                .iter()
                .all(|w| e.name.contains(w) || label.contains(w))
        };
        entries.retain(fits);
        entries.sort_by_key(|e| !e.name.starts_with(words.first().unwrap_or(&"")));
        entries
    }

    fn accept(&mut self, ctx: &Ctx<'_>) -> Outcome {
        let text = self.line.text().trim().to_string();
        match command(&text, ctx.desk) {
            Some(Ok(command)) => return Outcome::exit(Exit::Run(command)),
            Some(Err(wrong)) => return Outcome::notice(Notice::error(wrong)),
            None => {}
        }
        let entries = self.entries(ctx.desk);
        match entries.get(self.cursor) {
            Some(Entry {
                action: Some(action),
                ..
            }) => Outcome::exit(Exit::Run(Command::Act(*action))),
            Some(entry) => {
                self.line.set(&format!("{} ", entry.name));
                self.cursor = 0;
                Outcome::nothing()
            }
            None => Outcome::notice(Notice::error(format!("there is no command {text:?}"))),
        }
    }
}

/// List actions that can be done from every screen.
const GLOBAL: [Action; 4] = [
    Action::Log,
    Action::Accounts,
    Action::PauseLoading,
    Action::Quit,
];

/// A command line that stands for itself; `None` where it is only a search.
fn command(text: &str, desk: &Desk) -> Option<Result<Command, String>> {
    if let Some((_, action)) = SHORT.iter().find(|(name, _)| *name == text) {
        return Some(Ok(Command::Act(*action)));
    }
    let (word, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    Some(match word {
        "sort" => Order::parse(rest).map(Command::Sort),
        "filter" => Filter::parse(rest)
            .map(|_| Command::Filter(rest.to_string()))
            .map_err(|wrong| wrong.to_string()),
        "columns" => {
            let keys: Vec<String> = rest.split(',').map(|k| k.trim().to_string()).collect();
            match keys.iter().find(|k| Column::parse(k).is_none()) {
                Some(bad) => Err(format!(
                    "columns: {bad:?} is not a column; use name, email, phone, tags, flags, id, \
                     updated or attr.NAME"
                )),
                None => Ok(Command::Columns(keys)),
            }
        }
        "account" => match desk.accounts.iter().find(|a| a.name.as_str() == rest) {
            Some(account) => Ok(Command::Account(account.name.clone())),
            None => {
                let names: Vec<&str> = desk.accounts.iter().map(|a| a.name.as_str()).collect();
                let known: AccountName = AccountName::new(rest);
                Err(format!(
                    "account: {:?} is not configured; there is {}",
                    known.as_str(),
                    names.join(", ")
                ))
            }
        },
        ROSTER_ADD => match &desk.account {
            Some(account) if account.provider.has_roster() => {
                let checked = account.table.id.check(rest);
                checked.map(|()| Command::AddToRoster(ContactId::new(rest)))
            }
            _ => Err(format!(
                "{ROSTER_ADD}: this account has no roster; its provider lists its contacts"
            )),
        },
        _ => return None,
    })
}

fn has_roster(desk: &Desk) -> bool {
    desk.account
        .as_ref()
        .is_some_and(|a| a.provider.has_roster())
}

impl Layer for Palette {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Palette, Context::Everywhere]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => return Outcome::exit(Exit::Close),
            Input::Do(Action::Accept) => return self.accept(ctx),
            Input::Do(Action::CycleNext) => {
                if let Some(entry) = self.entries(ctx.desk).get(self.cursor) {
                    let blank = if entry.action.is_none() { " " } else { "" };
                    self.line.set(&format!("{}{blank}", entry.name));
                    self.cursor = 0;
                }
            }
            Input::Do(action) => {
                let entries = self.entries(ctx.desk).len();
                self.cursor = panel::moved(self.cursor, action, entries);
            }
            Input::Type(key) => {
                if self.line.key(key) {
                    self.cursor = 0;
                }
            }
            Input::Paste(text) => self.line.paste(&text),
            Input::Told(_) | Input::Answer(_) => {}
        }
        Outcome::nothing()
    }

    fn area(&self, body: Rect, _desk: &Desk) -> Rect {
        let width = body.width.min(64);
        Rect {
            x: body.x + (body.width - width) / 2,
            width,
            height: body.height.min(16),
            ..body
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let inside = panel::frame(frame.buffer_mut(), area, "Command", theme);
        if inside.height < 2 {
            return;
        }
        put(frame.buffer_mut(), inside.x, inside.y, ":", 1, theme.key);
        let line = Rect::new(inside.x + 1, inside.y, inside.width.saturating_sub(1), 1);
        self.line.draw(frame, line, theme.current, true);
        let rows = self.entries(desk).into_iter().map(|e| {
            let key = if e.key.is_empty() {
                String::new()
            } else {
                format!("  [{}]", e.key)
            };
            Row {
                key: e.name.into(),
                text: format!("{}{key}", e.label),
                dim: false,
            }
        });
        let rows: Vec<Row> = rows.collect();
        let below = Rect {
            y: inside.y + 1,
            height: inside.height - 1,
            ..inside
        };
        panel::rows_in(frame.buffer_mut(), below, &rows, self.cursor, theme);
    }
}
