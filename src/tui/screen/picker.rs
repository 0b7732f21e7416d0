//! The tag picker: a change of tags for one contact, chosen from names that exist or typed.
//!
//! State and keys are here, drawing is in `picker::view`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::diff::contains;
use crate::domain::field::TagSpec;
use crate::domain::validate::{self, Problem};
use crate::domain::{TagDelta, TagSet};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::{Desk, Notice, Vocabulary};
use crate::tui::theme::Theme;
use crate::tui::widget::line::Line;
use crate::tui::widget::panel;

mod view;

/// A tag picker.
#[derive(Debug, Clone, PartialEq)]
pub struct Picker {
    spec: TagSpec,
    /// Tags that the contact has.
    stored: TagSet,
    /// The change so far.
    delta: TagDelta,
    /// Every name to choose from.
    names: Vec<String>,
    /// The account's own catalogue, where there is one.
    catalogue: Option<Vec<String>>,
    line: Line,
    /// What was typed is done with: the next letter begins anew.
    stale: bool,
    rows: Vec<Row>,
    cursor: usize,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Row {
    /// The tag at this place of the names.
    Tag(usize),
    /// Makes a tag of what was typed.
    Create(String),
}

/// What becomes of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Has,
    Lacks,
    Add,
    Remove,
}

impl Picker {
    /// Opens over a contact's tags and the change made so far, with a first letter where one was typed.
    pub fn open(
        spec: TagSpec,
        stored: &TagSet,
        delta: &TagDelta,
        vocabulary: &Vocabulary,
        typed: &str,
    ) -> Self {
        let all: TagSet = stored
            .iter()
            .chain(&delta.add)
            .chain(&vocabulary.tags)
            .cloned()
            .collect();
        // What the contact has comes first: it is what can be removed.
        let mut names: Vec<String> = stored.union(&delta.add).cloned().collect();
        names.extend(
            all.into_iter()
                .filter(|t| !stored.contains(t) && !delta.add.contains(t)),
        );
        let mut picker = Self {
            spec,
            stored: stored.clone(),
            delta: delta.clone(),
            names,
            catalogue: vocabulary
                .tags_are_catalogue
                .then(|| vocabulary.tags.clone()),
            line: Line::new(typed),
            stale: false,
            rows: Vec::new(),
            cursor: 0,
        };
        picker.narrow();
        picker
    }

    /// The change so far.
    pub fn delta(&self) -> &TagDelta {
        &self.delta
    }

    fn state(&self, name: &str) -> State {
        let fold = self.spec.ignore_case;
        if contains(&self.delta.add, name, fold) {
            State::Add
        } else if contains(&self.delta.remove, name, fold) {
            State::Remove
        } else if contains(&self.stored, name, fold) {
            State::Has
        } else {
            State::Lacks
        }
    }

    /// Leave, then add (or remove, where the contact has it), then leave again.
    fn toggle(&mut self, name: &str) {
        let fold = self.spec.ignore_case;
        let same = |t: &String| *t == name || (fold && t.to_lowercase() == name.to_lowercase());
        match self.state(name) {
            State::Add => self.delta.add.retain(|t| !same(t)),
            State::Remove => self.delta.remove.retain(|t| !same(t)),
            State::Has => {
                let held = self.stored.iter().filter(|t| same(t)).cloned();
                self.delta.remove.extend(held.collect::<Vec<_>>());
            }
            State::Lacks => {
                self.delta.add.insert(name.to_string());
            }
        }
    }

    /// What is wrong with adding a name.
    fn problem(&self, name: &str) -> Option<Problem> {
        validate::tag(&self.spec, self.catalogue.as_deref(), name)
    }

    /// The part of the line that is searched for: behind the last comma and sign of a typed change.
    fn wanted(&self) -> &str {
        let text = self.line.text();
        let part = match signed(text) {
            true => text.rsplit(',').next().unwrap_or_default(),
            false => text,
        };
        let part = part.trim();
        match signed(text) {
            true => part.trim_start_matches(['+', '-']),
            false => part,
        }
    }

    fn narrow(&mut self) {
        let wanted = self.wanted().to_string();
        self.cursor = 0;
        self.rows = if wanted.is_empty() {
            (0..self.names.len()).map(Row::Tag).collect()
        } else {
            let pattern = Pattern::new(
                &wanted,
                CaseMatching::Ignore,
                Normalization::Smart,
                AtomKind::Fuzzy,
            );
            let mut matcher = Matcher::new(Config::DEFAULT);
            let items = self
                .names
                .iter()
                .enumerate()
                .map(|(at, name)| Named { at, name });
            let found = pattern.match_list(items, &mut matcher);
            found
                .into_iter()
                .map(|(item, _)| Row::Tag(item.at))
                .collect()
        };
        let fold = self.spec.ignore_case;
        let known =
            |n: &String| *n == wanted || (fold && n.to_lowercase() == wanted.to_lowercase());
        if !wanted.is_empty() && !signed(self.line.text()) {
            match self.names.iter().position(known) {
                // The name itself comes before whatever else is like it.
                Some(exact) => {
                    self.rows.retain(|r| *r != Row::Tag(exact));
                    self.rows.insert(0, Row::Tag(exact));
                }
                None => self.rows.push(Row::Create(wanted)),
            }
        }
    }

    fn row_name(&self) -> Option<String> {
        match self.rows.get(self.cursor)? {
            Row::Tag(at) => self.names.get(*at).cloned(),
            Row::Create(name) => Some(name.clone()),
        }
    }

    fn cycle(&mut self) -> Outcome {
        let Some(name) = self.row_name() else {
            return Outcome::nothing();
        };
        if let Some(Row::Create(_)) = self.rows.get(self.cursor) {
            if let Some(problem) = self.problem(&name).filter(Problem::is_error) {
                return Outcome::notice(Notice::error(problem.message));
            }
            self.names.insert(0, name.clone());
            self.toggle(&name);
            self.narrow();
        } else {
            self.toggle(&name);
        }
        self.stale = !self.line.text().is_empty();
        Outcome::nothing()
    }

    /// Takes what is typed, then the whole change.
    fn accept(&mut self) -> Outcome {
        let text = self.line.text().to_string();
        if !self.stale && !text.trim().is_empty() {
            if signed(&text) {
                for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
                    if let Err(notice) = self.take_typed(part, text.starts_with('-')) {
                        return Outcome::notice(notice);
                    }
                }
            } else {
                match self.row_name() {
                    None => {}
                    Some(name) if self.state(&name) == State::Lacks => {
                        if let Some(problem) = self.problem(&name).filter(Problem::is_error) {
                            return Outcome::notice(Notice::error(problem.message));
                        }
                        self.toggle(&name);
                    }
                    Some(name) => {
                        let words = match self.state(&name) {
                            State::Add => "is added already; Enter takes the change",
                            State::Remove => "is to be removed; Tab keeps it",
                            State::Has | State::Lacks => "is there already; Tab removes it",
                        };
                        self.stale = true;
                        let name = crate::domain::shown::one_line(&name).into_owned();
                        return Outcome::notice(Notice::info(format!("{name:?} {words}")));
                    }
                }
            }
        }
        Outcome::exit(Exit::CloseWith(Answer::Tags(self.delta.clone())))
    }

    /// One of `+vip,-trial`; a name without a sign takes that of the line's beginning.
    fn take_typed(&mut self, part: &str, removing: bool) -> Result<(), Notice> {
        let (remove, name) = match part.split_at_checked(1) {
            Some(("+", name)) => (false, name.trim()),
            Some(("-", name)) => (true, name.trim()),
            _ => (removing, part),
        };
        match (remove, self.state(name)) {
            (true, State::Has | State::Add) | (false, State::Remove) => self.toggle(name),
            (true, State::Remove) | (false, State::Has | State::Add) => {}
            (true, State::Lacks) => {
                let name = crate::domain::shown::one_line(name).into_owned();
                return Err(Notice::warning(format!("the contact has no tag {name:?}")));
            }
            (false, State::Lacks) => {
                if let Some(problem) = self.problem(name).filter(Problem::is_error) {
                    return Err(Notice::error(problem.message));
                }
                self.toggle(name);
            }
        }
        Ok(())
    }

    fn typed(&mut self, key: KeyEvent) {
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
}

/// Whether a line is a typed change: `+vip`, `-trial`.
fn signed(text: &str) -> bool {
    text.starts_with(['+', '-'])
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

impl Layer for Picker {
    fn contexts(&self) -> &'static [Context] {
        if self.line.text().is_empty() {
            &[Context::PickerEmpty, Context::Picker, Context::Everywhere]
        } else {
            &[Context::Picker, Context::Everywhere]
        }
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => return Outcome::exit(Exit::Close),
            Input::Do(Action::Accept) => return self.accept(),
            Input::Do(Action::CycleNext | Action::CyclePrev) => return self.cycle(),
            Input::Do(action) => self.cursor = panel::moved(self.cursor, action, self.rows.len()),
            Input::Type(key) => self.typed(key),
            Input::Paste(text) => {
                let clean: String = text.trim().chars().filter(|c| !c.is_control()).collect();
                self.line.insert(&clean);
                self.stale = false;
                self.narrow();
            }
            Input::Told(_) | Input::Answer(_) => {}
        }
        Outcome::nothing()
    }

    fn area(&self, body: Rect, _desk: &Desk) -> Rect {
        let rows = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        centered(body, 64, rows.saturating_add(6).max(9))
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk, theme: &Theme) {
        view::draw(self, frame, area, theme);
    }
}
