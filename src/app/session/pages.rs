//! Pages of the provider's list through a session.

use super::{Remote, Session, wrong_reply};
use crate::domain::Trouble;
use crate::provider::{Call, Cursor, Page, Reply};
use crate::transport::Priority;

impl Session {
    /// One page of the list.
    ///
    /// # Errors
    /// When it can not be had.
    pub async fn page(&self, cursor: Option<&Cursor>) -> Result<Page, Trouble> {
        let remote = self.remote("listing contacts")?;
        let call = remote.codec.page(&self.inner.context, cursor);
        // Somebody waits for the first page; patience is for what follows it.
        let priority = match cursor {
            None => Priority::Interactive,
            Some(_) => Priority::Background,
        };
        self.page_of(remote, call, "listing contacts", priority)
            .await
    }

    /// One page of the contacts that carry a tag; `None` where the list itself tells tags.
    ///
    /// # Errors
    /// When it can not be had.
    pub async fn tagged(
        &self,
        tag: &str,
        cursor: Option<&Cursor>,
    ) -> Result<Option<Page>, Trouble> {
        let tried = format!("listing contacts with the tag {tag}");
        let remote = self.remote(&tried)?;
        match remote.codec.tagged(&self.inner.context, tag, cursor) {
            Some(call) => {
                let priority = Priority::Background;
                let page = self.page_of(remote, call, &tried, priority).await?;
                Ok(Some(page))
            }
            None => Ok(None),
        }
    }

    pub(super) async fn page_of(
        &self,
        remote: &Remote,
        call: Call,
        tried: &str,
        priority: Priority,
    ) -> Result<Page, Trouble> {
        match self.call(remote, &call, tried, priority).await? {
            Reply::Page(page) => Ok(page),
            _ => Err(wrong_reply(tried, &call.purpose)),
        }
    }
}
