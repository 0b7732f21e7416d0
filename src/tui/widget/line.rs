//! A line of text that is being edited, by whole graphemes, with the keys of a shell line.

use crossterm::event::{Event, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use tui_input::backend::crossterm::to_input_request;
use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation;

use super::text::put;
use crate::domain::shown::{one_line, width};

/// One editable line.
#[derive(Debug, Clone, Default)]
pub struct Line {
    input: Input,
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.input.cursor() == other.input.cursor()
    }
}

impl Line {
    /// A line with a text, the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self {
            input: Input::new(text.to_string()),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// The cursor, in characters from the start.
    pub fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Puts another text, the cursor behind it.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_string());
    }

    /// Takes an editing key; tells whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let request = to_input_request(&Event::Key(key));
        let request = match request {
            // In a shell line Ctrl-u deletes what stands before the cursor.
            Some(InputRequest::DeleteLine) => Some(InputRequest::DeleteFromStart),
            other => other,
        };
        request
            .and_then(|r| self.input.handle(r))
            .is_some_and(|changed| changed.value)
    }

    /// Inserts a pasted text at the cursor, as one line.
    pub fn paste(&mut self, text: &str) {
        let text = text.trim_end_matches(['\r', '\n']).replace("\r\n", " ");
        self.insert(&text.replace(['\n', '\r'], " "));
    }

    /// Inserts a text at the cursor as it is.
    pub fn insert(&mut self, text: &str) {
        let mut chars = self.text().chars();
        let mut whole: String = chars.by_ref().take(self.cursor()).collect();
        whole.push_str(text);
        whole.extend(chars);
        let cursor = self.cursor() + text.chars().count();
        self.input = Input::new(whole).with_cursor(cursor);
    }
}

impl Line {
    /// Draws the line into one row, scrolled so that the cursor is seen; with `focus` the terminal's
    /// cursor stands in it.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, style: Style, focus: bool) {
        if area.is_empty() {
            return;
        }
        // Made safe first, then measured: pictures of control characters have other widths.
        let before: String = self.text().chars().take(self.cursor()).collect();
        let ahead = width(&one_line(&before));
        let text = one_line(self.text());
        let room = usize::from(area.width).saturating_sub(1);
        let mut skipped = 0;
        let mut shown = text.as_ref();
        for grapheme in text.graphemes(true) {
            if ahead - skipped <= room {
                break;
            }
            skipped += width(grapheme);
            shown = shown.get(grapheme.len()..).unwrap_or_default();
        }
        put(frame.buffer_mut(), area.x, area.y, shown, area.width, style);
        if focus {
            let column = u16::try_from(ahead.saturating_sub(skipped)).unwrap_or(0);
            frame.set_cursor_position((area.x + column.min(area.width - 1), area.y));
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    #[test]
    fn keys_edit_whole_graphemes_as_in_a_shell() {
        let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let cases = [
            ("ab👩\u{200d}👩\u{200d}👧", plain(KeyCode::Backspace), "ab"),
            ("ae\u{301}", plain(KeyCode::Backspace), "a"),
            ("one two", ctrl('w'), "one "),
            ("one two", ctrl('u'), ""),
            ("one", plain(KeyCode::Char('!')), "one!"),
        ];
        for (text, key, want) in cases {
            let mut line = Line::new(text);
            assert!(line.key(key), "{text:?}");
            assert_eq!(line.text(), want);
        }
    }

    #[test]
    fn pasted_text_becomes_one_line() {
        let mut line = Line::new("a");
        line.paste("b\r\nc\nd\n");
        assert_eq!(line.text(), "ab c d");
    }
}
