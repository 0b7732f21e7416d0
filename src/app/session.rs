//! An open account: reading, previewing and saving contacts, on the network or in the local store.
//!
//! This is the one place that chooses between a codec with its lane and the embedded store. It
//! translates; what is decided is decided in codec, `engine::save` and transport.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::failure;
use crate::app::setup::Connector;
use crate::config::Account;
use crate::domain::guard::guarded;
use crate::domain::{
    AttributeDefinition, Contact, ContactId, FieldTable, Patch, ProviderId, Trouble, TroubleKind,
};
use crate::engine::Preview;
use crate::http::{FieldProblem, HttpResponse};
use crate::provider::{self, Call, Codec, Context, Purpose, Reply};
use crate::store::{Place, Store, StoreError};
use crate::transport::{Counts, Lane, PaceNow, Priority, SendOptions};

mod about;
mod edits;
mod holder;
mod pages;
mod read;
pub mod roster;
mod save;

pub use about::About;
pub use pages::Found;

/// Local contacts that a bulk run has under way at once: enough for one transaction to carry many.
const LOCAL_AT_ONCE: u32 = 64;

/// An open account. Clones share lane and store.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    account: Account,
    context: Context,
    table: FieldTable,
    store: Store,
    contacts: Store,
    remote: Option<Remote>,
}

struct Remote {
    codec: &'static dyn Codec,
    connector: Connector,
}

impl Session {
    /// Wraps an account. Drafts and settings are kept in `store`, contacts in `contacts`: the same, or
    /// one in memory where no mirror is wanted. A `connector` is needed for every provider but the local
    /// one.
    pub fn new(
        account: Account,
        store: Store,
        contacts: Store,
        connector: Option<Connector>,
    ) -> Self {
        let place = place(&account);
        let (store, contacts) = (store.at(place.clone()), contacts.at(place));
        let context = account.context();
        let table = provider::table(account.provider, &context);
        let remote = provider::codec(account.provider)
            .zip(connector)
            .map(|(codec, connector)| Remote { codec, connector });
        Self {
            inner: Arc::new(Inner {
                account,
                context,
                table,
                store,
                contacts,
                remote,
            }),
        }
    }

    /// The account.
    pub fn account(&self) -> &Account {
        &self.inner.account
    }

    /// What can be stored there.
    pub fn table(&self) -> &FieldTable {
        &self.inner.table
    }

    /// Where drafts and settings are kept.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Where this account's contacts, or the copies of them, are kept.
    pub fn contacts(&self) -> &Store {
        &self.inner.contacts
    }

    /// Where what was done to contacts is written down: on the disk also where no copy of contacts is.
    pub fn journal(&self) -> &Store {
        &self.inner.store
    }

    /// Whose contacts these are, for a plan that may be applied elsewhere; empty for the local store.
    pub fn place_text(&self) -> String {
        place(&self.inner.account).text()
    }

    /// Whether contacts are kept in the local store alone.
    pub fn is_local(&self) -> bool {
        self.inner.remote.is_none()
    }

    /// Checks an id before anything is done with it.
    ///
    /// # Errors
    /// Says what an id looks like here.
    pub fn check_id(&self, id: &str) -> Result<ContactId, Trouble> {
        self.inner
            .table
            .id
            .check(id)
            .map_err(|m| Trouble::new(TroubleKind::Invalid, m))?;
        Ok(ContactId::new(id))
    }

    /// What a patch would send, and what it would do beyond the contact.
    ///
    /// # Errors
    /// Every part that the provider can not store, by key.
    pub async fn preview(
        &self,
        base: &Contact,
        patch: &Patch,
    ) -> Result<Preview, Vec<FieldProblem>> {
        let requests = match &self.inner.remote {
            None => Vec::new(),
            Some(remote) => {
                let calls = remote.codec.update(&self.inner.context, base, patch);
                let calls = calls.map_err(|e| e.0)?;
                calls.into_iter().map(|c| c.request).collect()
            }
        };
        // Without them every name counts as new, and is asked about.
        let names = self.names_for_guards(base, patch).await.unwrap_or_default();
        let acts = guarded(&self.inner.table, &names, base, patch);
        Ok(Preview { requests, acts })
    }

    /// The attributes that contacts of the account are known to have, where a guard asks for them.
    pub(in crate::app) async fn names_for_guards(
        &self,
        base: &Contact,
        patch: &Patch,
    ) -> Result<BTreeSet<String>, Trouble> {
        let new = patch
            .attributes
            .keys()
            .any(|n| !base.attributes.contains_key(n));
        let table = &self.inner.table;
        let tagged = !patch.tags.add.is_empty() && base.tags.is_empty();
        let place = table.tags.kept_in.as_ref().filter(|_| tagged);
        if table.attributes.new_name_guard.is_none() || !new && place.is_none() {
            return Ok(BTreeSet::new());
        }
        let found = self
            .inner
            .contacts
            .attributes_in_use(&self.inner.account.name)
            .await;
        let mut names = found.map_err(|e| store_trouble("collecting attribute names", &e))?;
        // Tags are taken out of the attributes, and with them the one that keeps them.
        if let Some(place) = place
            && !names.contains(&place.attribute)
            && !self.tags_seen().await?.is_empty()
        {
            names.insert(place.attribute.clone());
        }
        Ok(names)
    }

    /// The attribute definitions, empty where the provider has none.
    ///
    /// # Errors
    /// When they can not be had.
    pub async fn definitions(&self) -> Result<Vec<AttributeDefinition>, Trouble> {
        let tried = "reading the attribute definitions";
        let Some(remote) = &self.inner.remote else {
            let found = self
                .inner
                .contacts
                .definitions(&self.inner.account.name)
                .await;
            let found = found.map_err(|e| store_trouble(tried, &e))?;
            return Ok(found.map(|f| f.value).unwrap_or_default());
        };
        let Some(call) = remote.codec.definitions(&self.inner.context) else {
            return Ok(vec![]);
        };
        match self
            .call(remote, &call, tried, Priority::Interactive)
            .await?
        {
            Reply::Definitions(found) => Ok(found),
            _ => Err(wrong_reply(tried, &call.purpose)),
        }
    }

    /// The catalogue of tags; `None` where the provider has none.
    ///
    /// # Errors
    /// When it can not be had.
    pub async fn catalogue(&self) -> Result<Option<Vec<String>>, Trouble> {
        let tried = "reading the catalogue of tags";
        let Some(remote) = &self.inner.remote else {
            return Ok(None);
        };
        let Some(call) = remote.codec.catalogue(&self.inner.context) else {
            return Ok(None);
        };
        match self
            .call(remote, &call, tried, Priority::Interactive)
            .await?
        {
            Reply::Catalogue(found) => Ok(Some(found)),
            _ => Err(wrong_reply(tried, &call.purpose)),
        }
    }

    /// Tags on the contacts that are here, for a provider without a catalogue.
    ///
    /// # Errors
    /// When the store can not be read.
    pub async fn tags_seen(&self) -> Result<Vec<String>, Trouble> {
        let found = self
            .inner
            .contacts
            .tags_in_use(&self.inner.account.name)
            .await;
        let found = found.map_err(|e| store_trouble("collecting tags", &e))?;
        Ok(found.into_keys().collect())
    }

    /// How much was sent so far.
    pub fn traffic(&self) -> Counts {
        self.pace_now().map(|p| p.counts).unwrap_or_default()
    }

    /// How fast it is sent; none before the account was connected, and for the local store.
    pub fn pace_now(&self) -> Option<PaceNow> {
        self.lane_if_any().map(Lane::pace_now)
    }

    /// The lane, where the account was connected before.
    pub(in crate::app) fn lane_if_any(&self) -> Option<&Lane> {
        let remote = self.inner.remote.as_ref();
        remote.and_then(|r| r.connector.connected())
    }

    /// How many contacts a bulk run may have under way at once: twice as many as requests, so that the lane is
    /// never idle while one is written down.
    pub(in crate::app) fn rows_at_once(&self) -> usize {
        let most = self.inner.remote.as_ref().map_or(LOCAL_AT_ONCE, |r| {
            let told = self.inner.account.concurrency;
            2 * told.unwrap_or(r.codec.facts().pace.concurrency)
        });
        usize::try_from(most).unwrap_or(1).max(1)
    }

    /// Why a provider can not store a change, by key.
    pub(in crate::app) fn refuses(&self, base: &Contact, patch: &Patch) -> Vec<FieldProblem> {
        let Some(remote) = &self.inner.remote else {
            return Vec::new();
        };
        let calls = remote.codec.update(&self.inner.context, base, patch);
        calls.err().map(|e| e.0).unwrap_or_default()
    }

    /// When a cool-down that the provider asked for ends, where there is one.
    pub fn held_until(&self) -> Option<Timestamp> {
        self.lane_if_any().and_then(Lane::held_until)
    }

    /// Whether a listed contact comes without its tags, so that they have to be asked for.
    pub fn tags_need_walk(&self) -> bool {
        self.inner
            .remote
            .as_ref()
            .is_some_and(|r| !r.codec.facts().tags_in_list)
    }

    /// The contact's page in the vendor's web application.
    pub fn web_page(&self, id: &ContactId) -> Option<String> {
        self.inner
            .remote
            .as_ref()
            .and_then(|r| r.codec.web_page(&self.inner.context, id))
    }

    /// Why nothing can be saved in a read-only account.
    pub fn read_only(&self) -> Trouble {
        let message = format!(
            "saving in {}: this account is read_only",
            self.inner.account.name
        );
        Trouble::new(TroubleKind::Forbidden, message)
            .with_hint("set read_only = false for it to allow changes")
    }

    fn remote(&self, tried: &str) -> Result<&Remote, Trouble> {
        self.inner.remote.as_ref().ok_or_else(|| {
            Trouble::new(
                TroubleKind::Local,
                format!("{tried}: a local account has no provider"),
            )
        })
    }

    async fn call(
        &self,
        remote: &Remote,
        call: &Call,
        tried: &str,
        priority: Priority,
    ) -> Result<Reply, Trouble> {
        let (reply, _) = self.exchange(remote, call, tried, priority).await?;
        Ok(reply)
    }

    /// Sends a call; gives what it was answered with, read and raw.
    async fn exchange(
        &self,
        remote: &Remote,
        call: &Call,
        tried: &str,
        priority: Priority,
    ) -> Result<(Reply, HttpResponse), Trouble> {
        let options = match priority {
            Priority::Interactive => SendOptions::interactive(call.idempotent),
            Priority::Finishing | Priority::Background => SendOptions {
                priority,
                ..SendOptions::background(call.idempotent)
            },
        };
        let lane = remote.connector.lane().await?;
        let account = &self.inner.account;
        let sent = lane.send(call.request.clone(), options).await;
        let decoded = sent
            .map_err(|e| failure::of_send(account, &call.request, tried, &e))
            .and_then(|response| {
                let decoded = remote.codec.decode(&self.inner.context, call, &response);
                decoded
                    .map(|reply| (reply, response))
                    .map_err(|e| failure::of_decode(tried, &e))
            });
        // Servers quote tokens, in what they refuse and in pages that are no answer at all.
        decoded.map_err(|trouble| failure::masked(lane, trouble))
    }
}

/// Whose contacts an account's are.
pub fn place(account: &Account) -> Place {
    match account.provider {
        ProviderId::Local => Place::local(),
        provider => {
            let place = Place::mirror(provider, &account.base_url, account.account_id);
            match &account.inbox_identifier {
                Some(inbox) => place.within(&inbox.mark()),
                None => place,
            }
        }
    }
}

/// A failure of the store as a sentence.
pub fn store_trouble(tried: &str, error: &StoreError) -> Trouble {
    // The store's own sentence says what was being done, where it knows.
    let message = match error {
        StoreError::Failed { .. } => error.to_string(),
        _ => format!("{tried}: {error}"),
    };
    Trouble::new(TroubleKind::Local, message)
}

fn wrong_reply(tried: &str, purpose: &Purpose) -> Trouble {
    let message = format!("{tried}: the answer is of another kind than asked for ({purpose:?})");
    Trouble::new(TroubleKind::Malformed, message)
}
