//! `runs undo`: takes a run, or chosen rows of it, back as a plan of its own.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

use super::args::UndoArgs;
use super::find;
use crate::app::bulk as app;
use crate::app::session::Session;
use crate::cli::bulk::{self, Outlet};
use crate::cli::interrupt::{telling_waits, unless_interrupted};
use crate::cli::output::{Output, interrupted};
use crate::domain::{Trouble, TroubleKind};

/// Plans the way back, and goes it or shows it. Returns the exit code.
///
/// # Errors
/// There is no such run, or nothing could be begun.
pub(super) async fn run(session: &Session, args: &UndoArgs, out: Output) -> Result<u8, Trouble> {
    let sends = !args.dry_run && args.plan.is_none();
    if session.account().read_only && sends {
        return Err(session.read_only());
    }
    let run = find(session, args.run).await?;
    if run.tally.left > 0 && app::is_driven(session, run.id) {
        let message = format!("undoing run {}: it is under way in another cardex", run.id);
        return Err(Trouble::new(TroubleKind::Invalid, message).with_hint("stop it there first"));
    }
    let only = args.rows.as_deref().map(rows_of).transpose()?;
    let kept = args.plan.as_ref();
    let kept = kept
        .map(|path| Outlet::open(path, "the plan"))
        .transpose()?;
    let results = bulk::results_of(&args.how)?;
    let allowed = bulk::allowed(&args.how);
    let undoing = app::undo(
        session,
        run.id,
        only.as_ref(),
        allowed,
        args.how.reason.clone(),
    );
    let Some(plan) = unless_interrupted(telling_waits(session, out, undoing)).await? else {
        return Ok(interrupted());
    };
    let mut plan = plan?;
    if plan.rows.is_empty() {
        return Ok(bulk::nothing_matched(out));
    }
    bulk::within(plan.rows.len(), args.how.max)?;
    if !sends || bulk::asks(&args.how) {
        match bulk::looked_at(session, plan, out).await? {
            Some(looked) => plan = looked,
            None => return Ok(interrupted()),
        }
    }
    match sends {
        true => bulk::apply(session, plan, &args.how, results, out).await,
        false => bulk::keep_or_show(&plan, kept, args.dry_run, out),
    }
}

/// The numbers of rows in a file: one a line, or the lines that `runs results` prints.
fn rows_of(path: &Path) -> Result<HashSet<u32>, Trouble> {
    let name = path.display();
    let invalid = |message: String| {
        Trouble::new(TroubleKind::Invalid, message)
            .with_hint("nothing was sent; `cardex runs results ID` prints rows")
    };
    let mut text = String::new();
    match path.as_os_str() == "-" {
        true => io::stdin().lock().read_to_string(&mut text),
        false => File::open(path).and_then(|mut f| f.read_to_string(&mut text)),
    }
    .map_err(|e| invalid(format!("--rows: reading {name}: {e}")))?;
    let mut rows = HashSet::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let row = row_of(line.trim());
        rows.insert(row.ok_or_else(|| {
            invalid(format!(
                "--rows: line {number} of {name}: neither a row's number nor a line of results"
            ))
        })?);
    }
    Ok(rows)
}

fn row_of(line: &str) -> Option<u32> {
    let value: Value = serde_json::from_str(line).ok()?;
    let number = value.get("row").unwrap_or(&value);
    number.as_u64().and_then(|n| n.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbers_or_lines_of_results() {
        assert_eq!(row_of("7"), Some(7));
        assert_eq!(row_of(r#"{"row":7,"id":"12","end":"applied"}"#), Some(7));
        for wrong in ["", "x", "-1", "7.5", r#"{"id":"7"}"#, "99999999999"] {
            assert_eq!(row_of(wrong), None, "{wrong}");
        }
    }
}
