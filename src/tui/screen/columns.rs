//! Which columns the list shows.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::list::column::{self, Column};
use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::Contact;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::{Desk, Notice};
use crate::tui::theme::Theme;
use crate::tui::widget::panel::{self, Row};

/// The choice: every column there is, and whether it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    rows: Vec<(Column, bool)>,
    cursor: usize,
}

impl Columns {
    /// Opens on the chosen columns; attributes that `seen` contacts have can be chosen too.
    pub fn open(chosen: &[String], seen: &[Contact], desk: &Desk) -> Self {
        let shown = column::chosen(chosen, desk);
        let rest = column::available(desk, seen);
        let rest = rest.into_iter().filter(|c| !shown.contains(c));
        let rest: Vec<_> = rest.map(|c| (c, false)).collect();
        let mut rows: Vec<_> = shown.into_iter().map(|c| (c, true)).collect();
        rows.extend(rest);
        Self { rows, cursor: 0 }
    }
}

impl Layer for Columns {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu, Context::Everywhere]
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close),
            Input::Do(Action::CycleNext) => {
                if let Some((_, shown)) = self.rows.get_mut(self.cursor) {
                    *shown = !*shown;
                }
                Outcome::nothing()
            }
            Input::Do(Action::Accept) => {
                let shown = self.rows.iter().filter(|r| r.1);
                let keys: Vec<String> = shown.map(|(c, _)| c.key()).collect();
                if keys.is_empty() {
                    return Outcome::notice(Notice::warning("choose at least one column"));
                }
                Outcome::exit(Exit::CloseWith(Answer::Columns(keys)))
            }
            Input::Do(action) => {
                self.cursor = panel::moved(self.cursor, action, self.rows.len());
                Outcome::nothing()
            }
            Input::Type(_) | Input::Paste(_) | Input::Told(_) | Input::Answer(_) => {
                Outcome::nothing()
            }
        }
    }

    fn area(&self, body: Rect, _desk: &Desk) -> Rect {
        let height = u16::try_from(self.rows.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        centered(body, 36, height)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let rows = self.rows.iter().map(|(column, shown)| Row {
            key: if *shown { "[x]" } else { "[ ]" }.into(),
            text: column.title(desk),
            dim: false,
        });
        let rows: Vec<Row> = rows.collect();
        panel::draw(
            frame,
            area,
            "Columns (Space switches)",
            &rows,
            self.cursor,
            theme,
        );
    }
}
