//! Runs as lines and as JSON: who, when, what, and how their contacts ended.

use serde_json::{Value, json};

use crate::app::bulk::{RunKind, RunRecord, is_driven};
use crate::app::session::{Session, store_trouble};
use crate::cli::bulk::failure_lines;
use crate::cli::exit;
use crate::cli::output::Output;
use crate::domain::{Trouble, shown};
use crate::engine::results::Group;

/// How many runs are listed where nobody says.
pub(super) const USUAL: usize = 50;

/// What is done about a run at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    Running,
    Paused,
    Forgotten,
}

impl State {
    fn of(session: &Session, run: &RunRecord) -> Self {
        if run.forgotten_at.is_some() {
            Self::Forgotten
        } else if run.tally.left == 0 {
            Self::Done
        } else if is_driven(session, run.id) {
            Self::Running
        } else {
            Self::Paused
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Forgotten => "forgotten",
        }
    }
}

/// Lists the latest runs. Returns the exit code.
pub(super) async fn all(
    session: &Session,
    edits_too: bool,
    limit: usize,
    out: Output,
) -> Result<u8, Trouble> {
    let name = &session.account().name;
    let runs = session.journal().runs(name, edits_too, limit).await;
    let runs = runs.map_err(|e| store_trouble("reading the history", &e))?;
    if out.json {
        for run in &runs {
            if let Err(code) = out.object(&object(session, run)) {
                return Ok(code);
            }
        }
        return Ok(exit::DONE);
    }
    if runs.is_empty() {
        out.remark(&format!("{name} has no runs yet."));
        return Ok(exit::DONE);
    }
    let mut table =
        vec![["ID", "STARTED (UTC)", "BY", "STATE", "CONTACTS", "CHANGE"].map(String::from)];
    table.extend(runs.iter().map(|run| cells(session, run)));
    let widths: Vec<usize> = (0..6)
        .map(|at| {
            let cells = table.iter().filter_map(|row| row.get(at));
            cells.map(|c| shown::width(c)).max().unwrap_or_default()
        })
        .collect();
    for row in &table {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            let pad = width.saturating_sub(shown::width(cell)) + 2;
            line.extend(std::iter::repeat_n(' ', pad));
        }
        if let Err(code) = out.line(line.trim_end()) {
            return Ok(code);
        }
    }
    Ok(exit::DONE)
}

fn cells(session: &Session, run: &RunRecord) -> [String; 6] {
    let t = run.tally;
    let mut contacts = match t.left {
        0 => t.selected().to_string(),
        _ => format!("{} of {}", t.done(), t.selected()),
    };
    for (rows, what) in [(t.failed, "failed"), (t.unknown, "unknown")] {
        if rows > 0 {
            contacts.push_str(&format!(", {rows} {what}"));
        }
    }
    let change = run.header.words();
    [
        run.id.to_string(),
        run.started_at.strftime("%Y-%m-%d %H:%M").to_string(),
        shown::one_line(&run.header.made_by).into_owned(),
        State::of(session, run).as_str().into(),
        contacts,
        shown::one_line(&change).into_owned(),
    ]
}

/// Shows one run. Returns the exit code.
pub(super) async fn show(session: &Session, run: &RunRecord, out: Output) -> Result<u8, Trouble> {
    let failures = session.journal().run_failures(run.id).await;
    let failures = failures.map_err(|e| store_trouble("reading the results", &e))?;
    let printed = match out.json {
        true => {
            let mut object = object(session, run);
            if let Some(map) = object.as_object_mut() {
                map.insert("failures".into(), failures.iter().map(failure).collect());
                map.insert("change".into(), json!(run.header.change));
                map.insert("allowed".into(), json!(run.header.allowed));
                map.insert("filter".into(), json!(run.header.filter));
                map.insert("doubts".into(), json!(run.header.doubts));
            }
            out.object(&object)
        }
        false => text(session, run, &failures)
            .iter()
            .try_for_each(|line| out.line(line)),
    };
    Ok(Output::ended(printed, exit::DONE))
}

/// A run as `runs list --json` prints it.
fn object(session: &Session, run: &RunRecord) -> Value {
    let (header, t) = (&run.header, run.tally);
    json!({
        "run": run.id,
        "account": header.account,
        "kind": match run.kind { RunKind::Bulk => "bulk", RunKind::Edit => "edit" },
        "state": State::of(session, run).as_str(),
        "by": header.made_by,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "words": header.words(),
        "reason": header.reason,
        "undo_of": header.undo_of,
        "selected": t.selected(),
        "applied": t.applied,
        "unchanged": t.unchanged,
        "failed": t.failed,
        "unknown": t.unknown,
        "left": t.left,
    })
}

fn failure(of: &Group) -> Value {
    let said = of.said.iter();
    let said = said.map(|s| json!({"message": s.message, "rows": s.rows, "first": s.first}));
    json!({
        "reason": of.reason,
        "rows": of.rows,
        "blocked": of.blocked,
        "message": of.said.first().map(|s| &s.message),
        "messages": said.collect::<Vec<_>>(),
    })
}

fn text(session: &Session, run: &RunRecord, failures: &[Group]) -> Vec<String> {
    let (header, t) = (&run.header, run.tally);
    let time = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let mut when = format!("started {}", time(run.started_at));
    if let Some(ended) = run.ended_at {
        when.push_str(&format!(", ended {}", time(ended)));
    }
    let mut lines = vec![
        format!("Run {}: {}", run.id, header.words()),
        format!("{}, {when}", State::of(session, run).as_str()),
        format!(
            "by {} on {} ({})",
            header.made_by, header.account, header.provider
        ),
    ];
    if let Some(filter) = &header.filter {
        let filter = match filter.trim() {
            "" => "all contacts",
            filter => filter,
        };
        lines.push(format!("chosen by: {filter}"));
    }
    let a = header.allowed;
    let allowed: Vec<&str> = [
        (a.opt_in, "widening consent"),
        (a.new_field, "new attributes"),
        (a.new_tag, "tags outside the catalogue"),
        (a.merge, "merging contacts"),
    ]
    .into_iter()
    .filter_map(|(is, what)| is.then_some(what))
    .collect();
    if !allowed.is_empty() {
        lines.push(format!("allowed: {}", allowed.join(", ")));
    }
    if let Some(reason) = &header.reason {
        lines.push(format!("reason: {reason}"));
    }
    lines.extend(header.doubts.iter().map(|d| format!("in doubt: {d}")));
    lines.push(t.words());
    let mut lines: Vec<String> = lines
        .iter()
        .map(|l| shown::one_line(l).into_owned())
        .collect();
    lines.extend(failures.iter().flat_map(|of| failure_lines(of, run.id)));
    lines
}
