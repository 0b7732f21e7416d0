//! Pages of contacts through a session: of the provider's list, of a tag, of what the provider itself finds.

use super::{Remote, Session, failure, wrong_reply};
use crate::app::clock;
use crate::domain::filter::Asks;
use crate::domain::{AttributeDefinition, AttributeType, ContactId, Filter, TagSet, Trouble, fold};
use crate::provider::{Call, Cursor, Narrowed, Page, Purpose, Reading, Reply, Target};
use crate::transport::Priority;

/// A page of some list of contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The contacts as the provider tells them: they are to be filtered again.
    pub page: Page,
    /// A tag that all of them carry, where the list is that of a tag: the contacts themselves may not tell it.
    pub tag: Option<String>,
}

impl Session {
    /// Whether somebody may be passed over between two pages of the list.
    pub(in crate::app) fn list_moves_up(&self) -> bool {
        let remote = self.inner.remote.as_ref();
        remote.is_some_and(|r| r.codec.facts().numbered_pages)
    }

    /// One page of the list.
    ///
    /// # Errors
    /// When it can not be had.
    pub async fn page(&self, cursor: Option<&Cursor>) -> Result<Page, Trouble> {
        self.found(cursor).await.map(|found| found.page)
    }

    /// One page of the list to which the cursor belongs; the first of the whole list without one.
    ///
    /// # Errors
    /// When it can not be had.
    pub async fn found(&self, cursor: Option<&Cursor>) -> Result<Found, Trouble> {
        // Somebody waits for the first page; patience is for what follows it.
        let priority = match cursor {
            None => Priority::Interactive,
            Some(_) => Priority::Background,
        };
        self.found_as(cursor, "listing contacts", priority).await
    }

    async fn found_as(
        &self,
        cursor: Option<&Cursor>,
        tried: &str,
        priority: Priority,
    ) -> Result<Found, Trouble> {
        let remote = self.remote(tried)?;
        if self.has_roster() {
            let page = self.roster_page(remote, cursor, priority).await?;
            return Ok(Found { page, tag: None });
        }
        let call = remote.codec.page(&self.inner.context, cursor);
        let tag = tag_of(&call);
        let page = self.page_of(remote, call, tried, priority).await?;
        Ok(Found { page, tag })
    }

    /// A page of what the provider itself finds for a filter, the first one without a cursor; `None` where it
    /// can not look for that. It may find contacts that the filter does not, and, unless [`Session::narrow`]
    /// says otherwise, may miss some that it does.
    ///
    /// # Errors
    /// When it can not be had. A provider may refuse to look for what another version of it looks for.
    pub async fn search(
        &self,
        filter: &Filter,
        cursor: Option<&Cursor>,
    ) -> Result<Option<Found>, Trouble> {
        let tried = "searching contacts";
        let (at, priority) = match cursor {
            Some(at) => (at.clone(), Priority::Background),
            None => match self.narrow(filter).await {
                Some(narrowed) => (narrowed.start, Priority::Interactive),
                None => return Ok(None),
            },
        };
        let found = self.found_as(Some(&at), tried, priority).await?;
        Ok(Some(found))
    }

    /// How the provider itself looks for a filter's contacts; `None` where it can not.
    ///
    /// Where attributes have definitions, only those of text are looked for: others are refused, and
    /// comparing numbers or dates fails where one contact holds something else. A list of a tag is whole only
    /// if no other tag of the catalogue is found by the same name, accents and widths aside.
    pub async fn narrow(&self, filter: &Filter) -> Option<Narrowed> {
        let remote = self.inner.remote.as_ref()?;
        let asks_attributes = filter.parts().any(|p| attribute_of(&p.asks).is_some());
        let defined = match asks_attributes && self.inner.table.attributes.has_definitions {
            true => Some(self.known_definitions().await),
            false => None,
        };
        let filter = match defined {
            None => filter.clone(),
            Some(defined) => filter.only(|part| {
                attribute_of(&part.asks).is_none_or(|name| {
                    let found = defined.iter().find(|d| d.key == name);
                    found.is_some_and(|d| is_text(d.kind))
                })
            }),
        };
        let mut narrowed = remote.codec.narrow(&self.inner.context, &filter)?;
        let tags = filter.tag_names();
        if narrowed.whole && self.tags_need_walk() && !tags.is_empty() {
            narrowed.whole = match self.catalogue().await {
                Ok(Some(catalogue)) => !tags.iter().any(|tag| has_lookalike(tag, &catalogue)),
                Ok(None) => true,
                Err(_) => false,
            };
        }
        Some(narrowed)
    }

    /// The tag that everybody has in the list to which the cursor belongs, where it is the list of a tag.
    pub fn tag_of(&self, cursor: &Cursor) -> Option<String> {
        let remote = self.inner.remote.as_ref()?;
        tag_of(&remote.codec.page(&self.inner.context, Some(cursor)))
    }

    /// The definitions as last known, fetched where they never were; none where they can not be had.
    async fn known_definitions(&self) -> Vec<AttributeDefinition> {
        let (name, store) = (&self.inner.account.name, &self.inner.contacts);
        if let Ok(Some(known)) = store.definitions(name).await {
            return known.value;
        }
        let Ok(fetched) = self.definitions().await else {
            return Vec::new();
        };
        if let Err(error) = store.put_definitions(name, &fetched, clock::now()).await {
            tracing::warn!(%error, "the definitions were not kept");
        }
        fetched
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

    /// All tags of one contact, where the provider has a call for them alone; else `None`.
    ///
    /// # Errors
    /// When they can not be had.
    pub async fn tags_of(&self, id: &ContactId) -> Result<Option<TagSet>, Trouble> {
        let tried = format!("reading the tags of contact {id}");
        let remote = self.remote(&tried)?;
        let reading = remote.codec.read(&self.inner.context, Target::of(id));
        let Reading::Calls(calls) = reading.map_err(|e| failure::of_unsupported(&e))? else {
            return Ok(None);
        };
        let Some(call) = calls.into_iter().find(|c| c.purpose == Purpose::Tags) else {
            return Ok(None);
        };
        let priority = Priority::Background;
        match self.call(remote, &call, &tried, priority).await? {
            Reply::Tags(tags) => Ok(Some(tags)),
            _ => Err(wrong_reply(&tried, &call.purpose)),
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

fn tag_of(call: &Call) -> Option<String> {
    match &call.purpose {
        Purpose::Tagged(tag) => Some(tag.clone()),
        _ => None,
    }
}

/// The attribute that a part asks about.
fn attribute_of<'a>(asks: &Asks<'a>) -> Option<&'a str> {
    match asks {
        Asks::Attribute { name, .. } | Asks::HasAttribute(name) => Some(name),
        _ => None,
    }
}

fn is_text(kind: AttributeType) -> bool {
    matches!(
        kind,
        AttributeType::Text | AttributeType::Link | AttributeType::List
    )
}

/// Whether a filter for this tag also finds another one of the catalogue.
fn has_lookalike(name: &str, catalogue: &[String]) -> bool {
    let (folded, lower) = (fold::fold(name), name.to_lowercase());
    catalogue
        .iter()
        .any(|other| fold::fold(other) == folded && other.to_lowercase() != lower)
}
