//! Other changes of many contacts than their tags: one attribute set or removed, blocked or unblocked, opt-in
//! withdrawn, a state of the provider's. What the account can not store is shown with the reason. Consent can only
//! be narrowed here.
//!
//! State and keys are here, the values that are typed in `change::entry`, drawing in `change::view`.

use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::chosen::Chosen;
use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::{Edit, FieldKey, FieldTable, Flag, Patch};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::Msg;
use crate::tui::theme::Theme;
use crate::tui::widget::panel;

mod entry;
mod view;

use entry::Entry;

/// The choice of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    chosen: Chosen,
    cursor: usize,
    /// The values of the chosen change, while they are typed.
    entry: Option<Entry>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    SetAttribute,
    RemoveAttribute,
    Block,
    Unblock,
    WithdrawOptin,
    SetStatus,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::SetAttribute,
        Self::RemoveAttribute,
        Self::Block,
        Self::Unblock,
        Self::WithdrawOptin,
        Self::SetStatus,
    ];

    fn letter(self) -> char {
        match self {
            Self::SetAttribute => 'a',
            Self::RemoveAttribute => 'r',
            Self::Block => 'b',
            Self::Unblock => 'u',
            Self::WithdrawOptin => 'o',
            Self::SetStatus => 's',
        }
    }

    fn label(self, table: &FieldTable) -> String {
        match self {
            Self::SetAttribute => "set an attribute".into(),
            Self::RemoveAttribute => "remove an attribute".into(),
            Self::Block => "block".into(),
            Self::Unblock => "unblock".into(),
            Self::WithdrawOptin => "withdraw opt-in".into(),
            Self::SetStatus => {
                let spec = table.field(FieldKey::ContactStatus);
                let label = spec.map_or("contact status", |s| s.label);
                format!("set the {}", label.to_lowercase())
            }
        }
    }

    /// Whether this account knows such a thing at all. What only one vendor has is not offered by the others.
    fn is_known(self, table: &FieldTable) -> bool {
        self != Self::SetStatus || table.field(FieldKey::ContactStatus).is_some()
    }

    /// Why it can not be done here, where it can not.
    fn refusal(self, table: &FieldTable) -> Option<&'static str> {
        let flag = |flag| match table.flag(flag) {
            Some(spec) => {
                (!spec.access.can_set()).then(|| spec.access.reason().unwrap_or_default())
            }
            None => Some("there is no such flag here"),
        };
        match self {
            Self::SetAttribute => {
                let access = table.attributes.access;
                (!access.can_set()).then(|| access.reason().unwrap_or_default())
            }
            Self::RemoveAttribute => {
                let access = table.attributes.access;
                (!access.can_clear()).then(|| access.reason().unwrap_or_default())
            }
            Self::Block | Self::Unblock => flag(Flag::Blocked),
            Self::WithdrawOptin => flag(Flag::Optin),
            Self::SetStatus => {
                let access = table.field(FieldKey::ContactStatus)?.access;
                (!access.can_set()).then(|| access.reason().unwrap_or_default())
            }
        }
    }
}

impl Change {
    /// Opens over contacts.
    pub fn open(chosen: Chosen) -> Self {
        Self {
            chosen,
            cursor: 0,
            entry: None,
        }
    }

    fn kinds(desk: &Desk) -> Vec<Kind> {
        let table = desk.account.as_ref().map(|a| &a.table);
        let known = |k: &Kind| table.is_some_and(|t| k.is_known(t));
        Kind::ALL.into_iter().filter(known).collect()
    }

    fn choose(&mut self, at: usize, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(kind) = Self::kinds(ctx.desk).get(at).copied() else {
            return Outcome::nothing();
        };
        let Some(account) = &ctx.desk.account else {
            return Outcome::nothing();
        };
        self.cursor = at;
        if let Some(why) = kind.refusal(&account.table) {
            let words = format!("{}: not here: {why}", kind.label(&account.table));
            return Outcome::notice(Notice::warning(words));
        }
        let flag = |flag, state| Patch {
            flags: [(flag, Edit::Set(state))].into(),
            ..Patch::default()
        };
        let change = match kind {
            Kind::SetAttribute | Kind::RemoveAttribute | Kind::SetStatus => {
                self.entry = Some(Entry::open(kind));
                return Outcome::nothing();
            }
            Kind::Block => flag(Flag::Blocked, true),
            Kind::Unblock => flag(Flag::Blocked, false),
            Kind::WithdrawOptin => flag(Flag::Optin, false),
        };
        self.chosen.preview(change, ctx)
    }

    fn menu(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let kinds = Self::kinds(ctx.desk);
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close),
            Input::Do(Action::Accept | Action::CycleNext) => self.choose(self.cursor, ctx),
            Input::Do(action) => {
                self.cursor = panel::moved(self.cursor, action, kinds.len());
                Outcome::nothing()
            }
            Input::Type(key) => {
                let letter = |k: &Kind| key.code == KeyCode::Char(k.letter());
                match kinds.iter().position(letter) {
                    Some(at) => self.choose(at, ctx),
                    None => Outcome::nothing(),
                }
            }
            Input::Paste(_) | Input::Told(_) | Input::Answer(_) => Outcome::nothing(),
        }
    }

    fn typing(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(entry) = &mut self.entry else {
            return Outcome::nothing();
        };
        match input {
            Input::Do(Action::Back) => self.entry = None,
            Input::Do(Action::Accept) => {
                if entry.next_empty() {
                    return Outcome::nothing();
                }
                return match entry.change(ctx.desk) {
                    Ok(change) => self.chosen.preview(change, ctx),
                    Err(words) => Outcome::notice(Notice::error(words)),
                };
            }
            Input::Do(action) => entry.act(action, ctx.desk),
            Input::Type(key) => entry.key(key),
            Input::Paste(text) => entry.paste(&text),
            Input::Told(_) | Input::Answer(_) => {}
        }
        Outcome::nothing()
    }

    fn told(&mut self, msg: &Msg, ctx: &mut Ctx<'_>) -> Outcome {
        match self.chosen.told(msg) {
            None => Outcome::nothing(),
            Some(Err(trouble)) => Outcome::exit(Exit::Close).saying(Notice::trouble(&trouble)),
            Some(Ok(())) => match self.chosen.waited() {
                Some(change) => self.chosen.preview(change, ctx),
                None => Outcome::nothing(),
            },
        }
    }
}

impl Layer for Change {
    fn contexts(&self) -> &'static [Context] {
        match self.entry {
            Some(_) => &[Context::Prompt, Context::Everywhere],
            None => &[Context::Menu, Context::Everywhere],
        }
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Told(msg) => self.told(&msg, ctx),
            Input::Answer(Answer::Struck(struck)) => {
                self.chosen.strike(struck);
                Outcome::nothing()
            }
            Input::Answer(Answer::Begun) => Outcome::exit(Exit::Close),
            input if self.entry.is_some() => self.typing(input, ctx),
            input => self.menu(input, ctx),
        }
    }

    fn area(&self, body: Rect, desk: &Desk) -> Rect {
        let width = view::WIDTH.min(body.width);
        let lines = view::lines(self, desk, width, &Theme::default()).len();
        centered(body, width, u16::try_from(lines).unwrap_or(0) + 2)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        view::draw(self, frame, area, desk, theme);
    }
}
