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

use super::{Header, Plan, Planned, Row};
use crate::domain::{Change, ContactId, Patch};
use crate::engine::reason::Reason;

/// The only format so far.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct First {
    cardex_plan: u32,
    rows: usize,
    #[serde(flatten)]
    header: Header,
}

#[derive(Serialize, Deserialize)]
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

/// Reads a plan; with what is odd about it, where something is.
///
/// # Errors
/// A sentence with the number of the line that is wrong.
pub fn read(input: impl BufRead) -> Result<(Plan, Option<String>), String> {
    let mut lines = input.lines();
    let first = lines
        .next()
        .ok_or("it is empty")?
        .map_err(|e| e.to_string())?;
    let first: First = serde_json::from_str(&first)
        .map_err(|e| format!("line 1 is not the beginning of a plan: {e}"))?;
    if first.cardex_plan != FORMAT {
        let found = first.cardex_plan;
        return Err(format!(
            "its format is {found}, this cardex knows {FORMAT}; use the version that wrote it"
        ));
    }
    let asked = first.header.change.clone().map(Arc::new);
    let mut rows = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (number, text) in (2..).zip(lines) {
        let text = text.map_err(|e| format!("line {number}: {e}"))?;
        if text.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&text).map_err(|e| format!("line {number}: {e}"))?;
        if !seen.insert(line.id.clone()) {
            return Err(format!("line {number}: contact {} is there twice", line.id));
        }
        rows.push(row(line, asked.as_ref()).map_err(|e| format!("line {number}: {e}"))?);
    }
    let odd = (rows.len() != first.rows).then(|| {
        format!(
            "it was made with {} rows and has {} now; those that are there are taken",
            first.rows,
            rows.len()
        )
    });
    let plan = Plan {
        header: first.header,
        rows,
    };
    Ok((plan, odd))
}

fn row(line: Line, asked: Option<&Arc<Patch>>) -> Result<Row, String> {
    let own = line.patch.map(Arc::new);
    let patch = || {
        own.clone()
            .or_else(|| asked.cloned())
            .ok_or("neither the row nor the plan says what to change")
    };
    let why = || Arc::from(line.why.as_deref().unwrap_or_default());
    let planned = match line.act {
        Act::Change => Planned::Send {
            patch: patch()?,
            changes: serde_json::to_string(&line.changes.unwrap_or_default())
                .map_err(|e| e.to_string())?
                .into(),
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
