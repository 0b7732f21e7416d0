//! Who has it: the contact in the form and the one that holds the taken value, side by side. Nothing is
//! changed here; the other contact can be opened, and what was typed stays a draft.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use serde_json::Value;

use super::form::words;
use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::diff::changes;
use crate::domain::shown::{one_line, pad, width};
use crate::domain::{Contact, ContactId, FieldKey, TagsRead};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout;
use crate::tui::model::Desk;
use crate::tui::msg::AccountInfo;
use crate::tui::theme::Theme;
use crate::tui::widget::reader::Reader;
use crate::tui::widget::text::{hidden, put_line, wrap};

/// From this width on the two contacts stand side by side.
const WIDE: usize = 70;

/// The screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    key: FieldKey,
    /// The contact as it would be with what was typed.
    mine: Box<Contact>,
    theirs: Box<Contact>,
    reader: Reader,
}

/// A line and its style.
type Styled = (String, Style);

impl Holder {
    /// Opens over the contact of the form, with its edits, and the one that has the value.
    pub fn open(key: FieldKey, mine: Contact, theirs: Contact) -> Self {
        Self {
            key,
            mine: Box::new(mine),
            theirs: Box::new(theirs),
            reader: Reader::default(),
        }
    }

    fn lines(&self, desk: &Desk, columns: usize, theme: &Theme) -> Vec<Styled> {
        let Some(account) = &desk.account else {
            return Vec::new();
        };
        let rows = self.rows(account, desk);
        let labels = rows.iter().map(|r| width(&r.label)).max().unwrap_or(0);
        let labels = labels.clamp(6, 20);
        let mut lines = Vec::new();
        if columns >= WIDE {
            let wide = (columns - labels - 2) / 2;
            let lead = " ".repeat(labels + 2);
            let head = format!("{lead}{}{}", pad("in this form", wide), "who has it");
            lines.push((head, theme.label));
            for row in &rows {
                let room = wide.saturating_sub(2);
                let (mine, theirs) = (wrap(&row.mine, room), wrap(&row.theirs, room));
                for at in 0..mine.len().max(theirs.len()).max(1) {
                    let cell = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
                    let label = if at == 0 { row.label.as_str() } else { "" };
                    let text = format!(
                        "{}  {}{}",
                        pad(label, labels),
                        pad(&cell(&mine), wide),
                        cell(&theirs)
                    );
                    lines.push((text, row.style(self.key, theme)));
                }
            }
            return lines;
        }
        for row in &rows {
            let style = row.style(self.key, theme);
            lines.push((row.label.clone(), theme.label));
            for (word, text) in [("here  ", &row.mine), ("theirs", &row.theirs)] {
                let room = columns.saturating_sub(9).max(8);
                for (at, line) in wrap(text, room).into_iter().enumerate() {
                    let lead = if at == 0 { word } else { "      " };
                    lines.push((format!("  {lead} {line}"), style));
                }
            }
        }
        lines
    }

    /// Every value that one of the two has, the taken one first.
    fn rows(&self, account: &AccountInfo, desk: &Desk) -> Vec<Row> {
        let blank = |c: &Contact| Contact::new(ContactId::new(""), c.account.clone(), c.provider);
        let (mine, theirs) = (
            changes(&blank(&self.mine), &self.mine),
            changes(&blank(&self.theirs), &self.theirs),
        );
        let mut keys: Vec<&str> = vec![self.key.as_str()];
        for change in mine.iter().chain(&theirs) {
            if !keys.contains(&change.key.as_str()) {
                keys.push(&change.key);
            }
        }
        let unread = |contact: &Contact, key: &str| {
            (key == "tags" && contact.tags_read == TagsRead::No)
                || (key.starts_with("attr.") && !contact.attributes_known)
        };
        let value = |side: &[crate::domain::Change], contact: &Contact, key: &str| {
            let found = side.iter().find(|c| c.key == key);
            if found.is_none() && unread(contact, key) {
                return "(not read)".to_string();
            }
            let value = found.map_or(&Value::Null, |c| &c.new);
            let text = words::value_of(key, value);
            hidden(&one_line(&text), desk.masked && key != "name")
        };
        let id = Row {
            key: "id".into(),
            label: "Id".into(),
            mine: one_line(self.mine.id.as_str()).into_owned(),
            theirs: one_line(self.theirs.id.as_str()).into_owned(),
        };
        let rows = keys.into_iter().map(|key| Row {
            key: key.to_string(),
            label: one_line(words::label(account, &desk.vocabulary, key)).into_owned(),
            mine: value(&mine, &self.mine, key),
            theirs: value(&theirs, &self.theirs, key),
        });
        rows.chain([id]).collect()
    }
}

/// One value of both.
struct Row {
    key: String,
    label: String,
    mine: String,
    theirs: String,
}

impl Row {
    fn style(&self, taken: FieldKey, theme: &Theme) -> Style {
        if self.key == taken.as_str() {
            theme.current
        } else if self.mine == self.theirs {
            theme.dim
        } else {
            Style::new()
        }
    }
}

impl Layer for Holder {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Holder, Context::Everywhere]
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let Input::Do(action) = input else {
            return Outcome::nothing();
        };
        match action {
            Action::Back => return Outcome::exit(Exit::Close),
            Action::Open => {
                return Outcome::exit(Exit::CloseWith(Answer::Open(self.theirs.clone())));
            }
            action => {
                let body = layout::areas(ctx.desk.size).body;
                let lines = self.lines(ctx.desk, usize::from(body.width), &Theme::default());
                let height = usize::from(body.height.saturating_sub(1));
                self.reader.scroll(action, lines.len(), height);
            }
        }
        Outcome::nothing()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let buffer = frame.buffer_mut();
        let label = desk.account.as_ref().map_or(self.key.as_str(), |a| {
            words::label(a, &desk.vocabulary, self.key.as_str())
        });
        let title = format!("{label} is taken by {}", self.theirs.title());
        put_line(buffer, area, 0, &title, theme.title);
        let lines = self.lines(desk, usize::from(area.width), theme);
        let height = usize::from(area.height.saturating_sub(1));
        let top = self.reader.top(lines.len(), height);
        for (at, (text, style)) in lines.iter().skip(top).take(height).enumerate() {
            put_line(buffer, area, at + 1, text, *style);
        }
    }
}
