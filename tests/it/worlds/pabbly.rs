//! Pabbly's worlds: each thing that the vendor's pages leave open, decided each way, alone; and every way of
//! sending tags against every type that the server may want.

use std::collections::BTreeSet;

use cardex::app::clock;
use cardex::domain::ProviderId;
use cardex::provider::TagsMode;
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
