//! What the screen asks about runs that there were: the history, what came of their rows.

use std::ops::Range;

use super::Shell;
use crate::app::bulk;
use crate::app::describe;
use crate::app::session::{Session, store_trouble};
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::engine::results::Which;
use crate::tui::msg::{Msg, Ticket};
use crate::tui::runs::{Past, Results, RunKey};

/// Runs that the history lists at most.
const MOST: usize = 500;

/// Runs among which those with rows left are looked for when an account is opened.
const LATEST: usize = 20;

impl Shell {
    /// Tells which runs of the account have rows left; those that are driven here are known anyway.
    pub(super) fn tell_unfinished(&mut self) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let driven = self.driven();
        self.spawn(async move {
            match runs(&session, &driven, LATEST).await {
                Ok(mut runs) => {
                    runs.retain(|r| r.tally.left > 0 && !driven.contains(&r.key));
                    sender.tell(Msg::Unfinished(runs));
                }
                Err(trouble) => sender.tell(Msg::Failed(trouble)),
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
    ) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let driven = self.driven();
        self.spawn(async move {
            let result = results(&session, &driven, run, which, window).await;
            let result = result.map(Box::new);
            sender.tell(Msg::Results { ticket, result });
        });
    }
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
