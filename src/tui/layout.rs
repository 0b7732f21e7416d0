//! Pure rectangles, for the view and for counting visible rows.

use ratatui::layout::Rect;

use super::model::Size;

/// Smallest window that can be worked in.
pub const SMALLEST: Size = Size {
    columns: 40,
    rows: 12,
};

/// Whether the window is too small.
pub fn is_too_small(size: Size) -> bool {
    size.columns < SMALLEST.columns || size.rows < SMALLEST.rows
}

/// Header, body and the two lines at the bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Account and counts: one line.
    pub header: Rect,
    /// The screen.
    pub body: Rect,
    /// Keys, or the notice: one line.
    pub footer: Rect,
}

/// The parts of a window.
pub fn areas(size: Size) -> Areas {
    let line = |y| Rect::new(0, y, size.columns, 1.min(size.rows));
    Areas {
        header: line(0),
        body: Rect::new(0, 1, size.columns, size.rows.saturating_sub(2)),
        footer: line(size.rows.saturating_sub(1)),
    }
}
