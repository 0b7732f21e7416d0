//! The roster of accounts whose provider lists nothing: kept in the order of adding, all or nothing, per place.

use cardex::domain::{Contact, ContactId, FieldKey, ProviderId, TagsRead};
use cardex::store::{Place, RosterAdded, RosterEntry, Store};
use serde_json::json;

use super::{account, at, database, now, tags};

fn entry(id: &str, identifier: Option<&str>, second: i64) -> RosterEntry {
    RosterEntry {
        source_id: ContactId::new(id),
        identifier: identifier.map(Into::into),
        added_at: at(second),
        origin: "typed".into(),
    }
}

fn ids(entries: &[RosterEntry]) -> Vec<&str> {
    entries.iter().map(|e| e.source_id.as_str()).collect()
}

fn add(store: &Store, entries: Vec<RosterEntry>) -> RosterAdded {
    store.roster_add(&account(), entries).wait().unwrap()
}

#[test]
fn a_roster_outlives_the_process_in_the_order_of_adding() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    let told = add(
        &store,
        vec![entry("b", None, 1), entry("a", Some("cust-1"), 1)],
    );
    assert_eq!((told.added, told.known), (2, 0));
    add(&store, vec![entry("c", None, 2)]);
    drop(store);
    let store = Store::open(&path).unwrap();
    let kept = store.roster(&account()).wait().unwrap();
    assert_eq!(ids(&kept), ["b", "a", "c"]);
    assert_eq!(kept[1], entry("a", Some("cust-1"), 1));
}

#[test]
fn one_that_is_known_keeps_time_and_origin_and_takes_an_identifier() {
    let store = Store::in_memory().unwrap();
    add(&store, vec![entry("a", None, 1)]);
    let again = |identifier| RosterEntry {
        origin: "file x".into(),
        ..entry("a", identifier, 9)
    };
    let told = add(
        &store,
        vec![again(Some("cust-1")), again(Some("cust-1")), again(None)],
    );
    let wanted = RosterAdded {
        added: 0,
        known: 3,
        identified: 1,
    };
    assert_eq!(told, wanted);
    let found = store.roster_entry(&account(), &ContactId::new("a"));
    assert_eq!(found.wait().unwrap(), Some(entry("a", Some("cust-1"), 1)));
}

#[test]
fn pages_go_on_where_the_last_one_ended_whatever_is_taken_out() {
    let store = Store::in_memory().unwrap();
    add(
        &store,
        (0..7).map(|n| entry(&format!("c{n}"), None, n)).collect(),
    );
    let page = |after| store.roster_page(&account(), after, 3).wait().unwrap();
    let first = page(None);
    assert_eq!(
        (ids(&first.entries), first.total),
        (vec!["c0", "c1", "c2"], 7)
    );
    for id in ["c1", "c2", "c3"] {
        let gone = store.roster_remove(&account(), &ContactId::new(id));
        assert!(gone.wait().unwrap());
    }
    let second = page(first.next);
    assert_eq!(
        (ids(&second.entries), second.total),
        (vec!["c4", "c5", "c6"], 4)
    );
    assert_eq!(second.next, None);
    let gone = store.roster_remove(&account(), &ContactId::new("c1"));
    assert!(!gone.wait().unwrap());
    assert_eq!(page(Some(i64::MAX)).entries, []);
}

#[test]
fn another_place_has_another_roster_and_forgetting_copies_keeps_it() {
    let store = Store::in_memory().unwrap();
    let place = |inbox: &str| {
        let server = Place::mirror(ProviderId::ChatwootPublic, "https://x.example", None);
        store.at(server.within(inbox))
    };
    let (one, other) = (place("1"), place("2"));
    add(&one, vec![entry("a", None, 1)]);
    assert_eq!(other.roster(&account()).wait().unwrap(), []);
    one.forget_account(&account()).wait().unwrap();
    assert_eq!(ids(&one.roster(&account()).wait().unwrap()), ["a"]);
    assert_eq!(store.roster(&account()).wait().unwrap(), []);
}

/// A contact of which a list tells three fields and the record.
fn listed(record: &str) -> Contact {
    let mut contact = Contact::new(
        ContactId::new("web-1"),
        account(),
        ProviderId::ChatwootPublic,
    );
    contact.record = Some(record.into());
    contact.set_field(FieldKey::Name, "Ada");
    contact.tags_read = TagsRead::No;
    contact.attributes_known = false;
    contact
}

fn whole(record: &str) -> Contact {
    let mut contact = listed(record);
    contact.set_field(FieldKey::Identifier, "cust-1");
    contact.tags = tags(&["vip"]);
    contact.tags_read = TagsRead::All;
    contact.attributes = [("plan".to_string(), json!("gold"))].into();
    contact.attributes_known = true;
    contact
}

#[test]
fn what_a_list_does_not_tell_stays_as_read_unless_the_id_leads_to_somebody_else() {
    let store = Store::in_memory().unwrap();
    let read = || {
        let found = store.contact(&account(), &ContactId::new("web-1"));
        found.wait().unwrap().unwrap()
    };
    let list = |contact: Contact| {
        let walk = store.mirror_begin(&account()).wait().unwrap();
        let put = store.mirror_page(&account(), &[contact], walk, now(&store));
        put.wait().unwrap();
    };
    store.mirror_put(&whole("104")).wait().unwrap();
    list(listed("104"));
    assert_eq!(read(), whole("104"));
    // After a merge nothing of the one who is gone may be taken for the survivor's.
    list(listed("55"));
    assert_eq!(read(), listed("55"));
}
