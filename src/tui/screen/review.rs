//! The review: what changes, the exact requests, and the sending.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Ctx, Exit, Input, Layer, Outcome};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;

/// A review.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Review {}

impl Layer for Review {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Review, Context::Everywhere]
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close),
            _ => Outcome::nothing(),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk, _theme: &Theme) {
        frame.render_widget("Review", area);
    }
}
