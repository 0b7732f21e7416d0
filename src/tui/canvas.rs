//! What stands between frames and the terminal: remembers what is on screen and writes as few bytes as
//! make it the new frame.
//!
//! It replaces ratatui's own back end for three reasons. That one asks the terminal where its cursor is
//! whenever the window changes, and waits for an answer that a reader of events may take away. It draws every
//! row again when a list moves by one. And it trusts the terminal about how wide an emoji is, where terminals
//! disagree: here the cursor is placed anew behind every such sign, and what it may have spilled is drawn over.
//!
//! Nothing is read from the terminal here; the window's size is told by a function.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use unicode_width::UnicodeWidthStr;

use super::scroll::{Shift, line};
use super::sgr;

/// A back end for ratatui that owns its output.
pub struct Canvas<W: Write> {
    out: W,
    size: fn() -> io::Result<Size>,
    wanted: Buffer,
    shown: Buffer,
    /// Whether what is on screen is unknown.
    fresh: bool,
    cursor: Position,
    /// Where the cursor was put last.
    placed: Position,
    cursor_wanted: bool,
    cursor_shown: bool,
    text: String,
}

impl<W: Write> Canvas<W> {
    /// A canvas on an output; `size` tells the window's size.
    ///
    /// # Errors
    /// When the size can not be told.
    pub fn new(out: W, size: fn() -> io::Result<Size>) -> io::Result<Self> {
        let area = Rect::from((Position::ORIGIN, size()?));
        Ok(Self {
            out,
            size,
            wanted: Buffer::empty(area),
            shown: Buffer::empty(area),
            fresh: true,
            cursor: Position::ORIGIN,
            placed: Position::ORIGIN,
            cursor_wanted: false,
            cursor_shown: false,
            text: String::new(),
        })
    }

    /// Somebody else used the terminal: what is on screen is unknown.
    pub fn forget(&mut self) {
        self.fresh = true;
        self.cursor_shown = false;
    }

    fn paint(&mut self) {
        if self.fresh || self.shown.area != self.wanted.area {
            self.text.push_str("\x1b[0m\x1b[2J");
            self.shown = Buffer::empty(self.wanted.area);
            self.fresh = false;
        } else if let Some(shift) = Shift::between(&self.shown, &self.wanted) {
            self.text.push_str(&shift.sequence());
            shift.apply(&mut self.shown);
        }
        let mut pen = Pen::new(&mut self.text);
        for y in 0..self.wanted.area.height {
            let (shown, wanted) = (line(&self.shown, y), line(&self.wanted, y));
            if shown == wanted {
                continue;
            }
            if shown.iter().chain(wanted).any(is_unsure) {
                pen.whole_line(y, wanted);
            } else {
                pen.differences(y, shown, wanted);
            }
        }
        pen.end();
        let width = usize::from(self.wanted.area.width).max(1);
        let shown = self.shown.content.chunks_mut(width);
        for (shown, wanted) in shown.zip(self.wanted.content.chunks(width)) {
            if shown != wanted {
                shown.clone_from_slice(wanted);
            }
        }
    }
}

impl<W: Write> Backend for Canvas<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            if let Some(target) = self.wanted.cell_mut((x, y)) {
                target.clone_from(cell);
            }
            // The columns that a wide sign covers are not told.
            let wide = u16::try_from(width(cell)).unwrap_or(1);
            for covered in (x + 1)..(x + wide) {
                if let Some(target) = self.wanted.cell_mut((covered, y)) {
                    target.reset();
                }
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor_wanted = false;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor_wanted = true;
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.wanted = Buffer::empty(Rect::from((Position::ORIGIN, (self.size)()?)));
        Ok(())
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        // The program only ever draws whole frames.
        self.clear()
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: (self.size)()?,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.text.clear();
        self.paint();
        let drew = !self.text.is_empty();
        if self.cursor_wanted && (drew || !self.cursor_shown || self.placed != self.cursor) {
            self.placed = self.cursor;
            let (row, column) = (self.cursor.y + 1, self.cursor.x + 1);
            let _ = write!(self.text, "\x1b[{row};{column}H");
        }
        if self.cursor_wanted != self.cursor_shown {
            self.text.push_str(if self.cursor_wanted {
                "\x1b[?25h"
            } else {
                "\x1b[?25l"
            });
            self.cursor_shown = self.cursor_wanted;
        }
        if self.text.is_empty() {
            return Ok(());
        }
        self.out.write_all(self.text.as_bytes())?;
        self.out.flush()
    }
}

/// Writes cells, moving the cursor and changing the style only where needed.
struct Pen<'a> {
    text: &'a mut String,
    /// Where the terminal's cursor is, if that is certain.
    at: Option<(u16, u16)>,
    /// The style in force, as its sequence; empty for the plain one.
    style: String,
}

impl<'a> Pen<'a> {
    fn new(text: &'a mut String) -> Self {
        Self {
            text,
            at: None,
            style: String::new(),
        }
    }

    fn differences(&mut self, y: u16, shown: &[Cell], wanted: &[Cell]) {
        let mut x = 0;
        // Up to here cells are drawn whatever they were: half of a wide sign can not stay.
        let mut spoilt = 0;
        while let Some(cell) = wanted.get(x) {
            let wide = width(cell);
            let covered = x..(x + wide).min(wanted.len());
            if x < spoilt || shown.get(covered.clone()) != wanted.get(covered.clone()) {
                let broken = covered.filter_map(|i| shown.get(i).map(|old| i + width(old)));
                spoilt = broken.max().unwrap_or(0).max(spoilt);
                self.cell(x, y, cell);
            }
            x += wide;
        }
    }

    fn whole_line(&mut self, y: u16, wanted: &[Cell]) {
        self.go(0, y);
        self.restyle(&Cell::EMPTY);
        self.text.push_str("\x1b[K");
        let mut x = 0;
        while let Some(cell) = wanted.get(x) {
            self.cell(x, y, cell);
            x += width(cell);
        }
    }

    fn cell(&mut self, x: usize, y: u16, cell: &Cell) {
        let Ok(column) = u16::try_from(x) else { return };
        self.go(column, y);
        self.restyle(cell);
        self.text.push_str(cell.symbol());
        let wide = u16::try_from(width(cell)).unwrap_or(1);
        // Behind a sign whose width is in doubt the cursor is anywhere.
        self.at = (!is_unsure(cell)).then_some((column + wide, y));
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => return,
            Some((_, row)) if row == y => {
                let _ = write!(self.text, "\x1b[{}G", x + 1);
            }
            _ => {
                let _ = write!(self.text, "\x1b[{};{}H", y + 1, x + 1);
            }
        }
        self.at = Some((x, y));
    }

    fn restyle(&mut self, cell: &Cell) {
        let style = sgr::of(cell);
        if style != self.style {
            let _ = write!(self.text, "\x1b[{style}m");
            self.style = style;
        }
    }

    fn end(self) {
        if !self.style.is_empty() && self.style != "0" {
            self.text.push_str("\x1b[m");
        }
    }
}

fn width(cell: &Cell) -> usize {
    cell.symbol().width().max(1)
}

/// Whether terminals disagree about how many columns a sign takes: joined emoji, skin tones, presentation
/// selectors, flags, key caps, and stacks of combining marks.
fn is_unsure(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    symbol.len() > 1 && !symbol.is_ascii() && symbol.chars().nth(1).is_some()
}

#[cfg(test)]
mod tests;
