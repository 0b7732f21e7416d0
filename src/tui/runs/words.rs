//! Runs in words: counts, waits, times. Sentences of other programs pass `domain::shown` where they are drawn.

use super::{Past, Progress};
use crate::engine::journal::Tally;
use crate::engine::run::{Halt, Standing};
use crate::tui::model::sentence;

/// A number in groups of three: `10,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time as `1 h 20 min`, `4 min`, `12 s`.
pub fn brief(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// `6,212 of 10,000`.
pub fn share(tally: Tally) -> String {
    format!("{} of {}", grouped(tally.done()), grouped(tally.selected()))
}

/// Every count; they add up to the selection.
pub fn counts(tally: Tally) -> String {
    format!(
        "{} applied · {} unchanged · {} failed · {} unknown · {} left",
        grouped(tally.applied),
        grouped(tally.unchanged),
        grouped(tally.failed),
        grouped(tally.unknown),
        grouped(tally.left)
    )
}

/// Where a run stands, in a word or two.
pub fn state(progress: &Progress) -> &'static str {
    match (&progress.standing, progress.is_done(), progress.driven) {
        (_, true, _) => "ended",
        (_, false, false) => "stopped",
        (Standing::Running, ..) => "under way",
        (Standing::Halted(_), ..) if progress.under_way > 0 => "pausing",
        (Standing::Halted(Halt::Asked), ..) => "paused",
        (Standing::Halted(_), ..) => "waiting",
    }
}

/// The same of one that is not driven here.
pub fn past_state(past: &Past) -> &'static str {
    match past.tally.left {
        0 => "ended",
        _ if past.elsewhere && past.edit => "being saved",
        _ if past.elsewhere => "under way in another cardex",
        _ => "paused",
    }
}

/// What it waits for, where it waits: without saying which key helps.
pub fn wait(progress: &Progress) -> Option<String> {
    let short = waits_for(progress)?;
    let told = match &progress.standing {
        Standing::Halted(halt) => halt.trouble().map(sentence),
        Standing::Running => None,
    };
    Some(match told {
        Some(told) => format!("{short}: {told}"),
        None => short,
    })
}

/// The same without what exactly was answered.
fn waits_for(progress: &Progress) -> Option<String> {
    if progress.is_done() {
        return None;
    }
    let at = |time: jiff::Timestamp| time.strftime("%H:%M:%S").to_string();
    match &progress.standing {
        Standing::Halted(Halt::Asked) => None,
        Standing::Halted(halt) => {
            let what = match halt {
                Halt::SignIn(_) => "the sign-in was refused, and a new token is needed",
                Halt::Forbidden(_) => "it is not allowed to whoever signed in",
                Halt::Network(_) => "the server can not be reached, or does not do it",
                Halt::Store(_) => "this machine can not keep the journal",
                Halt::Asked => "",
            };
            let again = match progress.tries_at {
                Some(time) => format!("; tried again at {} UTC", at(time)),
                None => String::new(),
            };
            Some(format!("{what}{again}"))
        }
        Standing::Running => progress.held_until.map(|until| {
            format!(
                "too many requests: the provider wants nothing before {} UTC; it goes on by itself",
                at(until)
            )
        }),
    }
}

/// How fast, and how long still: `118/min · 32 min left`.
pub fn speed(progress: &Progress) -> Option<String> {
    if !progress.driven || progress.is_done() || progress.standing != Standing::Running {
        return None;
    }
    let mut parts = Vec::new();
    parts.extend(
        progress
            .per_minute
            .map(|r| format!("{}/min", grouped(r.into()))),
    );
    parts.extend(progress.seconds_left.map(|s| format!("{} left", brief(s))));
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// A run in one line: `run 12: 6,212 of 10,000 · 118/min · 32 min left`.
pub fn line(progress: &Progress) -> String {
    let mut text = format!("run {}: {}", progress.key.run, share(progress.tally));
    let failed = progress.tally.failed + progress.tally.unknown;
    if failed > 0 {
        text.push_str(&format!(" · {} failed", grouped(failed)));
    }
    match speed(progress) {
        Some(speed) => text.push_str(&format!(" · {speed}")),
        None if state(progress) != "under way" => text.push_str(&format!(" · {}", state(progress))),
        None => {}
    }
    match waits_for(progress) {
        Some(wait) => format!("{text} · {wait}"),
        None => text,
    }
}

/// How a run ended, in a line.
pub fn ended(progress: &Progress) -> String {
    let run = progress.key.run;
    match progress.is_done() {
        true => format!("run {run} ended: {}", counts(progress.tally)),
        false => format!(
            "run {run} is stopped at {}; it can be resumed",
            share(progress.tally)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_read_at_a_glance() {
        let numbers = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ];
        for (number, want) in numbers {
            assert_eq!(grouped(number), want);
        }
        let times = [
            (5, "5 s"),
            (65, "1 min"),
            (3600, "1 h 0 min"),
            (7290, "2 h 1 min"),
        ];
        for (seconds, want) in times {
            assert_eq!(brief(seconds), want);
        }
    }
}
