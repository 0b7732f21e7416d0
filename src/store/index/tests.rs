//! The index against a plain vector that is filtered and sorted anew for every question.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::{AccountName, Contact, ContactId, FieldKey, ProviderId, fold};
use crate::store::row::id_key;

/// What the model knows: row to line and update time.
type Model = BTreeMap<u32, (String, Option<i64>)>;

fn entry(row: u32, name: &str, email: &str, updated: Option<i64>) -> Entry {
    // Row and id go different ways, so that one can not pass for the other.
    let id = match row % 4 {
        0 => format!("{:024x}", 0xfeed_u32.wrapping_mul(7919 * row)),
        1 => format!("{:030}", 1000 - row),
        _ => (1000 - row).to_string(),
    };
    let id = ContactId::new(id);
    let mut contact = Contact::new(id, AccountName::new("a"), ProviderId::Local);
    contact.set_field(FieldKey::Name, name);
    contact.set_field(FieldKey::Email, email);
    Entry {
        row,
        line: fold::line(&contact),
        updated,
    }
}

fn expected(model: &Model, filter: &Filter, order: Order) -> Vec<u32> {
    let mut rows: Vec<u32> = model
        .iter()
        .filter(|(_, (line, _))| filter.is_empty() || filter.matches(line))
        .map(|(row, _)| *row)
        .collect();
    let key = |row: &u32| {
        let (line, updated) = &model[row];
        let id = id_key(segment(line, SortKey::Id));
        let text = segment(line, order.key).to_string();
        match order.key {
            SortKey::Id => (false, String::new(), 0, id),
            SortKey::Updated => (
                updated.is_none(),
                String::new(),
                updated.unwrap_or_default(),
                id,
            ),
            _ => (text.is_empty(), text, 0, id),
        }
    };
    rows.sort_by_key(key);
    if order.descending {
        let filled = rows.iter().filter(|r| !key(r).0).count();
        rows[..filled].reverse();
    }
    rows
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<Entry>),
    Remove(Vec<u32>),
    Ask(String, Order),
    Finish,
}

fn entries(rows: std::ops::Range<u32>) -> impl Strategy<Value = Entry> {
    let name = prop_oneof![
        "",
        "[ab]{1,2}",
        "(ada|bob|Zoë|李) ?[a-c]{0,9}",
        "a{300}[bc]{0,2}"
    ];
    let email = prop_oneof!["", "[ab]@x"];
    (rows, name, email, proptest::option::of(-2_i64..3))
        .prop_map(|(row, name, email, updated)| entry(row, &name, &email, updated))
}

fn order() -> impl Strategy<Value = Order> {
    (0..SortKey::ALL.len(), any::<bool>()).prop_map(|(key, descending)| Order {
        key: SortKey::ALL[key],
        descending,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let filter = prop_oneof![
        Just(String::new()),
        "[ab]{1,3}",
        Just("email:a".to_string()),
        Just("-a".to_string())
    ];
    prop_oneof![
        2 => prop::collection::vec(entries(1..60), 1..8).prop_map(Step::Put),
        1 => prop::collection::vec(1_u32..60, 1..5).prop_map(Step::Remove),
        4 => (filter, order()).prop_map(|(f, o)| Step::Ask(f, o)),
        1 => Just(Step::Finish),
    ]
}

fn put(model: &mut Model, entry: &Entry) {
    model.insert(entry.row, (entry.line.clone(), entry.updated));
}

proptest! {
    #[test]
    fn answers_are_those_of_sorting_and_filtering_everything(
        first in prop::collection::vec(entries(1..60), 0..40),
        steps in prop::collection::vec(step(), 1..30),
    ) {
        let mut model = Model::new();
        first.iter().for_each(|e| put(&mut model, e));
        let mut index = Index::with_room(0);
        for (row, (line, updated)) in &model {
            prop_assert!(index.push(*row, line, *updated));
        }
        for step in steps {
            match step {
                Step::Put(entries) => {
                    let unique: BTreeMap<u32, Entry> =
                        entries.into_iter().map(|e| (e.row, e)).collect();
                    let unique: Vec<Entry> = unique.into_values().rev().collect();
                    unique.iter().for_each(|e| put(&mut model, e));
                    prop_assert!(index.apply(&[], &unique));
                }
                Step::Remove(rows) => {
                    rows.iter().for_each(|r| drop(model.remove(r)));
                    prop_assert!(index.apply(&rows, &[]));
                }
                Step::Finish => index.finish(),
                Step::Ask(text, order) => {
                    let filter = Filter::parse(&text).unwrap();
                    index.select(&filter, order);
                    let want = expected(&model, &filter, order);
                    prop_assert_eq!(index.matched(), want.len());
                    prop_assert_eq!(index.rows(0..usize::MAX), want.clone());
                    for row in 1..60 {
                        let at = want.iter().position(|r| *r == row);
                        prop_assert_eq!(index.position(row), at);
                    }
                }
            }
            prop_assert_eq!(index.len(), model.len());
        }
    }
}

#[test]
fn changing_most_contacts_again_and_again_gives_the_room_back() {
    let mut model = Model::new();
    let mut index = Index::with_room(0);
    for row in 1..=900 {
        let e = entry(row, &format!("name {}", row % 7), "", None);
        put(&mut model, &e);
        assert!(index.push(row, &e.line, None));
    }
    index.finish();
    let size = index.arena.len();
    let filter = Filter::parse("name 3").unwrap();
    let order = Order::default();
    for round in 0..20_u32 {
        let gone = round + 1;
        let changed: Vec<Entry> = (gone + 1..=900)
            .filter(|row| (row + round) % 3 != 0)
            .map(|row| entry(row, &format!("name {}", (row + round) % 7), "", None))
            .collect();
        model.remove(&gone);
        changed.iter().for_each(|e| put(&mut model, e));
        assert!(index.apply(&[gone], &changed));
        for filter in [&filter, &Filter::default()] {
            index.select(filter, order);
            assert_eq!(
                index.rows(0..usize::MAX),
                expected(&model, filter, order),
                "round {round}"
            );
        }
    }
    assert!(index.arena.len() < size * 3, "{} bytes", index.arena.len());
}
