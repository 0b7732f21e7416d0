//! What the provider itself finds for a filter, put into the store while the list is still loading or where
//! nobody here matches. A help for the person who waits: the list becomes whole by its own walk.

use std::collections::HashSet;

use super::{now, tags};
use crate::app::session::{Session, store_trouble};
use crate::domain::{ContactId, Filter, Order, Trouble};

/// So many pages are asked for: who needs more contacts than that waits for the list.
const PAGES: usize = 4;

/// Asks the provider, and keeps what it finds. Gives how many of them match; `None` where the provider can not
/// look for that.
///
/// # Errors
/// When a page can not be had or stored; what came before is kept.
pub async fn search(session: &Session, filter: &Filter) -> Result<Option<usize>, Trouble> {
    let name = &session.account().name;
    let store = session.contacts();
    let mut found: HashSet<ContactId> = HashSet::new();
    let mut cursor = None;
    for _ in 0..PAGES {
        let asked = now(session).await?;
        let Some(page) = session.search(filter, cursor.as_ref()).await? else {
            return Ok(None);
        };
        let contacts = &page.page.contacts;
        found.extend(contacts.iter().map(|c| c.id.clone()));
        // Of no walk: a walk that does not meet them later reads them, rather than take them for gone.
        let stored = store.mirror_page(name, contacts, 0, asked).await;
        stored.map_err(|e| store_trouble("keeping what was found", &e))?;
        if let Some(tag) = &page.tag {
            tags::keep(session, contacts, tag, asked).await?;
        }
        match page.page.next {
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => break,
        }
    }
    let matching = store.ids(name, filter, Order::default()).await;
    let matching = matching.map_err(|e| store_trouble("reading the contacts", &e))?;
    Ok(Some(
        matching.into_iter().filter(|id| found.contains(id)).count(),
    ))
}
