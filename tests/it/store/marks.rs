//! Marks over the list of the store: what a view says of them, which rows a key means, in which order marked
//! contacts are; against plain filtering and sorting. And that a mark never meets another contact.

use std::collections::BTreeSet;
use std::sync::Arc;

use cardex::domain::{Marks, Span, TagsRead};

use super::*;

fn ask(store: &Store, filter: &str, marks: &Arc<Marks>) -> View {
    let query = Query {
        filter: Filter::parse(filter).unwrap(),
        window: 0..usize::MAX,
        marks: Arc::clone(marks),
        ..Query::default()
    };
    store.view(query).wait().unwrap()
}

fn rows(marks: &Marks) -> Vec<u32> {
    marks.iter().collect()
}

#[test]
fn a_row_number_is_never_given_to_another_contact() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    let put = |store: &Store, id: &str| store.mirror_put(&contact(id, "Ada")).wait().unwrap();
    put(&store, "1");
    put(&store, "2");
    filled(&store);
    let marks = Arc::new(
        ask(&store, "", &Arc::default())
            .numbers
            .into_iter()
            .collect(),
    );
    assert_eq!(rows(&marks), [1, 2]);
    // The one with the highest number goes and another comes, before anybody asks again.
    let two = ContactId::new("2");
    assert!(store.mirror_drop(&account(), &two).wait().unwrap());
    put(&store, "3");
    let view = ask(&store, "", &marks);
    assert_eq!((view.numbers, rows(&view.gone)), (vec![1, 3], vec![2]));
    // Nor after all are gone, in another process.
    store.forget_account(&account()).wait().unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    put(&store, "4");
    filled(&store);
    let view = ask(&store, "", &marks);
    assert_eq!((view.numbers, rows(&view.gone)), (vec![4], vec![1, 2]));
}

#[test]
fn what_another_process_deletes_loses_its_mark() {
    let (_folder, path) = database();
    let (store, other) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    for id in ["1", "2", "3"] {
        store.mirror_put(&contact(id, "Ada")).wait().unwrap();
    }
    filled(&store);
    let marks: Arc<Marks> = Arc::new([1, 3].into_iter().collect());
    let gone = other.mirror_drop(&account(), &ContactId::new("3")).wait();
    assert!(gone.unwrap());
    // The list fills anew: until then nothing is said, and what needs all of it waits.
    let order = Order::default();
    let arranged = store.arrange(&marks, &Filter::default(), order).wait();
    let arranged = arranged.unwrap();
    assert_eq!(
        (arranged.rows, arranged.hidden, arranged.gone),
        (vec![1], 0, 1)
    );
    assert_eq!(rows(&ask(&store, "", &marks).gone), [3]);
}

#[test]
fn before_an_account_is_open_nobody_can_be_marked() {
    let store = Store::in_memory().unwrap();
    let picked = store.pick(&Filter::default(), Order::default(), Span::All);
    assert_eq!(picked.wait(), Err(StoreError::NothingOpen));
}

/// Names of few letters, so that filters find some.
fn people() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ab]{1,2}", 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn marks_are_counted_picked_and_put_in_order_as_plain_sorting_would(
        names in people(),
        marked in prop::collection::btree_set(1_u32..45, 0..30),
        filter in prop::sample::select(vec!["", "a", "bb", "zzz"]),
        by_id in any::<bool>(),
        descending in any::<bool>(),
        ends in (1_u32..45, 1_u32..45),
        dropped in prop::collection::btree_set(1_u32..45, 0..6),
    ) {
        let store = Store::in_memory().unwrap();
        let people: Vec<Contact> = names.iter().map(|n| contact("x", n)).collect();
        store.create_local(&account(), people).wait().unwrap();
        filled(&store);
        for id in &dropped {
            let id = ContactId::new(id.to_string());
            store.mirror_drop(&account(), &id).wait().unwrap();
        }
        let key = if by_id { SortKey::Id } else { SortKey::Name };
        let order = Order { key, descending };
        // Local contacts have their row as id.
        let mut all: Vec<(String, u32)> = (1..).zip(&names).map(|(n, name)| (name.clone(), n)).collect();
        all.retain(|(_, n)| !dropped.contains(n));
        all.sort_by_key(|(name, n)| (if by_id { String::new() } else { name.clone() }, *n));
        if descending {
            all.reverse();
        }
        let shown: Vec<u32> = all.iter().filter(|(name, _)| name.contains(filter)).map(|(_, n)| *n).collect();
        let hidden: Vec<u32> = all.iter().map(|(_, n)| *n).filter(|n| !shown.contains(n)).collect();
        let set = |rows: &[u32]| rows.iter().copied().collect::<BTreeSet<u32>>();
        let marks: Arc<Marks> = Arc::new(marked.iter().copied().collect());
        let parsed = Filter::parse(filter).unwrap();

        let query = Query {
            filter: parsed.clone(),
            order,
            window: 0..usize::MAX,
            marks: Arc::clone(&marks),
            anchor: Some(ends.0),
            ..Query::default()
        };
        // Asked twice: the second answer is remembered.
        for _ in 0..2 {
            let view = store.view(query.clone()).wait().unwrap();
            prop_assert_eq!(&view.numbers, &shown);
            prop_assert_eq!(view.hidden, Some(hidden.iter().filter(|n| marked.contains(n)).count()));
            let gone = &(&marked - &set(&shown)) - &set(&hidden);
            prop_assert_eq!(rows(&view.gone), gone.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(view.anchored, shown.iter().position(|n| *n == ends.0));
        }

        let picked = store.pick(&parsed, order, Span::All).wait().unwrap();
        prop_assert_eq!(rows(&picked), set(&shown).into_iter().collect::<Vec<_>>());
        let picked = store.pick(&parsed, order, Span::Between(ends.0, ends.1)).wait().unwrap();
        let place = |row: u32| shown.iter().position(|n| *n == row);
        let between = match (place(ends.0), place(ends.1)) {
            (Some(a), Some(b)) => set(&shown[a.min(b)..=a.max(b)]),
            _ => BTreeSet::new(),
        };
        prop_assert_eq!(rows(&picked), between.into_iter().collect::<Vec<_>>());

        let arranged = store.arrange(&marks, &parsed, order).wait().unwrap();
        let first: Vec<u32> = hidden.into_iter().filter(|n| marked.contains(n)).collect();
        let rest: Vec<u32> = shown.into_iter().filter(|n| marked.contains(n)).collect();
        prop_assert_eq!(arranged.hidden, first.len());
        let want = [first, rest].concat();
        prop_assert_eq!(arranged.gone, marked.len() - want.len());
        prop_assert_eq!(&arranged.rows, &want);
        let ids = store.ids_of_rows(&account(), arranged.rows).wait().unwrap();
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        prop_assert_eq!(ids, want.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
}

#[test]
fn tags_of_chosen_contacts_are_counted_as_far_as_they_are_known() {
    let store = Store::in_memory().unwrap();
    let tagged = |id: &str, tags: &[&str], read| {
        let mut contact = contact(id, "Ada");
        contact.tags = tags.iter().map(ToString::to_string).collect();
        contact.tags_read = read;
        store.mirror_put(&contact).wait().unwrap();
    };
    tagged("1", &["vip", "new"], TagsRead::All);
    tagged("2", &["vip"], TagsRead::Catalogue);
    tagged("3", &[], TagsRead::All);
    tagged("4", &[], TagsRead::No);
    tagged("5", &["vip"], TagsRead::All);
    let ids = ["1", "2", "3", "4", "gone"].map(ContactId::new).to_vec();
    let counts = store.tags_held(&account(), ids).wait().unwrap();
    assert_eq!((counts.of("vip", false), counts.of("new", false)), (2, 1));
    assert_eq!((counts.known(), counts.untold()), (3, 2));
}
