//! Drafts: half-typed forms, at most one a contact.

use rusqlite::{OptionalExtension, params};

use super::{Reply, Store, row};
use crate::domain::{AccountName, ContactId, Draft};

impl Store {
    /// Keeps a draft, in place of the one before; account and id are those of its base.
    pub fn put_draft(&self, draft: &Draft) -> Reply<()> {
        let (account, draft) = (self.key_of(&draft.base.account), draft.clone());
        self.ask(move |owner| {
            owner.write("keeping a draft", |tx| {
                let key = row::ensure_account(tx, &account)?;
                let sql = "INSERT OR REPLACE INTO drafts (account, id, saved_at, document) \
                           VALUES (?1, ?2, ?3, ?4)";
                tx.prepare_cached(sql)?.execute(params![
                    key,
                    draft.base.id.as_str(),
                    draft.saved_at.as_millisecond(),
                    row::encode("a draft", &draft)?,
                ])?;
                Ok(())
            })
        })
    }

    /// The draft of a contact.
    pub fn draft(&self, account: &AccountName, id: &ContactId) -> Reply<Option<Draft>> {
        let (account, id) = (self.key_of(account), id.clone());
        self.ask(move |owner| {
            owner.read("reading a draft", |tx, _| {
                let sql = "SELECT document FROM drafts WHERE account = ?1 AND id = ?2";
                let key = row::account_key(tx, &account)?;
                let mut statement = tx.prepare_cached(sql)?;
                let text = statement
                    .query_row(params![key, id.as_str()], |r| r.get::<_, String>(0))
                    .optional()?;
                text.map(|t| row::decode(&format!("the draft of {id}"), &t))
                    .transpose()
            })
        })
    }

    /// Forgets the draft of a contact; whether there was one.
    pub fn delete_draft(&self, account: &AccountName, id: &ContactId) -> Reply<bool> {
        let (account, id) = (self.key_of(account), id.clone());
        self.ask(move |owner| {
            owner.write("forgetting a draft", |tx| {
                let sql = "DELETE FROM drafts WHERE account = ?1 AND id = ?2";
                let key = row::account_key(tx, &account)?;
                Ok(tx.execute(sql, params![key, id.as_str()])? > 0)
            })
        })
    }

    /// All drafts of an account, the latest first. One that can not be read is left where it is, and out of
    /// this list.
    pub fn drafts(&self, account: &AccountName) -> Reply<Vec<Draft>> {
        let account = self.key_of(account);
        self.ask(move |owner| {
            owner.read("reading drafts", |tx, _| {
                let sql =
                    "SELECT document FROM drafts WHERE account = ?1 ORDER BY saved_at DESC, id";
                let key = row::account_key(tx, &account)?;
                let mut statement = tx.prepare_cached(sql)?;
                let texts = statement.query_map([key], |r| r.get::<_, String>(0))?;
                let mut drafts = Vec::new();
                for text in texts {
                    match row::decode("a draft", &text?) {
                        Ok(draft) => drafts.push(draft),
                        Err(fault) => tracing::warn!(?fault, "a draft can not be read"),
                    }
                }
                Ok(drafts)
            })
        })
    }
}
