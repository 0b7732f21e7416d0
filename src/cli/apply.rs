//! `cardex apply PLAN`: does what a plan file says, held against the present first.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use super::interrupt::{telling_waits, unless_interrupted};
use super::output::{Output, interrupted};
use super::{ApplyArgs, bulk};
use crate::app::bulk::{allowed_here, fits};
use crate::app::session::Session;
use crate::domain::{Trouble, TroubleKind};
use crate::engine::plan::{Allowed, Plan, Planned, file};

/// Reads a plan file; `-` is standard input. What is odd about it is told.
///
/// # Errors
/// Names the line that is wrong.
pub fn read(path: &Path, out: Output) -> Result<Plan, Trouble> {
    let name = path.display();
    let failed = |line: Option<u64>, why: String| {
        // A row can be spared, the beginning can not.
        let hint = match line.is_some_and(|line| line > 1) {
            true => "nothing was sent; mend that line or take it out, or write the plan anew",
            false => "nothing was sent; `cardex tag --plan FILE` writes one",
        };
        Trouble::new(TroubleKind::Invalid, format!("the plan {name}: {why}")).with_hint(hint)
    };
    let input: Box<dyn BufRead> = match path.as_os_str() == "-" {
        true => Box::new(BufReader::new(io::stdin())),
        false => Box::new(BufReader::new(
            File::open(path).map_err(|e| failed(None, e.to_string()))?,
        )),
    };
    let (plan, odd) = file::read(input).map_err(|e| failed(e.line, e.why))?;
    if let Some(odd) = odd {
        out.warning(&format!("the plan {name}: {odd}"));
    }
    Ok(plan)
}

/// Applies a plan, or shows what it would do now. Returns the exit code.
///
/// # Errors
/// It is not about this account's contacts, or nothing could be begun.
pub async fn run(
    session: &Session,
    mut plan: Plan,
    args: &ApplyArgs,
    out: Output,
) -> Result<u8, Trouble> {
    if session.account().read_only && !args.dry_run {
        return Err(session.read_only());
    }
    let header = &mut plan.header;
    let more = bulk::allowed(&args.how);
    if header.allowed.opt_in && !more.opt_in && !args.dry_run {
        let message = "apply: the plan widens consent, and a file does not decide that";
        return Err(Trouble::new(TroubleKind::Invalid, message)
            .with_hint("nothing was sent; --allow-opt-in --reason WHY says that you do"));
    }
    header.allowed = Allowed {
        opt_in: header.allowed.opt_in || more.opt_in,
        new_field: header.allowed.new_field || more.new_field,
        new_tag: header.allowed.new_tag || more.new_tag,
        merge: header.allowed.merge,
    };
    if let Some(reason) = &args.how.reason {
        header.reason = Some(reason.clone());
    }
    fits(session, header)?;
    if plan.rows.is_empty() {
        return Ok(bulk::nothing_matched(out));
    }
    bulk::within(plan.rows.len(), args.how.max)?;
    for row in &mut plan.rows {
        session.check_id(row.id.as_str())?;
        if let Planned::Nothing { why } = &row.planned {
            // Nobody looks at it again: it is told as of when it was seen.
            let why = Arc::from(format!("when the plan was made: {why}"));
            row.planned = Planned::Nothing { why };
        }
    }
    let results = bulk::results_of(&args.how)?;
    let checking = telling_waits(session, out, allowed_here(session, plan));
    let Some(plan) = unless_interrupted(checking).await? else {
        return Ok(interrupted());
    };
    let plan = plan?;
    if !args.dry_run {
        return bulk::apply(session, plan, &args.how, results, out).await;
    }
    match bulk::looked_at(session, plan, out).await? {
        Some(plan) => bulk::keep_or_show(&plan, None, true, out),
        None => Ok(interrupted()),
    }
}
