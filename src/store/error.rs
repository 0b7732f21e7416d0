//! What can go wrong with the database, in sentences that say what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the store could not do something. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The folder of the database can not be created or entered.
    #[error(
        "cannot use the data folder {}: {detail}; allow writing there or choose another with --data-dir",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The file can not be opened or written.
    #[error(
        "cannot open the database {} for writing: {detail}; check its permissions or choose another folder \
         with --data-dir",
        path.display()
    )]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The file is no SQLite database, or a damaged one.
    #[error(
        "{} is damaged or not a database ({detail}); cardex has left it as it is: move it aside (with the \
         files ending in -wal and -shm beside it) and start again with an empty one, or put a backup in its place",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The file is another program's database.
    #[error(
        "{} is a database of another program; cardex has left it as it is: choose another folder with --data-dir",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later cardex made the file.
    #[error(
        "{} was made by a newer cardex (its format is {found}, this one knows {known}); use that version, or \
         another folder with --data-dir",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// Another process held the database for too long.
    #[error(
        "{} has been locked by another process for five seconds; close it, or try again",
        path.display()
    )]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// No room.
    #[error("cannot write {}: the disk is full; make room and try again", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The file that says who drives a run can not be made.
    #[error(
        "cannot make the lock file {}: {detail}; make room, or allow writing in that folder",
        path.display()
    )]
    Unlockable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A stored value can not be read back.
    #[error("cannot read {what} in {}: {detail}; a newer cardex may have written it", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Which value.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Any other failure.
    #[error("{doing} failed on {}: {detail}; try again", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: String,
        /// What SQLite said.
        detail: String,
    },
    /// A view was asked for before an account was opened.
    #[error("no account is open in the list; open one first")]
    NothingOpen,
    /// The store's thread is gone.
    #[error("the database is closed; restart cardex")]
    Stopped,
}

/// A failure before the file is known to it.
#[derive(Debug)]
pub(super) enum Fault {
    /// From SQLite.
    Sql(rusqlite::Error),
    /// A stored value that is not what it should be: what, and why.
    Value(String, String),
    /// Already said.
    Said(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Said(error)
    }
}

impl Fault {
    /// The sentence, with the file and what was tried.
    pub(super) fn say(self, path: &Path, doing: &str) -> StoreError {
        let path = path.to_path_buf();
        let error = match self {
            Self::Said(said) => return said,
            Self::Value(what, detail) => return StoreError::Value { path, what, detail },
            Self::Sql(error) => error,
        };
        let detail = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Locked { path }
            }
            Some(ErrorCode::DiskFull) => StoreError::Full { path },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                StoreError::Damaged { path, detail }
            }
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                StoreError::Unwritable { path, detail }
            }
            _ => StoreError::Failed {
                path,
                doing: doing.to_string(),
                detail,
            },
        }
    }
}
