//! Settling an intent whose end nobody knows, by what is stored now: applied, not applied, or neither.

use serde_json::Value;

use super::Task;
use super::judge::{Judged, end};
use super::standing::Halt;
use crate::domain::attribute::same;
use crate::domain::diff::{self, Change};
use crate::domain::{Contact, FieldKey, FieldTable, Flag, TagsRead, Trouble, TroubleKind, shown};
use crate::engine::journal::{End, Intent, RowFold};
use crate::engine::reason::Reason;

/// What an open intent came to, as the contact shows it; nothing where it, or the rest of it, is to be sent again.
pub(super) fn settle(fold: &RowFold, now: &Contact, table: &FieldTable) -> Option<Judged> {
    let intent = fold.intents.last()?;
    if let (Some(then), Some(found)) = (&intent.record, &now.record)
        && then != found
    {
        return Some(end(End::Unknown {
            message: format!("the id led to record {then} and leads to {found} now"),
        }));
    }
    let told = (intent.patch.tags.is_empty() || now.tags_read == TagsRead::All)
        && (intent.patch.attributes.is_empty() || now.attributes_known);
    if !told {
        return Some(end(End::Unknown {
            message: "what was read does not tell the values that were sent".into(),
        }));
    }
    match seen(intent, now, table) {
        Seen::Applied => Some(end(End::Applied {
            note: Some("seen after an interruption".into()),
        })),
        Seen::NotApplied => None,
        // What is there is not this run's doing, so it is not noted as such.
        Seen::Diverged(key) => Some(end(End::Unknown {
            message: format!(
                "{} is neither as it was nor as it was to be: somebody changed it meanwhile",
                shown::one_line(&key)
            ),
        })),
    }
}

/// What it means that an intent is not seen: where another run sent the same since, it may have taken back what had
/// arrived, and sending it again would undo that.
pub(super) fn overtaken(task: &Task) -> Option<Judged> {
    let mut others = task.meanwhile.iter().rev();
    let (by, _) = others.find(|(_, theirs)| task.patch.meets(theirs))?;
    let message = format!("run {by} changed the same since, so nothing was sent again");
    Some(end(End::Unknown { message }))
}

/// What it means that the contact could not be read.
pub(super) fn unseen(trouble: &Trouble) -> Judged {
    let again = |halt| Judged::Again {
        trouble: trouble.clone(),
        unsettled: true,
        halt,
    };
    match trouble.kind {
        TroubleKind::NotFound => end(End::Failed {
            reason: Reason::NotFound,
            message: trouble.message.clone(),
        }),
        TroubleKind::SignIn => again(Some(Halt::SignIn(trouble.clone()))),
        TroubleKind::Local => again(Some(Halt::Store(trouble.clone()))),
        _ => again(None),
    }
}

/// What a contact shows of an intent.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    /// All of it.
    Applied,
    /// Nothing, or a part with the rest as it was: sending it (again) does no harm.
    NotApplied,
    /// The value of this key is a third one.
    Diverged(String),
}

fn seen(intent: &Intent, now: &Contact, table: &FieldTable) -> Seen {
    let mut all = true;
    let mut third = None;
    for change in &intent.changes {
        let state = match change.key.as_str() {
            "tags" => of_tags(intent, now, table),
            key => of_value(key, change, now, table),
        };
        all &= state == State::New;
        if state == State::Third && third.is_none() {
            third = Some(change.key.clone());
        }
    }
    match third {
        Some(key) => Seen::Diverged(key),
        None if all => Seen::Applied,
        None => Seen::NotApplied,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Old,
    New,
    Third,
}

/// Tags are additions and removals: whatever else is there is somebody else's.
fn of_tags(intent: &Intent, now: &Contact, table: &FieldTable) -> State {
    let held = |t: &String| diff::contains(&now.tags, t, table.tags.ignore_case);
    let delta = &intent.patch.tags;
    let all = delta.add.iter().all(held)
        && !delta
            .remove
            .iter()
            .any(|t| held(t) && !delta.add.contains(t));
    if all { State::New } else { State::Old }
}

fn of_value(key: &str, change: &Change, now: &Contact, table: &FieldTable) -> State {
    let stored = value_of(now, key);
    let is = |wanted: &Value| match FieldKey::parse(key) {
        Some(field) => {
            let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
            diff::same_text(table, field, &text(wanted), &text(&stored))
        }
        None => same(wanted, &stored),
    };
    if is(&change.new) {
        State::New
    } else if is(&change.old) {
        State::Old
    } else {
        State::Third
    }
}

/// The value behind a key, null where there is none.
pub fn value_of(contact: &Contact, key: &str) -> Value {
    if key == "tags" {
        return serde_json::json!(contact.tags);
    }
    if let Some(name) = key.strip_prefix("attr.") {
        return contact.attributes.get(name).cloned().unwrap_or(Value::Null);
    }
    if let Some(flag) = Flag::parse(key) {
        return contact.flag(flag).map_or(Value::Null, Value::Bool);
    }
    let text = FieldKey::parse(key).and_then(|k| contact.fields.get(&k));
    text.map_or(Value::Null, |t| Value::String(t.clone()))
}

/// What is stored of values that were to become something: `old` is what was asked, `new` what is there.
pub fn stored_of(asked: &[Change], now: &Contact) -> Vec<Change> {
    let rows = asked.iter().map(|change| Change {
        key: change.key.clone(),
        old: change.new.clone(),
        new: value_of(now, &change.key),
    });
    rows.filter(|row| !same(&row.old, &row.new)).collect()
}
