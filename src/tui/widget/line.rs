//! A line of text that is being edited, by whole graphemes, with the keys of a shell line.

use crossterm::event::{Event, KeyEvent};
use tui_input::backend::crossterm::to_input_request;
use tui_input::{Input, InputRequest};

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
        for c in text.chars() {
            let c = if c == '\n' || c == '\r' { ' ' } else { c };
            self.input.handle(InputRequest::InsertChar(c));
        }
    }
}
