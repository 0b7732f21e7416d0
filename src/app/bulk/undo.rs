//! Taking a run back: a plan of its own. What puts each row back is decided in `engine::plan::back`.

use std::collections::{BTreeSet, HashSet};

use super::plan::{Asked, header, planner, refusal};
use crate::app::session::{Session, store_trouble};
use crate::domain::{Contact, Edit, Patch, Trouble, TroubleKind, count};
use crate::engine::journal::RunId;
use crate::engine::plan::back::{back, left_by};
use crate::engine::plan::{Allowed, Plan};
use crate::engine::reason::Reason;
use crate::store::{RunRecord, RunRow};

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
    let (mut planner, mut doubts) =
        planner(session, &names_of(&all), allowed, BTreeSet::new()).await?;
    doubts.extend(undone(session, &record).await?);
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
            let left = left_by(known.clone().unwrap_or_else(blank), &row.fold);
            let now = known.unwrap_or_else(|| left.clone());
            let (patch, changed) = back(&row.fold, &left, &now, session.table());
            rows.push(match (patch.is_empty(), changed) {
                (false, None) => planner.row(&now, &patch, |c, p| refusal(session, c, p)),
                // The copy here may be older than the run: the contact itself decides when its turn comes.
                (true, None) => {
                    let (patch, _) = back(&row.fold, &left, &left, session.table());
                    planner.row(&left, &patch, |c, p| refusal(session, c, p))
                }
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

/// What was taken back of a run before, in a sentence for each run that did; each goes on with what was taken back of
/// that, to the last.
async fn undone(session: &Session, run: &RunRecord) -> Result<Vec<String>, Trouble> {
    let name = &session.account().name;
    let store = session.journal();
    let failed = |e| store_trouble("reading the history", &e);
    let mut sentences = Vec::new();
    for by in store.undone_by(name, run.id).await.map_err(failed)? {
        let (all, part) = (run.tally.applied, by.tally.applied);
        let mut words = match part >= all {
            true => format!("run {} was undone by run {} already", run.id, by.id),
            false => {
                let of = count::contacts(all);
                format!(
                    "run {} took back {part} of the {of} of run {} already",
                    by.id, run.id
                )
            }
        };
        // Who takes back comes later than what is taken back: this ends.
        let mut last = by;
        while let Some(next) = store.undone_by(name, last.id).await.map_err(failed)?.pop() {
            words.push_str(&match next.tally.applied {
                part if part < last.tally.applied => {
                    format!(", and run {} took {part} of these back", next.id)
                }
                _ => format!(", which run {} took back", next.id),
            });
            last = next;
        }
        sentences.push(words);
    }
    Ok(sentences)
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
