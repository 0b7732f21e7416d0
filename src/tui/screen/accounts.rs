//! The configured accounts: shows them, opens another.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Command, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::shown::{one_line, pad, width};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::panel::{self, Row};

/// The cursor in the list of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    cursor: usize,
}

impl Accounts {
    /// Opens with the cursor on the open account.
    pub fn open(desk: &Desk) -> Self {
        let open = desk.account.as_ref().map(|a| &a.name);
        let at = desk.accounts.iter().position(|a| Some(&a.name) == open);
        Self {
            cursor: at.unwrap_or(0),
        }
    }
}

impl Layer for Accounts {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu, Context::Everywhere]
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close),
            Input::Do(Action::Accept) => match ctx.desk.accounts.get(self.cursor) {
                Some(row) => Outcome::exit(Exit::Run(Command::Account(row.name.clone()))),
                None => Outcome::nothing(),
            },
            Input::Do(action) => {
                self.cursor = panel::moved(self.cursor, action, ctx.desk.accounts.len());
                Outcome::nothing()
            }
            Input::Type(_) | Input::Paste(_) | Input::Told(_) | Input::Answer(_) => {
                Outcome::nothing()
            }
        }
    }

    fn area(&self, body: Rect, desk: &Desk) -> Rect {
        let rows = u16::try_from(desk.accounts.len()).unwrap_or(u16::MAX);
        centered(body, 72, rows.saturating_add(2).max(3))
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let open = desk.account.as_ref().map(|a| &a.name);
        let names = desk
            .accounts
            .iter()
            .map(|a| width(&one_line(a.name.as_str())));
        let widest = names.max().unwrap_or(0).min(24);
        let rows = desk.accounts.iter().map(|account| {
            let name = pad(&one_line(account.name.as_str()), widest);
            Row {
                key: if Some(&account.name) == open {
                    "●"
                } else {
                    " "
                }
                .into(),
                text: format!("{name}  {}  {}", account.title, account.place),
                dim: false,
            }
        });
        let rows: Vec<Row> = rows.collect();
        panel::draw(
            frame,
            area,
            "Accounts (● is open)",
            &rows,
            self.cursor,
            theme,
        );
    }
}
