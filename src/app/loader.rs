//! Walking a provider's whole list into the store, page by page, and the tags where the list does not
//! tell them. Used by the screen in the background and by headless commands.
//!
//! A list can shift while it is walked, and contacts of equal sort value have no fixed order: ids are
//! counted once, a walk that fell short of the provider's own total, or during which that total went down, is
//! repeated, the first one of a provider that tells no total until it meets nobody new, and contacts that a complete walk did not meet are read one by one: only those that are not
//! found have vanished.

use std::collections::HashSet;

use tokio::sync::watch;

use crate::app::clock;
use crate::app::session::{Found, Session, store_trouble};
use crate::app::trail::{Trail, Turn};
use crate::domain::{ContactId, Trouble, TroubleKind, count};
use crate::provider::Cursor;
use crate::store::Moment;

mod matching;
mod search;
mod tags;

pub use matching::{Tagged, load_matching, load_matching_pausable};
pub use search::search;
pub use tags::load_tags;

/// How often the list is walked again when contacts are missing from it.
const EXTRA_WALKS: usize = 2;

/// From so many contacts on that a walk did not meet, the list is walked again before they are read.
const MANY_UNMET: usize = 50;

/// Which tags to ask for, where the list does not tell them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagWalk {
    /// None.
    None,
    /// All of the provider's catalogue, which is asked for when the contacts are in.
    Catalogue,
    /// All of these.
    Only(Vec<String>),
}

/// What the walk reports on its way.
#[derive(Debug, Clone, PartialEq)]
pub enum LoadEvent {
    /// A page is in the store.
    Page {
        /// Different contacts so far.
        loaded: usize,
        /// Contacts in all, where the provider tells.
        total: Option<u64>,
    },
    /// The list is in; contacts that were not in it are read.
    Confirming {
        /// How many are left to read.
        left: usize,
    },
    /// The contacts are in; tags are read now.
    Tags {
        /// The tag that is read.
        tag: String,
    },
    /// The tags of one more name are in the store.
    Tagged,
    /// The person asked to wait.
    Paused,
    /// It goes on.
    Resumed,
}

/// What a finished walk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Different contacts that came.
    pub contacts: usize,
    /// Contacts that the provider counts but that never came.
    pub missing: u64,
    /// Contacts that were in the store and are gone at the provider.
    pub vanished: usize,
    /// Whether the mirror holds the whole list now.
    pub complete: bool,
    /// What the list did instead of ending, where it did not end as a list should; a half sentence about it.
    pub fault: Option<&'static str>,
    /// Whether contacts were deleted while the list was walked, each time: others may have moved out of sight.
    pub shrank: bool,
    /// Why tags were not walked, where they should have been.
    pub untagged: Option<Trouble>,
}

impl Loaded {
    /// What makes it likely that contacts are missing, where something does.
    pub fn shortfall(&self) -> Option<String> {
        if let Some(fault) = self.fault {
            return Some(odd(fault));
        }
        if self.missing > 0 {
            return Some(uncounted(self.missing));
        }
        let moved =
            "contacts were deleted while the list was read: it may hold some that did not appear";
        self.shrank.then(|| moved.to_string())
    }
}

/// What a list that does not end as it should makes likely.
pub(super) fn odd(fault: &str) -> String {
    format!("the provider's list {fault}: it may hold more contacts than it showed")
}

/// What to say of so many contacts that are counted and never came.
pub(super) fn uncounted(missing: u64) -> String {
    let missing = count::contacts(missing);
    format!("{missing} that the provider counts did not appear in its list")
}

/// The first contacts of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct First {
    /// Their ids, in the provider's order.
    pub ids: Vec<ContactId>,
    /// What makes it likely that there are more, where fewer came than were asked for.
    pub shortfall: Option<String>,
}

/// Walks the list. While `paused` holds true no further page is asked for.
///
/// # Errors
/// When a page can not be had or stored; what came before is kept.
pub async fn load(
    session: &Session,
    tags: &TagWalk,
    mut paused: watch::Receiver<bool>,
    mut report: impl FnMut(LoadEvent) + Send,
) -> Result<Loaded, Trouble> {
    let name = &session.account().name;
    let began = session.contacts().mirror_begin(name).await;
    let generation = began.map_err(|e| store_trouble("starting to load", &e))?;
    let started = now(session).await?;
    // Whoever an earlier load met is not missed for good when a list moves under a walk.
    let state = session.contacts().mirror_state(name).await;
    let state = state.map_err(|e| store_trouble("starting to load", &e))?;
    let doubtful = state.complete_at.is_none() && session.list_moves_up();
    let mut seen: HashSet<ContactId> = HashSet::new();
    let mut walked = Walked::default();
    for _ in 0..=EXTRA_WALKS {
        let before = seen.len();
        walked = walk(
            session,
            None,
            generation,
            &mut seen,
            &mut paused,
            &mut report,
        )
        .await?;
        // Where nothing is counted, only a walk that meets nobody new shows that nobody was passed over.
        let told = walked.total.is_some() || walked.pages < 2 || !doubtful;
        let settled = told && walked.missing() == 0 && !walked.shrank;
        if settled || (seen.len() == before && !walked.shrank) {
            break;
        }
    }
    let mut unmet = Vec::new();
    if walked.complete() {
        unmet = left_out(session, generation).await?;
        if unmet.len() > MANY_UNMET {
            walked = walk(
                session,
                None,
                generation,
                &mut seen,
                &mut paused,
                &mut report,
            )
            .await?;
            unmet = left_out(session, generation).await?;
        }
    }
    let mut loaded = Loaded {
        complete: walked.complete(),
        fault: walked.fault,
        shrank: walked.shrank,
        ..Loaded::default()
    };
    if loaded.complete {
        loaded.vanished = confirm(session, &unmet, &mut paused, &mut report).await?;
        let finished = session.contacts().mirror_finish(name, clock::now()).await;
        finished.map_err(|e| store_trouble("updating the mirror", &e))?;
    }
    // What is not known is not taken for nothing: without them all tags stay as they are.
    loaded.untagged = load_tags(session, tags, Some(started), &mut paused, &mut report)
        .await
        .err();
    loaded.contacts = seen.len();
    loaded.missing = walked.missing();
    Ok(loaded)
}

/// The contacts in the mirror that the walk did not meet.
async fn left_out(session: &Session, generation: i64) -> Result<Vec<ContactId>, Trouble> {
    let name = &session.account().name;
    let unmet = session.contacts().mirror_unmet(name, generation).await;
    unmet.map_err(|e| store_trouble("updating the mirror", &e))
}

/// Reads contacts that the list left out; those that exist are kept as they are now. Gives how many do not.
async fn confirm(
    session: &Session,
    unmet: &[ContactId],
    paused: &mut watch::Receiver<bool>,
    report: &mut (impl FnMut(LoadEvent) + Send),
) -> Result<usize, Trouble> {
    let mut vanished = 0;
    for (done, id) in unmet.iter().enumerate() {
        report(LoadEvent::Confirming {
            left: unmet.len() - done,
        });
        go_on(paused, report).await;
        match session.confirm(id).await {
            Ok(contact) => session.remember_contact(&contact).await,
            // Reading it took it out of the mirror.
            Err(trouble) if trouble.kind == TroubleKind::NotFound => vanished += 1,
            // It answers, so it is there.
            Err(trouble) if trouble.kind == TroubleKind::Malformed => {}
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(vanished)
}

/// One walk from the first page to the last.
#[derive(Debug, Clone, Copy, Default)]
struct Walked {
    /// Pages that were read.
    pages: usize,
    /// Different contacts of this walk.
    contacts: usize,
    /// Contacts in all, as the last page told.
    total: Option<u64>,
    /// Whether the total went down on the way: later pages moved up, and contacts between two pages
    /// may have been skipped.
    shrank: bool,
    /// Whether the provider itself said that the list ends.
    ended: bool,
    /// What the list did instead.
    fault: Option<&'static str>,
}

impl Walked {
    /// How many contacts the provider counts that this walk did not meet.
    fn missing(self) -> u64 {
        self.total
            .map_or(0, |t| t.saturating_sub(self.contacts as u64))
    }

    /// Whether the list was seen to its end without a sign that contacts were skipped.
    fn complete(self) -> bool {
        self.ended && self.missing() == 0 && !self.shrank
    }
}

/// Walks the list from `start` on; without one, the whole list.
async fn walk(
    session: &Session,
    start: Option<&Cursor>,
    generation: i64,
    seen: &mut HashSet<ContactId>,
    paused: &mut watch::Receiver<bool>,
    report: &mut (impl FnMut(LoadEvent) + Send),
) -> Result<Walked, Trouble> {
    let mut cursor: Option<Cursor> = start.cloned();
    let mut told = Walked::default();
    let mut trail = Trail::from(start);
    let mut walked: HashSet<ContactId> = HashSet::new();
    loop {
        go_on(paused, report).await;
        let asked = now(session).await?;
        let Found { page, tag } = session.found(cursor.as_ref()).await?;
        told.shrank |= page
            .total
            .zip(told.total)
            .is_some_and(|(now, before)| now < before);
        told.total = page.total.or(told.total);
        told.pages += 1;
        let mut fresh = 0;
        for contact in &page.contacts {
            fresh += usize::from(walked.insert(contact.id.clone()));
            seen.insert(contact.id.clone());
        }
        let stored = session
            .contacts()
            .mirror_page(&session.account().name, &page.contacts, generation, asked)
            .await;
        stored.map_err(|e| store_trouble("keeping a page of contacts", &e))?;
        if let Some(tag) = tag {
            tags::keep(session, &page.contacts, &tag, asked).await?;
        }
        report(LoadEvent::Page {
            loaded: seen.len(),
            total: told.total,
        });
        match trail.after(page.contacts.len(), fresh, page.next) {
            Turn::Go(next) => cursor = Some(next),
            Turn::End | Turn::OddEnd => told.ended = true,
            Turn::Fault(what) => told.fault = Some(what),
        }
        if told.ended || told.fault.is_some() {
            told.contacts = walked.len();
            return Ok(told);
        }
    }
}

/// This moment in the history of the mirror.
async fn now(session: &Session) -> Result<Moment, Trouble> {
    let name = &session.account().name;
    let moment = session.contacts().mirror_moment(name).await;
    moment.map_err(|e| store_trouble("reading the mirror", &e))
}

/// Loads pages until so many different contacts are in the store.
///
/// # Errors
/// When a page can not be had or stored.
pub async fn load_first(
    session: &Session,
    limit: usize,
    mut report: impl FnMut(LoadEvent) + Send,
) -> Result<First, Trouble> {
    let name = &session.account().name;
    let began = session.contacts().mirror_begin(name).await;
    let generation = began.map_err(|e| store_trouble("starting to load", &e))?;
    let mut cursor: Option<Cursor> = None;
    let mut seen: HashSet<ContactId> = HashSet::new();
    let First {
        mut ids,
        mut shortfall,
    } = First::default();
    let mut trail = Trail::default();
    while ids.len() < limit {
        let asked = now(session).await?;
        let page = session.page(cursor.as_ref()).await?;
        let before = ids.len();
        let page_ids = page.contacts.iter().map(|c| c.id.clone());
        ids.extend(page_ids.filter(|id| seen.insert(id.clone())));
        let stored = session
            .contacts()
            .mirror_page(name, &page.contacts, generation, asked)
            .await;
        stored.map_err(|e| store_trouble("keeping a page of contacts", &e))?;
        report(LoadEvent::Page {
            loaded: ids.len(),
            total: page.total,
        });
        match trail.after(page.contacts.len(), ids.len() - before, page.next) {
            Turn::Go(next) => cursor = Some(next),
            Turn::End | Turn::OddEnd => break,
            Turn::Fault(what) => {
                shortfall = (ids.len() < limit).then(|| odd(what));
                break;
            }
        }
    }
    ids.truncate(limit);
    Ok(First { ids, shortfall })
}

/// Returns when loading is not paused.
async fn go_on(paused: &mut watch::Receiver<bool>, report: &mut (impl FnMut(LoadEvent) + Send)) {
    let stop = *paused.borrow();
    if stop {
        report(LoadEvent::Paused);
        // Without anybody who could unpause it, it goes on.
        let _ = paused.wait_for(|p| !*p).await;
        report(LoadEvent::Resumed);
    }
}
