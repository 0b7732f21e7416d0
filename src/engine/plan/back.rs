//! Taking a row of a run back, by three-way comparison: what a value was before the run, what the run left, what
//! it is now. Of tags, those that the run added go, and those that it removed come back.

use super::base_of;
use crate::domain::attribute::same;
use crate::domain::{Change, Contact, FieldTable, Patch, TagSet, diff};
use crate::engine::journal::RowFold;
use crate::engine::run::look::value_of;

/// The contact with the values that the run left.
pub fn left_by(known: Contact, fold: &RowFold) -> Contact {
    let changes = fold.changes().into_iter();
    let after: Vec<_> = changes
        .map(|c| Change {
            key: c.key,
            old: c.new,
            new: c.old,
        })
        .collect();
    base_of(known, &after, None)
}

/// What puts a contact back, which the run left as `left` and which is `now` so; and the first value that is
/// neither as the run left it nor as it was before, where there is one: somebody else changed it since.
pub fn back(
    fold: &RowFold,
    left: &Contact,
    now: &Contact,
    table: &FieldTable,
) -> (Patch, Option<String>) {
    let changes = fold.changes();
    let before = base_of(left.clone(), &changes, None);
    let mut patch = Patch::between(left, &before);
    let mut did = fold.patch().tags;
    // What was seen not to have arrived is not the run's to take back.
    if let Some(seen) = fold.otherwise.iter().find(|c| c.key == "tags") {
        let names = seen.new.as_array().into_iter().flatten();
        let held: TagSet = names.filter_map(|t| t.as_str().map(String::from)).collect();
        let loose = table.tags.ignore_case;
        did.add.retain(|t| diff::contains(&held, t, loose));
        did.remove.retain(|t| !diff::contains(&held, t, loose));
    }
    let loose = table.tags.ignore_case;
    // As they are spelled now.
    let added = |t: &&String| diff::contains(&did.add, t, loose);
    let gone = |t: &&String| !diff::contains(&now.tags, t, loose);
    patch.tags.remove = now.tags.iter().filter(added).cloned().collect();
    patch.tags.add = did.remove.iter().filter(gone).cloned().collect();
    let is = |key: &str, then: &Contact| same(&value_of(then, key), &value_of(now, key));
    let mut values = changes.iter().filter(|c| c.key != "tags");
    let changed = values.find(|c| !is(&c.key, left) && !is(&c.key, &before));
    (patch, changed.map(|c| c.key.clone()))
}
