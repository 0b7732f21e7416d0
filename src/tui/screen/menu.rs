//! Menus of a few rows: how to sort, what to copy. A row is chosen by its letter or with the cursor.

use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::{Contact, FieldKey, Order, SortKey};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::panel::{self, Row};

/// A menu.
#[derive(Debug, Clone, PartialEq)]
pub struct Menu {
    title: &'static str,
    items: Vec<Item>,
    cursor: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Item {
    letter: char,
    label: String,
    then: Then,
}

#[derive(Debug, Clone, PartialEq)]
enum Then {
    Sort(Order),
    Copy(String),
}

impl Menu {
    /// The sort menu. The present key turns round when it is chosen again.
    pub fn sort(order: Order) -> Self {
        let item = |key: SortKey| {
            let (letter, label) = match key {
                SortKey::Name => ('n', "name"),
                SortKey::Email => ('e', "e-mail"),
                SortKey::Phone => ('p', "phone"),
                SortKey::Updated => ('u', "last change"),
                SortKey::Id => ('i', "id"),
            };
            let present = key == order.key;
            // A person who sorts by time wants the newest first.
            let descending = if present {
                !order.descending
            } else {
                key == SortKey::Updated
            };
            let mark = match (present, order.descending) {
                (true, false) => " ↑ now; again: descending",
                (true, true) => " ↓ now; again: ascending",
                (false, _) => "",
            };
            Item {
                letter,
                label: format!("{label}{mark}"),
                then: Then::Sort(Order { key, descending }),
            }
        };
        let at = SortKey::ALL.iter().position(|k| *k == order.key);
        Self {
            title: "Sort by",
            items: SortKey::ALL.into_iter().map(item).collect(),
            cursor: at.unwrap_or(0),
        }
    }

    /// The copy menu for a contact: what it has.
    pub fn copy(contact: &Contact) -> Self {
        let mut items = vec![Item {
            letter: 'i',
            label: "id".into(),
            then: Then::Copy(contact.id.to_string()),
        }];
        for (letter, label, key) in [
            ('e', "e-mail", FieldKey::Email),
            ('p', "phone", FieldKey::Phone),
            ('n', "name", FieldKey::Name),
        ] {
            if !contact.field(key).is_empty() {
                items.push(Item {
                    letter,
                    label: label.into(),
                    then: Then::Copy(contact.field(key).into()),
                });
            }
        }
        items.push(Item {
            letter: 'J',
            label: "JSON".into(),
            then: Then::Copy(contact.to_json().to_string()),
        });
        Self {
            title: "Copy",
            items,
            cursor: 0,
        }
    }

    fn choose(&self, at: usize) -> Outcome {
        match self.items.get(at).map(|i| &i.then) {
            Some(Then::Sort(order)) => Outcome::exit(Exit::CloseWith(Answer::Sort(*order))),
            Some(Then::Copy(text)) => Outcome::exit(Exit::Close).and(Effect::Copy(text.clone())),
            None => Outcome::nothing(),
        }
    }
}

impl Layer for Menu {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu, Context::Everywhere]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close),
            Input::Do(Action::Accept | Action::CycleNext) => self.choose(self.cursor),
            Input::Do(action) => {
                self.cursor = panel::moved(self.cursor, action, self.items.len());
                Outcome::nothing()
            }
            Input::Type(key) => {
                let letter = |i: &Item| key.code == KeyCode::Char(i.letter);
                let at = self.items.iter().position(letter);
                at.map_or_else(Outcome::nothing, |at| self.choose(at))
            }
            Input::Paste(_) | Input::Told(_) | Input::Answer(_) => Outcome::nothing(),
        }
    }

    fn area(&self, body: Rect, _desk: &Desk) -> Rect {
        let height = u16::try_from(self.items.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        centered(body, 38, height)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk, theme: &Theme) {
        let rows = self.items.iter().map(|i| Row {
            key: i.letter.to_string(),
            text: i.label.clone(),
            dim: false,
        });
        let rows: Vec<Row> = rows.collect();
        panel::draw(frame, area, self.title, &rows, self.cursor, theme);
    }
}
