//! Scrolling through lines that are only read.

use crate::tui::keymap::Action;

/// How far one has scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reader {
    top: usize,
    at_end: bool,
}

impl Reader {
    /// At the end, and staying there when lines are added.
    pub fn at_end() -> Self {
        Self {
            top: 0,
            at_end: true,
        }
    }

    /// The first visible line.
    pub fn top(self, lines: usize, height: usize) -> usize {
        let last = lines.saturating_sub(height);
        if self.at_end {
            last
        } else {
            self.top.min(last)
        }
    }

    /// Scrolls by an action; others do nothing.
    pub fn scroll(&mut self, action: Action, lines: usize, height: usize) {
        let last = lines.saturating_sub(height);
        let top = self.top(lines, height);
        let page = height.max(1);
        self.top = match action {
            Action::Down => top + 1,
            Action::Up => top.saturating_sub(1),
            Action::Top => 0,
            Action::Bottom => last,
            Action::PageDown => top + page,
            Action::PageUp => top.saturating_sub(page),
            Action::HalfDown => top + page / 2,
            Action::HalfUp => top.saturating_sub(page / 2),
            _ => return,
        }
        .min(last);
        self.at_end = self.at_end && self.top == last || action == Action::Bottom;
    }
}
