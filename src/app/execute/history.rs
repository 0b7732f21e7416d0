//! What the screen asks about runs that there were: the history, what came of their rows.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Shell;
use super::plan::{new_file, place};
use crate::app::bulk;
use crate::app::describe;
use crate::app::session::{Session, store_trouble};
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::engine::plan::{Allowed, Plan};
use crate::engine::results::Which;
use crate::tui::msg::{Msg, Ticket};
use crate::tui::runs::{Past, Results, RunKey, Undo};

/// Runs that the history lists at most.
const MOST: usize = 500;

/// How often it is looked how far a run is that another cardex drives.
const ELSEWHERE: Duration = Duration::from_secs(2);

/// Runs among which those with rows left are looked for when an account is opened.
const LATEST: usize = 20;

impl Shell {
    /// Tells which runs of the account have rows left, and how far those go that another cardex drives.
    pub(super) fn tell_unfinished(&mut self) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let driven = self.driven();
        self.spawn(async move {
            let mut found = match unfinished(&session, &driven).await {
                Ok(found) => found,
                Err(trouble) => return sender.tell(Msg::Failed(trouble)),
            };
            sender.tell(Msg::Unfinished(found.clone()));
            while found.iter().any(|run| run.elsewhere) {
                tokio::time::sleep(ELSEWHERE).await;
                let Ok(now) = unfinished(&session, &driven).await else {
                    return;
                };
                if now != found {
                    sender.tell(Msg::StillUnfinished(now.clone()));
                }
                found = now;
            }
        });
    }

    pub(super) fn history(&mut self, ticket: Ticket) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let driven = self.driven();
        self.spawn(async move {
            let result = runs(&session, &driven, MOST).await;
            sender.tell(Msg::History { ticket, result });
        });
    }

    pub(super) fn results(
        &mut self,
        ticket: Ticket,
        run: RunId,
        which: Which,
        window: Range<usize>,
        later: bool,
    ) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let driven = self.driven();
        self.spawn(async move {
            if later {
                tokio::time::sleep(ELSEWHERE).await;
            }
            let result = results(&session, &driven, run, which, window).await;
            let result = result.map(Box::new);
            sender.tell(Msg::Results { ticket, result });
        });
    }
}

impl Shell {
    /// Plans what takes a change back.
    pub(super) fn plan_undo(&mut self, ticket: Ticket, what: Undo) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let driven = self.driven();
        self.spawn(async move {
            let result = undo(&session, &driven, what).await.map(Arc::new);
            sender.tell(Msg::Planned { ticket, result });
        });
    }

    /// Writes what came of a run's rows to a new file.
    pub(super) fn write_results(&mut self, run: RunId, path: &str) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let (typed, place) = (path.to_string(), place(path));
        self.spawn(async move {
            sender.tell(match write(&session, run, &place).await {
                Ok(()) => Msg::Said(format!("the results are in {typed}")),
                Err(trouble) => Msg::Failed(trouble),
            });
        });
    }
}

/// Runs among which the latest change is looked for.
const RECENT: usize = 50;

async fn undo(session: &Session, driven: &[RunKey], what: Undo) -> Result<Plan, Trouble> {
    let name = &session.account().name;
    let found = match &what {
        Undo::Last => session.journal().runs(name, true, RECENT).await,
        Undo::Run { run, .. } => session.journal().run(name, *run).await.map(Vec::from_iter),
    };
    let found = found.map_err(|e| store_trouble("reading the history", &e))?;
    let changed = |r: &&bulk::RunRecord| r.tally.applied > 0 || matches!(what, Undo::Run { .. });
    let Some(record) = found.iter().find(changed) else {
        let message = "undoing the last change: nothing was changed here yet";
        return Err(Trouble::new(TroubleKind::NotFound, message));
    };
    let run = record.id;
    let own = driven.iter().any(|k| k.run == run && k.account == *name);
    if own || record.tally.left > 0 && bulk::is_driven(session, run) {
        let message = format!("undoing run {run}: it is under way");
        return Err(Trouble::new(TroubleKind::Invalid, message).with_hint("stop it first"));
    }
    let only = match what {
        Undo::Run { only, .. } => only.map(HashSet::from_iter),
        Undo::Last => None,
    };
    let plan = bulk::undo(session, run, only.as_ref(), Allowed::default(), None).await?;
    if plan.rows.is_empty() {
        let message = format!("undoing run {run}: there is nothing of it to be taken back");
        return Err(Trouble::new(TroubleKind::NotFound, message));
    }
    Ok(plan)
}

/// Writes the results to a file that nobody else may read. One that is there already is left alone.
async fn write(session: &Session, run: RunId, path: &Path) -> Result<(), Trouble> {
    let failed = |error: std::io::Error| {
        let message = format!("writing the results to {}: {error}", path.display());
        Trouble::new(TroubleKind::Local, message).with_hint("choose another name or place")
    };
    let csv = (path.extension()).is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let mut file = BufWriter::new(new_file(path).map_err(failed)?);
    let put = |bytes: &[u8]| file.write_all(bytes).map_err(failed);
    bulk::results::write(session, run, csv, &|_| true, put).await?;
    file.flush().map_err(failed)
}

/// The runs that have rows left. Those that are driven here are known anyway, and a contact that is being saved is
/// nobody's concern.
async fn unfinished(session: &Session, driven: &[RunKey]) -> Result<Vec<Past>, Trouble> {
    let mut runs = runs(session, driven, LATEST).await?;
    let saving = |r: &Past| r.edit && r.elsewhere;
    runs.retain(|r| r.tally.left > 0 && !driven.contains(&r.key) && !saving(r));
    Ok(runs)
}

async fn runs(session: &Session, driven: &[RunKey], most: usize) -> Result<Vec<Past>, Trouble> {
    let name = &session.account().name;
    let found = session.journal().runs(name, true, most).await;
    let found = found.map_err(|e| store_trouble("reading the history", &e))?;
    let past = |record: bulk::RunRecord| past(session, driven, record);
    Ok(found.into_iter().map(past).collect())
}

fn past(session: &Session, driven: &[RunKey], record: bulk::RunRecord) -> Past {
    let account = &session.account().name;
    let own = driven
        .iter()
        .any(|k| k.run == record.id && k.account == *account);
    let elsewhere = !own && record.tally.left > 0 && bulk::is_driven(session, record.id);
    describe::past(record, account, elsewhere)
}

async fn results(
    session: &Session,
    driven: &[RunKey],
    run: RunId,
    which: Which,
    window: Range<usize>,
) -> Result<Results, Trouble> {
    let name = &session.account().name;
    let failed = |e| store_trouble("reading the results", &e);
    let store = session.journal();
    let Some(record) = store.run(name, run).await.map_err(failed)? else {
        let message = format!("reading the results: {name} has no run {run}");
        return Err(Trouble::new(TroubleKind::NotFound, message));
    };
    let found = store
        .run_results(run, which, window)
        .await
        .map_err(failed)?;
    Ok(describe::results(past(session, driven, record), found))
}
