//! The frame: header, list, screens over it, footer. Reads the model only.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::keymap::written;
use super::layout;
use super::model::{Model, Notice, Tone};
use super::screen::list::counts;
use super::screen::{Layer, Screen};
use super::theme::Theme;
use super::update::focus;
use super::widget::text::{put, put_line, wrap};
use crate::domain::shown::{fit, one_line, width};

/// The hint that stays longest: it leads to all others.
const HELP: &str = "help";

/// Most lines that a notice covers.
const MOST_NOTICE_LINES: usize = 4;

/// Draws everything. The frame may have another size than the model knows of; nothing is drawn
/// outside of either.
pub fn view(model: &Model, frame: &mut Frame<'_>, theme: &Theme) {
    let size = model.desk.size;
    let real = frame.area();
    if layout::is_too_small(size) || real.width < size.columns || real.height < size.rows {
        too_small(frame);
        return;
    }
    let areas = layout::areas(size);
    // What is covered wholly is not drawn.
    let body = areas.body;
    let covers = |s: &Screen| s.layer().area(body, &model.desk) == body;
    let first = model.stack.iter().rposition(covers);
    // The list says itself how many are marked.
    let marked = first.map_or(0, |_| model.list.selection.len());
    header(model, marked, frame.buffer_mut(), areas.header, theme);
    if first.is_none() {
        model.list.draw(frame, body, &model.desk, theme);
    }
    for screen in model.stack.iter().skip(first.unwrap_or(0)) {
        let layer = screen.layer();
        let area = layer.area(body, &model.desk).intersection(body);
        Clear.render(area, frame.buffer_mut());
        layer.draw(frame, area, &model.desk, theme);
    }
    footer(model, frame.buffer_mut(), areas.footer, theme);
}

fn too_small(frame: &mut Frame<'_>) {
    let area = frame.area();
    let least = layout::SMALLEST;
    let text = format!(
        "This window is {}×{}; cardex needs {}×{}. Make it larger, or leave with Ctrl-c twice.",
        area.width, area.height, least.columns, least.rows
    );
    let lines = wrap(&text, area.width.into());
    for (at, line) in lines.iter().enumerate() {
        put_line(
            frame.buffer_mut(),
            area,
            at,
            line,
            ratatui::style::Style::new(),
        );
    }
}

fn header(model: &Model, marked: usize, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    buffer.set_style(area, theme.header);
    let desk = &model.desk;
    let mut right = counts(&model.list, desk);
    if marked > 0 {
        right = format!("{marked} marked · {right}");
    }
    if desk.masked {
        right = format!("masked · {right}");
    }
    let right_width = u16::try_from(width(&right)).unwrap_or(0).min(area.width);
    let mut marks = String::new();
    let (name, place) = match &desk.account {
        None => ("cardex".to_string(), String::new()),
        Some(account) => {
            if account.practice {
                marks.push_str(" [practice]");
            }
            if account.read_only {
                marks.push_str(" [read-only]");
            }
            let host = if account.host.is_empty() {
                String::new()
            } else {
                format!(" {}", one_line(&account.host))
            };
            let place = format!(" · {}{host}", one_line(&account.title));
            (one_line(account.name.as_str()).into_owned(), place)
        }
    };
    // The marks must be seen; the name comes next, the place is cut first.
    let room = usize::from(area.width.saturating_sub(right_width + 3));
    let name = fit(&name, room.saturating_sub(width(&marks)));
    let place = fit(&place, room.saturating_sub(width(&marks) + width(&name)));
    let left = format!(" {name}{marks}{place}");
    put(buffer, area.x, area.y, &left, area.width, theme.header);
    let x = area.right().saturating_sub(right_width + 1).max(area.x);
    put(buffer, x, area.y, &right, right_width, theme.header);
}

/// The hints that fit, in order; help is the last one to go.
fn with_help_in(
    mut hints: Vec<(String, &'static str)>,
    columns: u16,
) -> Vec<(String, &'static str)> {
    let room = usize::from(columns) + 2;
    let wide = |hints: &[(String, &str)]| -> usize {
        hints
            .iter()
            .map(|(key, word)| width(key) + width(word) + 3)
            .sum()
    };
    while wide(&hints) > room && hints.len() > 1 {
        let other = hints.iter().rposition(|(_, word)| *word != HELP);
        hints.remove(other.unwrap_or(hints.len() - 1));
    }
    hints
}

fn footer(model: &Model, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let problem = if model.stack.is_empty() {
        model.list.problem()
    } else {
        None
    };
    let problem = problem.map(|text| Notice {
        tone: Tone::Warning,
        text,
    });
    if let Some(notice) = model.notice.as_ref().or(problem.as_ref()) {
        draw_notice(notice, buffer, area, theme);
        return;
    }
    if !model.pending.is_empty() {
        let text = format!("{} …", written(&model.pending));
        put(buffer, area.x, area.y, &text, area.width, theme.key);
        return;
    }
    let (contexts, text) = focus(model);
    let hints = with_help_in(model.desk.keymap.footer(contexts, text), area.width);
    let mut x = area.x;
    for (key, word) in hints {
        x += put(
            buffer,
            x,
            area.y,
            &key,
            area.right().saturating_sub(x),
            theme.key,
        );
        x += 1;
        x += put(
            buffer,
            x,
            area.y,
            word,
            area.right().saturating_sub(x),
            theme.dim,
        );
        x += 2;
    }
}

/// A notice; a long one grows upwards over the body. A mark at its start says how it is meant.
fn draw_notice(notice: &Notice, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let mark = match notice.tone {
        Tone::Info => "",
        Tone::Good => "✓ ",
        Tone::Warning => "! ",
        Tone::Error => "✗ ",
    };
    let text = format!("{mark}{}", one_line(&notice.text));
    let mut lines = wrap(&text, area.width.into());
    lines.truncate(MOST_NOTICE_LINES);
    let height = u16::try_from(lines.len()).unwrap_or(1).min(area.bottom());
    let area = Rect {
        y: area.bottom() - height,
        height,
        ..area
    };
    Clear.render(area, buffer);
    for (at, line) in lines.iter().enumerate() {
        put_line(buffer, area, at, line, theme.tone(notice.tone));
    }
}
