//! Single edits in the journal, so that they can be taken back like runs, and nobody else of this machine's writes to
//! the contact meanwhile, under this account's name. What can not be written down is not sent.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Session;
use crate::app::bulk::{Asked, header};
use crate::app::clock;
use crate::domain::{Contact, ContactId, Patch, Trouble, TroubleKind, diff};
use crate::engine::journal::{Entry, Intent, RunId};
use crate::engine::plan::{Allowed, Plan, Planned, Row};
use crate::engine::run::single;
use crate::engine::{Permits, SaveOutcome};
use crate::store::{Begun, Edit, Held, Mark, RunKind, RunLock, StoreError};

/// How long a save waits for runs that are at its contact, in all.
const PATIENCE: Duration = Duration::from_secs(15);

/// How soon is looked again whether a run still is at the contact; each time later, up to [`LATEST`].
const SOONEST: Duration = Duration::from_millis(50);
const LATEST: Duration = Duration::from_millis(500);

/// An edit that is written down and not at its end. Nobody else drives its run.
pub(super) struct Noted {
    run: RunId,
    intent: Intent,
    _lock: RunLock,
}

/// Whether an edit was written down.
pub(super) enum Note {
    /// It may be sent.
    Down(Noted),
    /// Another run is at the contact, or was since it was read.
    Held(Held),
}

/// One save's waiting for others.
#[derive(Default)]
pub(super) struct Waiting {
    until: Option<Instant>,
    told: Option<RunId>,
}

impl Session {
    /// How far the journal is written before a contact is read that is to be written to.
    pub(super) async fn mark(&self, id: &ContactId) -> Result<Mark, Trouble> {
        let mark = self.journal().journal_mark().await;
        mark.map_err(|e| not_noted(id, &e))
    }

    /// Writes down what is about to be sent. `since`: how far the journal was written before `fresh` was read.
    /// `over`: the run that has the contact open, and that nobody drives.
    pub(super) async fn note_edit(
        &self,
        fresh: &Contact,
        patch: &Patch,
        permits: Permits,
        since: Mark,
        over: Option<RunLock>,
    ) -> Result<Note, Trouble> {
        let intent = Intent {
            changes: diff::changes_of(fresh, patch),
            record: fresh.record.clone(),
            patch: patch.clone(),
        };
        let asked = Asked {
            allowed: Allowed {
                merge: permits.merge,
                new_field: permits.new_field,
                ..Allowed::default()
            },
            ..Asked::default()
        };
        let changes = serde_json::to_string(&intent.changes).unwrap_or_else(|_| "[]".into());
        let row = Row {
            id: fresh.id.clone(),
            name: fresh.title().into(),
            record: fresh.record.as_deref().map(Box::from),
            planned: Planned::Send {
                patch: Arc::new(patch.clone()),
                changes: changes.into(),
            },
            struck: false,
        };
        let plan = Plan {
            header: header(self, Some(patch.clone()), &asked),
            rows: vec![row],
        };
        let edit = Edit {
            plan: Arc::new(plan),
            intent: Entry::Intent(intent.clone()),
            since,
            over,
        };
        let name = &self.inner.account.name;
        let begun = self.journal().begin_edit(name, edit, clock::now()).await;
        Ok(match begun.map_err(|e| not_noted(&fresh.id, &e))? {
            Begun::Held(held) => Note::Held(held),
            Begun::Noted { run, lock } => Note::Down(Noted {
                run,
                intent,
                _lock: lock,
            }),
        })
    }

    /// Waits until nobody writes to a contact; then it has to be read. Gives the lock of the run that still has it
    /// open, where nobody drives that.
    ///
    /// # Errors
    /// It was waited for long enough, or the store can not be read.
    pub(super) async fn wait_for_turn(
        &self,
        id: &ContactId,
        held: Held,
        waiting: &mut Waiting,
        tell: &impl Fn(RunId),
    ) -> Result<Option<RunLock>, Trouble> {
        let (store, name) = (self.journal(), &self.inner.account.name);
        let until = *waiting
            .until
            .get_or_insert_with(|| Instant::now() + PATIENCE);
        let mut open = held.still.then_some(held.by);
        let mut pause = SOONEST;
        while let Some(run) = open {
            let lock = store.lock_run(run).map_err(|e| not_noted(id, &e))?;
            if lock.is_some() {
                return Ok(lock);
            }
            if Instant::now() >= until {
                return Err(self.busy(id, run, true).await);
            }
            if waiting.told.replace(run) != Some(run) {
                tell(run);
            }
            tokio::time::sleep(pause).await;
            pause = LATEST.min(pause * 2);
            let found = store.holder(name, id).await;
            open = found.map_err(|e| not_noted(id, &e))?;
        }
        match Instant::now() < until {
            true => Ok(None),
            false => Err(self.busy(id, held.by, false).await),
        }
    }

    /// What there is to say of a run that was waited for long enough. `still`: whether it has the contact open.
    async fn busy(&self, id: &ContactId, run: RunId, still: bool) -> Trouble {
        let found = self.journal().run(&self.inner.account.name, run).await;
        let is_save = matches!(found, Ok(Some(r)) if r.kind == RunKind::Edit);
        let seconds = PATIENCE.as_secs();
        let (said, hint) = match (still, is_save) {
            (false, _) => (
                format!("run {run} was at this contact each time it had been read"),
                "save again".into(),
            ),
            (true, true) => (
                format!("another save of it is under way, and was for {seconds} seconds"),
                "let that one end, then save again".into(),
            ),
            (true, false) => (
                format!("run {run} was at this contact for {seconds} seconds, and still is"),
                format!("let run {run} go on, or stop it, then save again"),
            ),
        };
        Trouble::new(TroubleKind::Local, format!("saving contact {id}: {said}"))
            .with_hint(format!("nothing was sent; {hint}"))
    }

    /// Writes down how it ended, and lets the contact go.
    pub(super) async fn note_end(&self, noted: Noted, outcome: SaveOutcome) {
        let entries = single::ended(noted.intent, outcome);
        let ended = self.journal().end_edit(noted.run, entries, clock::now());
        if let Err(error) = ended.await {
            // Its run is found without an end then, and looked at when it is resumed.
            tracing::warn!(%error, "how this edit ended is not in the history");
        }
    }
}

/// The journal can not be written, or not be asked who else writes.
fn not_noted(id: &ContactId, error: &StoreError) -> Trouble {
    let message = format!(
        "saving contact {id}: nothing was sent, since it can not be written down first: {error}"
    );
    Trouble::new(TroubleKind::Local, message)
        .with_hint("make room in the data folder, or allow writing there, and save again")
}
