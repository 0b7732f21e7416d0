//! The tag picker over many contacts: how many of them have which tag, and what is to be added and removed. Each
//! tag goes from leave to add to remove and back, whoever has it. `Enter` has the plan made.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::chosen::Chosen;
use super::picker::names::Names;
use super::picker::view::{Around, Look, draw_names, origin};
use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::diff::contains;
use crate::domain::field::TagSpec;
use crate::domain::validate::{self, Problem};
use crate::domain::{Patch, TagCounts, TagDelta};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{Msg, Ticket};
use crate::tui::theme::Theme;

/// A tag picker over many contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagging {
    chosen: Chosen,
    spec: TagSpec,
    delta: TagDelta,
    /// The account's own catalogue, where there is one.
    catalogue: Option<Vec<String>>,
    names: Names,
    counts: Arc<TagCounts>,
    /// The count that is under way.
    counting: Option<Ticket>,
}

/// What becomes of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Leave,
    Add,
    Remove,
}

/// Below this width the counts are short.
const ROOMY: u16 = 60;

impl Tagging {
    /// Opens over contacts, with what was typed already; with the count to be made, where they are fixed.
    pub fn open(chosen: Chosen, typed: &str, ctx: &mut Ctx<'_>) -> Option<(Self, Option<Effect>)> {
        let spec = ctx.desk.account.as_ref()?.table.tags.clone();
        let vocabulary = &ctx.desk.vocabulary;
        let mut tagging = Self {
            names: Names::new(vocabulary.tags.clone(), spec.ignore_case, typed),
            chosen,
            delta: TagDelta::default(),
            catalogue: vocabulary
                .tags_are_catalogue
                .then(|| vocabulary.tags.clone()),
            spec,
            counts: Arc::default(),
            counting: None,
        };
        let count = tagging.count(ctx);
        Some((tagging, count))
    }

    /// The change so far.
    pub fn delta(&self) -> &TagDelta {
        &self.delta
    }

    fn count(&mut self, ctx: &mut Ctx<'_>) -> Option<Effect> {
        let chosen = Arc::clone(self.chosen.frozen()?);
        let ticket = ctx.tickets.draw();
        self.counting = Some(ticket);
        Some(Effect::CountTags { ticket, chosen })
    }

    fn looked(&self) -> usize {
        self.counts.known() + self.counts.untold()
    }

    fn state(&self, name: &str) -> State {
        let fold = self.spec.ignore_case;
        if contains(&self.delta.add, name, fold) {
            State::Add
        } else if contains(&self.delta.remove, name, fold) {
            State::Remove
        } else {
            State::Leave
        }
    }

    /// Puts a name into a state; says what is wrong with adding it, where something is.
    fn put(&mut self, name: &str, state: State) -> Result<(), Notice> {
        if state == State::Add
            && let Some(problem) = self.problem(name).filter(Problem::is_error)
        {
            return Err(Notice::error(problem.message));
        }
        let fold = self.spec.ignore_case;
        let other = |t: &String| *t != name && !(fold && t.to_lowercase() == name.to_lowercase());
        self.delta.add.retain(other);
        self.delta.remove.retain(other);
        match state {
            State::Leave => {}
            State::Add => {
                self.delta.add.insert(name.to_string());
            }
            State::Remove => {
                // Every spelling that some contact has.
                let names = self.names.all().iter().filter(|n| !other(n)).cloned();
                let names: Vec<String> = names.collect();
                self.delta.remove.insert(name.to_string());
                self.delta.remove.extend(names);
            }
        }
        Ok(())
    }

    fn problem(&self, name: &str) -> Option<Problem> {
        validate::tag(&self.spec, self.catalogue.as_deref(), name)
    }

    /// Leave, add, remove, leave; or the other way round.
    fn cycle(&mut self, back: bool) -> Outcome {
        let Some(name) = self.names.row_name() else {
            return Outcome::nothing();
        };
        let unseen = self.names.creates() && self.names.removes();
        let next = match (self.state(&name), back) {
            (State::Leave, false) if unseen => State::Remove,
            (State::Leave, false) | (State::Remove, true) => State::Add,
            (State::Add, false) | (State::Leave, true) => State::Remove,
            (State::Remove, false) | (State::Add, true) => State::Leave,
        };
        if let Err(notice) = self.put(&name, next) {
            return Outcome::notice(notice);
        }
        if self.names.creates() {
            self.names.put_first(name);
        }
        self.names.finish();
        Outcome::nothing()
    }

    /// Takes what is typed, then has the change planned.
    fn accept(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.names.unfinished().is_some() {
            let row = || {
                self.names
                    .row_name()
                    .filter(|n| self.state(n) == State::Leave)
            };
            let typed = self.names.changes();
            let typed = typed.unwrap_or_else(|| row().map(|n| (false, n)).into_iter().collect());
            for (remove, name) in &typed {
                let state = if *remove { State::Remove } else { State::Add };
                if let Err(notice) = self.put(name, state) {
                    return Outcome::notice(notice);
                }
            }
            self.names.finish();
        }
        if self.delta.is_empty() {
            let words =
                "nothing is to be added or removed yet: Tab on a tag adds it, twice removes it";
            return Outcome::notice(Notice::info(words));
        }
        self.chosen.preview(self.change(), ctx)
    }

    fn change(&self) -> Patch {
        Patch {
            tags: self.delta.clone(),
            ..Patch::default()
        }
    }

    fn told(&mut self, msg: &Msg, ctx: &mut Ctx<'_>) -> Outcome {
        if let Msg::TagsCounted { ticket, result } = msg
            && self.counting == Some(*ticket)
        {
            return self.counted(result);
        }
        match self.chosen.told(msg) {
            None => Outcome::nothing(),
            Some(Err(trouble)) => Outcome::exit(Exit::Close).saying(Notice::trouble(&trouble)),
            Some(Ok(())) => {
                let count = self.count(ctx);
                let mut outcome = match self.chosen.waited() {
                    Some(change) => self.chosen.preview(change, ctx),
                    None => Outcome::nothing(),
                };
                outcome.effects.extend(count);
                outcome
            }
        }
    }

    fn counted(&mut self, result: &Result<Arc<TagCounts>, crate::domain::Trouble>) -> Outcome {
        match result {
            Ok(counts) => self.counts = Arc::clone(counts),
            Err(trouble) => {
                self.counting = None;
                return Outcome::notice(Notice::trouble(trouble));
            }
        }
        if self.looked() < self.chosen.count() {
            return Outcome::nothing();
        }
        self.counting = None;
        // What they have comes first: it is what can be removed.
        let fold = self.spec.ignore_case;
        let held = |n: &&String| self.counts.of(n, fold) > 0;
        let mut names: Vec<String> = self.counts.names().cloned().collect();
        let rest = self.names.all().iter().filter(|n| !held(n)).cloned();
        names.extend(rest);
        self.names.replace(names);
        Outcome::nothing()
    }

    /// How many have a tag, in words.
    fn note(&self, name: &str, roomy: bool) -> String {
        let held = self.counts.of(name, self.spec.ignore_case);
        let (known, untold) = (self.counts.known(), self.counts.untold());
        if self.looked() == 0 {
            return if self.counting.is_some() { "…" } else { "" }.into();
        }
        if self.chosen.count() == 1 {
            let words = match (known, held) {
                (0, _) => "not known",
                (_, 0) => "does not have it",
                _ => "has it",
            };
            return words.into();
        }
        let lacking = known - held;
        let more = if self.counting.is_some() { "+" } else { "" };
        let mut note = match roomy {
            true => format!("{held}{more} have it · {lacking}{more} do not"),
            false => format!("{held}{more} have · {lacking}{more} not"),
        };
        if untold > 0 {
            let words = if roomy { "not known" } else { "?" };
            note.push_str(&format!(" · {untold}{more} {words}"));
        }
        note
    }

    /// What the line below says: about the name that would be made, the change, where names come from.
    fn foot(&self) -> String {
        let creates = self.names.creates() && !self.names.removes();
        let create = self.names.row_name().filter(|_| creates);
        if let Some(problem) = create.and_then(|name| self.problem(&name)) {
            return problem.message;
        }
        let mut parts = Vec::from_iter(self.names.meaning());
        if !self.delta.is_empty() {
            parts.push(self.change().words());
        }
        if self.counting.is_some() {
            let (looked, count) = (self.looked(), self.chosen.count());
            parts.push(format!("counting: {looked} of {count}"));
        } else if self.chosen.frozen().is_none() {
            parts.push("reading who is marked …".into());
        }
        parts.push(origin(self.catalogue.is_some()).into());
        parts.join(" · ")
    }
}

impl Layer for Tagging {
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

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => return Outcome::exit(Exit::Close),
            Input::Do(Action::Accept) => return self.accept(ctx),
            Input::Do(Action::CycleNext) => return self.cycle(false),
            Input::Do(Action::CyclePrev) => return self.cycle(true),
            Input::Do(action) => self.names.moved(action),
            Input::Type(key) => self.names.typed(key),
            Input::Paste(text) => self.names.paste(&text),
            Input::Told(msg) => return self.told(&msg, ctx),
            Input::Answer(Answer::Struck(struck)) => self.chosen.strike(struck),
            Input::Answer(Answer::Begun) => return Outcome::exit(Exit::Close),
            Input::Answer(_) => {}
        }
        Outcome::nothing()
    }

    fn area(&self, body: Rect, _desk: &Desk) -> Rect {
        let rows = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        centered(body, 76, rows.saturating_add(6).max(9))
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk, theme: &Theme) {
        let title = format!("{} of {}", self.spec.label, self.chosen.words());
        let around = Around {
            title: &title,
            foot: &self.foot(),
            problem: &|name| self.problem(name),
        };
        let look = |name: &str| {
            let (mark, style) = match self.state(name) {
                State::Leave => ("  ", ratatui::style::Style::new()),
                State::Add => ("+ ", theme.added),
                State::Remove => ("− ", theme.removed),
            };
            Look {
                mark,
                style,
                note: self.note(name, area.width >= ROOMY),
            }
        };
        draw_names(&self.names, &around, look, frame, area, theme);
    }
}
