//! Frames to bytes: what differs from the frame before, after moving lines that only moved. Where a list
//! scrolls by a row, the terminal scrolls it, and a few hundred bytes go out instead of the whole list.
//!
//! Lines are moved by deleting or inserting them within margins: terminals that know no more than a VT102
//! can do that.

use std::io::{self, Write};
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};

/// So many changed lines are painted without looking whether they only moved.
const FEW: usize = 3;

/// What the terminal shows, and the bytes that change it.
#[derive(Debug, Default)]
pub struct Painter {
    shown: Buffer,
    /// `None`: hidden.
    cursor: Option<Position>,
    fresh: bool,
    bytes: Vec<u8>,
}

/// Lines that moved: `lines` of `top..=bottom` went up, or down where it is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scroll {
    top: usize,
    bottom: usize,
    lines: isize,
}

impl Painter {
    /// Nothing is known of the screen any more: the next frame is painted whole.
    pub fn forget(&mut self) {
        self.fresh = false;
    }

    /// The bytes that turn the screen into this frame.
    pub fn paint(&mut self, next: &Buffer, cursor: Option<Position>) -> io::Result<&[u8]> {
        self.bytes.clear();
        if !self.fresh || self.shown.area != next.area {
            self.shown = Buffer::empty(next.area);
            self.cursor = None;
            self.fresh = true;
            self.bytes.extend_from_slice(b"\x1b[0m\x1b[2J\x1b[?25l");
        }
        let mut changed = changed(&self.shown, next);
        if changed.len() > FEW
            && let Some(scroll) = find(&self.shown, next, &changed)
        {
            self.scroll(scroll)?;
            changed = self::changed(&self.shown, next);
        }
        let mut backend = CrosstermBackend::new(&mut self.bytes);
        if !changed.is_empty() {
            if self.cursor.is_some() {
                backend.hide_cursor()?;
                self.cursor = None;
            }
            let mut cells = Vec::new();
            for y in changed {
                let Some((old, new)) = lines(&self.shown, next).nth(y) else {
                    continue;
                };
                // A line at a time: ratatui knows what wide characters leave behind, but looks at all.
                let area = Rect::new(next.area.x, next.area.y + number(y), next.area.width, 1);
                let [old, new] = [old, new].map(|cells| Buffer {
                    area,
                    content: cells.to_vec(),
                });
                let differing = old.diff_iter(&new);
                cells.extend(differing.map(|(x, y, cell)| (x, y, cell.clone())));
                let start = y * usize::from(area.width);
                let shown = self.shown.content.get_mut(start..start + new.content.len());
                if let Some(shown) = shown {
                    shown.clone_from_slice(&new.content);
                }
            }
            backend.draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        }
        match cursor {
            _ if cursor == self.cursor => {}
            Some(position) => {
                backend.set_cursor_position(position)?;
                backend.show_cursor()?;
            }
            None => backend.hide_cursor()?,
        }
        self.cursor = cursor;
        Ok(&self.bytes)
    }

    fn scroll(&mut self, scroll: Scroll) -> io::Result<()> {
        let Scroll { top, bottom, lines } = scroll;
        let (first, last, many) = (top + 1, bottom + 1, lines.unsigned_abs());
        let what = if lines > 0 { 'M' } else { 'L' };
        write!(
            self.bytes,
            "\x1b[{first};{last}r\x1b[{first};1H\x1b[{many}{what}\x1b[r"
        )?;
        let width = usize::from(self.shown.area.width);
        let region = self.shown.content.get_mut(top * width..last * width);
        if let Some(region) = region.filter(|r| r.len() >= many * width) {
            let blank = if lines > 0 {
                region.rotate_left(many * width);
                region.len() - many * width..region.len()
            } else {
                region.rotate_right(many * width);
                0..many * width
            };
            if let Some(blank) = region.get_mut(blank) {
                blank.fill(Cell::default());
            }
        }
        Ok(())
    }
}

/// Both frames line by line.
fn lines<'a>(old: &'a Buffer, new: &'a Buffer) -> impl Iterator<Item = (&'a [Cell], &'a [Cell])> {
    let width = usize::from(new.area.width).max(1);
    old.content.chunks(width).zip(new.content.chunks(width))
}

/// The lines that are not the same.
fn changed(old: &Buffer, new: &Buffer) -> Vec<usize> {
    let differ = lines(old, new).enumerate().filter(|(_, (a, b))| a != b);
    differ.map(|(y, _)| y).collect()
}

fn number(y: usize) -> u16 {
    u16::try_from(y).unwrap_or(u16::MAX)
}

/// The move of lines that leaves the least to paint, if there is one worth it.
fn find(shown: &Buffer, next: &Buffer, changed: &[usize]) -> Option<Scroll> {
    let width = usize::from(next.area.width).max(1);
    let (old, new): (Vec<&[Cell]>, Vec<&[Cell]>) = lines(shown, next).unzip();
    let height = new.len();
    let mut in_place = vec![0; height];
    for y in changed {
        if let Some(cells) = in_place.get_mut(*y) {
            *cells = differing(old.get(*y), new.get(*y));
        }
    }
    // How far did most lines move that are the same elsewhere?
    let reach = height.cast_signed();
    let same = |y: isize, lines: isize| {
        let (to, from) = (y.cast_unsigned(), (y + lines).cast_unsigned());
        in_place.get(to).is_some_and(|n| *n > 0) && from < height && old.get(from) == new.get(to)
    };
    let candidate = |lines: &isize| (0..reach).filter(|y| same(*y, *lines)).count();
    let lines = (1 - reach..reach)
        .filter(|lines| *lines != 0)
        .max_by_key(|lines| (candidate(lines), -lines.abs()))?;
    if candidate(&lines) < 2 {
        return None;
    }
    // The run of lines where moving saves the most cells.
    let (mut best, mut best_gain) = (None, 0);
    let (mut gain, mut from) = (0, 0);
    for y in 0..height {
        let source = y.checked_add_signed(lines).filter(|s| *s < height);
        let Some(source) = source else {
            (gain, from) = (0, y + 1);
            continue;
        };
        let stays = in_place.get(y).copied().unwrap_or_default();
        let moves = differing(old.get(source), new.get(y));
        gain += stays.cast_signed() - moves.cast_signed();
        if gain <= 0 {
            (gain, from) = (0, y + 1);
        } else if gain > best_gain {
            best_gain = gain;
            best = Some((from, y));
        }
    }
    let (from, to) = best?;
    let far = lines.unsigned_abs();
    let (top, bottom) = if lines > 0 {
        (from, to + far)
    } else {
        (from.checked_sub(far)?, to)
    };
    (best_gain.cast_unsigned() > width).then_some(Scroll { top, bottom, lines })
}

fn differing(old: Option<&&[Cell]>, new: Option<&&[Cell]>) -> usize {
    match (old, new) {
        (Some(old), Some(new)) => old.iter().zip(*new).filter(|(a, b)| a != b).count(),
        _ => 0,
    }
}

/// What ratatui draws on: it keeps the cursor and leaves the painting to [`Painter`], which knows the
/// whole frame.
#[derive(Debug, Default)]
pub struct Canvas {
    position: Position,
    cursor: Rc<std::cell::Cell<Option<Position>>>,
}

impl Canvas {
    /// Where the cursor stands after a frame; `None` where it is not to be seen.
    pub fn cursor(&self) -> Rc<std::cell::Cell<Option<Position>>> {
        Rc::clone(&self.cursor)
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, _content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor.set(None);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor.set(Some(self.position));
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.position)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.position = position.into();
        if self.cursor.get().is_some() {
            self.cursor.set(Some(self.position));
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn clear_region(&mut self, _region: ClearType) -> io::Result<()> {
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        // Asked for every frame: crossterm would open the terminal's file each time.
        #[cfg(unix)]
        if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
            && size.ws_col > 0
            && size.ws_row > 0
        {
            return Ok(Size::new(size.ws_col, size.ws_row));
        }
        let (width, height) = crossterm::terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::style::{Color, Style};

    const SIZE: Rect = Rect::new(0, 0, 30, 14);

    /// A list under a title: `top` is its first row, `cursor` the marked one.
    fn list(top: usize, cursor: usize) -> Buffer {
        let mut frame = Buffer::empty(SIZE);
        frame.set_string(0, 0, "title", Style::new().bg(Color::Blue));
        for line in 1..13_u16 {
            let row = top + usize::from(line);
            let style = if row == cursor {
                Style::new().fg(Color::Yellow)
            } else {
                Style::new()
            };
            let name = ["Ada", "李小龍", "🌸 Zoë", "محمد"][row % 4];
            frame.set_string(0, line, format!("{name} {row:04} of the list"), style);
        }
        frame.set_string(0, 13, "keys", Style::new());
        frame
    }

    fn screen() -> vt100::Parser {
        let size = |n| std::num::NonZero::new(n).unwrap();
        vt100::Parser::new(size(SIZE.height), size(SIZE.width), 0)
    }

    /// Text and colours of every cell.
    fn seen(parser: &vt100::Parser) -> Vec<String> {
        let look = |x, y| {
            let cell = parser.screen().cell(y, x).unwrap();
            let text = match cell.contents() {
                "" => " ",
                text => text,
            };
            format!("{text}{:?}{:?}", cell.fgcolor(), cell.bgcolor())
        };
        let line = |y| (0..SIZE.width).map(|x| look(x, y)).collect();
        (0..SIZE.height).map(line).collect()
    }

    fn painted_at_once(frame: &Buffer) -> Vec<String> {
        let mut parser = screen();
        parser.process(Painter::default().paint(frame, None).unwrap());
        seen(&parser)
    }

    #[test]
    fn a_list_that_scrolls_by_a_row_costs_about_two_rows() {
        let mut painter = Painter::default();
        let whole = painter.paint(&list(0, 12), None).unwrap().len();
        let bytes = painter.paint(&list(1, 13), None).unwrap().len();
        assert!(bytes < 200 && whole > 700, "{bytes} of {whole}");
        let back = painter.paint(&list(0, 1), None).unwrap().len();
        assert!(back < 200, "{back}");
    }

    #[test]
    fn the_same_frame_costs_nothing() {
        let mut painter = Painter::default();
        let cursor = Some(Position::new(3, 4));
        assert!(!painter.paint(&list(0, 1), cursor).unwrap().is_empty());
        assert!(painter.paint(&list(0, 1), cursor).unwrap().is_empty());
        assert_eq!(painter.paint(&list(0, 1), None).unwrap(), b"\x1b[?25l");
        painter.forget();
        assert!(painter.paint(&list(0, 1), None).unwrap().len() > 200);
    }

    proptest! {
        #[test]
        fn whatever_came_before_the_screen_shows_the_frame(
            steps in prop::collection::vec((0_usize..30, 0_usize..13), 2..8),
        ) {
            let (mut painter, mut parser) = (Painter::default(), screen());
            for (top, cursor) in steps {
                let frame = list(top, top + cursor);
                parser.process(painter.paint(&frame, None).unwrap());
                prop_assert_eq!(seen(&parser), painted_at_once(&frame));
            }
        }
    }
}
