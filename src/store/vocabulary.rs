//! What a provider says about its account: definitions of attributes, and the catalogue of tags.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::place::AccountKey;
use super::thread::Owner;
use super::{Reply, Store, row};
use crate::domain::{AccountName, AttributeDefinition, FieldKey, TagSet};

const DEFINITIONS: &str = "definitions";
const TAGS: &str = "tags";
/// More values than this are no vocabulary.
const MOST_VALUES: u32 = 100;

/// Something that was fetched, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched<T> {
    /// What.
    pub value: T,
    /// When.
    pub fetched_at: Timestamp,
}

impl Store {
    /// Keeps an account's attribute definitions, in place of those before.
    pub fn put_definitions(
        &self,
        account: &AccountName,
        definitions: &[AttributeDefinition],
        now: Timestamp,
    ) -> Reply<()> {
        let (account, definitions) = (self.key_of(account), definitions.to_vec());
        self.ask(move |owner| owner.put_vocabulary(&account, DEFINITIONS, &definitions, now))
    }

    /// The attribute definitions; `None`: never fetched.
    pub fn definitions(
        &self,
        account: &AccountName,
    ) -> Reply<Option<Fetched<Vec<AttributeDefinition>>>> {
        let account = self.key_of(account);
        self.ask(move |owner| owner.vocabulary(&account, DEFINITIONS))
    }

    /// Keeps an account's tag catalogue, in place of the one before.
    pub fn put_tags(&self, account: &AccountName, tags: &TagSet, now: Timestamp) -> Reply<()> {
        let (account, tags) = (self.key_of(account), tags.clone());
        self.ask(move |owner| owner.put_vocabulary(&account, TAGS, &tags, now))
    }

    /// The tag catalogue; `None`: never fetched. Tags on contacts: [`Store::tags_in_use`].
    pub fn tags(&self, account: &AccountName) -> Reply<Option<Fetched<TagSet>>> {
        let account = self.key_of(account);
        self.ask(move |owner| owner.vocabulary(&account, TAGS))
    }

    /// The names of the attributes that contacts of an account have. Looks at every contact.
    pub fn attributes_in_use(&self, account: &AccountName) -> Reply<BTreeSet<String>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("collecting attribute names", |tx, _| {
                let sql = "SELECT DISTINCT a.key FROM contacts c JOIN documents d ON d.row = c.row, \
                           json_each(d.document, '$.attributes') a WHERE c.account = ?1";
                let Some(key) = row::account_key(tx, &account)? else {
                    return Ok(BTreeSet::new());
                };
                let mut statement = tx.prepare_cached(sql)?;
                let names = statement.query_map([key], |r| r.get(0))?;
                Ok(names.collect::<Result<_, _>>()?)
            })
        })
    }

    /// The different values that contacts of an account have in a field, sorted; the first
    /// 100 of them. Looks at every contact.
    pub fn values_in_use(&self, account: &AccountName, key: FieldKey) -> Reply<Vec<String>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("collecting values", |tx, _| {
                let sql = "SELECT DISTINCT d.document ->> ?2 AS value \
                           FROM contacts c JOIN documents d ON d.row = c.row \
                           WHERE c.account = ?1 AND value IS NOT NULL ORDER BY value LIMIT ?3";
                let Some(account) = row::account_key(tx, &account)? else {
                    return Ok(Vec::new());
                };
                let path = format!("$.fields.{key}");
                let mut statement = tx.prepare_cached(sql)?;
                let values =
                    statement.query_map(params![account, path, MOST_VALUES], |r| r.get(0))?;
                Ok(values.collect::<Result<_, _>>()?)
            })
        })
    }
}

impl Owner {
    fn put_vocabulary<T: Serialize>(
        &mut self,
        account: &AccountKey,
        kind: &str,
        value: &T,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write("keeping definitions", |tx| {
            let key = row::ensure_account(tx, account)?;
            let sql = "INSERT OR REPLACE INTO vocabulary (account, kind, fetched_at, document) \
                       VALUES (?1, ?2, ?3, ?4)";
            let document = row::encode(kind, value)?;
            tx.execute(sql, params![key, kind, now.as_millisecond(), document])?;
            Ok(())
        })
    }

    fn vocabulary<T: DeserializeOwned>(
        &mut self,
        account: &AccountKey,
        kind: &str,
    ) -> Result<Option<Fetched<T>>, StoreError> {
        self.read("reading definitions", |tx, _| {
            let sql =
                "SELECT fetched_at, document FROM vocabulary WHERE account = ?1 AND kind = ?2";
            let key = row::account_key(tx, account)?;
            let found = tx
                .query_row(sql, params![key, kind], |r| {
                    Ok((r.get(0)?, r.get::<_, String>(1)?))
                })
                .optional()?;
            let Some((fetched_at, document)) = found else {
                return Ok(None);
            };
            Ok(Some(Fetched {
                value: row::decode(kind, &document)?,
                fetched_at: row::time(fetched_at)?,
            }))
        })
    }
}
