//! A list that shifts: contacts come and go while all of them are loaded, and some are gone when their turn comes.

use std::collections::{BTreeMap, BTreeSet};

use cardex::app::bulk::RunRow;
use cardex::engine::Reason;
use cardex::engine::journal::Outcome;
use cardex::sandbox::chatwoot::{Chatwoot, ContactSeed};
use cardex::sandbox::opencx::{OpenCx, contact::Contact as OpenCxContact};
use cardex::sandbox::pabbly::Pabbly;
use cardex::sandbox::pabbly::contact::{Contact as PabblyContact, object_id};
use cardex::sandbox::revyops::{RevyOps, record::Contact as RevyOpsContact};
use jiff::Timestamp;
use serde::Deserialize;

use super::Far;
use crate::worlds::Backstage;

/// What happens while the list is loaded, by the number of the request; nothing does where none is named.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drift {
    /// A contact is made before every request of such a number.
    comes: usize,
    /// A contact is deleted before every request of such a number.
    goes: usize,
    /// The last request before which anything happens.
    until: usize,
    /// So many are deleted between planning and the run.
    vanish: usize,
}

/// A fake whose contacts come and go behind the client's back.
pub(super) trait Shifting: Backstage {
    /// Makes a contact that has no tags.
    fn comes(&mut self, number: usize, now: Timestamp);
    /// Deletes one.
    fn goes(&mut self, id: &str);
}

impl Shifting for Pabbly {
    fn comes(&mut self, number: usize, now: Timestamp) {
        let id = object_id(now, 0x0200_0000 + number as u64);
        let mobile = format!("4917799{number:05}");
        self.insert(PabblyContact::new(id, &mobile, now));
    }

    fn goes(&mut self, id: &str) {
        assert!(self.remove(id).is_some());
    }
}

impl Shifting for Chatwoot {
    fn comes(&mut self, number: usize, now: Timestamp) {
        let seed = ContactSeed {
            name: Some(format!("New {number}")),
            email: Some(format!("new{number}@example.com")),
            ..ContactSeed::default()
        };
        self.add_contact(1, seed, now);
    }

    fn goes(&mut self, id: &str) {
        assert!(self.remove_contact(id.parse().unwrap()));
    }
}

impl Shifting for OpenCx {
    fn comes(&mut self, number: usize, now: Timestamp) {
        self.insert(OpenCxContact::new(format!("new-{number}"), now));
    }

    fn goes(&mut self, id: &str) {
        assert!(self.remove(id).is_some());
    }
}

impl Shifting for RevyOps {
    fn comes(&mut self, number: usize, now: Timestamp) {
        let client = self.client_id.clone();
        self.insert(RevyOpsContact::new(900_000 + number as u64, &client, now));
    }

    fn goes(&mut self, id: &str) {
        assert!(self.remove(id.parse().unwrap()).is_some());
    }
}

impl Far {
    /// What happens to the list before this request.
    pub(super) fn shift(&mut self, now: Timestamp) {
        let Some(drift) = self.drift.filter(|d| self.all <= d.until) else {
            return;
        };
        if self.all.is_multiple_of(drift.comes) {
            self.fake.comes(self.all, now);
        }
        if self.all.is_multiple_of(drift.goes) {
            self.someone_goes();
        }
    }

    /// Contacts that are planned for, and not there when the run begins.
    pub(super) fn vanish(&mut self) {
        for _ in 0..self.drift.map_or(0, |drift| drift.vanish) {
            self.someone_goes();
        }
    }

    /// One from the beginning, and not in the order of the list.
    fn someone_goes(&mut self) {
        let n = self.gone.len();
        let id = self.ids[(n + 1) * 37 % self.ids.len()].clone();
        self.fake.goes(&id);
        self.gone.insert(id);
    }
}

/// What is wrong with who was selected and how they ended, a sentence each.
pub(super) fn judged(
    far: &Far,
    before: &BTreeMap<String, BTreeSet<String>>,
    planned: &[String],
    rows: &[RunRow],
) -> Vec<String> {
    if far.drift.is_none() {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let selected: BTreeSet<&String> = planned.iter().collect();
    if selected.len() != planned.len() {
        wrong.push("a contact was selected twice".into());
    }
    let there = before.keys().filter(|id| !far.gone.contains(*id));
    let missed = there.filter(|id| !selected.contains(id));
    wrong.extend(missed.map(|id| format!("{id} was there all the time, and not selected")));
    for row in rows {
        let end = row.fold.end.as_ref();
        let ended = end.map(|e| (e.outcome(), e.reason()));
        let due = match far.gone.contains(row.id.as_str()) {
            true => (Outcome::Failed, Some(Reason::NotFound)),
            false => (Outcome::Applied, None),
        };
        if ended != Some(due) {
            wrong.push(format!("{} ended {ended:?} and not {due:?}", row.id));
        }
    }
    let vanished = rows.iter().filter(|r| far.gone.contains(r.id.as_str()));
    if vanished.count() < far.drift.map_or(0, |drift| drift.vanish) {
        wrong.push("nobody was gone when their turn came".into());
    }
    wrong
}
