//! A text of several lines that is being edited, by whole graphemes. The text area crate keeps lines,
//! cursor and history; where a grapheme begins and ends is found here, since it moves by characters.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation;

/// Most rows that the box takes on screen.
pub const MOST_ROWS: usize = 5;

/// Several editable lines.
#[derive(Debug, Clone, Default)]
pub struct Area {
    inner: TextArea<'static>,
}

impl PartialEq for Area {
    fn eq(&self, other: &Self) -> bool {
        self.inner.lines() == other.inner.lines() && self.cursor() == other.cursor()
    }
}

impl Area {
    /// An area with a text, the cursor at its start.
    pub fn new(text: &str) -> Self {
        Self {
            inner: TextArea::new(text.split('\n').map(str::to_string).collect()),
        }
    }

    /// The text.
    pub fn text(&self) -> String {
        self.inner.lines().join("\n")
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        self.inner.lines()
    }

    /// Row and character of the cursor.
    pub fn cursor(&self) -> (usize, usize) {
        let DataCursor(row, column) = self.inner.cursor();
        (row, column)
    }

    /// The text of the cursor's row before the cursor.
    pub fn before_cursor(&self) -> String {
        let (row, column) = self.cursor();
        self.line(row).chars().take(column).collect()
    }

    /// One row up or down; false where there is none.
    pub fn move_row(&mut self, down: bool) -> bool {
        let (row, column) = self.cursor();
        let target = if down {
            row.checked_add(1)
        } else {
            row.checked_sub(1)
        };
        match target.filter(|r| *r < self.inner.lines().len()) {
            Some(row) => {
                self.jump(row, column);
                true
            }
            None => false,
        }
    }

    /// Inserts a text at the cursor.
    pub fn insert(&mut self, text: &str) {
        self.inner.insert_str(text);
    }

    /// Takes an editing key; tells whether the text changed. Ctrl-j breaks the line.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let (row, column) = self.cursor();
        let before = self.text();
        match (key.code, ctrl) {
            (KeyCode::Char('j'), true) => self.inner.insert_newline(),
            (KeyCode::Char('w'), true) => {
                self.inner.delete_word();
            }
            (KeyCode::Char('u'), true) => {
                self.inner.delete_line_by_head();
            }
            (KeyCode::Char('k'), true) => {
                self.inner.delete_line_by_end();
            }
            (KeyCode::Char('a'), true) | (KeyCode::Home, false) => self.jump(row, 0),
            (KeyCode::Char('e'), true) | (KeyCode::End, false) => {
                self.inner.move_cursor(CursorMove::End);
            }
            (KeyCode::Home, true) => self.jump(0, 0),
            (KeyCode::End, true) => self.inner.move_cursor(CursorMove::Bottom),
            (KeyCode::Char(c), false) => self.inner.insert_char(c),
            (KeyCode::Left, _) => match self.step_back() {
                Some(step) => self.jump(row, column - step),
                None => self.inner.move_cursor(CursorMove::Back),
            },
            (KeyCode::Right, _) => match self.step_ahead() {
                Some(step) => self.jump(row, column + step),
                None => self.inner.move_cursor(CursorMove::Forward),
            },
            (KeyCode::Backspace, _) => match self.step_back() {
                Some(step) => {
                    self.jump(row, column - step);
                    self.inner.delete_str(step);
                }
                None => {
                    self.inner.delete_newline();
                }
            },
            (KeyCode::Delete, _) => {
                self.inner.delete_str(self.step_ahead().unwrap_or(1));
            }
            _ => {}
        }
        self.text() != before
    }

    fn line(&self, row: usize) -> &str {
        self.inner.lines().get(row).map_or("", String::as_str)
    }

    /// Characters of the grapheme before the cursor; `None` at the start of a line.
    fn step_back(&self) -> Option<usize> {
        let before = self.before_cursor();
        before
            .graphemes(true)
            .next_back()
            .map(|g| g.chars().count())
    }

    /// Characters of the grapheme behind the cursor; `None` at the end of a line.
    fn step_ahead(&self) -> Option<usize> {
        let (row, column) = self.cursor();
        let behind: String = self.line(row).chars().skip(column).collect();
        behind.graphemes(true).next().map(|g| g.chars().count())
    }

    /// Moves the cursor, onto the start of a grapheme.
    fn jump(&mut self, row: usize, column: usize) {
        let mut at = 0;
        for grapheme in self.line(row).graphemes(true) {
            let next = at + grapheme.chars().count();
            if next > column {
                break;
            }
            at = next;
        }
        let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.inner
            .move_cursor(CursorMove::Jump(place(row), place(at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    #[test]
    fn graphemes_are_moved_over_and_deleted_whole() {
        let text = "e\u{301}👩\u{200d}👩\u{200d}👧🇩🇪x";
        let mut area = Area::new(text);
        for _ in 0..3 {
            area.key(plain(KeyCode::Right));
        }
        assert!(area.key(plain(KeyCode::Backspace)));
        assert_eq!(area.text(), "e\u{301}👩\u{200d}👩\u{200d}👧x");
        assert!(area.key(plain(KeyCode::Backspace)));
        assert_eq!(area.text(), "e\u{301}x");
        area.key(plain(KeyCode::Home));
        assert!(area.key(plain(KeyCode::Delete)));
        assert_eq!(area.text(), "x");
    }

    #[test]
    fn lines_break_join_and_keep_carriage_returns() {
        let mut area = Area::new("a\r\nb\n");
        assert_eq!(area.text(), "a\r\nb\n");
        assert!(area.move_row(true) && area.move_row(true) && !area.move_row(true));
        assert!(area.key(plain(KeyCode::Backspace)));
        area.key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL));
        area.insert("c\nd");
        assert_eq!(area.text(), "a\r\nb\nc\nd");
    }
}
