//! Filling the roster of an account whose provider lists nothing: by hand, from a file, from an account that
//! sees the same inbox from the inside.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::app::session::{Session, store_trouble};
use crate::app::teller::Teller;
use crate::app::trail::{Trail, Turn};
use crate::app::{clock, failure, loader};
use crate::config::Account;
use crate::domain::field::IdRule;
use crate::domain::{ContactId, ProviderId, Trouble, TroubleKind};
use crate::provider::chatwoot::inboxes;
use crate::provider::{Call, Codec, Reply, chatwoot};
use crate::secret::{Configured, Secret};
use crate::tui::msg::Msg;

pub mod file;

pub use crate::store::{RosterAdded, RosterEntry};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// What became of the contacts.
    pub added: RosterAdded,
    /// Contacts that stood in the file more than once, not counted above.
    pub doubled: usize,
}

/// What was taken from an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The inbox's name.
    pub inbox: String,
    /// Different contacts that were looked at.
    pub seen: usize,
    /// What became of those in the inbox.
    pub added: RosterAdded,
    /// Contacts whose source id can not be addressed.
    pub skipped: usize,
    /// What makes it likely that the account has more contacts than it listed.
    pub shortfall: Option<String>,
}

/// A contact for the roster.
///
/// # Errors
/// Says what a source id or an identifier looks like.
pub fn entry(
    source_id: &str,
    identifier: Option<&str>,
    origin: &str,
    added_at: Timestamp,
) -> Result<RosterEntry, String> {
    IdRule::SourceId
        .check(source_id)
        .map_err(|m| m.trim_start_matches("id: ").to_string())?;
    let identifier = identifier.filter(|i| !i.is_empty());
    if let Some(text) = identifier
        && (text.chars().count() > 255 || text.chars().any(char::is_control))
    {
        return Err(format!(
            "{text:?} is no identifier; it has at most 255 characters, on one line"
        ));
    }
    Ok(RosterEntry {
        source_id: ContactId::new(source_id),
        identifier: identifier.map(str::to_string),
        added_at,
        origin: origin.to_string(),
    })
}

/// Adds one contact.
///
/// # Errors
/// When the account has no roster, an id is none, or the store can not be written.
pub async fn add(
    session: &Session,
    source_id: &str,
    identifier: Option<&str>,
) -> Result<RosterAdded, Trouble> {
    session.needs_roster()?;
    let entry = entry(source_id, identifier, "typed", clock::now());
    let entry = entry.map_err(|m| Trouble::new(TroubleKind::Invalid, m))?;
    put(session, vec![entry]).await
}

/// Adds one contact and reads it, for the screen.
pub async fn add_on_screen(session: Session, sender: Teller, id: ContactId) {
    let added = add(&session, id.as_str(), None).await;
    let read = match added {
        Ok(_) => session.read(&id).await,
        Err(trouble) => Err(trouble),
    };
    match read {
        Ok(contact) => {
            session.remember_contact(&contact).await;
            let title = contact.title();
            sender.tell(Msg::Said(format!("{title} is in the roster")));
        }
        Err(trouble) => sender.tell(Msg::Failed(trouble)),
    }
    sender.tell(Msg::StoreChanged);
}

/// Adds the contacts of a file's text; all, or where a line is wrong none.
///
/// # Errors
/// Names every wrong line; or when the account has no roster, or the store can not be written.
pub async fn import(session: &Session, name: &str, text: &str) -> Result<Filled, Trouble> {
    session.needs_roster()?;
    let read = file::read(text, &format!("file {name}"), clock::now());
    let read = read.map_err(|wrong| file::trouble(name, &wrong))?;
    Ok(Filled {
        added: put(session, read.entries).await?,
        doubled: read.doubled,
    })
}

/// Takes a contact out; what is kept of it here goes, too. Whether it was in it.
///
/// # Errors
/// When the account has no roster, or the store can not be written.
pub async fn remove(session: &Session, source_id: &str) -> Result<bool, Trouble> {
    session.needs_roster()?;
    let (name, id) = (&session.account().name, ContactId::new(source_id));
    let tried = "taking a contact out of the roster";
    let removed = session.store().roster_remove(name, &id).await;
    let removed = removed.map_err(|e| store_trouble(tried, &e))?;
    let dropped = session.contacts().mirror_drop(name, &id).await;
    dropped.map_err(|e| store_trouble(tried, &e))?;
    Ok(removed)
}

async fn put(session: &Session, entries: Vec<RosterEntry>) -> Result<RosterAdded, Trouble> {
    let added = session
        .store()
        .roster_add(&session.account().name, entries)
        .await;
    added.map_err(|e| store_trouble("adding to the roster", &e))
}

/// Adds every contact that an application account lists in the inbox of `session`. `report` is told how many
/// were looked at, of how many.
///
/// # Errors
/// When the account has no roster, the other is no application account, none of its inboxes is ours, or a page
/// can not be had; nothing is added then.
pub async fn from_account(
    session: &Session,
    other: &Session,
    mut report: impl FnMut(usize, Option<u64>) + Send,
) -> Result<Taken, Trouble> {
    session.needs_roster()?;
    let account = other.account();
    if account.provider != ProviderId::Chatwoot {
        let message = format!(
            "the account {} is a {} one; source ids come from a chatwoot account",
            account.name, account.provider
        );
        return Err(Trouble::new(TroubleKind::Invalid, message));
    }
    let inbox = find_inbox(session.account(), other).await?;
    let origin = format!("account {}", account.name);
    let context = account.context();
    let (mut taken, mut entries, mut cursor) = (Taken::default(), Vec::new(), None);
    let (mut trail, mut met) = (Trail::default(), HashSet::new());
    loop {
        let call = inboxes::page(&context, cursor.as_ref());
        let tried = format!("listing the contacts of {}", account.name);
        let response = other.answer(&call, &tried).await?;
        let unreadable = |e| other.unreadable(&tried, &e);
        let page = chatwoot::Chatwoot.decode(&context, &call, &response);
        let Reply::Page(page) = page.map_err(unreadable)? else {
            break;
        };
        let now = clock::now();
        let places = inboxes::placed(&response).map_err(unreadable)?;
        for place in places.into_iter().filter(|p| p.inbox == inbox.id) {
            match entry(&place.source_id, place.identifier.as_deref(), &origin, now) {
                Ok(entry) => entries.push(entry),
                Err(_) => taken.skipped += 1,
            }
        }
        let came = page.contacts.len();
        met.extend(page.contacts.into_iter().map(|contact| contact.id));
        let new = met.len() - taken.seen;
        taken.seen = met.len();
        report(taken.seen, page.total);
        match trail.after(came, new, page.next) {
            Turn::Go(next) => cursor = Some(next),
            Turn::End | Turn::OddEnd => {
                let never = page.total.map(|all| all.saturating_sub(met.len() as u64));
                taken.shortfall = never.filter(|n| *n > 0).map(loader::uncounted);
                break;
            }
            Turn::Fault(what) => {
                taken.shortfall = Some(loader::odd(what));
                break;
            }
        }
    }
    // The list can bring a contact twice.
    let mut met = HashSet::new();
    entries.retain(|entry| met.insert(entry.source_id.clone()));
    taken.inbox = inbox.name;
    taken.added = put(session, entries).await?;
    Ok(taken)
}

/// The inbox of an application account whose secret name is that of ours.
async fn find_inbox(ours: &Account, other: &Session) -> Result<inboxes::ApiInbox, Trouble> {
    let account = other.account();
    let tried = format!("looking for the inbox of {} in {}", ours.name, account.name);
    let secret = own_inbox(ours).await?;
    let call: Call = inboxes::list(&account.context());
    let response = other.answer(&call, &tried).await?;
    let found = inboxes::api_inboxes(&response).map_err(|e| other.unreadable(&tried, &e))?;
    let names: Vec<String> = found.iter().map(|i| format!("{:?}", i.name)).collect();
    let same = |i: &inboxes::ApiInbox| Secret::new(&i.identifier).is_ok_and(|s| s == secret);
    if let Some(inbox) = found.into_iter().find(same) {
        return Ok(inbox);
    }
    let seen = match names.is_empty() {
        true => "it sees no API inbox at all".to_string(),
        false => format!(
            "none of its API inboxes has that inbox_identifier ({})",
            names.join(", ")
        ),
    };
    Err(
        Trouble::new(TroubleKind::NotFound, format!("{tried}: {seen}")).with_hint(
            "see that both accounts are of one server and one Chatwoot account; an agent's token sees only the \
             inboxes that the agent belongs to",
        ),
    )
}

async fn own_inbox(account: &Account) -> Result<Secret, Trouble> {
    let Some(inbox) = account.inbox_identifier.clone() else {
        let message = format!("the account {} has no inbox_identifier", account.name);
        return Err(Trouble::new(TroubleKind::SignIn, message));
    };
    if let Configured::Written(secret) = inbox {
        return Ok(secret);
    }
    let resolved = tokio::task::spawn_blocking(move || inbox.resolve()).await;
    let stopped = |_| {
        let message = format!(
            "reading the inbox_identifier of {}: it stopped",
            account.name
        );
        Trouble::new(TroubleKind::SignIn, message)
    };
    let resolved = resolved.map_err(stopped)?;
    resolved.map_err(|e| failure::of_secret(account, "inbox_identifier", &e))
}
