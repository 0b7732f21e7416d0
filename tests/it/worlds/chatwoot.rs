//! Chatwoot's worlds: both recorded releases, as an administrator and as an agent.

use std::collections::BTreeSet;

use cardex::app::clock;
use cardex::domain::ProviderId;
use cardex::sandbox::chatwoot::{Chatwoot, ContactSeed, Quirks, Role, Version};
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::seed;
use serde_json::json;

use super::{Backstage, World, promises};
use cardex::app::loader::{self, TagWalk};
use cardex::domain::{ContactId, Edit, FieldKey, Filter, Order, Patch, TagDelta};
use cardex::engine::{Check, Permits, SaveOutcome};

impl Backstage for Chatwoot {
    fn listed(&self) -> BTreeSet<String> {
        let listed = self.contacts(1).filter(|c| c.is_resolved());
        listed.map(|c| c.id.to_string()).collect()
    }

    fn tags(&self, id: &str) -> BTreeSet<String> {
        let labels = self.contact_labels(id.parse().unwrap());
        labels.into_iter().collect()
    }

    fn retag(&mut self, id: &str, tags: &[&str]) {
        self.set_contact_labels(id.parse().unwrap(), tags);
    }

    fn rename(&mut self, id: &str, name: &str) {
        let edit = |c: &mut cardex::sandbox::chatwoot::Contact| c.name = Some(name.into());
        assert!(self.edit_contact(id.parse().unwrap(), clock::now(), edit));
    }
}

async fn world(version: Version, role: Role) -> World<Chatwoot> {
    let quirks = Quirks {
        version,
        role,
        ..Quirks::default()
    };
    let mut fake = seed::chatwoot_like(&seed::people(45), quirks);
    let unlisted = ContactSeed {
        name: Some("Not Listed".into()),
        blocked: true,
        labels: vec!["vip".into()],
        ..ContactSeed::default()
    };
    fake.add_contact(1, unlisted, clock::now());
    let name = format!("{version:?} as {role:?}");
    let place = (ProviderId::Chatwoot, Vendor::Chatwoot, "");
    let mut world = World::start(&name, place, fake, |_| {}).await;
    world.attributes = vec![
        ("customer_code", json!("NB-9999")),
        ("undefined here", json!("text")),
        ("odd", json!({"nested": [1]})),
    ];
    world
}

#[tokio::test]
async fn every_promise_is_kept_in_every_world() {
    let mut broken = Vec::new();
    for version in [Version::V4_3_0, Version::V4_15_1] {
        for role in [Role::Administrator, Role::Agent] {
            promises::all(&world(version, role).await, &mut broken).await;
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn set(key: FieldKey, text: &str) -> Patch {
    Patch {
        fields: [(key, Edit::Set(text.to_string()))].into(),
        ..Patch::default()
    }
}

#[tokio::test]
async fn trap_14_an_address_comes_back_in_small_letters_and_is_verified() {
    let world = world(Version::V4_15_1, Role::Agent).await;
    let session = world.session();
    let base = session.read(&world.contact(0)).await.unwrap();
    let patch = set(FieldKey::Email, "Ada.NEW@Example.ORG");
    let outcome = session.save(base, patch.clone(), Permits::default()).await;
    let SaveOutcome::Applied { after, check, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(check, Check::Verified);
    assert_eq!(after.field(FieldKey::Email), "ada.new@example.org");
    // The form is not changed for ever.
    let again = session.save(after, patch, Permits::default()).await;
    assert!(matches!(again, SaveOutcome::Unchanged { .. }), "{again:?}");
}

#[tokio::test]
async fn trap_20_labels_refused_for_an_old_phone_number_name_the_phone() {
    let world = world(Version::V4_15_1, Role::Agent).await;
    let session = world.session();
    let id = world.contact(0);
    let number = id.as_str().parse().unwrap();
    let old = |c: &mut cardex::sandbox::chatwoot::Contact| c.phone_number = Some("0151 234".into());
    world
        .backstage()
        .fake
        .edit_contact(number, clock::now(), old);
    let base = session.read(&id).await.unwrap();
    let patch = Patch {
        tags: TagDelta {
            add: ["beta".to_string()].into(),
            remove: BTreeSet::new(),
        },
        ..Patch::default()
    };
    let outcome = session.save(base, patch, Permits::default()).await;
    let SaveOutcome::Refused { fields, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        fields.iter().map(|f| f.key.as_str()).collect::<Vec<_>>(),
        ["phone"]
    );
}

#[tokio::test]
async fn trap_25_a_contact_without_its_last_identifier_stays_in_reach() {
    let world = world(Version::V4_15_1, Role::Agent).await;
    let session = world.session();
    let load = async || {
        let (_keep, paused) = tokio::sync::watch::channel(false);
        loader::load(&session, &TagWalk::None, paused, |_| {})
            .await
            .unwrap()
    };
    load().await;
    let id: ContactId = world.contact(0);
    let base = session.read(&id).await.unwrap();
    let keys = [FieldKey::Email, FieldKey::Phone, FieldKey::Identifier];
    let patch = Patch {
        fields: keys.map(|k| (k, Edit::Clear)).into(),
        ..Patch::default()
    };
    assert!(
        session
            .table()
            .vanishes(&base, &patch.apply(&base))
            .is_some()
    );
    let outcome = session.save(base, patch, Permits::default()).await;
    let SaveOutcome::Applied {
        after,
        check: Check::Verified,
        ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert!(!world.backstage().fake.listed().contains(id.as_str()));
    // The open form can go on with it.
    let named = session
        .save(after, set(FieldKey::Name, "Still Here"), Permits::default())
        .await;
    assert!(
        matches!(
            named,
            SaveOutcome::Applied {
                check: Check::Verified,
                ..
            }
        ),
        "{named:?}"
    );
    // The next walk does not meet it, reads it, and keeps it.
    assert_eq!(load().await.vanished, 0);
    let name = &session.account().name;
    let filter = Filter::parse("still").unwrap();
    let found = session
        .contacts()
        .ids(name, &filter, Order::default())
        .await
        .unwrap();
    assert_eq!(found, [id]);
}

#[tokio::test]
async fn trap_10_numbers_dates_and_what_is_not_defined_are_not_looked_for() {
    let world = world(Version::V4_15_1, Role::Agent).await;
    let session = world.session();
    for (text, asked) in [
        ("attr.plan=team", true),
        ("attr.website:example", true),
        ("has:attr.customer_code", true),
        ("attr.seats=5", false),
        ("attr.renewal=2026-05-01", false),
        ("attr.newsletter=true", false),
        ("has:attr.seats", false),
        ("attr.nobody=x", false),
        ("attr.PLAN=team", false),
    ] {
        let narrowed = session.narrow(&Filter::parse(text).unwrap()).await;
        assert_eq!(narrowed.is_some(), asked, "{text}: {narrowed:?}");
        assert!(narrowed.is_none_or(|n| !n.whole), "{text}");
    }
}
