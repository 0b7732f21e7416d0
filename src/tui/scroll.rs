//! Finds out that a frame is the last one with some lines moved up or down. A terminal can move them
//! itself, which takes a dozen bytes where drawing them again takes thousands.
//!
//! For a [`Shift`] the terminal is sent [`Shift::sequence`], [`Shift::apply`] does the same to what is
//! known to be on screen, and only the remaining differences are drawn.

use ratatui::buffer::{Buffer, Cell};

/// Lines that moved together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// The first line of the region, from 0.
    pub top: u16,
    /// The line behind the region.
    pub bottom: u16,
    /// How many lines the content went up; negative: down.
    pub up: i16,
}

/// Farthest move that is looked for.
const FARTHEST: u16 = 3;

impl Shift {
    /// The move that leaves least to be drawn, if one saves much.
    pub fn between(before: &Buffer, after: &Buffer) -> Option<Self> {
        if before.area != after.area {
            return None;
        }
        let changed: Vec<u16> = (0..before.area.height)
            .filter(|y| line(before, *y) != line(after, *y))
            .collect();
        let (first, last) = (*changed.first()?, *changed.last()?);
        if last - first < 2 * FARTHEST {
            return None;
        }
        let without: usize = changed
            .iter()
            .map(|y| cost(line(before, *y), line(after, *y)))
            .sum();
        let moves = (1..=FARTHEST).flat_map(|n| [n.cast_signed(), -n.cast_signed()]);
        let best = moves
            .map(|up| {
                let shift = Self {
                    top: first,
                    bottom: last + 1,
                    up,
                };
                (shift.left(before, after, without), shift)
            })
            .min_by_key(|(left, _)| *left)?;
        (best.0 * 2 < without).then_some(best.1)
    }

    /// What is left to draw after it; looks no further once that is more than `most`.
    fn left(self, before: &Buffer, after: &Buffer, most: usize) -> usize {
        let mut left = 0;
        for y in self.top..self.bottom {
            let from = y.checked_add_signed(self.up);
            let from = from.filter(|from| (self.top..self.bottom).contains(from));
            left += match from {
                Some(from) => cost(line(before, from), line(after, y)),
                None => cost(&[], line(after, y)),
            };
            if left > most {
                break;
            }
        }
        left
    }

    /// Does to a buffer what the terminal does: lines move, blank ones come in.
    pub fn apply(self, buffer: &mut Buffer) {
        let width = usize::from(buffer.area.width);
        let (from, to) = (
            usize::from(self.top) * width,
            usize::from(self.bottom) * width,
        );
        let by = usize::from(self.up.unsigned_abs()) * width;
        let Some(region) = buffer.content.get_mut(from..to) else {
            return;
        };
        let by = by.min(region.len());
        let blank = if self.up > 0 {
            region.rotate_left(by);
            let kept = region.len() - by;
            region.get_mut(kept..)
        } else {
            region.rotate_right(by);
            region.get_mut(..by)
        };
        for cell in blank.into_iter().flatten() {
            *cell = Cell::EMPTY;
        }
    }

    /// The control sequence: sets the region, scrolls, and gives the region up again. Styles must be
    /// reset before it, and the cursor's place is unknown after it.
    pub fn sequence(self) -> String {
        let (top, bottom) = (self.top + 1, self.bottom);
        let lines = usize::from(self.up.unsigned_abs());
        // Line feeds at the lower edge and reverse ones at the upper: every terminal knows these.
        let (edge, step) = if self.up > 0 {
            (bottom, "\n")
        } else {
            (top, "\x1bM")
        };
        format!(
            "\x1b[{top};{bottom}r\x1b[{edge}H{}\x1b[r",
            step.repeat(lines)
        )
    }
}

/// The cells of a line.
pub(super) fn line(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    let from = usize::from(y) * width;
    buffer.content.get(from..from + width).unwrap_or_default()
}

/// About how many bytes drawing the differences of a line takes: each run of cells needs the cursor
/// moved. Where the line before is shorter, it was blank.
fn cost(before: &[Cell], after: &[Cell]) -> usize {
    const MOVE: usize = 7;
    let mut bytes = 0;
    let mut running = false;
    for (x, new) in after.iter().enumerate() {
        let differs = before.get(x).unwrap_or(&Cell::EMPTY) != new;
        if differs {
            bytes += if running { 1 } else { MOVE + 1 };
        }
        running = differs;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(lines: &[&str]) -> Buffer {
        Buffer::with_lines(lines.iter().map(ToString::to_string))
    }

    const ROWS: [&str; 10] = [
        "head", "aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "foot",
    ];
    const NEXT: [&str; 10] = [
        "head", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "ii", "foot",
    ];

    #[test]
    fn one_line_up_and_down_is_found() {
        let (rows, next) = (screen(&ROWS), screen(&NEXT));
        let up = Shift {
            top: 1,
            bottom: 9,
            up: 1,
        };
        assert_eq!(Shift::between(&rows, &next), Some(up));
        assert_eq!(Shift::between(&next, &rows), Some(Shift { up: -1, ..up }));
        let mut moved = rows.clone();
        up.apply(&mut moved);
        assert_eq!(
            up.left(&rows, &next, usize::MAX),
            9,
            "only the new line is left to draw"
        );
        assert_eq!(up.sequence(), "\x1b[2;9r\x1b[9H\n\x1b[r");
    }

    #[test]
    fn other_changes_are_no_shift() {
        let rows = screen(&ROWS);
        let mut few = ROWS;
        few[3] = "xx";
        let other = [
            "head", "zz", "yy", "xx", "ww", "vv", "uu", "tt", "ss", "foot",
        ];
        for lines in [ROWS, few, other] {
            assert_eq!(Shift::between(&rows, &screen(&lines)), None, "{lines:?}");
        }
        assert_eq!(Shift::between(&rows, &screen(&["a"])), None);
    }
}
