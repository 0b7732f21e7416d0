//! Printing: data on standard output, everything else on standard error, and a reader that closes its
//! end early is no error.

use std::io::{self, IsTerminal, Write};

use serde_json::{Value, json};

use super::exit;
use crate::domain::attribute::text_of;
use crate::domain::diff::Change;
use crate::domain::{Trouble, TroubleKind, shown};

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// JSON instead of text.
    pub json: bool,
    /// Colours are not forbidden.
    pub color: bool,
    /// Progress and remarks are not wanted.
    pub quiet: bool,
}

impl Output {
    /// From the command line's options and the terminal.
    pub fn new(json: bool, no_color: bool, quiet: bool) -> Self {
        let forbidden = no_color || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Self {
            json,
            color: !forbidden,
            quiet,
        }
    }

    fn paints(self) -> bool {
        self.color && io::stderr().is_terminal()
    }

    /// One line of data. `Err(0)` when nobody reads any more.
    ///
    /// # Errors
    /// The exit code to end with.
    pub fn line(self, text: &str) -> Result<(), u8> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}").map_err(|e| Self::broken(&e))
    }

    /// One JSON value on a line of its own.
    ///
    /// # Errors
    /// The exit code to end with.
    pub fn object(self, value: &Value) -> Result<(), u8> {
        self.line(&json_text(value))
    }

    /// Data as it is, without a line end.
    ///
    /// # Errors
    /// The exit code to end with.
    pub fn raw(self, bytes: &[u8]) -> Result<(), u8> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)
            .and_then(|()| out.flush())
            .map_err(|e| Self::broken(&e))
    }

    fn broken(error: &io::Error) -> u8 {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return exit::DONE;
        }
        let text = error.to_string();
        let why = text.split(" (os error").next().unwrap_or_default();
        complain(&format!("Error: writing to standard output: {why}"));
        exit::ERROR
    }

    /// The exit code of a command that ends with `code` and printed so: a reader that has gone away
    /// changes nothing about it.
    pub fn ended(printed: Result<(), u8>, code: u8) -> u8 {
        match printed {
            Ok(()) | Err(exit::DONE) => code,
            Err(failed) if code == exit::DONE => failed,
            Err(_) => code,
        }
    }

    /// A remark for people.
    pub fn remark(self, text: &str) {
        if !self.quiet {
            complain(text);
        }
    }

    /// A line that belongs to a failure told before.
    pub fn aside(self, text: &str) {
        complain(text);
    }

    /// A warning.
    pub fn warning(self, text: &str) {
        let head = if self.paints() {
            "\u{1b}[33mWarning:\u{1b}[0m"
        } else {
            "Warning:"
        };
        complain(&format!("{head} {}", shown::one_line(text)));
    }

    /// A failure: the sentence, what can be done, and as JSON on standard output where asked for.
    /// Returns the exit code.
    pub fn trouble(self, trouble: &Trouble) -> u8 {
        self.error_text(&trouble.message, trouble.hint.as_deref());
        if self.json {
            // Nobody reading is not worth a second complaint.
            let _ = self.object(&json!({"error": trouble_json(trouble)}));
        }
        exit::of_trouble(trouble)
    }

    /// A failure beside data that was printed already: as a sentence only. Returns the exit code.
    pub fn trouble_beside(self, trouble: &Trouble) -> u8 {
        self.error_text(&trouble.message, trouble.hint.as_deref());
        exit::of_trouble(trouble)
    }

    /// The lines of a failure on standard error.
    pub fn error_text(self, message: &str, hint: Option<&str>) {
        let (error, help) = if self.paints() {
            ("\u{1b}[1;31mError:\u{1b}[0m", "\u{1b}[36mHint:\u{1b}[0m")
        } else {
            ("Error:", "Hint:")
        };
        complain(&format!("{error} {}", shown::one_line(message)));
        if let Some(hint) = hint {
            complain(&format!("{help} {}", shown::one_line(hint)));
        }
    }

    /// What changed, a line a value: `name: "Ada" → "Ada B"`.
    ///
    /// # Errors
    /// The exit code to end with.
    pub fn changes(self, changes: &[Change]) -> Result<(), u8> {
        for change in changes {
            self.line(&change_line(change))?;
        }
        Ok(())
    }
}

/// A change as a line for people.
pub fn change_line(change: &Change) -> String {
    format!(
        "  {}: {} → {}",
        shown::one_line(&change.key),
        worded(&change.old),
        worded(&change.new)
    )
}

/// A value for people: texts in quotes, nothing as a word.
fn worded(value: &Value) -> String {
    match value {
        Value::Null => "(none)".into(),
        Value::String(text) => format!("\"{}\"", shown::one_line(text)),
        Value::Array(list) => {
            let words: Vec<String> = list.iter().map(text_of).collect();
            format!("[{}]", shown::one_line(&words.join(", ")))
        }
        other => shown::one_line(&text_of(other)).into_owned(),
    }
}

/// A failure as JSON.
pub fn trouble_json(trouble: &Trouble) -> Value {
    json!({"kind": trouble.kind, "message": trouble.message, "hint": trouble.hint})
}

/// What is wrong with the command line, as JSON on standard output; people were told already.
pub fn usage_json(told: &str) {
    let first = told.split("\n\n").next().unwrap_or_default();
    let first = first.trim().trim_start_matches("error: ");
    let trouble =
        Trouble::new(TroubleKind::Invalid, shown::one_line(first)).with_hint("try cardex --help");
    // Nobody reading is not worth a second complaint.
    let _ = writeln!(
        io::stdout().lock(),
        "{}",
        json!({"error": trouble_json(&trouble)})
    );
}

/// Tells that Ctrl-C ended the command before anything was written. Returns the exit code.
pub fn interrupted() -> u8 {
    complain("Interrupted; nothing was sent.");
    exit::INTERRUPTED
}

/// Writes to standard error; a closed standard error is nobody's loss.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A value as JSON that is safe on a terminal: serde escapes the lower control characters; the upper ones and
/// direction marks are written as escapes here, which mean the same to every reader.
pub fn json_text(value: &Value) -> String {
    let text = value.to_string();
    let hidden = |c: char| {
        matches!(c, '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hidden) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_str, json};

    use super::json_text;

    #[test]
    fn json_on_a_terminal_hides_nothing_and_means_the_same() {
        let value = json!({"na\u{202e}me": "a\u{9b}31mb\u{7f}\u{2067}\u{1b}[2J", "n": 1});
        let text = json_text(&value);
        assert!(
            text.chars()
                .all(|c| !c.is_control() && !('\u{2000}'..'\u{2070}').contains(&c))
        );
        assert_eq!(from_str::<Value>(&text).unwrap(), value);
    }
}
