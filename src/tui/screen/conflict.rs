//! The conflict screen: base, theirs and mine side by side.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Ctx, Exit, Input, Layer, Outcome};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;

/// A conflict.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conflict {}

impl Layer for Conflict {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Conflict, Context::Everywhere]
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close),
            _ => Outcome::nothing(),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk, _theme: &Theme) {
        frame.render_widget("Conflict", area);
    }
}
