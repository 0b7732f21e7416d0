//! One driver a run, whichever process it is in: a lock file beside the database, which the system lets go of
//! when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::app::session::Session;
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::RunId;

/// The right to drive a run; let go of when dropped.
#[derive(Debug)]
pub(super) struct RunLock {
    path: Option<PathBuf>,
    _file: Option<File>,
}

impl RunLock {
    /// Takes the lock of a run whose database is in `folder`; without one (a database in memory) nobody else can
    /// be at it.
    ///
    /// # Errors
    /// Another process drives the run, or the lock file can not be made.
    pub(super) fn take(folder: Option<&Path>, run: RunId) -> Result<Self, Trouble> {
        let Some(folder) = folder else {
            return Ok(Self {
                path: None,
                _file: None,
            });
        };
        let path = folder.join(format!("run-{run}.lock"));
        loop {
            let opened = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path);
            let file = opened.map_err(|e| {
                let message = format!("making the lock file {}: {e}", path.display());
                Trouble::new(TroubleKind::Local, message)
                    .with_hint("make room, or allow writing in that folder")
            })?;
            match file.try_lock() {
                // Whoever had it before may have taken the file away after it was opened here.
                Ok(()) if !stands_at(&file, &path) => {}
                Ok(()) => {
                    return Ok(Self {
                        path: Some(path),
                        _file: Some(file),
                    });
                }
                Err(TryLockError::WouldBlock) => {
                    let message = format!("run {run} is under way in another cardex");
                    return Err(Trouble::new(TroubleKind::Invalid, message)
                        .with_hint("pause or stop it there first"));
                }
                Err(TryLockError::Error(e)) => {
                    let message = format!("locking {}: {e}", path.display());
                    return Err(Trouble::new(TroubleKind::Local, message));
                }
            }
        }
    }
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

/// Whether somebody drives a run at this moment.
pub fn is_driven(session: &Session, run: RunId) -> bool {
    let Some(folder) = session.journal().folder() else {
        return false;
    };
    let file = File::open(folder.join(format!("run-{run}.lock")));
    file.is_ok_and(|f| matches!(f.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A file that stays is taken again by whoever drives the run next.
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_the_file_goes_with_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunId(7);
        let path = folder.path().join("run-7.lock");
        let first = RunLock::take(Some(folder.path()), run).unwrap();
        let refused = RunLock::take(Some(folder.path()), run).unwrap_err();
        assert!(refused.message.contains("run 7 is under way"));
        RunLock::take(Some(folder.path()), RunId(8)).unwrap();
        // A file that was opened before it was taken away is no lock of what stands there now.
        let early = OpenOptions::new().write(true).open(&path).unwrap();
        drop(first);
        assert!(!path.exists());
        early.try_lock().unwrap();
        let second = RunLock::take(Some(folder.path()), run).unwrap();
        assert!(!stands_at(&early, &path) || cfg!(not(unix)));
        drop(second);
    }
}
