//! Drawing of a run: the bar, the counts, what it waits for, what failed by reason, the rows in sight. A pure
//! function of its state and the desk.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::RunScreen;
use crate::domain::Change;
use crate::domain::shown::{one_line, width};
use crate::engine::journal::{End, Outcome, Tally};
use crate::engine::results::{Group, Which};
use crate::engine::run::{Halt, Standing};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout;
use crate::tui::model::Desk;
use crate::tui::runs::{Progress, Row, words};
use crate::tui::screen::form::words as values;
use crate::tui::theme::Theme;
use crate::tui::widget::text::{MASK, put, put_line, wrap};

/// A line and its style.
type Styled = (String, Style);

/// Most lines of one sentence above the rows.
const MOST_LINES: usize = 3;

/// Most reasons that are listed above the rows.
const MOST_REASONS: usize = 4;

/// From this height on reasons are listed.
const ROOMY: u16 = 16;

/// Columns before the name: the cursor's marker, the mark of a chosen row, how it ended, blanks.
const MARGIN: u16 = 5;

/// The parts of the screen.
struct Parts {
    head: Vec<Styled>,
    rows: Rect,
    details: Rect,
}

fn parts(run: &RunScreen, area: Rect, desk: &Desk, theme: &Theme) -> Parts {
    let mut head = head(run, desk, area, theme);
    // Three rows at least.
    head.truncate(usize::from(area.height.saturating_sub(3)));
    let head_height = u16::try_from(head.len()).unwrap_or(0);
    let left = area.height - head_height;
    let details = if run.whole { left / 2 } else { 0 };
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
pub(super) fn height(run: &RunScreen, desk: &Desk) -> usize {
    let body = layout::areas(desk.size).body;
    usize::from(parts(run, body, desk, &Theme::default()).rows.height)
}

/// Draws it.
pub(super) fn draw(run: &RunScreen, buffer: &mut Buffer, area: Rect, desk: &Desk, theme: &Theme) {
    let parts = parts(run, area, desk, theme);
    for (at, (line, style)) in parts.head.iter().enumerate() {
        put_line(buffer, area, at, line, *style);
    }
    let name_width = (area.width / 3).clamp(12, 32);
    for (at, y) in (parts.rows.top()..parts.rows.bottom()).enumerate() {
        let position = run.top + at;
        let Some(row) = run.row(position) else { break };
        let current = position == run.cursor;
        if current {
            put(buffer, area.x, y, "▌", 1, theme.marker);
        }
        if run.chosen.contains(&row.row) {
            put(buffer, area.x + 1, y, "●", 1, theme.marker);
        }
        let (mark, style) = mark_of(row, theme);
        put(buffer, area.x + 3, y, mark, 1, style);
        let name = if current { theme.current } else { Style::new() };
        put(buffer, area.x + MARGIN, y, &row.name, name_width, name);
        let x = area.x + MARGIN + name_width + 2;
        let room = area.right().saturating_sub(x);
        let bad = RunScreen::is_bad(row.end.as_ref().map(End::outcome));
        let style = if bad { theme.warning } else { theme.dim };
        put(buffer, x, y, &summary(row, desk), room, style);
    }
    if run.matched() == 0 {
        let text = match &run.results {
            None if run.is_here(desk) => "  reading the rows …",
            None => "  its rows are shown when its account is open",
            Some(results) if results.past.forgotten => {
                "  what it changed was deleted from the history"
            }
            Some(_) => "  there are no such rows",
        };
        put_line(buffer, parts.rows, 0, text, theme.dim);
    }
    if parts.details.height > 0
        && let Some(row) = run.row(run.cursor)
    {
        let across = "─".repeat(usize::from(area.width));
        put_line(buffer, parts.details, 0, &across, theme.frame);
        for (at, (line, style)) in details(row, desk, area.width, theme).iter().enumerate() {
            put_line(buffer, parts.details, at + 1, line, *style);
        }
    }
}

/// The mark of how a row ended; the words stand beside it.
fn mark_of(row: &Row, theme: &Theme) -> (&'static str, Style) {
    match row.end.as_ref().map(End::outcome) {
        Some(Outcome::Applied) => ("✓", theme.good),
        Some(Outcome::Unchanged) => ("=", theme.dim),
        Some(Outcome::Failed) => ("✗", theme.error),
        Some(Outcome::Unknown) => ("?", theme.warning),
        None => ("·", theme.dim),
    }
}

/// How a row ended, in a line.
fn summary(row: &Row, desk: &Desk) -> String {
    let Some(end) = &row.end else {
        return "left".into();
    };
    let message = end.message().filter(|_| !desk.masked);
    match end {
        End::Failed { reason, .. } => match message {
            Some(message) => format!("{}: {}", reason.label(), one_line(message)),
            None => reason.label().into(),
        },
        End::Applied { note: None } => {
            let changes: Vec<String> = row.changes.iter().map(|c| change(c, desk)).collect();
            changes.join("; ")
        }
        _ => match message {
            Some(message) => format!("{}: {}", end.outcome().as_str(), one_line(message)),
            None => end.outcome().as_str().into(),
        },
    }
}

/// A value before and after.
fn change(change: &Change, desk: &Desk) -> String {
    let key = one_line(&change.key);
    let private = desk.masked && change.key != "tags";
    let nothing =
        |value: &serde_json::Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let value = |value: &serde_json::Value| match (nothing(value), private) {
        (true, _) => "(none)".to_string(),
        (false, true) => MASK.into(),
        (false, false) => values::value(value).into_owned(),
    };
    format!("{key}: {} → {}", value(&change.old), value(&change.new))
}

/// All of a row.
fn details(row: &Row, desk: &Desk, columns: u16, theme: &Theme) -> Vec<Styled> {
    let mut lines = Vec::new();
    let mut say = |text: &str, style: Style| {
        let broken = wrap(text, columns.into());
        lines.extend(broken.into_iter().map(|l| (l, style)));
    };
    say(
        &format!("{} · {}", one_line(&row.name), one_line(row.id.as_str())),
        theme.label,
    );
    let bad = RunScreen::is_bad(row.end.as_ref().map(End::outcome));
    match &row.end {
        None => say(
            "left: its turn has not come, or what came of it is not seen yet",
            theme.dim,
        ),
        Some(end) => {
            let what = match end.reason() {
                Some(reason) => format!("{} ({})", end.outcome().as_str(), reason.label()),
                None => end.outcome().as_str().to_string(),
            };
            let text = match end.message().filter(|_| !desk.masked) {
                Some(message) => format!("{what}: {}", one_line(message)),
                None => what,
            };
            say(&text, if bad { theme.warning } else { Style::new() });
        }
    }
    let planned = if row.sent { "" } else { "planned " };
    for each in &row.changes {
        say(&format!("{planned}{}", change(each, desk)), Style::new());
    }
    lines
}

/// The lines above the rows.
fn head(run: &RunScreen, desk: &Desk, area: Rect, theme: &Theme) -> Vec<Styled> {
    let columns = usize::from(area.width);
    let roomy = area.height >= ROOMY;
    let progress = desk.run(&run.key);
    let mut lines = vec![(title(run, progress, desk), theme.title)];
    let Some(tally) = run.tally(desk) else {
        return lines;
    };
    lines.push((bar(tally, columns), theme.current));
    let mut say = |text: &str, style: Style| {
        let broken = wrap(&one_line(text), columns);
        lines.extend(broken.into_iter().take(MOST_LINES).map(|l| (l, style)));
    };
    say(&words::counts(tally), theme.label);
    if let Some(progress) = progress {
        let text = moving(progress, roomy);
        if !text.is_empty() {
            say(&text, Style::new());
        }
    }
    if let Some((text, style)) = wait(run, progress, desk, theme) {
        say(&text, style);
    }
    if roomy {
        about(run, desk, &mut say, theme);
    }
    let shown = match run.which {
        Which::All => "all rows".to_string(),
        Which::Left => "left".into(),
        Which::Ended(outcome) => outcome.as_str().into(),
        Which::Because(reason) => format!("failed, {}", reason.label()),
    };
    let chosen = match run.chosen.len() {
        0 => String::new(),
        n => format!(" · {} chosen", words::grouped(n as u64)),
    };
    let count = words::grouped(run.matched() as u64);
    let rule = format!("── {shown}: {count}{chosen} ");
    let rest = columns.saturating_sub(width(&rule));
    lines.push((format!("{rule}{}", "─".repeat(rest)), theme.frame));
    lines
}

fn title(run: &RunScreen, progress: Option<&Progress>, desk: &Desk) -> String {
    let (what, state) = match (progress, run.past()) {
        (Some(progress), _) => (progress.change.clone(), words::state(progress)),
        (None, Some(past)) => (past.header.words(), words::past_state(past)),
        (None, None) => (String::new(), ""),
    };
    let mut parts = vec![format!("Run {}", run.key.run)];
    if !run.is_here(desk) {
        parts.push(format!("account {}", run.key.account));
    }
    parts.extend(
        [state.to_string(), what]
            .into_iter()
            .filter(|t| !t.is_empty()),
    );
    one_line(&parts.join(" · ")).into_owned()
}

/// The bar, as wide as there is room for: `██████░░░░ 62 %  6,212 of 10,000`.
fn bar(tally: Tally, columns: usize) -> String {
    let (done, all) = (tally.done(), tally.selected());
    let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100);
    let text = format!(" {percent:>3} %  {}", words::share(tally));
    let room = columns.saturating_sub(width(&text)).min(60);
    let room_wide = u64::try_from(room).unwrap_or(0);
    let full = done
        .saturating_mul(room_wide)
        .checked_div(all)
        .unwrap_or(room_wide);
    let full = usize::try_from(full).unwrap_or(room).min(room);
    format!("{}{}{text}", "█".repeat(full), "░".repeat(room - full))
}

/// Rate, time left, contacts under way, and the pace where there is room for it.
fn moving(progress: &Progress, roomy: bool) -> String {
    let mut parts = Vec::new();
    parts.extend(words::speed(progress));
    if progress.driven && progress.under_way > 0 {
        parts.push(format!("{} under way", progress.under_way));
    }
    if roomy && progress.driven && !progress.is_done() {
        parts.extend(progress.pace.clone());
    }
    parts.join(" · ")
}

/// What it waits for, and which key helps.
fn wait(
    run: &RunScreen,
    progress: Option<&Progress>,
    desk: &Desk,
    theme: &Theme,
) -> Option<Styled> {
    let left = run.tally(desk).is_some_and(|t| t.left > 0);
    let on = desk.keymap.key_of(&[Context::Run], Action::PauseRun);
    let on = on.unwrap_or_else(|| ":".into());
    match progress {
        Some(progress) if progress.driven => {
            let help = match &progress.standing {
                Standing::Running => String::new(),
                Standing::Halted(Halt::Asked) => {
                    return Some((format!("‖ paused — {on} goes on"), theme.warning));
                }
                Standing::Halted(Halt::SignIn(_)) => {
                    format!("{on} reads the token anew and goes on: ")
                }
                Standing::Halted(_) => format!("{on} tries now: "),
            };
            let text = words::wait(progress)?;
            Some((format!("! {help}{text}"), theme.warning))
        }
        _ if !left || run.past().is_some_and(|p| p.elsewhere) => None,
        _ => {
            let why = progress
                .and_then(words::wait)
                .map_or_else(String::new, |w| format!("{w}; "));
            Some((
                format!("‖ {why}nothing is sent — {on} goes on"),
                theme.warning,
            ))
        }
    }
}

/// Who, when, why, and what failed by reason.
fn about(run: &RunScreen, desk: &Desk, say: &mut impl FnMut(&str, Style), theme: &Theme) {
    if let Some(past) = run.past() {
        let mut text = format!(
            "by {}, started {} UTC",
            past.header.made_by,
            past.started_at.strftime("%Y-%m-%d %H:%M")
        );
        if let Some(ended) = past.ended_at {
            text.push_str(&format!(", ended {} UTC", ended.strftime("%Y-%m-%d %H:%M")));
        }
        if let Some(reason) = &past.header.reason {
            text.push_str(&format!(", reason: {reason}"));
        }
        say(&text, theme.dim);
    }
    for group in run.failed.iter().take(MOST_REASONS) {
        let message = said(group, desk.masked);
        say(
            &format!(
                "✗ {} {}{message}",
                words::grouped(group.rows),
                group.reason.label()
            ),
            theme.warning,
        );
    }
    let more = run.failed.len().saturating_sub(MOST_REASONS);
    if more > 0 {
        say(&format!("  and {more} more reasons"), theme.dim);
    }
}

/// What most rows of a group say, who is the first of them, and how many say something else.
fn said(group: &Group, masked: bool) -> String {
    let Some(most) = group.said.first().filter(|_| !masked) else {
        return String::new();
    };
    let first = one_line(most.first.as_str());
    let who = match most.rows {
        1 => first.into_owned(),
        n => format!("{first} and {} more", words::grouped(n - 1)),
    };
    let others = match group.rows - most.rows.min(group.rows) {
        0 => String::new(),
        1 => "; 1 says something else".into(),
        n => format!("; {} say something else", words::grouped(n)),
    };
    format!(": {} ({who}){others}", one_line(&most.message))
}
