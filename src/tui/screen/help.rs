//! Help: the keys, from the keymap. What holds on the screen below comes first.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Ctx, Exit, Input, Layer, Outcome};
use crate::domain::shown::{pad, width};
use crate::tui::keymap::{self, Action, Context, Keymap};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::reader::Reader;
use crate::tui::widget::text::{put, put_line};

/// Help for a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Help {
    contexts: Vec<Context>,
    reader: Reader,
}

impl Help {
    /// Opens on the keys of these contexts.
    pub fn open(contexts: &[Context]) -> Self {
        Self {
            contexts: contexts.to_vec(),
            reader: Reader::default(),
        }
    }

    /// The lines: a title has no text beside it.
    fn lines(&self, keymap: &Keymap) -> Vec<(String, String)> {
        let rest = Context::ALL.iter().filter(|c| !self.contexts.contains(c));
        let mut lines = Vec::new();
        for context in self.contexts.iter().chain(rest) {
            let rows: Vec<_> = keymap
                .rows(&[*context])
                .filter(|b| !b.keys.is_empty())
                .collect();
            if rows.is_empty() {
                continue;
            }
            if !lines.is_empty() {
                lines.push((String::new(), String::new()));
            }
            lines.push((context.title().to_string(), String::new()));
            for binding in rows {
                let keys: Vec<_> = binding.keys.iter().map(|k| keymap::written(k)).collect();
                lines.push((keys.join("  "), binding.label.to_string()));
            }
        }
        lines
    }
}

impl Layer for Help {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Reader, Context::Everywhere]
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back | Action::Help) => Outcome::exit(Exit::Close),
            Input::Do(action) => {
                let lines = self.lines(&ctx.desk.keymap).len();
                let height = usize::from(ctx.desk.size.rows).saturating_sub(2);
                self.reader.scroll(action, lines, height);
                Outcome::nothing()
            }
            Input::Type(_) | Input::Paste(_) | Input::Told(_) | Input::Answer(_) => {
                Outcome::nothing()
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let buffer = frame.buffer_mut();
        let lines = self.lines(&desk.keymap);
        let titled = |l: &&(String, String)| !l.1.is_empty();
        let widest = lines
            .iter()
            .filter(titled)
            .map(|l| width(&l.0))
            .max()
            .unwrap_or(0);
        let keys = widest.min(usize::from(area.width) / 2);
        let top = self.reader.top(lines.len(), area.height.into());
        for (y, (keys_text, label)) in (area.top()..area.bottom()).zip(lines.iter().skip(top)) {
            if label.is_empty() {
                put(buffer, area.x, y, keys_text, area.width, theme.title);
                continue;
            }
            let columns = u16::try_from(keys).unwrap_or(0);
            put(
                buffer,
                area.x + 2,
                y,
                &pad(keys_text, keys),
                columns,
                theme.key,
            );
            let x = area.x + 4 + columns;
            let line = Rect::new(x, y, area.right().saturating_sub(x), 1);
            put_line(buffer, line, 0, label, ratatui::style::Style::new());
        }
    }
}
