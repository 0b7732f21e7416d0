//! Drawing of the tag picker.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Picker, Row, State};
use crate::domain::validate::Problem;
use crate::tui::theme::Theme;
use crate::tui::widget::panel;
use crate::tui::widget::text::{put, wrap};

/// Draws it: the input, the rows, and a line on where the names come from.
pub(super) fn draw(picker: &Picker, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let inside = panel::frame(frame.buffer_mut(), area, picker.spec.label, theme);
    if inside.height < 3 || inside.width < 8 {
        return;
    }
    let foot = wrap(&source(picker), usize::from(inside.width) - 2);
    let foot_height = u16::try_from(foot.len().min(2)).unwrap_or(1);
    let input = Rect {
        x: inside.x + 3,
        width: inside.width - 4,
        height: 1,
        ..inside
    };
    put(
        frame.buffer_mut(),
        inside.x + 1,
        inside.y,
        "/",
        1,
        theme.key,
    );
    picker.line.draw(frame, input, theme.input, true);
    let rows = Rect {
        y: inside.y + 1,
        height: inside.height - 1 - foot_height,
        ..inside
    };
    draw_rows(picker, frame, rows, theme);
    for (at, line) in foot.iter().take(2).enumerate() {
        let y = inside.bottom() - foot_height + u16::try_from(at).unwrap_or(0);
        put(
            frame.buffer_mut(),
            inside.x + 1,
            y,
            line,
            inside.width - 2,
            theme.dim,
        );
    }
}

fn draw_rows(picker: &Picker, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let buffer = frame.buffer_mut();
    if picker.rows.is_empty() {
        let words = match picker.names.is_empty() {
            true => "no tag is known yet; type a name",
            false => "no such tag",
        };
        put(buffer, area.x + 3, area.y, words, area.width - 3, theme.dim);
        return;
    }
    let height = usize::from(area.height);
    let top = picker
        .cursor
        .saturating_sub(height / 2)
        .min(picker.rows.len().saturating_sub(height));
    for (y, (at, row)) in (area.top()..area.bottom()).zip(picker.rows.iter().enumerate().skip(top))
    {
        if at == picker.cursor {
            put(buffer, area.x, y, "▌", 1, theme.marker);
        }
        let room = area.width.saturating_sub(3);
        match row {
            Row::Tag(place) => {
                let Some(name) = picker.names.get(*place) else {
                    continue;
                };
                let (mark, style) = match picker.state(name) {
                    State::Has => ("✓ ", Style::new()),
                    State::Lacks => ("  ", Style::new()),
                    State::Add => ("+ ", theme.added),
                    State::Remove => ("− ", theme.removed),
                };
                let style = match at == picker.cursor && style == Style::new() {
                    true => theme.current,
                    false => style,
                };
                let used = put(buffer, area.x + 2, y, mark, room, style);
                put(
                    buffer,
                    area.x + 2 + used,
                    y,
                    name,
                    room.saturating_sub(used),
                    style,
                );
            }
            Row::Create(name) => {
                let text = format!("create tag {:?}", crate::domain::shown::one_line(name));
                let used = put(buffer, area.x + 2, y, &text, room, theme.current);
                if let Some(problem) = picker.problem(name).filter(|_| at != picker.cursor) {
                    let note = format!("  ! {}", problem.message);
                    let style = tone(&problem, theme);
                    put(
                        buffer,
                        area.x + 2 + used,
                        y,
                        &note,
                        room.saturating_sub(used),
                        style,
                    );
                }
            }
        }
    }
}

fn tone(problem: &Problem, theme: &Theme) -> Style {
    if problem.is_error() {
        theme.error
    } else {
        theme.warning
    }
}

/// Where the names come from; on the row that creates, what the provider does with new ones.
fn source(picker: &Picker) -> String {
    let create = match picker.rows.get(picker.cursor) {
        Some(Row::Create(name)) => picker.problem(name).map(|p| p.message),
        _ => None,
    };
    if let Some(message) = create {
        return message;
    }
    let (adds, removes) = (picker.delta.add.len(), picker.delta.remove.len());
    let change = match (adds, removes) {
        (0, 0) => String::new(),
        (a, r) => format!("+{a} −{r} · "),
    };
    let source = match picker.catalogue {
        Some(_) => "catalogue of the account",
        None => "tags seen in loaded contacts; may be incomplete",
    };
    format!("{change}{source}")
}
