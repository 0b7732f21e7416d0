//! Opening the file: permissions, pragmas, and the list of migrations, which only ever grows.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::error::{Fault, StoreError};

/// Entry *n* takes format *n* to *n + 1*. Never edit an entry that was released; append one.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_contacts.sql"),
    include_str!("migrations/0002_drafts.sql"),
    include_str!("migrations/0003_places.sql"),
    include_str!("migrations/0004_roster.sql"),
    include_str!("migrations/0005_rows.sql"),
    include_str!("migrations/0006_runs.sql"),
    include_str!("migrations/0007_pacers.sql"),
];

/// `card` in ASCII: tells a cardex database from others.
const APPLICATION_ID: i64 = 0x6361_7264;

const BUSY: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(5);

/// Opens, creates or migrates a database file.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    create_folder(path)?;
    let said = |fault: Fault| fault.say(path, "opening the database");
    if path.exists()
        && let Some(conn) = open_as_it_is(path).map_err(said)?
    {
        return Ok(conn);
    }
    // One process at a time: SQLite does not wait while another turns a new file to WAL.
    let _turn = take_turn(path)?;
    create_private(path).map_err(|e| StoreError::Unwritable {
        path: path.to_path_buf(),
        detail: e.to_string(),
    })?;
    let make = || -> Result<Connection, Fault> {
        let mut conn = connect(path)?;
        prepare(&mut conn, path)?;
        Ok(conn)
    };
    let waiting = Instant::now();
    loop {
        match make().map_err(said) {
            // Another process may just be looking whether the file is ready.
            Err(StoreError::Locked { .. }) if waiting.elapsed() < BUSY => std::thread::sleep(POLL),
            made => return made,
        }
    }
}

/// Opens a file that needs nothing done to it.
fn open_as_it_is(path: &Path) -> Result<Option<Connection>, Fault> {
    let conn = connect(path)?;
    let owner: i64 = conn.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let journal: String = conn.pragma_query_value(None, "journal_mode", |r| r.get(0))?;
    let ready = owner == APPLICATION_ID
        && version(&conn)? == format_number(MIGRATIONS.len())
        && journal == "wal";
    if ready {
        configure(&conn)?;
    }
    Ok(ready.then_some(conn))
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    Ok(conn)
}

/// The lock under which a file is created or migrated; it ends with the value. The lock's file stays:
/// removing it would let two processes lock two files of that name.
fn take_turn(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_os_string();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = create_private(&name).and_then(|()| OpenOptions::new().write(true).open(&name));
    let file = file.map_err(|e| StoreError::Unwritable {
        path: path.to_path_buf(),
        detail: e.to_string(),
    })?;
    let waiting = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if waiting.elapsed() < BUSY => std::thread::sleep(POLL),
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked {
                    path: path.to_path_buf(),
                });
            }
            // Some file systems know no locks; SQLite's own must do there.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

/// A database that lives in memory only.
pub(super) fn open_in_memory() -> Result<Connection, StoreError> {
    let path = Path::new(":memory:");
    let open = || -> Result<Connection, Fault> {
        let mut conn = Connection::open_in_memory()?;
        prepare(&mut conn, path)?;
        Ok(conn)
    };
    open().map_err(|fault| fault.say(path, "opening a database in memory"))
}

/// The size that a database has, or SQLite's own limit, as the most that it may have.
pub(super) fn hold_size(conn: &Connection, held: bool) -> Result<(), Fault> {
    // A limit below the present size is taken for that size.
    let pages: i64 = if held { 1 } else { 4_294_967_294 };
    conn.pragma_update(None, "max_page_count", pages)?;
    Ok(())
}

fn create_folder(path: &Path) -> Result<(), StoreError> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|e| StoreError::Folder {
            folder: folder.to_path_buf(),
            detail: e.to_string(),
        })?;
    }
    Ok(())
}

/// An empty file (0600), where there is none: SQLite would create it readable for everyone. Its own side
/// files take the permissions of this one.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
    }
}

fn prepare(conn: &mut Connection, path: &Path) -> Result<(), Fault> {
    let known = format_number(MIGRATIONS.len());
    let (found, owner, tables) = {
        // Of one moment: another process may be creating the tables.
        let tx = conn.transaction()?;
        let tables: i64 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
        let owner: i64 = tx.pragma_query_value(None, "application_id", |r| r.get(0))?;
        (version(&tx)?, owner, tables)
    };
    if owner != APPLICATION_ID && (tables > 0 || found != 0) {
        return Err(StoreError::Foreign { path: path.into() }.into());
    }
    if found > known {
        return Err(StoreError::Newer {
            path: path.into(),
            found,
            known,
        }
        .into());
    }
    if tables == 0 {
        // Larger pages: documents are around a kilobyte, and all lines are read at every start.
        conn.pragma_update(None, "page_size", 8192)?;
    }
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    configure(conn)?;
    if found < known {
        if found > 0 && path != Path::new(":memory:") {
            back_up(conn, path, found)?;
        }
        migrate(conn)?;
    }
    Ok(())
}

/// What holds for a connection, not for the file.
fn configure(conn: &Connection) -> Result<(), Fault> {
    // In WAL mode NORMAL survives a killed process; only a power cut may take the last transactions.
    // Where that is too little, see `Owner::write_durably`.
    conn.pragma_update(None, "synchronous", "normal")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "cache_size", -4000)?;
    // A short log keeps the next start fast after an exit that did not fold it back.
    conn.pragma_update(None, "wal_autocheckpoint", 200)?;
    conn.set_prepared_statement_cache_capacity(96);
    // Without it SQLite plans a kept statement anew whenever a value is bound that could matter to its statistics,
    // and there are none here: that was a fifth of what a run costs.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn migrate(conn: &mut Connection) -> Result<(), Fault> {
    // A table that is made anew is dropped first: what refers to it must not go with it.
    conn.pragma_update(None, "foreign_keys", false)?;
    let done = migrate_all(conn);
    conn.pragma_update(None, "foreign_keys", true)?;
    done
}

fn migrate_all(conn: &mut Connection) -> Result<(), Fault> {
    loop {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        let found = version(&tx)?;
        let next = usize::try_from(found).ok().and_then(|n| MIGRATIONS.get(n));
        let Some(sql) = next else {
            return Ok(());
        };
        tx.execute_batch(sql)?;
        let lost = tx.query_row("PRAGMA foreign_key_check", [], |r| r.get::<_, String>(0));
        if let Some(table) = lost.optional()? {
            let why = "rows would lose what they belong to".into();
            return Err(Fault::Value(format!("the table {table}"), why));
        }
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", found + 1)?;
        tx.commit()?;
    }
}

/// Copies the whole database beside itself, as `cardex.db.format-1.bak`; an older copy is kept.
fn back_up(conn: &Connection, path: &Path, found: i64) -> Result<(), Fault> {
    let mut name = path.as_os_str().to_os_string();
    name.push(format!(".format-{found}.bak"));
    let copy = PathBuf::from(name);
    if copy.exists() {
        return Ok(());
    }
    let unwritable = |detail: String| StoreError::Unwritable {
        path: copy.clone(),
        detail,
    };
    create_private(&copy).map_err(|e| unwritable(e.to_string()))?;
    let text = copy.to_string_lossy();
    conn.execute("VACUUM INTO ?1", [text.as_ref()])?;
    Ok(())
}

fn version(conn: &Connection) -> Result<i64, Fault> {
    Ok(conn.pragma_query_value(None, "user_version", |r| r.get(0))?)
}

fn format_number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as an older cardex left it: the first `formats` migrations, no more.
    fn old_file(path: &Path, formats: usize) -> Connection {
        create_private(path).unwrap();
        let conn = Connection::open(path).unwrap();
        for sql in &MIGRATIONS[..formats] {
            conn.execute_batch(sql).unwrap();
        }
        conn.pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        conn.pragma_update(None, "user_version", formats as i64)
            .unwrap();
        conn
    }

    fn tables(conn: &Connection) -> Vec<String> {
        let sql = "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name";
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |r| r.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn every_old_format_becomes_the_newest_and_leaves_a_backup() {
        let newest = tables(&open_in_memory().unwrap());
        for formats in 1..MIGRATIONS.len() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("cardex.db");
            let conn = old_file(&path, formats);
            conn.execute("INSERT INTO accounts (name) VALUES ('kept')", [])
                .unwrap();
            drop(conn);

            let conn = open(&path).unwrap();
            assert_eq!(version(&conn).unwrap(), MIGRATIONS.len() as i64);
            assert_eq!(tables(&conn), newest);
            let kept: String = conn
                .query_row("SELECT name FROM accounts", [], |r| r.get(0))
                .unwrap();
            assert_eq!(kept, "kept");

            let copy = folder
                .path()
                .join(format!("cardex.db.format-{formats}.bak"));
            let copy = Connection::open(copy).unwrap();
            assert_eq!(version(&copy).unwrap(), formats as i64);
        }
    }

    #[test]
    fn a_new_file_needs_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(&folder.path().join("cardex.db")).unwrap());
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["cardex.db", "cardex.db.lock"]);
    }
}
