//! Contacts of local accounts, whose only copy is here, and reading contacts of both kinds by id.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::params;
use tokio::sync::oneshot;

use super::error::{Fault, StoreError};
use super::place::AccountKey;
use super::thread::Owner;
use super::{Reply, Store, row};
use crate::domain::tag::{TagCounts, TagSet};
use crate::domain::{AccountName, Contact, ContactId, Patch, TagsRead};

/// From so many new contacts on, the write-ahead log is folded back at once.
const MANY: usize = 1000;
/// Rows that one turn of counting tags looks at: a request waits for one turn at most, a millisecond.
const TURN: i64 = 400;

impl Store {
    /// Adds contacts to a local account, all or none. They get the account's name and the next free whole
    /// numbers as ids, which come back in the same sequence; the ids they bring are not looked at.
    pub fn create_local(
        &self,
        account: &AccountName,
        contacts: Vec<Contact>,
    ) -> Reply<Vec<ContactId>> {
        let account = self.key_of(account);
        self.ask(move |owner| owner.create_local(&account, contacts))
    }

    /// Adds the first contacts of a local account, as [`Store::create_local`] does. Where it ever had any,
    /// of whichever process, nothing is added.
    pub fn fill_local(
        &self,
        account: &AccountName,
        contacts: Vec<Contact>,
    ) -> Reply<Vec<ContactId>> {
        let account = self.key_of(account);
        self.ask(move |owner| owner.add_local(&account, contacts, true))
    }

    /// Applies a patch to a local contact as it is now, and dates it `now`: read, changed and on the disk in
    /// one transaction. Gives it as it was and as it is; `None`: there is no such contact. A patch that
    /// changes nothing writes nothing.
    pub fn local_update(
        &self,
        account: &AccountName,
        id: &ContactId,
        patch: &Patch,
        now: Timestamp,
    ) -> Reply<Option<(Contact, Contact)>> {
        let (account, id, patch) = (self.key_of(account), id.clone(), patch.clone());
        self.ask(move |owner| owner.local_update(&account, &id, &patch, now))
    }

    /// A contact as stored.
    pub fn contact(&self, account: &AccountName, id: &ContactId) -> Reply<Option<Contact>> {
        let (account, id) = (self.key_of(account), id.clone());
        self.ask(move |owner| {
            owner.read("reading a contact", |tx, _| {
                let Some(key) = row::account_key(tx, &account)? else {
                    return Ok(None);
                };
                let found = row::find(tx, key, &id)?;
                found.map(|(_, text)| decode(&id, &text)).transpose()
            })
        })
    }

    /// Contacts as stored, for each id in turn.
    pub fn contacts_of(
        &self,
        account: &AccountName,
        ids: Vec<ContactId>,
    ) -> Reply<Vec<Option<Contact>>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading contacts", |tx, _| {
                let Some(key) = row::account_key(tx, &account)? else {
                    return Ok(vec![None; ids.len()]);
                };
                let each = ids.iter().map(|id| {
                    let found = row::find(tx, key, id)?;
                    found.map(|(_, text)| decode(id, &text)).transpose()
                });
                each.collect()
            })
        })
    }

    /// How many of these contacts have which tag. Meant for some hundred ids at a time: meanwhile nobody gets
    /// a window.
    pub fn tags_held(&self, account: &AccountName, ids: Vec<ContactId>) -> Reply<TagCounts> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("counting tags", |tx, _| {
                let key = row::account_key(tx, &account)?;
                let mut counts = TagCounts::default();
                for id in ids {
                    let found = match key {
                        Some(key) => row::find(tx, key, &id)?,
                        None => None,
                    };
                    let tagged: Option<Tagged> = found
                        .map(|(_, text)| row::decode(&format!("contact {id}"), &text))
                        .transpose()?;
                    let told = tagged.filter(|t| t.tags_read != TagsRead::No);
                    counts.add(told.map(|t| t.tags));
                }
                Ok(counts)
            })
        })
    }

    /// How many contacts an account has.
    pub fn count(&self, account: &AccountName) -> Reply<usize> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("counting contacts", |tx, _| {
                let Some(key) = row::account_key(tx, &account)? else {
                    return Ok(0);
                };
                let sql = "SELECT contacts FROM accounts WHERE key = ?1";
                let count: i64 = tx.query_row(sql, [key], |r| r.get(0))?;
                Ok(usize::try_from(count).unwrap_or_default())
            })
        })
    }

    /// Every tag on the account's contacts, with the number of contacts that have it. Looks at every
    /// contact, in turns, when nothing else is to be done: what is written meanwhile may be missing.
    pub fn tags_in_use(&self, account: &AccountName) -> Reply<BTreeMap<String, usize>> {
        let (answer, reply) = oneshot::channel();
        let count = TagCount {
            account: self.key_of(account),
            after: 0,
            found: BTreeMap::new(),
            answer,
        };
        self.later(move |owner| owner.count_tags(count));
        reply.into()
    }
}

/// The part of a stored contact that counting reads.
#[derive(serde::Deserialize)]
struct Tagged {
    tags: TagSet,
    #[serde(default)]
    tags_read: TagsRead,
}

/// A count of tags that is under way.
struct TagCount {
    account: AccountKey,
    /// Rows up to this one were looked at.
    after: i64,
    found: BTreeMap<String, usize>,
    answer: oneshot::Sender<Result<BTreeMap<String, usize>, StoreError>>,
}

impl Owner {
    /// One turn of counting tags; the next one is put behind whatever else has time.
    fn count_tags(&mut self, mut count: TagCount) {
        if count.answer.is_closed() {
            return;
        }
        let upto = count.after + TURN;
        let turn = self.read("reading tags", |tx, _| {
            let sql = "SELECT tag.value, count(*) FROM contacts c NOT INDEXED \
                       JOIN documents d ON d.row = c.row \
                       JOIN json_each(d.document, '$.tags') tag \
                       WHERE c.row > ?1 AND c.row <= ?2 \
                       AND c.account = ?3 GROUP BY tag.value";
            let key = row::account_key(tx, &count.account)?;
            let mut statement = tx.prepare_cached(sql)?;
            let bounds = params![count.after, upto, key];
            let mut rows = statement.query(bounds)?;
            while let Some(r) = rows.next()? {
                let more: i64 = r.get(1)?;
                *count.found.entry(r.get(0)?).or_default() +=
                    usize::try_from(more).unwrap_or_default();
            }
            let last: i64 = tx
                .prepare_cached("SELECT coalesce(max(row), 0) FROM contacts")?
                .query_row([], |r| r.get(0))?;
            Ok(last)
        });
        match turn {
            Ok(last) if last > upto => {
                count.after = upto;
                self.later
                    .push_back(Box::new(move |owner| owner.count_tags(count)));
            }
            // Nobody may be waiting any more.
            Ok(_) => drop(count.answer.send(Ok(count.found))),
            Err(error) => drop(count.answer.send(Err(error))),
        }
    }

    pub(super) fn create_local(
        &mut self,
        account: &AccountKey,
        contacts: Vec<Contact>,
    ) -> Result<Vec<ContactId>, StoreError> {
        self.add_local(account, contacts, false)
    }

    fn add_local(
        &mut self,
        account: &AccountKey,
        contacts: Vec<Contact>,
        first_only: bool,
    ) -> Result<Vec<ContactId>, StoreError> {
        let (key, ids) = self.write_durably("adding contacts", |tx| {
            let key = row::ensure_account(tx, account)?;
            let sql = "SELECT next_id FROM accounts WHERE key = ?1";
            let next: i64 = tx.query_row(sql, [key], |r| r.get(0))?;
            if first_only && next > 1 {
                return Ok((key, Vec::new()));
            }
            let revision = row::next_revision(tx, key)?;
            let sql = "UPDATE accounts SET next_id = next_id + ?2 WHERE key = ?1 \
                       RETURNING next_id - ?2";
            let more = i64::try_from(contacts.len()).unwrap_or(i64::MAX);
            let first: i64 = tx.query_row(sql, params![key, more], |r| r.get(0))?;
            let mut ids = Vec::with_capacity(contacts.len());
            for (id, mut contact) in (first..).zip(contacts) {
                contact.id = ContactId::new(id.to_string());
                contact.account = account.name.clone();
                row::insert(tx, key, &contact, revision, 0)?;
                ids.push(contact.id);
            }
            row::count_more(tx, key, more)?;
            Ok((key, ids))
        })?;
        self.written(key);
        if ids.len() >= MANY {
            self.shorten_log();
        }
        Ok(ids)
    }

    pub(super) fn local_update(
        &mut self,
        account: &AccountKey,
        id: &ContactId,
        patch: &Patch,
        now: Timestamp,
    ) -> Result<Option<(Contact, Contact)>, StoreError> {
        let updated = self.write_durably("saving a contact", |tx| {
            let Some(key) = row::account_key(tx, account)? else {
                return Ok(None);
            };
            let Some((number, text)) = row::find(tx, key, id)? else {
                return Ok(None);
            };
            let before = decode(id, &text)?;
            let mut after = patch.apply(&before);
            if after == before {
                return Ok(Some((key, before, after)));
            }
            after.updated_at = Some(now);
            let revision = row::next_revision(tx, key)?;
            let document = row::encode("a contact", &after)?;
            row::replace(tx, number, &after, &document, revision, None)?;
            Ok(Some((key, before, after)))
        })?;
        let Some((key, before, after)) = updated else {
            return Ok(None);
        };
        self.written(key);
        Ok(Some((before, after)))
    }
}

/// A stored contact, named in what is said about a bad one.
pub(super) fn decode(id: &ContactId, text: &str) -> Result<Contact, Fault> {
    row::decode(&format!("contact {id}"), text)
}
