//! Drawing of the choice of a change: a pure function of its state and the width.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::entry::Entry;
use super::{Change, Kind};
use crate::domain::shown::one_line;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::panel;
use crate::tui::widget::text::{put, put_line, wrap};

/// Columns at most.
pub(super) const WIDTH: u16 = 68;

/// Names or values that are listed as known.
const MOST_KNOWN: usize = 12;

/// Columns of the labels beside the inputs.
const LABELS: u16 = 8;

/// A line: its text and style, and which input stands in it.
pub(super) struct Styled {
    text: String,
    style: Style,
    marked: bool,
    input: Option<usize>,
}

impl Styled {
    fn new(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            marked: false,
            input: None,
        }
    }
}

/// The lines inside the frame.
pub(super) fn lines(change: &Change, desk: &Desk, width: u16, theme: &Theme) -> Vec<Styled> {
    let room = usize::from(width.saturating_sub(5));
    match &change.entry {
        Some(entry) => typed(entry, desk, room, theme),
        None => choices(change, desk, room, theme),
    }
}

fn choices(change: &Change, desk: &Desk, room: usize, theme: &Theme) -> Vec<Styled> {
    let Some(account) = &desk.account else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (at, kind) in Change::kinds(desk).into_iter().enumerate() {
        let refusal = kind.refusal(&account.table);
        let current = at == change.cursor;
        let style = match (current, refusal) {
            (true, _) => theme.current,
            (false, Some(_)) => theme.dim,
            (false, None) => Style::new(),
        };
        let text = format!("{}  {}", kind.letter(), kind.label(&account.table));
        lines.push(Styled {
            marked: current,
            ..Styled::new(text, style)
        });
        if let Some(why) = refusal {
            let why = wrap(&format!("not here: {why}"), room.saturating_sub(4));
            lines.extend(
                why.into_iter()
                    .map(|l| Styled::new(format!("   {l}"), theme.dim)),
            );
        }
    }
    lines
}

fn typed(entry: &Entry, desk: &Desk, room: usize, theme: &Theme) -> Vec<Styled> {
    let mut lines = Vec::new();
    let say = |lines: &mut Vec<Styled>, text: &str, style: Style| {
        let broken = wrap(&one_line(text), room);
        lines.extend(broken.into_iter().take(3).map(|l| Styled::new(l, style)));
    };
    for (at, (part, line)) in entry.lines.iter().enumerate() {
        lines.push(Styled {
            marked: at == entry.focus,
            input: Some(at),
            ..Styled::new(part.label(), theme.label)
        });
        let problem = entry.problem(*part, desk);
        if let Some(problem) = problem.filter(|_| !line.text().is_empty()) {
            let (mark, style) = match problem.is_error() {
                true => ("✗", theme.error),
                false => ("!", theme.warning),
            };
            let mut text = format!("{mark} {}", problem.message);
            if let Some(repair) = &problem.repair {
                let key = desk.keymap.key_of(&[Context::Prompt], Action::Repair);
                let key = key.unwrap_or_else(|| Action::Repair.name().into());
                text.push_str(&format!(" — {key} → {repair}"));
            }
            say(&mut lines, &text, style);
        }
    }
    let known = entry.part().map(|p| entry.known(p, desk));
    let known = known.unwrap_or_default();
    if !known.is_empty() {
        let more = if known.len() > MOST_KNOWN {
            ", …"
        } else {
            ""
        };
        let some: Vec<&str> = known.iter().take(MOST_KNOWN).map(String::as_str).collect();
        let key = desk.keymap.key_of(&[Context::Prompt], Action::NextSeen);
        let key = key.map_or_else(String::new, |k| format!(" ({k})"));
        let text = format!("known{key}: {}{more}", some.join(", "));
        say(&mut lines, &text, theme.dim);
    }
    if let Some(note) = note(entry, desk) {
        say(&mut lines, &note, theme.dim);
    }
    lines
}

/// What the provider does with such a change, where that needs saying.
fn note(entry: &Entry, desk: &Desk) -> Option<String> {
    let spec = &desk.account.as_ref()?.table.attributes;
    match entry.kind {
        Kind::RemoveAttribute => spec.removal_note.map(str::to_string),
        _ => None,
    }
}

/// Draws it.
pub(super) fn draw(change: &Change, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
    let table = desk.account.as_ref().map(|a| &a.table);
    let what = match (&change.entry, table) {
        (Some(entry), Some(table)) => {
            let label = entry.kind.label(table);
            let mut letters = label.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            format!("{}{}", first.unwrap_or_default(), letters.as_str())
        }
        _ => "Change".into(),
    };
    let title = format!("{what}: {}", change.chosen.words());
    let inside = panel::frame(frame.buffer_mut(), area, &title, theme);
    let lines = lines(change, desk, area.width, theme);
    // What the cursor is at is always seen.
    let height = usize::from(inside.height);
    let at = lines.iter().position(|l| l.marked).unwrap_or(0);
    let top = at
        .saturating_sub(height / 2)
        .min(lines.len().saturating_sub(height));
    let seen = lines.iter().skip(top);
    for (line, y) in seen.zip(inside.top()..inside.bottom()) {
        let place = Rect {
            x: inside.x + 2,
            y,
            width: inside.width.saturating_sub(2),
            height: 1,
        };
        if line.marked {
            put(frame.buffer_mut(), inside.x, y, "▌", 1, theme.marker);
        }
        put_line(frame.buffer_mut(), place, 0, &line.text, line.style);
        let input = line
            .input
            .and_then(|at| change.entry.as_ref()?.lines.get(at));
        if let Some((_, input)) = input {
            let place = Rect {
                x: place.x + LABELS,
                width: place.width.saturating_sub(LABELS),
                ..place
            };
            input.draw(frame, place, theme.input, line.marked);
        }
    }
}
