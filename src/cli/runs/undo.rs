//! `runs undo`: takes a run, or chosen rows of it, back as a plan of its own.

use std::collections::HashSet;
use std::path::Path;

use super::args::UndoArgs;
use super::find;
use crate::app::bulk as app;
use crate::app::session::Session;
use crate::cli::bulk::{self, Outlet, column};
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
        for doubt in &plan.header.doubts {
            out.warning(doubt);
        }
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

/// The numbers of rows in a file: one a line, or what `runs results` prints, in either format.
fn rows_of(path: &Path) -> Result<HashSet<u32>, Trouble> {
    let name = path.display();
    let text = column::text_of(path);
    let invalid = |message: String| {
        Trouble::new(TroubleKind::Invalid, message)
            .with_hint("nothing was sent; `cardex runs results ID` prints rows")
    };
    let text = text.map_err(|e| invalid(format!("--rows: reading {name}: {e}")))?;
    rows_in(&text).map_err(|why| invalid(format!("--rows: {name}: {why}")))
}

fn rows_in(text: &str) -> Result<HashSet<u32>, String> {
    let cells = match column::of_table(text, "row")? {
        Some(cells) => cells,
        None => column::of_lines(text, "row")?,
    };
    let row = |(line, text): (u64, String)| {
        let row = text.parse();
        row.map_err(|_| format!("line {line}: {text:?} is no row's number"))
    };
    cells.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbers_or_results_in_either_format() {
        for text in [
            "7\n9\n",
            "{\"row\":7,\"id\":\"12\",\"end\":\"applied\"}\n9\n",
            "row,id,name,end,reason,message,changes\r\n7,12,\"Doe, Jane\",failed,invalid,\"a\nb\",[]\r\n9,13,,,,,\r\n",
        ] {
            assert_eq!(rows_in(text), Ok(HashSet::from([7, 9])), "{text:?}");
        }
        for wrong in ["x", "-1", "7.5", r#"{"id":"7"}"#, "99999999999", "7,8"] {
            let said = rows_in(&format!("3\n{wrong}")).unwrap_err();
            assert!(said.contains("line 2"), "{wrong}: {said}");
        }
    }
}
