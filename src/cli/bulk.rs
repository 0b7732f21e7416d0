//! What the commands that change many contacts share: showing a plan, asking, carrying it out with Ctrl-C
//! listened for, and telling what came of it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::BulkArgs;
use super::interrupt::{telling_waits, unless_interrupted};
use super::output::{Output, interrupted};
use crate::app::bulk::{self, Order};
use crate::app::session::{Session, store_trouble};
use crate::domain::{Trouble, TroubleKind, count, shown};
use crate::engine::journal::{RunId, Tally};
use crate::engine::plan::{Allowed, Kind, Plan, Planned, file};
use crate::engine::results::Group;

pub mod args;
mod carry;
pub mod column;
pub mod confirm;
pub mod outlet;
pub mod results;

pub use carry::{Carried, carry_out};
pub use outlet::Outlet;

/// Rows shown of a plan before it is asked about.
const SHOWN: usize = 8;

/// What the options allow by name.
pub fn allowed(args: &BulkArgs) -> Allowed {
    Allowed {
        opt_in: args.allow_opt_in,
        new_field: args.allow_new_field,
        new_tag: args.allow_new_tag,
        merge: false,
    }
}

/// Refuses a selection that is larger than was said.
///
/// # Errors
/// It is.
pub fn within(selected: usize, max: Option<usize>) -> Result<(), Trouble> {
    let Some(max) = max.filter(|max| selected > *max) else {
        return Ok(());
    };
    let (chosen, are) = (count::contacts(selected), count::are(selected));
    let message = format!("{chosen} {are} chosen, and --max allows {max}");
    Err(Trouble::new(TroubleKind::Invalid, message)
        .with_hint("nothing was sent; choose fewer, or raise --max"))
}

/// Whether somebody is asked before it is done.
pub fn asks(args: &BulkArgs) -> bool {
    confirm::asks(args.yes)
}

/// Opens the file for the results, where one was named.
///
/// # Errors
/// It can not be written; nothing was sent.
pub fn results_of(args: &BulkArgs) -> Result<Option<Outlet>, Trouble> {
    let path = args.results.as_ref();
    path.map(|path| Outlet::open(path, "the results"))
        .transpose()
}

/// The plan with each contact as it is now, read with progress; none where Ctrl-C came first.
///
/// # Errors
/// The contacts can not be read.
pub async fn looked_at(
    session: &Session,
    plan: Plan,
    out: Output,
) -> Result<Option<Plan>, Trouble> {
    let mut line = carry::Line::of(out);
    let reading = bulk::looked_at(session, plan, |read, all| {
        line.say(|| format!("read {read} of {all}"));
    });
    let looked = unless_interrupted(telling_waits(session, out, reading)).await;
    line.end();
    looked?.transpose()
}

/// What comes of a plan that may only be shown: the plan written to a file, or printed. Nothing is sent.
///
/// # Errors
/// The file can not be written.
pub fn keep_or_show(
    plan: &Plan,
    outlet: Option<Outlet>,
    dry_run: bool,
    out: Output,
) -> Result<u8, Trouble> {
    let mut kept = None;
    if let Some(outlet) = outlet {
        let path = outlet.path().display().to_string();
        outlet.write(|to| file::write(plan, to)).map_err(|e| {
            let message = format!("writing the plan to {path}: {e}");
            Trouble::new(TroubleKind::Local, message).with_hint("nothing was sent")
        })?;
        kept = Some(path);
    }
    if dry_run {
        return Ok(show(plan, out));
    }
    for doubt in &plan.header.doubts {
        out.warning(doubt);
    }
    out.remark(&format!(
        "{} Nothing was sent; `cardex apply {}` does it.",
        summary(plan),
        kept.unwrap_or_default()
    ));
    Ok(super::exit::DONE)
}

/// Asks, begins and carries out a plan. Returns the exit code.
///
/// # Errors
/// It was refused, or can not be begun; nothing was sent then.
pub async fn apply(
    session: &Session,
    plan: Plan,
    args: &BulkArgs,
    results: Option<Outlet>,
    out: Output,
) -> Result<u8, Trouble> {
    within(plan.rows.len(), args.max)?;
    for doubt in &plan.header.doubts {
        out.warning(doubt);
    }
    let plan = Arc::new(plan);
    let go = plan.counts().go();
    if go > 0 && asks(args) {
        out.aside(&summary(&plan));
        for line in sample(&plan) {
            out.aside(&line);
        }
        if !confirm::ask(confirm::Question::Change(go)).await? {
            return Ok(interrupted());
        }
    }
    let run = bulk::begin(session, plan).await?;
    finish(session, run, Vec::new(), results, out).await
}

/// Carries a begun run out, with orders given before anything is handed out, and tells what came of it. Returns the
/// exit code.
///
/// # Errors
/// It can not be driven.
pub async fn finish(
    session: &Session,
    run: RunId,
    orders: Vec<Order>,
    results: Option<Outlet>,
    out: Output,
) -> Result<u8, Trouble> {
    let carried = carry_out(session, run, orders, out).await?;
    let failures = match carried.tally.failed {
        0 => Vec::new(),
        _ => {
            let found = session.journal().run_failures(run).await;
            found.map_err(|e| store_trouble("reading the results", &e))?
        }
    };
    let code = carried.code(&failures);
    let written = match results {
        Some(outlet) => results::write_file(session, run, outlet).await,
        None => Ok(()),
    };
    let printed = match out.json {
        true => out.object(&totals(&carried)),
        false => out.line(&sentence(&carried)),
    };
    if !out.json {
        for line in failures.iter().flat_map(|of| failure_lines(of, run)) {
            out.aside(&line);
        }
    }
    if let Some(trouble) = &carried.trouble {
        out.trouble_beside(trouble);
    }
    if carried.tally.left > 0 {
        let left = carried.tally.left;
        out.aside(&format!(
            "{} {} left; `cardex runs resume {run}` goes on.",
            count::contacts(left),
            count::are(left)
        ));
    }
    match written {
        Ok(()) => Ok(Output::ended(printed, code)),
        Err(trouble) => {
            out.warning(&trouble.to_string());
            Ok(Output::ended(Err(super::exit::ERROR), code))
        }
    }
}

/// How many contacts failed so, a line for each of the most frequent sentences, with a contact that says it.
pub fn failure_lines(of: &Group, run: RunId) -> Vec<String> {
    let line = |rows: u64, what: &str| format!("  {rows} failed: {}: {what}", of.reason);
    let mut lines: Vec<String> = (of.said.iter())
        .map(|said| {
            let first = shown::one_line(said.first.as_str());
            let who = match said.rows {
                1 => format!("contact {first}"),
                n => format!("contact {first} and {} more", n - 1),
            };
            line(
                said.rows,
                &format!("{} ({who})", shown::one_line(&said.message)),
            )
        })
        .collect();
    if of.others() > 0 {
        let words = format!("other messages; `cardex runs results {run}` tells them");
        lines.push(line(of.others(), &words));
    }
    lines
}

/// The totals of a run that never began: nobody was chosen.
pub fn nothing_matched(out: Output) -> u8 {
    out.remark("Nothing matched.");
    let nothing = Carried::default();
    let printed = match out.json {
        true => out.object(&totals(&nothing)),
        false => Ok(()),
    };
    Output::ended(printed, super::exit::NOTHING)
}

/// The totals that scripts read.
fn totals(carried: &Carried) -> Value {
    let Tally {
        applied,
        unchanged,
        failed,
        unknown,
        left,
    } = carried.tally;
    json!({
        "run": carried.run,
        "selected": carried.tally.selected(),
        "applied": applied,
        "unchanged": unchanged,
        "failed": failed,
        "unknown": unknown,
        "left": left,
        "seconds": (carried.seconds * 1000.0).round() / 1000.0,
        "requests": carried.requests,
        "throttled": carried.throttled,
    })
}

fn sentence(carried: &Carried) -> String {
    let run = carried.run.map_or_else(String::new, |r| r.to_string());
    let (counts, seconds) = (carried.tally.words(), carried.seconds);
    format!("Run {run}: {counts} ({seconds:.1} s).")
}

/// What a plan would do, in a sentence.
pub fn summary(plan: &Plan) -> String {
    let counts = plan.counts();
    let mut parts = vec![format!("{} would be changed", counts.of(Kind::Send))];
    let mut more = |kind, what: &str| {
        let rows = counts.of(kind);
        if rows > 0 {
            parts.push(format!("{rows} {what}"));
        }
    };
    more(Kind::Unread, "looked at when their turn comes");
    more(Kind::Nothing, "already so");
    more(Kind::Struck, "struck out");
    for (kind, rows) in counts.kinds() {
        if let Kind::Blocked(reason) = kind {
            parts.push(format!("{rows} blocked ({})", reason.label()));
        }
    }
    format!("{}: {}.", count::contacts(counts.all()), parts.join(", "))
}

/// The first rows of a plan, one line each.
fn sample(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<String> = plan.rows.iter().take(SHOWN).map(line).collect();
    if plan.rows.len() > SHOWN {
        lines.push(format!("  … and {} more", plan.rows.len() - SHOWN));
    }
    lines
}

/// A row of a plan as a line.
pub fn line(row: &crate::engine::plan::Row) -> String {
    let what = match &row.planned {
        _ if row.struck => "struck out".into(),
        Planned::Nothing { why } => why.to_string(),
        Planned::Blocked { reason, why } => format!("blocked ({reason}): {why}"),
        Planned::Unread { .. } => "looked at when its turn comes".into(),
        Planned::Send { .. } => {
            let changes = row.changes();
            let said: Vec<String> = changes
                .iter()
                .map(|c| super::output::change_line(c).trim().to_string())
                .collect();
            said.join("; ")
        }
    };
    format!(
        "  {}  {}: {}",
        shown::one_line(row.id.as_str()),
        shown::one_line(&row.name),
        shown::one_line(&what)
    )
}

/// Prints a plan without doing anything. Returns the exit code.
pub fn show(plan: &Plan, out: Output) -> u8 {
    for doubt in &plan.header.doubts {
        out.warning(doubt);
    }
    if out.json {
        let mut text = Vec::new();
        if file::write(plan, &mut text).is_err() {
            return super::exit::ERROR;
        }
        return Output::ended(out.raw(&text), super::exit::DONE);
    }
    for row in &plan.rows {
        if let Err(code) = out.line(&line(row)) {
            return code;
        }
    }
    let printed = out.line(&format!("{} Nothing was sent.", summary(plan)));
    Output::ended(printed, super::exit::DONE)
}
