//! Pabbly's worlds: each thing that the vendor's pages leave open, decided each way, alone; and every way of
//! sending tags against every type that the server may want.

use std::collections::BTreeSet;

use cardex::app::clock;
use cardex::domain::{Contact, Edit, FieldKey, Flag, Patch, ProviderId, TagDelta};
use cardex::engine::{Check, Permits, SaveOutcome};
use cardex::provider::{Codec, TagsMode};
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::pabbly::quirks::{Delta, Quirks, Sent};
use cardex::sandbox::pabbly::{BASE, Pabbly};
use cardex::sandbox::seed;
use serde_json::json;

use super::{Backstage, Leeway, World, each_alone, promises};

impl Backstage for Pabbly {
    fn listed(&self) -> BTreeSet<String> {
        self.contacts().iter().map(|c| c.id.clone()).collect()
    }

    fn tags(&self, id: &str) -> BTreeSet<String> {
        self.contact(id).unwrap().tags.iter().cloned().collect()
    }

    fn retag(&mut self, id: &str, tags: &[&str]) {
        let tags = tags.iter().map(|t| (*t).to_string()).collect();
        assert!(self.change(id, clock::now(), |c| c.tags = tags));
    }

    fn rename(&mut self, id: &str, name: &str) {
        assert!(self.change(id, clock::now(), |c| c.name = Some(name.into())));
    }
}

async fn world(spec: &str, mode: TagsMode) -> World<Pabbly> {
    let quirks = Quirks::parse(spec).unwrap();
    let takes_tags = match mode {
        TagsMode::Replace => true,
        TagsMode::DeltaArray => matches!(quirks.delta, Delta::Array | Delta::Both),
        TagsMode::DeltaText => matches!(quirks.delta, Delta::Comma | Delta::Both),
    };
    let leeway = Leeway {
        attributes_vanish: quirks.attributes == Sent::Replace,
        name_stays: quirks.name_required,
        tags_stay: !takes_tags,
        ..Leeway::default()
    };
    let fake = seed::pabbly(&seed::people(45)).with_quirks(quirks);
    let name = format!("{spec} {}", mode.as_str());
    let place = (ProviderId::Pabbly, Vendor::Pabbly, BASE);
    let mut world = World::start(&name, place, fake, |account| account.tags_mode = mode).await;
    world.leeway = leeway;
    world.attributes = vec![("customer_code", json!("NB-9999")), ("city", json!("Łódź"))];
    world
}

#[tokio::test]
async fn every_promise_is_kept_in_every_world() {
    let mut broken = Vec::new();
    promises::all(&world("", TagsMode::Replace).await, &mut broken).await;
    let worlds = each_alone(&Quirks::help());
    assert!(worlds.len() > 20, "{worlds:?}");
    for spec in worlds {
        promises::all(&world(&spec, TagsMode::Replace).await, &mut broken).await;
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn unknown_delta_type_every_way_of_sending_tags_is_stored_or_told_as_drift() {
    let mut broken = Vec::new();
    let deltas = each_alone(&Quirks::help());
    let deltas: Vec<String> = deltas
        .into_iter()
        .filter(|w| w.starts_with("delta="))
        .collect();
    assert_eq!(deltas.len(), 2, "{deltas:?}");
    for spec in [String::new()].iter().chain(&deltas) {
        for mode in TagsMode::ALL {
            promises::all(&world(spec, mode).await, &mut broken).await;
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

async fn save(world: &World<Pabbly>, base: &Contact, patch: Patch) -> SaveOutcome {
    world
        .session()
        .save(base.clone(), patch, Permits::default())
        .await
}

async fn base(world: &World<Pabbly>) -> Contact {
    world.session().read(&world.contact(0)).await.unwrap()
}

fn add_tag(name: &str) -> Patch {
    Patch {
        tags: TagDelta {
            add: [name.to_string()].into(),
            remove: BTreeSet::new(),
        },
        ..Patch::default()
    }
}

#[tokio::test]
async fn unknown_names_are_stored_or_refused_or_told_as_drift() {
    let attribute = Patch {
        attributes: [("nobody knows".to_string(), Edit::Set(json!("x")))].into(),
        ..Patch::default()
    };
    for (switch, patch) in [
        ("unknown_tag", add_tag("nobody knows")),
        ("unknown_attribute", attribute),
    ] {
        for word in ["refuse", "drop", "create"] {
            for more in ["", ",refusal=200", ",failure=private"] {
                let world = world(&format!("{switch}={word}{more}"), TagsMode::Replace).await;
                let outcome = save(&world, &base(&world).await, patch.clone()).await;
                let good = match (&outcome, word) {
                    (SaveOutcome::Refused { message, .. }, "refuse") => {
                        message.contains("nobody knows")
                    }
                    (SaveOutcome::Applied { check, .. }, "drop") => {
                        matches!(check, Check::Drifted(_))
                    }
                    (SaveOutcome::Applied { check, .. }, "create") => *check == Check::Verified,
                    _ => false,
                };
                assert!(good, "{switch}={word}{more}: {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn unknown_duplicate_number_is_shown_as_refused() {
    for more in ["", "refusal=200", "failure=private"] {
        let world = world(more, TagsMode::Replace).await;
        let taken = world.session().read(&world.contact(1)).await.unwrap();
        let number = taken.field(FieldKey::Phone).to_string();
        let before = base(&world).await;
        let patch = Patch {
            fields: [(FieldKey::Phone, Edit::Set(number))].into(),
            ..Patch::default()
        };
        let outcome = save(&world, &before, patch).await;
        let SaveOutcome::Refused {
            message,
            partly: false,
            ..
        } = &outcome
        else {
            panic!("{more}: {outcome:?}")
        };
        assert!(!message.is_empty());
        assert_eq!(
            base(&world).await.field(FieldKey::Phone),
            before.field(FieldKey::Phone)
        );
    }
}

#[tokio::test]
async fn unknown_catalogue_every_shape_is_read_and_none_is_said() {
    for word in ["strings", "objects", "named", "items", "named-items"] {
        let world = world(&format!("tag_catalogue={word}"), TagsMode::Replace).await;
        let names = world.session().catalogue().await.unwrap().unwrap();
        assert!(
            names.len() > 10 && names.contains(&"vip".to_string()),
            "{word}: {names:?}"
        );
    }
    let world = world("tag_catalogue=missing", TagsMode::Replace).await;
    let session = world.session();
    session.catalogue().await.unwrap_err();
    // What loaded contacts carry stands in for it; the picker says that it may be incomplete.
    let contact = base(&world).await;
    session.remember_contact(&contact).await;
    let seen: BTreeSet<String> = session.tags_seen().await.unwrap().into_iter().collect();
    assert_eq!(seen, contact.tags);
}

#[tokio::test]
async fn trap_9_an_opt_out_meanwhile_is_a_conflict_and_is_not_overwritten() {
    let world = world("", TagsMode::Replace).await;
    let opt = |state: Option<bool>| {
        let id = world.contact(0);
        assert!(
            world
                .backstage()
                .fake
                .change(id.as_str(), clock::now(), |c| c.optin = state)
        );
    };
    opt(None);
    let opened = base(&world).await;
    opt(Some(false));
    let patch = Patch {
        flags: [(Flag::Optin, Edit::Set(true))].into(),
        ..Patch::default()
    };
    let outcome = save(&world, &opened, patch).await;
    assert!(
        matches!(outcome, SaveOutcome::Conflict { .. }),
        "{outcome:?}"
    );
    // Another edit does not bring the old consent back.
    opt(Some(true));
    let opened = base(&world).await;
    opt(Some(false));
    let name = Patch {
        fields: [(FieldKey::Name, Edit::Set("Other".into()))].into(),
        ..Patch::default()
    };
    let outcome = save(&world, &opened, name).await;
    assert!(
        matches!(
            outcome,
            SaveOutcome::Applied {
                check: Check::Verified,
                ..
            }
        ),
        "{outcome:?}"
    );
    assert_eq!(base(&world).await.flag(Flag::Optin), Some(false));
}

#[test]
fn unknown_rate_starts_at_two_a_second_and_a_429_teaches_the_rest() {
    let codec = cardex::provider::pabbly::Pabbly;
    assert_eq!(codec.facts().pace.per_minute, 120);
    let answer = cardex::http::HttpResponse::json(429, &json!({"success": false, "error": "x"}));
    let request = cardex::http::HttpRequest::new(
        cardex::http::Method::Get,
        "https://x.example/api/v1/contacts/",
    );
    let verdict = codec.judge(&request, &answer);
    assert!(
        matches!(verdict, cardex::http::Verdict::Throttled { .. }),
        "{verdict:?}"
    );
}

#[tokio::test]
async fn unknown_limits_are_the_servers_to_name() {
    let world = world("", TagsMode::Replace).await;
    let session = world.session();
    assert!(session.table().fields.iter().all(|f| f.max_chars.is_none()));
    assert_eq!(session.table().attributes.max_chars, None);
    let long = Patch {
        fields: [(FieldKey::Name, Edit::Set("n".repeat(5_000)))].into(),
        ..Patch::default()
    };
    let outcome = save(&world, &base(&world).await, long).await;
    assert!(
        matches!(
            outcome,
            SaveOutcome::Applied {
                check: Check::Verified,
                ..
            }
        ),
        "{outcome:?}"
    );
}
