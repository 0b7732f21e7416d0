//! The values of a change that has to be typed: the name of an attribute, its value, a state. They are checked as
//! in the form, with the repair where one is certain.

use crossterm::event::KeyEvent;

use super::Kind;
use crate::domain::fold::fold;
use crate::domain::validate::{self, Problem};
use crate::domain::{AttributeType, Edit, FieldKey, Patch, attribute};
use crate::tui::keymap::Action;
use crate::tui::model::Desk;
use crate::tui::widget::line::Line;

/// What is typed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) lines: Vec<(Part, Line)>,
    pub(super) focus: usize,
}

/// One of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Value,
}

impl Entry {
    pub(super) fn open(kind: Kind) -> Self {
        let parts: &[Part] = match kind {
            Kind::SetAttribute => &[Part::Name, Part::Value],
            Kind::RemoveAttribute => &[Part::Name],
            _ => &[Part::Value],
        };
        Self {
            kind,
            lines: parts.iter().map(|p| (*p, Line::default())).collect(),
            focus: 0,
        }
    }

    fn text(&self, part: Part) -> &str {
        let line = self.lines.iter().find(|(p, _)| *p == part);
        line.map_or("", |(_, line)| line.text())
    }

    fn line(&mut self) -> Option<&mut Line> {
        self.lines.get_mut(self.focus).map(|(_, line)| line)
    }

    pub(super) fn part(&self) -> Option<Part> {
        self.lines.get(self.focus).map(|(part, _)| *part)
    }

    pub(super) fn key(&mut self, key: KeyEvent) {
        if let Some(line) = self.line() {
            line.key(key);
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(line) = self.line() {
            line.paste(text);
        }
    }

    /// Moves on to a text that is still empty, where one is behind the cursor.
    pub(super) fn next_empty(&mut self) -> bool {
        let empty = |(_, line): &(Part, Line)| line.text().is_empty();
        let here = self.lines.get(self.focus).is_some_and(empty);
        let next = self.lines.iter().skip(self.focus + 1).position(empty);
        match next {
            Some(next) if !here => {
                self.focus += next + 1;
                true
            }
            _ => false,
        }
    }

    pub(super) fn act(&mut self, action: Action, desk: &Desk) {
        let last = self.lines.len().saturating_sub(1);
        match action {
            Action::NextField => self.focus = (self.focus + 1).min(last),
            Action::PrevField => self.focus = self.focus.saturating_sub(1),
            Action::NextSeen => self.next_known(desk),
            Action::Repair => {
                let part = self.part();
                let repair = part.and_then(|p| self.problem(p, desk)?.repair);
                if let (Some(repair), Some(line)) = (repair, self.line()) {
                    line.set(&repair);
                }
            }
            _ => {}
        }
    }

    /// The names or values that are known for a text.
    pub(super) fn known(&self, part: Part, desk: &Desk) -> Vec<String> {
        let vocabulary = &desk.vocabulary;
        match (part, self.kind) {
            (Part::Name, _) => {
                let defined = vocabulary.definitions.iter().map(|d| d.key.clone());
                let mut names: Vec<String> = defined.collect();
                let seen = vocabulary.names.iter().filter(|n| !names.contains(n));
                let seen: Vec<String> = seen.cloned().collect();
                names.extend(seen);
                names
            }
            (Part::Value, Kind::SetStatus) => {
                let seen = vocabulary.seen.get(&FieldKey::ContactStatus);
                seen.cloned().unwrap_or_default()
            }
            (Part::Value, _) => match vocabulary.definition(&self.name(desk)) {
                Some(d) if d.kind == AttributeType::Checkbox => vec!["true".into(), "false".into()],
                Some(d) => d.values.clone(),
                None => Vec::new(),
            },
        }
    }

    /// The known one behind the present text, in turn.
    fn next_known(&mut self, desk: &Desk) {
        let Some(part) = self.part() else { return };
        let known = self.known(part, desk);
        let at = known.iter().position(|k| k == self.text(part));
        let next = at.map_or(0, |at| (at + 1) % known.len().max(1));
        if let (Some(next), Some(line)) = (known.get(next), self.line()) {
            line.set(next);
        }
    }

    /// The attribute that is meant: its key, also where what people call it was typed.
    pub(super) fn name(&self, desk: &Desk) -> String {
        let typed = self.text(Part::Name);
        let definitions = &desk.vocabulary.definitions;
        if definitions.iter().any(|d| d.key == typed) {
            return typed.to_string();
        }
        let wanted = fold(typed.trim());
        let mut called = definitions
            .iter()
            .filter(|d| !wanted.is_empty() && fold(d.label.trim()) == wanted);
        match (called.next(), called.next()) {
            (Some(only), None) => only.key.clone(),
            _ => typed.to_string(),
        }
    }

    /// What is wrong with a text.
    pub(super) fn problem(&self, part: Part, desk: &Desk) -> Option<Problem> {
        let account = desk.account.as_ref()?;
        let spec = &account.table.attributes;
        let name = self.name(desk);
        match (part, self.kind) {
            (Part::Name, _) => {
                let known = desk.vocabulary.definition(&name).is_some()
                    || desk.vocabulary.names.contains(&name);
                if known {
                    return None;
                }
                let names = desk.vocabulary.names.iter().map(String::as_str);
                let defined = desk.vocabulary.definitions.iter().map(|d| d.key.as_str());
                validate::attribute_name(spec, names.chain(defined), &name)
            }
            (Part::Value, Kind::SetStatus) => {
                let text = self.text(Part::Value);
                if text.trim().is_empty() {
                    return Some(Problem::error("needs a value"));
                }
                let field = account.table.field(FieldKey::ContactStatus)?;
                validate::field(field, text, account.region.as_deref())
            }
            (Part::Value, _) => {
                let text = self.text(Part::Value);
                if text.is_empty() && spec.empty_removes {
                    let words = "an empty text removes the attribute here: choose that instead";
                    return Some(Problem::error(words));
                }
                let definition = desk.vocabulary.definition(&name);
                validate::attribute(definition, spec, &name, text, None)
            }
        }
    }

    /// The change, or the first thing that is wrong with it.
    pub(super) fn change(&mut self, desk: &Desk) -> Result<Patch, String> {
        let parts: Vec<Part> = self.lines.iter().map(|(part, _)| *part).collect();
        for (at, part) in parts.into_iter().enumerate() {
            if let Some(problem) = self.problem(part, desk).filter(Problem::is_error) {
                self.focus = at;
                return Err(format!("{} {}", part.label(), problem.message));
            }
        }
        let name = self.name(desk);
        let text = self.text(Part::Value);
        let mut change = Patch::default();
        match self.kind {
            Kind::SetStatus => {
                let edit = Edit::Set(text.to_string());
                change.fields.insert(FieldKey::ContactStatus, edit);
            }
            Kind::RemoveAttribute => {
                change.attributes.insert(name, Edit::Clear);
            }
            _ => {
                let table = desk.account.as_ref().map(|a| &a.table);
                let untyped = table.map_or(AttributeType::Text, |t| t.attributes.untyped);
                let value = match desk.vocabulary.definition(&name) {
                    Some(definition) => definition.value_of(text, None),
                    None => attribute::value_of(untyped, text, None),
                };
                let value = value.map_err(|m| format!("{} {m}", Part::Value.label()))?;
                change.attributes.insert(name, Edit::Set(value));
            }
        }
        Ok(change)
    }
}

impl Part {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Value => "Value",
        }
    }
}
