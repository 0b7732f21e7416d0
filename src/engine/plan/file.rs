//! A plan as a file to look at, to hand on, and to apply later: JSON, one object a line. The first says what the
//! plan is about, each further one is a row. Lines of rows may be taken out before it is applied.
//!
//! ```text
//! {"cardex_plan":1,"rows":2,"account":"acme","provider":"pabbly",…}
//! {"id":"64b0…","name":"Ana","do":"change","changes":[{"key":"tags","old":[],"new":["vip"]}]}
//! {"id":"64b1…","name":"Bo","do":"nothing","why":"already so"}
//! ```
//!
//! `patch` stands in a row only where it is not the one of the header.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Header, Plan, Planned, Row};
use crate::domain::{Change, Contact, ContactId, Patch, diff};
use crate::engine::reason::Reason;

mod wrong;

/// The only format so far.
const FORMAT: u32 = 1;

/// What is looked at first: other versions may write other headers.
#[derive(Deserialize)]
struct Format {
    cardex_plan: u32,
}

#[derive(Serialize, Deserialize)]
struct First {
    cardex_plan: u32,
    rows: usize,
    #[serde(flatten)]
    header: Header,
}

// What is misspelt by hand must not be passed over: `"struck"` is what keeps a contact from being changed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: ContactId,
    name: Box<str>,
    #[serde(rename = "do")]
    act: Act,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patch: Option<Patch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    struck: bool,
}

#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Act {
    Change,
    Look,
    Nothing,
    Blocked,
}

/// Writes a plan.
///
/// # Errors
/// What the writer says.
pub fn write(plan: &Plan, mut out: impl Write) -> io::Result<()> {
    let first = First {
        cardex_plan: FORMAT,
        rows: plan.rows.len(),
        header: plan.header.clone(),
    };
    put(&mut out, &first)?;
    let asked = plan.header.change.as_ref();
    for row in &plan.rows {
        put(&mut out, &line(row, asked))?;
    }
    out.flush()
}

fn put(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn line(row: &Row, asked: Option<&Patch>) -> Line {
    let (act, reason, why) = match &row.planned {
        Planned::Send { .. } => (Act::Change, None, None),
        Planned::Unread { .. } => (Act::Look, None, None),
        Planned::Nothing { why } => (Act::Nothing, None, Some(Box::from(&**why))),
        Planned::Blocked { reason, why } => (Act::Blocked, Some(*reason), Some(Box::from(&**why))),
    };
    let own = row.patch().filter(|p| Some(&***p) != asked);
    Line {
        id: row.id.clone(),
        name: row.name.clone(),
        changes: (act == Act::Change).then(|| row.changes()),
        act,
        reason,
        why,
        patch: own.map(|p| (**p).clone()),
        record: row.record.clone(),
        struck: row.struck,
    }
}

/// Why a plan can not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line that is wrong, from one on; none where it is the whole. The first one is what the plan is about.
    pub line: Option<u64>,
    /// A sentence that names it.
    pub why: String,
}

impl Unreadable {
    fn at(line: u64, why: impl std::fmt::Display) -> Self {
        let why = format!("line {line}: {why}");
        Self {
            line: Some(line),
            why,
        }
    }
}

/// Reads a plan; with what is odd about it, where something is. A row whose `changes` are not what its patch does to
/// their old values is refused: what was looked at is what is done. One without `changes` is looked at when its turn
/// comes.
///
/// # Errors
/// The line that is wrong.
pub fn read(input: impl BufRead) -> Result<(Plan, Option<String>), Unreadable> {
    let mut lines = input.lines();
    let first = lines
        .next()
        .ok_or_else(|| Unreadable {
            line: None,
            why: "it is empty".into(),
        })?
        .map_err(|e| unread(1, &e))?;
    let first = first.trim_start_matches('\u{feff}');
    let foreign = |e| {
        let why = wrong::words(&e, first);
        Unreadable {
            line: Some(1),
            why: format!("line 1 is not the beginning of a plan: {why}"),
        }
    };
    let format: Format = serde_json::from_str(first).map_err(foreign)?;
    if format.cardex_plan != FORMAT {
        let found = format.cardex_plan;
        let why = format!(
            "its format is {found}, this cardex knows {FORMAT}; use the version that wrote it"
        );
        return Err(Unreadable::at(1, why));
    }
    let first: First = serde_json::from_str(first).map_err(foreign)?;
    let asked = first.header.change.clone().map(Arc::new);
    let mut rows = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (number, text) in (2..).zip(lines) {
        let text = text.map_err(|e| unread(number, &e))?;
        if text.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&text)
            .map_err(|e| Unreadable::at(number, wrong::words(&e, &text)))?;
        if !seen.insert(line.id.clone()) {
            let why = format!("contact {} is there twice", line.id);
            return Err(Unreadable::at(number, why));
        }
        let row = row(line, asked.as_ref(), &first.header);
        rows.push(row.map_err(|e| Unreadable::at(number, e))?);
    }
    let odd = (rows.len() != first.rows).then(|| {
        format!(
            "it was made with {} and has {} now; those that are there are taken",
            if first.rows == 1 {
                "1 row".into()
            } else {
                format!("{} rows", first.rows)
            },
            rows.len()
        )
    });
    let plan = Plan {
        header: first.header,
        rows,
    };
    Ok((plan, odd))
}

/// Why a line can not be read at all.
fn unread(number: u64, error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::InvalidData => Unreadable::at(number, "it is not UTF-8"),
        _ => Unreadable::at(number, error),
    }
}

fn row(line: Line, asked: Option<&Arc<Patch>>, header: &Header) -> Result<Row, String> {
    let own = line.patch.map(Arc::new);
    let patch = || {
        own.clone()
            .or_else(|| asked.cloned())
            .ok_or("neither the row nor the plan says what to change")
    };
    let why = || Arc::from(line.why.as_deref().unwrap_or_default());
    let planned = match line.act {
        Act::Change => match line.changes {
            None => Planned::Unread { patch: patch()? },
            Some(changes) => {
                let patch = patch()?;
                let blank = Contact::new(line.id.clone(), header.account.clone(), header.provider);
                if let Some(key) = contradicts(&blank, &patch, &changes) {
                    return Err(format!(
                        "{key}: what stands under changes is not what the patch does"
                    ));
                }
                let changes = serde_json::to_string(&changes).map_err(|e| e.to_string())?;
                Planned::Send {
                    patch,
                    changes: changes.into(),
                }
            }
        },
        Act::Look => Planned::Unread { patch: patch()? },
        Act::Nothing => Planned::Nothing { why: why() },
        Act::Blocked => Planned::Blocked {
            reason: line.reason.unwrap_or(Reason::Invalid),
            why: why(),
        },
    };
    Ok(Row {
        id: line.id,
        name: line.name,
        record: line.record,
        planned,
        struck: line.struck,
    })
}

/// The first value of which the changes say something else than what the patch makes of their old values.
fn contradicts(blank: &Contact, patch: &Patch, changes: &[Change]) -> Option<String> {
    let base = super::base_of(blank.clone(), changes, None);
    let done = diff::changes_of(&base, patch);
    let nothing = |v: &Value| v.is_null() || v.as_str() == Some("");
    let same = |a: &Value, b: &Value| a == b || nothing(a) && nothing(b);
    let differs = |a: &&Change, list: &[Change]| {
        !list
            .iter()
            .any(|b| a.key == b.key && same(&a.old, &b.old) && same(&a.new, &b.new))
    };
    let said = changes.iter().find(|c| differs(c, &done));
    let found = said.or_else(|| done.iter().find(|c| differs(c, changes)));
    found.map(|c| c.key.clone())
}

#[cfg(test)]
mod tests;
