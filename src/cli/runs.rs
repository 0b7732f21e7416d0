//! `cardex runs …`: the history of an account's changes, and what can be done with one of them. Listing is in
//! `list`, taking back in `undo`, forgetting in `forget`.

use super::bulk::confirm::{Question, ask, asks};
use super::bulk::{self, Outlet};
use super::exit;
use super::output::{Output, interrupted};
use crate::app::bulk::{Order, RunKind, RunRecord, RunRow, is_driven, results};
use crate::app::session::{Session, store_trouble};
use crate::app::setup::Setup;
use crate::config::Account;
use crate::domain::{AccountName, Trouble, TroubleKind, count};
use crate::engine::RunId;
use crate::engine::results::blocked_words;

pub mod args;
mod forget;
mod list;
mod undo;

use args::{Again, ResultsArgs, ResultsFormat, ResumeArgs, RunsCommand, Which};

/// The account to work on: the one asked for, else the one that the run belongs to, else the usual one.
///
/// # Errors
/// It is configured wrongly, or the history can not be read.
pub fn account(
    setup: &Setup,
    asked: Option<&str>,
    command: Option<&RunsCommand>,
) -> Result<Account, Trouble> {
    if let (None, Some(Which::Id(run))) = (asked, command.and_then(named)) {
        let found = setup.store()?.account_of_run(run).wait();
        let found = found.map_err(|e| store_trouble("reading the history", &e))?;
        let known = |name: &AccountName| setup.config.names().iter().any(|n| n == name.as_str());
        if let Some(name) = found.filter(known) {
            return setup.config.account(&name);
        }
    }
    setup.config.choose(asked)
}

/// The run that a command names.
fn named(command: &RunsCommand) -> Option<Which> {
    match command {
        RunsCommand::List { .. } => None,
        RunsCommand::Show { run } | RunsCommand::End { run, .. } => Some(*run),
        RunsCommand::Resume(args) => Some(args.run),
        RunsCommand::Undo(args) => Some(args.run),
        RunsCommand::Results(args) => Some(args.run),
        RunsCommand::Forget(args) => args.run,
    }
}

/// Whether a command only looks, so that Ctrl-C may simply end it.
pub fn only_looks(command: Option<&RunsCommand>) -> bool {
    match command {
        None
        | Some(RunsCommand::List { .. } | RunsCommand::Show { .. } | RunsCommand::Results(_)) => {
            true
        }
        Some(
            RunsCommand::Resume(_)
            | RunsCommand::Undo(_)
            | RunsCommand::Forget(_)
            | RunsCommand::End { .. },
        ) => false,
    }
}

/// Does it. Returns the exit code.
///
/// # Errors
/// There is no such run, or it can not be done.
pub async fn run(
    session: &Session,
    command: Option<RunsCommand>,
    out: Output,
) -> Result<u8, Trouble> {
    match command {
        None => list::all(session, false, list::USUAL, out).await,
        Some(RunsCommand::List { all, limit }) => list::all(session, all, limit, out).await,
        Some(RunsCommand::Show { run }) => {
            list::show(session, &find(session, run).await?, out).await
        }
        Some(RunsCommand::Resume(args)) => resume(session, &args, out).await,
        Some(RunsCommand::Undo(args)) => undo::run(session, &args, out).await,
        Some(RunsCommand::Results(args)) => print_results(session, &args, out).await,
        Some(RunsCommand::Forget(args)) => forget::run(session, &args, out).await,
        Some(RunsCommand::End { run, yes }) => end(session, run, yes, out).await,
    }
}

/// The run that is meant; `last` is the latest, single edits included.
async fn find(session: &Session, which: Which) -> Result<RunRecord, Trouble> {
    let name = &session.account().name;
    let tried = "reading the history";
    let journal = session.journal();
    let found = match which {
        Which::Id(run) => journal.run(name, run).await,
        Which::Last => journal
            .runs(name, true, 1)
            .await
            .map(|runs| runs.into_iter().next()),
    };
    match (found.map_err(|e| store_trouble(tried, &e))?, which) {
        (Some(run), _) => Ok(run),
        (None, Which::Last) => Err(none(format!("{name} has no runs yet"))),
        (None, Which::Id(run)) => {
            let trouble = none(format!("{name} has no run {run}"));
            let other = journal.account_of_run(run).await;
            Err(match other.map_err(|e| store_trouble(tried, &e))? {
                Some(other) if other != *name => {
                    trouble.with_hint(format!("it belongs to {other}: --account {other}"))
                }
                _ => trouble,
            })
        }
    }
}

/// The latest run that has contacts left; what was edited one at a time is looked through last, and what is being
/// saved at this moment is passed over.
async fn unfinished(session: &Session, which: Which) -> Result<RunRecord, Trouble> {
    if which != Which::Last {
        return find(session, which).await;
    }
    let name = &session.account().name;
    let saving = |r: &RunRecord| r.kind == RunKind::Edit && is_driven(session, r.id);
    let left = |r: &RunRecord| r.tally.left > 0 && !saving(r);
    for edits_too in [false, true] {
        let runs = session.journal().runs(name, edits_too, 1000).await;
        let runs = runs.map_err(|e| store_trouble("reading the history", &e))?;
        if let Some(run) = runs.into_iter().find(left) {
            return Ok(run);
        }
    }
    Err(none(format!("{name} has no run with contacts left")))
}

fn none(message: String) -> Trouble {
    Trouble::new(TroubleKind::NotFound, message)
        .with_hint("`cardex runs` lists those that there are")
}

async fn resume(session: &Session, args: &ResumeArgs, out: Output) -> Result<u8, Trouble> {
    let run = unfinished(session, args.run).await?;
    let again = match args.failed {
        None => Vec::new(),
        Some(_) if run.forgotten_at.is_some() => return Err(forgotten(run.id)),
        Some(Again::Any) => vec![Order::Retry(None)],
        Some(Again::For(reason)) => vec![Order::Retry(Some(reason))],
    };
    let path = args.results.as_ref();
    let results = path
        .map(|path| Outlet::open(path, "the results"))
        .transpose()?;
    let t = run.tally;
    let tried = match args.failed {
        None => String::new(),
        Some(again) => trying_again(session, &run, again).await?,
    };
    let left = match (t.left, again.is_empty()) {
        (0, true) => "nothing is left".into(),
        (0, false) => tried,
        (left, true) => format!("going on with {left}"),
        (left, false) => format!("going on with {left}; {tried}"),
    };
    out.remark(&format!(
        "Run {}: {} of {} done ({} applied, {} unchanged, {} failed, {} unknown); {left}.",
        run.id,
        t.done(),
        t.selected(),
        t.applied,
        t.unchanged,
        t.failed,
        t.unknown
    ));
    bulk::finish(session, run.id, again, results, out).await
}

/// What trying again means for a run, in words: how many contacts, and why not more.
async fn trying_again(session: &Session, run: &RunRecord, again: Again) -> Result<String, Trouble> {
    let groups = session.journal().run_failures(run.id).await;
    let mut groups = groups.map_err(|e| store_trouble("reading the results", &e))?;
    let (unknown, which) = match again {
        Again::Any => (run.tally.unknown, "failed or is not known".to_string()),
        Again::For(reason) => {
            groups.retain(|g| g.reason == reason);
            (0, format!("failed so ({reason})"))
        }
    };
    let rows: u64 = unknown + groups.iter().map(|g| g.rows - g.blocked).sum::<u64>();
    let blocked = blocked_words(groups.iter());
    Ok(match (rows, blocked) {
        (0, None) => format!("nothing is tried again, for nothing {which}"),
        (0, Some(blocked)) => format!("nothing is tried again: {blocked}"),
        (rows, None) => format!("trying {rows} again"),
        (rows, Some(blocked)) => format!("trying {rows} again; {blocked}"),
    })
}

async fn end(session: &Session, which: Which, yes: bool, out: Output) -> Result<u8, Trouble> {
    let run = unfinished(session, which).await?;
    if run.tally.left == 0 {
        let message = format!("run {}: it has ended already", run.id);
        return Err(Trouble::new(TroubleKind::Invalid, message));
    }
    if asks(yes) {
        let (id, left) = (run.id, run.tally.left);
        let left = count::contacts(left);
        let what = format!("Give up the {left} of run {id} whose turn has not come?");
        if !ask(Question::Do(what)).await? {
            return Ok(interrupted());
        }
    }
    bulk::finish(session, run.id, vec![Order::GiveUp], None, out).await
}

async fn print_results(session: &Session, args: &ResultsArgs, out: Output) -> Result<u8, Trouble> {
    let run = find(session, args.run).await?;
    if run.forgotten_at.is_some() {
        return Err(forgotten(run.id));
    }
    let csv = args.format == ResultsFormat::Csv && !out.json;
    let wanted = |row: &RunRow| {
        let end = row.fold.end.as_ref();
        let (outcome, reason) = (end.map(|e| e.outcome()), end.and_then(|e| e.reason()));
        (args.end.is_empty() || args.end.iter().any(|name| name.is(outcome)))
            && (args.reason.is_empty() || reason.is_some_and(|r| args.reason.contains(&r)))
    };
    let mut printed = Ok(());
    let written = results::write(session, run.id, csv, &wanted, |bytes| {
        printed = out.raw(bytes);
        // Nobody reads any more, or nothing more can be written: the rest is not looked up.
        match printed {
            Ok(()) => Ok(()),
            Err(_) => Err(Trouble::new(TroubleKind::Local, "writing the results")),
        }
    })
    .await;
    match printed {
        Ok(()) => written.map(|()| exit::DONE),
        Err(code) => Ok(code),
    }
}

fn forgotten(run: RunId) -> Trouble {
    let message = format!("run {run}: what it changed was deleted from the history");
    Trouble::new(TroubleKind::Invalid, message)
}
