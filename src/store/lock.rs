//! One driver a run, whichever process it is in: a lock file beside the database, which the system lets go of
//! when the process ends, however it ends. A database in memory is one process's alone, and so is the list of runs
//! that are driven on it.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Store, StoreError};
use crate::engine::journal::RunId;

/// Where the locks of a database's runs are.
#[derive(Clone)]
pub(super) enum Locks {
    /// Files in its folder.
    Beside(Arc<Path>),
    /// In this process.
    Inside(Arc<Mutex<BTreeSet<RunId>>>),
}

/// The right to drive a run; let go of when dropped.
#[derive(Debug)]
#[must_use = "a lock that is dropped is let go of"]
pub struct RunLock {
    run: RunId,
    held: Held,
}

#[derive(Debug)]
enum Held {
    Beside { path: PathBuf, _file: File },
    Inside(Arc<Mutex<BTreeSet<RunId>>>),
}

impl RunLock {
    /// The run.
    pub fn run(&self) -> RunId {
        self.run
    }
}

impl Store {
    /// Takes the right to drive a run; nothing where somebody has it, in this process or in another one.
    ///
    /// # Errors
    /// The lock file can not be made.
    pub fn lock_run(&self, run: RunId) -> Result<Option<RunLock>, StoreError> {
        self.locks.take(run)
    }

    /// Whether somebody drives a run at this moment.
    pub fn is_driven(&self, run: RunId) -> bool {
        match &self.locks {
            Locks::Beside(folder) => {
                let file = File::open(file_of(folder, run));
                file.is_ok_and(|f| matches!(f.try_lock_shared(), Err(TryLockError::WouldBlock)))
            }
            Locks::Inside(driven) => open(driven).contains(&run),
        }
    }
}

impl Locks {
    /// The lock of a run that nobody has seen yet.
    pub(super) fn take_new(&self, run: RunId) -> Result<RunLock, StoreError> {
        let folder = match self {
            Self::Beside(folder) => folder,
            Self::Inside(_) => Path::new(""),
        };
        self.take(run)?.ok_or_else(|| StoreError::Unlockable {
            path: file_of(folder, run),
            detail: "another process has it".into(),
        })
    }

    /// See [`Store::lock_run`].
    fn take(&self, run: RunId) -> Result<Option<RunLock>, StoreError> {
        match self {
            Self::Beside(folder) => beside(folder, run),
            Self::Inside(driven) => {
                if !open(driven).insert(run) {
                    return Ok(None);
                }
                let held = Held::Inside(Arc::clone(driven));
                Ok(Some(RunLock { run, held }))
            }
        }
    }
}

fn beside(folder: &Path, run: RunId) -> Result<Option<RunLock>, StoreError> {
    let path = file_of(folder, run);
    let failed = |e: std::io::Error| StoreError::Unlockable {
        path: path.clone(),
        detail: e.to_string(),
    };
    loop {
        let opened = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = opened.map_err(failed)?;
        match file.try_lock() {
            // Whoever had it before may have taken the file away after it was opened here.
            Ok(()) if !stands_at(&file, &path) => {}
            Ok(()) => {
                let held = Held::Beside { path, _file: file };
                return Ok(Some(RunLock { run, held }));
            }
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
    }
}

fn file_of(folder: &Path, run: RunId) -> PathBuf {
    folder.join(format!("run-{run}.lock"))
}

fn open(driven: &Mutex<BTreeSet<RunId>>) -> std::sync::MutexGuard<'_, BTreeSet<RunId>> {
    driven.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a path still leads to the file that was opened.
#[cfg(unix)]
fn stands_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(own), Ok(there)) => (own.dev(), own.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Open files can not be taken away there.
#[cfg(not(unix))]
fn stands_at(_: &File, _: &Path) -> bool {
    true
}

impl Drop for RunLock {
    fn drop(&mut self) {
        match &self.held {
            // A file that stays is taken again by whoever drives the run next.
            Held::Beside { path, .. } => {
                let _ = std::fs::remove_file(path);
            }
            Held::Inside(driven) => {
                open(driven).remove(&self.run);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_the_file_goes_with_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("db")).unwrap();
        let run = RunId(7);
        let path = folder.path().join("run-7.lock");
        let first = store.lock_run(run).unwrap().unwrap();
        assert!(store.lock_run(run).unwrap().is_none());
        assert!(store.is_driven(run));
        assert!(store.lock_run(RunId(8)).unwrap().is_some());
        assert!(!store.is_driven(RunId(8)));
        // A file that was opened before it was taken away is no lock of what stands there now.
        let early = OpenOptions::new().write(true).open(&path).unwrap();
        drop(first);
        assert!(!path.exists() && !store.is_driven(run));
        early.try_lock().unwrap();
        let second = store.lock_run(run).unwrap().unwrap();
        assert!(!stands_at(&early, &path) || cfg!(not(unix)));
        drop(second);
    }

    #[test]
    fn a_database_in_memory_has_one_driver_a_run_as_well() {
        let store = Store::in_memory().unwrap();
        let run = RunId(7);
        let first = store.clone().lock_run(run).unwrap().unwrap();
        assert!(store.is_driven(run) && store.lock_run(run).unwrap().is_none());
        assert!(store.is_driven(run), "who asked in vain lets go of nothing");
        drop(first);
        assert!(!store.is_driven(run));
    }
}
