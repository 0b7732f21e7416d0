//! An account whose provider lists nothing: its list is the roster in the store, each contact of it read by the
//! provider's smallest call. A contact that does not exist at the provider stays listed, and says so.

use futures_util::future::join_all;

use super::{Remote, Session, failure, store_trouble, wrong_reply};
use crate::domain::{Contact, ContactId, FieldKey, TagsRead, Trouble, TroubleKind, count};
use crate::http::HttpResponse;
use crate::provider::{Call, Cursor, DecodeError, Page, Purpose, Reply, Target};
use crate::store::{RosterElsewhere, RosterEntry};
use crate::transport::{Priority, SendOptions};

/// What fills a roster, for whoever meets an empty one.
pub const HOW_TO_FILL: &str = "`cardex roster add SOURCE_ID`, `cardex roster import FILE`, or `cardex roster from ACCOUNT` with a \
     chatwoot account";

/// `3 contacts of https://chat.example, inbox_identifier from the environment variable INBOX`.
fn of_setting(roster: &RosterElsewhere) -> String {
    let (server, inbox) = roster
        .server
        .split_once(' ')
        .unwrap_or((&roster.server, ""));
    let count = count::contacts(roster.contacts);
    // A written one is known by a fingerprint, which tells nobody anything.
    match inbox.contains(' ') {
        true => format!("{count} of {server}, inbox_identifier from {inbox}"),
        false => format!("{count} of {server}, inbox_identifier written down"),
    }
}

impl Session {
    /// Whether the contacts of this account are those of its roster.
    pub fn has_roster(&self) -> bool {
        self.inner.account.provider.has_roster()
    }

    /// Whether it has one and that is empty.
    ///
    /// # Errors
    /// When the store can not be read.
    pub async fn lacks_contacts(&self) -> Result<bool, Trouble> {
        if !self.has_roster() {
            return Ok(false);
        }
        let name = &self.inner.account.name;
        let page = self.inner.store.roster_page(name, None, 1).await;
        let page = page.map_err(|e| store_trouble("reading the roster", &e))?;
        Ok(page.total == 0)
    }

    /// The roster.
    ///
    /// # Errors
    /// When the provider lists its contacts itself, or the store can not be read.
    pub async fn roster(&self) -> Result<Vec<RosterEntry>, Trouble> {
        self.needs_roster()?;
        let found = self.inner.store.roster(&self.inner.account.name).await;
        found.map_err(|e| store_trouble("reading the roster", &e))
    }

    /// What to say where the roster is empty and one is kept for a former setting of the account. Whether that
    /// is of the same inbox is not known, so it is not taken over.
    ///
    /// # Errors
    /// When the store can not be read.
    pub async fn former_roster(&self) -> Result<Option<String>, Trouble> {
        if !self.lacks_contacts().await? {
            return Ok(None);
        }
        let name = &self.inner.account.name;
        let found = self.inner.store.rosters_elsewhere(name).await;
        let found = found.map_err(|e| store_trouble("reading the roster", &e))?;
        if found.is_empty() {
            return Ok(None);
        }
        let kept: Vec<String> = found.iter().map(of_setting).collect();
        Ok(Some(format!(
            "For a former setting of {name} a roster is kept: {}. With base_url and inbox_identifier as they were, \
             `cardex roster` lists it; save its source ids to a file, and `cardex roster import FILE` under the \
             new setting takes them.",
            kept.join("; ")
        )))
    }

    /// Refuses what is about a roster where there is none.
    ///
    /// # Errors
    /// Names the account and its provider.
    pub fn needs_roster(&self) -> Result<(), Trouble> {
        if self.has_roster() {
            return Ok(());
        }
        let account = &self.inner.account;
        let message = format!(
            "the account {} is a {} one, which has no roster",
            account.name, account.provider
        );
        Err(Trouble::new(TroubleKind::Invalid, message).with_hint(
            "only chatwoot-public lists nothing itself; name such an account with --account",
        ))
    }

    /// Whether a contact belongs to this account's list: everywhere else each does.
    ///
    /// # Errors
    /// When the store can not be read, which says nothing about the contact.
    pub(super) async fn is_listed(&self, id: &ContactId) -> Result<bool, Trouble> {
        if !self.has_roster() {
            return Ok(true);
        }
        Ok(self.entry(id).await?.is_some())
    }

    async fn entry(&self, id: &ContactId) -> Result<Option<RosterEntry>, Trouble> {
        let name = &self.inner.account.name;
        let found = self.inner.store.roster_entry(name, id).await;
        found.map_err(|e| store_trouble("reading the roster", &e))
    }

    /// What is known of a contact, with the identifier that the roster gives it where a hash is of that.
    pub(super) async fn identified(&self, target: Target<'_>) -> Option<Contact> {
        let known = target.known.cloned();
        if !self.inner.context.identity_hash {
            return known;
        }
        let Ok(Some(entry)) = self.entry(target.id).await else {
            return known;
        };
        Some(self.with_identifier(known, &entry))
    }

    fn with_identifier(&self, known: Option<Contact>, entry: &RosterEntry) -> Contact {
        let mut known = known.unwrap_or_else(|| self.blank(&entry.source_id));
        if let Some(identifier) = &entry.identifier {
            known.set_field(FieldKey::Identifier, identifier);
        }
        known
    }

    /// A contact of which nothing is known.
    fn blank(&self, id: &ContactId) -> Contact {
        let account = &self.inner.account;
        let mut contact = Contact::new(id.clone(), account.name.clone(), account.provider);
        contact.tags_read = TagsRead::No;
        contact.attributes_known = false;
        contact
    }

    async fn mirrored(&self, id: &ContactId) -> Option<Contact> {
        let name = &self.inner.account.name;
        self.inner.contacts.contact(name, id).await.ok().flatten()
    }

    /// The contact as last known, marked as one that the provider does not have.
    async fn missing(&self, id: &ContactId) -> Contact {
        let known = self.mirrored(id).await;
        Contact {
            missing: true,
            ..known.unwrap_or_else(|| self.blank(id))
        }
    }

    /// Keeps a contact listed that the provider does not have.
    pub(super) async fn mark_missing(&self, id: &ContactId) {
        let contact = self.missing(id).await;
        self.remember_contact(&contact).await;
    }

    /// One page of the roster: so many contacts are read at once as the lane lets through.
    pub(super) async fn roster_page(
        &self,
        remote: &Remote,
        cursor: Option<&Cursor>,
        priority: Priority,
    ) -> Result<Page, Trouble> {
        let name = &self.inner.account.name;
        let after = cursor.and_then(|c| c.0.parse().ok());
        let size = remote.codec.facts().page_size;
        let part = self.inner.store.roster_page(name, after, size).await;
        let part = part.map_err(|e| store_trouble("reading the roster", &e))?;
        let reads = part
            .entries
            .iter()
            .map(|e| self.glance(remote, e, priority));
        let mut contacts = Vec::with_capacity(part.entries.len());
        let mut missing = false;
        for (entry, read) in part.entries.iter().zip(join_all(reads).await) {
            match read {
                Ok(contact) => contacts.push(contact),
                Err(trouble) if trouble.kind == TroubleKind::NotFound => {
                    missing = true;
                    contacts.push(self.missing(&entry.source_id).await);
                }
                Err(trouble) => return Err(trouble),
            }
        }
        if missing {
            self.find_inbox(remote, priority).await?;
        }
        Ok(Page {
            contacts,
            total: Some(part.total),
            next: part.next.map(|n| Cursor(n.to_string())),
        })
    }

    /// Tells a contact that does not exist from an inbox that does not: both are answered alike.
    async fn find_inbox(&self, remote: &Remote, priority: Priority) -> Result<(), Trouble> {
        let call = remote.codec.page(&self.inner.context, None);
        let tried = "looking for the inbox";
        match self.call(remote, &call, tried, priority).await {
            Ok(_) => Ok(()),
            Err(trouble) if trouble.kind == TroubleKind::NotFound => {
                let message = format!("{tried}: Chatwoot has none of this inbox_identifier");
                Err(Trouble::new(TroubleKind::NotFound, message).with_hint(
                    "copy it again from the settings of the API inbox, and see that base_url is its server",
                ))
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn glance(
        &self,
        remote: &Remote,
        entry: &RosterEntry,
        priority: Priority,
    ) -> Result<Contact, Trouble> {
        let id = &entry.source_id;
        let tried = format!("reading contact {id}");
        let known = match self.inner.context.identity_hash {
            true => Some(self.with_identifier(self.mirrored(id).await, entry)),
            false => None,
        };
        let target = Target {
            known: known.as_ref(),
            ..Target::of(id)
        };
        let Some(call) = remote.codec.glance(&self.inner.context, target) else {
            return Err(wrong_reply(&tried, &Purpose::Contact));
        };
        let call = call.map_err(|e| failure::of_unsupported(&e))?;
        match self.call(remote, &call, &tried, priority).await? {
            Reply::Contact(contact) => Ok(*contact),
            _ => Err(wrong_reply(&tried, &call.purpose)),
        }
    }

    /// The answer to a call that this session's own codec does not make, as it came.
    ///
    /// # Errors
    /// When there is none that was accepted.
    pub async fn answer(&self, call: &Call, tried: &str) -> Result<HttpResponse, Trouble> {
        let remote = self.remote(tried)?;
        let lane = remote.connector.lane().await?;
        let options = SendOptions::background(call.idempotent);
        let sent = lane.send(call.request.clone(), options).await;
        sent.map_err(|e| {
            failure::masked(
                lane,
                failure::of_send(&self.inner.account, &call.request, tried, &e),
            )
        })
    }

    /// Why an answer to such a call can not be read, without the account's secrets.
    pub fn unreadable(&self, tried: &str, error: &DecodeError) -> Trouble {
        let trouble = failure::of_decode(tried, error);
        let remote = self.inner.remote.as_ref();
        match remote.and_then(|r| r.connector.connected()) {
            Some(lane) => failure::masked(lane, trouble),
            None => trouble,
        }
    }

    /// What the roster is like, for `accounts check`: how many contacts, and whether the first answers, which is
    /// the only proof of an identity hash.
    ///
    /// # Errors
    /// When it does not, for another reason than that it does not exist.
    pub(super) async fn about_roster(&self, remote: &Remote) -> Result<String, Trouble> {
        let name = &self.inner.account.name;
        let part = self.inner.store.roster_page(name, None, 1).await;
        let part = part.map_err(|e| store_trouble("reading the roster", &e))?;
        let Some(first) = part.entries.first() else {
            return Ok(format!("The roster is empty; fill it with {HOW_TO_FILL}."));
        };
        let count = count::contacts(part.total);
        let said = match self.glance(remote, first, Priority::Interactive).await {
            Ok(_) => "its first answers",
            Err(t) if t.kind == TroubleKind::NotFound => "its first is not found at Chatwoot",
            Err(trouble) => return Err(trouble),
        };
        Ok(format!("The roster holds {count}; {said}."))
    }
}
