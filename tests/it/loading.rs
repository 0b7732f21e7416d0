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

mod marking;

/// A fake with something that happens to its contacts before each list page.
struct Shifting {
    fake: Chatwoot,
    pages: usize,
    happens: fn(&mut Chatwoot, usize),
    /// Paths that end so are refused.
    broken: &'static str,
}

impl Fake for Shifting {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        if request.path().ends_with("/contacts") {
            self.pages += 1;
            (self.happens)(&mut self.fake, self.pages);
        }
        if !self.broken.is_empty() && request.path().ends_with(self.broken) {
            return HttpResponse::new(403, Vec::new(), b"{}".to_vec());
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
        broken: "",
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
        sign_in: String::new(),
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
    let loaded = loader::load(session, &tags, paused, report).await.unwrap();
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
            complete: true,
            ..Loaded::default()
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
async fn a_list_that_shrinks_during_every_walk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, _) = session(&folder, 60, |fake, page| {
        fake.remove_contact(page as u64);
    })
    .await;
    let (loaded, _) = load(&session, TagWalk::None).await;
    assert!(!loaded.complete && loaded.missing == 0, "{loaded:?}");
    let said = loaded.shortfall().unwrap_or_default();
    assert!(said.contains("deleted while"), "{said}");
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
    let failed = loader::load(&session, &TagWalk::None, paused, |_| {})
        .await
        .unwrap_err();
    assert!(failed.message.contains("listing contacts"), "{failed:?}");
    assert_eq!(ids(&session, "").await.len(), 40);
}

#[tokio::test]
async fn a_contact_skipped_between_a_deletion_and_a_creation_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 40, |_, _| {}).await;
    load(&session, TagWalk::None).await;
    {
        let mut fake = fake.lock().unwrap();
        fake.pages = 0;
        fake.happens = |fake, page| {
            if page == 2 {
                // The list moves up by one, and its total stays.
                fake.remove_contact(1);
                fake.add_contact(1, person(1000), clock::now());
            }
        };
    }
    let (loaded, events) = load(&session, TagWalk::None).await;
    let there: BTreeSet<String> = fake
        .lock()
        .unwrap()
        .fake
        .contacts(1)
        .map(|c| c.id.to_string())
        .collect();
    assert!(ids(&session, "").await.is_superset(&there));
    assert!(
        events
            .iter()
            .any(|e| matches!(e, LoadEvent::Confirming { .. })),
        "nobody was skipped: {events:?}"
    );
    assert_eq!((loaded.missing, loaded.complete), (0, true));
    // The deleted one was met before it was deleted; the next walk knows.
    let (loaded, _) = load(&session, TagWalk::None).await;
    assert_eq!(loaded.vanished, 1);
    assert_eq!(ids(&session, "").await, there);
}

#[tokio::test]
async fn a_contact_that_is_not_found_leaves_the_mirror() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 4, |_, _| {}).await;
    load(&session, TagWalk::None).await;
    fake.lock().unwrap().fake.remove_contact(2);
    let gone = session.read(&cardex::domain::ContactId::new("2")).await;
    assert_eq!(
        gone.unwrap_err().kind,
        cardex::domain::TroubleKind::NotFound
    );
    assert_eq!(ids(&session, "").await.len(), 3);
}

#[tokio::test]
async fn a_catalogue_that_can_not_be_read_takes_no_tags_away() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 40, |_, _| {}).await;
    load(&session, TagWalk::Only(vec!["vip".into()])).await;
    fake.lock().unwrap().broken = "/labels";
    let (loaded, _) = load(&session, TagWalk::Catalogue).await;
    assert!(loaded.untagged.is_some(), "{loaded:?}");
    assert_eq!(ids(&session, "tag:vip").await.len(), 10);
}

#[tokio::test]
async fn a_tag_list_that_shrinks_takes_the_tag_off_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 100, |_, _| {}).await;
    let walk = TagWalk::Only(vec!["vip".into()]);
    load(&session, walk.clone()).await;
    let before = ids(&session, "tag:vip").await;
    assert_eq!(before.len(), 25);
    {
        let mut fake = fake.lock().unwrap();
        fake.pages = 0;
        fake.happens = |fake, page| {
            // Seven pages of contacts, then the tag's two.
            if page == 9 {
                fake.set_contact_labels(1, &[]);
            }
        };
    }
    load(&session, walk.clone()).await;
    assert_eq!(fake.lock().unwrap().pages, 9);
    assert_eq!(ids(&session, "tag:vip").await, before);
    load(&session, walk).await;
    assert_eq!(ids(&session, "tag:vip").await.len(), 24);
}

/// Walks the whole list.
async fn whole(session: &Session) -> Loaded {
    let (_keep, paused) = watch::channel(false);
    loader::load(session, &TagWalk::None, paused, |_| {})
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_finds_is_there_before_its_page_came() {
    let folder = TempDir::new().unwrap();
    let (session, _sandbox, shared) = session(&folder, 120, |_, _| {}).await;
    let find = async |text: &str| {
        let filter = Filter::parse(text).unwrap();
        loader::search(&session, &filter).await.unwrap()
    };
    let here = async |text: &str| {
        let filter = Filter::parse(text).unwrap();
        let name = &session.account().name;
        let ids = session.contacts().ids(name, &filter, Order::default());
        ids.await.unwrap().len()
    };
    assert_eq!(find("email:person101@").await, Some(1));
    assert_eq!((here("email:person101@").await, here("").await), (1, 1));
    // Words are searched for, and the list of a tag tells its tag.
    assert_eq!(find("person7@example").await, Some(1));
    assert_eq!(find("tag:vip").await, Some(30));
    assert_eq!(here("tag:vip").await, 30);
    assert_eq!(find("nobody-at-all").await, Some(0));
    // A walk afterwards finds everybody once, and takes those out that are gone.
    assert!(shared.lock().unwrap().fake.remove_contact(102));
    let loaded = whole(&session).await;
    assert!(loaded.complete, "{loaded:?}");
    assert_eq!((loaded.contacts, here("").await), (119, 119));
    assert_eq!(here("email:person101@").await, 0);
}
