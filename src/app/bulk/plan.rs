//! Making a plan: from the ids that somebody chose, or from a filter, and what is known of the contacts.

use std::collections::{BTreeSet, HashSet};

use super::alike;
use crate::app::session::{Session, store_trouble};
use crate::app::{clock, user};
use crate::domain::{Contact, ContactId, Filter, Order, Patch, Trouble, TroubleKind};
use crate::engine::plan::planner::Block;
use crate::engine::plan::{Allowed, Header, Plan, Planner, Row};
use crate::engine::reason::Reason;

/// Contacts read from the store at once.
const CHUNK: usize = 500;

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The change, the same for every contact.
    pub patch: Patch,
    /// What was allowed by name.
    pub allowed: Allowed,
    /// Why, in somebody's words.
    pub reason: Option<String>,
    /// The filter that chose the contacts, in words.
    pub filter: Option<String>,
    /// Whether what the store knows is taken for the present; else every contact is looked at when its turn
    /// comes, and none is passed over because of what was known.
    pub present: bool,
}

/// A plan over these contacts, in this order; the same id twice is one row. What the store knows of them is
/// taken as it is.
///
/// # Errors
/// What is known of the account can not be had.
pub async fn by_ids(session: &Session, ids: &[ContactId], asked: &Asked) -> Result<Plan, Trouble> {
    let (mut planner, mut doubts) =
        planner(session, &asked.patch, asked.allowed, BTreeSet::new()).await?;
    let added = &asked.patch.tags.add;
    doubts.extend(alike::doubts(session, added, planner.catalogue()).await?);
    let account = session.account();
    let mut seen = HashSet::with_capacity(ids.len());
    let ids: Vec<ContactId> = ids.iter().filter(|id| seen.insert(*id)).cloned().collect();
    drop(seen);
    let mut rows: Vec<Row> = Vec::with_capacity(ids.len());
    let mut chunks = ids.chunks(CHUNK);
    let ask = |chunk: &[ContactId]| {
        let store = session.contacts();
        store.contacts_of(&account.name, chunk.to_vec())
    };
    // The next ones are read while these are planned.
    let mut asked_for = chunks.next().map(|chunk| (chunk, ask(chunk)));
    while let Some((chunk, found)) = asked_for.take() {
        asked_for = chunks.next().map(|chunk| (chunk, ask(chunk)));
        let found = found
            .await
            .map_err(|e| store_trouble("reading the contacts", &e))?;
        for (id, contact) in chunk.iter().zip(found) {
            let blank = || Contact::new(id.clone(), account.name.clone(), account.provider);
            rows.push(match contact {
                Some(contact) if asked.present => {
                    planner.row(&contact, &asked.patch, |c, p| refusal(session, c, p))
                }
                Some(contact) => {
                    let mut row = planner.unread(&blank(), &asked.patch);
                    row.name = contact.title().into();
                    row
                }
                None => planner.unread(&blank(), &asked.patch),
            });
        }
    }
    let mut header = header(session, Some(asked.patch.clone()), asked);
    header.doubts = doubts;
    Ok(Plan { header, rows })
}

/// A plan over the contacts in the store that a filter finds, in the order of the list.
///
/// # Errors
/// As [`by_ids`].
pub async fn by_filter(session: &Session, filter: &Filter, asked: &Asked) -> Result<Plan, Trouble> {
    let name = &session.account().name;
    let ids = session.contacts().ids(name, filter, Order::default()).await;
    let ids = ids.map_err(|e| store_trouble("reading the contacts", &e))?;
    by_ids(session, &ids, asked).await
}

/// What a plan of this account says about itself.
pub(in crate::app) fn header(session: &Session, change: Option<Patch>, asked: &Asked) -> Header {
    Header {
        account: session.account().name.clone(),
        provider: session.account().provider,
        place: session.place_text(),
        made_at: clock::now(),
        made_by: user::name(),
        change,
        allowed: asked.allowed,
        reason: asked.reason.clone(),
        undo_of: None,
        filter: asked.filter.clone(),
        doubts: Vec::new(),
    }
}

/// A planner with what is known of the account, and what could not be looked up. `more_names`: attributes that
/// contacts have, whether or not that is known here.
pub(super) async fn planner(
    session: &Session,
    patch: &Patch,
    allowed: Allowed,
    more_names: BTreeSet<String>,
) -> Result<(Planner, Vec<String>), Trouble> {
    let account = session.account();
    let definitions = match patch.attributes.is_empty() {
        true => Vec::new(),
        false => session.definitions().await?,
    };
    // Where new tags are allowed nothing is refused by it, and it would be one request more: tags that are spelled
    // alike are looked for among the contacts that are known here.
    let asks_catalogue = session.table().tags.outside_catalogue.is_some()
        && !patch.tags.add.is_empty()
        && !allowed.new_tag;
    let mut doubts = Vec::new();
    let catalogue = match asks_catalogue {
        false => None,
        // Without it nothing is blocked: whether a tag was stored is seen afterwards.
        true => match session.catalogue().await {
            Ok(catalogue) => catalogue,
            Err(trouble) if trouble.kind == TroubleKind::SignIn => return Err(trouble),
            Err(trouble) => {
                doubts.push(format!("which tags exist is not known: {trouble}"));
                None
            }
        },
    };
    let blank = Contact::new(ContactId::new(""), account.name.clone(), account.provider);
    let mut names = session.names_for_guards(&blank, patch).await?;
    names.extend(more_names);
    let region = account.default_region.clone();
    let table = session.table().clone();
    let planner = Planner::new(table, definitions, region, catalogue, names, allowed);
    Ok((planner, doubts))
}

/// Why the provider can not store a change.
pub(super) fn refusal(session: &Session, base: &Contact, patch: &Patch) -> Option<Block> {
    let problem = session.refuses(base, patch).into_iter().next()?;
    Some((
        Reason::Invalid,
        format!("{}: {}", problem.key, problem.message),
    ))
}
