//! Whose contacts an account's are. A name in the configuration can come to mean another account; what is
//! kept under it belongs to the place where it came from.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::Fault;
use super::{Reply, Store, row};
use crate::domain::{AccountName, ProviderId};

/// Where the contacts of an account live: this store, or one account on one provider's server. Accounts of
/// the same name in two places share nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Place {
    provider: Option<ProviderId>,
    server: String,
}

impl Place {
    /// This store itself: contacts here are the only copy.
    pub fn local() -> Self {
        Self::default()
    }

    /// A provider's server and, where one server has several, the account on it: contacts here are copies.
    pub fn mirror(provider: ProviderId, base_url: &str, account_id: Option<u64>) -> Self {
        let mut server = base_url.trim_end_matches('/').to_string();
        if let Some(id) = account_id {
            server.push(' ');
            server.push_str(&id.to_string());
        }
        Self {
            provider: Some(provider),
            server,
        }
    }

    /// A part of it that has contacts of its own, such as an inbox.
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        self.server.push(' ');
        self.server.push_str(part);
        self
    }

    /// Provider, server and account on it in one line; empty for this store.
    pub fn text(&self) -> String {
        self.provider
            .map_or_else(String::new, |p| format!("{p} {}", self.server))
    }
}

/// What tells one account of the store from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccountKey {
    pub(super) name: AccountName,
    place: String,
}

#[cfg(test)]
impl AccountKey {
    /// An account of this store itself.
    pub(super) fn local(name: AccountName) -> Self {
        Self {
            name,
            place: String::new(),
        }
    }
}

impl Store {
    /// The same store, as the accounts of a place see it. A store that was just opened is in
    /// [`Place::local`].
    #[must_use]
    pub fn at(&self, place: Place) -> Self {
        Self {
            place,
            ..self.clone()
        }
    }

    /// Takes over what a cardex before places kept under this name for the same provider, unless this place
    /// has something of its own by now.
    pub fn claim(&self, account: &AccountName) -> Reply<()> {
        let account = self.key_of(account);
        let provider = self.place.provider;
        self.ask(move |owner| {
            let Some(provider) = provider else {
                return Ok(());
            };
            let waiting = owner.read("opening an account", |tx, _| {
                let own = row::account_key(tx, &account)?;
                Ok(own.is_none() && unclaimed(tx, &account, provider)?.is_some())
            })?;
            if !waiting {
                return Ok(());
            }
            owner.write("opening an account", |tx| {
                if let Some(key) = unclaimed(tx, &account, provider)?
                    && row::account_key(tx, &account)?.is_none()
                {
                    let sql = "UPDATE accounts SET place = ?2 WHERE key = ?1";
                    tx.execute(sql, params![key, account.place])?;
                }
                Ok(())
            })
        })
    }

    pub(super) fn provider_of_place(&self) -> Option<ProviderId> {
        self.place.provider
    }

    pub(super) fn key_of(&self, name: &AccountName) -> AccountKey {
        AccountKey {
            name: name.clone(),
            place: self.place.text(),
        }
    }
}

impl AccountKey {
    /// What the columns `name` and `place` hold.
    pub(super) fn columns(&self) -> [&str; 2] {
        [self.name.as_str(), &self.place]
    }
}

/// The row of this name of which only the provider is known.
fn unclaimed(
    conn: &Connection,
    account: &AccountKey,
    provider: ProviderId,
) -> Result<Option<i64>, Fault> {
    let sql = "SELECT key FROM accounts WHERE name = ?1 AND place = ?2";
    let columns = [account.name.as_str(), provider.as_str()];
    Ok(conn.query_row(sql, columns, |r| r.get(0)).optional()?)
}
