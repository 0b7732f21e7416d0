//! Accounts of one name in several places: they share nothing, and each finds its own again.

use cardex::domain::{ContactId, Draft, ProviderId};
use cardex::store::{Place, Store};
use rusqlite::Connection;

use super::{account, at, contact, database};

fn server(url: &str, id: u64) -> Place {
    Place::mirror(ProviderId::Chatwoot, url, Some(id))
}

#[test]
fn a_name_that_comes_to_mean_another_account_touches_nothing_of_the_first() {
    let (_folder, path) = database();
    let local = Store::open(&path).unwrap();
    let people = (0..3).map(|_| contact("x", "Mine")).collect();
    local.create_local(&account(), people).wait().unwrap();
    let draft = Draft {
        base: contact("1", "Mine"),
        edits: [].into(),
        saved_at: at(1),
    };
    local.put_draft(&draft).wait().unwrap();

    let mirror = local.at(server("https://one.example", 1));
    mirror.claim(&account()).wait().unwrap();
    let walk = mirror.mirror_begin(&account()).wait().unwrap();
    let page = [contact("1", "Theirs")];
    let put = mirror.mirror_page(&account(), &page, walk, super::now(&mirror));
    put.wait().unwrap();
    let unmet = mirror.mirror_unmet(&account(), walk).wait().unwrap();
    assert_eq!(unmet, []);
    mirror.mirror_finish(&account(), at(2)).wait().unwrap();
    assert_eq!(mirror.count(&account()).wait().unwrap(), 1);
    assert_eq!(mirror.drafts(&account()).wait().unwrap(), []);

    for other in [
        server("https://one.example", 2),
        server("https://two.example", 1),
    ] {
        let other = local.at(other);
        other.claim(&account()).wait().unwrap();
        let read = other.contact(&account(), &ContactId::new("1"));
        assert_eq!(read.wait().unwrap(), None);
    }
    // A slash at the end is no other server.
    let again = local.at(server("https://one.example/", 1));
    assert_eq!(again.count(&account()).wait().unwrap(), 1);
    assert_eq!(local.count(&account()).wait().unwrap(), 3);
    assert_eq!(local.drafts(&account()).wait().unwrap(), [draft]);
}

/// A file of the second format, with one local account and one mirror.
fn old_file(path: &std::path::Path) {
    let conn = Connection::open(path).unwrap();
    for sql in [
        include_str!("../../../src/store/migrations/0001_contacts.sql"),
        include_str!("../../../src/store/migrations/0002_drafts.sql"),
    ] {
        conn.execute_batch(sql).unwrap();
    }
    let document = serde_json::to_string(&contact("7", "Theirs")).unwrap();
    conn.execute_batch(
        "INSERT INTO accounts (key, name, next_id) VALUES (1, 'mine', 5);
         INSERT INTO accounts (key, name, contacts) VALUES (2, 'demo', 1);
         INSERT INTO contacts (row, account, id_key, revision, generation, line)
             VALUES (1, 2, '017', 1, 1, '');
         INSERT INTO settings (account, name, value) VALUES (2, 'columns', '1');
         PRAGMA application_id = 1667330660; PRAGMA user_version = 2;",
    )
    .unwrap();
    conn.execute("INSERT INTO documents VALUES (1, ?1)", [document])
        .unwrap();
}

#[test]
fn what_was_kept_before_places_goes_to_the_first_of_its_provider() {
    let (_folder, path) = database();
    old_file(&path);
    let store = Store::open(&path).unwrap();
    // Neither this store nor another provider takes it.
    assert_eq!(store.count(&account()).wait().unwrap(), 0);
    let other = store.at(Place::mirror(ProviderId::Pabbly, "https://p.example", None));
    other.claim(&account()).wait().unwrap();
    assert_eq!(other.count(&account()).wait().unwrap(), 0);

    let first = store.at(server("https://one.example", 1));
    first.claim(&account()).wait().unwrap();
    assert_eq!(first.count(&account()).wait().unwrap(), 1);
    let setting = first.setting(&account(), "columns").wait().unwrap();
    assert_eq!(setting, Some(serde_json::json!(1)));
    let second = store.at(server("https://two.example", 1));
    second.claim(&account()).wait().unwrap();
    assert_eq!(second.count(&account()).wait().unwrap(), 0);
}

#[test]
fn two_inboxes_of_one_server_are_two_places_and_neither_holds_the_secret() {
    let configured = |inbox: &str| {
        let text =
            format!("[accounts.w]\nprovider = \"chatwoot-public\"\ninbox_identifier = {inbox}\n");
        let config = cardex::config::Config::parse(&text).unwrap();
        cardex::app::session::place(&config.choose(Some("w")).unwrap())
    };
    let places = [
        "\"RkMAhu885puov1e\"",
        "\"xKX4uAGCrQGTe3H\"",
        "{ env = \"A\" }",
        "{ env = \"B\" }",
    ];
    let places = places.map(configured);
    for (at, place) in places.iter().enumerate() {
        assert!(!places[at + 1..].contains(place), "{place:?}");
        let said = format!("{place:?}");
        assert!(!said.contains("RkMA") && !said.contains("xKX4"), "{said}");
    }
    assert_eq!(configured("\"RkMAhu885puov1e\""), places[0]);
}
