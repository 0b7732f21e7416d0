//! Drives a run: hands what the machine asks for to the session and the journal, and the results back.
//!
//! Every read and write is a task of its own, so that a write under way is not abandoned while this waits for
//! something else. Contacts are read ahead from the store some rows at a time.

use std::collections::HashMap;

use futures_util::future::OptionFuture;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::batch::{Batch, Steps};
use super::held::{locked, until_let_go};
use super::learnt::Learnt;
use super::question::Asked;
use super::retry::open_again;
use super::row::{Came, Row};
use super::{Driven, Order, Progress};
use crate::app::clock;
use crate::app::session::{Session, store_trouble};
use crate::domain::{Contact, Patch, Trouble, TroubleKind};
use crate::engine::journal::{Entry, RunId};
use crate::engine::run::{Cell, Do, Halt, Hold, NotRecorded, Run, Standing};
use crate::engine::save::WriteResult;
use crate::store::{Held, Marks, RunLock, RunTask, StoreError};
use crate::transport::Priority;

/// Rows whose data is read from the store at once.
const AHEAD: usize = 64;

/// Drives a run until every row has its end, or until it is told to stop and nothing is under way. While it is
/// halted it waits for orders; without anybody who could give some, it ends. `report` must not block.
///
/// # Errors
/// There is no such run, another process drives it, or its state can not be read. Nothing was sent then.
pub async fn drive(
    session: &Session,
    run: RunId,
    mut orders: mpsc::UnboundedReceiver<Order>,
    mut report: impl FnMut(&Progress) + Send,
) -> Result<Driven, Trouble> {
    let mut driver = Driver::open(session, run).await?;
    let driven = driver.go(&mut orders, &mut report).await;
    if driven.is_err() {
        // What is on its way arrives before the run is let go of.
        while driver.tasks.join_next().await.is_some() {}
    }
    driven
}

/// Whether each entry was written.
type Kept = Vec<Result<(), Held>>;
type Written = Result<Kept, StoreError>;
type Loaded = Result<Vec<RunTask>, StoreError>;

struct Driver<'a> {
    session: &'a Session,
    id: RunId,
    run: Run,
    since: Timestamp,
    ended_before: u64,
    rows: HashMap<u32, Row>,
    /// Rows whose data is asked for.
    wanted: Vec<u32>,
    /// Data that was read ahead.
    ahead: HashMap<u32, RunTask>,
    loading: Option<Asked<Vec<u32>, Vec<RunTask>>>,
    batch: Batch,
    writing: Option<Asked<Steps, Kept>>,
    tasks: JoinSet<Came>,
    learnt: Learnt,
    /// The last one, so that nobody else drives the run while anything of it is left.
    _lock: RunLock,
}

impl<'a> Driver<'a> {
    async fn open(session: &'a Session, id: RunId) -> Result<Self, Trouble> {
        let tried = format!("resuming run {id}");
        let store = session.journal();
        let name = &session.account().name;
        let found = store.run(name, id).await;
        let Some(record) = found.map_err(|e| store_trouble(&tried, &e))? else {
            let message = format!("{tried}: {name} has no such run");
            return Err(Trouble::new(TroubleKind::NotFound, message)
                .with_hint("`cardex runs` lists those that it has"));
        };
        if session.account().read_only {
            return Err(session.read_only());
        }
        let lock = locked(session, id)?;
        let cells = store.run_cells(id).await;
        let cells = cells.map_err(|e| store_trouble(&tried, &e))?;
        let merge = record.header.allowed.merge;
        let run = Run::new(
            session.table().clone(),
            merge,
            cells,
            session.rows_at_once(),
        );
        Ok(Self {
            session,
            id,
            ended_before: run.tally().done(),
            run,
            since: clock::now(),
            rows: HashMap::new(),
            wanted: Vec::new(),
            ahead: HashMap::new(),
            loading: None,
            batch: Batch::default(),
            writing: None,
            tasks: JoinSet::new(),
            learnt: Learnt::new(session.clone()),
            _lock: lock,
        })
    }

    /// The driving itself.
    async fn go(
        &mut self,
        orders: &mut mpsc::UnboundedReceiver<Order>,
        report: &mut (impl FnMut(&Progress) + Send),
    ) -> Result<Driven, Trouble> {
        let mut stop = false;
        let mut heard = true;
        report(&self.progress());
        loop {
            // What was ordered already is heard before anything is handed out.
            while let Ok(order) = orders.try_recv() {
                self.told(order, &mut stop).await?;
            }
            if !stop {
                let list = self.run.poll();
                self.take(list);
            }
            self.flush();
            if self.run.is_done() {
                self.finish().await?;
                break;
            }
            if self.run.standing() != &Standing::Running {
                self.learnt.rest().await;
            }
            let idle = self.run.is_idle() && self.writing.is_none();
            if idle && (stop || !heard && self.run.standing() != &Standing::Running) {
                break;
            }
            let due = self.batch.due();
            tokio::select! {
                biased;
                order = orders.recv(), if heard => match order {
                    Some(order) => self.told(order, &mut stop).await?,
                    None => heard = false,
                },
                Some(written) = OptionFuture::from(self.writing.as_mut()) => self.recorded(written),
                Some(loaded) = OptionFuture::from(self.loading.as_mut()) => self.loaded(loaded),
                Some(done) = self.tasks.join_next() => self.done(done)?,
                Some(()) = OptionFuture::from(due.map(sleep_until)), if self.writing.is_none() => {}
                else => break,
            }
            report(&self.progress());
        }
        self.learnt.rest().await;
        let progress = self.progress();
        report(&progress);
        let trouble = match &progress.standing {
            Standing::Halted(halt) if !progress.done => halt.trouble().cloned(),
            _ => None,
        };
        Ok(Driven { progress, trouble })
    }

    fn progress(&self) -> Progress {
        let tally = self.run.tally();
        Progress {
            run: self.id,
            tally,
            under_way: self.run.under_way(),
            standing: self.run.standing().clone(),
            ended_now: tally.done().saturating_sub(self.ended_before),
            since: self.since,
            held_until: self.session.held_until(),
            done: self.run.is_done(),
        }
    }

    /// Begins what the machine asks for.
    fn take(&mut self, list: Vec<Do>) {
        for act in list {
            match act {
                Do::Load { row } => match self.ahead.remove(&row) {
                    Some(task) => self.begin(task),
                    None => self.wanted.push(row),
                },
                Do::Read { row, after_write } => self.read(row, after_write),
                Do::Write { row, fresh, patch } => self.write(row, *fresh, patch),
                Do::Record { row, entries } => self.batch.add(row, entries, Instant::now()),
            }
        }
    }

    /// Asks the store for what is wanted of it, one question of a kind at a time.
    fn flush(&mut self) {
        let store = self.session.journal();
        let last = self.tasks.is_empty() && self.loading.is_none();
        if self.writing.is_none()
            && let Some((steps, entries)) = self.batch.take(Instant::now(), last)
        {
            let rows = entries.iter().map(|n| n.row);
            let marks = rows.filter_map(|row| Some((row, self.rows.get(&row)?.mark)));
            let since: Marks = marks.collect();
            let asked = store.journal(self.id, entries, since, clock::now());
            self.writing = Some(Asked(steps, asked));
        }
        if self.loading.is_none() && !self.wanted.is_empty() {
            let wanted = std::mem::take(&mut self.wanted);
            let mut rows = wanted.clone();
            rows.extend(
                self.run
                    .upcoming(AHEAD)
                    .filter(|r| !self.ahead.contains_key(r)),
            );
            self.loading = Some(Asked(wanted, store.run_tasks(self.id, rows)));
        }
    }

    fn loaded(&mut self, (wanted, found): (Vec<u32>, Loaded)) {
        self.loading = None;
        let failed = match found {
            Ok(tasks) => {
                self.ahead.extend(tasks.into_iter().map(|t| (t.row, t)));
                None
            }
            Err(e) => Some(store_trouble("reading the rows of the run", &e)),
        };
        for row in wanted {
            match self.ahead.remove(&row) {
                Some(task) => self.begin(task),
                None => {
                    let message = format!("reading row {row} of run {}: it is not there", self.id);
                    let missing = Trouble::new(TroubleKind::Local, message);
                    let trouble = failed.clone().unwrap_or(missing);
                    let list = self.run.on_loaded(row, Err(trouble));
                    self.take(list);
                }
            }
        }
    }

    fn begin(&mut self, task: RunTask) {
        let number = task.row;
        let (row, task) = Row::begin(self.session.account(), task);
        self.rows.insert(number, row);
        let list = self.run.on_loaded(number, Ok(task));
        self.take(list);
    }

    fn read(&mut self, row: u32, after_write: bool) {
        let Some(known) = self.rows.get(&row) else {
            return;
        };
        let reading = known.read(self.session.clone(), after_write);
        self.tasks
            .spawn(async move { Came::Read(row, reading.await) });
    }

    fn write(&mut self, row: u32, fresh: Contact, patch: Patch) {
        if let Some(known) = self.rows.get_mut(&row) {
            known.written_at = Some(clock::now());
            known.known = patch.apply(&fresh);
        }
        let session = self.session.clone();
        self.tasks.spawn(async move {
            let written = session.write(&fresh, &patch, Priority::Finishing).await;
            Came::Written(row, written)
        });
    }

    fn done(&mut self, done: Result<Came, JoinError>) -> Result<(), Trouble> {
        match done {
            Ok(Came::Read(row, read)) => {
                let found = read.as_ref().ok().cloned();
                let list = self.run.on_read(row, read);
                // What is about to be written is remembered as it will be, not as it was.
                let writes = list.iter().any(is_intent);
                if let Some(contact) = found.filter(|_| !writes) {
                    self.learnt.take(contact);
                }
                self.take(list);
            }
            Ok(Came::Written(row, written)) => {
                if let WriteResult::Answered(Some(contact)) = &written {
                    self.learnt.take((**contact).clone());
                }
                let list = self.run.on_written(row, written);
                self.take(list);
            }
            Ok(Came::Waited(row, by, hold)) => {
                self.noted(row, Err(NotRecorded::Busy { run: by, hold }));
            }
            // Its row stays open, and is settled when the run is resumed.
            Err(error) => {
                let message = format!("run {}: a request broke off: {error}", self.id);
                return Err(Trouble::new(TroubleKind::Local, message));
            }
        }
        Ok(())
    }

    fn recorded(&mut self, (steps, written): (Steps, Written)) {
        self.writing = None;
        let mut at = 0;
        for (row, entries) in steps {
            match &written {
                Err(e) => {
                    let trouble = store_trouble("writing the journal", e);
                    self.noted(row, Err(NotRecorded::Failed(trouble)));
                }
                Ok(answers) => {
                    let mut own = answers.iter().skip(at).take(entries);
                    match own.find_map(|a| a.as_ref().err()) {
                        Some(held) => self.wait(row, *held),
                        None => self.noted(row, Ok(())),
                    }
                }
            }
            at += entries;
        }
    }

    /// Lets a run that is at a row's contact finish there, before the row gets another turn.
    fn wait(&mut self, row: u32, held: Held) {
        let session = self.session.clone();
        let id = self.rows.get(&row).map(|r| r.id.clone());
        self.tasks.spawn(async move {
            let hold = match id {
                Some(id) => until_let_go(&session, &id, held).await,
                None => Hold::Gone,
            };
            Came::Waited(row, held.by, hold)
        });
    }

    fn noted(&mut self, row: u32, result: Result<(), NotRecorded>) {
        let list = self.run.on_recorded(row, result);
        if matches!(self.run.cell(row), Some(Cell::Ended(_) | Cell::Waiting)) {
            self.rows.remove(&row);
        }
        self.take(list);
    }

    async fn told(&mut self, order: Order, stop: &mut bool) -> Result<(), Trouble> {
        *stop |= order == Order::Stop;
        let list = match order {
            Order::Pause | Order::Stop => {
                self.run.pause(Halt::Asked);
                Vec::new()
            }
            Order::GoOn => {
                // What was read before the halt may be old.
                self.ahead.clear();
                self.run.go_on()
            }
            // What may be half done is still looked at, to say how it ended.
            Order::GiveUp => [self.run.give_up(), self.run.go_on()].concat(),
            Order::Retry(reason) => {
                self.ahead.clear();
                let rows = open_again(self.session, self.id, reason).await?;
                let mut list = self.run.reopen(rows);
                list.extend(self.run.go_on());
                list
            }
        };
        self.take(list);
        Ok(())
    }

    async fn finish(&self) -> Result<(), Trouble> {
        let ended = self.session.journal().end_run(self.id, clock::now()).await;
        ended.map_err(|e| store_trouble("ending the run", &e))
    }
}

fn is_intent(act: &Do) -> bool {
    matches!(act, Do::Record { entries, .. } if entries.first().is_some_and(Entry::is_intent))
}
