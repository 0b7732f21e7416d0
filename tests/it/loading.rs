//! Walking a provider's list into the mirror over a real socket, while the list shifts: nobody is lost,
//! nobody is doubled, nobody vanishes who is still there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use cardex::app::clock;
use cardex::app::loader::{self, LoadEvent, Loaded, TagWalk};
use cardex::app::practice::{self, Sandbox};
use cardex::app::session::Session;
use cardex::app::setup::Setup;
use cardex::domain::{Filter, Order, ProviderId, TagsRead};
use cardex::http::HttpResponse;
use cardex::sandbox::chatwoot::{Chatwoot, ContactSeed};
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::server::{self, Options};
use cardex::sandbox::{Fake, Received, seed};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::watch;

/// A fake with something that happens to its contacts before each list page.
struct Shifting {
    fake: Chatwoot,
    pages: usize,
    happens: fn(&mut Chatwoot, usize),
}

impl Fake for Shifting {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        if request.path().ends_with("/contacts") {
            self.pages += 1;
            (self.happens)(&mut self.fake, self.pages);
        }
        self.fake.answer(request, now)
    }
}

fn setup(folder: &TempDir) -> Setup {
    Setup::new(None, Some(folder.path().to_path_buf())).unwrap()
}

/// A session on a Chatwoot with so many contacts, all created in the same second.
async fn session(
    folder: &TempDir,
    contacts: u64,
    happens: fn(&mut Chatwoot, usize),
) -> (Session, Sandbox, Arc<Mutex<Shifting>>) {
    let mut fake = seed::chatwoot(&[]);
    let now = clock::now();
    for n in 0..contacts {
        fake.add_contact(1, person(n), now);
    }
    let shared = Arc::new(Mutex::new(Shifting {
        fake,
        pages: 0,
        happens,
    }));
    let options = Options::new(Vendor::Chatwoot, clock::now);
    let running = server::start(Box::new(Arc::clone(&shared)), options)
        .await
        .unwrap();
    let base_url = running.url();
    let sandbox = Sandbox {
        running,
        provider: ProviderId::Chatwoot,
        base_url,
    };
    let session = setup(folder)
        .open_practice(sandbox.account(), practice::token().unwrap())
        .unwrap();
    (session, sandbox, shared)
}

fn person(n: u64) -> ContactSeed {
    ContactSeed {
        name: Some(format!("Same Name {}", n % 3)),
        email: Some(format!("person{n}@example.com")),
        labels: if n.is_multiple_of(4) {
            vec!["vip".into()]
        } else {
            Vec::new()
        },
        ..ContactSeed::default()
    }
}

async fn load(session: &Session, tags: TagWalk) -> (Loaded, Vec<LoadEvent>) {
    let events = Mutex::new(Vec::new());
    let (_open, paused) = watch::channel(false);
    let report = |event| events.lock().unwrap().push(event);
    let loaded = loader::load(session, None, &tags, paused, report)
        .await
        .unwrap();
    (loaded, events.into_inner().unwrap())
}

async fn ids(session: &Session, filter: &str) -> BTreeSet<String> {
    let filter = Filter::parse(filter).unwrap();
    let name = &session.account().name;
    let found = session
        .contacts()
        .ids(name, &filter, Order::default())
        .await
        .unwrap();
    let set: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(set.len(), found.len(), "an id stands there twice");
    set
}

#[tokio::test]
async fn ties_over_page_borders_give_everybody_once() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, _) = session(&folder, 100, |_, _| {}).await;
    let (loaded, events) = load(&session, TagWalk::None).await;
    assert_eq!(
        loaded,
        Loaded {
            contacts: 100,
            missing: 0,
            vanished: 0
        }
    );
    assert_eq!(ids(&session, "").await.len(), 100);
    let last = LoadEvent::Page {
        loaded: 100,
        total: Some(100),
    };
    assert!(events.contains(&last), "{events:?}");
}

#[tokio::test]
async fn a_contact_skipped_because_another_was_deleted_meanwhile_is_found_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 40, |fake, page| {
        if page == 2 {
            // The list moves up by one: the first of the second page is now the last of the first.
            fake.remove_contact(1);
        }
    })
    .await;
    let (loaded, _) = load(&session, TagWalk::None).await;
    assert_eq!(loaded.missing, 0);
    let there: BTreeSet<String> = fake
        .lock()
        .unwrap()
        .fake
        .contacts(1)
        .map(|c| c.id.to_string())
        .collect();
    assert_eq!(there.len(), 39);
    assert!(ids(&session, "").await.is_superset(&there));
    // The deleted one is known to be gone after the next whole walk.
    load(&session, TagWalk::None).await;
    assert_eq!(ids(&session, "").await, there);
}

#[tokio::test]
async fn contacts_created_meanwhile_double_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 40, |fake, page| {
        let early = "2020-01-01T00:00:00Z".parse().unwrap();
        fake.add_contact(1, person(1000 + page as u64), early);
    })
    .await;
    load(&session, TagWalk::None).await;
    let before: BTreeSet<String> = (1..=40).map(|n: u32| n.to_string()).collect();
    assert!(ids(&session, "").await.is_superset(&before));
    assert!(fake.lock().unwrap().fake.contacts(1).count() > 40);
}

#[tokio::test]
async fn tags_of_the_catalogue_are_read_and_taken_off_again() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 40, |_, _| {}).await;
    let walk = TagWalk::Only(vec!["vip".into(), "beta".into()]);
    load(&session, walk.clone()).await;
    assert_eq!(ids(&session, "tag:vip").await.len(), 10);
    let one = session.contacts().contact(
        &session.account().name,
        &cardex::domain::ContactId::new("2"),
    );
    assert_eq!(one.await.unwrap().unwrap().tags_read, TagsRead::Catalogue);

    fake.lock().unwrap().fake.set_contact_labels(1, &["beta"]);
    load(&session, walk).await;
    assert_eq!(ids(&session, "tag:vip").await.len(), 9);
    assert_eq!(ids(&session, "tag:beta").await, ["1".to_string()].into());
}

#[tokio::test]
async fn a_walk_that_breaks_off_keeps_what_came_and_removes_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (session, sandbox, _) = session(&folder, 40, |_, _| {}).await;
    load(&session, TagWalk::None).await;
    sandbox.running.stop().await;
    let (_open, paused) = watch::channel(false);
    let failed = loader::load(&session, None, &TagWalk::None, paused, |_| {})
        .await
        .unwrap_err();
    assert!(failed.message.contains("listing contacts"), "{failed:?}");
    assert_eq!(ids(&session, "").await.len(), 40);
}
