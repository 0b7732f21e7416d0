//! Holding a plan that was made earlier, or elsewhere, against the present: against what is allowed and acceptable
//! here, and, where somebody wants to see it before, against each contact as it is now. What is done at a row's
//! turn is decided then, whatever was seen here.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use super::plan::{planner, refusal};
use crate::app::session::{Session, store_trouble};
use crate::domain::{Change, Contact, Patch, Trouble, TroubleKind, count, diff};
use crate::engine::plan::{Plan, Planned, Planner, Row, base_of};
use crate::engine::reason::Reason;
use crate::provider::Target;
use crate::transport::Priority;

/// Contacts taken from the store at once.
const CHUNK: usize = 500;

/// The plan with its rows as the account's rules have them here and now: what would have to be allowed by name, and
/// was not, and values that are not acceptable, are blocked. No contact is read.
///
/// # Errors
/// What is known of the account can not be had.
pub async fn allowed_here(session: &Session, mut plan: Plan) -> Result<Plan, Trouble> {
    let mut planner = planner_of(session, &mut plan).await?;
    let account = session.account();
    for row in plan.rows.iter_mut().filter(|r| r.goes()) {
        let blank = Contact::new(row.id.clone(), account.name.clone(), account.provider);
        let new = match &row.planned {
            Planned::Send { patch, .. } => {
                let base = base_of(blank, &row.changes(), row.record.as_deref());
                planner.row(&base, patch, |_, _| None)
            }
            Planned::Unread { patch } => planner.unread(&blank, patch),
            Planned::Nothing { .. } | Planned::Blocked { .. } => continue,
        };
        // Only what is in the way is taken over: the values stay those that were looked at.
        if let Planned::Blocked { .. } = new.planned {
            row.planned = new.planned;
        }
    }
    Ok(plan)
}

/// The plan with every contact whose turn would come as it is now: what would be changed, what is so already, and
/// what somebody changed since the plan was made. `report` is told how many of how many were read.
///
/// # Errors
/// The provider does not answer, or does not let in; what is known can not be had.
pub async fn looked_at(
    session: &Session,
    mut plan: Plan,
    mut report: impl FnMut(usize, usize),
) -> Result<Plan, Trouble> {
    let mut planner = planner_of(session, &mut plan).await?;
    let mut unread: (usize, Option<Trouble>) = (0, None);
    let turns: Vec<usize> = (0..plan.rows.len())
        .filter(|at| plan.rows.get(*at).is_some_and(Row::goes))
        .collect();
    let mut read = 0;
    report(read, turns.len());
    for chunk in turns.chunks(CHUNK) {
        let ids = chunk.iter().filter_map(|at| plan.rows.get(*at));
        let ids: Vec<_> = ids.map(|r| r.id.clone()).collect();
        let known = session.contacts();
        let known = known.contacts_of(&session.account().name, ids.clone());
        let known = known
            .await
            .map_err(|e| store_trouble("reading the contacts", &e))?;
        let each = ids.into_iter().zip(known).map(|(id, known)| {
            let session = session.clone();
            async move {
                let target = Target {
                    id: &id,
                    known: known.as_ref(),
                    written_at: None,
                    whole: true,
                };
                let found = session.read_target(target, Priority::Background).await;
                if let Ok(contact) = &found {
                    session.remember_contact(contact).await;
                }
                found
            }
        });
        let mut found = stream::iter(each).buffered(session.rows_at_once());
        for at in chunk {
            let Some(now) = found.next().await else { break };
            read += 1;
            report(read, turns.len());
            let Some(row) = plan.rows.get_mut(*at) else {
                continue;
            };
            match now {
                Ok(now) => row.planned = present(&mut planner, session, row, &now),
                Err(trouble) => match trouble.kind {
                    TroubleKind::NotFound => {
                        let why = Arc::from(trouble.message);
                        let reason = Reason::NotFound;
                        row.planned = Planned::Blocked { reason, why };
                    }
                    // It may be this contact alone: what becomes of it is seen at its turn.
                    TroubleKind::Malformed | TroubleKind::Server | TroubleKind::Rejected => {
                        unread = (unread.0 + 1, Some(unread.1.unwrap_or(trouble)));
                    }
                    _ => return Err(trouble),
                },
            }
        }
    }
    if let (rows, Some(trouble)) = unread {
        let rows = count::contacts(rows);
        let doubt = format!("{rows} could not be read; the first: {trouble}");
        plan.header.doubts.push(doubt);
    }
    Ok(plan)
}

/// What is planned for a contact that was just read.
fn present(planner: &mut Planner, session: &Session, row: &Row, now: &Contact) -> Planned {
    let Some(patch) = row.patch() else {
        return row.planned.clone();
    };
    if let Planned::Send { .. } = row.planned {
        let base = base_of(now.clone(), &row.changes(), row.record.as_deref());
        let changed = match (&base.record, &now.record) {
            (Some(then), Some(now)) if then != now => vec!["the record behind the id".to_string()],
            _ => {
                let rows = diff::conflicts(&base, now, patch, session.table());
                rows.into_iter().map(|c| c.key).collect()
            }
        };
        if !changed.is_empty() {
            let keys = changed.join(", ");
            return Planned::Blocked {
                reason: Reason::Conflict,
                why: format!("{keys}: somebody changed it since; left as it is").into(),
            };
        }
    }
    let row = planner.row(now, patch, |c, p| refusal(session, c, p));
    row.planned
}

/// A planner for all patches of a plan. The attributes that its rows had values of exist, whether or not a contact
/// that has one is known here.
async fn planner_of(session: &Session, plan: &mut Plan) -> Result<Planner, Trouble> {
    let mut patches: Vec<&Arc<Patch>> = Vec::new();
    let mut names = BTreeSet::new();
    for row in plan.rows.iter().filter(|r| r.goes()) {
        let Some(patch) = row.patch() else { continue };
        if !patches.iter().rev().take(8).any(|p| Arc::ptr_eq(p, patch)) {
            patches.push(patch);
        }
        if !patch.attributes.is_empty() {
            names.extend(row.changes().into_iter().filter_map(had));
        }
    }
    let mut all = Patch::default();
    for patch in patches {
        all.tags.add.extend(patch.tags.add.iter().cloned());
        all.tags.remove.extend(patch.tags.remove.iter().cloned());
        all.attributes.extend(patch.attributes.clone());
    }
    let (planner, doubts) = planner(session, &all, plan.header.allowed, names).await?;
    for doubt in doubts {
        if !plan.header.doubts.contains(&doubt) {
            plan.header.doubts.push(doubt);
        }
    }
    Ok(planner)
}

/// The attribute that a change found a value of.
fn had(change: Change) -> Option<String> {
    let name = change.key.strip_prefix("attr.")?;
    (!change.old.is_null()).then(|| name.to_string())
}
