//! Only the contacts that a filter asks for, where the provider itself can tell which those are.
//!
//! The mirror is made right for that one filter: what the provider found is put into it, what it would find
//! there besides is read again, and nobody vanishes from it because of a list that was not the whole one.

use std::collections::HashSet;

use tokio::sync::watch;

use super::{EXTRA_WALKS, LoadEvent, MANY_UNMET, TagWalk, Walked, confirm, load_tags, tags, walk};
use crate::app::session::{Session, store_trouble};
use crate::domain::filter::{Asks, Part};
use crate::domain::{ContactId, Filter, Order, Trouble, TroubleKind, fold};
use crate::provider::Cursor;

/// Up to so many contacts are read one by one for their tags, rather than walking every tag's list.
const ONE_BY_ONE: usize = 50;

/// Which of the contacts that are found have to have all their tags known: the first ones in some order.
#[derive(Debug, Clone, Copy)]
pub struct Tagged {
    /// The order.
    pub order: Order,
    /// How many of them, where not all.
    pub limit: Option<usize>,
}

/// Loads what the filter asks for, and nothing else, into the store; of some of it all tags.
///
/// Gives whether the store now finds by that filter exactly what a walk over the whole list would find. `false`
/// where the provider can not be asked, or its answer is not certain to be whole.
///
/// # Errors
/// When a page can not be had or stored.
pub async fn load_matching(
    session: &Session,
    filter: &Filter,
    tagged: Option<Tagged>,
    report: impl FnMut(LoadEvent) + Send,
) -> Result<bool, Trouble> {
    let (_keep, paused) = watch::channel(false);
    load_matching_pausable(session, filter, tagged, paused, report).await
}

/// The same. While `paused` holds true nothing more is asked for.
///
/// # Errors
/// When a page can not be had or stored.
pub async fn load_matching_pausable(
    session: &Session,
    filter: &Filter,
    tagged: Option<Tagged>,
    mut paused: watch::Receiver<bool>,
    mut report: impl FnMut(LoadEvent) + Send,
) -> Result<bool, Trouble> {
    let start = match session.narrow(filter).await {
        Some(narrowed) if narrowed.whole => narrowed.start,
        _ => return Ok(false),
    };
    let work = Matching {
        session,
        filter,
        tag: session.tag_of(&start),
        tagged: tagged.filter(|_| session.tags_need_walk()),
    };
    match work.load(&start, &mut paused, &mut report).await {
        // Versions differ in what they look for; the whole list is there in all of them.
        Err(trouble) if refuses(&trouble) => {
            tracing::info!(%trouble, "the provider does not look for this filter");
            Ok(false)
        }
        other => other,
    }
}

fn refuses(trouble: &Trouble) -> bool {
    matches!(
        trouble.kind,
        TroubleKind::Rejected
            | TroubleKind::Server
            | TroubleKind::Malformed
            | TroubleKind::NotFound
    )
}

struct Matching<'a> {
    session: &'a Session,
    filter: &'a Filter,
    /// The tag that everybody in the provider's list has, where it is the list of one.
    tag: Option<String>,
    tagged: Option<Tagged>,
}

impl Matching<'_> {
    async fn load(
        &self,
        start: &Cursor,
        paused: &mut watch::Receiver<bool>,
        report: &mut (impl FnMut(LoadEvent) + Send),
    ) -> Result<bool, Trouble> {
        let name = &self.session.account().name;
        let began = self.session.contacts().mirror_begin(name).await;
        let generation = began.map_err(|e| store_trouble("starting to load", &e))?;
        let mut seen: HashSet<ContactId> = HashSet::new();
        let mut walked = Walked::default();
        for _ in 0..=EXTRA_WALKS {
            // Whom only a walk before met is read again below: it may be gone since.
            seen.clear();
            walked = walk(
                self.session,
                Some(start),
                generation,
                &mut seen,
                paused,
                report,
            )
            .await?;
            if walked.complete() {
                break;
            }
        }
        if !walked.complete() {
            return Ok(false);
        }
        let mut read: HashSet<ContactId> = HashSet::new();
        if self.session.tags_need_walk() && self.filter.parts().any(|p| self.needs_tags(&p)) {
            // What is known of tags must not decide yet.
            let plain = self.filter.only(|p| !self.needs_tags(&p));
            let found = self.matches(&plain).await?;
            let found: Vec<ContactId> = found.into_iter().filter(|id| seen.contains(id)).collect();
            self.read_tags(found, &mut read, paused, report).await?;
        }
        let stale = self.matches(self.filter).await?;
        let stale: Vec<ContactId> = stale.into_iter().filter(|id| !seen.contains(id)).collect();
        if stale.len() > MANY_UNMET {
            return Ok(false);
        }
        confirm(self.session, &stale, paused, report).await?;
        read.extend(stale);
        if let Some(tagged) = self.tagged {
            let name = &self.session.account().name;
            let found = self.session.contacts().ids(name, self.filter, tagged.order);
            let found = found
                .await
                .map_err(|e| store_trouble("reading the contacts", &e))?;
            let some = found.into_iter().take(tagged.limit.unwrap_or(usize::MAX));
            let some: Vec<ContactId> = some.filter(|id| !read.contains(id)).collect();
            self.read_tags(some, &mut read, paused, report).await?;
        }
        Ok(true)
    }

    /// Whether a part can only be judged by tags that are read; the tag of the list itself is known.
    fn needs_tags(&self, part: &Part<'_>) -> bool {
        let of_list = |name: &str| {
            let listed = self.tag.as_deref().map(fold::fold);
            listed.is_some_and(|listed| listed == fold::fold(name))
        };
        match part.asks {
            Asks::Tag {
                name,
                prefix: false,
            } if !part.negated => !of_list(name),
            Asks::Word(_) | Asks::Tag { .. } | Asks::HasTags => true,
            _ => false,
        }
    }

    async fn matches(&self, filter: &Filter) -> Result<Vec<ContactId>, Trouble> {
        let name = &self.session.account().name;
        let found = self.session.contacts().ids(name, filter, Order::default());
        found
            .await
            .map_err(|e| store_trouble("reading the contacts", &e))
    }

    /// Has the tags of contacts read.
    async fn read_tags(
        &self,
        ids: Vec<ContactId>,
        read: &mut HashSet<ContactId>,
        paused: &mut watch::Receiver<bool>,
        report: &mut (impl FnMut(LoadEvent) + Send),
    ) -> Result<(), Trouble> {
        if ids.len() > ONE_BY_ONE {
            load_tags(self.session, &TagWalk::Catalogue, None, paused, report).await?;
        } else {
            tags::read_each(self.session, &ids, paused, report).await?;
        }
        read.extend(ids);
        Ok(())
    }
}
