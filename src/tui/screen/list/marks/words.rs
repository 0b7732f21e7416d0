//! Marks in words: how many there are, what goes on with them, what came of a question.

use crate::domain::MarkChange;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{LoadPhase, Picked};
use crate::tui::screen::list::List;

/// What came of asking for all that match.
pub(super) fn gathered(picked: &Picked) -> Notice {
    let count = picked.rows.len();
    let words = match count {
        0 => "nobody matches at the provider".to_string(),
        1 => "one contact matches; it is marked".to_string(),
        n => format!("{n} contacts match; all are marked"),
    };
    match &picked.remark {
        Some(remark) => Notice::warning(format!("{words}; {remark}")),
        None => Notice::good(words),
    }
}

/// The counts of marks and what goes on with them, in words; `None`: nothing is marked.
pub(in crate::tui::screen::list) fn words(list: &List, desk: &Desk) -> Option<String> {
    let key = |action| {
        let key = desk.keymap.key_of(&[Context::List], action);
        key.unwrap_or_else(|| ":".into())
    };
    let mut parts = Vec::new();
    if !list.selection.is_empty() {
        parts.push(format!("{} marked", list.selection.len()));
    }
    match list.selection.hidden() {
        Some(0) | None => {}
        Some(n) => parts.push(format!("{n} not in this view")),
    }
    if let Some(range) = &list.marking.range {
        let rows = range.at.abs_diff(list.cursor) + 1;
        let (action, does) = match range.change {
            MarkChange::Unmark => (Action::UnmarkRange, "unmarks"),
            MarkChange::Mark | MarkChange::Invert => (Action::MarkRange, "marks"),
        };
        let back = key(Action::Back);
        parts.push(format!(
            "range of {rows}: {} {does} it, {back} drops it",
            key(action)
        ));
    }
    if let Some(gathering) = &list.marking.gathering {
        let (pause, back) = (key(Action::PauseLoading), key(Action::Back));
        parts.push(match &gathering.loading {
            None => {
                let phase = desk.loading.as_ref().map(|l| &l.phase);
                let what = match phase {
                    Some(LoadPhase::Tags) => "the tags are read",
                    _ => "the list is loaded",
                };
                format!("marking all that match once {what} — {pause} pauses, {back} stops")
            }
            Some(loading) => {
                let far = match (loading.loaded, loading.total) {
                    (0, _) => String::new(),
                    (n, Some(total)) => format!(": {n} of {total} read"),
                    (n, None) => format!(": {n} read"),
                };
                match &loading.phase {
                    LoadPhase::Paused => {
                        format!("‖ marking all that match is paused{far} — {pause} continues")
                    }
                    LoadPhase::Waiting { until } => format!(
                        "marking all that match{far}; the provider asked to wait until {} UTC",
                        until.strftime("%H:%M:%S")
                    ),
                    _ => format!("marking all that match{far} — {pause} pauses, {back} stops"),
                }
            }
        });
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}
