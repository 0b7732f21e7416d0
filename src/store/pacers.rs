//! Which processes send requests for an account at present, and until when the provider told one of them to wait.
//! How a limit is divided among them is not known here.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::error::StoreError;
use super::thread::Owner;
use super::{Store, row};
use crate::domain::AccountName;

/// The processes that send for one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacers {
    /// How many, the one that asks included.
    pub processes: u32,
    /// The latest moment until which one of the others was told to wait.
    pub held_until: Option<Timestamp>,
}

impl Store {
    /// Says that this process sends for the account, and how long it was told to wait, and tells about the others on
    /// the store's thread, which `hear` must not block. Who has not said so for `lease` has ended.
    pub fn meet_pacers(
        &self,
        account: &AccountName,
        process: &str,
        now: Timestamp,
        held_until: Option<Timestamp>,
        lease: SignedDuration,
        hear: impl FnOnce(Result<Pacers, StoreError>) + Send + 'static,
    ) {
        let (account, process) = (self.key_of(account), process.to_string());
        let work = move |owner: &mut Owner| {
            owner.write("sharing the account's pace", |tx| {
                let key = row::ensure_account(tx, &account)?;
                let gone = now.saturating_sub(lease).unwrap_or(Timestamp::MIN);
                // A row from the future is of a clock that was set back since.
                let future = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
                tx.prepare_cached(
                    "DELETE FROM pacers WHERE account = ?1 AND (seen_at < ?2 OR seen_at > ?3)",
                )?
                .execute(params![
                    key,
                    gone.as_millisecond(),
                    future.as_millisecond()
                ])?;
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO pacers (account, process, seen_at, held_until) \
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    key,
                    process,
                    now.as_millisecond(),
                    held_until.map(Timestamp::as_millisecond)
                ])?;
                let (processes, held): (u32, Option<i64>) = tx
                    .prepare_cached(
                        "SELECT count(*), max(held_until) FILTER (WHERE process <> ?2) \
                         FROM pacers WHERE account = ?1",
                    )?
                    .query_row(params![key, process], |r| Ok((r.get(0)?, r.get(1)?)))?;
                let held = held.and_then(|ms| Timestamp::from_millisecond(ms).ok());
                Ok(Pacers {
                    processes,
                    held_until: held.filter(|until| *until > now),
                })
            })
        };
        self.ask_then(work, hear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: SignedDuration = SignedDuration::from_secs(8);

    fn at(seconds: i64) -> Timestamp {
        let origin: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        origin + SignedDuration::from_secs(seconds)
    }

    /// Tells and hears, at once.
    fn say(
        store: &Store,
        (account, process): (&str, &str),
        seconds: i64,
        held: Option<i64>,
    ) -> (u32, Option<Timestamp>) {
        let (told, heard) = std::sync::mpsc::channel();
        let account = AccountName::new(account);
        let hear = move |met| told.send(met).unwrap();
        store.meet_pacers(&account, process, at(seconds), held.map(at), LEASE, hear);
        let met = heard.recv().unwrap().unwrap();
        (met.processes, met.held_until)
    }

    #[test]
    fn two_processes_see_each_other_until_one_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cardex.db");
        let (one, two) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
        let (first, second) = (("desk", "1"), ("desk", "2"));
        assert_eq!(say(&one, first, 0, None), (1, None));
        assert_eq!(say(&two, second, 1, Some(40)), (2, None));
        assert_eq!(say(&one, first, 2, None), (2, Some(at(40))));
        // The second was killed: nothing of it counts after its lease.
        assert_eq!(say(&one, first, 9, None), (2, Some(at(40))));
        assert_eq!(say(&one, first, 10, None), (1, None));
        // Another account has nothing to do with it.
        assert_eq!(say(&one, ("other", "1"), 10, None), (1, None));
    }

    #[test]
    fn a_wait_that_is_over_holds_nobody() {
        let store = Store::in_memory().unwrap();
        say(&store, ("desk", "1"), 0, Some(3));
        assert_eq!(say(&store, ("desk", "2"), 2, None), (2, Some(at(3))));
        assert_eq!(say(&store, ("desk", "2"), 3, None), (2, None));
    }
}
