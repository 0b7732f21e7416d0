//! Chatwoot's worlds: both recorded releases, as an administrator and as an agent.

use std::collections::BTreeSet;

use cardex::app::clock;
use cardex::domain::ProviderId;
use cardex::sandbox::chatwoot::{Chatwoot, ContactSeed, Quirks, Role, Version};
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::seed;
use serde_json::json;

use super::{Backstage, World, promises};

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
