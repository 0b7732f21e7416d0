//! Marking all that match at a provider whose list shifts while it is read, and fixing the marked contacts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cardex::app::marking::{self, Gathering};
use cardex::app::teller::{self, Inbox};
use cardex::app::walks::{Walk, Walks};
use cardex::domain::Marks;
use cardex::tui::msg::{LoadPhase, Msg, Picked, Ticket};

use super::*;

/// What the screen would ask on `*`.
struct Asking {
    gathering: Gathering,
    inbox: Inbox,
}

async fn asking(session: &Session) -> Asking {
    let name = &session.account().name;
    session.contacts().open_view(name).await.unwrap();
    let (sender, inbox) = teller::pair();
    let gathering = Gathering {
        session: session.clone(),
        sender,
        ticket: Ticket(7),
        walks: Walks::default(),
    };
    Asking { gathering, inbox }
}

impl Asking {
    async fn all(&self, filter: &str) -> Picked {
        let filter = Filter::parse(filter).unwrap();
        self.gathering.run(&filter, Order::default()).await.unwrap()
    }

    /// The ids behind rows; the view shows what this filter finds.
    async fn ids(&self, rows: &Arc<Marks>, filter: &str) -> (Vec<String>, usize) {
        let filter = Filter::parse(filter).unwrap();
        let session = &self.gathering.session;
        let frozen = marking::freeze(session, rows, &filter, Order::default()).await;
        let frozen = frozen.unwrap();
        assert_eq!(frozen.gone + frozen.ids.len(), rows.len());
        let ids = frozen.ids.iter().map(ToString::to_string);
        (ids.collect(), frozen.hidden)
    }
}

/// The ids of contacts of the fake for which something holds.
fn there(fake: &Mutex<Shifting>, holds: impl Fn(&Chatwoot, u64) -> bool) -> BTreeSet<String> {
    let fake = &fake.lock().unwrap().fake;
    let all = fake.contacts(1).map(|c| c.id);
    let some = all.filter(|id| holds(fake, *id));
    some.map(|id| id.to_string()).collect()
}

fn set(ids: &[String]) -> BTreeSet<String> {
    let set: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(set.len(), ids.len(), "an id stands there twice");
    set
}

#[tokio::test]
async fn all_that_match_are_those_of_the_provider_although_its_list_drifts() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 160, |fake, page| {
        match page {
            // The label's list moves up by one: one of its contacts is skipped.
            2 => drop(fake.remove_contact(1)),
            // When it is read again, somebody gets the label.
            5 => fake.set_contact_labels(2, &["vip"]),
            _ => {}
        }
    })
    .await;
    let mut asking = asking(&session).await;
    let picked = asking.all("tag:vip").await;
    assert_eq!(picked.remark, None);
    let (found, hidden) = asking.ids(&picked.rows, "tag:vip").await;
    let vip = |fake: &Chatwoot, id| fake.contact_labels(id).contains(&"vip".into());
    assert_eq!(set(&found), there(&fake, vip));
    assert_eq!((found.len(), hidden), (40, 0));
    let mut counts = Vec::new();
    while let Some(msg) = asking.inbox.at_hand() {
        if let Msg::Gathering { ticket, loading } = msg {
            assert_eq!(ticket, Ticket(7));
            let loading = loading.expect("the provider looks for it");
            if loading.phase == LoadPhase::Running {
                counts.push((loading.loaded, loading.total));
            }
        }
    }
    assert!(counts.iter().any(|c| c.1.is_some()), "{counts:?}");
    // Three pages, three times.
    assert!(counts.len() >= 9, "{counts:?}");
}

#[tokio::test]
async fn where_the_provider_can_not_look_the_whole_list_is_walked_and_only_what_matches_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 60, |fake, page| {
        if page == 2 {
            fake.remove_contact(1);
        }
    })
    .await;
    let asking = asking(&session).await;
    let picked = asking.all("email:person1").await;
    let (found, _) = asking.ids(&picked.rows, "").await;
    let matching = |fake: &Chatwoot, id| {
        let email = fake.contact(id).and_then(|c| c.email.clone());
        email.is_some_and(|e| e.starts_with("person1"))
    };
    assert_eq!(set(&found), there(&fake, matching));
    assert_eq!(asking.all("").await.rows.len(), 59);
}

#[tokio::test]
async fn a_list_that_is_whole_and_as_the_provider_counts_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 60, |_, _| {}).await;
    let asking = asking(&session).await;
    asking
        .gathering
        .walks
        .start(&session, &asking.gathering.sender);
    // It waits for the walk that goes on.
    assert_eq!(asking.all("").await.rows.len(), 60);
    asking.gathering.walks.end().await.unwrap();
    let pages = || fake.lock().unwrap().pages;
    let (before, again) = (pages(), asking.all("").await);
    assert_eq!((again.rows.len(), pages() - before), (60, 1));
    let remark = again.remark.expect("of when the list is");
    assert!(remark.contains("the provider counts as many"), "{remark}");
    fake.lock()
        .unwrap()
        .fake
        .add_contact(1, person(1000), clock::now());
    let more = asking.all("").await;
    assert_eq!((more.rows.len(), more.remark), (61, None));
}

/// Opened when tags may be read.
static TAGS: AtomicBool = AtomicBool::new(false);

/// Reading the tags of a large account takes as long as reading it: who does not ask for them need not wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tags_are_waited_for_only_where_they_decide() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 60, |fake, page| {
        // Four pages of the list, then those of the tags.
        if page == 5 {
            while !TAGS.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            fake.set_contact_labels(3, &["vip"]);
        }
    })
    .await;
    let asking = asking(&session).await;
    let walks = &asking.gathering.walks;
    assert_eq!(asking.all("").await.rows.len(), 60);
    let state = walks.state();
    assert!(matches!(state, Walk::Tagging { .. }), "{state:?}");
    TAGS.store(true, Ordering::Release);
    // Nor is it walked again: the provider is asked for its count alone.
    assert!(asking.all("email:person5").await.remark.is_some());
    // A word may be a tag.
    let picked = asking.all("vip").await;
    let state = walks.state();
    assert!(matches!(state, Walk::Ended { .. }), "{state:?}");
    let (found, _) = asking.ids(&picked.rows, "").await;
    let vip = |fake: &Chatwoot, id| fake.contact_labels(id).contains(&"vip".into());
    assert_eq!(set(&found), there(&fake, vip));
}

#[tokio::test]
async fn a_list_that_can_not_be_read_marks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 60, |_, _| {}).await;
    fake.lock().unwrap().broken = "/contacts";
    let asking = asking(&session).await;
    for filter in ["", "tag:vip", "email:person1"] {
        let filter = Filter::parse(filter).unwrap();
        let failed = asking.gathering.run(&filter, Order::default()).await;
        let failed = failed.unwrap_err();
        assert!(failed.message.contains("listing contacts"), "{failed:?}");
    }
}

#[tokio::test]
async fn marked_contacts_are_fixed_in_the_order_of_the_list_the_hidden_first() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _sandbox, fake) = session(&folder, 9, |_, _| {}).await;
    let asking = asking(&session).await;
    let all = asking.all("").await.rows;
    let (ids, hidden) = asking.ids(&all, "name:1").await;
    // By name, of which there are three, then by id.
    assert_eq!(
        ids,
        ["1", "4", "7", "3", "6", "9", "2", "5", "8"].map(String::from)
    );
    assert_eq!(hidden, 6);
    fake.lock().unwrap().fake.remove_contact(5);
    let five = cardex::domain::ContactId::new("5");
    session.read(&five).await.unwrap_err();
    let (ids, hidden) = asking.ids(&all, "").await;
    assert_eq!(
        ids,
        ["1", "4", "7", "2", "8", "3", "6", "9"].map(String::from)
    );
    assert_eq!(hidden, 0);
}
