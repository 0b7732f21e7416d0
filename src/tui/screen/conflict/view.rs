//! Drawing of the conflict screen: three columns, or the three values below each other.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Conflict, Row};
use crate::domain::shown::{one_line, pad, width};
use crate::tui::model::Desk;
use crate::tui::screen::form::words;
use crate::tui::theme::Theme;
use crate::tui::widget::text::{hidden, put_line, wrap};

/// From this width on the values stand side by side.
const WIDE: u16 = 70;
/// Most lines of one value.
const MOST_LINES: usize = 4;

/// A line as pieces with styles.
type Pieces = Vec<(String, Style)>;

/// Draws it.
pub(super) fn draw(
    conflict: &Conflict,
    frame: &mut Frame<'_>,
    area: Rect,
    desk: &Desk,
    theme: &Theme,
) {
    let title = format!("Changed by somebody else meanwhile: {}", conflict.title);
    let mut head = wrap(&title, area.width.into());
    head.truncate(2);
    for (at, line) in head.iter().enumerate() {
        put_line(frame.buffer_mut(), area, at, line, theme.title);
    }
    let used = u16::try_from(head.len()).unwrap_or(1);
    let area = Rect {
        y: area.y + used,
        height: area.height.saturating_sub(used),
        ..area
    };
    let mut lines: Vec<Pieces> = Vec::new();
    let mut focus = 0..0;
    for (at, row) in conflict.rows.iter().enumerate() {
        let first = lines.len();
        let current = at == conflict.cursor;
        if area.width >= WIDE {
            if at == 0 {
                lines.push(side_titles(conflict, desk, area.width, theme));
            }
            side_by_side(row, conflict, desk, area.width, current, theme, &mut lines);
        } else {
            stacked(row, desk, area.width, current, theme, &mut lines);
        }
        if current {
            focus = first..lines.len();
        }
    }
    let height = usize::from(area.height);
    let top = focus
        .end
        .saturating_sub(height)
        .min(focus.start)
        .min(lines.len().saturating_sub(height));
    for (at, line) in lines.iter().skip(top).take(height).enumerate() {
        let mut place = area;
        for (text, style) in line {
            put_line(frame.buffer_mut(), place, at, text, *style);
            let used = u16::try_from(width(&one_line(text)))
                .unwrap_or(0)
                .min(place.width);
            place.x += used;
            place.width -= used;
        }
    }
}

fn values(row: &Row, desk: &Desk) -> [String; 3] {
    [&row.base, &row.theirs, &row.mine].map(|v| hidden(&words::value_of(&row.key, v), desk.masked))
}

fn label(row: &Row, desk: &Desk) -> String {
    let label = desk.account.as_ref().map_or(row.key.as_str(), |a| {
        words::label(a, &desk.vocabulary, &row.key)
    });
    one_line(label).into_owned()
}

fn label_width(conflict: &Conflict, desk: &Desk) -> usize {
    let widest = conflict.rows.iter().map(|r| width(&label(r, desk))).max();
    widest.unwrap_or(0).clamp(6, 20)
}

/// Columns of one value.
fn column(conflict: &Conflict, desk: &Desk, columns: u16) -> usize {
    let rest = usize::from(columns).saturating_sub(label_width(conflict, desk) + 4);
    rest / 3
}

fn side_titles(conflict: &Conflict, desk: &Desk, columns: u16, theme: &Theme) -> Pieces {
    let wide = column(conflict, desk, columns);
    let lead = " ".repeat(label_width(conflict, desk) + 4);
    let titles = ["as opened", "  theirs: stored now", "  mine: typed"];
    let titles: String = titles.iter().map(|t| pad(t, wide)).collect();
    vec![(format!("{lead}{titles}"), theme.label)]
}

fn side_by_side(
    row: &Row,
    conflict: &Conflict,
    desk: &Desk,
    columns: u16,
    current: bool,
    theme: &Theme,
    lines: &mut Vec<Pieces>,
) {
    let wide = column(conflict, desk, columns);
    let [base, theirs, mine] = values(row, desk).map(|v| short(&v, wide.saturating_sub(3)));
    let height = base.len().max(theirs.len()).max(mine.len());
    let label = pad(&label(row, desk), label_width(conflict, desk));
    let (mark_theirs, mark_mine) = marks(row);
    for at in 0..height {
        let first = at == 0;
        let cell = |column: &[String], mark: &str| {
            let text = column.get(at).map_or("", String::as_str);
            let mark = if first { mark } else { " " };
            pad(&format!("{mark} {text}"), wide)
        };
        let plain = column_text(&base, at, wide);
        let name = if first {
            label.clone()
        } else {
            " ".repeat(width(&label))
        };
        lines.push(vec![
            (if current { "▌ " } else { "  " }.into(), theme.marker),
            (
                format!("{name}  "),
                if current { theme.current } else { theme.label },
            ),
            (plain, theme.dim),
            (cell(&theirs, mark_theirs), chosen(row.take_theirs, theme)),
            (cell(&mine, mark_mine), chosen(!row.take_theirs, theme)),
        ]);
    }
}

fn column_text(lines: &[String], at: usize, wide: usize) -> String {
    pad(lines.get(at).map_or("", String::as_str), wide)
}

fn stacked(
    row: &Row,
    desk: &Desk,
    columns: u16,
    current: bool,
    theme: &Theme,
    lines: &mut Vec<Pieces>,
) {
    let marker: (String, Style) = (if current { "▌ " } else { "  " }.into(), theme.marker);
    let style = if current { theme.current } else { theme.label };
    lines.push(vec![marker.clone(), (label(row, desk), style)]);
    let (mark_theirs, mark_mine) = marks(row);
    let [base, theirs, mine] = values(row, desk);
    for (mark, word, text, style) in [
        (" ", "opened", base, theme.dim),
        (
            mark_theirs,
            "theirs",
            theirs,
            chosen(row.take_theirs, theme),
        ),
        (mark_mine, "mine  ", mine, chosen(!row.take_theirs, theme)),
    ] {
        let room = usize::from(columns).saturating_sub(12);
        for (at, line) in short(&text, room).into_iter().enumerate() {
            let lead = match at {
                0 => format!("{mark} {word} "),
                _ => " ".repeat(9),
            };
            lines.push(vec![marker.clone(), (format!("{lead}{line}"), style)]);
        }
    }
}

fn marks(row: &Row) -> (&'static str, &'static str) {
    if row.take_theirs {
        ("●", "○")
    } else {
        ("○", "●")
    }
}

fn chosen(yes: bool, theme: &Theme) -> Style {
    if yes {
        theme.added.add_modifier(Modifier::BOLD)
    } else {
        Style::new()
    }
}

/// A value in few lines.
fn short(text: &str, columns: usize) -> Vec<String> {
    let mut lines = wrap(text, columns);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            *last = crate::domain::shown::fit(&format!("{last}…"), columns);
        }
    }
    lines
}
