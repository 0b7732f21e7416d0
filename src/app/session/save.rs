//! Saving through a session: drives [`crate::engine::save`] against the network or the local store, and
//! puts what was learnt into the mirror.

use std::collections::BTreeSet;

use super::edits::{Note, Waiting};
use super::{Remote, Session, store_trouble};
use crate::app::{clock, failure};
use crate::domain::{Contact, ContactId, Patch, Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::engine::{Fate, Permits, Save, SaveOutcome, Step, WriteResult};
use crate::http::{FieldProblem, Verdict};
use crate::provider::{Call, Reply, Target, taxonomy};
use crate::store::{Held, RunLock};
use crate::transport::{Lane, Priority, SendError, SendOptions};

/// A change of one contact.
struct Asked {
    base: Contact,
    patch: Patch,
    names: BTreeSet<String>,
    permits: Permits,
}

impl Session {
    /// Reads, checks, writes and verifies; see [`crate::engine::save`]. What is sent is written down before, so that
    /// it can be taken back and is looked at after a crash, and no run writes to the contact meanwhile.
    pub async fn save(&self, base: Contact, patch: Patch, permits: Permits) -> SaveOutcome {
        self.save_telling(base, patch, permits, |_| {}).await
    }

    /// The same; `tell` hears of each run that is waited for, since it is at the contact.
    pub async fn save_telling(
        &self,
        base: Contact,
        patch: Patch,
        permits: Permits,
        tell: impl Fn(RunId) + Send + Sync,
    ) -> SaveOutcome {
        let saved = match self.inner.account.read_only {
            true => Err(self.read_only()),
            false => self.saved(base, patch, permits, tell).await,
        };
        let outcome = saved.unwrap_or_else(|trouble| SaveOutcome::Failed {
            trouble,
            partly: false,
            stored: None,
        });
        self.remember(&outcome).await;
        outcome
    }

    /// How a save ended.
    ///
    /// # Errors
    /// It could not be begun, or not be written down: nothing was sent.
    async fn saved(
        &self,
        base: Contact,
        patch: Patch,
        permits: Permits,
        tell: impl Fn(RunId) + Send + Sync,
    ) -> Result<SaveOutcome, Trouble> {
        let names = self.names_for_guards(&base, &patch).await?;
        let asked = Asked {
            base,
            patch,
            names,
            permits,
        };
        let id = &asked.base.id;
        let mut waiting = Waiting::default();
        let mut over = None;
        loop {
            match self.try_to_save(&asked, over).await? {
                Ok(outcome) => return Ok(outcome),
                Err(held) => {
                    over = self.wait_for_turn(id, held, &mut waiting, &tell).await?;
                }
            }
        }
    }

    /// Saves, unless another run is at the contact: then nothing was sent, and what was read is of no use.
    async fn try_to_save(
        &self,
        asked: &Asked,
        mut over: Option<RunLock>,
    ) -> Result<Result<SaveOutcome, Held>, Trouble> {
        let id = &asked.base.id;
        let mut known = asked.base.clone();
        let whole = !asked.patch.attributes.is_empty() || !asked.patch.tags.is_empty();
        let since = self.mark(id).await?;
        let (mut save, mut step) = Save::new(
            asked.base.clone(),
            asked.patch.clone(),
            self.inner.table.clone(),
            asked.names.clone(),
            asked.permits,
        );
        let mut written_at = None;
        let mut noted = None;
        loop {
            step = match step {
                Step::Read | Step::ReadBack => {
                    let target = Target {
                        id,
                        known: Some(&known),
                        written_at,
                        whole,
                    };
                    save.on_read(self.read_target(target, Priority::Interactive).await)
                }
                Step::Write { fresh, patch } => {
                    let (permits, over) = (asked.permits, over.take());
                    let note = self.note_edit(&fresh, &patch, permits, since, over);
                    match note.await? {
                        Note::Down(down) => noted = Some(down),
                        Note::Held(held) => return Ok(Err(held)),
                    }
                    written_at = Some(clock::now());
                    known = patch.apply(&fresh);
                    let result = self.write(&fresh, &patch, Priority::Interactive).await;
                    save.on_written(result)
                }
                Step::Done(outcome) => {
                    if let Some(noted) = noted {
                        self.note_end(noted, (*outcome).clone()).await;
                    }
                    return Ok(Ok(*outcome));
                }
            };
        }
    }

    /// Sends one write.
    pub(in crate::app) async fn write(
        &self,
        fresh: &Contact,
        patch: &Patch,
        priority: Priority,
    ) -> WriteResult {
        match &self.inner.remote {
            Some(remote) => self.write_remote(remote, fresh, patch, priority).await,
            None => self.write_local(fresh, patch).await,
        }
    }

    async fn write_local(&self, fresh: &Contact, patch: &Patch) -> WriteResult {
        let name = &self.inner.account.name;
        let tried = format!("saving contact {}", fresh.id);
        let now = clock::now();
        match self
            .inner
            .contacts
            .local_update(name, &fresh.id, patch, now)
            .await
        {
            Ok(Some((_, after))) => WriteResult::Answered(Some(Box::new(after))),
            Ok(None) => WriteResult::failed(Trouble::new(
                TroubleKind::NotFound,
                format!("{tried}: it was deleted meanwhile"),
            )),
            Err(e) => WriteResult::failed(store_trouble(&tried, &e)),
        }
    }

    async fn write_remote(
        &self,
        remote: &Remote,
        fresh: &Contact,
        patch: &Patch,
        priority: Priority,
    ) -> WriteResult {
        let tried = format!("saving contact {}", fresh.id);
        let calls = match remote.codec.update(&self.inner.context, fresh, patch) {
            Ok(calls) => calls,
            Err(unsupported) => {
                let message = "this can not be stored here".into();
                return WriteResult::Rejected {
                    message,
                    fields: unsupported.0,
                    partly: false,
                };
            }
        };
        let lane = match remote.connector.lane().await {
            Ok(lane) => lane,
            Err(trouble) => return WriteResult::failed(trouble),
        };
        let mut answered = None;
        for (sent, call) in calls.into_iter().enumerate() {
            let options = match priority {
                Priority::Interactive => SendOptions::interactive(call.idempotent),
                // Who writes to many looks before writing twice: nobody sees the second one coming.
                Priority::Finishing | Priority::Background => SendOptions {
                    priority,
                    ..SendOptions::background(false)
                },
            };
            let response = match lane.send(call.request.clone(), options).await {
                Ok(response) => response,
                Err(error) => return self.failed_write(lane, &call, &tried, &error, sent > 0),
            };
            match remote.codec.decode(&self.inner.context, &call, &response) {
                Ok(Reply::Contact(contact)) => answered = Some(contact),
                Ok(_) => {}
                // It was accepted; what is stored will be read back.
                Err(_) => answered = None,
            }
        }
        WriteResult::Answered(answered)
    }

    fn failed_write(
        &self,
        lane: &Lane,
        call: &Call,
        tried: &str,
        error: &SendError,
        partly: bool,
    ) -> WriteResult {
        if let SendError::Refused(Verdict::Rejected { message, fields }, response) = error {
            let mut message = lane.mask(message);
            // Named fields say what can be done; else the table of answers may know.
            let provider = self.inner.account.provider;
            if fields.is_empty()
                && let Some(advice) = taxonomy::advice(provider, &call.request, response)
            {
                message = format!("{message}; {advice}");
            }
            let masked = |p: &FieldProblem| FieldProblem {
                message: lane.mask(&p.message),
                ..p.clone()
            };
            let fields = fields.iter().map(masked).collect();
            return WriteResult::Rejected {
                message,
                fields,
                partly,
            };
        }
        let trouble = failure::of_send(&self.inner.account, &call.request, tried, error);
        let trouble = failure::masked(lane, trouble);
        WriteResult::Failed {
            trouble,
            partly,
            fate: fate(error),
        }
    }

    /// Puts what a save learnt into the mirror.
    async fn remember(&self, outcome: &SaveOutcome) {
        let contact = match outcome {
            SaveOutcome::Unchanged { contact } | SaveOutcome::Applied { after: contact, .. } => {
                Some(contact)
            }
            SaveOutcome::Conflict { theirs, .. } => Some(theirs),
            SaveOutcome::Guarded { contact, .. } => Some(contact),
            SaveOutcome::Refused { stored, .. }
            | SaveOutcome::Failed { stored, .. }
            | SaveOutcome::Unknown { stored, .. } => stored.as_ref(),
        };
        let Some(contact) = contact else { return };
        self.remember_contact(contact).await;
    }

    /// Takes a contact out of the mirror that the provider does not have any more.
    pub(super) async fn forget_contact(&self, id: &ContactId) {
        let name = &self.inner.account.name;
        if let Err(error) = self.inner.contacts.mirror_drop(name, id).await {
            tracing::warn!(%error, "the mirror was not updated");
        }
    }

    /// Puts contacts that were read whole into the mirror, as [`Self::remember_contact`] does, together.
    pub(in crate::app) async fn remember_contacts(&self, contacts: Vec<Contact>) {
        if self.has_roster() {
            for contact in &contacts {
                self.remember_contact(contact).await;
            }
            return;
        }
        if self.is_local() || contacts.is_empty() {
            return;
        }
        let name = &self.inner.account.name;
        if let Err(error) = self.inner.contacts.mirror_put_all(name, contacts).await {
            tracing::warn!(%error, "the mirror was not updated");
        }
    }

    /// Puts a contact that was read whole into the mirror; where a roster is the list, only one that is in it.
    pub async fn remember_contact(&self, contact: &Contact) {
        if self.is_local() {
            return;
        }
        match self.is_listed(&contact.id).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(error = %error.message, "the mirror was not updated");
                return;
            }
        }
        if let Err(error) = self.inner.contacts.mirror_put(contact).await {
            tracing::warn!(%error, "the mirror was not updated");
        }
    }
}

/// What may have become of a request that failed.
fn fate(error: &SendError) -> Fate {
    let answered = matches!(
        error,
        SendError::Refused(..) | SendError::GaveUp { last: Some(_), .. }
    );
    match (error.maybe_arrived(), answered) {
        (false, _) => Fate::NotStored,
        (true, true) => Fate::Done,
        (true, false) => Fate::Unclear,
    }
}
