//! A framed box with rows and a cursor: what menus, choices and the palette look like.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::put;
use crate::tui::keymap::Action;
use crate::tui::theme::Theme;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A key or mark at its left; may be empty.
    pub key: String,
    /// The text.
    pub text: String,
    /// Whether it is less important.
    pub dim: bool,
}

/// Draws the frame with a title; returns the inside.
pub fn frame(buffer: &mut Buffer, area: Rect, title: &str, theme: &Theme) -> Rect {
    if area.width < 2 || area.height < 2 {
        return Rect {
            width: 0,
            height: 0,
            ..area
        };
    }
    let across = "─".repeat(usize::from(area.width) - 2);
    let bottom = area.bottom() - 1;
    put(
        buffer,
        area.x,
        area.y,
        &format!("┌{across}┐"),
        area.width,
        theme.frame,
    );
    put(
        buffer,
        area.x,
        bottom,
        &format!("└{across}┘"),
        area.width,
        theme.frame,
    );
    for y in area.y + 1..bottom {
        put(buffer, area.x, y, "│", 1, theme.frame);
        put(buffer, area.right() - 1, y, "│", 1, theme.frame);
    }
    let room = area.width.saturating_sub(4);
    put(
        buffer,
        area.x + 2,
        area.y,
        &format!(" {title} "),
        room,
        theme.title,
    );
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

/// Draws a framed list of rows, scrolled so that the cursor is seen.
pub fn draw(
    out: &mut Frame<'_>,
    area: Rect,
    title: &str,
    rows: &[Row],
    cursor: usize,
    theme: &Theme,
) {
    let buffer = out.buffer_mut();
    let inside = frame(buffer, area, title, theme);
    rows_in(buffer, inside, rows, cursor, theme);
}

/// Draws rows without a frame, scrolled so that the cursor is seen.
pub fn rows_in(buffer: &mut Buffer, area: Rect, rows: &[Row], cursor: usize, theme: &Theme) {
    let top = first_visible(cursor, rows.len(), area.height.into());
    let widest = rows
        .iter()
        .map(|r| crate::domain::shown::width(&r.key))
        .max();
    let key_width = u16::try_from(widest.unwrap_or(0))
        .unwrap_or(0)
        .min(area.width / 2);
    for (y, (at, row)) in (area.top()..area.bottom()).zip(rows.iter().enumerate().skip(top)) {
        let current = at == cursor;
        if current {
            put(buffer, area.x, y, "▌", 1, theme.marker);
        }
        put(buffer, area.x + 2, y, &row.key, key_width, theme.key);
        let x = area.x + 2 + key_width + u16::from(key_width > 0) * 2;
        let style = match (current, row.dim) {
            (true, _) => theme.current,
            (false, true) => theme.dim,
            (false, false) => ratatui::style::Style::new(),
        };
        put(
            buffer,
            x,
            y,
            &row.text,
            area.right().saturating_sub(x),
            style,
        );
    }
}

/// The first visible row, so that the cursor is about in the middle.
fn first_visible(cursor: usize, rows: usize, height: usize) -> usize {
    cursor
        .saturating_sub(height / 2)
        .min(rows.saturating_sub(height))
}

/// Where a cursor stands after a moving action in a list of so many rows.
pub fn moved(cursor: usize, action: Action, rows: usize) -> usize {
    let last = rows.saturating_sub(1);
    match action {
        Action::Down => (cursor + 1).min(last),
        Action::Up => cursor.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => last,
        Action::PageDown => (cursor + 10).min(last),
        Action::PageUp => cursor.saturating_sub(10),
        Action::HalfDown => (cursor + 5).min(last),
        Action::HalfUp => cursor.saturating_sub(5),
        _ => cursor,
    }
}
