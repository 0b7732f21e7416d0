//! Single edits in the journal, so that they can be taken back like runs. A journal that can not be written is told
//! in the log, and keeps no edit from being saved.

use std::sync::Arc;

use super::Session;
use crate::app::bulk::{Asked, header};
use crate::app::clock;
use crate::domain::{Contact, Patch, diff};
use crate::engine::journal::{Entry, Intent, RunId};
use crate::engine::plan::{Allowed, Plan, Planned, Row};
use crate::engine::run::single;
use crate::engine::{Permits, SaveOutcome};

/// An edit that is written down and not at its end.
pub(super) struct Noted {
    run: RunId,
    intent: Intent,
}

impl Session {
    /// Writes down what is about to be sent.
    pub(super) async fn note_edit(
        &self,
        fresh: &Contact,
        patch: &Patch,
        permits: Permits,
    ) -> Option<Noted> {
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
        let entry = Entry::Intent(intent.clone());
        let name = &self.inner.account.name;
        let begun = self.journal();
        match begun
            .begin_edit(name, Arc::new(plan), entry, clock::now())
            .await
        {
            Ok(run) => Some(Noted { run, intent }),
            Err(error) => {
                tracing::warn!(%error, "this edit is not in the history");
                None
            }
        }
    }

    /// Writes down how it ended.
    pub(super) async fn note_end(&self, noted: Noted, outcome: SaveOutcome) {
        let entries = single::ended(noted.intent, outcome);
        let ended = self.journal().end_edit(noted.run, entries, clock::now());
        if let Err(error) = ended.await {
            tracing::warn!(%error, "how this edit ended is not in the history");
        }
    }
}
