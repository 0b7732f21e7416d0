//! Patterns of text attributes, in JavaScript's dialect, run within bounds.
//!
//! The matcher tries and goes back; some patterns make it try longer than the world stands. So the work is
//! estimated from the pattern's shape first, and a text that could take too long is not checked.

use regress::{Flags, Regex};

/// Longest text that is checked at all, in bytes.
const LONGEST_TEXT: u16 = 2_000;
/// Longest text under a pattern whose work doubles with each character.
const LONGEST_TEXT_DOUBLING: usize = 10;
/// Most ways to go without a loop.
const MOST_CHOICES: u32 = 16;
/// Longest pattern, in bytes.
const LONGEST_PATTERN: usize = 1_000;
/// Most steps that a check may take by estimate: well under a tenth of a second.
const MOST_STEPS: f64 = 3_000_000.0;

/// What came of a check.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The pattern is found in the text.
    Matches,
    /// It is not.
    Differs,
    /// No telling; a half sentence says why.
    Unchecked(String),
}

/// Looks for a stored pattern (`/…/flags` or bare) in a text, as JavaScript's `test` does.
pub(super) fn check(stored: &str, text: &str) -> Outcome {
    let (source, flags) = unwrap(stored.trim());
    if source.len() > LONGEST_PATTERN {
        return Outcome::Unchecked("the pattern is too long".into());
    }
    let regex = match Regex::with_flags(source, Flags::from(flags)) {
        Ok(regex) => regex,
        Err(error) => return Outcome::Unchecked(format!("the pattern is not readable ({error})")),
    };
    if text.len() > longest(source) {
        return Outcome::Unchecked("it could take too long on this text".into());
    }
    match regex.find(text) {
        Some(_) => Outcome::Matches,
        None => Outcome::Differs,
    }
}

/// Pattern and flags: the dashboard stores `/^a$/i`, others the bare pattern.
fn unwrap(stored: &str) -> (&str, &str) {
    let split = stored.strip_prefix('/').and_then(|s| s.rsplit_once('/'));
    split.unwrap_or((stored, ""))
}

/// Longest text that the pattern is run on.
fn longest(source: &str) -> usize {
    let Some(work) = work(source) else {
        return 0;
    };
    if work.choices > MOST_CHOICES {
        return 0;
    }
    if work.doubling {
        return LONGEST_TEXT_DOUBLING;
    }
    // Each open-ended loop can end at every character, and the search can begin at every character.
    let begins = u32::from(!source.starts_with('^'));
    let power = f64::from(work.loops + begins).max(1.0);
    let steps = MOST_STEPS / f64::from(1_u32 << work.choices);
    (1..=LONGEST_TEXT)
        .rev()
        .find(|n| f64::from(*n) <= steps.powf(1.0 / power))
        .map_or(0, usize::from)
}

/// What a pattern, or a part of it between brackets, can cost.
#[derive(Debug, Default)]
struct Work {
    /// Open-ended loops one after the other.
    loops: u32,
    /// Yes-or-no questions that are answered without a loop: `?`, and each doubling of alternatives.
    choices: u32,
    /// Alternatives seen, less one.
    bars: u32,
    /// Whether a loop stands inside a loop, so that each character of text doubles the work.
    doubling: bool,
}

impl Work {
    /// The part once its end is seen.
    fn closed(mut self) -> Self {
        // n alternatives at one place are n ways, not two to the n.
        self.choices += (self.bars + 1).next_power_of_two().ilog2();
        self
    }

    /// Adds a part that is repeated. `None` where the work has no bound that helps.
    fn add(&mut self, part: &Self, quantifier: &Quantifier) -> Option<()> {
        self.doubling |= part.doubling;
        match quantifier {
            Quantifier::Few(times) => {
                self.loops = self.loops.checked_add(part.loops.checked_mul(*times)?)?;
                self.choices = self
                    .choices
                    .checked_add(part.choices.checked_mul(*times)?)?;
            }
            Quantifier::Maybe => {
                self.loops += part.loops;
                self.choices += part.choices + 1;
            }
            Quantifier::Many => {
                if part.doubling || part.loops + part.choices > 2 {
                    return None;
                }
                self.doubling |= part.loops + part.choices > 0;
                self.loops += 1;
            }
        }
        (self.choices <= MOST_CHOICES).then_some(())
    }
}

/// What the pattern costs; `None` where it can not be said, or is too much for any text.
fn work(source: &str) -> Option<Work> {
    let mut open = vec![Work::default()];
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let mut part = Work::default();
        let mut length = c.len_utf8();
        match c {
            '\\' => length += rest.chars().nth(1).map_or(0, char::len_utf8),
            '[' => length = class_length(rest)?,
            '(' => {
                open.push(Work::default());
                // The ? of (?: (?= (?<name> is no quantifier.
                rest = rest.get(1..)?;
                rest = rest.strip_prefix('?').unwrap_or(rest);
                continue;
            }
            ')' => part = open.pop()?.closed(),
            '|' => {
                open.last_mut()?.bars += 1;
                rest = rest.get(1..)?;
                continue;
            }
            _ => {}
        }
        rest = rest.get(length..)?;
        let quantifier = Quantifier::read(&mut rest);
        open.last_mut()?.add(&part, &quantifier)?;
    }
    open.pop().map(Work::closed)
}

/// Bytes of a `[…]` at the start of the text.
fn class_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == ']' && !escaped;
        escaped = *c == '\\' && !escaped;
        closes
    });
    end.map(|(at, _)| at + 1)
}

enum Quantifier {
    /// At most so many times, and with little choice how often.
    Few(u32),
    Maybe,
    Many,
}

impl Quantifier {
    /// Reads the quantifier at the start of the text, and moves behind it.
    fn read(rest: &mut &str) -> Self {
        let (length, quantifier) = Self::at_start(rest);
        if length > 0 {
            let behind = rest.get(length..).unwrap_or_default();
            // A lazy quantifier costs the same.
            *rest = behind.strip_prefix('?').unwrap_or(behind);
        }
        quantifier
    }

    fn at_start(text: &str) -> (usize, Self) {
        let once = (0, Self::Few(1));
        match text.chars().next() {
            Some('*' | '+') => (1, Self::Many),
            Some('?') => (1, Self::Maybe),
            Some('{') => {
                let Some((bounds, _)) = text.get(1..).and_then(|t| t.split_once('}')) else {
                    return once;
                };
                let (from, to) = bounds.split_once(',').unwrap_or((bounds, bounds));
                match (from.parse::<u32>(), to.parse::<u32>()) {
                    (Err(_), _) => once,
                    (Ok(from), Ok(to)) if from == to => (bounds.len() + 2, Self::Few(to)),
                    _ => (bounds.len() + 2, Self::Many),
                }
            }
            _ => once,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javascript_patterns_are_unwrapped_and_searched() {
        let cases = [
            ("/^[A-Z]{3}$/", "ABC", Outcome::Matches),
            ("/^[A-Z]{3}$/", "abc", Outcome::Differs),
            ("/^[a-z]{3}$/i", "ABC", Outcome::Matches),
            ("^\\d+$", "12", Outcome::Matches),
            ("b", "abc", Outcome::Matches),
            ("/a/b/", "a/b", Outcome::Matches),
            ("^(?=.*\\d)(?!x).{3}$", "a1b", Outcome::Matches),
            ("^(?<y>\\d)\\k<y>$", "11", Outcome::Matches),
            ("^(?<y>\\d)\\k<y>$", "12", Outcome::Differs),
        ];
        for (pattern, text, want) in cases {
            assert_eq!(check(pattern, text), want, "{pattern} on {text}");
        }
        assert!(matches!(check("/(/", "x"), Outcome::Unchecked(_)));
        let deep = format!("{}a{}", "(".repeat(499), ")".repeat(499));
        assert_ne!(check(&deep, "a"), Outcome::Differs);
    }

    #[test]
    fn no_pattern_takes_long() {
        let long = format!("{}!", "a".repeat(1_999));
        let endless = [
            "^(a?){50}a{50}$",
            "((a+)+)+$",
            "(a|b|c|d|e)*$",
            "^(a?b?c?)*$",
        ];
        for pattern in endless {
            assert_eq!(longest(pattern), 0, "{pattern}");
        }
        let doubling = [
            "(a+)+$",
            "(a|aa)+$",
            "(.*)*x",
            "((a)|b*)+c",
            "^(\\w+\\s?)*$",
            "(a{1,9})+$",
        ];
        for pattern in doubling {
            assert_eq!(longest(pattern), LONGEST_TEXT_DOUBLING, "{pattern}");
        }
        // And what is checked ends.
        for pattern in doubling
            .into_iter()
            .chain(["^a*a*a*a*a*b", ".*.*.*x", "^a?a?a?a?a?a?a*b"])
        {
            let text = &long[long.len() - longest(pattern)..];
            assert!(
                !matches!(check(pattern, text), Outcome::Unchecked(_)),
                "{pattern}"
            );
        }
    }

    #[test]
    fn ordinary_patterns_are_run_on_ordinary_texts() {
        for pattern in [
            "^[A-Z]{2}-\\d{4,6}$",
            "^[\\w.+-]+@[\\w-]+\\.[\\w.]+$",
            "^(gold|silver)$",
            "^(a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w)$",
            "^\\+?[1-9]\\d{1,14}$",
        ] {
            assert!(longest(pattern) >= 100, "{pattern}: {}", longest(pattern));
        }
    }
}
