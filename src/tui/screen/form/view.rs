//! Drawing of the form: a head with what is to be said, then the rows, scrolled so that the one with the
//! cursor is seen. Every row stands on a line of its own; remarks follow below it, in its value's column.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use super::Form;
use super::area::{Area, MOST_ROWS};
use super::field::{Editor, Field, What, choice_word};
use super::words;
use crate::domain::shown::{fit, one_line, pad, width};
use crate::domain::{AttributeType, TagDelta, TagSet, TagsRead};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Tone};
use crate::tui::theme::Theme;
use crate::tui::widget::line::Line;
use crate::tui::widget::text::{MASK, put, put_line, wrap};

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
    let name = one_line(form.base.title()).into_owned();
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
        let key = |action| {
            desk.keymap
                .key_of(&[Context::Form], action)
                .unwrap_or_default()
        };
        let text = format!(
            "draft of {} UTC restored — {} reverts a field, {} twice discards all",
            at.strftime("%Y-%m-%d %H:%M"),
            key(Action::Revert),
            key(Action::DiscardDraft)
        );
        say(&text, theme.dim);
    }
    lines
}

struct Painter<'a> {
    desk: &'a Desk,
    theme: &'a Theme,
    label: usize,
    columns: usize,
}

impl Painter<'_> {
    /// Columns of a value.
    fn room(&self) -> usize {
        self.columns.saturating_sub(self.label + 5).max(8)
    }

    fn field<'a>(&self, form: &Form, field: &'a Field, current: bool, out: &mut Vec<Shown<'a>>) {
        let values = self.values(form, field, current);
        let closed = matches!(field.what, What::Closed { .. });
        let label_style = match (current, closed) {
            (true, _) => self.theme.current,
            (false, true) => self.theme.dim,
            (false, false) => self.theme.label,
        };
        let label = pad(&one_line(&field.label), self.label);
        for (at, value) in values.into_iter().enumerate() {
            let changed = at == 0 && field.edit().is_some();
            let mut lead = vec![
                (
                    if current { "▌" } else { " " }.to_string(),
                    self.theme.marker,
                ),
                (
                    if changed { "•" } else { " " }.to_string(),
                    self.theme.current,
                ),
            ];
            lead.push(match at {
                0 => (format!(" {label}  "), label_style),
                _ => (" ".repeat(self.label + 3), Style::new()),
            });
            out.push(Shown { lead, value });
        }
        for (text, style) in self.remarks(form, field, current) {
            let indent = self.label + 5;
            for line in wrap(&text, self.columns.saturating_sub(indent + 1).max(8)) {
                let mark = if current { "▌" } else { " " };
                let lead = vec![
                    (mark.to_string(), self.theme.marker),
                    (" ".repeat(indent - 1), Style::new()),
                ];
                out.push(Shown {
                    lead,
                    value: Value::Text(vec![(line, style)]),
                });
            }
        }
    }

    fn values<'a>(&self, form: &Form, field: &'a Field, current: bool) -> Vec<Value<'a>> {
        let theme = self.theme;
        let one = |text: String, style: Style| vec![Value::Text(vec![(text, style)])];
        if field.is_removed() {
            return one(one_line(&field.stored_text()).into_owned(), theme.removed);
        }
        let masked = self.desk.masked && !current && is_private(&field.key);
        let editable = !form.account.read_only;
        match (&field.what, &field.editor) {
            (What::Closed { reason, .. }, editor) => {
                let text = match editor {
                    Editor::Shown(text) if !text.is_empty() => {
                        let text = if masked { MASK } else { text };
                        format!("{text} – {reason}")
                    }
                    _ => format!("– {reason}"),
                };
                self.wrapped(&text, theme.dim)
            }
            (_, Editor::Line(line)) if current && editable => vec![Value::Input(line)],
            (_, Editor::Area(area)) if !masked => self.area(area, current && editable),
            (_, Editor::Name { line, open: true }) if current => vec![Value::Input(line)],
            (_, Editor::Name { line, .. }) => {
                let text = match line.text() {
                    "" => "Enter, then its name".to_string(),
                    text => format!("{} …", one_line(text)),
                };
                one(text, theme.dim)
            }
            (_, Editor::Shown(text)) if current => self.wrapped(text, theme.dim),
            (What::Tags { stored, read }, Editor::Tags(delta)) => self.chips(stored, *read, delta),
            (What::Flag { spec, stored }, Editor::Flag(state)) => {
                let mut states = vec![Some(true), Some(false)];
                if spec.access.can_clear() || stored.is_none() {
                    states.push(None);
                }
                let at = states.iter().position(|s| s == state);
                let states: Vec<&str> = states.into_iter().map(words::flag).collect();
                self.options(&states, at, current)
            }
            (_, Editor::Choice { text, options }) if !masked => {
                let at = options.iter().position(|o| o == text);
                let kind = field.kind();
                let options: Vec<&str> = options.iter().map(|o| choice_word(kind, o)).collect();
                self.options(&options, at, current)
            }
            _ => {
                let text = field.text().unwrap_or_default();
                let style = match &field.editor {
                    Editor::Shown(_) => theme.dim,
                    _ if field.edit().is_some() => theme.added,
                    _ => Style::new(),
                };
                let text = if masked && !text.is_empty() {
                    MASK.into()
                } else {
                    text
                };
                one(one_line(&text).into_owned(), style)
            }
        }
    }

    fn wrapped<'a>(&self, text: &str, style: Style) -> Vec<Value<'a>> {
        let mut lines = wrap(text, self.room());
        if lines.len() > MOST_ROWS {
            lines.truncate(MOST_ROWS);
            if let Some(last) = lines.last_mut() {
                *last = fit(&format!("{last}…"), self.room());
            }
        }
        let line = |l| Value::Text(vec![(l, style)]);
        lines.into_iter().map(line).collect()
    }

    /// Some rows of a text box, those around the cursor.
    fn area<'a>(&self, area: &Area, current: bool) -> Vec<Value<'a>> {
        let (row, _) = area.cursor();
        let count = area.lines().len();
        let row = if current { row } else { 0 };
        let top = row
            .saturating_sub(MOST_ROWS / 2)
            .min(count.saturating_sub(MOST_ROWS));
        let shown = area.lines().iter().enumerate().skip(top).take(MOST_ROWS);
        shown
            .map(|(at, line)| {
                if current && at == row {
                    let (text, column) = self.scrolled(line, &area.before_cursor());
                    return Value::At(text, column);
                }
                let mut text = one_line(line).into_owned();
                if at + 1 == top + MOST_ROWS && at + 1 < count {
                    let more = format!(" … {} more", count - at - 1);
                    text = fit(&text, self.room().saturating_sub(width(&more))) + &more;
                }
                Value::Text(vec![(text, Style::new())])
            })
            .collect()
    }

    /// A line cut at its start so that the cursor is seen, and the cursor's column.
    fn scrolled(&self, line: &str, before: &str) -> (String, usize) {
        let ahead = width(&one_line(before));
        let room = self.room().saturating_sub(1);
        let text = one_line(line);
        let mut skipped = 0;
        let mut rest = text.as_ref();
        for grapheme in text.graphemes(true) {
            if ahead - skipped <= room {
                break;
            }
            skipped += width(grapheme);
            rest = rest.get(grapheme.len()..).unwrap_or_default();
        }
        (rest.to_string(), ahead.saturating_sub(skipped))
    }

    /// All options in a row where they fit, else the chosen one and its place.
    fn options<'a>(&self, names: &[&str], at: Option<usize>, current: bool) -> Vec<Value<'a>> {
        let theme = self.theme;
        let chosen_style = match current {
            true => theme.current.add_modifier(Modifier::REVERSED),
            false => Style::new(),
        };
        let cell = |place: usize, name: &str| match Some(place) == at {
            true => format!("[{}]", one_line(name)),
            false => format!(" {} ", one_line(name)),
        };
        let cells: Vec<String> = names.iter().enumerate().map(|(p, n)| cell(p, n)).collect();
        let total: usize = cells.iter().map(|c| width(c) + 1).sum();
        if total <= self.room() {
            let mut pieces = Pieces::new();
            for (place, cell) in cells.into_iter().enumerate() {
                let style = if Some(place) == at {
                    chosen_style
                } else {
                    theme.dim
                };
                pieces.push((cell, style));
                pieces.push((" ".into(), Style::new()));
            }
            return vec![Value::Text(pieces)];
        }
        let name = at.and_then(|at| names.get(at)).copied().unwrap_or("–");
        let place = format!(" {}/{}", at.map_or(0, |a| a + 1), names.len());
        let room = self.room().saturating_sub(width(&place) + 4);
        let name = fit(&one_line(name), room);
        vec![Value::Text(vec![
            (format!("‹ {name} ›"), chosen_style),
            (place, theme.dim),
        ])]
    }

    /// Tags as chips: kept, removed, added.
    fn chips<'a>(&self, stored: &TagSet, read: TagsRead, delta: &TagDelta) -> Vec<Value<'a>> {
        let theme = self.theme;
        let kept = stored.iter().filter(|t| !delta.remove.contains(*t));
        let chip = |sign: &str, name: &String| format!("{sign}{}", one_line(name));
        let mut chips: Pieces = kept.map(|t| (chip("", t), Style::new())).collect();
        chips.extend(delta.remove.iter().map(|t| (chip("−", t), theme.removed)));
        chips.extend(delta.add.iter().map(|t| (chip("+", t), theme.added)));
        if read == TagsRead::No {
            chips.insert(0, ("(not read yet)".into(), theme.dim));
        }
        if chips.is_empty() {
            chips.push(("–".into(), theme.dim));
        }
        let mut lines: Vec<Pieces> = vec![Pieces::new()];
        let mut used = 0;
        for (text, style) in chips {
            let text = fit(&text, self.room());
            let needs = width(&text) + 2;
            if used > 0 && used + needs > self.room() + 2 {
                lines.push(Pieces::new());
                used = 0;
            }
            used += needs;
            if let Some(line) = lines.last_mut() {
                line.push((text, style));
                line.push(("  ".into(), Style::new()));
            }
        }
        lines.into_iter().map(Value::Text).collect()
    }

    /// What is to be said about a row, below it.
    fn remarks(&self, form: &Form, field: &Field, current: bool) -> Pieces {
        let theme = self.theme;
        let mut out = Pieces::new();
        let key = |action| {
            let contexts = [Context::Form, Context::TextBox];
            self.desk
                .keymap
                .key_of(&contexts, action)
                .unwrap_or_default()
        };
        if field.is_removed() {
            let text = format!(
                "removed on saving; {} keeps it",
                key(Action::RemoveAttribute)
            );
            out.push((text, theme.warning));
        }
        if let Some(said) = &field.refused {
            out.push((format!("✗ refused: {}", one_line(said)), theme.error));
        }
        if let Some(problem) = &field.problem {
            let (mark, style) = match problem.is_error() {
                true => ("✗", theme.error),
                false => ("!", theme.warning),
            };
            out.push((format!("{mark} {}", one_line(&problem.message)), style));
            if let Some(repair) = &problem.repair {
                let text = format!("{} → {}", key(Action::Repair), one_line(repair));
                out.push((text, theme.key));
            }
        }
        if let Some(now) = &field.meanwhile {
            let text = format!("! changed meanwhile: {}", one_line(now));
            out.push((text, theme.warning));
        }
        if field.edit().is_some()
            && let Some(caution) = words::caution(&form.account, &field.key)
        {
            out.push((format!("! {caution}"), theme.warning));
        }
        if current && let Some(hint) = hint(field, form) {
            out.push((hint, theme.dim));
        }
        out
    }
}

/// What helps on the row with the cursor.
fn hint(field: &Field, form: &Form) -> Option<String> {
    match (&field.what, &field.editor) {
        (_, Editor::Name { line, open: true }) => {
            let problem = (!line.text().is_empty()).then(|| form.name_problem(line.text()))?;
            problem.map(|p| format!("! the name {}", p.message))
        }
        (What::Attribute { .. }, Editor::Shown(_)) => {
            Some("only shown: a list, an object or null".into())
        }
        (
            What::Attribute {
                kind, definition, ..
            },
            editor,
        ) => {
            let mut words = match kind {
                AttributeType::Text => String::new(),
                AttributeType::Date => "date, such as 2026-01-31".into(),
                other => other.label().to_string(),
            };
            if let Editor::Area(_) = editor {
                words = "Ctrl-j breaks the line".into();
            }
            let about = definition.as_ref().and_then(|d| d.description.as_deref());
            if let Some(about) = about.filter(|a| !a.trim().is_empty()) {
                if !words.is_empty() {
                    words.push_str(" · ");
                }
                words.push_str(&one_line(about));
            }
            (!words.is_empty()).then_some(words)
        }
        _ => None,
    }
}

/// Whether a row is masked in privacy mode: everything but name, tags and flags.
fn is_private(key: &str) -> bool {
    matches!(key, "email" | "phone" | "identifier" | "avatar_url") || key.starts_with("attr.")
}
