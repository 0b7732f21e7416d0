//! Draws the list: only the rows that are visible. Between two frames with the cursor one row further
//! only two markers and two names change, so that scrolling sends few bytes.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{List, column, details, status};
use crate::domain::shown::width;
use crate::domain::{Contact, ProviderId};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Tone, sentence};
use crate::tui::msg::{AccountInfo, LoadPhase};
use crate::tui::theme::Theme;
use crate::tui::widget::text::{put, put_line, wrap};

/// Columns before the first: the cursor's marker, the draft's mark, a blank. Where anything is marked, the
/// marks have one more.
const MARGIN: u16 = 3;

pub(super) fn draw(list: &List, frame: &mut Frame<'_>, desk: &Desk, theme: &Theme) {
    let parts = list.areas(desk);
    if let Some(area) = parts.filter {
        draw_filter(list, frame, area, theme);
    }
    let buffer = frame.buffer_mut();
    if let Some(area) = parts.status {
        for (at, (tone, line)) in status::lines(list, desk).iter().enumerate() {
            let style = match tone {
                Tone::Info => theme.label,
                tone => theme.tone(*tone),
            };
            put_line(buffer, area, at, line, style);
        }
    }
    if let Some(area) = parts.details {
        details::draw(list.current(), buffer, area, desk, theme);
    }
    if list.matched() == 0 {
        draw_empty(list, buffer, parts.rows, desk, theme);
        return;
    }
    let columns = column::chosen(&list.columns, desk);
    let marks = u16::from(list.shows_marks());
    let margin = MARGIN + marks;
    let fitted = column::fit(&columns, parts.rows.width.saturating_sub(margin));
    let mut x = parts.titles.x + margin;
    for (column, width) in &fitted {
        put(
            buffer,
            x,
            parts.titles.y,
            &column.title(desk),
            *width,
            theme.label,
        );
        x += width + column::GAP;
    }
    for (line, y) in (parts.rows.top()..parts.rows.bottom()).enumerate() {
        let position = list.top + line;
        if position >= list.matched() {
            break;
        }
        let current = position == list.cursor;
        if current {
            put(buffer, parts.rows.x, y, "▌", 1, theme.marker);
        }
        if let Some(mark) = list.mark_at(position) {
            put(buffer, parts.rows.x + 1, y, mark, 1, theme.current);
        }
        match list.row(position) {
            Some(contact) => {
                let x = parts.rows.x + marks;
                let row = Rect::new(x, y, parts.rows.width.saturating_sub(marks), 1);
                draw_row(contact, current, &fitted, buffer, row, desk, theme);
            }
            None => {
                put(buffer, parts.rows.x + margin, y, "…", 1, theme.dim);
            }
        }
    }
}

fn draw_row(
    contact: &Contact,
    current: bool,
    columns: &[(&column::Column, u16)],
    buffer: &mut Buffer,
    row: Rect,
    desk: &Desk,
    theme: &Theme,
) {
    if desk.has_draft(&contact.id) {
        put(buffer, row.x + 1, row.y, "✎", 1, theme.warning);
    }
    let mut x = row.x + MARGIN;
    for (at, (column, width)) in columns.iter().enumerate() {
        let text = column.cell(contact, desk.masked);
        let style = match (current, at) {
            (true, 0) => theme.current,
            _ => ratatui::style::Style::new(),
        };
        if at == 0 && text.trim().is_empty() {
            let none = format!("(no {})", column.title(desk).to_lowercase());
            let style = if current { theme.current } else { theme.dim };
            put(buffer, x, row.y, &none, *width, style);
        } else {
            put(buffer, x, row.y, &text, *width, style);
        }
        x += width + column::GAP;
    }
}

fn draw_filter(list: &List, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let end = put(frame.buffer_mut(), area.x, area.y, "/ ", 2, theme.key);
    let room = area.width.saturating_sub(end);
    list.line.draw(
        frame,
        Rect::new(area.x + end, area.y, room, 1),
        theme.current,
        list.typing,
    );
}

/// What to say where no row can be shown.
fn draw_empty(list: &List, buffer: &mut Buffer, area: Rect, desk: &Desk, theme: &Theme) {
    let key = |action| {
        let key = desk
            .keymap
            .key_of(&[Context::List, Context::Everywhere], action);
        key.unwrap_or_else(|| ":".into())
    };
    let phase = desk.loading.as_ref().map(|l| &l.phase);
    let (tone, title, hint) = if let Some(trouble) = &desk.open_failed
        && desk.account.is_none()
    {
        let hint = format!("{} shows the accounts", key(Action::Accounts));
        (Tone::Error, sentence(trouble), hint)
    } else if desk.account.is_none() {
        (Tone::Info, "Opening the account …".into(), String::new())
    } else if let (Some(LoadPhase::Failed(_)), true) = (phase, unloaded(list)) {
        let hint = format!(
            "{} tries again, {} shows the requests",
            key(Action::Refresh),
            key(Action::Log)
        );
        (Tone::Error, "Nothing could be loaded.".into(), hint)
    } else if list.rows.is_none() || (unloaded(list) && is_loading(desk)) {
        let title = match phase {
            Some(LoadPhase::Paused) => "Nothing is loaded yet.",
            _ => "Loading the first page …",
        };
        (Tone::Info, title.into(), String::new())
    } else if list.is_filtered() {
        let hint = match list.rows.as_ref().map(|r| r.complete) {
            Some(false) => "Still looking through what is loaded.".into(),
            _ => format!("{} clears the filter", key(Action::Back)),
        };
        (Tone::Info, "No contact matches.".into(), hint)
    } else if desk
        .account
        .as_ref()
        .is_some_and(|a| a.provider.has_roster())
    {
        let hint = format!(
            "Chatwoot's public API lists nothing. {}roster-add SOURCE_ID adds a contact. Outside of the screen \
             `cardex roster import FILE` and `cardex roster from ACCOUNT` add many.",
            key(Action::Palette)
        );
        (
            Tone::Info,
            "The roster of this account is empty.".into(),
            hint,
        )
    } else {
        let hint = format!(
            "{} asks the provider again, {} opens another account",
            key(Action::Refresh),
            key(Action::Accounts)
        );
        (Tone::Info, "This account has no contacts.".into(), hint)
    };
    let columns = usize::from(area.width.saturating_sub(4)).min(60);
    let style = if tone == Tone::Info {
        theme.label
    } else {
        theme.tone(tone)
    };
    let mut lines: Vec<_> = wrap(&title, columns)
        .into_iter()
        .map(|l| (l, style))
        .collect();
    if !hint.is_empty() {
        lines.extend(wrap(&hint, columns).into_iter().map(|l| (l, theme.dim)));
    }
    let first = area
        .height
        .saturating_sub(u16::try_from(lines.len()).unwrap_or(0))
        / 2;
    for (at, (line, style)) in lines.iter().enumerate() {
        let left = usize::from(area.width).saturating_sub(width(line)) / 2;
        let area = Rect {
            x: area.x + u16::try_from(left).unwrap_or(0),
            ..area
        };
        put_line(buffer, area, usize::from(first) + at, line, *style);
    }
}

fn unloaded(list: &List) -> bool {
    list.rows.as_ref().is_none_or(|r| r.total == 0)
}

/// Whether contacts may still come.
fn is_loading(desk: &Desk) -> bool {
    let remote = |a: &AccountInfo| a.provider != ProviderId::Local;
    match desk.loading.as_ref().map(|l| &l.phase) {
        None => desk.account.as_ref().is_some_and(remote),
        Some(LoadPhase::Idle | LoadPhase::Complete | LoadPhase::Failed(_)) => false,
        Some(
            LoadPhase::Starting
            | LoadPhase::Running
            | LoadPhase::Paused
            | LoadPhase::Waiting { .. }
            | LoadPhase::Tags,
        ) => true,
    }
}
