//! Names to choose from and the line that narrows them: what the pickers of tags have in common. What is done
//! with a name is decided by the picker.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::domain::shown::one_line;
use crate::tui::keymap::Action;
use crate::tui::widget::line::Line;
use crate::tui::widget::panel;

/// Names, what was typed to find one, and the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Names {
    all: Vec<String>,
    /// Whether two spellings that differ in case alone are one name.
    ignore_case: bool,
    line: Line,
    /// What was typed is done with: the next letter begins anew.
    stale: bool,
    rows: Vec<Row>,
    cursor: usize,
    /// What the rows were searched for.
    searched: String,
    /// Whether the cursor was moved since.
    chosen: bool,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// The name at this place of all.
    Name(usize),
    /// The name that was typed, which is not among them: to be made, or to be removed unseen.
    Create(String),
}

impl Names {
    /// These names, in this order, with what was typed already.
    pub fn new(all: Vec<String>, ignore_case: bool, typed: &str) -> Self {
        let mut names = Self {
            all,
            ignore_case,
            line: Line::new(typed),
            stale: false,
            rows: Vec::new(),
            cursor: 0,
            searched: String::new(),
            chosen: false,
        };
        names.narrow();
        names
    }

    /// How many names there are, whatever was typed.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Every name.
    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// The line.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// What was typed and not done with yet, without blanks around it.
    pub fn unfinished(&self) -> Option<&str> {
        let text = self.line.text().trim();
        (!self.stale && !text.is_empty()).then_some(text)
    }

    /// What was typed is done with.
    pub fn finish(&mut self) {
        self.stale = !self.line.text().is_empty();
    }

    /// The rows that fit what was typed.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Where the cursor stands among them.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The row with the cursor.
    pub fn row(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// The name in a row.
    pub fn name<'a>(&'a self, row: &'a Row) -> Option<&'a str> {
        match row {
            Row::Name(at) => self.all.get(*at).map(String::as_str),
            Row::Create(name) => Some(name),
        }
    }

    /// The name in the row with the cursor.
    pub fn row_name(&self) -> Option<String> {
        self.name(self.row()?).map(str::to_string)
    }

    /// Whether the row with the cursor makes a name.
    pub fn creates(&self) -> bool {
        matches!(self.row(), Some(Row::Create(_)))
    }

    /// Whether what is typed removes: the last part of a typed change does.
    pub fn removes(&self) -> bool {
        last(self.line.text()).is_some_and(|(removes, _)| removes)
    }

    /// A new name comes first.
    pub fn put_first(&mut self, name: String) {
        self.all.insert(0, name);
        self.narrow();
    }

    /// Other names; the cursor stays on its name, where that is there.
    pub fn replace(&mut self, all: Vec<String>) {
        let at = self.row_name();
        self.all = all;
        self.narrow();
        let same = |r: &Row| self.name(r) == at.as_deref();
        // Before anything was typed or moved the first row is the place, not the name.
        if let Some(place) = self.rows.iter().position(same)
            && at.is_some()
            && (self.cursor > 0 || !self.line.text().is_empty())
        {
            self.cursor = place;
        }
    }

    /// Moves the cursor.
    pub fn moved(&mut self, action: Action) {
        let before = self.cursor;
        self.cursor = panel::moved(before, action, self.rows.len());
        self.chosen |= self.cursor != before;
    }

    /// Takes a key of the line.
    pub fn typed(&mut self, key: KeyEvent) {
        let plain = !key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if self.stale && plain && matches!(key.code, KeyCode::Char(_)) {
            self.line.set("");
        }
        self.stale = false;
        if self.line.key(key) {
            self.narrow();
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        let clean: String = text.trim().chars().filter(|c| !c.is_control()).collect();
        self.line.insert(&clean);
        self.stale = false;
        self.narrow();
    }

    /// The part of the line that is searched for: the last name of a typed change.
    fn wanted(&self) -> &str {
        let text = self.line.text();
        last(text).map_or_else(|| text.trim(), |(_, name)| name)
    }

    /// The typed change, where the line is one: whether each part removes, and its name. The last one is the name
    /// with the cursor.
    pub fn changes(&self) -> Option<Vec<(bool, String)>> {
        let text = self.unfinished().filter(|text| signed(text))?;
        let mut changes: Vec<(bool, String)> =
            parts(text).map(|(r, n)| (r, n.to_string())).collect();
        let ended = text.ends_with(',');
        if ended && self.chosen {
            changes.push((self.removes(), String::new()));
        }
        if let Some((_, name)) = changes.last_mut().filter(|_| !ended || self.chosen)
            && let Some(row) = self.row_name()
        {
            *name = row;
        }
        changes.retain(|(_, name)| !name.is_empty());
        Some(changes)
    }

    /// What `Enter` does with the last part of a typed change.
    pub fn meaning(&self) -> Option<String> {
        let (removes, name) = self.changes()?.pop()?;
        let verb = if removes { "removes" } else { "adds" };
        Some(format!("Enter {verb} {:?}", one_line(&name)))
    }

    fn narrow(&mut self) {
        let wanted = self.wanted().to_string();
        let stood = (self.cursor, self.row_name());
        self.cursor = 0;
        self.rows = if wanted.is_empty() {
            (0..self.all.len()).map(Row::Name).collect()
        } else {
            let pattern = Pattern::new(
                &wanted,
                CaseMatching::Ignore,
                Normalization::Smart,
                AtomKind::Fuzzy,
            );
            let mut matcher = Matcher::new(Config::DEFAULT);
            let items = self
                .all
                .iter()
                .enumerate()
                .map(|(at, name)| Named { at, name });
            let found = pattern.match_list(items, &mut matcher);
            found
                .into_iter()
                .map(|(item, _)| Row::Name(item.at))
                .collect()
        };
        let fold = self.ignore_case;
        let known =
            |n: &String| *n == wanted || (fold && n.to_lowercase() == wanted.to_lowercase());
        if !wanted.is_empty() {
            match self.all.iter().position(known) {
                // The name itself comes before whatever else is like it.
                Some(exact) => {
                    self.rows.retain(|r| *r != Row::Name(exact));
                    self.rows.insert(0, Row::Name(exact));
                }
                // Who writes a sign writes the name out: it is made, unless another one is chosen.
                None if last(self.line.text()).is_some_and(|(removes, _)| !removes) => {
                    self.rows.insert(0, Row::Create(wanted.clone()));
                }
                None => self.rows.push(Row::Create(wanted.clone())),
            }
        }
        // A sign says what is to be done with the row, not which.
        let (cursor, name) = stood;
        let same = wanted == self.searched && name.is_some();
        if same && self.rows.get(cursor).and_then(|r| self.name(r)) == name.as_deref() {
            self.cursor = cursor;
        } else {
            self.chosen = false;
        }
        self.searched = wanted;
    }
}

/// Whether a line is a typed change: `+vip`, `-trial`.
fn signed(text: &str) -> bool {
    text.trim_start().starts_with(['+', '-'])
}

/// The parts of a typed change.
fn parts(line: &str) -> impl Iterator<Item = (bool, &str)> {
    let parts = line.split(',').filter(|part| !part.trim().is_empty());
    parts.map(move |text| part(line, text))
}

/// The last part of a line, where it is a typed change.
fn last(line: &str) -> Option<(bool, &str)> {
    let text = line.rsplit(',').next()?;
    signed(line).then(|| part(line, text))
}

/// A part of a typed change: whether it removes, and the name. One without a sign takes that of the line's
/// beginning.
fn part<'a>(line: &str, text: &'a str) -> (bool, &'a str) {
    let text = text.trim();
    match text.split_at_checked(1) {
        Some(("+", name)) => (false, name.trim()),
        Some(("-", name)) => (true, name.trim()),
        _ => (line.trim_start().starts_with('-'), text),
    }
}

/// A name with its place, for the matcher.
struct Named<'a> {
    at: usize,
    name: &'a str,
}

impl AsRef<str> for Named<'_> {
    fn as_ref(&self) -> &str {
        self.name
    }
}
