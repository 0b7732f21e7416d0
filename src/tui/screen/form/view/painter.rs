//! The lines of one row: its value in its kind, and the remarks below it.

use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use super::{Pieces, Shown, Value};
use crate::domain::shown::{fit, one_line, pad, width};
use crate::domain::{AttributeType, TagDelta, TagSet, TagsRead};
use crate::tui::keymap::Action;
use crate::tui::model::Desk;
use crate::tui::screen::form::area::{Area, MOST_ROWS};
use crate::tui::screen::form::field::{Editor, Field, What, choice_word};
use crate::tui::screen::form::seen::offers;
use crate::tui::screen::form::{Form, words};
use crate::tui::theme::Theme;
use crate::tui::widget::text::{MASK, wrap};

/// What every row is drawn with.
pub(super) struct Painter<'a> {
    /// Keys, and whether private data is masked.
    pub desk: &'a Desk,
    /// The styles.
    pub theme: &'a Theme,
    /// Columns of a label.
    pub label: usize,
    /// Columns of the form.
    pub columns: usize,
}

impl Painter<'_> {
    /// Columns of a value.
    fn room(&self) -> usize {
        self.columns.saturating_sub(self.label + 5).max(8)
    }

    /// Adds the lines of a row.
    pub(super) fn field<'a>(
        &self,
        form: &Form,
        field: &'a Field,
        current: bool,
        out: &mut Vec<Shown<'a>>,
    ) {
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
        let key = |action| words::key(self.desk, action);
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
            && let Some(caution) = words::caution(
                &form.account,
                &field.key,
                field.text().is_some_and(|text| text.is_empty()),
            )
        {
            out.push((format!("! {caution}"), theme.warning));
        }
        if let (What::Tags { .. }, Some(place)) = (&field.what, &form.account.table.tags.kept_in) {
            out.push((
                one_line(&format!("kept in {place}")).into_owned(),
                theme.dim,
            ));
        }
        if current && let Some(hint) = hint(field, form) {
            out.push((hint, theme.dim));
        }
        let offers = offers(field, &self.desk.vocabulary);
        if current && !offers.is_empty() {
            let some: Vec<_> = offers.iter().take(6).map(|o| one_line(o)).collect();
            let more = if offers.len() > some.len() {
                " …"
            } else {
                ""
            };
            let text = format!("{}: {}{more}", key(Action::NextSeen), some.join(" · "));
            out.push((text, theme.dim));
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
        // What a field that can be set can not do: be cleared, be read back.
        (What::Standard { spec, .. }, _) => {
            let reason = spec.access.reason().filter(|_| field.problem.is_none());
            reason.map(str::to_string)
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
