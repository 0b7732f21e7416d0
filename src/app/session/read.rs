//! Reading one contact whole through a session: by the provider's own call, or, where it has none, by looking
//! for it in lists.

use super::{Remote, Session, failure, store_trouble};
use crate::domain::{Contact, Trouble, TroubleKind};
use crate::provider::{self, Call, Lookup, Reading, Target};
use crate::transport::Priority;

impl Session {
    /// Reads a contact. One that is gone at its source is gone from the mirror, too.
    pub(super) async fn read_target(
        &self,
        target: Target<'_>,
        priority: Priority,
    ) -> Result<Contact, Trouble> {
        let id = target.id;
        let tried = format!("reading contact {id}");
        let Some(remote) = &self.inner.remote else {
            return self.read_local(target, &tried).await;
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
            self.forget_contact(id).await;
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

    /// Looks through lists until the contact is met.
    async fn look_for(
        &self,
        remote: &Remote,
        target: Target<'_>,
        lists: Vec<Lookup>,
        tried: &str,
        priority: Priority,
    ) -> Result<Contact, Trouble> {
        let mut certain = false;
        for list in lists {
            let mut cursor = Some(list.start);
            let mut pages = 0;
            while let Some(at) = cursor.take().filter(|_| pages < list.pages) {
                let call = remote.codec.page(&self.inner.context, Some(&at));
                let page = self.page_of(remote, call, tried, priority).await?;
                if let Some(found) = page.contacts.into_iter().find(|c| c.id == *target.id) {
                    return Ok(found);
                }
                pages += 1;
                // A list that leads back to where it was does not end by going on.
                cursor = page.next.filter(|next| *next != at);
            }
            certain |= list.exhaustive && cursor.is_none();
        }
        if certain {
            let message = format!("{tried}: it is in no list of this account");
            return Err(Trouble::new(TroubleKind::NotFound, message)
                .with_hint("it may have been deleted; F5 or `cardex list` reads the list again"));
        }
        let message = format!(
            "{tried}: this provider has no call for one contact, and it was not met where it was looked for"
        );
        Err(Trouble::new(TroubleKind::Malformed, message)
            .with_hint("whether it exists is not known; `cardex list` reads the whole list"))
    }
}
