//! The laws of the fold: what it says is what happened, after any number of entries.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{AccountName, Contact, ContactId, Edit, FieldKey, ProviderId, TagSet, diff};
use crate::engine::plan::base_of;

/// One try: what is asked, and how far it comes.
#[derive(Debug, Clone)]
struct Try {
    patch: Patch,
    arrives: bool,
    ends: Ending,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    /// Settled, then opened again before the next one.
    Known,
    /// Nobody knows; the next try follows a look.
    Unheard,
}

fn a_try() -> impl Strategy<Value = Try> {
    let tags = || prop::collection::btree_set("[a-c]", 0..3);
    let name = prop::option::of(prop_oneof![Just(Edit::Clear), "[x-z]".prop_map(Edit::Set)]);
    let attribute = prop::option::of(prop_oneof![
        Just(Edit::Clear),
        (0..3_u8).prop_map(|n| Edit::Set(json!(n)))
    ]);
    let ends = prop::sample::select(vec![Ending::Known, Ending::Unheard]);
    (tags(), tags(), name, attribute, any::<bool>(), ends).prop_map(
        |(add, remove, name, attribute, arrives, ends)| {
            let mut patch = Patch::default();
            patch.tags.remove = remove.difference(&add).cloned().collect::<TagSet>();
            patch.tags.add = add;
            patch.fields.extend(name.map(|e| (FieldKey::Name, e)));
            patch
                .attributes
                .extend(attribute.map(|e| ("plan".to_string(), e)));
            Try {
                patch,
                arrives,
                ends,
            }
        },
    )
}

fn contact() -> Contact {
    let mut c = Contact::new(
        ContactId::new("1"),
        AccountName::new("desk"),
        ProviderId::Local,
    );
    c.tags = ["a".to_string()].into();
    c.set_field(FieldKey::Name, "x");
    c
}

/// The entries of tries on a contact that nobody else changes, and the contact afterwards.
fn entries(tries: &[Try]) -> (Vec<Entry>, Contact) {
    let mut now = contact();
    let mut entries = Vec::new();
    for t in tries {
        if matches!(entries.last(), Some(Entry::Settled { .. })) {
            entries.push(Entry::Reopened);
        }
        let patch = t.patch.effective(&now);
        entries.push(Entry::Intent(Intent {
            changes: diff::changes_of(&now, &patch),
            patch: patch.clone(),
            record: None,
        }));
        if t.arrives {
            now = patch.apply(&now);
        }
        let end = match t.arrives {
            true => End::Applied { note: None },
            false => End::Failed {
                reason: Reason::Refused,
                message: String::new(),
            },
        };
        if t.ends == Ending::Known {
            if !t.arrives {
                entries.push(Entry::Released);
            }
            let otherwise = Vec::new();
            entries.push(Entry::Settled { end, otherwise });
        }
    }
    (entries, now)
}

proptest! {
    #[test]
    fn a_fold_over_a_beginning_goes_on_as_the_whole(tries in prop::collection::vec(a_try(), 0..5), cut in 0..16_usize) {
        let (entries, _) = entries(&tries);
        let cut = cut.min(entries.len());
        let text = serde_json::to_string(&entries[cut..]).unwrap();
        let mut fold = RowFold::of(entries[..cut].iter().cloned());
        // What the process died with is known by its intent, and by nothing else.
        prop_assert_eq!(fold.open, matches!(entries[..cut].last(), Some(Entry::Intent(_))));
        for entry in serde_json::from_str::<Vec<Entry>>(&text).unwrap() {
            fold.add(entry);
        }
        prop_assert_eq!(fold, RowFold::of(entries));
    }

    #[test]
    fn what_was_applied_is_told_from_the_first_value_to_the_last(tries in prop::collection::vec(a_try(), 0..5)) {
        let all: Vec<_> = tries.into_iter().map(|t| Try { arrives: true, ..t }).collect();
        let (entries, now) = entries(&all);
        let fold = RowFold::of(entries);
        prop_assert_eq!(fold.patch().apply(&contact()), now.clone());
        prop_assert_eq!(base_of(now, &fold.changes(), None), contact());
    }

    #[test]
    fn what_was_released_leaves_nothing(tries in prop::collection::vec(a_try(), 0..5)) {
        let none: Vec<_> = tries.into_iter().map(|t| Try { arrives: false, ends: Ending::Known, ..t }).collect();
        let (entries, _) = entries(&none);
        let fold = RowFold::of(entries);
        prop_assert!(fold.intents.is_empty() && fold.changes().is_empty() && !fold.open);
    }
}

fn settled(end: End) -> Entry {
    let otherwise = Vec::new();
    Entry::Settled { end, otherwise }
}

fn unknown() -> End {
    End::Unknown {
        message: String::new(),
    }
}

#[test]
fn what_nobody_knew_is_open_again_when_it_is_reopened() {
    let (first, _) = entries(&[Try {
        patch: Patch::default(),
        arrives: true,
        ends: Ending::Unheard,
    }]);
    let known =
        |end: End| RowFold::of(first.iter().cloned().chain([settled(end), Entry::Reopened]));
    assert!(known(unknown()).open);
    assert!(!known(End::Applied { note: None }).open);
}

#[test]
fn what_was_seen_of_an_earlier_try_outlasts_one_that_left_no_trace() {
    let seen = Change {
        key: "name".into(),
        old: json!("y"),
        new: json!("Y"),
    };
    let mut patch = Patch::default();
    patch.fields.insert(FieldKey::Name, Edit::Set("y".into()));
    let intent = Entry::Intent(Intent {
        changes: diff::changes_of(&contact(), &patch),
        patch,
        record: None,
    });
    let failed = |reason| End::Failed {
        reason,
        message: String::new(),
    };
    let mut fold = RowFold::of([
        intent.clone(),
        Entry::Settled {
            end: failed(Reason::Drifted),
            otherwise: vec![seen],
        },
        Entry::Reopened,
        settled(failed(Reason::GivenUp)),
    ]);
    assert_eq!(fold.changes()[0].new, json!("Y"));
    for entry in [
        Entry::Reopened,
        intent,
        settled(End::Applied { note: None }),
    ] {
        fold.add(entry);
    }
    assert_eq!(fold.changes()[0].new, json!("y"));
}
