//! A question with an answer to type: the number that confirms, the name of a file. The screen below is told the
//! answer; where one certain answer is wanted, no other closes it.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::{Desk, Notice};
use crate::tui::theme::Theme;
use crate::tui::widget::line::Line;
use crate::tui::widget::panel;
use crate::tui::widget::text::{put_line, wrap};

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    title: &'static str,
    question: String,
    line: Line,
    /// The one answer that is taken, where only one is.
    wanted: Option<String>,
}

const WIDTH: u16 = 64;

impl Ask {
    /// Asks for a text, with one that is there already.
    pub fn text(title: &'static str, question: impl Into<String>, typed: &str) -> Self {
        Self {
            title,
            question: question.into(),
            line: Line::new(typed),
            wanted: None,
        }
    }

    /// Asks for a number to be typed, which is the consent.
    pub fn number(title: &'static str, question: impl Into<String>, number: usize) -> Self {
        Self {
            title,
            question: question.into(),
            line: Line::default(),
            wanted: Some(number.to_string()),
        }
    }

    fn accept(&mut self) -> Outcome {
        let text = self.line.text().trim().to_string();
        match &self.wanted {
            Some(wanted) if *wanted != text => {
                let words = match text.is_empty() {
                    true => format!("type {wanted}, or go back; nothing was done"),
                    false => format!("that is not {wanted}; nothing was done"),
                };
                self.line.set("");
                Outcome::notice(Notice::warning(words))
            }
            None if text.is_empty() => Outcome::notice(Notice::info("nothing was typed")),
            _ => Outcome::exit(Exit::CloseWith(Answer::Typed(text))),
        }
    }

    fn lines(&self, width: u16) -> Vec<String> {
        wrap(&self.question, width.saturating_sub(4).into())
    }
}

impl Layer for Ask {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Prompt, Context::Everywhere]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Accept) => return self.accept(),
            Input::Do(Action::Back) => return Outcome::exit(Exit::Close),
            Input::Type(key) => {
                self.line.key(key);
            }
            Input::Paste(text) => self.line.paste(&text),
            Input::Do(_) | Input::Told(_) | Input::Answer(_) => {}
        }
        Outcome::nothing()
    }

    fn area(&self, body: Rect, _desk: &Desk) -> Rect {
        let width = WIDTH.min(body.width);
        let lines = u16::try_from(self.lines(width).len()).unwrap_or(0);
        centered(body, width, lines.saturating_add(4))
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk, theme: &Theme) {
        let inside = panel::frame(frame.buffer_mut(), area, self.title, theme);
        let inside = Rect {
            x: inside.x + 1,
            width: inside.width.saturating_sub(2),
            ..inside
        };
        let lines = self.lines(area.width);
        for (at, line) in lines.iter().enumerate() {
            put_line(frame.buffer_mut(), inside, at, line, theme.label);
        }
        let below = u16::try_from(lines.len()).unwrap_or(0) + 1;
        let line = Rect {
            y: inside.y + below,
            height: inside.height.saturating_sub(below).min(1),
            ..inside
        };
        self.line.draw(frame, line, theme.input, true);
    }
}
