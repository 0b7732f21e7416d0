//! The SQLite store: local contacts (the only copy), mirrors of providers' contacts, drafts, what
//! providers say about attributes and tags, settings; and the list over all that, fast at a million rows.
//!
//! One thread owns the connection and the list of the opened account; a [`Store`] is a handle that sends
//! it work, a [`Reply`] brings the result. Between requests the thread fills the list. Several processes may
//! use one file: each list notices what others wrote. No clock is read here: times are arguments.
//!
//! | file | holds |
//! |---|---|
//! | `schema` | opening, pragmas, migrations |
//! | `thread` | the owner thread, transactions |
//! | `row` | SQL rows ↔ domain values |
//! | `place` | whose contacts an account's are |
//! | `contacts`, `mirror` | reading and changing contacts of both kinds |
//! | `roster` | the contacts of an account whose provider lists nothing |
//! | `runs`, `journal`, `edits` | runs, of many contacts and of one: what was planned, and what was done |
//! | `lock`, `writers` | who drives a run, who writes to a contact |
//! | `pacers` | the processes that share an account's limit at present |
//! | `drafts`, `vocabulary`, `settings` | the rest that is kept |
//! | `index`, `view`, `listing` | the list in memory; windows of it; all of it for headless commands |
//! | `marks` | rows of the list for marking, marked rows in order |

use std::future::Future;
use std::marker::PhantomData;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll};

use tokio::sync::oneshot;

mod contacts;
mod drafts;
mod edits;
mod error;
mod index;
mod journal;
mod listing;
mod lock;
mod marks;
mod mirror;
mod pacers;
mod place;
mod results;
mod roster;
mod row;
mod runs;
mod schema;
mod settings;
mod tags;
mod thread;
mod view;
mod vocabulary;
mod writers;

#[cfg(test)]
mod tests;

pub use edits::{Begun, Edit};
pub use error::StoreError;
pub use journal::{RunRow, RunTask};
pub use listing::Listing;
pub use lock::RunLock;
pub use marks::Arranged;
pub use mirror::{MirrorState, Moment};
pub use pacers::Pacers;
pub use place::Place;
pub use results::RunResults;
pub use roster::{RosterAdded, RosterElsewhere, RosterEntry, RosterPage};
pub use runs::{Forget, RunKind, RunRecord};
pub use tags::TagWalked;
pub use thread::StoreEvent;
pub use view::{Query, View};
pub use vocabulary::Fetched;
pub use writers::{Held, Mark, Marks};

use lock::Locks;
use thread::{Job, Owner};

/// A handle on the database; clones share it. When the last one is dropped the thread ends by itself;
/// nothing waits for it, and every answered write is in the file already.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    place: Place,
    locks: Locks,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens a database file; creates it (0600) and its folder (0700), or brings it to this version's
    /// format, after a copy was put beside it.
    ///
    /// # Errors
    /// The file can not be read or written, is damaged, not cardex's, of a newer version, or locked.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let conn = schema::open(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::start(Owner::new(conn, path), Locks::Beside(Arc::from(folder)))
    }

    /// A database that is gone with the last handle.
    ///
    /// # Errors
    /// SQLite has no memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        let conn = schema::open_in_memory()?;
        let owner = Owner::new(conn, Path::new(":memory:"));
        Self::start(owner, Locks::Inside(Arc::default()))
    }

    fn start(owner: Owner, locks: Locks) -> Result<Self, StoreError> {
        let (jobs, inbox) = mpsc::channel();
        std::thread::Builder::new()
            .name("store".into())
            .spawn(move || owner.serve(&inbox))
            .map_err(|_| StoreError::Stopped)?;
        Ok(Self {
            jobs,
            place: Place::local(),
            locks,
        })
    }

    /// Has `hear` called, on the store's thread, for every event from now on. It must not block; sending
    /// into a channel is what it is for.
    pub fn listen(&self, hear: impl Fn(StoreEvent) + Send + 'static) -> Reply<()> {
        self.ask(move |owner| {
            owner.listeners.push(Box::new(hear));
            Ok(())
        })
    }

    /// Answers when everything that was asked before is done and in the file: to be waited for on the way out,
    /// where replies were not.
    pub fn flush(&self) -> Reply<()> {
        self.ask(|_| Ok(()))
    }

    /// Lets the database grow no further, as where no room is left on the disk, or lets it grow again. For trying
    /// out what comes of it.
    pub fn hold_size(&self, held: bool) -> Reply<()> {
        self.ask(move |owner| {
            let set = schema::hold_size(&owner.conn, held);
            set.map_err(|fault| fault.say(&owner.path, "limiting the size of the database"))
        })
    }

    /// SQLite's `quick_check` of the whole file, slow on large ones: what is wrong, one sentence each;
    /// empty when nothing is.
    pub fn check(&self) -> Reply<Vec<String>> {
        self.ask(Owner::check)
    }

    /// Has the store's own thread hand the result on, which must not block: saves a turn through the
    /// runtime where every microsecond is felt.
    fn ask_then<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owner) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) {
        let then = Then(Some(then), PhantomData);
        let job: Job = Box::new(move |owner| then.tell(work(owner)));
        // Where the thread is gone, `then` is told so when it is dropped with the job.
        let _ = self.jobs.send(job);
    }

    /// Has work done when nobody waits for anything else.
    fn later(&self, work: impl FnOnce(&mut Owner) + Send + 'static) {
        let work: Job = Box::new(work);
        let job: Job = Box::new(move |owner| owner.later.push_back(work));
        // As in `ask`.
        let _ = self.jobs.send(job);
    }

    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owner) -> Result<T, StoreError> + Send + 'static,
    ) -> Reply<T> {
        let (answer, reply) = oneshot::channel();
        let job: Job = Box::new(move |owner| {
            // Nobody may be waiting any more; the work is done all the same.
            let _ = answer.send(work(owner));
        });
        // Where the thread is gone, `answer` is dropped with the job, and the reply says so.
        let _ = self.jobs.send(job);
        Reply(reply)
    }
}

/// Somebody who is told a result once, also where the store has ended.
struct Then<T, F: FnOnce(Result<T, StoreError>)>(Option<F>, PhantomData<T>);

impl<T, F: FnOnce(Result<T, StoreError>)> Then<T, F> {
    fn tell(mut self, result: Result<T, StoreError>) {
        if let Some(then) = self.0.take() {
            then(result);
        }
    }
}

impl<T, F: FnOnce(Result<T, StoreError>)> Drop for Then<T, F> {
    fn drop(&mut self) {
        if let Some(then) = self.0.take() {
            then(Err(StoreError::Stopped));
        }
    }
}

/// A result that is on its way: await it, or [`wait`](Self::wait) for it outside of async code. The
/// work is done whether or not anyone does.
#[derive(Debug)]
#[must_use = "whether it worked is in the reply"]
pub struct Reply<T>(oneshot::Receiver<Result<T, StoreError>>);

impl<T> From<oneshot::Receiver<Result<T, StoreError>>> for Reply<T> {
    fn from(receiver: oneshot::Receiver<Result<T, StoreError>>) -> Self {
        Self(receiver)
    }
}

impl<T> Reply<T> {
    /// Blocks until the result is there. Not for async code, where tokio panics.
    ///
    /// # Errors
    /// What the request says.
    pub fn wait(self) -> Result<T, StoreError> {
        self.0.blocking_recv().unwrap_or(Err(StoreError::Stopped))
    }
}

impl<T> Future for Reply<T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let received = Pin::new(&mut self.0).poll(cx);
        received.map(|r| r.unwrap_or(Err(StoreError::Stopped)))
    }
}
