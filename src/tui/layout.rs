//! Pure rectangles, for the view, for the mouse and for counting visible rows.

use ratatui::layout::Rect;

use super::model::Size;

/// Smallest window that can be worked in.
pub const SMALLEST: Size = Size {
    columns: 40,
    rows: 12,
};

/// From this width on the details pane opens by itself.
pub const ROOMY_COLUMNS: u16 = 140;

/// Whether the window is too small.
pub fn is_too_small(size: Size) -> bool {
    size.columns < SMALLEST.columns || size.rows < SMALLEST.rows
}

/// Header, body and footer of a window.
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

/// The parts of the list screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListAreas {
    /// The filter line, where there is one.
    pub filter: Option<Rect>,
    /// The column titles: one line.
    pub titles: Rect,
    /// The rows.
    pub rows: Rect,
    /// The lines about loading, where there are some.
    pub status: Option<Rect>,
    /// The details pane, where it is shown.
    pub details: Option<Rect>,
}

/// Divides the body among the parts of the list screen.
pub fn list(body: Rect, details: bool, filter: bool, status: u16) -> ListAreas {
    let mut rest = body;
    let filter = filter.then(|| take_top(&mut rest, 1));
    let status = (status > 0).then(|| take_bottom(&mut rest, status));
    let mut pane = None;
    if details {
        if rest.width >= 76 {
            let width = (rest.width * 2 / 5).min(56);
            rest.width -= width;
            pane = Some(Rect::new(rest.x + rest.width, rest.y, width, rest.height));
        } else {
            let height = rest.height * 3 / 5;
            pane = Some(take_bottom(&mut rest, height));
        }
    }
    let titles = take_top(&mut rest, 1);
    ListAreas {
        filter,
        titles,
        rows: rest,
        status,
        details: pane,
    }
}

fn take_top(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
}

fn take_bottom(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    rest.height -= height;
    Rect {
        y: rest.y + rest.height,
        height,
        ..*rest
    }
}

/// A box of at most this size in the middle of an area.
pub fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    )
}
