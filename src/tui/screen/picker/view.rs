//! Drawing of the tag pickers: the input, the names under it, and a line or two below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::names::{Names, Row};
use super::{Picker, State};
use crate::domain::shown::{one_line, width};
use crate::domain::validate::Problem;
use crate::tui::theme::Theme;
use crate::tui::widget::panel;
use crate::tui::widget::text::{put, wrap};

/// How a name is shown.
pub struct Look {
    /// The mark before it.
    pub mark: &'static str,
    /// Its style; plain ones show the cursor.
    pub style: Style,
    /// What is said of it, at the right edge; may be empty.
    pub note: String,
}

/// What is drawn besides the names.
pub struct Around<'a> {
    /// The title of the frame.
    pub title: &'a str,
    /// What is said below, at most two lines.
    pub foot: &'a str,
    /// What is wrong with making a name.
    pub problem: &'a dyn Fn(&str) -> Option<Problem>,
}

/// Draws the picker of one contact.
pub fn draw(picker: &Picker, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let around = Around {
        title: picker.spec.label,
        foot: &source(picker),
        problem: &|name| picker.problem(name),
    };
    let look = |name: &str| {
        let (mark, style) = match picker.state(name) {
            State::Has => ("✓ ", Style::new()),
            State::Lacks => ("  ", Style::new()),
            State::Add => ("+ ", theme.added),
            State::Remove => ("− ", theme.removed),
        };
        let note = String::new();
        Look { mark, style, note }
    };
    draw_names(&picker.names, &around, look, frame, area, theme);
}

/// Draws names to choose from in a frame.
pub fn draw_names(
    names: &Names,
    around: &Around<'_>,
    look: impl Fn(&str) -> Look,
    frame: &mut Frame<'_>,
    area: Rect,
    theme: &Theme,
) {
    let inside = panel::frame(frame.buffer_mut(), area, around.title, theme);
    if inside.height < 3 || inside.width < 8 {
        return;
    }
    let foot = wrap(around.foot, usize::from(inside.width) - 2);
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
    names.line().draw(frame, input, theme.input, true);
    let rows = Rect {
        y: inside.y + 1,
        height: inside.height - 1 - foot_height,
        ..inside
    };
    draw_rows(names, around, look, frame, rows, theme);
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

fn draw_rows(
    names: &Names,
    around: &Around<'_>,
    look: impl Fn(&str) -> Look,
    frame: &mut Frame<'_>,
    area: Rect,
    theme: &Theme,
) {
    let buffer = frame.buffer_mut();
    let rows = names.rows();
    if rows.is_empty() {
        let words = match names.is_empty() {
            true => "no tag is known yet; type a name",
            false => "no such tag",
        };
        put(buffer, area.x + 3, area.y, words, area.width - 3, theme.dim);
        return;
    }
    let height = usize::from(area.height);
    let cursor = names.cursor();
    let top = cursor
        .saturating_sub(height / 2)
        .min(rows.len().saturating_sub(height));
    for (y, (at, row)) in (area.top()..area.bottom()).zip(rows.iter().enumerate().skip(top)) {
        if at == cursor {
            put(buffer, area.x, y, "▌", 1, theme.marker);
        }
        let room = area.width.saturating_sub(3);
        let x = area.x + 2;
        match row {
            Row::Name(_) => {
                let Some(name) = names.name(row) else {
                    continue;
                };
                let Look { mark, style, note } = look(name);
                let style = match at == cursor && style == Style::new() {
                    true => theme.current,
                    false => style,
                };
                let wide = u16::try_from(width(&note)).unwrap_or(0);
                // The name matters more than what is said of it.
                let note_width = if wide > 0 && wide + 8 <= room {
                    wide + 1
                } else {
                    0
                };
                let room = room - note_width;
                let used = put(buffer, x, y, mark, room, style);
                put(buffer, x + used, y, name, room.saturating_sub(used), style);
                if note_width > 0 {
                    put(buffer, x + room + 1, y, &note, wide, theme.dim);
                }
            }
            Row::Create(name) => {
                let verb = if names.removes() { "remove" } else { "create" };
                let text = format!("{verb} tag {:?}", one_line(name));
                let used = put(buffer, x, y, &text, room, theme.current);
                let said = at != cursor && !names.removes();
                if let Some(problem) = (around.problem)(name).filter(|_| said) {
                    let note = format!("  ! {}", problem.message);
                    let style = tone(&problem, theme);
                    put(buffer, x + used, y, &note, room.saturating_sub(used), style);
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
    let create = match picker.names.row() {
        Some(Row::Create(name)) if !picker.names.removes() => {
            picker.problem(name).map(|p| p.message)
        }
        _ => None,
    };
    if let Some(message) = create {
        return message;
    }
    if let Some(meaning) = picker.names.meaning() {
        return meaning;
    }
    let (adds, removes) = (picker.delta.add.len(), picker.delta.remove.len());
    let change = match (adds, removes) {
        (0, 0) => String::new(),
        (a, r) => format!("+{a} −{r} · "),
    };
    format!("{change}{}", origin(picker.catalogue.is_some()))
}

/// Where names come from.
pub fn origin(catalogue: bool) -> &'static str {
    match catalogue {
        true => "catalogue of the account",
        false => "tags seen in loaded contacts; may be incomplete",
    }
}
