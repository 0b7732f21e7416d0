//! The store on real files: what is written comes back, several processes share one file, bad files are
//! named and left alone, and the list is always what sorting and filtering all contacts would give.

#![allow(
    clippy::unwrap_used,
    reason = "in a test's helper, too, a failing step fails the test"
)]

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use cardex::domain::filter::Filter;
use cardex::domain::{
    AccountName, AttributeDefinition, AttributeType, Contact, ContactId, Draft, DraftEdit, Edit,
    FieldKey, Order, Patch, ProviderId, SortKey, TagDelta, TagSet, TagsRead,
};
use cardex::store::{Moment, Query, Store, StoreError, StoreEvent, TagWalked, View};
use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

mod lists;
mod marks;
mod places;
mod roster;
mod runs;

fn account() -> AccountName {
    AccountName::new("demo")
}

fn contact(id: &str, name: &str) -> Contact {
    let mut c = Contact::new(ContactId::new(id), account(), ProviderId::Chatwoot);
    c.set_field(FieldKey::Name, name);
    c
}

fn tags(names: &[&str]) -> TagSet {
    names.iter().map(ToString::to_string).collect()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn database() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cardex.db");
    (folder, path)
}

/// Waits for the list of the opened account.
fn filled(store: &Store) -> usize {
    let (tell, told) = mpsc::channel();
    store.listen(move |e| drop(tell.send(e))).wait().unwrap();
    let count = store.open_view(&account()).wait().unwrap();
    let event = told.recv_timeout(Duration::from_secs(60)).unwrap();
    let contacts = count;
    let account = account();
    assert_eq!(event, StoreEvent::Filled { account, contacts });
    count
}

fn everything(store: &Store, filter: &str, order: Order) -> View {
    let query = Query {
        filter: Filter::parse(filter).unwrap(),
        order,
        window: 0..usize::MAX,
        ..Query::default()
    };
    store.view(query).wait().unwrap()
}

/// A list that is asked for now.
fn now(store: &Store) -> Moment {
    store.mirror_moment(&account()).wait().unwrap()
}

fn ids(contacts: &[Contact]) -> Vec<&str> {
    contacts.iter().map(|c| c.id.as_str()).collect()
}

#[test]
fn local_contacts_survive_a_restart_and_updates_are_whole() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    let new = vec![contact("x", "Ada"), contact("x", "李小龍 🐉")];
    let created = store.create_local(&account(), new).wait().unwrap();
    assert_eq!(created, [ContactId::new("1"), ContactId::new("2")]);

    let mut patch = Patch::default();
    patch
        .fields
        .insert(FieldKey::Email, Edit::Set("ada@example.org".into()));
    patch.tags.add.insert("vip".into());
    let (before, after) = store
        .local_update(&account(), &created[0], &patch, at(5))
        .wait()
        .unwrap()
        .unwrap();
    assert_eq!(before.field(FieldKey::Email), "");
    assert_eq!(after, {
        let mut c = patch.apply(&before);
        c.updated_at = Some(at(5));
        c
    });
    let again = store.local_update(&account(), &created[0], &patch, at(9));
    assert_eq!(again.wait().unwrap(), Some((after.clone(), after.clone())));
    let nobody = store.local_update(&account(), &ContactId::new("3"), &patch, at(9));
    assert_eq!(nobody.wait().unwrap(), None);
    drop(store);

    let store = Store::open(&path).unwrap();
    let read = store.contact(&account(), &created[0]).wait().unwrap();
    assert_eq!(read, Some(after));
    let third = store.create_local(&account(), vec![contact("x", "Third")]);
    assert_eq!(third.wait().unwrap(), [ContactId::new("3")]);
    assert_eq!(store.count(&account()).wait().unwrap(), 3);
    assert_eq!(store.check().wait().unwrap(), Vec::<String>::new());
    let used = store.tags_in_use(&account()).wait().unwrap();
    assert_eq!(used.into_iter().collect::<Vec<_>>(), [("vip".into(), 1)]);
}

#[test]
fn a_page_without_tags_keeps_those_known() {
    let store = Store::in_memory().unwrap();
    let walk = store.mirror_begin(&account()).wait().unwrap();
    let mut listed = contact("7", "Ada");
    listed.tags_read = TagsRead::No;
    let page = [listed.clone(), contact("8", "Bob")];
    let new = store
        .mirror_page(&account(), &page, walk, now(&store))
        .wait()
        .unwrap();
    assert_eq!(new, 2);

    let walked = [ContactId::new("7"), ContactId::new("99")];
    let tagged = store.mirror_tagged(&account(), &walked, "vip", TagsRead::Catalogue, now(&store));
    assert_eq!(tagged.wait().unwrap(), 1);
    let read = |id: &str| {
        let id = ContactId::new(id);
        store.contact(&account(), &id).wait().unwrap().unwrap()
    };
    assert_eq!(read("7").tags, tags(&["vip"]));
    assert_eq!(read("7").tags_read, TagsRead::Catalogue);

    // Read whole: tags are told and replace what was known.
    let mut whole = contact("7", "Ada B.");
    whole.tags = tags(&["gold"]);
    store.mirror_put(&whole).wait().unwrap();
    assert_eq!(read("7"), whole);

    // Listed again, without tags: the rest is new, the tags stay.
    listed.set_field(FieldKey::Name, "Ada C.");
    let new = store
        .mirror_page(&account(), &[listed], walk, now(&store))
        .wait();
    assert_eq!(new.unwrap(), 0);
    assert_eq!(read("7").field(FieldKey::Name), "Ada C.");
    assert_eq!(
        (read("7").tags, read("7").tags_read),
        (tags(&["gold"]), TagsRead::All)
    );
    assert_eq!(store.count(&account()).wait().unwrap(), 2);
}

#[test]
fn a_walk_tells_what_it_did_not_meet() {
    let store = Store::in_memory().unwrap();
    let first = store.mirror_begin(&account()).wait().unwrap();
    let page: Vec<Contact> = (1..=5).map(|n| contact(&n.to_string(), "x")).collect();
    store
        .mirror_page(&account(), &page, first, now(&store))
        .wait()
        .unwrap();
    let unmet = store.mirror_unmet(&account(), first);
    assert_eq!(unmet.wait().unwrap(), []);
    store.mirror_finish(&account(), at(1)).wait().unwrap();
    filled(&store);

    let second = store.mirror_begin(&account()).wait().unwrap();
    let met = store.mirror_page(&account(), &page[..2], second, now(&store));
    met.wait().unwrap();
    store.mirror_put(&page[2]).wait().unwrap();
    assert_eq!(everything(&store, "", Order::default()).matched, 5);
    let unmet = store.mirror_unmet(&account(), second).wait().unwrap();
    assert_eq!(unmet, [ContactId::new("4"), ContactId::new("5")]);
    for id in &unmet {
        assert!(store.mirror_drop(&account(), id).wait().unwrap());
    }
    store.mirror_finish(&account(), at(2)).wait().unwrap();
    let view = everything(&store, "", Order::default());
    assert_eq!(ids(&view.rows), ["1", "2", "3"]);
    assert!(view.complete);

    let state = store.mirror_state(&account()).wait().unwrap();
    assert_eq!((state.generation, state.complete_at), (second, Some(at(2))));
    let drop_one = store.mirror_drop(&account(), &ContactId::new("2"));
    assert!(drop_one.wait().unwrap());
    assert_eq!(store.forget_account(&account()).wait().unwrap(), 2);
    assert_eq!(store.count(&account()).wait().unwrap(), 0);
    assert_eq!(everything(&store, "", Order::default()).matched, 0);
}

#[test]
fn an_older_walk_takes_nobody_from_a_newer_one() {
    let store = Store::in_memory().unwrap();
    let first = store.mirror_begin(&account()).wait().unwrap();
    let second = store.mirror_begin(&account()).wait().unwrap();
    let page = [contact("1", "Ada"), contact("2", "Bob")];
    store
        .mirror_page(&account(), &page, second, now(&store))
        .wait()
        .unwrap();
    // One as it was, one changed.
    let late = [contact("1", "Ada"), contact("2", "Bobby")];
    store
        .mirror_page(&account(), &late, first, now(&store))
        .wait()
        .unwrap();
    let unmet = store.mirror_unmet(&account(), second);
    assert_eq!(unmet.wait().unwrap(), []);
}

#[test]
fn a_list_that_tells_no_attributes_leaves_what_is_known_of_them() {
    let store = Store::in_memory().unwrap();
    let mut read = contact("1", "Ada");
    read.tags = tags(&["gold"]);
    read.attributes.insert("Tier".into(), "one".into());
    store.mirror_put(&read).wait().unwrap();
    let mut listed = contact("1", "Ada B");
    (listed.tags_read, listed.attributes_known) = (TagsRead::No, false);
    let walk = store.mirror_begin(&account()).wait().unwrap();
    let put = store.mirror_page(&account(), &[listed], walk, now(&store));
    put.wait().unwrap();
    let mut wanted = contact("1", "Ada B");
    (wanted.tags, wanted.attributes) = (read.tags, read.attributes);
    let kept = store.contact(&account(), &ContactId::new("1"));
    assert_eq!(kept.wait().unwrap(), Some(wanted));
}

#[test]
fn lists_asked_for_before_a_save_undo_nothing_of_it() {
    let store = Store::in_memory().unwrap();
    let walk = store.mirror_begin(&account()).wait().unwrap();
    let mut listed = contact("1", "Old");
    listed.tags_read = TagsRead::No;
    let asked = now(&store);
    let page = [listed.clone()];
    let put = store.mirror_page(&account(), &page, walk, asked);
    put.wait().unwrap();

    let began = now(&store);
    let mut saved = contact("1", "New");
    saved.tags = tags(&["gold"]);
    store.mirror_put(&saved).wait().unwrap();
    let next = store.mirror_begin(&account()).wait().unwrap();
    let put = store.mirror_page(&account(), &page, next, began);
    put.wait().unwrap();
    let one = [ContactId::new("1")];
    let tagged = store.mirror_tagged(&account(), &one, "vip", TagsRead::Catalogue, began);
    assert_eq!(tagged.wait().unwrap(), 0);
    let mut walked = TagWalked {
        began,
        ..TagWalked::default()
    };
    walked.add("vip", one.clone());
    walked.add("gold", []);
    let settle = |walked: TagWalked| {
        let walked = std::sync::Arc::new(walked);
        let turn = store.mirror_tags(&account(), &walked, 0);
        assert_eq!(turn.wait().unwrap(), None);
        store.contact(&account(), &one[0]).wait().unwrap()
    };
    assert_eq!(settle(walked.clone()), Some(saved));
    // It was met all the same.
    let unmet = store.mirror_unmet(&account(), next);
    assert_eq!(unmet.wait().unwrap(), []);

    // What is asked for later is newer again.
    walked.began = now(&store);
    let read = settle(walked).unwrap();
    assert_eq!(read.tags, tags(&["vip"]));
    let put = store.mirror_page(&account(), &page, next, now(&store));
    put.wait().unwrap();
    let read = store.contact(&account(), &one[0]).wait().unwrap().unwrap();
    assert_eq!(read.field(FieldKey::Name), "Old");
}

#[test]
fn drafts_vocabulary_and_settings_come_back() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    let draft = |id: &str, second| Draft {
        base: contact(id, "Ada"),
        edits: [
            ("email".into(), DraftEdit::Text("half@".into())),
            ("tags".into(), DraftEdit::Tags(TagDelta::default())),
        ]
        .into(),
        saved_at: at(second),
    };
    for (id, second) in [("1", 1), ("2", 9), ("1", 3)] {
        // Nobody waits while typing; leaving does.
        drop(store.put_draft(&draft(id, second)));
    }
    store.flush().wait().unwrap();
    let definition = AttributeDefinition {
        key: "plan".into(),
        label: "Plan".into(),
        kind: AttributeType::List,
        description: None,
        values: vec!["gold".into()],
        pattern: None,
        pattern_hint: None,
        days_as_times: false,
    };
    let definitions = [definition];
    let kept = store.put_definitions(&account(), &definitions, at(1));
    kept.wait().unwrap();
    let kept = store.put_tags(&account(), &tags(&["a", "b"]), at(2));
    kept.wait().unwrap();
    let columns = json!(["name", "attr.plan"]);
    let kept = store.set_setting(&account(), "columns", &columns);
    kept.wait().unwrap();
    drop(store);

    let store = Store::open(&path).unwrap();
    let drafts = store.drafts(&account()).wait().unwrap();
    assert_eq!(drafts, [draft("2", 9), draft("1", 3)]);
    let one = ContactId::new("1");
    let read = store.draft(&account(), &one).wait().unwrap();
    assert_eq!(read, Some(draft("1", 3)));
    assert!(store.delete_draft(&account(), &one).wait().unwrap());
    assert!(!store.delete_draft(&account(), &one).wait().unwrap());
    assert_eq!(store.draft(&account(), &one).wait().unwrap(), None);
    let read = store.definitions(&account()).wait().unwrap().unwrap();
    assert_eq!((read.value, read.fetched_at), (definitions.to_vec(), at(1)));
    let read = store.tags(&account()).wait().unwrap().unwrap();
    assert_eq!((read.value, read.fetched_at), (tags(&["a", "b"]), at(2)));
    let other = AccountName::new("other");
    assert_eq!(store.tags(&other).wait().unwrap(), None);
    let read = store.setting(&account(), "columns").wait().unwrap();
    assert_eq!(read, Some(columns));
    let forget = store.set_setting(&account(), "columns", &json!(null));
    forget.wait().unwrap();
    let read = store.setting(&account(), "columns").wait().unwrap();
    assert_eq!(read, None);
}

#[tokio::test]
async fn replies_can_be_awaited() {
    let store = Store::in_memory().unwrap();
    assert_eq!(store.open_view(&account()).await.unwrap(), 0);
    let view = store.view(Query::default()).await.unwrap();
    assert_eq!((view.matched, view.total), (0, 0));
}

#[test]
fn a_list_needs_an_opened_account() {
    let store = Store::in_memory().unwrap();
    let view = store.view(Query::default()).wait();
    assert_eq!(view, Err(StoreError::NothingOpen));
}

#[test]
fn two_processes_see_each_others_changes() {
    let (_folder, path) = database();
    let (ours, theirs) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    let people = vec![
        contact("x", "Bob"),
        contact("x", "Ada"),
        contact("x", "Zoë"),
    ];
    ours.create_local(&account(), people).wait().unwrap();
    filled(&ours);

    let mut patch = Patch::default();
    let zed = Edit::Set("Zed".into());
    patch.fields.insert(FieldKey::Name, zed);
    let id = ContactId::new("2");
    let changed = theirs.local_update(&account(), &id, &patch, at(1));
    assert!(changed.wait().unwrap().is_some());
    let view = everything(&ours, "ze", Order::default());
    assert_eq!((ids(&view.rows), view.complete), (vec!["2"], true));
    let view = everything(&ours, "", Order::default());
    assert_eq!(ids(&view.rows), ["1", "2", "3"]);

    let gone = theirs.mirror_drop(&account(), &ContactId::new("1"));
    assert!(gone.wait().unwrap());
    let view = everything(&ours, "", Order::default());
    assert_eq!((ids(&view.rows), view.total), (vec!["2", "3"], 2));
}

#[test]
fn many_may_create_the_file_at_once() {
    let (_folder, path) = database();
    let open = |n: i32| {
        let path = path.clone();
        std::thread::spawn(move || {
            let store = Store::open(&path)?;
            let one = vec![contact("x", &n.to_string())];
            store.create_local(&account(), one).wait()
        })
    };
    let threads: Vec<_> = (0..6).map(open).collect();
    let mut created: Vec<String> = threads
        .into_iter()
        .flat_map(|t| t.join().unwrap().unwrap())
        .map(|id| id.to_string())
        .collect();
    created.sort();
    assert_eq!(created, ["1", "2", "3", "4", "5", "6"]);
}

fn refusal(path: &Path) -> (StoreError, String) {
    let error = Store::open(path).unwrap_err();
    let text = error.to_string();
    (error, text)
}

#[test]
fn damaged_and_foreign_files_are_named_and_left_alone() {
    let (_folder, path) = database();
    fs::write(
        &path,
        "this is not a database, whatever its name says\n".repeat(50),
    )
    .unwrap();
    let before = fs::read(&path).unwrap();
    let (error, text) = refusal(&path);
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(
        text.contains("cardex.db") && text.contains("move it aside"),
        "{text}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);

    let (_folder, path) = database();
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE songs (name TEXT)")
        .unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    let (error, text) = refusal(&path);
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
    assert!(text.contains("--data-dir"), "{text}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn damage_inside_is_said_when_it_is_met() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    let people = (0..2000).map(|n| contact("x", &format!("Person {n}")));
    store
        .create_local(&account(), people.collect())
        .wait()
        .unwrap();
    drop(store);
    // The thread closes the file by itself; what it still does then, SQLite keeps apart from readers.
    Connection::open(&path)
        .unwrap()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let behind_schema = 8192 * 8;
    bytes[behind_schema..].fill(0xA5);
    fs::write(&path, bytes).unwrap();

    let store = Store::open(&path).unwrap();
    let listed: Result<Vec<Contact>, StoreError> = store
        .list(&account(), &Filter::default(), Order::default(), None)
        .wait()
        .and_then(Iterator::collect);
    assert!(
        matches!(listed, Err(StoreError::Damaged { .. })),
        "{listed:?}"
    );
    let found = store.check().wait();
    assert!(
        !matches!(&found, Ok(lines) if lines.is_empty()),
        "{found:?}"
    );
}

#[test]
fn a_newer_file_is_refused() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    store.count(&account()).wait().unwrap();
    drop(store);
    let conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let (error, text) = refusal(&path);
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error:?}"
    );
    assert!(text.contains("newer cardex"), "{text}");
}

#[test]
fn a_folder_that_can_not_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let (error, text) = refusal(&file.join("cardex.db"));
    assert!(matches!(error, StoreError::Folder { .. }), "{error:?}");
    assert!(text.contains("--data-dir"), "{text}");

    let (error, _) = refusal(folder.path());
    assert!(matches!(error, StoreError::Unwritable { .. }), "{error:?}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused_and_files_are_private() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("data");
    let path = inner.join("cardex.db");
    let store = Store::open(&path).unwrap();
    store.create_local(&account(), vec![]).wait().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    for entry in fs::read_dir(&inner).unwrap() {
        let file = entry.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }

    let sealed = folder.path().join("sealed");
    fs::create_dir(&sealed).unwrap();
    fs::set_permissions(&sealed, fs::Permissions::from_mode(0o500)).unwrap();
    // The superuser may write anywhere; then there is nothing to refuse.
    if fs::write(sealed.join("probe"), "").is_err() {
        let (error, text) = refusal(&sealed.join("cardex.db"));
        assert!(matches!(error, StoreError::Unwritable { .. }), "{error:?}");
        assert!(text.contains("permissions"), "{text}");
    }
}

#[tokio::test]
async fn names_and_values_in_use_are_those_of_the_account() {
    let store = Store::in_memory().unwrap();
    let (mine, other) = (AccountName::new("mine"), AccountName::new("other"));
    let contact = |account: &AccountName, status: &str, attribute: &str| {
        let id = ContactId::new("0");
        let mut c = Contact::new(id, account.clone(), ProviderId::Local);
        c.set_field(FieldKey::ContactStatus, status);
        c.attributes.insert(attribute.into(), "x".into());
        c
    };
    let some = vec![
        contact(&mine, "Bounced", "It's [here]"),
        contact(&mine, "Active", "Tier"),
        contact(&mine, "Active", "Tier"),
        contact(&mine, "", "Tier"),
    ];
    store.fill_local(&mine, some).await.unwrap();
    let foreign = vec![contact(&other, "Replied", "Foreign")];
    store.fill_local(&other, foreign).await.unwrap();
    let values = store.values_in_use(&mine, FieldKey::ContactStatus).await;
    assert_eq!(values.unwrap(), ["Active", "Bounced"]);
    let names = store.attributes_in_use(&mine).await.unwrap();
    assert_eq!(names, ["It's [here]", "Tier"].map(String::from).into());
    let nobody = AccountName::new("nobody");
    assert!(store.attributes_in_use(&nobody).await.unwrap().is_empty());
}
