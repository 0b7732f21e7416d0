//! Who has it: finding the contact that holds a value which the provider calls taken.

use super::{Session, store_trouble};
use crate::domain::{Contact, ContactId, FieldKey, Filter, Order, Trouble, diff};
use crate::transport::Priority;

/// So many pages of the provider's answer are looked at: it was asked for one value.
const PAGES: usize = 3;

impl Session {
    /// The other contact that has this value of a field: as the provider finds it, else as last listed.
    /// `None`: it is not found; it may be one that this token does not see.
    ///
    /// # Errors
    /// When the provider can not be asked and the copies here know of nobody.
    pub async fn holder(
        &self,
        key: FieldKey,
        value: &str,
        but: &ContactId,
    ) -> Result<Option<Contact>, Trouble> {
        let asked = self.holder_at_provider(key, value, but).await;
        let found = match asked {
            Ok(Some(found)) => found,
            other => match self.holder_here(key, value, but).await? {
                Some(found) => found,
                None => return other,
            },
        };
        // A list tells less of a contact than the contact itself.
        match self.read(&found.id).await {
            Ok(whole) if self.holds(&whole, key, value, but) => {
                self.remember_contact(&whole).await;
                Ok(Some(whole))
            }
            _ => Ok(Some(found)),
        }
    }

    async fn holder_at_provider(
        &self,
        key: FieldKey,
        value: &str,
        but: &ContactId,
    ) -> Result<Option<Contact>, Trouble> {
        let Some(remote) = &self.inner.remote else {
            return Ok(None);
        };
        let tried = format!("looking up who has this {key}");
        let mut cursor = remote.codec.holders(&self.inner.context, key, value);
        for _ in 0..PAGES {
            let Some(at) = cursor else { break };
            let call = remote.codec.page(&self.inner.context, Some(&at));
            let page = self
                .page_of(remote, call, &tried, Priority::Interactive)
                .await?;
            let mut contacts = page.contacts.into_iter();
            if let Some(found) = contacts.find(|c| self.holds(c, key, value, but)) {
                return Ok(Some(found));
            }
            cursor = page.next.filter(|next| *next != at);
        }
        Ok(None)
    }

    async fn holder_here(
        &self,
        key: FieldKey,
        value: &str,
        but: &ContactId,
    ) -> Result<Option<Contact>, Trouble> {
        let failed = |e| store_trouble("looking up who has a value", &e);
        let name = &self.inner.account.name;
        let filter = Filter::of_field(key, value);
        let listed = self
            .inner
            .contacts
            .list(name, &filter, Order::default(), None);
        let mut listing = listed.await.map_err(failed)?;
        while let Some(chunk) = listing.next_chunk() {
            let contacts = chunk.await.map_err(failed)?;
            let found = contacts
                .into_iter()
                .find(|c| self.holds(c, key, value, but));
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Whether a contact other than the asking one has the value. Addresses are compared whatever their case,
    /// as every provider does where it calls them taken.
    fn holds(&self, contact: &Contact, key: FieldKey, value: &str, but: &ContactId) -> bool {
        let stored = contact.field(key);
        let same = match key {
            FieldKey::Email | FieldKey::LinkedinUrl => {
                stored.to_lowercase() == value.to_lowercase()
            }
            _ => diff::same_text(&self.inner.table, key, stored, value),
        };
        same && contact.id != *but
    }
}
