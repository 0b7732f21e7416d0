//! The tag picker: a change of tags for one contact, chosen from names that exist or typed.
//!
//! State and keys are here, drawing is in `picker::view`.

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

pub mod names;
pub mod view;

use names::Names;

/// A tag picker.
#[derive(Debug, Clone, PartialEq)]
pub struct Picker {
    spec: TagSpec,
    /// Tags that the contact has.
    stored: TagSet,
    /// The change so far.
    delta: TagDelta,
    /// The account's own catalogue, where there is one.
    catalogue: Option<Vec<String>>,
    names: Names,
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
        Self {
            names: Names::new(names, spec.ignore_case, typed),
            spec,
            stored: stored.clone(),
            delta: delta.clone(),
            catalogue: vocabulary
                .tags_are_catalogue
                .then(|| vocabulary.tags.clone()),
        }
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

    fn cycle(&mut self) -> Outcome {
        let Some(name) = self.names.row_name() else {
            return Outcome::nothing();
        };
        if self.names.creates() && self.names.removes() {
            return Outcome::notice(has_none(&name));
        }
        if self.names.creates() {
            if let Some(problem) = self.problem(&name).filter(Problem::is_error) {
                return Outcome::notice(Notice::error(problem.message));
            }
            self.toggle(&name);
            self.names.put_first(name);
        } else {
            self.toggle(&name);
        }
        self.names.finish();
        Outcome::nothing()
    }

    /// Takes what is typed, then the whole change.
    fn accept(&mut self) -> Outcome {
        if self.names.unfinished().is_some() {
            if let Some(typed) = self.names.changes() {
                for (remove, name) in typed {
                    if let Err(notice) = self.take_typed(remove, &name) {
                        return Outcome::notice(notice);
                    }
                }
            } else {
                match self.names.row_name() {
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
                        self.names.finish();
                        let name = crate::domain::shown::one_line(&name).into_owned();
                        return Outcome::notice(Notice::info(format!("{name:?} {words}")));
                    }
                }
            }
        }
        Outcome::exit(Exit::CloseWith(Answer::Tags(self.delta.clone())))
    }

    /// One part of a typed change.
    fn take_typed(&mut self, remove: bool, name: &str) -> Result<(), Notice> {
        match (remove, self.state(name)) {
            (true, State::Has | State::Add) | (false, State::Remove) => self.toggle(name),
            (true, State::Remove) | (false, State::Has | State::Add) => {}
            (true, State::Lacks) => {
                return Err(has_none(name));
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
}

fn has_none(name: &str) -> Notice {
    let name = crate::domain::shown::one_line(name);
    Notice::warning(format!("the contact has no tag {name:?}"))
}

impl Layer for Picker {
    fn contexts(&self) -> &'static [Context] {
        if self.names.line().text().is_empty() {
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
            Input::Do(action) => self.names.moved(action),
            Input::Type(key) => self.names.typed(key),
            Input::Paste(text) => self.names.paste(&text),
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
