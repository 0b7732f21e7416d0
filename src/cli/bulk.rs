//! What the commands that change many contacts share: showing a plan, asking, carrying it out with Ctrl-C
//! listened for, and telling what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::BulkArgs;
use super::interrupt::unless_interrupted;
use super::output::{Output, interrupted};
use crate::app::bulk::{self, RunRow};
use crate::app::session::{Session, store_trouble};
use crate::domain::{Trouble, TroubleKind, shown};
use crate::engine::journal::{RunId, Tally};
use crate::engine::plan::{Allowed, Kind, Plan, Planned, file};

mod carry;
mod confirm;
mod results;

pub use carry::{Carried, carry_out};
pub use results::write as write_results;

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
    let message = format!("{selected} contacts are chosen, and --max allows {max}");
    Err(Trouble::new(TroubleKind::Invalid, message)
        .with_hint("nothing was sent; choose fewer, or raise --max"))
}

/// Asks, begins and carries out a plan. Returns the exit code.
///
/// # Errors
/// It was refused, or can not be begun; nothing was sent then.
pub async fn apply(
    session: &Session,
    plan: Plan,
    args: &BulkArgs,
    out: Output,
) -> Result<u8, Trouble> {
    within(plan.rows.len(), args.max)?;
    for doubt in &plan.header.doubts {
        out.warning(doubt);
    }
    let plan = Arc::new(plan);
    let counts = plan.counts();
    if counts.go() > 0 && confirm::asks(args.yes) {
        out.aside(&summary(&plan));
        for line in sample(&plan) {
            out.aside(&line);
        }
        let go = counts.go();
        let asked = async { tokio::task::spawn_blocking(move || confirm::confirmed(go)).await };
        match unless_interrupted(asked).await? {
            None => return Ok(interrupted()),
            Some(Ok(Ok(true))) => {}
            Some(Ok(Ok(false))) => {
                let trouble = Trouble::new(TroubleKind::Local, "not confirmed; nothing was sent");
                return Err(trouble);
            }
            Some(Ok(Err(e))) => return Err(confirm::not_asked(&e.to_string())),
            Some(Err(e)) => return Err(confirm::not_asked(&e.to_string())),
        }
    }
    let run = bulk::begin(session, plan).await?;
    finish(session, run, args, out).await
}

/// Carries a begun run out and tells what came of it. Returns the exit code.
///
/// # Errors
/// It can not be driven, or the results can not be written.
pub async fn finish(
    session: &Session,
    run: RunId,
    args: &BulkArgs,
    out: Output,
) -> Result<u8, Trouble> {
    let carried = carry_out(session, run, out).await?;
    if let Some(path) = &args.results {
        results::write_file(session, run, path).await?;
    }
    let printed = match out.json {
        true => out.object(&totals(&carried)),
        false => out.line(&sentence(&carried)),
    };
    if !out.json && carried.tally.failed > 0 {
        for (what, rows) in failures(session, run).await? {
            out.aside(&format!("  {rows} failed: {what}"));
        }
    }
    if carried.tally.left > 0 {
        out.aside(&format!(
            "{} contacts are left; `cardex runs resume {run}` goes on with them.",
            carried.tally.left
        ));
    }
    let mut code = carried.code();
    if let Some(trouble) = &carried.trouble {
        code = out.trouble_beside(trouble);
    }
    Ok(Output::ended(printed, code))
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
        "seconds": carried.seconds,
        "requests": carried.requests,
        "throttled": carried.throttled,
    })
}

fn sentence(carried: &Carried) -> String {
    let t = carried.tally;
    let mut text = format!(
        "Run {}: {} contacts: {} applied, {} unchanged, {} failed, {} unknown",
        carried.run,
        t.selected(),
        t.applied,
        t.unchanged,
        t.failed,
        t.unknown
    );
    if t.left > 0 {
        text.push_str(&format!(", {} left", t.left));
    }
    format!("{text} ({:.1} s).", carried.seconds)
}

/// How many rows failed for which reason, with the sentence of the first.
async fn failures(session: &Session, run: RunId) -> Result<Vec<(String, usize)>, Trouble> {
    let mut found: BTreeMap<_, (String, usize)> = BTreeMap::new();
    let mut from = 0;
    loop {
        let rows: Vec<RunRow> = session
            .contacts()
            .run_rows(run, from, 1000)
            .await
            .map_err(|e| store_trouble("reading the results", &e))?;
        let Some(last) = rows.last() else { break };
        from = last.row + 1;
        for end in rows.iter().filter_map(|r| r.fold.end.as_ref()) {
            if let Some(reason) = end.reason() {
                let message = end.message().unwrap_or_default();
                let said = format!("{reason}: {}", shown::one_line(message));
                found.entry(reason).or_insert((said, 0)).1 += 1;
            }
        }
    }
    Ok(found.into_values().collect())
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
    format!("{} contacts: {}.", counts.all(), parts.join(", "))
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
