//! Drawing of the preview: what is done and to how many, the rows in sight, all of the row with the cursor. A
//! pure function of its state; only the rows that are seen are looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Preview, Shown};
use crate::domain::shown::{one_line, width};
use crate::domain::{Change, Flag, Patch, TagDelta, TagSet};
use crate::engine::plan::{Kind, Planned, Row};
use crate::tui::layout;
use crate::tui::model::Desk;
use crate::tui::screen::form::words::{self, counted};
use crate::tui::theme::Theme;
use crate::tui::widget::text::{hidden, put, put_line, wrap};

/// A line and its style.
type Styled = (String, Style);

/// Most lines of one sentence above the rows.
const MOST_LINES: usize = 3;

/// From this height on the row with the cursor is shown below the others.
const ROOMY: u16 = 16;

/// Columns before the name: the cursor's marker, the mark of a hidden contact, the kind, blanks.
const MARGIN: u16 = 5;

/// The parts of the screen.
struct Parts {
    head: Vec<Styled>,
    rows: Rect,
    details: Rect,
}

fn parts(preview: &Preview, area: Rect, theme: &Theme) -> Parts {
    let mut head = head(preview, usize::from(area.width), theme);
    // Three rows at least.
    head.truncate(usize::from(area.height.saturating_sub(3)));
    let head_height = u16::try_from(head.len()).unwrap_or(0);
    let left = area.height - head_height;
    let details = match (preview.whole, area.height >= ROOMY) {
        (true, _) => left / 2,
        (false, true) => 3.min(left / 2),
        (false, false) => 0,
    };
    Parts {
        head,
        rows: Rect {
            y: area.y + head_height,
            height: left - details,
            ..area
        },
        details: Rect {
            y: area.bottom() - details,
            height: details,
            ..area
        },
    }
}

/// How many rows are in sight.
pub(super) fn height(preview: &Preview, desk: &Desk) -> usize {
    let body = layout::areas(desk.size).body;
    usize::from(parts(preview, body, &Theme::default()).rows.height)
}

/// Draws it.
pub(super) fn draw(preview: &Preview, buffer: &mut Buffer, area: Rect, desk: &Desk, theme: &Theme) {
    let parts = parts(preview, area, theme);
    for (at, (line, style)) in parts.head.iter().enumerate() {
        put_line(buffer, area, at, line, *style);
    }
    let name_width = (area.width / 3).clamp(12, 32);
    for (at, y) in (parts.rows.top()..parts.rows.bottom()).enumerate() {
        let position = preview.top + at;
        let Some((place, row)) = preview.row(position) else {
            break;
        };
        let current = position == preview.cursor;
        if current {
            put(buffer, area.x, y, "▌", 1, theme.marker);
        }
        if preview.is_hidden(place) {
            put(buffer, area.x + 1, y, "◌", 1, theme.warning);
        }
        let kind = row.kind();
        let style = style_of(kind, theme);
        put(buffer, area.x + 3, y, mark_of(kind), 1, style);
        let name = match current {
            true => theme.current,
            false if row.goes() => Style::new(),
            false => theme.dim,
        };
        put(buffer, area.x + MARGIN, y, &row.name, name_width, name);
        let x = area.x + MARGIN + name_width + 2;
        let room = area.right().saturating_sub(x);
        let style = match kind {
            Kind::Send => Style::new(),
            Kind::Blocked(_) => theme.warning,
            _ => theme.dim,
        };
        put(buffer, x, y, &summary(row, desk, room.into()), room, style);
    }
    if parts.details.height > 0
        && let Some((place, row)) = preview.row(preview.cursor)
    {
        let across = "─".repeat(usize::from(area.width));
        put_line(buffer, parts.details, 0, &across, theme.frame);
        let lines = details(row, preview.is_hidden(place), desk, area.width, theme);
        for (at, (line, style)) in lines.iter().enumerate() {
            put_line(buffer, parts.details, at + 1, line, *style);
        }
    }
}

/// The mark of a kind; what it means stands above with the numbers.
fn mark_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Send => "→",
        Kind::Unread => "?",
        Kind::Nothing => "=",
        Kind::Blocked(_) => "✗",
        Kind::Struck => "–",
    }
}

fn style_of(kind: Kind, theme: &Theme) -> Style {
    match kind {
        Kind::Send => theme.good,
        Kind::Unread => theme.marker,
        Kind::Blocked(_) => theme.error,
        Kind::Nothing | Kind::Struck => theme.dim,
    }
}

/// A kind in words.
fn words_of(kind: Kind) -> String {
    match kind {
        Kind::Send => "to change".into(),
        Kind::Unread => "to look at when their turn comes".into(),
        Kind::Nothing => "already so".into(),
        Kind::Blocked(reason) => format!("blocked: {}", reason.label()),
        Kind::Struck => "struck out".into(),
    }
}

/// The lines above the rows.
fn head(preview: &Preview, columns: usize, theme: &Theme) -> Vec<Styled> {
    let whom = counted(preview.whom.count, "contact", "contacts");
    let title = format!("{} · {whom}", preview.title);
    let mut lines = vec![(one_line(&title).into_owned(), theme.title)];
    let mut say = |text: &str, style: Style| {
        let broken = wrap(&one_line(text), columns);
        lines.extend(broken.into_iter().take(MOST_LINES).map(|l| (l, style)));
    };
    if preview.plan.is_none() {
        say("making the plan …", theme.dim);
        return lines;
    }
    if preview.beginning.is_some() {
        say("starting the run …", theme.current);
    }
    let counts = preview.counts.kinds();
    let counts = counts.map(|(kind, n)| format!("{} {n} {}", mark_of(kind), words_of(kind)));
    say(&counts.collect::<Vec<_>>().join("   "), theme.label);
    let outside = preview.whom.hidden;
    if outside > 0 {
        let verb = if outside == 1 { "is" } else { "are" };
        let text = format!("◌ {outside} marked {verb} not in the view of the list: first below");
        say(&text, theme.warning);
    }
    if preview.whom.gone > 0 {
        let gone = counted(
            preview.whom.gone,
            "marked contact is",
            "marked contacts are",
        );
        say(&format!("! {gone} gone"), theme.warning);
    }
    let doubts = preview.plan.iter().flat_map(|p| &p.header.doubts);
    for doubt in doubts {
        say(&format!("! {doubt}"), theme.warning);
    }
    let shown = match preview.shown {
        Shown::All => None,
        Shown::Hidden => Some("not in the view".to_string()),
        Shown::Of(kind) => Some(words_of(kind)),
    };
    if let Some(shown) = shown {
        say(&format!("shown: {} {shown}", preview.len()), theme.current);
    }
    if let Some(note) = &preview.note {
        say(note, theme.dim);
    }
    lines
}

/// Whether the values of a key are masked in privacy mode: all but names, tags and flags.
fn is_private(key: &str) -> bool {
    !matches!(key, "tags" | "name") && Flag::parse(key).is_none()
}

/// A row in one line. Tags that do not fit in so many columns are told by what becomes of them first.
fn summary(row: &Row, desk: &Desk, columns: usize) -> String {
    let text = match &row.planned {
        Planned::Nothing { why } => why.to_string(),
        Planned::Blocked { reason, .. } if desk.masked => reason.label().to_string(),
        Planned::Blocked { why, .. } => why.to_string(),
        Planned::Unread { .. } => "not known here: looked at when its turn comes".into(),
        Planned::Send { .. } => {
            let changes = row.changes();
            let said: Vec<String> = changes
                .iter()
                .map(|change| {
                    let (old, new) = values(change, desk);
                    match changes.len() {
                        1 if change.key == "tags" && width(&old) + width(&new) + 3 > columns => {
                            format!("{} · had {old}", tags_delta(change))
                        }
                        1 => format!("{old} → {new}"),
                        _ => format!("{}: {old} → {new}", label(&change.key, desk)),
                    }
                })
                .collect();
            said.join("; ")
        }
    };
    match row.struck {
        true => format!("struck out ({text})"),
        false => text,
    }
}

/// What becomes of tags: `+vip −trial`.
fn tags_delta(change: &Change) -> String {
    let set = |value: &serde_json::Value| -> TagSet {
        let names = value.as_array().into_iter().flatten();
        names
            .filter_map(|n| n.as_str().map(str::to_string))
            .collect()
    };
    let tags = TagDelta::between(&set(&change.old), &set(&change.new));
    let patch = Patch {
        tags,
        ..Patch::default()
    };
    patch.words()
}

fn label(key: &str, desk: &Desk) -> String {
    match &desk.account {
        Some(account) => words::label(account, &desk.vocabulary, key).to_string(),
        None => key.to_string(),
    }
}

fn values(change: &Change, desk: &Desk) -> (String, String) {
    let private = desk.masked && is_private(&change.key);
    let value = |of| hidden(&words::value_of(&change.key, of), private);
    (value(&change.old), value(&change.new))
}

/// All of a row, in lines.
fn details(row: &Row, outside: bool, desk: &Desk, columns: u16, theme: &Theme) -> Vec<Styled> {
    let columns = usize::from(columns);
    let mut lines = Vec::new();
    let mut say = |indent: &str, text: &str, style: Style| {
        let room = columns.saturating_sub(width(indent)).max(8);
        for (at, line) in wrap(&one_line(text), room).into_iter().enumerate() {
            let lead = if at == 0 { indent } else { "    " };
            lines.push((format!("{lead}{line}"), style));
        }
    };
    let mut who = format!("{} (id {})", row.name, row.id);
    if outside {
        who.push_str(" · not in the view");
    }
    if row.struck {
        who.push_str(" · struck out");
    }
    say("", &who, theme.label);
    match &row.planned {
        Planned::Send { .. } => {
            for change in row.changes() {
                let (old, new) = values(&change, desk);
                let text = format!("{}: {old} → {new}", label(&change.key, desk));
                say("  ", &text, Style::new());
            }
        }
        Planned::Blocked { .. } => say("  ", &summary(row, desk, usize::MAX), theme.warning),
        Planned::Unread { .. } | Planned::Nothing { .. } => {
            say("  ", &summary(row, desk, usize::MAX), Style::new());
        }
    }
    lines
}

/// What is asked before it is applied.
pub(super) fn question(preview: &Preview, desk: &Desk) -> String {
    let go = counted(preview.counts.go(), "contact", "contacts");
    let account = desk.account.as_ref();
    let place = account.map_or_else(String::new, |a| {
        format!(" in {} ({})", one_line(a.name.as_str()), a.title)
    });
    let mut text = format!("Apply {} to {go}{place}?", preview.title);
    let outside = preview.plan.iter().flat_map(|p| &p.rows);
    let outside = outside.take(preview.whom.hidden).filter(|r| r.goes());
    match outside.count() {
        0 => {}
        n => text.push_str(&format!(" {n} of them not in the view of the list.")),
    }
    text
}
