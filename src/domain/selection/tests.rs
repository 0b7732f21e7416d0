//! The laws of marking, against a plain set.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Numbers close together and far apart, over the borders of words and blocks.
fn row() -> impl Strategy<Value = u32> {
    prop_oneof![
        0_u32..140,
        16_350_u32..16_420,
        100_000_u32..100_010,
        Just(5_000_000)
    ]
}

fn rows() -> impl Strategy<Value = BTreeSet<u32>> {
    prop::collection::btree_set(row(), 0..60)
}

fn marks(rows: &BTreeSet<u32>) -> Marks {
    rows.iter().copied().collect()
}

fn selection(rows: &BTreeSet<u32>) -> Selection {
    let mut selection = Selection::default();
    selection.change(MarkChange::Mark, &marks(rows));
    selection
}

/// One thing a person or the store can do.
#[derive(Debug, Clone)]
enum Step {
    Toggle(u32),
    Change(MarkChange, BTreeSet<u32>),
    Clear,
    Restore,
    Lose(BTreeSet<u32>),
}

fn step() -> impl Strategy<Value = Step> {
    let change = prop_oneof![
        Just(MarkChange::Mark),
        Just(MarkChange::Unmark),
        Just(MarkChange::Invert)
    ];
    prop_oneof![
        3 => row().prop_map(Step::Toggle),
        3 => (change, rows()).prop_map(|(c, r)| Step::Change(c, r)),
        1 => Just(Step::Clear),
        1 => Just(Step::Restore),
        1 => rows().prop_map(Step::Lose),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is done, what is marked is what a plain set would hold.
    #[test]
    fn marks_are_a_set(steps in prop::collection::vec(step(), 0..20)) {
        let mut selection = Selection::default();
        let (mut now, mut last): (BTreeSet<u32>, Option<BTreeSet<u32>>) = Default::default();
        for step in steps {
            match step {
                Step::Toggle(row) => {
                    selection.toggle(row);
                    if !now.remove(&row) {
                        now.insert(row);
                    }
                }
                Step::Change(change, rows) => {
                    selection.change(change, &marks(&rows));
                    now = match change {
                        MarkChange::Mark => &now | &rows,
                        MarkChange::Unmark => &now - &rows,
                        MarkChange::Invert => &now ^ &rows,
                    };
                }
                Step::Clear => {
                    prop_assert_eq!(selection.clear(), now.len());
                    if !now.is_empty() {
                        last = Some(std::mem::take(&mut now));
                    }
                }
                Step::Restore => {
                    prop_assert_eq!(selection.restore(), last.is_some());
                    if let Some(before) = last.take() {
                        let marked = std::mem::replace(&mut now, before);
                        last = (!marked.is_empty()).then_some(marked);
                    }
                }
                Step::Lose(gone) => {
                    let lost = now.intersection(&gone).count();
                    prop_assert_eq!(selection.lose(&marks(&gone)), lost);
                    now = &now - &gone;
                    last = last.map(|l| &l - &gone);
                }
            }
            prop_assert_eq!(selection.len(), now.len());
            prop_assert_eq!(selection.marks().iter().collect::<Vec<_>>(), now.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(selection.marks().as_ref(), &marks(&now), "equal sets are equal");
            prop_assert!(now.iter().all(|r| selection.contains(*r)));
        }
    }

    #[test]
    fn inverting_twice_changes_nothing(before in rows(), view in rows()) {
        let mut selection = selection(&before);
        selection.change(MarkChange::Invert, &marks(&view));
        let inverted = selection.marks().clone();
        prop_assert!(view.iter().all(|r| inverted.contains(*r) != before.contains(r)));
        selection.change(MarkChange::Invert, &marks(&view));
        prop_assert_eq!(selection.marks().as_ref(), &marks(&before));
    }

    #[test]
    fn marking_a_range_and_unmarking_it_leaves_what_was_marked_elsewhere(before in rows(), range in rows()) {
        let mut selection = selection(&before);
        selection.change(MarkChange::Mark, &marks(&range));
        prop_assert!(range.iter().all(|r| selection.contains(*r)));
        selection.change(MarkChange::Unmark, &marks(&range));
        prop_assert_eq!(selection.marks().as_ref(), &marks(&(&before - &range)));
    }

    /// What was counted as hidden stays right while only rows of the view change.
    #[test]
    fn hidden_marks_are_all_marks_but_the_visible(
        before in rows(),
        view in rows(),
        changes in prop::collection::vec((0..3_usize, rows()), 0..6),
    ) {
        let hidden = |s: &Selection| s.marks().iter().filter(|r| !view.contains(r)).count();
        let mut selection = selection(&before);
        let counted = hidden(&selection);
        selection.count_hidden(Some(counted));
        for (kind, rows) in changes {
            let change = [MarkChange::Mark, MarkChange::Unmark, MarkChange::Invert][kind];
            selection.change(change, &marks(&(&rows & &view)));
            prop_assert_eq!(selection.hidden(), Some(hidden(&selection)));
        }
    }

    #[test]
    fn contacts_that_vanish_lose_their_mark_for_good(before in rows(), gone in rows()) {
        let mut selection = selection(&before);
        selection.lose(&marks(&gone));
        selection.clear();
        selection.restore();
        prop_assert!(gone.iter().all(|r| !selection.contains(*r)));
        prop_assert_eq!(selection.marks().as_ref(), &marks(&(&before - &gone)));
    }
}

#[test]
fn nothing_marked_is_nothing() {
    let mut selection = Selection::default();
    assert!(selection.is_empty() && !selection.contains(0));
    assert_eq!((selection.clear(), selection.restore()), (0, false));
    // Dropping nothing forgets nothing.
    selection.toggle(7);
    selection.clear();
    assert_eq!(selection.clear(), 0);
    assert!(selection.restore() && selection.contains(7));
}

#[test]
fn the_highest_number_is_a_number() {
    let mut marks = Marks::default();
    assert!(marks.insert(u32::MAX) && !marks.insert(u32::MAX) && marks.contains(u32::MAX));
    assert_eq!(marks.iter().collect::<Vec<_>>(), [u32::MAX]);
    assert!(marks.remove(u32::MAX) && !marks.remove(u32::MAX));
    assert_eq!(marks, Marks::default());
}

#[test]
fn a_million_marks_are_small() {
    let marks: Marks = (1..=1_000_000).collect();
    assert_eq!(marks.len(), 1_000_000);
    assert!(marks.blocks_len() <= 62, "of 2 kB each");
}
