//! What came of a run's rows: which of them are asked for, and in which groups those that failed are counted.

use std::borrow::Cow;

use super::journal::Outcome;
use super::reason::Reason;
use crate::domain::ContactId;

/// Which rows of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Which {
    /// Every row.
    #[default]
    All,
    /// Those without an end yet.
    Left,
    /// Those that ended so.
    Ended(Outcome),
    /// Those that failed for this reason.
    Because(Reason),
}

impl Which {
    /// Whether a row with this end, or without one, is meant.
    pub fn means(self, end: Option<(Outcome, Option<Reason>)>) -> bool {
        match self {
            Self::All => true,
            Self::Left => end.is_none(),
            Self::Ended(outcome) => end.is_some_and(|(o, _)| o == outcome),
            Self::Because(reason) => end.is_some_and(|(_, r)| r == Some(reason)),
        }
    }
}

/// Rows that failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The reason.
    pub reason: Reason,
    /// How many.
    pub rows: u64,
    /// How many of them the plan had blocked: nothing was sent for them, and a new plan is needed to try.
    pub blocked: u64,
    /// What they say, the most frequent sentences first; not all of them, where there are many.
    pub said: Vec<Said>,
}

/// A sentence that rows of a group say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The sentence, [as others say it too](sentence).
    pub message: String,
    /// How many say it.
    pub rows: u64,
    /// The contact of the first of them.
    pub first: ContactId,
}

impl Group {
    /// How many rows say none of its sentences.
    pub fn others(&self) -> u64 {
        let told: u64 = self.said.iter().map(|s| s.rows).sum();
        self.rows.saturating_sub(told)
    }
}

/// From this length on an id is no number or word that a message says for another reason.
const LONG_ID: usize = 8;

/// What a row's message says without its own contact, so that rows which failed alike say the same: `saving contact
/// 481: no answer` is `no answer`. A short id is told from other numbers by the word before it.
pub fn sentence<'a>(message: &'a str, contact: &ContactId) -> Cow<'a, str> {
    let id = contact.as_str();
    if id.is_empty() || !message.contains(id) {
        return message.into();
    }
    // What was tried, in words.
    let tried = format!("contact {id}: ");
    let words = |text: &str| text.chars().all(|c| c.is_alphabetic() || c == ' ');
    let mut rest = message;
    while let Some((before, after)) = rest.split_once(&tried)
        && words(before)
        && !after.is_empty()
    {
        rest = after;
    }
    let mut left = String::new();
    let mut told = 0;
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    for (at, _) in rest.match_indices(id) {
        let (before, after) = (&rest[told..at], &rest[at + id.len()..]);
        let whole = !rest[..at].ends_with(part_of_word) && !after.starts_with(part_of_word);
        if let Some(named) = before.strip_suffix(' ').filter(|b| b.ends_with("contact"))
            && whole
        {
            left.push_str(named);
        } else if whole && id.len() >= LONG_ID {
            left.push_str(before);
            left.push('…');
        } else {
            continue;
        }
        told = at + id.len();
    }
    match told {
        0 => rest.into(),
        _ => (left + &rest[told..]).into(),
    }
}

/// Why nothing is tried again of rows that the plan blocked, where some are: `3 were blocked by the plan (widens
/// consent)…`.
pub fn blocked_words<'a>(groups: impl Iterator<Item = &'a Group>) -> Option<String> {
    let blocked: Vec<&Group> = groups.filter(|g| g.blocked > 0).collect();
    let rows: u64 = blocked.iter().map(|g| g.blocked).sum();
    let labels: Vec<&str> = blocked.iter().map(|g| g.reason.label()).collect();
    let were = if rows == 1 { "was" } else { "were" };
    (rows > 0).then(|| {
        format!(
            "{rows} {were} blocked by the plan ({}): nothing was sent for that, and only a new plan can",
            labels.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_what_is_left_without_the_rows_own_contact() {
        let cases = [
            ("481", "reading contact 481: HTTP 404", "HTTP 404"),
            (
                "481",
                "saving contact 481: reading contact 481: gone",
                "gone",
            ),
            (
                "481",
                "saving contact 4810: gone",
                "saving contact 4810: gone",
            ),
            (
                "481",
                "run 3 holds contact 481 for 481 s",
                "run 3 holds contact for 481 s",
            ),
            ("1", "1 of 11 is too long", "1 of 11 is too long"),
            (
                "64b0c1d2",
                "no document 64b0c1d2, 64b0c1d2e",
                "no document …, 64b0c1d2e",
            ),
            ("é", "saving contact é: é", "é"),
            ("a", "saving contact a: ", "saving contact: "),
            ("", "saving contact : no", "saving contact : no"),
        ];
        for (id, message, left) in cases {
            assert_eq!(sentence(message, &ContactId::new(id)), left, "{message}");
        }
    }
}
