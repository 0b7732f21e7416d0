//! A world for the machine: a server, colleagues at it, a journal that survives, requests that are lost, answered
//! wrongly or come late. It knows what really happened, and holds the run to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::json;

use crate::domain::{
    AccountName, Contact, ContactId, Edit, FieldKey, Patch, ProviderId, TagDelta, TagSet, Trouble,
    TroubleKind,
};
use crate::engine::journal::{End, Entry, Noted, Outcome, RowFold, RunId};
use crate::engine::plan::back;
use crate::engine::reason::Reason;
use crate::engine::run::look::value_of;
use crate::engine::run::{Cell, Do, Halt, Hold, NotRecorded, Run, Standing, Task};
use crate::engine::save::{Fate, WriteResult};
use crate::provider::local;

/// Rows under way at once.
const MOST: usize = 3;

/// A contact, and what is planned for it.
#[derive(Debug, Clone)]
pub(super) struct Seed {
    pub(super) tags: TagSet,
    pub(super) name: u8,
    pub(super) attribute: Option<u8>,
    pub(super) patch: Wish,
}

/// A change, as it is drawn.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) add: TagSet,
    pub(super) remove: TagSet,
    pub(super) name: Option<u8>,
    pub(super) attribute: Option<Option<u8>>,
}

/// What the world is like.
#[derive(Debug, Clone)]
pub(super) struct Nature {
    pub(super) seeds: Vec<Seed>,
    /// Whether the server takes additions and removals of tags; else only the whole set.
    pub(super) deltas: bool,
    /// Whether a write is answered with the contact.
    pub(super) echoes: bool,
    /// Whether what is late comes in the end, or never.
    pub(super) arrives: bool,
}

/// What a colleague does.
#[derive(Debug, Clone)]
pub(super) enum Theirs {
    Tag(String),
    Untag(String),
    Name(u8),
    Attribute(Option<u8>),
    /// One that no run knows of.
    Note(u8),
    Delete,
}

/// How one request goes wrong.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// It does not arrive, and that is known.
    Unsent,
    /// 429 for too long.
    Throttled,
    /// 500, nothing stored.
    Server,
    /// 500, but stored.
    ServerAfter,
    /// Stored, and the answer is lost.
    Unheard,
    /// No answer; it is still on its way.
    Late,
    /// Refused because of its values.
    Refused,
    /// Not allowed.
    Forbidden,
    /// Accepted, and something else is stored.
    Drift,
}

/// What happens next.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// One of the things under way goes on as it should.
    Step(usize),
    /// One of them fails.
    Fail(usize, Fault),
    Colleague(usize, Theirs),
    /// A request that was given up long ago arrives.
    Arrive(usize),
    /// The process dies, after so many transactions of the journal that nobody heard of. Requests under way are
    /// lost or late, by the bits.
    Crash {
        committed: usize,
        late: u8,
    },
    Disk {
        full: bool,
    },
    Token {
        expired: bool,
    },
    /// Another run holds a contact, or lets go of it.
    Foreign(usize, bool),
    Pause,
    GoOn,
    GiveUp,
    Retry,
}

/// One request of a write.
#[derive(Debug, Clone)]
enum Request {
    Values(Patch),
    Tags(TagDelta),
    /// The whole set.
    AllTags(TagSet),
}

#[derive(Debug, Clone)]
enum Act {
    Load(u32),
    Read(u32),
    Write {
        row: u32,
        requests: VecDeque<Request>,
        sent: usize,
    },
    Record(u32, Vec<Entry>),
}

impl Act {
    fn row(&self) -> u32 {
        match self {
            Self::Load(row) | Self::Read(row) | Self::Record(row, _) => *row,
            Self::Write { row, .. } => *row,
        }
    }
}

pub(super) struct World {
    nature: Nature,
    /// Each contact as the plan saw it, and its change.
    plan: Vec<(Contact, Patch)>,
    server: Vec<Option<Contact>>,
    /// The same with what colleagues did, and nothing else.
    without: Vec<Option<Contact>>,
    /// The values and tags that colleagues touched.
    touched: Vec<BTreeSet<String>>,
    /// How many requests of the run changed something.
    hits: Vec<usize>,
    drifted: Vec<bool>,
    /// Whether a colleague came between a write and the look at what it came to, which can not be told from a
    /// server that stores something else.
    raced: Vec<bool>,
    run: Run,
    acts: Vec<Act>,
    late: Vec<(u32, Request)>,
    journal: Vec<Noted>,
    full: bool,
    expired: bool,
    foreign: BTreeSet<u32>,
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble::new(kind, format!("{kind:?}"))
}

fn name(n: u8) -> String {
    format!("name {n}")
}

impl Seed {
    fn contact(&self, row: usize) -> Contact {
        let mut c = Contact::new(
            ContactId::new(row.to_string()),
            AccountName::new("desk"),
            ProviderId::Local,
        );
        c.tags = self.tags.clone();
        c.set_field(FieldKey::Name, &name(self.name));
        if let Some(n) = self.attribute {
            c.attributes.insert("plan".into(), json!(n));
        }
        c
    }
}

impl Wish {
    fn patch(&self) -> Patch {
        let mut patch = Patch::default();
        patch.tags.add = self.add.clone();
        patch.tags.remove = self.remove.difference(&self.add).cloned().collect();
        if let Some(n) = self.name {
            patch.fields.insert(FieldKey::Name, Edit::Set(name(n)));
        }
        if let Some(value) = self.attribute {
            let edit = value.map_or(Edit::Clear, |n| Edit::Set(json!(n)));
            patch.attributes.insert("plan".into(), edit);
        }
        patch
    }
}

/// The keys of a patch, a tag each by itself.
fn keys(patch: &Patch) -> BTreeSet<String> {
    let tags = patch.tags.add.iter().chain(&patch.tags.remove);
    let tags = tags.map(|t| format!("tag {t}"));
    tags.chain(values(patch)).collect()
}

fn values(patch: &Patch) -> impl Iterator<Item = String> {
    let fields = patch.fields.keys().map(|k| k.as_str().to_string());
    let attributes = patch.attributes.keys().map(|k| format!("attr.{k}"));
    fields.chain(attributes).collect::<Vec<_>>().into_iter()
}

impl World {
    pub(super) fn new(nature: Nature) -> Self {
        let plan: Vec<_> = (0..)
            .zip(&nature.seeds)
            .map(|(row, seed)| {
                let contact = seed.contact(row);
                let patch = seed.patch.patch().effective(&contact);
                (contact, patch)
            })
            .collect();
        let server: Vec<_> = plan.iter().map(|(c, _)| Some(c.clone())).collect();
        let rows = plan.len();
        let cells = Self::cells(&plan, &[]);
        Self {
            nature,
            run: Run::new(local::table(), false, cells, MOST),
            without: server.clone(),
            server,
            plan,
            touched: vec![BTreeSet::new(); rows],
            hits: vec![0; rows],
            drifted: vec![false; rows],
            raced: vec![false; rows],
            acts: Vec::new(),
            late: Vec::new(),
            journal: Vec::new(),
            full: false,
            expired: false,
            foreign: BTreeSet::new(),
        }
    }

    /// How rows stand, by the plan and a journal.
    fn cells(plan: &[(Contact, Patch)], journal: &[Noted]) -> Vec<Cell> {
        let folds = folds(journal);
        let rows = (0..).zip(plan);
        rows.map(|(row, (_, patch))| match folds.get(&row) {
            _ if patch.is_empty() => Cell::Ended(Outcome::Unchanged),
            Some(fold) => Cell::of(fold),
            None => Cell::Waiting,
        })
        .collect()
    }

    fn fold(&self, row: u32) -> RowFold {
        folds(&self.journal).remove(&row).unwrap_or_default()
    }

    pub(super) fn happen(&mut self, event: &Event) {
        self.poll();
        match event {
            Event::Step(n) => self.pick(*n, None),
            Event::Fail(n, fault) => self.pick(*n, Some(*fault)),
            Event::Colleague(n, what) => self.colleague(*n, what),
            Event::Arrive(n) => {
                if !self.late.is_empty() {
                    let (row, request) = self.late.remove(n % self.late.len());
                    self.arrive(row, &request);
                }
            }
            Event::Crash { committed, late } => self.crash(*committed, *late),
            Event::Disk { full } => self.full = *full,
            Event::Token { expired } => self.expired = *expired,
            Event::Foreign(n, held) => {
                let row = (n % self.plan.len()) as u32;
                match held {
                    // Nobody gets what this run has open.
                    true if !self.fold(row).open => self.foreign.insert(row),
                    _ => self.foreign.remove(&row),
                };
            }
            Event::Pause => self.run.pause(Halt::Asked),
            Event::GoOn => {
                let list = self.run.go_on();
                self.take(list);
            }
            Event::GiveUp => {
                let list = self.run.give_up();
                self.take(list);
            }
            Event::Retry => {
                let rows = self.retryable();
                let mut list = self.run.reopen(rows);
                list.extend(self.run.go_on());
                self.take(list);
            }
        }
        self.poll();
    }

    /// The failed and unknown rows by the journal, as the driver finds them.
    fn retryable(&self) -> Vec<(u32, bool)> {
        let ends = folds(&self.journal).into_iter();
        ends.filter_map(|(row, fold)| match fold.end?.outcome() {
            Outcome::Failed => Some((row, false)),
            Outcome::Unknown => Some((row, true)),
            Outcome::Applied | Outcome::Unchanged => None,
        })
        .collect()
    }

    fn poll(&mut self) {
        let list = self.run.poll();
        self.take(list);
    }

    fn take(&mut self, list: Vec<Do>) {
        for act in list {
            let act = match act {
                Do::Load { row } => Act::Load(row),
                Do::Read { row, .. } => Act::Read(row),
                Do::Record { row, entries } => Act::Record(row, entries),
                Do::Write { row, fresh, patch } => {
                    self.may_write(row, &fresh, &patch);
                    let requests = self.requests(&fresh, &patch);
                    Act::Write {
                        row,
                        requests,
                        sent: 0,
                    }
                }
            };
            let other = self.acts.iter().find(|a| a.row() == act.row());
            assert!(other.is_none(), "two things at once: {other:?} and {act:?}");
            self.acts.push(act);
        }
    }

    /// Nothing is sent that the journal does not hold, nor over what somebody else did.
    fn may_write(&self, row: u32, fresh: &Contact, patch: &Patch) {
        let of_row = self.journal.iter().rfind(|n| n.row == row);
        match of_row.map(|n| &n.entry) {
            Some(Entry::Intent(intent)) => assert_eq!(intent.patch, *patch),
            other => panic!("row {row} is written after {other:?}"),
        }
        let (base, _) = &self.plan[row as usize];
        for key in values(patch) {
            // What the server seemed to have made of an earlier try is this run's own.
            let own = self.drifted[row as usize] || self.raced[row as usize];
            assert!(
                own || value_of(fresh, &key) == value_of(base, &key),
                "{key} of row {row} was changed since the plan, and is overwritten"
            );
        }
        assert!(!self.foreign.contains(&row), "another run is at row {row}");
    }

    fn requests(&self, fresh: &Contact, patch: &Patch) -> VecDeque<Request> {
        let mut requests = VecDeque::new();
        let values = Patch {
            tags: TagDelta::default(),
            ..patch.clone()
        };
        if !values.is_empty() {
            requests.push_back(Request::Values(values));
        }
        if !patch.tags.is_empty() {
            requests.push_back(match self.nature.deltas {
                true => Request::Tags(patch.tags.clone()),
                false => Request::AllTags(patch.tags.apply(&fresh.tags)),
            });
        }
        requests
    }

    /// A request takes effect.
    fn arrive(&mut self, row: u32, request: &Request) {
        let Some(contact) = &mut self.server[row as usize] else {
            return;
        };
        let before = contact.clone();
        match request {
            Request::Values(patch) => *contact = patch.apply(contact),
            Request::Tags(delta) => contact.tags = delta.apply(&contact.tags),
            Request::AllTags(tags) => contact.tags = tags.clone(),
        }
        self.hits[row as usize] += usize::from(*contact != before);
    }

    fn colleague(&mut self, n: usize, what: &Theirs) {
        let row = n % self.plan.len();
        let key = match what {
            Theirs::Tag(tag) | Theirs::Untag(tag) => format!("tag {tag}"),
            Theirs::Name(_) => FieldKey::Name.as_str().into(),
            Theirs::Attribute(_) => "attr.plan".into(),
            Theirs::Note(_) => "attr.note".into(),
            Theirs::Delete => String::new(),
        };
        self.touched[row].insert(key);
        self.raced[row] |= self.fold(row as u32).open;
        for contact in [&mut self.server[row], &mut self.without[row]] {
            let Some(c) = contact else { continue };
            match what {
                Theirs::Tag(tag) => {
                    c.tags.insert(tag.clone());
                }
                Theirs::Untag(tag) => {
                    c.tags.remove(tag);
                }
                Theirs::Name(n) => c.set_field(FieldKey::Name, &name(*n)),
                Theirs::Attribute(None) => {
                    c.attributes.remove("plan");
                }
                Theirs::Attribute(Some(n)) => {
                    c.attributes.insert("plan".into(), json!(n));
                }
                Theirs::Note(n) => {
                    c.attributes.insert("note".into(), json!(n));
                }
                Theirs::Delete => *contact = None,
            }
        }
    }

    fn pick(&mut self, n: usize, fault: Option<Fault>) {
        // Entries are written in their order.
        let first = self.acts.iter().position(|a| matches!(a, Act::Record(..)));
        let may = |i: &usize| !matches!(self.acts[*i], Act::Record(..)) || Some(*i) == first;
        let choice: Vec<_> = (0..self.acts.len()).filter(may).collect();
        if choice.is_empty() {
            return;
        }
        let act = self.acts.remove(choice[n % choice.len()]);
        let list = match act {
            Act::Load(row) => self.load(row),
            Act::Read(row) => {
                let read = self.read(row, fault);
                self.run.on_read(row, read)
            }
            Act::Record(row, entries) => self.record(row, entries),
            Act::Write {
                row,
                requests,
                sent,
            } => self.write(row, requests, sent, fault),
        };
        self.take(list);
    }

    fn load(&mut self, row: u32) -> Vec<Do> {
        let (base, patch) = self.plan[row as usize].clone();
        let task = match self.full {
            true => Err(trouble(TroubleKind::Local)),
            false => Ok(Task {
                base,
                patch,
                fold: self.fold(row),
                meanwhile: Vec::new(),
            }),
        };
        self.run.on_loaded(row, task)
    }

    fn read(&self, row: u32, fault: Option<Fault>) -> Result<Contact, Trouble> {
        if self.expired {
            return Err(trouble(TroubleKind::SignIn));
        }
        let kind = match fault {
            None => {
                let found = self.server[row as usize].clone();
                return found.ok_or_else(|| trouble(TroubleKind::NotFound));
            }
            Some(Fault::Throttled) => TroubleKind::Throttled,
            Some(Fault::Server | Fault::ServerAfter) => TroubleKind::Server,
            Some(Fault::Refused | Fault::Drift) => TroubleKind::Malformed,
            Some(Fault::Forbidden) => TroubleKind::Forbidden,
            Some(Fault::Unsent | Fault::Unheard | Fault::Late) => TroubleKind::Network,
        };
        Err(trouble(kind))
    }

    fn write(
        &mut self,
        row: u32,
        mut requests: VecDeque<Request>,
        sent: usize,
        fault: Option<Fault>,
    ) -> Vec<Do> {
        let partly = sent > 0;
        let failed = |kind, fate| WriteResult::Failed {
            trouble: trouble(kind),
            partly,
            fate,
        };
        let Some(request) = requests.pop_front() else {
            let answer = self.server[row as usize].clone();
            let answer = answer.filter(|_| self.nature.echoes).map(Box::new);
            return self.run.on_written(row, WriteResult::Answered(answer));
        };
        if self.expired {
            let result = failed(TroubleKind::SignIn, Fate::NotStored);
            return self.run.on_written(row, result);
        }
        if self.server[row as usize].is_none() {
            let result = failed(TroubleKind::NotFound, Fate::NotStored);
            return self.run.on_written(row, result);
        }
        let result = match fault {
            None => {
                self.arrive(row, &request);
                self.acts.push(Act::Write {
                    row,
                    requests,
                    sent: sent + 1,
                });
                return Vec::new();
            }
            Some(Fault::Drift) => {
                self.drifted[row as usize] = true;
                match request {
                    Request::Values(mut patch) => {
                        for edit in patch.fields.values_mut() {
                            *edit = Edit::Set("trimmed".into());
                        }
                        self.arrive(row, &Request::Values(patch));
                    }
                    // It keeps its tags.
                    Request::Tags(_) | Request::AllTags(_) => {}
                }
                self.acts.push(Act::Write {
                    row,
                    requests,
                    sent: sent + 1,
                });
                return Vec::new();
            }
            Some(Fault::Unsent) => failed(TroubleKind::Network, Fate::NotStored),
            Some(Fault::Throttled) => failed(TroubleKind::Throttled, Fate::NotStored),
            Some(Fault::Forbidden) => failed(TroubleKind::Forbidden, Fate::NotStored),
            Some(Fault::Server) => failed(TroubleKind::Server, Fate::Done),
            Some(Fault::ServerAfter) => {
                self.arrive(row, &request);
                failed(TroubleKind::Server, Fate::Done)
            }
            Some(Fault::Unheard) => {
                self.arrive(row, &request);
                failed(TroubleKind::Network, Fate::Unclear)
            }
            Some(Fault::Late) => {
                self.late.push((row, request));
                failed(TroubleKind::Network, Fate::Unclear)
            }
            Some(Fault::Refused) => WriteResult::Rejected {
                message: "no".into(),
                fields: Vec::new(),
                partly,
            },
        };
        self.run.on_written(row, result)
    }

    fn record(&mut self, row: u32, entries: Vec<Entry>) -> Vec<Do> {
        let result = match self.full {
            true => Err(NotRecorded::Failed(trouble(TroubleKind::Local))),
            false => self.commit(row, entries),
        };
        self.run.on_recorded(row, result)
    }

    fn commit(&mut self, row: u32, entries: Vec<Entry>) -> Result<(), NotRecorded> {
        let intent = matches!(entries.first(), Some(Entry::Intent(_)));
        if intent && self.foreign.contains(&row) {
            return Err(NotRecorded::Busy {
                run: RunId(7),
                hold: Hold::Run,
            });
        }
        for entry in entries {
            let end = self.fold(row).end;
            match (&entry, end) {
                (Entry::Reopened, Some(End::Failed { .. } | End::Unknown { .. })) => {}
                (Entry::Reopened, end) => panic!("row {row} is opened again after {end:?}"),
                (entry, Some(end)) => panic!("{entry:?} of row {row} comes after {end:?}"),
                (_, None) => {}
            }
            self.journal.push(Noted { row, entry });
        }
        Ok(())
    }

    fn crash(&mut self, committed: usize, late: u8) {
        let mut bits = late;
        let mut left = committed;
        for act in std::mem::take(&mut self.acts) {
            match act {
                Act::Record(row, entries) if left > 0 && !self.full => {
                    left -= 1;
                    let _ = self.commit(row, entries);
                }
                Act::Write { row, requests, .. } => {
                    if let Some(request) = requests.into_iter().next()
                        && bits & 1 == 1
                    {
                        self.late.push((row, request));
                    }
                    bits >>= 1;
                }
                Act::Record(..) | Act::Load(_) | Act::Read(_) => {}
            }
        }
        let cells = Self::cells(&self.plan, &self.journal);
        self.run = Run::new(local::table(), false, cells, MOST);
    }

    pub(super) fn check(&self) {
        let tally = self.run.tally();
        assert_eq!(tally.selected(), self.plan.len() as u64, "{tally:?}");
        let mut counted = crate::engine::journal::Tally::default();
        for row in 0..self.plan.len() as u32 {
            match self.run.cell(row) {
                Some(Cell::Ended(outcome)) => counted.add(outcome, 1),
                _ => counted.left += 1,
            }
        }
        assert_eq!(tally, counted);
    }

    /// Everything heals; the run goes on to its end.
    pub(super) fn end(&mut self) {
        (self.full, self.expired) = (false, false);
        self.foreign.clear();
        for _ in 0..10_000 {
            self.poll();
            if self.run.is_done() {
                break;
            }
            if self.acts.is_empty() {
                assert_ne!(*self.run.standing(), Standing::Running, "it stands still");
                let list = self.run.go_on();
                self.take(list);
            }
            self.pick(0, None);
            self.check();
        }
        assert!(self.run.is_done(), "it does not end: {:?}", self.run);
        for (row, request) in std::mem::take(&mut self.late) {
            if self.nature.arrives {
                self.arrive(row, &request);
            }
        }
        let by_journal = Self::cells(&self.plan, &self.journal);
        for (row, kept) in by_journal.into_iter().enumerate() {
            assert_eq!(self.run.cell(row as u32), Some(kept));
            if let (Some(server), Some(without)) = (&self.server[row], &self.without[row]) {
                self.judge(row, server, without);
            }
        }
    }

    /// Holds a row to what really happened.
    fn judge(&self, row: usize, server: &Contact, without: &Contact) {
        let patch = &self.plan[row].1;
        let fold = self.fold(row as u32);
        let disturbed = !self.touched[row].is_disjoint(&keys(patch));
        // Of what the run does not change, nothing is lost.
        let tags_at_risk =
            !self.nature.deltas && self.touched[row].iter().any(|k| k.starts_with("tag "));
        let own = |t: &&String| patch.tags.add.contains(*t) || patch.tags.remove.contains(*t);
        let others =
            |c: &Contact| -> TagSet { c.tags.iter().filter(|t| !own(t)).cloned().collect() };
        if !tags_at_risk {
            assert_eq!(others(server), others(without), "tags of row {row}");
        }
        for key in ["name", "attr.plan", "attr.note"] {
            if !keys(patch).contains(key) {
                assert_eq!(
                    value_of(server, key),
                    value_of(without, key),
                    "{key} of {row}"
                );
            }
        }
        match &fold.end {
            None => assert!(patch.is_empty(), "row {row} has no end"),
            Some(End::Unchanged { .. }) => assert!(self.hits[row] == 0 || disturbed, "row {row}"),
            Some(End::Applied { .. }) if !disturbed && !self.drifted[row] => {
                assert!(
                    patch.effective(server).is_empty(),
                    "row {row} is not applied"
                );
            }
            Some(End::Failed {
                reason: Reason::GivenUp,
                ..
            }) if fold.intents.is_empty() => assert!(self.hits[row] == 0 || disturbed, "row {row}"),
            Some(_) => {}
        }
        if self.hits[row] > 0 && !disturbed {
            assert!(
                !fold.intents.is_empty(),
                "the journal forgot row {row}: {fold:?}"
            );
        }
        self.judge_undo(row, &fold, server, without, disturbed || tags_at_risk);
    }

    /// Undo takes back what the run did, and only that.
    fn judge_undo(
        &self,
        row: usize,
        fold: &RowFold,
        server: &Contact,
        without: &Contact,
        disturbed: bool,
    ) {
        let plan = &self.plan[row].1;
        let after = match fold.intents.is_empty() {
            true => server.clone(),
            false => {
                let left = back::left_by(server.clone(), fold);
                let (patch, changed) = back::back(fold, &left, server, &local::table());
                assert!(patch.tags.remove.is_subset(&plan.tags.add), "{patch:?}");
                assert!(patch.tags.add.is_subset(&plan.tags.remove), "{patch:?}");
                assert!(keys(&patch).is_subset(&keys(plan)), "{patch:?}");
                match changed {
                    Some(_) => server.clone(),
                    None => patch.apply(server),
                }
            }
        };
        if self.drifted[row] {
            return;
        }
        if !disturbed {
            assert_eq!(after, *without, "row {row} is not as it was: {fold:?}");
        }
        if self.raced[row] {
            return;
        }
        let asked = plan.apply(&self.plan[row].0);
        for key in values(plan).filter(|k| self.touched[row].contains(k)) {
            let (theirs, is) = (value_of(without, &key), value_of(server, &key));
            if is == theirs && is != value_of(&asked, &key) {
                assert_eq!(
                    value_of(&after, &key),
                    theirs,
                    "{key} of {row} was a colleague's"
                );
            }
        }
    }
}

fn folds(journal: &[Noted]) -> BTreeMap<u32, RowFold> {
    let mut folds: BTreeMap<u32, RowFold> = BTreeMap::new();
    for noted in journal {
        folds.entry(noted.row).or_default().add(noted.entry.clone());
    }
    folds
}
