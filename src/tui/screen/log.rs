//! The request log: what was sent, when, and what came of it. Entries arrive masked.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Ctx, Exit, Input, Layer, Outcome};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::reader::Reader;
use crate::tui::widget::text::{put, put_line};

/// The log; shows the newest entries until somebody scrolls up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Log {
    reader: Reader,
}

impl Log {
    /// Opens at the end.
    pub fn open() -> Self {
        Self {
            reader: Reader::at_end(),
        }
    }
}

impl Layer for Log {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Reader, Context::Everywhere]
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close).and(Effect::FollowLog(false)),
            Input::Do(action) => {
                self.reader
                    .scroll(action, ctx.desk.log.len(), height(ctx.desk));
                Outcome::nothing()
            }
            Input::Type(_) | Input::Paste(_) | Input::Told(_) | Input::Answer(_) => {
                Outcome::nothing()
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let buffer = frame.buffer_mut();
        put_line(
            buffer,
            area,
            0,
            "Request log (UTC; newest last, secrets never appear)",
            theme.title,
        );
        if desk.log.is_empty() {
            put_line(buffer, area, 2, "  Nothing was sent yet.", theme.dim);
            return;
        }
        let host = desk.account.as_ref().map_or("", |a| a.host.as_str());
        let top = self.reader.top(desk.log.len(), height(desk));
        let rows = (area.y + 1)..area.bottom();
        for (y, entry) in rows.zip(desk.log.iter().skip(top)) {
            let mut x = area.x;
            let attempt = match entry.attempt {
                0 | 1 => String::new(),
                n => format!(" (attempt {n})"),
            };
            let url = entry.url.strip_prefix(host).unwrap_or(&entry.url);
            let mark = if entry.ok { "✓" } else { "✗" };
            let style = if entry.ok { theme.good } else { theme.error };
            let plain = ratatui::style::Style::new();
            for (text, style) in [
                (format!("{} ", entry.at.strftime("%H:%M:%S")), theme.dim),
                (format!("{mark} {}{attempt} ", entry.result), style),
                (format!("{} ms ", entry.millis), theme.dim),
                (format!("{} ", entry.method), theme.key),
            ] {
                x += put(buffer, x, y, &text, area.right().saturating_sub(x), style);
            }
            let room = area.right().saturating_sub(x);
            put(buffer, x, y, &end_of(url, usize::from(room)), room, plain);
        }
    }
}

/// An address in so many columns: its end tells it from the others, so the front is cut.
fn end_of(url: &str, columns: usize) -> String {
    let count = url.chars().count();
    if count <= columns || columns < 2 {
        return url.to_string();
    }
    let end: String = url.chars().skip(count + 1 - columns).collect();
    format!("…{end}")
}

/// Entries that fit: the body without its title.
fn height(desk: &Desk) -> usize {
    usize::from(desk.size.rows).saturating_sub(3)
}
