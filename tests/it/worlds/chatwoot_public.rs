//! The worlds of Chatwoot's public client API: both recorded releases; an inbox that demands identity hashes or not;
//! an account with the right key, a wrong one, or none.
//!
//! The promises are its own, since here contacts are those of a roster and a change of e-mail can merge two people.
//! What is said of a save is what the fake's own record shows.

use std::collections::BTreeSet;

use cardex::app::clock;
use cardex::app::loader::{self, TagWalk};
use cardex::app::roster;
use cardex::app::session::Session;
use cardex::domain::{
    Contact, ContactId, Edit, FieldKey, Filter, Flag, Order, Patch, ProviderId, TagDelta, TagsRead,
    TroubleKind,
};
use cardex::engine::{Check, Permits, SaveOutcome};
use cardex::http::HttpResponse;
use cardex::sandbox::chatwoot::{Chatwoot, Quirks, Version};
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::{Fake, Received, seed};
use cardex::secret::TokenSource;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Backstage, World};

/// The API inbox of a server, its contacts known by their source ids.
struct Inbox {
    server: Chatwoot,
    /// Methods and bodies of what was asked about contacts.
    asked: Vec<(String, Value)>,
}

impl Fake for Inbox {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        if request.path().contains("/contacts/") {
            let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            self.asked.push((request.method.clone(), body));
        }
        self.server.answer(request, now)
    }
}

impl Inbox {
    fn number(&self, source_id: &str) -> Option<u64> {
        let mut all = self.server.contacts(1);
        let here = |c: &&cardex::sandbox::chatwoot::Contact| {
            c.inboxes.iter().any(|i| i.source_id == source_id)
        };
        all.find(here).map(|c| c.id)
    }

    fn record(&self, source_id: &str) -> &cardex::sandbox::chatwoot::Contact {
        self.server
            .contact(self.number(source_id).unwrap())
            .unwrap()
    }

    fn edit(
        &mut self,
        source_id: &str,
        edit: impl FnOnce(&mut cardex::sandbox::chatwoot::Contact),
    ) {
        let number = self.number(source_id).unwrap();
        assert!(self.server.edit_contact(number, clock::now(), edit));
    }
}

impl Backstage for Inbox {
    fn listed(&self) -> BTreeSet<String> {
        let places = self.server.contacts(1).flat_map(|c| &c.inboxes);
        places.map(|place| place.source_id.clone()).collect()
    }

    fn tags(&self, id: &str) -> BTreeSet<String> {
        let labels = self.server.contact_labels(self.number(id).unwrap());
        labels.into_iter().collect()
    }

    fn retag(&mut self, id: &str, tags: &[&str]) {
        let number = self.number(id).unwrap();
        self.server.set_contact_labels(number, tags);
    }

    fn rename(&mut self, id: &str, name: &str) {
        self.edit(id, |c| c.name = Some(name.into()));
    }
}

/// The key that an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    None,
    Right,
    Wrong,
}

const VERSIONS: [Version; 2] = [Version::V4_3_0, Version::V4_15_1];

async fn world(version: Version, demanded: bool, key: Key) -> World<Inbox> {
    let quirks = Quirks {
        version,
        identity: demanded,
        ..Quirks::default()
    };
    let fake = Inbox {
        server: seed::chatwoot_like(&seed::people(40), quirks),
        asked: Vec::new(),
    };
    let demands = if demanded {
        "demanding"
    } else {
        "not demanding"
    };
    let name = format!("{version:?}, {demands} hashes, {key:?} key");
    let place = (ProviderId::ChatwootPublic, Vendor::Chatwoot, "");
    let says = |text: &str| TokenSource::Command(vec!["echo".into(), text.into()]);
    World::start(&name, place, fake, |account| {
        account.hmac_token = match key {
            Key::None => None,
            Key::Right => Some(says(seed::INBOX_KEY)),
            Key::Wrong => Some(says("another-key")),
        };
    })
    .await
}

/// Every world in which the inbox lets the account in.
async fn good() -> Vec<World<Inbox>> {
    let mut worlds = Vec::new();
    for version in VERSIONS {
        for (demanded, key) in [(false, Key::None), (false, Key::Right), (true, Key::Right)] {
            worlds.push(world(version, demanded, key).await);
        }
    }
    worlds
}

/// A session whose roster holds everybody of the inbox.
async fn filled(world: &World<Inbox>) -> Session {
    let session = world.session();
    let listed = world.backstage().fake.listed();
    for id in listed {
        roster::add(&session, &id, None).await.unwrap();
    }
    session
}

async fn load(session: &Session) -> Result<loader::Loaded, cardex::domain::Trouble> {
    let (_keep, paused) = watch::channel(false);
    loader::load(session, &TagWalk::Catalogue, paused, |_| {}).await
}

async fn ids(session: &Session) -> BTreeSet<String> {
    let name = &session.account().name;
    let all = session.contacts();
    let found = all.ids(name, &Filter::default(), Order::default()).await;
    found.unwrap().iter().map(ToString::to_string).collect()
}

fn set(key: FieldKey, text: &str) -> Patch {
    Patch {
        fields: [(key, Edit::Set(text.to_string()))].into(),
        ..Patch::default()
    }
}

fn set_attribute(name: &str, value: Value) -> Patch {
    Patch {
        attributes: [(name.to_string(), Edit::Set(value))].into(),
        ..Patch::default()
    }
}

const MERGE: Permits = Permits {
    force: false,
    merge: true,
    new_field: false,
};

/// Bodies of the requests that change something.
fn changing(world: &World<Inbox>) -> Vec<Value> {
    let asked = world.backstage().fake.asked.clone();
    let members = |body: &Value| {
        let identity = ["identifier", "identifier_hash"];
        let object = body.as_object().cloned().unwrap_or_default();
        object.keys().any(|k| !identity.contains(&k.as_str()))
    };
    let bodies = asked.into_iter().filter(|(method, _)| method != "GET");
    bodies.map(|(_, body)| body).filter(members).collect()
}

#[tokio::test]
async fn the_list_is_the_roster_each_once_read_by_get_alone_and_who_is_not_found_stays() {
    for world in good().await {
        let session = filled(&world).await;
        roster::add(&session, "nobody-here", None).await.unwrap();
        let loaded = load(&session).await.unwrap();
        let mut wanted = world.backstage().fake.listed();
        wanted.insert("nobody-here".into());
        assert_eq!(ids(&session).await, wanted, "{}", world.name);
        assert!(loaded.complete && loaded.missing == 0 && loaded.vanished == 0);
        assert_eq!(loaded.contacts, wanted.len(), "{}", world.name);
        let asked = world.backstage().fake.asked.clone();
        assert!(
            asked.iter().all(|(m, _)| m == "GET"),
            "{}: {asked:?}",
            world.name
        );
        let name = &session.account().name;
        let kept = session
            .contacts()
            .contact(name, &ContactId::new("nobody-here"))
            .await;
        assert!(kept.unwrap().unwrap().missing, "{}", world.name);
        // It comes to be there, and is found like everybody.
        world.backstage().fake.edit("web-0001", |c| {
            c.inboxes[0].source_id = "nobody-here".into();
        });
        load(&session).await.unwrap();
        let kept = session
            .contacts()
            .contact(name, &ContactId::new("nobody-here"))
            .await;
        assert!(!kept.unwrap().unwrap().missing, "{}", world.name);
        let kept = session
            .contacts()
            .contact(name, &ContactId::new("web-0001"))
            .await;
        assert!(kept.unwrap().unwrap().missing, "{}", world.name);
    }
}

#[tokio::test]
async fn an_empty_roster_lists_nobody_and_asks_nothing() {
    for world in good().await {
        let session = world.session();
        let loaded = load(&session).await.unwrap();
        assert!(loaded.complete && loaded.contacts == 0, "{}", world.name);
        assert!(session.lacks_contacts().await.unwrap());
        assert_eq!(world.writes() + world.backstage().fake.asked.len(), 0);
    }
}

#[tokio::test]
async fn a_contact_outside_of_the_roster_is_read_and_changed_and_does_not_join_the_list() {
    for world in good().await {
        let session = world.session();
        roster::add(&session, "web-0002", None).await.unwrap();
        let base = session.read(&ContactId::new("web-0003")).await.unwrap();
        session.remember_contact(&base).await;
        let outcome = session
            .save(base, set(FieldKey::Name, "Seen"), Permits::default())
            .await;
        assert!(matches!(
            outcome,
            SaveOutcome::Applied {
                check: Check::Verified,
                ..
            }
        ));
        load(&session).await.unwrap();
        assert_eq!(
            ids(&session).await,
            BTreeSet::from(["web-0002".to_string()])
        );
    }
}

#[tokio::test]
async fn trap_21_reading_whole_tells_everything_and_writes_nothing() {
    for world in good().await {
        let session = filled(&world).await;
        let id = ContactId::new("web-0004");
        let before = world.backstage().fake.record("web-0004").clone();
        let read = session.read(&id).await.unwrap();
        let after = world.backstage().fake.record("web-0004").clone();
        assert_eq!(after.updated_at, before.updated_at, "{}", world.name);
        assert_eq!(changing(&world), Vec::<Value>::new(), "{}", world.name);
        assert_eq!(read.record, Some(before.id.to_string()));
        assert_eq!(read.field(FieldKey::Name), before.name.clone().unwrap());
        let stored = before.custom_attributes.clone().into_iter().collect();
        assert_eq!(read.attributes, stored, "{}", world.name);
        assert_eq!(read.tags_read, TagsRead::All);
        assert_eq!(read.tags, world.backstage().fake.tags("web-0004"));
        assert_eq!(read.flag(Flag::Blocked), Some(before.blocked));
        let millis = |t: Timestamp| t.as_millisecond();
        assert_eq!(read.updated_at.map(millis), Some(millis(before.updated_at)));
        assert_eq!(read.created_at.map(millis), Some(millis(before.created_at)));
    }
}

#[tokio::test]
async fn trap_21_a_read_only_account_sends_no_patch() {
    for world in good().await {
        let token = cardex::app::practice::token().unwrap();
        let session = world.session_as(token, |account| account.read_only = true);
        roster::add(&session, "web-0002", None).await.unwrap();
        load(&session).await.unwrap();
        let read = session.read(&ContactId::new("web-0002")).await.unwrap();
        assert!(!read.attributes_known && read.tags_read == TagsRead::No);
        let outcome = session
            .save(read, set(FieldKey::Name, "X"), Permits::default())
            .await;
        assert!(matches!(outcome, SaveOutcome::Failed { .. }), "{outcome:?}");
        let asked = world.backstage().fake.asked.clone();
        assert!(
            asked.iter().all(|(m, _)| m == "GET"),
            "{}: {asked:?}",
            world.name
        );
    }
}

#[tokio::test]
async fn each_field_and_attribute_is_stored_and_seen_to_be() {
    for world in good().await {
        let session = filled(&world).await;
        let id = ContactId::new("web-0005");
        for (patch, seen) in [
            (set(FieldKey::Name, "Zoë Ørsted 日本"), Check::Verified),
            (
                set(FieldKey::Email, "Nobody.Yet@Example.org"),
                Check::Verified,
            ),
            (set(FieldKey::Phone, "+4915799990001"), Check::Verified),
            (
                set(FieldKey::AvatarUrl, "https://example.org/p.png"),
                Check::Unprovable("avatar_url is never read back here".into()),
            ),
            (set_attribute("new one", json!("text")), Check::Verified),
            (set_attribute("new one", Value::Null), Check::Verified),
            (
                set_attribute("deep", json!({"a": {"x": 1}})),
                Check::Verified,
            ),
            (
                set_attribute("deep", json!({"a": {"x": 2, "y": [1]}, "b": null})),
                Check::Verified,
            ),
            (set_attribute("deep", json!("flat")), Check::Verified),
        ] {
            let base = session.read(&id).await.unwrap();
            let outcome = session.save(base, patch.clone(), MERGE).await;
            let SaveOutcome::Applied { check, .. } = outcome else {
                panic!("{}: {patch:?}: {outcome:?}", world.name);
            };
            assert_eq!(check, seen, "{}: {patch:?}", world.name);
        }
        let stored = world.backstage().fake.record("web-0005").clone();
        assert_eq!(stored.name.as_deref(), Some("Zoë Ørsted 日本"));
        assert_eq!(stored.email.as_deref(), Some("nobody.yet@example.org"));
        assert_eq!(stored.custom_attributes["deep"], json!("flat"));
        assert_eq!(stored.custom_attributes["new one"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_so_already_sends_nothing_and_what_changed_meanwhile_is_a_conflict() {
    for world in good().await {
        let session = filled(&world).await;
        let id = ContactId::new("web-0006");
        let base = session.read(&id).await.unwrap();
        let same = set(FieldKey::Email, &base.field(FieldKey::Email).to_uppercase());
        let outcome = session.save(base.clone(), same, Permits::default()).await;
        assert!(
            matches!(outcome, SaveOutcome::Unchanged { .. }),
            "{}: {outcome:?}",
            world.name
        );
        world.backstage().fake.rename("web-0006", "Somebody Else");
        let outcome = session
            .save(base, set(FieldKey::Name, "Mine"), Permits::default())
            .await;
        let SaveOutcome::Conflict { theirs, .. } = outcome else {
            panic!("{}: {outcome:?}", world.name);
        };
        assert_eq!(theirs.field(FieldKey::Name), "Somebody Else");
        assert_eq!(changing(&world), Vec::<Value>::new(), "{}", world.name);
    }
}

/// Two contacts that both have the field.
fn two_with(world: &World<Inbox>, key: FieldKey) -> (String, String, String) {
    let backstage = world.backstage();
    let value = |c: &cardex::sandbox::chatwoot::Contact| match key {
        FieldKey::Phone => c.phone_number.clone(),
        _ => c.email.clone(),
    };
    let listed = backstage.fake.listed().into_iter();
    let mut having = listed.filter_map(|id| Some((id.clone(), value(backstage.fake.record(&id))?)));
    let ((first, _), (second, theirs)) = (having.next().unwrap(), having.next().unwrap());
    (first, second, theirs)
}

#[tokio::test]
async fn trap_21_a_taken_email_or_phone_merges_only_with_permission_and_the_merge_is_told() {
    for key in [FieldKey::Email, FieldKey::Phone] {
        for world in good().await {
            let session = filled(&world).await;
            let (first, second, value) = two_with(&world, key);
            world.backstage().fake.retag(&first, &["only-mine"]);
            let (gone, into) = {
                let backstage = world.backstage();
                (
                    backstage.fake.number(&first).unwrap(),
                    backstage.fake.number(&second).unwrap(),
                )
            };
            let id = ContactId::new(first.as_str());
            let base = session.read(&id).await.unwrap();
            let patch = set(key, &value);

            let outcome = session
                .save(base.clone(), patch.clone(), Permits::default())
                .await;
            let SaveOutcome::Guarded { acts, .. } = &outcome else {
                panic!("{}: {outcome:?}", world.name);
            };
            assert_eq!(acts[0].key, key.as_str());
            assert_eq!(changing(&world), Vec::<Value>::new(), "{}", world.name);
            assert_eq!(world.backstage().fake.number(&first), Some(gone));

            let outcome = session.save(base, patch, MERGE).await;
            let SaveOutcome::Applied { after, check, .. } = outcome else {
                panic!("{}: {outcome:?}", world.name);
            };
            let told = Check::Merged {
                gone: gone.to_string(),
                into: into.to_string(),
                allowed: true,
            };
            assert_eq!(check, told, "{}", world.name);
            assert_eq!(after.id, id);
            {
                let backstage = world.backstage();
                assert!(
                    backstage.fake.server.contact(gone).is_none(),
                    "{}",
                    world.name
                );
                assert_eq!(backstage.fake.number(&first), Some(into));
                // A merge moves no labels.
                assert!(!backstage.fake.tags(&first).contains("only-mine"));
            }
            // Read back through the same source id, and nothing is known of the one who is gone.
            let again = session.read(&id).await.unwrap();
            assert_eq!(again.record, Some(into.to_string()));
            assert_eq!(again.field(key), value);
            load(&session).await.unwrap();
            let name = &session.account().name;
            let kept = session
                .contacts()
                .contact(name, &id)
                .await
                .unwrap()
                .unwrap();
            assert!(!kept.tags.contains("only-mine"), "{}: {kept:?}", world.name);
            assert!(ids(&session).await.contains(&first));
        }
    }
}

#[tokio::test]
async fn a_phone_of_somebody_with_another_email_is_dropped_and_that_is_drift() {
    for world in good().await {
        let session = filled(&world).await;
        let (first, second, phone) = two_with(&world, FieldKey::Phone);
        world
            .backstage()
            .fake
            .edit(&second, |c| c.email = Some("their.own@example.org".into()));
        let base = session.read(&ContactId::new(first.as_str())).await.unwrap();
        let mut patch = set(FieldKey::Phone, &phone);
        patch
            .fields
            .insert(FieldKey::Email, Edit::Set("brand.new@example.org".into()));
        let outcome = session.save(base, patch, MERGE).await;
        let SaveOutcome::Applied {
            check: Check::Drifted(rows),
            ..
        } = outcome
        else {
            panic!("{}: {outcome:?}", world.name);
        };
        let keys: Vec<&str> = rows.iter().map(|r| r.key.as_str()).collect();
        assert_eq!(keys, ["phone"], "{}", world.name);
    }
}

#[tokio::test]
async fn trap_21_blanks_labels_and_removals_are_refused_by_name_before_anything_is_sent() {
    for world in good().await {
        let session = filled(&world).await;
        let base = session.read(&ContactId::new("web-0004")).await.unwrap();
        let attribute = base.attributes.keys().next().unwrap().clone();
        let clear = |key| Patch {
            fields: [(key, Edit::Clear)].into(),
            ..Patch::default()
        };
        let tags = Patch {
            tags: TagDelta {
                add: ["beta".to_string()].into(),
                remove: BTreeSet::new(),
            },
            ..Patch::default()
        };
        let removal = Patch {
            attributes: [(attribute.clone(), Edit::Clear)].into(),
            ..Patch::default()
        };
        let attribute = format!("attr.{attribute}");
        for (patch, key) in [
            (clear(FieldKey::Name), "name"),
            (clear(FieldKey::Email), "email"),
            (set(FieldKey::Identifier, "x"), "identifier"),
            (tags, "tags"),
            (removal, attribute.as_str()),
        ] {
            let outcome = session.save(base.clone(), patch, MERGE).await;
            let SaveOutcome::Refused {
                fields,
                partly: false,
                ..
            } = &outcome
            else {
                panic!("{}: {key}: {outcome:?}", world.name);
            };
            assert_eq!(fields[0].key, key, "{}", world.name);
        }
        assert_eq!(changing(&world), Vec::<Value>::new(), "{}", world.name);
    }
}

#[tokio::test]
async fn trap_22_a_wrong_or_missing_hash_fails_with_500_and_the_words_say_what_to_check() {
    for version in VERSIONS {
        for (demanded, key) in [(false, Key::Wrong), (true, Key::Wrong), (true, Key::None)] {
            let world = world(version, demanded, key).await;
            let session = filled(&world).await;
            let says_so = |trouble: &cardex::domain::Trouble| {
                let said = format!("{trouble} {}", trouble.hint.clone().unwrap_or_default());
                let so = said.contains("500") && said.contains("hmac_token");
                assert!(
                    trouble.kind == TroubleKind::Server && so,
                    "{}: {said}",
                    world.name
                );
            };
            says_so(&load(&session).await.unwrap_err());
            let id = ContactId::new("web-0001");
            says_so(&session.read(&id).await.unwrap_err());
            let name = world.backstage().fake.record("web-0001").name.clone();
            let account = session.account().name.clone();
            let base = Contact::new(id, account, ProviderId::ChatwootPublic);
            let outcome = session
                .save(base, set(FieldKey::Name, "X"), Permits::default())
                .await;
            let SaveOutcome::Failed {
                trouble,
                partly: false,
                ..
            } = &outcome
            else {
                panic!("{}: {outcome:?}", world.name);
            };
            says_so(trouble);
            assert_eq!(world.backstage().fake.record("web-0001").name, name);
            // The inbox itself answers everybody, and says what it demands.
            let about = session.about().await.unwrap();
            says_so(&about.refused[0]);
            let told = about.told.join(" ");
            assert_eq!(
                told.contains("It demands an identity hash"),
                demanded,
                "{told}"
            );
        }
    }
}

#[tokio::test]
async fn the_identifier_of_the_roster_is_what_the_hash_is_of_until_the_contact_tells_its_own() {
    for version in VERSIONS {
        let world = world(version, true, Key::Right).await;
        let session = world.session();
        roster::add(&session, "web-0001", Some("cust 7+é"))
            .await
            .unwrap();
        load(&session).await.unwrap();
        session.read(&ContactId::new("web-0001")).await.unwrap();
        let asked = world.backstage().fake.asked.clone();
        let (_, body) = asked.last().unwrap();
        assert_eq!(body["identifier"], "cust 7+é");
        assert_eq!(body["identifier_hash"].as_str().map(str::len), Some(64));
    }
}

#[tokio::test]
async fn trap_23_no_world_logs_inbox_key_hash_source_id_or_pubsub_token() {
    for world in good().await {
        let session = filled(&world).await;
        load(&session).await.unwrap();
        let base = session.read(&ContactId::new("web-0001")).await.unwrap();
        session
            .save(base.clone(), set(FieldKey::Name, "N"), MERGE)
            .await;
        let preview = session
            .preview(&base, &set(FieldKey::Name, "M"))
            .await
            .unwrap();
        let shown = format!(
            "{:?} {base:?} {:?}",
            preview.requests,
            session.account().inbox_identifier
        );
        let log = format!("{:?}", world.log());
        assert!(log.contains("/inboxes/"), "{log}");
        let backstage = world.backstage();
        let places = backstage
            .fake
            .server
            .contacts(1)
            .flat_map(|c| c.inboxes.iter());
        for place in places {
            assert!(!log.contains(&place.pubsub_token) && !shown.contains(&place.pubsub_token));
            assert!(!log.contains(&place.source_id), "{}: {log}", world.name);
        }
        for secret in [seed::INBOX, seed::INBOX_KEY] {
            assert!(
                !log.contains(secret) && !shown.contains(secret),
                "{}",
                world.name
            );
        }
        let hexadecimal = |text: &str| {
            let digits = text.split(|c: char| !c.is_ascii_hexdigit());
            digits.map(str::len).max().unwrap_or(0) >= 64
        };
        assert!(!hexadecimal(&log) && !hexadecimal(&shown), "{}", world.name);
    }
}
