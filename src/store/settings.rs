//! What the screen remembers per account: order, columns, filters used.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::{Reply, Store, row};
use crate::domain::AccountName;

impl Store {
    /// Remembers a setting; null forgets it.
    pub fn set_setting(&self, account: &AccountName, name: &str, value: &Value) -> Reply<()> {
        let (account, name, value) = (self.key_of(account), name.to_string(), value.clone());
        self.ask(move |owner| {
            owner.write("keeping a setting", |tx| {
                let key = row::ensure_account(tx, &account)?;
                if value.is_null() {
                    let sql = "DELETE FROM settings WHERE account = ?1 AND name = ?2";
                    tx.execute(sql, params![key, name])?;
                } else {
                    let sql = "INSERT OR REPLACE INTO settings (account, name, value) \
                               VALUES (?1, ?2, ?3)";
                    tx.execute(sql, params![key, name, value.to_string()])?;
                }
                Ok(())
            })
        })
    }

    /// A remembered setting.
    pub fn setting(&self, account: &AccountName, name: &str) -> Reply<Option<Value>> {
        let (account, name) = (self.key_of(account), name.to_string());
        self.ask(move |owner| {
            owner.read("reading a setting", |tx, _| {
                let sql = "SELECT value FROM settings WHERE account = ?1 AND name = ?2";
                let key = row::account_key(tx, &account)?;
                let text = tx
                    .query_row(sql, params![key, name], |r| r.get::<_, String>(0))
                    .optional()?;
                text.map(|t| row::decode(&format!("the setting {name}"), &t))
                    .transpose()
            })
        })
    }
}
