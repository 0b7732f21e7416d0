//! Reading one contact whole through a session: by the provider's own call, or, where it has none, by looking
//! for it in lists.

use std::collections::HashSet;

use super::{Remote, Session, failure, store_trouble};
use crate::app::trail::{Trail, Turn};
use crate::domain::{Contact, ContactId, Trouble, TroubleKind};
use crate::provider::{self, Call, Lookup, Reading, Target};
use crate::transport::Priority;

impl Session {
    /// Reads one contact whole, from its source. One that is gone there is gone from the mirror, too.
    ///
    /// # Errors
    /// When it does not exist, or can not be reached.
    pub async fn read(&self, id: &ContactId) -> Result<Contact, Trouble> {
        self.read_as(id, Priority::Interactive, true).await
    }

    /// The same for somebody who waits for it: where only a long search would tell the attributes, they are as
    /// last known, and the contact says so. A save reads it whole first.
    ///
    /// # Errors
    /// When it does not exist, or can not be reached.
    pub async fn read_soon(&self, id: &ContactId) -> Result<Contact, Trouble> {
        self.read_as(id, Priority::Interactive, false).await
    }

    /// The same for work in the background, which waits for what a person asks.
    ///
    /// # Errors
    /// When it does not exist, or can not be reached.
    pub async fn confirm(&self, id: &ContactId) -> Result<Contact, Trouble> {
        if !self.is_listed(id).await? {
            self.forget_contact(id).await;
            let message = format!("contact {id} is not in the roster");
            return Err(Trouble::new(TroubleKind::NotFound, message));
        }
        self.read_as(id, Priority::Background, false).await
    }

    async fn read_as(
        &self,
        id: &ContactId,
        priority: Priority,
        whole: bool,
    ) -> Result<Contact, Trouble> {
        let name = &self.inner.account.name;
        // What is known may be of help, and is no condition.
        let known = match self.is_local() {
            true => None,
            false => self.inner.contacts.contact(name, id).await.ok().flatten(),
        };
        let target = Target {
            id,
            known: known.as_ref(),
            written_at: None,
            whole,
        };
        let mut read = self.read_target(target, priority).await?;
        if let Some(known) = &known {
            read.keep_untold(known);
        }
        Ok(read)
    }

    /// What is known of a contact, where the copies of contacts are not kept beside the journal; else, and after a
    /// write, `contact`.
    pub(in crate::app) async fn or_known(&self, contact: Contact, after_write: bool) -> Contact {
        if after_write || self.is_local() || self.inner.account.mirror {
            return contact;
        }
        let name = &self.inner.account.name;
        let known = self.inner.contacts.contact(name, &contact.id).await;
        known.ok().flatten().unwrap_or(contact)
    }

    /// Reads a contact. One that is gone at its source is gone from the mirror, too.
    pub(in crate::app) async fn read_target(
        &self,
        target: Target<'_>,
        priority: Priority,
    ) -> Result<Contact, Trouble> {
        let id = target.id;
        let tried = format!("reading contact {id}");
        let Some(remote) = &self.inner.remote else {
            return self.read_local(target, &tried).await;
        };
        let identified = match self.has_roster() {
            true => self.identified(target).await,
            false => None,
        };
        let target = Target {
            known: identified.as_ref().or(target.known),
            ..target
        };
        let reading = remote
            .codec
            .read(&self.inner.context, target)
            .map_err(|e| failure::of_unsupported(&e))?;
        let read = match reading {
            Reading::Calls(calls) => self.read_by(remote, calls, &tried, priority).await,
            Reading::Lists(lists) => self.look_for(remote, target, lists, &tried, priority).await,
        };
        if let Err(trouble) = &read
            && trouble.kind == TroubleKind::NotFound
        {
            match self.has_roster() && self.is_listed(id).await? {
                true => self.mark_missing(id).await,
                false => self.forget_contact(id).await,
            }
        }
        read
    }

    async fn read_local(&self, target: Target<'_>, tried: &str) -> Result<Contact, Trouble> {
        let name = &self.inner.account.name;
        let found = self.inner.contacts.contact(name, target.id).await;
        found.map_err(|e| store_trouble(tried, &e))?.ok_or_else(|| {
            let message = format!("{tried}: there is no such contact in {name}");
            Trouble::new(TroubleKind::NotFound, message)
                .with_hint("`cardex list --format ids` shows the ids that exist")
        })
    }

    async fn read_by(
        &self,
        remote: &Remote,
        calls: Vec<Call>,
        tried: &str,
        priority: Priority,
    ) -> Result<Contact, Trouble> {
        let mut replies = Vec::new();
        for call in calls {
            replies.push(self.call(remote, &call, tried, priority).await?);
        }
        provider::assemble(replies).ok_or_else(|| {
            Trouble::new(
                TroubleKind::Malformed,
                format!("{tried}: the answer holds no contact"),
            )
        })
    }

    /// Looks through lists until the contact is met. A list that is refused is passed over: another may
    /// tell all the same.
    async fn look_for(
        &self,
        remote: &Remote,
        target: Target<'_>,
        lists: Vec<Lookup>,
        tried: &str,
        priority: Priority,
    ) -> Result<Contact, Trouble> {
        let (mut certain, mut answered) = (false, false);
        let mut refused: Option<Trouble> = None;
        for list in lists {
            // Once a list was seen whole, another one like it tells no more.
            if certain && list.exhaustive {
                continue;
            }
            match self
                .look_through(remote, target, &list, tried, priority)
                .await
            {
                Ok(Looked::Met(contact)) => return Ok(*contact),
                Ok(Looked::Through) => (certain, answered) = (certain || list.exhaustive, true),
                Ok(Looked::Partly) => answered = true,
                Err(trouble) if is_about_the_list(trouble.kind) => {
                    refused.get_or_insert(trouble);
                }
                Err(trouble) => return Err(trouble),
            }
        }
        if certain {
            let message = format!("{tried}: it is in no list of this account");
            return Err(Trouble::new(TroubleKind::NotFound, message)
                .with_hint("it may have been deleted; F5 or `cardex list` reads the list again"));
        }
        // That there is no such list says nothing about the contact.
        if let Some(refused) = refused.filter(|t| !answered && t.kind != TroubleKind::NotFound) {
            return Err(refused);
        }
        let message = format!(
            "{tried}: this provider has no call for one contact, and it was not met where it was looked for"
        );
        Err(Trouble::new(TroubleKind::Malformed, message)
            .with_hint("whether it exists is not known; `cardex list` reads the whole list"))
    }

    async fn look_through(
        &self,
        remote: &Remote,
        target: Target<'_>,
        list: &Lookup,
        tried: &str,
        priority: Priority,
    ) -> Result<Looked, Trouble> {
        let mut met: HashSet<ContactId> = HashSet::new();
        let mut trail = Trail::from(Some(&list.start));
        let mut at = list.start.clone();
        for _ in 0..list.pages {
            let call = remote.codec.page(&self.inner.context, Some(&at));
            let page = self.page_of(remote, call, tried, priority).await?;
            let (contacts, before) = (page.contacts.len(), met.len());
            for contact in page.contacts {
                if contact.id == *target.id {
                    return Ok(Looked::Met(Box::new(contact)));
                }
                met.insert(contact.id);
            }
            match trail.after(contacts, met.len() - before, page.next) {
                Turn::Go(next) => at = next,
                Turn::End => return Ok(Looked::Through),
                // A list that ends oddly may have left out this very contact.
                Turn::OddEnd | Turn::Fault(_) => break,
            }
        }
        Ok(Looked::Partly)
    }
}

/// What came of looking for a contact in one list.
enum Looked {
    Met(Box<Contact>),
    /// It is not in the list, which was seen to its end.
    Through,
    /// It was not met as far as was looked.
    Partly,
}

/// Whether a failure concerns the list that was asked for, and not the way to the provider.
fn is_about_the_list(kind: TroubleKind) -> bool {
    matches!(
        kind,
        TroubleKind::Forbidden
            | TroubleKind::NotFound
            | TroubleKind::Rejected
            | TroubleKind::Malformed
    )
}
