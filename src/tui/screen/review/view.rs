//! The lines of the review: a pure function of its state and the width.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use serde_json::Value;

use super::{Review, Stage};
use crate::domain::diff::{changes_of, kept_attributes};
use crate::domain::shown::{one_line, width};
use crate::domain::{Change, Contact, Patch};
use crate::http::HttpRequest;
use crate::tui::model::Desk;
use crate::tui::msg::AccountInfo;
use crate::tui::screen::form::words;
use crate::tui::theme::Theme;
use crate::tui::widget::text::{MASK, put_line, wrap};

/// A line and its style.
type Styled = (String, Style);

/// Draws the title and as many lines as there is room for.
pub(super) fn draw(review: &Review, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
    let buffer = frame.buffer_mut();
    let title = match &review.stage {
        Stage::Before { base, .. } => format!("Review: {}", base.title()),
        Stage::Drifted { title, .. } => format!("Stored otherwise than asked: {title}"),
    };
    put_line(buffer, area, 0, &title, theme.title);
    let lines = lines(review, desk, usize::from(area.width), theme);
    let height = usize::from(area.height.saturating_sub(1));
    let top = review.reader.top(lines.len(), height);
    for (at, (text, style)) in lines.iter().skip(top).take(height).enumerate() {
        put_line(buffer, area, at + 1, text, *style);
    }
    let below = lines.len().saturating_sub(top + height);
    if below > 0 {
        let more = format!("{below} more ↓ ");
        let x = area
            .right()
            .saturating_sub(u16::try_from(width(&more)).unwrap_or(0));
        let place = Rect {
            x,
            width: area.right().saturating_sub(x),
            ..area
        };
        put_line(buffer, place, 0, &more, theme.dim);
    }
}

/// Every line.
pub(super) fn lines(review: &Review, desk: &Desk, columns: usize, theme: &Theme) -> Vec<Styled> {
    let Some(account) = &desk.account else {
        return Vec::new();
    };
    let mut page = Page {
        lines: Vec::new(),
        columns,
        theme,
        masked: desk.masked,
    };
    match &review.stage {
        Stage::Drifted { rows, .. } => {
            page.text(
                "",
                "The save was accepted, but these values came back otherwise.",
                Style::new(),
            );
            for row in rows {
                let label = words::label(account, &desk.vocabulary, &row.key);
                page.change(label, row, "asked ", "stored");
            }
            let kept = kept_attributes(rows).next().is_some();
            if let Some(note) = account.table.attributes.removal_note.filter(|_| kept) {
                page.text("", note, theme.warning);
            }
        }
        Stage::Before {
            base,
            patch,
            known,
            sending,
            ..
        } => {
            if *sending {
                page.text("", "sending … Esc leaves it running", theme.current);
            }
            page.changes(account, desk, base, patch);
            page.lines.push((String::new(), Style::new()));
            let acts = known.iter().flat_map(|k| &k.acts);
            for act in acts {
                let label = words::label(account, &desk.vocabulary, &act.key);
                page.text("", &format!("! {label}: {}", act.message), theme.warning);
            }
            let requests = known.as_ref().map(|k| k.requests.as_slice());
            page.requests(requests, patch, account);
        }
    }
    page.lines
}

struct Page<'a> {
    lines: Vec<Styled>,
    columns: usize,
    theme: &'a Theme,
    masked: bool,
}

impl Page<'_> {
    /// A text behind an indent, wrapped.
    fn text(&mut self, indent: &str, text: &str, style: Style) {
        let room = self.columns.saturating_sub(width(indent)).max(8);
        for line in wrap(text, room) {
            self.lines.push((format!("{indent}{line}"), style));
        }
    }

    fn private(&self, text: &str) -> String {
        if self.masked {
            MASK.into()
        } else {
            text.into()
        }
    }

    fn changes(&mut self, account: &AccountInfo, desk: &Desk, base: &Contact, patch: &Patch) {
        for change in changes_of(base, patch) {
            let label = words::label(account, &desk.vocabulary, &change.key);
            if change.key == "tags" {
                self.tags(label, patch, &change);
            } else {
                self.change(label, &change, "−", "+");
            }
            if let Some(caution) = words::caution(account, &change.key, change.new.is_null()) {
                self.text("  ", &format!("! {caution}"), self.theme.warning);
            }
        }
        if let Some(what) = account.table.vanishes(base, &patch.apply(base)) {
            self.text("", &format!("! {what}"), self.theme.warning);
        }
    }

    /// Old and new on one line where they fit, else below each other.
    fn change(&mut self, label: &str, change: &Change, old_mark: &str, new_mark: &str) {
        let old = self.private(&words::value_of(&change.key, &change.old));
        let new = self.private(&words::value_of(&change.key, &change.new));
        let short = format!(
            "{}  {} → {}",
            one_line(label),
            one_line(&old),
            one_line(&new)
        );
        let spoken = old_mark != "−";
        if !spoken && width(&short) <= self.columns && !old.contains('\n') && !new.contains('\n') {
            self.lines.push((short, Style::new()));
            return;
        }
        self.text("", label, self.theme.label);
        let (removed, added) = match spoken {
            true => (Style::new(), self.theme.warning),
            false => (self.theme.removed, self.theme.added),
        };
        self.value(old_mark, &old, removed);
        self.value(new_mark, &new, added);
    }

    fn value(&mut self, mark: &str, text: &str, style: Style) {
        let indent = format!("  {mark} ");
        let blank = " ".repeat(width(&indent));
        let room = self.columns.saturating_sub(width(&indent)).max(8);
        for (at, line) in wrap(text, room).into_iter().enumerate() {
            let lead = if at == 0 { &indent } else { &blank };
            self.lines.push((format!("{lead}{line}"), style));
        }
    }

    fn tags(&mut self, label: &str, patch: &Patch, change: &Change) {
        let signed = |sign: &str, names: &crate::domain::TagSet| {
            let names = names.iter().map(|t| format!("{sign}{}", one_line(t)));
            names.collect::<Vec<_>>()
        };
        let mut delta = signed("+", &patch.tags.add);
        delta.extend(signed("−", &patch.tags.remove));
        self.text(
            "",
            &format!("{}  {}", one_line(label), delta.join(" ")),
            Style::new(),
        );
        let all = format!("then: {}", words::value_of("tags", &change.new));
        self.text("  ", &all, self.theme.dim);
    }

    fn requests(&mut self, requests: Option<&[HttpRequest]>, patch: &Patch, account: &AccountInfo) {
        let theme = self.theme;
        match requests {
            None => self.text("", "preparing the requests …", theme.dim),
            Some([]) => self.text("", "kept in the local store; nothing is sent", theme.dim),
            Some(list) => {
                let count = words::counted(list.len(), "request", "requests");
                self.text("", &format!("{count}, in this order:"), theme.label);
                for request in list {
                    let url = one_line(&request.url).into_owned();
                    self.text("", &format!("{} {url}", request.method), theme.key);
                    if let Some(body) = &request.body {
                        self.body(body);
                    }
                }
                if !patch.tags.is_empty() {
                    let label = account.table.tags.label.to_lowercase();
                    let note =
                        format!("{label} are merged with what is stored right before sending");
                    self.text("", &note, theme.dim);
                }
            }
        }
    }

    fn body(&mut self, body: &Value) {
        let text = match self.masked {
            true => MASK.to_string(),
            false => serde_json::to_string_pretty(body).unwrap_or_else(|_| body.to_string()),
        };
        for line in text.lines() {
            let indent = " ".repeat(2 + line.len() - line.trim_start().len());
            self.text(&indent, line.trim_start(), Style::new());
        }
    }
}
