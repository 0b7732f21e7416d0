//! The tags of contacts in the store, where the provider's list does not tell them: walked by the lists of
//! the tags.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::watch;

use super::{LoadEvent, TagWalk, confirm, go_on, now};
use crate::app::session::{Session, store_trouble};
use crate::domain::{Contact, ContactId, TagsRead, Trouble, TroubleKind};
use crate::provider::Cursor;
use crate::store::{Moment, TagWalked};

/// Notes a tag on the contacts of a page that is known to hold nobody else, and nothing about other tags.
///
/// # Errors
/// When it can not be stored.
pub(super) async fn keep(
    session: &Session,
    contacts: &[Contact],
    tag: &str,
    asked: Moment,
) -> Result<(), Trouble> {
    let ids: Vec<ContactId> = contacts.iter().map(|c| c.id.clone()).collect();
    let name = &session.account().name;
    let stored = session
        .contacts()
        .mirror_tagged(name, &ids, tag, TagsRead::No, asked)
        .await;
    stored.map_err(|e| store_trouble("keeping tags", &e))?;
    Ok(())
}

/// Reads all tags of each of these contacts, which were listed just now.
///
/// # Errors
/// When they can not be had or stored.
pub(super) async fn read_each(
    session: &Session,
    ids: &[ContactId],
    paused: &mut watch::Receiver<bool>,
    report: &mut (impl FnMut(LoadEvent) + Send),
) -> Result<(), Trouble> {
    for (done, id) in ids.iter().enumerate() {
        report(LoadEvent::Confirming {
            left: ids.len() - done,
        });
        go_on(paused, report).await;
        let asked = now(session).await?;
        match session.tags_of(id).await {
            Ok(Some(tags)) => {
                let name = &session.account().name;
                let stored = session.contacts().mirror_tags_of(name, id, &tags, asked);
                stored
                    .await
                    .map_err(|e| store_trouble("keeping tags", &e))?;
            }
            // Without such a call, and where it is gone, the contact itself tells.
            Ok(None) => {
                confirm(session, std::slice::from_ref(id), paused, report).await?;
            }
            Err(trouble) if trouble.kind == TroubleKind::NotFound => {
                confirm(session, std::slice::from_ref(id), paused, report).await?;
            }
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(())
}

/// Walks the list of one tag and puts the tag on the contacts found; gives them where the list was seen to
/// its end, so that nobody else has the tag.
async fn walk_tag(
    session: &Session,
    tag: &str,
    paused: &mut watch::Receiver<bool>,
    report: &mut (impl FnMut(LoadEvent) + Send),
) -> Result<Option<HashSet<ContactId>>, Trouble> {
    let mut cursor: Option<Cursor> = None;
    let mut holders: HashSet<ContactId> = HashSet::new();
    let mut total: Option<u64> = None;
    let mut shrank = false;
    loop {
        go_on(paused, report).await;
        let asked = now(session).await?;
        let Some(page) = session.tagged(tag, cursor.as_ref()).await? else {
            return Ok(None);
        };
        shrank |= page.total.zip(total).is_some_and(|(now, then)| now < then);
        total = page.total.or(total);
        let ids: Vec<ContactId> = page.contacts.into_iter().map(|c| c.id).collect();
        let stored = session
            .contacts()
            .mirror_tagged(
                &session.account().name,
                &ids,
                tag,
                TagsRead::Catalogue,
                asked,
            )
            .await;
        stored.map_err(|e| store_trouble("keeping tags", &e))?;
        let before = holders.len();
        holders.extend(ids);
        cursor = page.next;
        if cursor.is_none() || holders.len() == before {
            let all = total.is_none_or(|t| holders.len() as u64 >= t);
            return Ok(Some(holders).filter(|_| cursor.is_none() && all && !shrank));
        }
    }
}

/// Makes the whole mirror agree with the tags that were walked.
async fn settle_tags(session: &Session, walked: TagWalked) -> Result<(), Trouble> {
    let walked = Arc::new(walked);
    let mut after = 0;
    loop {
        let turn = session
            .contacts()
            .mirror_tags(&session.account().name, &walked, after)
            .await;
        match turn.map_err(|e| store_trouble("keeping tags", &e))? {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// Puts the tags of the catalogue, or of some names, onto the contacts in the store. Contacts that were read by
/// themselves after `since` keep theirs: the lists of tags leave out who the list of contacts leaves out.
///
/// # Errors
/// When a page can not be had or stored.
pub async fn load_tags(
    session: &Session,
    tags: &TagWalk,
    since: Option<Moment>,
    paused: &mut watch::Receiver<bool>,
    report: &mut (impl FnMut(LoadEvent) + Send),
) -> Result<(), Trouble> {
    let names = match tags {
        TagWalk::None => return Ok(()),
        TagWalk::Catalogue => match session.catalogue().await? {
            Some(names) => names,
            None => return Ok(()),
        },
        TagWalk::Only(names) => names.clone(),
    };
    let began = match since {
        Some(moment) => moment,
        None => now(session).await?,
    };
    let mut walked = TagWalked {
        began,
        ..TagWalked::default()
    };
    for tag in &names {
        report(LoadEvent::Tags { tag: tag.clone() });
        if let Some(holders) = walk_tag(session, tag, paused, report).await? {
            walked.add(tag, holders);
        }
        report(LoadEvent::Tagged);
    }
    settle_tags(session, walked).await?;
    report(LoadEvent::Tagged);
    Ok(())
}
