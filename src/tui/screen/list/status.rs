//! How many contacts there are, how far loading is and what is marked, in words.

use super::{List, marks};
use crate::domain::count;
use crate::domain::shown::one_line;
use crate::engine::run::Standing;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Tone};
use crate::tui::msg::LoadPhase;
use crate::tui::runs::words;
use crate::tui::widget::text::wrap;

/// Most lines that a sentence takes.
const MOST_LINES: usize = 3;

/// The counts for the header: `12 of 200`, `loaded 30 of 1200`, `30 loaded`.
pub fn counts(list: &List, desk: &Desk) -> String {
    let Some(rows) = &list.rows else {
        return String::new();
    };
    let mut parts = Vec::new();
    if list.is_filtered() {
        let more = if rows.complete { "" } else { "+" };
        parts.push(format!("{}{more} of {}", rows.matched, rows.total));
    }
    let unfinished = desk.loading.as_ref().filter(|l| {
        !matches!(
            l.phase,
            LoadPhase::Idle | LoadPhase::Complete | LoadPhase::Tags
        )
    });
    match unfinished {
        // A copy from an earlier day is shown while the provider is asked again.
        Some(loading) if loading.mirror_of.is_some() => {
            if parts.is_empty() {
                parts.push(count::contacts(rows.total));
            }
            parts.push(match loading.total {
                Some(total) => format!("refreshed {} of {total}", loading.loaded),
                None => format!("{} refreshed", loading.loaded),
            });
        }
        Some(loading) => parts.push(match loading.total {
            Some(total) => format!("loaded {} of {total}", loading.loaded),
            None => format!("{} loaded", loading.loaded),
        }),
        None if parts.is_empty() => parts.push(count::contacts(rows.total)),
        None => {}
    }
    if matches!(
        desk.loading.as_ref().map(|l| &l.phase),
        Some(LoadPhase::Tags)
    ) {
        parts.push("reading tags".into());
    }
    parts.join(" · ")
}

/// A sentence about loading, where it does not simply go on.
fn loading_words(desk: &Desk) -> Option<(Tone, String)> {
    let loading = desk.loading.as_ref()?;
    let key = |action| {
        desk.keymap
            .key_of(&[Context::List], action)
            .unwrap_or_else(|| ":".into())
    };
    match &loading.phase {
        LoadPhase::Paused => Some((
            Tone::Warning,
            format!(
                "‖ loading is paused — {} continues",
                key(Action::PauseLoading)
            ),
        )),
        LoadPhase::Waiting { until } => Some((
            Tone::Warning,
            format!(
                "… the provider asked to wait until {} UTC",
                until.strftime("%H:%M:%S")
            ),
        )),
        LoadPhase::Failed(trouble) => {
            let retry = key(Action::Refresh);
            let mut words = format!("✗ {} — {retry} tries again", trouble.message);
            if let Some(hint) = &trouble.hint {
                words.push_str(&format!("; {hint}"));
            }
            if let Some(at) = loading.mirror_of {
                let day = at.strftime("%Y-%m-%d %H:%M");
                words.push_str(&format!("; shown is the copy of {day} UTC"));
            }
            Some((Tone::Error, words))
        }
        LoadPhase::Idle
        | LoadPhase::Starting
        | LoadPhase::Running
        | LoadPhase::Tags
        | LoadPhase::Complete => None,
    }
}

/// The runs in the background, and one that was left.
fn runs(desk: &Desk) -> Vec<(Tone, String)> {
    let key = desk.keymap.key_of(&[Context::List], Action::Runs);
    let key = key.map_or_else(String::new, |k| format!(" — {k}"));
    let driven = desk.runs.iter().filter(|r| r.driven);
    let mut lines: Vec<(Tone, String)> = driven
        .map(|r| match r.standing {
            Standing::Running => (Tone::Info, format!("▶ {}{key}", words::line(r))),
            Standing::Halted(_) => (Tone::Warning, format!("‖ {}{key}", words::line(r))),
        })
        .collect();
    let left = desk.unfinished.iter().map(|past| {
        let share = words::share(past.tally);
        let (sign, tone) = match past.elsewhere {
            true => ("▶", Tone::Info),
            false => ("‖", Tone::Warning),
        };
        let state = words::past_state(past);
        (
            tone,
            format!("{sign} run {} {state}: {share}{key}", past.key.run),
        )
    });
    lines.extend(left.take(1));
    lines
}

/// The sentences below the rows, broken into lines: they must be readable in a narrow window too. First
/// what is to be said of loading, then the marks.
pub(super) fn lines(list: &List, desk: &Desk) -> Vec<(Tone, String)> {
    let loading = loading_words(desk);
    let marks = marks::words::words(list, desk).map(|text| (Tone::Info, text));
    let mut lines = Vec::new();
    for (tone, text) in runs(desk).into_iter().chain(loading).chain(marks) {
        let broken = wrap(&one_line(&text), desk.size.columns.into());
        lines.extend(broken.into_iter().take(MOST_LINES).map(|line| (tone, line)));
    }
    lines
}
