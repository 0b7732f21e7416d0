//! The details pane: everything that is known of the contact under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::column::is_private;
use crate::domain::field::Access;
use crate::domain::shown::one_line;
use crate::domain::{Contact, TagsRead, attribute};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;
use crate::tui::widget::text::{hidden, put, put_line, wrap};

/// A label and the text beside or below it.
struct Entry {
    label: String,
    text: String,
    style: Style,
}

pub(super) fn draw(
    contact: Option<&Contact>,
    buffer: &mut Buffer,
    area: Rect,
    desk: &Desk,
    theme: &Theme,
) {
    let beside = area.x > 0;
    let edge = if beside { "│" } else { "─" };
    for y in area.top()..area.bottom() {
        let columns = if beside { 1 } else { area.width };
        put(
            buffer,
            area.x,
            y,
            &edge.repeat(columns.into()),
            columns,
            theme.frame,
        );
        if !beside {
            break;
        }
    }
    let inner = if beside {
        Rect::new(
            area.x + 2,
            area.y,
            area.width.saturating_sub(2),
            area.height,
        )
    } else {
        Rect::new(
            area.x + 1,
            area.y + 1,
            area.width.saturating_sub(2),
            area.height.saturating_sub(1),
        )
    };
    let Some(contact) = contact else {
        put_line(buffer, inner, 0, "no contact here", theme.dim);
        return;
    };
    let mut line = 0;
    let entries = entries(contact, desk, theme);
    let widest = entries
        .iter()
        .map(|e| crate::domain::shown::width(&e.label))
        .max();
    let label_width = widest.unwrap_or(0).min(usize::from(inner.width) * 2 / 5);
    let text_at = u16::try_from(label_width + 1).unwrap_or(0);
    let text_area = Rect {
        x: inner.x + text_at.min(inner.width),
        width: inner.width.saturating_sub(text_at),
        ..inner
    };
    for entry in entries {
        let label_area = Rect {
            width: text_at.saturating_sub(1).min(inner.width),
            ..inner
        };
        put_line(buffer, label_area, line, &entry.label, theme.dim);
        for text in wrap(&entry.text, text_area.width.into()) {
            put_line(buffer, text_area, line, &text, entry.style);
            line += 1;
        }
    }
    if line > usize::from(inner.height) && inner.height > 0 {
        let last = usize::from(inner.height) - 1;
        let blank = " ".repeat(inner.width.into());
        put_line(buffer, inner, last, &blank, theme.dim);
        put_line(buffer, inner, last, "… more: open the contact", theme.dim);
    }
}

fn entries(contact: &Contact, desk: &Desk, theme: &Theme) -> Vec<Entry> {
    let plain = Style::new();
    let mut entries = Vec::new();
    let mut add = |label: &str, text: String, style: Style| {
        let label = one_line(label).into_owned();
        entries.push(Entry { label, text, style });
    };
    let Some(account) = &desk.account else {
        return entries;
    };
    if desk.has_draft(&contact.id) {
        add(
            "Draft",
            "✎ edits that are not sent are kept".into(),
            theme.warning,
        );
    }
    if let Some(note) = contact.missing_note() {
        add(
            "Missing",
            format!("! {note}; shown as last known"),
            theme.warning,
        );
    }
    for spec in &account.table.fields {
        if matches!(spec.access, Access::Absent(_)) {
            continue;
        }
        let text = contact.field(spec.key);
        if text.is_empty() {
            add(spec.label, "–".into(), theme.dim);
        } else {
            let private = desk.masked && is_private(spec.key);
            add(spec.label, hidden(text, private), plain);
        }
    }
    let tags = &account.table.tags;
    if !matches!(tags.access, Access::Absent(_)) {
        let (text, style) = tags_text(contact, theme);
        add(tags.label, text, style);
        if let Some(place) = &tags.kept_in {
            add("", format!("kept in {place}"), theme.dim);
        }
    }
    for spec in &account.table.flags {
        if matches!(spec.access, Access::Absent(_)) {
            continue;
        }
        let (text, style) = match contact.flag(spec.flag) {
            Some(true) => ("✓ yes", plain),
            Some(false) => ("✗ no", plain),
            None => ("? unknown", theme.dim),
        };
        add(spec.flag.label(), text.into(), style);
    }
    for (name, value) in &contact.attributes {
        let text = match value {
            serde_json::Value::Null => "(null)".into(),
            serde_json::Value::String(s) if s.is_empty() => "(empty)".into(),
            value => hidden(&attribute::text_of(value), desk.masked),
        };
        add(desk.vocabulary.label(name), text, plain);
    }
    for (label, text) in &contact.extra {
        add(label, hidden(text, desk.masked), theme.dim);
    }
    add("Id", contact.id.to_string(), theme.dim);
    if let Some(at) = contact.updated_at {
        add(
            "Updated",
            at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            theme.dim,
        );
    }
    entries
}

fn tags_text(contact: &Contact, theme: &Theme) -> (String, Style) {
    let names: Vec<_> = contact.tags.iter().map(|t| one_line(t)).collect();
    let names = names.join(", ");
    match (contact.tags_read, names.is_empty()) {
        (TagsRead::No, _) => (
            "not loaded; opening the contact reads them".into(),
            theme.dim,
        ),
        (TagsRead::Catalogue, true) => ("none of the catalogue".into(), theme.dim),
        (TagsRead::Catalogue, false) => (format!("{names} (of the catalogue)"), Style::new()),
        (TagsRead::All, true) => ("–".into(), theme.dim),
        (TagsRead::All, false) => (names, Style::new()),
    }
}
