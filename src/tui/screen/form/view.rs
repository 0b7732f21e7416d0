//! Drawing of the form: a head with what is to be said, then the rows, scrolled so that the one with the
//! cursor is seen. Every row stands on a line of its own; remarks follow below it, in its value's column.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Form, words};
use crate::domain::shown::{fit, one_line, width};
use crate::tui::keymap::Action;
use crate::tui::model::{Desk, Tone};
use crate::tui::theme::Theme;
use crate::tui::widget::line::Line;
use crate::tui::widget::text::{put, put_line, wrap};

mod painter;

use painter::Painter;

/// Most lines of the banner, and of each line of the head.
const MOST_HEAD: usize = 3;
/// Rows that stay for the fields, whatever the head has to say.
const LEAST_ROWS: usize = 5;

type Pieces = Vec<(String, Style)>;

/// One line on screen.
struct Shown<'a> {
    lead: Pieces,
    value: Value<'a>,
}

enum Value<'a> {
    Text(Pieces),
    /// A line with the cursor.
    Input(&'a Line),
    /// A line of a text box with the cursor in this column.
    At(String, usize),
}

/// Draws it.
pub(super) fn draw(form: &Form, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
    let mut head = head(form, desk, usize::from(area.width), theme);
    head.truncate(usize::from(area.height).saturating_sub(LEAST_ROWS).max(1));
    for (at, (text, style)) in head.iter().enumerate() {
        put_line(frame.buffer_mut(), area, at, text, *style);
    }
    let used = u16::try_from(head.len()).unwrap_or(1).min(area.height);
    let area = Rect {
        y: area.y + used,
        height: area.height - used,
        ..area
    };
    let painter = Painter {
        desk,
        theme,
        label: label_width(form, area.width),
        columns: usize::from(area.width),
    };
    let mut lines = Vec::new();
    let mut focus = 0..1;
    for (at, field) in form.fields.iter().enumerate() {
        let first = lines.len();
        painter.field(form, field, at == form.focus, &mut lines);
        if at == form.focus {
            focus = first..lines.len();
        }
    }
    let height = usize::from(area.height);
    let above = height.saturating_sub(focus.len()) / 2;
    let top = focus
        .start
        .saturating_sub(above)
        .min(lines.len().saturating_sub(height));
    for (y, line) in (area.top()..area.bottom()).zip(lines.iter().skip(top)) {
        paint(
            line,
            frame,
            Rect {
                y,
                height: 1,
                ..area
            },
            theme,
        );
    }
    let below = lines.len().saturating_sub(top + height);
    let mark = |frame: &mut Frame<'_>, y, sign: &str| {
        put(
            frame.buffer_mut(),
            area.right().saturating_sub(1),
            y,
            sign,
            1,
            theme.dim,
        );
    };
    if top > 0 && height > 1 {
        mark(frame, area.y, "↑");
    }
    if below > 0 && height > 1 {
        mark(frame, area.bottom() - 1, "↓");
    }
}

fn paint(line: &Shown<'_>, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let mut x = area.x;
    let room = |x: u16| area.right().saturating_sub(x);
    for (text, style) in &line.lead {
        x += put(frame.buffer_mut(), x, area.y, text, room(x), *style);
    }
    // One column stays free for the marks of more rows.
    let rest = Rect {
        x,
        width: room(x).saturating_sub(1),
        ..area
    };
    match &line.value {
        Value::Text(pieces) => {
            for (text, style) in pieces {
                x += put(
                    frame.buffer_mut(),
                    x,
                    area.y,
                    text,
                    rest.right().saturating_sub(x),
                    *style,
                );
            }
        }
        Value::Input(input) => {
            frame.buffer_mut().set_style(rest, theme.input);
            input.draw(frame, rest, theme.input, true);
        }
        Value::At(text, column) => {
            frame.buffer_mut().set_style(rest, theme.input);
            put(
                frame.buffer_mut(),
                rest.x,
                rest.y,
                text,
                rest.width,
                theme.input,
            );
            let column = u16::try_from(*column).unwrap_or(0);
            let last = rest.width.saturating_sub(1);
            frame.set_cursor_position((rest.x + column.min(last), rest.y));
        }
    }
}

fn label_width(form: &Form, columns: u16) -> usize {
    let widest = form.fields.iter().map(|f| width(&one_line(&f.label))).max();
    widest
        .unwrap_or(0)
        .min(22)
        .min(usize::from(columns) * 2 / 5)
}

/// Whose form it is, how much is changed, and what went wrong.
fn head(form: &Form, desk: &Desk, columns: usize, theme: &Theme) -> Vec<(String, Style)> {
    let mut lines = Vec::new();
    let changed = form.changed().count();
    let count = match changed {
        0 => String::new(),
        n => format!(" • {n} changed"),
    };
    let id = format!(" · {}", one_line(form.base.id.as_str()));
    let name = one_line(&form.base.title()).into_owned();
    let name = fit(&name, columns.saturating_sub(width(&count) + 1));
    let id = fit(
        &id,
        columns.saturating_sub(width(&name) + width(&count) + 1),
    );
    lines.push((format!(" {name}{id}{count}"), theme.title));
    let mut say = |text: &str, style: Style| {
        let mut wrapped = wrap(text, columns.saturating_sub(2));
        if wrapped.len() > MOST_HEAD {
            wrapped.truncate(MOST_HEAD);
            if let Some(last) = wrapped.last_mut() {
                *last = fit(&format!("{last}…"), columns.saturating_sub(2));
            }
        }
        lines.extend(wrapped.into_iter().map(|l| (format!(" {l}"), style)));
    };
    if let Some(banner) = &form.banner {
        let mark = if banner.tone == Tone::Error {
            "✗"
        } else {
            "!"
        };
        say(
            &format!("{mark} {}", one_line(&banner.text)),
            theme.tone(banner.tone),
        );
    }
    if form.account.read_only {
        say(
            "! read-only account: this can be looked at, not changed",
            theme.warning,
        );
    }
    if let Some(unread) = &form.unread {
        say(&format!("! {}", one_line(&unread.text)), theme.warning);
    }
    if let Some(at) = form.restored {
        let text = format!(
            "draft of {} UTC restored — {} field back, {} discards all",
            at.strftime("%Y-%m-%d %H:%M"),
            words::key(desk, Action::Revert),
            words::key(desk, Action::DiscardDraft)
        );
        say(&text, theme.dim);
    }
    lines
}
