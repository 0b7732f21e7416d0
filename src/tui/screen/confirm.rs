//! A question with yes and no. Yes is a key of its own, never the one that asked.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answer, Command, Ctx, Exit, Input, Layer, Outcome};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::panel;
use crate::tui::widget::text::{put_line, wrap};

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// What is asked, and what would follow.
    pub question: String,
    /// What a yes does; `None`: the screen below is told [`Answer::Yes`].
    pub then: Option<Command>,
}

const WIDTH: u16 = 60;

impl Layer for Confirm {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Confirm, Context::Everywhere]
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match (input, self.then.take()) {
            (Input::Do(Action::Accept), Some(command)) => Outcome::exit(Exit::Run(command)),
            (Input::Do(Action::Accept), None) => Outcome::exit(Exit::CloseWith(Answer::Yes)),
            (Input::Do(Action::Back), _) => Outcome::exit(Exit::Close),
            (_, then) => {
                self.then = then;
                Outcome::nothing()
            }
        }
    }

    fn area(&self, body: Rect, _desk: &Desk) -> Rect {
        let width = WIDTH.min(body.width);
        let lines = wrap(&self.question, width.saturating_sub(4).into()).len();
        centered(body, width, u16::try_from(lines).unwrap_or(0) + 4)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let buffer = frame.buffer_mut();
        let inside = panel::frame(buffer, area, "Sure?", theme);
        let inside = Rect {
            x: inside.x + 1,
            width: inside.width.saturating_sub(2),
            ..inside
        };
        let lines = wrap(&self.question, inside.width.into());
        for (at, line) in lines.iter().enumerate() {
            put_line(buffer, inside, at, line, theme.label);
        }
        let keys = desk.keymap.footer(&[Context::Confirm], false);
        let keys: Vec<String> = keys
            .iter()
            .map(|(key, word)| format!("{key} {word}"))
            .collect();
        put_line(
            buffer,
            inside,
            lines.len() + 1,
            &keys.join(" · "),
            theme.key,
        );
    }
}
