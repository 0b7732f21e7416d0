//! What needs the owner without its thread: the moments before the list is filled, and a locked file.

use std::time::Duration;

use super::schema;
use super::view::WRITTEN_SINCE;
use super::*;
use crate::domain::filter::Filter;
use crate::domain::{AccountName, Contact, ContactId, FieldKey, Order, ProviderId, SortKey};

fn account() -> AccountName {
    AccountName::new("demo")
}

fn key() -> place::AccountKey {
    place::AccountKey::local(account())
}

fn contact(n: usize) -> Contact {
    let mut c = Contact::new(ContactId::new("0"), account(), ProviderId::Local);
    if !n.is_multiple_of(9) {
        c.set_field(FieldKey::Name, &format!("n{}", n * 7919 % 300));
    }
    if !n.is_multiple_of(3) {
        c.updated_at = jiff::Timestamp::from_second(i64::try_from(n * 31 % 40).unwrap()).ok();
    }
    c
}

fn owner(contacts: usize) -> Owner {
    let mut owner = Owner::new(schema::open_in_memory().unwrap(), Path::new(":memory:"));
    let people = (0..contacts).map(contact).collect();
    owner.create_local(&key(), people).unwrap();
    owner.open_view(&key()).unwrap();
    owner
}

fn fill(owner: &mut Owner) {
    while owner.opened.as_ref().unwrap().is_filling() {
        owner.fill();
    }
}

#[test]
fn the_database_and_the_filled_list_give_the_same_windows() {
    let mut owner = owner(500);
    let mut asked = Vec::new();
    for key in [SortKey::Name, SortKey::Updated, SortKey::Id] {
        for descending in [false, true] {
            for window in [0..30, 90..130, 260..270, 430..470, 490..520, 600..610] {
                for follow in ["1", "77", "100", "999"] {
                    let query = Query {
                        filter: Filter::default(),
                        order: Order { key, descending },
                        window: window.clone(),
                        follow: Some(ContactId::new(follow)),
                        // Row and id are the same number here.
                        anchor: follow.parse().ok(),
                        ..Query::default()
                    };
                    let view = owner.view(&query).unwrap();
                    assert_eq!((view.matched, view.complete), (500, true));
                    assert_eq!(view.anchored, view.followed);
                    assert_eq!(view.anchored.is_some(), follow != "999");
                    asked.push((query, view));
                }
            }
        }
    }
    assert!(owner.opened.as_ref().unwrap().is_filling());
    fill(&mut owner);
    for (query, before) in asked {
        assert_eq!(owner.view(&query).unwrap(), before, "{query:?}");
    }
}

#[test]
fn a_list_half_full_says_so_and_misses_nothing_later() {
    let mut owner = owner(25_000);
    let query = Query {
        filter: Filter::parse("n7").unwrap(),
        window: 0..25_000,
        ..Query::default()
    };
    owner.fill();
    let half = owner.view(&query).unwrap();
    assert!(!half.complete && half.matched > 0, "{}", half.matched);

    // Written meanwhile: one that is loaded, one that is not, and a new one.
    let mut patch = crate::domain::Patch::default();
    let name = crate::domain::Edit::Set("n7 new".to_string());
    patch.fields.insert(FieldKey::Name, name);
    let written = [9, 22_510].map(|n: usize| ContactId::new((n + 1).to_string()));
    for id in &written {
        let now = jiff::Timestamp::from_second(50).unwrap();
        assert!(
            owner
                .local_update(&key(), id, &patch, now)
                .unwrap()
                .is_some()
        );
    }
    owner
        .create_local(&key(), vec![patch.apply(&contact(0))])
        .unwrap();
    fill(&mut owner);
    let whole = owner.view(&query).unwrap();
    assert!(whole.complete && whole.matched > half.matched);
    let new = whole
        .rows
        .iter()
        .filter(|c| c.field(FieldKey::Name) == "n7 new");
    let new: Vec<&str> = new.map(|c| c.id.as_str()).collect();
    assert_eq!(new, ["10", "22511", "25001"]);
}

#[test]
fn what_was_written_is_found_by_revision() {
    let conn = schema::open_in_memory().unwrap();
    let sql = format!("EXPLAIN QUERY PLAN {WRITTEN_SINCE}");
    let plan: String = conn.query_row(&sql, [1, 1, 1, 1], |r| r.get(3)).unwrap();
    assert!(
        plan.contains("contacts_by_revision (account=? AND revision>?)"),
        "{plan}"
    );
}

#[test]
fn a_locked_file_is_said_to_be_locked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cardex.db");
    let mut owner = Owner::new(schema::open(&path).unwrap(), &path);
    owner.conn.busy_timeout(Duration::ZERO).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let add = |owner: &mut Owner| owner.create_local(&key(), vec![contact(1)]);
    let locked = StoreError::Locked { path: path.clone() };
    assert_eq!(add(&mut owner), Err(locked));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(add(&mut owner), Ok(vec![ContactId::new("1")]));
}
