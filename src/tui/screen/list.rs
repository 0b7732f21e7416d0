//! The list of contacts: cursor, window of rows, filter line.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Ctx, Input, Layer, Outcome};
use crate::tui::keymap::Context;
use crate::tui::model::Desk;
use crate::tui::theme::Theme;

/// The list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {}

impl Layer for List {
    fn contexts(&self) -> &'static [Context] {
        &[Context::List, Context::Everywhere]
    }

    fn update(&mut self, _input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        Outcome::nothing()
    }

    fn draw(&self, _frame: &mut Frame<'_>, _area: Rect, _desk: &Desk, _theme: &Theme) {}
}
