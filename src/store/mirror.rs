//! Copies of a provider's contacts: filled page by page, corrected by single reads, cleared of what is gone
//! at the provider.
//!
//! A walk has a generation; each row carries the generation that last met it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::contacts::decode;
use super::error::{Fault, StoreError};
use super::place::AccountKey;
use super::thread::Owner;
use super::{Reply, Store, row};
use crate::domain::{AccountName, Contact, ContactId, TagsRead};

/// How far an account's mirror is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MirrorState {
    /// The newest walk.
    pub generation: i64,
    /// When a walk last reached its end.
    pub complete_at: Option<Timestamp>,
}

/// A moment in the history of an account's contacts here, taken before something is asked of the provider:
/// contacts that were read by themselves after it are newer than the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Store {
    /// The moment that is now.
    pub fn mirror_moment(&self, account: &AccountName) -> Reply<Moment> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading an account", |tx, _| {
                let sql = "SELECT revision FROM accounts WHERE name = ?1 AND place = ?2";
                let found = tx.query_row(sql, account.columns(), |r| r.get(0));
                Ok(Moment(found.optional()?.unwrap_or_default()))
            })
        })
    }

    /// Starts a walk through the provider's list; gives its generation.
    pub fn mirror_begin(&self, account: &AccountName) -> Reply<i64> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.write("starting to load contacts", |tx| {
                let key = row::ensure_account(tx, &account)?;
                let sql = "UPDATE accounts SET generation = generation + 1 WHERE key = ?1 \
                           RETURNING generation";
                Ok(tx.query_row(sql, [key], |r| r.get(0))?)
            })
        })
    }

    /// Keeps a page of the list: adds new contacts and writes over known ones. Where the page does not tell
    /// tags ([`TagsRead::No`]), those known already stay. Contacts that were read by
    /// themselves after the page was asked for are met, and stay as they are. Gives the number of contacts that
    /// were new.
    pub fn mirror_page(
        &self,
        account: &AccountName,
        contacts: &[Contact],
        generation: i64,
        asked: Moment,
    ) -> Reply<usize> {
        let (account, contacts) = (self.key_of(account), contacts.to_vec());
        self.ask(move |owner| owner.mirror_put(&account, &contacts, Some((generation, asked))))
    }

    /// Keeps a contact that was read or written by itself. It counts as met by the walk that is under way. Tags as for [`Self::mirror_page`].
    pub fn mirror_put(&self, contact: &Contact) -> Reply<()> {
        let (account, contact) = (self.key_of(&contact.account), contact.clone());
        self.ask(move |owner| owner.mirror_put(&account, &[contact], None).map(|_| ()))
    }

    /// Keeps contacts that were read or written by themselves, as [`Self::mirror_put`] does, in one transaction.
    pub fn mirror_put_all(&self, account: &AccountName, contacts: Vec<Contact>) -> Reply<()> {
        let account = self.key_of(account);
        self.ask(move |owner| owner.mirror_put(&account, &contacts, None).map(|_| ()))
    }

    /// Adds a tag to contacts that a list of that tag named; ids that are not here are passed over, and so are
    /// contacts that have it in another spelling: such a list ignores case. `known` is how far the tags
    /// of contacts are known now that were not known at all: [`TagsRead::Catalogue`] in a walk over all tags,
    /// [`TagsRead::No`] where it is one tag alone. Contacts that were read by themselves after the list was
    /// asked for stay as they are. Gives the number of contacts that had not had it.
    pub fn mirror_tagged(
        &self,
        account: &AccountName,
        ids: &[ContactId],
        tag: &str,
        known: TagsRead,
        asked: Moment,
    ) -> Reply<usize> {
        let (account, ids, tag) = (self.key_of(account), ids.to_vec(), tag.to_string());
        self.ask(move |owner| owner.mirror_tagged(&account, &ids, &tag, known, asked))
    }

    /// The contacts here that neither this walk nor a later one has met. They may be gone at the provider, or
    /// the list moved while it was walked: only the contact itself can tell.
    pub fn mirror_unmet(&self, account: &AccountName, generation: i64) -> Reply<Vec<ContactId>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading contacts", |tx, _| {
                let key = row::account_key(tx, &account)?;
                let sql = "SELECT id_key FROM contacts WHERE account = ?1 AND generation < ?2 \
                           ORDER BY id_key";
                let mut statement = tx.prepare_cached(sql)?;
                let keys = statement.query_map(params![key, generation], |r| {
                    Ok(row::id_of_key(r.get_ref(0)?.as_str()?))
                })?;
                Ok(keys.collect::<Result<_, _>>()?)
            })
        })
    }

    /// Notes that a walk reached the end of the list, and that the contacts that it did not meet were looked
    /// into.
    pub fn mirror_finish(&self, account: &AccountName, now: Timestamp) -> Reply<()> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.write("noting the end of the list", |tx| {
                let key = row::ensure_account(tx, &account)?;
                let set = "UPDATE accounts SET complete_at = ?2 WHERE key = ?1";
                tx.execute(set, params![key, row::millis(Some(now))])?;
                Ok(())
            })?;
            owner.shorten_log();
            Ok(())
        })
    }

    /// Deletes one contact here, because the provider says that it is gone; whether it was here.
    pub fn mirror_drop(&self, account: &AccountName, id: &ContactId) -> Reply<bool> {
        let (account, id) = (self.key_of(account), id.clone());
        self.ask(move |owner| {
            let sql = "DELETE FROM contacts WHERE account = ?1 AND id_key = ?2 RETURNING row";
            let id_key = row::id_key(id.as_str());
            let gone = owner.delete(&account, |tx, key| rows(tx, sql, params![key, id_key]))?;
            Ok(gone > 0)
        })
    }

    /// Deletes an account's contacts and what its provider said about attributes and tags; gives the number
    /// of contacts. Drafts and settings stay: they are the person's own. For a local account this is the end
    /// of its data.
    pub fn forget_account(&self, account: &AccountName) -> Reply<usize> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            let gone = owner.delete(&account, |tx, key| {
                let set = "UPDATE accounts SET complete_at = NULL WHERE key = ?1";
                tx.execute(set, [key])?;
                tx.execute("DELETE FROM vocabulary WHERE account = ?1", [key])?;
                let sql = "DELETE FROM contacts WHERE account = ?1 RETURNING row";
                rows(tx, sql, params![key])
            })?;
            owner.shorten_log();
            Ok(gone)
        })
    }

    /// How far the mirror of an account is.
    pub fn mirror_state(&self, account: &AccountName) -> Reply<MirrorState> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading an account", |tx, _| {
                let sql =
                    "SELECT generation, complete_at FROM accounts WHERE name = ?1 AND place = ?2";
                let found = tx.query_row(sql, account.columns(), |r| {
                    Ok((r.get(0)?, r.get::<_, Option<i64>>(1)?))
                });
                let Some((generation, complete_at)) = found.optional()? else {
                    return Ok(MirrorState::default());
                };
                Ok(MirrorState {
                    generation,
                    complete_at: complete_at.map(row::time).transpose()?,
                })
            })
        })
    }
}

impl Owner {
    fn mirror_put(
        &mut self,
        account: &AccountKey,
        contacts: &[Contact],
        listed: Option<(i64, Moment)>,
    ) -> Result<usize, StoreError> {
        let (key, new) = self.write("keeping contacts", |tx| {
            let key = row::ensure_account(tx, account)?;
            let mut revision = None;
            let (generation, asked) = match listed {
                Some((generation, asked)) => (generation, Some(asked)),
                None => {
                    // A read is an event of its own, also where it brings nothing new.
                    once(tx, key, &mut revision)?;
                    let sql = "SELECT generation FROM accounts WHERE key = ?1";
                    (tx.query_row(sql, [key], |r| r.get(0))?, None)
                }
            };
            let mut new = 0;
            for contact in contacts {
                new += i64::from(put(tx, key, contact, generation, asked, &mut revision)?);
            }
            row::count_more(tx, key, new)?;
            Ok((key, new))
        })?;
        self.written(key);
        Ok(usize::try_from(new).unwrap_or_default())
    }

    fn mirror_tagged(
        &mut self,
        account: &AccountKey,
        ids: &[ContactId],
        tag: &str,
        known: TagsRead,
        asked: Moment,
    ) -> Result<usize, StoreError> {
        let lower = tag.to_lowercase();
        let changed = self.write("keeping tags", |tx| {
            let Some(key) = row::account_key(tx, account)? else {
                return Ok(None);
            };
            let mut revision = None;
            let mut tagged = 0;
            for id in ids {
                let Some((number, text)) = row::find(tx, key, id)? else {
                    continue;
                };
                let before = decode(id, &text)?;
                if tags_newer(tx, number, &before, asked)? {
                    continue;
                }
                let mut after = before.clone();
                if !before.tags.iter().any(|t| t.to_lowercase() == lower) {
                    tagged += usize::from(after.tags.insert(tag.to_string()));
                }
                if after.tags_read == TagsRead::No {
                    after.tags_read = known;
                }
                if after != before {
                    let revision = once(tx, key, &mut revision)?;
                    let document = row::encode("a contact", &after)?;
                    row::replace(tx, number, &after, &document, revision, None)?;
                }
            }
            Ok(Some((key, tagged)))
        })?;
        let Some((key, tagged)) = changed else {
            return Ok(0);
        };
        self.written(key);
        Ok(tagged)
    }

    /// Deletes contacts in one transaction, and from the list.
    fn delete(
        &mut self,
        account: &AccountKey,
        work: impl FnOnce(&Transaction<'_>, i64) -> Result<Vec<u32>, Fault>,
    ) -> Result<usize, StoreError> {
        let deleted = self.write("deleting contacts", |tx| {
            let Some(key) = row::account_key(tx, account)? else {
                return Ok(None);
            };
            let gone = work(tx, key)?;
            if !gone.is_empty() {
                let less = i64::try_from(gone.len()).unwrap_or(i64::MAX);
                row::count_more(tx, key, -less)?;
                tx.execute(
                    "UPDATE accounts SET dropped = dropped + 1 WHERE key = ?1",
                    [key],
                )?;
            }
            Ok(Some((key, gone)))
        })?;
        let Some((key, gone)) = deleted else {
            return Ok(0);
        };
        self.dropped(key, &gone);
        Ok(gone.len())
    }

    /// Folds the write-ahead log back after much was written, so that the next start need not read it.
    pub(super) fn shorten_log(&self) {
        // Another process may be reading; then the next occasion does it.
        let fold = "PRAGMA wal_checkpoint(TRUNCATE)";
        let _ = self.conn.query_row(fold, [], |_| Ok(()));
    }
}

/// Adds or overwrites one contact; whether it was new.
fn put(
    tx: &Transaction<'_>,
    key: i64,
    contact: &Contact,
    generation: i64,
    asked: Option<Moment>,
    revision: &mut Option<i64>,
) -> Result<bool, Fault> {
    let Some((number, old)) = row::find(tx, key, &contact.id)? else {
        let revision = once(tx, key, revision)?;
        let number = row::insert(tx, key, contact, revision, generation)?;
        if asked.is_none() {
            row::was_read(tx, number, revision)?;
        }
        return Ok(true);
    };
    match asked {
        None => row::was_read(tx, number, once(tx, key, revision)?)?,
        Some(asked) if row::read_at(tx, number)? > asked.0 => {
            met(tx, number, generation)?;
            return Ok(false);
        }
        Some(_) => {}
    }
    let mut contact = contact.clone();
    if contact.tags_read == TagsRead::No || !contact.attributes_known {
        let before = decode(&contact.id, &old)?;
        if contact.keep_untold(&before) {
            contact.attributes_known |= before.attributes_known;
            if contact.tags_read == TagsRead::No {
                contact.tags_read = before.tags_read;
            }
        }
    }
    let document = row::encode("a contact", &contact)?;
    if document == old {
        met(tx, number, generation)?;
    } else {
        let revision = once(tx, key, revision)?;
        row::replace(tx, number, &contact, &document, revision, Some(generation))?;
    }
    Ok(false)
}

/// Notes that a walk met a contact.
fn met(tx: &Transaction<'_>, number: i64, generation: i64) -> Result<(), Fault> {
    let sql = "UPDATE contacts SET generation = max(generation, ?2) WHERE row = ?1";
    tx.prepare_cached(sql)?.execute([number, generation])?;
    Ok(())
}

/// Whether a contact was read by itself, tags included, after a list was asked for.
pub(super) fn tags_newer(
    tx: &Transaction<'_>,
    number: i64,
    contact: &Contact,
    asked: Moment,
) -> Result<bool, Fault> {
    Ok(contact.tags_read == TagsRead::All && row::read_at(tx, number)? > asked.0)
}

/// The revision of a transaction, taken when the first row really changes.
pub(super) fn once(
    tx: &Transaction<'_>,
    key: i64,
    revision: &mut Option<i64>,
) -> Result<i64, Fault> {
    match revision {
        Some(revision) => Ok(*revision),
        None => Ok(*revision.insert(row::next_revision(tx, key)?)),
    }
}

fn rows(tx: &Transaction<'_>, sql: &str, values: impl rusqlite::Params) -> Result<Vec<u32>, Fault> {
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(values, |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
