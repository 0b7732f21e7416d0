//! Taking a run back: a plan of its own, by three-way comparison. What a value was before the run, what the run
//! made of it, what it is now: only where the last two agree is the first put back. Of tags, those that the run
//! added go, and those that it removed come back.

use std::collections::{BTreeSet, HashSet};

use super::plan::{Asked, header, planner, refusal};
use crate::app::session::{Session, store_trouble};
use crate::domain::attribute::same;
use crate::domain::{Change, Contact, Edit, Patch, Trouble, TroubleKind};
use crate::engine::journal::RunId;
use crate::engine::plan::{Allowed, Plan, base_of};
use crate::engine::reason::Reason;
use crate::engine::run::look::value_of;
use crate::store::RunRow;

/// Rows of the journal read at once.
const CHUNK: usize = 500;

/// A plan that takes back what a run changed; of all its rows, or only of these. Rows that the run did not
/// change are not in it.
///
/// # Errors
/// There is no such run, it was forgotten, or it can not be read.
pub async fn undo(
    session: &Session,
    run: RunId,
    only: Option<&HashSet<u32>>,
    allowed: Allowed,
    reason: Option<String>,
) -> Result<Plan, Trouble> {
    let account = session.account();
    let tried = format!("undoing run {run}");
    let failed = |e| store_trouble(&tried, &e);
    let store = session.journal();
    let Some(record) = store.run(&account.name, run).await.map_err(failed)? else {
        let message = format!("{tried}: {} has no such run", account.name);
        return Err(Trouble::new(TroubleKind::NotFound, message)
            .with_hint("`cardex runs` lists those that it has"));
    };
    if record.forgotten_at.is_some() {
        let message = format!("{tried}: what it changed was deleted from the history");
        return Err(Trouble::new(TroubleKind::Invalid, message));
    }
    let all = record.header.change.clone().unwrap_or_default();
    let (mut planner, doubts) = planner(session, &names_of(&all), allowed, BTreeSet::new()).await?;
    let mut rows = Vec::new();
    let mut from = 0;
    loop {
        let chunk = store.run_rows(run, from, CHUNK).await.map_err(failed)?;
        let Some(last) = chunk.last() else { break };
        from = last.row + 1;
        let chosen = |row: &&RunRow| only.is_none_or(|only| only.contains(&row.row));
        for row in chunk.iter().filter(chosen) {
            if row.fold.intents.is_empty() {
                continue;
            }
            let known = session
                .contacts()
                .contact(&account.name, &row.id)
                .await
                .map_err(failed)?;
            let blank = || Contact::new(row.id.clone(), account.name.clone(), account.provider);
            let left = left_by(known.clone().unwrap_or_else(blank), row);
            let now = known.unwrap_or_else(|| left.clone());
            let (patch, changed) = back(row, &left, &now);
            rows.push(match (patch.is_empty(), changed) {
                (false, None) => planner.row(&now, &patch, |c, p| refusal(session, c, p)),
                (true, None) => planner.settled(&now, Ok("as it was before the run")),
                (_, Some(key)) => {
                    let why = format!("{key}: changed again since the run; left as it is");
                    planner.settled(&now, Err((Reason::Conflict, why)))
                }
            });
        }
    }
    let asked = Asked {
        allowed,
        reason,
        ..Asked::default()
    };
    let mut header = header(session, None, &asked);
    header.undo_of = Some(run);
    header.doubts = doubts;
    Ok(Plan { header, rows })
}

/// The contact with the values that the run left.
fn left_by(known: Contact, row: &RunRow) -> Contact {
    let changes: Vec<_> = row.fold.changes();
    let after: Vec<_> = changes
        .iter()
        .map(|c| Change {
            key: c.key.clone(),
            old: c.new.clone(),
            new: c.old.clone(),
        })
        .collect();
    base_of(known, &after, None)
}

/// What puts a row back, and the first value that somebody else changed since, where somebody did.
fn back(row: &RunRow, left: &Contact, now: &Contact) -> (Patch, Option<String>) {
    let changes = row.fold.changes();
    let before = base_of(left.clone(), &changes, None);
    let mut patch = Patch::between(left, &before);
    let did = row.fold.patch().tags;
    patch.tags.remove = did.add.intersection(&now.tags).cloned().collect();
    patch.tags.add = did.remove.difference(&now.tags).cloned().collect();
    let differs = |key: &str| !same(&value_of(left, key), &value_of(now, key));
    let mut values = changes.iter().filter(|c| c.key != "tags");
    let changed = values.find(|c| differs(&c.key));
    (patch, changed.map(|c| c.key.clone()))
}

/// The names that taking a change back would set: what a planner has to know about.
fn names_of(change: &Patch) -> Patch {
    let mut names = Patch::default();
    names.tags.add = change.tags.remove.clone();
    names.tags.remove = change.tags.add.clone();
    for name in change.attributes.keys() {
        names.attributes.insert(name.clone(), Edit::Clear);
    }
    names
}
