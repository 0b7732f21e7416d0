//! One writer a contact: a form's save and a bulk run of the same contact at the same time, on a virtual clock. The
//! provider replaces a contact's tags as a whole, so that whoever writes on what was read before another's write
//! takes that back.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use cardex::app::bulk::{self, Asked, Driven};
use cardex::app::practice;
use cardex::app::session::Session;
use cardex::app::setup::Setup;
use cardex::config::Account;
use cardex::domain::{AccountName, Contact, ContactId, Patch, ProviderId, Trouble};
use cardex::engine::journal::{Outcome, Tally};
use cardex::engine::plan::Allowed;
use cardex::engine::{Check, Permits, Reason, RunId, SaveOutcome};
use cardex::sandbox::chatwoot::{Chatwoot, Quirks};
use cardex::sandbox::{Fake, Received, seed};
use cardex::store::RunRecord;
use cardex::transport::wire::{Carried, Sent, Wire};
use cardex::transport::{Client, Clock, Limits};
use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::worlds::Backstage;

/// What the run adds, and what the form does.
const OF_RUN: &str = "of-the-run";
const OF_FORM: &str = "of-the-form";

/// There and back.
const LATENCY: Duration = Duration::from_millis(80);

/// A provider behind a wire.
struct Far {
    fake: Chatwoot,
    /// Writes that arrived.
    writes: usize,
    /// How long writes take beyond the way.
    slow: Duration,
    /// How long the answer to the next question for tags is on its way, beyond what every answer is.
    late: Duration,
}

#[derive(Clone)]
struct Play(Arc<Mutex<Far>>, Clock);

impl fmt::Debug for Play {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Play")
    }
}

impl Play {
    fn far(&self) -> MutexGuard<'_, Far> {
        self.0.lock().unwrap()
    }
}

impl Wire for Play {
    fn carry(&self, sent: Sent) -> Carried {
        let target = sent.url.splitn(4, '/').nth(3).unwrap_or_default();
        let received = Received {
            method: sent.method.as_str().to_string(),
            target: format!("/{target}"),
            headers: sent.headers,
            body: sent.body,
        };
        let play = self.clone();
        Box::pin(async move {
            sleep(LATENCY / 2).await;
            let reads = received.method == "GET" || received.path().ends_with("/filter");
            if !reads {
                let slow = play.far().slow;
                sleep(slow).await;
            }
            let answer = {
                let mut far = play.far();
                far.writes += usize::from(!reads);
                far.fake.answer(&received, (play.1)())
            };
            let late = match reads && received.path().ends_with("/contacts/1/labels") {
                true => std::mem::take(&mut play.far().late),
                false => Duration::ZERO,
            };
            sleep(LATENCY / 2 + late).await;
            Ok(answer)
        })
    }
}

/// An account with one contact, and a run that adds a tag to it.
struct Desk {
    play: Play,
    session: Session,
    contact: Contact,
    run: RunId,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let began = Instant::now();
        let epoch: jiff::Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let clock: Clock =
            Arc::new(move || epoch + SignedDuration::try_from(began.elapsed()).unwrap());
        let far = Far {
            fake: seed::chatwoot_like(&seed::people(1), Quirks::default()),
            writes: 0,
            slow: Duration::ZERO,
            late: Duration::ZERO,
        };
        let play = Play(Arc::new(Mutex::new(far)), Arc::clone(&clock));
        let account = Account {
            provider: ProviderId::Chatwoot,
            base_url: "http://127.0.0.1:9".into(),
            account_id: Some(1),
            per_minute: Some(60_000),
            ..Account::local(AccountName::new("desk"))
        };
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup::new(None, Some(folder.path().to_path_buf())).unwrap();
        let client = Client::over(Arc::new(play.clone()), Limits::default());
        let session = setup
            .over(client, clock)
            .open_practice(account, practice::token().unwrap())
            .unwrap();
        let id = play.far().fake.listed().pop_first().unwrap();
        let id = ContactId::new(id);
        let contact = session.read(&id).await.unwrap();
        let asked = Asked {
            patch: adding(OF_RUN),
            allowed: Allowed {
                new_tag: true,
                ..Allowed::default()
            },
            ..Asked::default()
        };
        let plan = bulk::by_ids(&session, &[id], &asked).await.unwrap();
        let run = bulk::begin(&session, Arc::new(plan)).await.unwrap();
        Self {
            play,
            session,
            contact,
            run,
            _folder: folder,
        }
    }

    /// Lets the clock run no faster than the store, which has none: else it jumps whenever the store is asked.
    fn steady(self) -> Arc<Self> {
        tokio::spawn(async {
            let store = || std::thread::sleep(Duration::from_millis(1));
            while tokio::task::spawn_blocking(store).await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        });
        Arc::new(self)
    }

    fn saving(self: &Arc<Self>) -> JoinHandle<(SaveOutcome, Vec<RunId>)> {
        let desk = Arc::clone(self);
        tokio::spawn(async move { desk.save().await })
    }

    /// Waits until somebody has the contact open, and not `but`.
    async fn opened(&self, but: Option<RunId>) -> RunId {
        loop {
            match self.holder().await {
                Some(run) if but != Some(run) => return run,
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn drive(&self) -> JoinHandle<Result<Driven, Trouble>> {
        let (session, run) = (self.session.clone(), self.run);
        tokio::spawn(async move {
            let (_, orders) = mpsc::unbounded_channel();
            bulk::drive(&session, run, orders, |_| {}).await
        })
    }

    /// Saves, and tells which runs were waited for.
    async fn save(&self) -> (SaveOutcome, Vec<RunId>) {
        self.save_tag(OF_FORM).await
    }

    async fn save_tag(&self, tag: &str) -> (SaveOutcome, Vec<RunId>) {
        let waited = Mutex::new(Vec::new());
        let tell = |run| waited.lock().unwrap().push(run);
        let (base, patch) = (self.contact.clone(), adding(tag));
        let saving = self
            .session
            .save_telling(base, patch, Permits::default(), tell);
        let outcome = saving.await;
        (outcome, waited.into_inner().unwrap())
    }

    /// Drives the run, whose row is to fail since another is at its contact; gives what it says.
    async fn driven_busy(&self) -> String {
        let driven = self.drive().await.unwrap().unwrap();
        assert_eq!(driven.progress.tally.failed, 1, "{driven:?}");
        let rows = self.session.journal().run_rows(self.run, 0, 1).await;
        let end = rows.unwrap().remove(0).fold.end.unwrap();
        assert_eq!(end.reason(), Some(Reason::Busy));
        end.message().unwrap_or_default().to_string()
    }

    fn tags(&self) -> BTreeSet<String> {
        self.play.far().fake.tags(self.contact.id.as_str())
    }

    /// The tags that were there, and these.
    fn with(&self, more: &[&str]) -> BTreeSet<String> {
        let tags = self.contact.tags.iter().cloned();
        tags.chain(more.iter().map(|t| (*t).to_string())).collect()
    }

    async fn holder(&self) -> Option<RunId> {
        let name = &self.session.account().name;
        let asked = self.session.journal().holder(name, &self.contact.id);
        asked.await.unwrap()
    }

    /// The runs that are known, the latest first.
    async fn runs(&self) -> Vec<RunRecord> {
        let name = &self.session.account().name;
        self.session.journal().runs(name, true, 9).await.unwrap()
    }
}

fn adding(tag: &str) -> Patch {
    let mut patch = Patch::default();
    patch.tags.add.insert(tag.into());
    patch
}

fn is_verified(outcome: &SaveOutcome) -> bool {
    matches!(outcome, SaveOutcome::Applied { check, .. } if *check == Check::Verified)
}

fn all_applied(tally: Tally) -> bool {
    tally.applied == 1 && tally.selected() == 1
}

#[tokio::test(start_paused = true)]
async fn whenever_a_form_is_saved_while_a_run_is_at_its_contact_neither_takes_the_other_back() {
    let mut waited = 0;
    for slow in [0, 700] {
        // From before the run reads the contact until after it has verified its write.
        for ahead in (0..1200).step_by(100) {
            let desk = Desk::open().await.steady();
            desk.play.far().slow = Duration::from_millis(slow);
            let driven = desk.drive();
            sleep(Duration::from_millis(ahead)).await;
            let (outcome, runs) = desk.save().await;
            let said = format!("slow {slow}, ahead {ahead}: {outcome:?}");
            assert!(is_verified(&outcome), "{said}");
            waited += runs.len();
            let driven = driven.await.unwrap().unwrap();
            assert!(all_applied(driven.progress.tally), "{said}: {driven:?}");
            assert_eq!(desk.tags(), desk.with(&[OF_RUN, OF_FORM]), "{said}");
            assert_eq!(desk.play.far().writes, 2, "{said}");
            assert_eq!(desk.holder().await, None, "{said}");
        }
    }
    assert!(waited > 5, "the two met {waited} times only");
}

#[tokio::test(start_paused = true)]
async fn what_a_run_read_before_a_form_was_saved_is_read_again() {
    let desk = Desk::open().await.steady();
    desk.play.far().late = Duration::from_secs(5);
    let driven = desk.drive();
    while desk.play.far().late > Duration::ZERO {
        sleep(LATENCY).await;
    }
    let (outcome, runs) = desk.save().await;
    assert!(is_verified(&outcome) && runs.is_empty(), "{outcome:?}");
    assert_eq!(desk.tags(), desk.with(&[OF_FORM]), "the run still reads");
    let driven = driven.await.unwrap().unwrap();
    assert!(all_applied(driven.progress.tally), "{driven:?}");
    assert_eq!(desk.tags(), desk.with(&[OF_RUN, OF_FORM]));
    assert_eq!(desk.play.far().writes, 2);
}

#[tokio::test(start_paused = true)]
async fn what_a_form_read_before_a_run_wrote_is_read_again() {
    let desk = Desk::open().await.steady();
    desk.play.far().late = Duration::from_secs(5);
    let saving = desk.saving();
    while desk.play.far().late > Duration::ZERO {
        sleep(LATENCY).await;
    }
    let driven = desk.drive().await.unwrap().unwrap();
    assert!(all_applied(driven.progress.tally), "{driven:?}");
    assert_eq!(desk.tags(), desk.with(&[OF_RUN]), "the form still reads");
    let (outcome, runs) = saving.await.unwrap();
    assert!(is_verified(&outcome) && runs.is_empty(), "{outcome:?}");
    assert_eq!(desk.tags(), desk.with(&[OF_RUN, OF_FORM]));
    assert_eq!(desk.play.far().writes, 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_meets_a_form_that_is_being_saved_and_does_its_contact_afterwards() {
    for slow in [1000, 10_000] {
        let desk = Desk::open().await.steady();
        desk.play.far().slow = Duration::from_millis(slow);
        let saving = desk.saving();
        let edit = desk.opened(None).await;
        assert!(bulk::is_driven(&desk.session, edit), "nobody else may");
        let driven = desk.drive().await.unwrap().unwrap();
        assert!(all_applied(driven.progress.tally), "{driven:?}");
        let (outcome, runs) = saving.await.unwrap();
        assert!(is_verified(&outcome) && runs.is_empty(), "{outcome:?}");
        assert_eq!(desk.tags(), desk.with(&[OF_RUN, OF_FORM]));
        assert!(!bulk::is_driven(&desk.session, edit));
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_stays_at_a_contact_is_named_and_nothing_is_sent() {
    let desk = Desk::open().await.steady();
    desk.play.far().slow = Duration::from_secs(25);
    let driven = desk.drive();
    assert_eq!(desk.opened(None).await, desk.run);
    let began = Instant::now();
    let (outcome, runs) = desk.save().await;
    let waited = began.elapsed().as_secs_f64();
    let SaveOutcome::Failed { trouble, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!((15.0..17.0).contains(&waited), "{waited} s");
    assert_eq!(runs, [desk.run], "told once");
    let said = "saving contact 1: run 1 was at this contact for 15 seconds, and still is";
    assert_eq!(trouble.message, said);
    let hint = trouble.hint.unwrap_or_default();
    assert!(
        hint.contains("nothing was sent; let run 1 go on, or stop it"),
        "{hint}"
    );
    assert_eq!(desk.play.far().writes, 0);
    assert_eq!(desk.runs().await.len(), 1, "nothing of it is kept");
    driven.await.unwrap().unwrap();
    desk.play.far().slow = Duration::ZERO;
    assert!(is_verified(&desk.save().await.0));
    assert_eq!(desk.tags(), desk.with(&[OF_RUN, OF_FORM]));
}

#[tokio::test(start_paused = true)]
async fn a_save_that_stays_at_a_contact_is_told_to_another_save_and_to_a_run() {
    let desk = Desk::open().await.steady();
    desk.play.far().slow = Duration::from_secs(100);
    let saving = desk.saving();
    let edit = desk.opened(None).await;
    let ((outcome, _), of_run) = tokio::join!(desk.save_tag("another"), desk.driven_busy());
    let SaveOutcome::Failed { trouble, .. } = outcome else {
        panic!("{outcome:?}");
    };
    let said = "saving contact 1: another save of it is under way, and was for 15 seconds";
    assert_eq!(trouble.message, said);
    let said = format!(
        "another save of this contact is under way (run {edit}); let it end, then retry this row"
    );
    assert_eq!(of_run, said);
    assert_eq!(desk.play.far().writes, 0);
    saving.abort();
    saving.await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_row_does_not_wait_for_who_is_dead() {
    let desk = Desk::open().await.steady();
    desk.play.far().slow = Duration::from_secs(3600);
    let saving = desk.saving();
    let edit = desk.opened(None).await;
    saving.abort();
    saving.await.unwrap_err();
    let began = Instant::now();
    let said = desk.driven_busy().await;
    assert!(said.contains("nobody drives it"), "{said}");
    assert!(said.contains(&format!("`cardex runs resume {edit}`")));
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(3), "{waited:?}");
    assert_eq!(desk.play.far().writes, 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_dead_run_has_open_is_taken_over_and_the_run_goes_on_with_it_later() {
    let desk = Desk::open().await.steady();
    desk.play.far().slow = Duration::from_secs(3600);
    let driven = desk.drive();
    assert_eq!(desk.opened(None).await, desk.run);
    // As a process that is killed: its write never arrives.
    driven.abort();
    assert!(driven.await.unwrap_err().is_cancelled());
    assert_eq!(desk.holder().await, Some(desk.run));
    desk.play.far().slow = Duration::from_millis(500);
    let (outcome, runs) = desk.save().await;
    assert!(is_verified(&outcome) && runs.is_empty(), "{outcome:?}");
    assert_eq!(desk.tags(), desk.with(&[OF_FORM]));
    assert_eq!(desk.holder().await, None);

    let driven = desk.drive().await.unwrap().unwrap();
    assert!(all_applied(driven.progress.tally), "{driven:?}");
    assert_eq!(desk.tags(), desk.with(&[OF_RUN, OF_FORM]));
}

/// A run's write arrives and its process is killed before it hears of it; the person takes the tag off again.
#[tokio::test(start_paused = true)]
async fn what_a_person_took_back_from_a_dead_run_is_not_sent_again() {
    let desk = Desk::open().await.steady();
    desk.play.far().slow = Duration::from_millis(500);
    let driven = desk.drive();
    while desk.play.far().writes == 0 {
        sleep(Duration::from_millis(10)).await;
    }
    driven.abort();
    assert!(driven.await.unwrap_err().is_cancelled());
    assert_eq!(desk.holder().await, Some(desk.run));
    assert_eq!(desk.tags(), desk.with(&[OF_RUN]));

    let seen = desk.session.read(&desk.contact.id).await.unwrap();
    let mut patch = Patch::default();
    patch.tags.remove.insert(OF_RUN.into());
    let taken_off = desk.session.save(seen, patch, Permits::default()).await;
    assert!(is_verified(&taken_off), "{taken_off:?}");
    assert_eq!(desk.tags(), desk.with(&[]));

    let driven = desk.drive().await.unwrap().unwrap();
    assert_eq!(driven.progress.tally.unknown, 1, "{driven:?}");
    assert_eq!(desk.tags(), desk.with(&[]), "it is as the person left it");
    assert_eq!(desk.play.far().writes, 2);
    let rows = desk.session.journal().run_rows(desk.run, 0, 1).await;
    let end = rows.unwrap().remove(0).fold.end.unwrap();
    let said = "run 2 changed the same since, so nothing was sent again";
    assert_eq!(end.message(), Some(said));

    // Who has read that and wants it all the same, tries the row again.
    let (orders, heard) = mpsc::unbounded_channel();
    orders.send(bulk::Order::Retry(None)).unwrap();
    drop(orders);
    let driven = bulk::drive(&desk.session, desk.run, heard, |_| {}).await;
    assert!(all_applied(driven.unwrap().progress.tally));
    assert_eq!(desk.tags(), desk.with(&[OF_RUN]));
}

#[tokio::test(start_paused = true)]
async fn a_run_resumed_under_an_edit_that_took_its_contact_over_waits_for_it() {
    let desk = Desk::open().await.steady();
    desk.play.far().slow = Duration::from_secs(3600);
    let driven = desk.drive();
    assert_eq!(desk.opened(None).await, desk.run);
    driven.abort();
    assert!(driven.await.unwrap_err().is_cancelled());
    desk.play.far().slow = Duration::from_secs(3);
    let saving = desk.saving();
    desk.opened(Some(desk.run)).await;
    let driven = desk.drive().await.unwrap().unwrap();
    assert!(all_applied(driven.progress.tally), "{driven:?}");
    let (outcome, _) = saving.await.unwrap();
    assert!(is_verified(&outcome), "{outcome:?}");
    assert_eq!(desk.tags(), desk.with(&[OF_RUN, OF_FORM]));
    assert_eq!(desk.play.far().writes, 2);
}

#[tokio::test(start_paused = true)]
async fn a_save_that_is_dropped_lets_go_and_is_found_and_settled() {
    let desk = Desk::open().await.steady();
    desk.play.far().slow = Duration::from_secs(3600);
    let saving = desk.saving();
    let edit = desk.opened(None).await;
    saving.abort();
    assert!(saving.await.unwrap_err().is_cancelled());
    assert!(!bulk::is_driven(&desk.session, edit));
    let left = desk.runs().await.remove(0);
    assert_eq!((left.id, left.tally.left), (edit, 1));
    desk.play.far().slow = Duration::ZERO;
    let (_, orders) = mpsc::unbounded_channel();
    let driven = bulk::drive(&desk.session, edit, orders, |_| {}).await;
    assert!(all_applied(driven.unwrap().progress.tally));
    let row = desk.session.journal().run_rows(edit, 0, 1).await.unwrap();
    let end = row[0].fold.end.as_ref().map(|e| e.outcome());
    assert_eq!(end, Some(Outcome::Applied));
    assert_eq!(desk.tags(), desk.with(&[OF_FORM]));
    assert_eq!(desk.holder().await, None);
}

/// What a save says that can not be written down.
fn not_noted(outcome: &SaveOutcome) -> (&str, &str) {
    let SaveOutcome::Failed {
        trouble,
        partly: false,
        stored: None,
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    let hint = trouble.hint.as_deref();
    (&trouble.message, hint.unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn where_the_disk_is_full_nothing_is_sent() {
    let desk = Desk::open().await.steady();
    let store = desk.session.journal();
    store.hold_size(true).await.unwrap();
    // Some still fit in.
    let mut number = 0;
    let outcome = loop {
        let (outcome, _) = desk.save_tag(&format!("tag-{number}")).await;
        match is_verified(&outcome) {
            true => number += 1,
            false => break outcome,
        }
        assert!(number < 500, "it is never full");
    };
    let (said, hint) = not_noted(&outcome);
    assert!(
        said.starts_with(
            "saving contact 1: nothing was sent, since it can not be written down first: "
        ),
        "{said}"
    );
    assert!(
        said.ends_with("the disk is full; make room and try again"),
        "{said}"
    );
    assert!(hint.contains("make room"), "{hint}");
    assert_eq!(desk.play.far().writes, number);
    store.hold_size(false).await.unwrap();
    let (outcome, _) = desk.save_tag(&format!("tag-{number}")).await;
    assert!(is_verified(&outcome), "{outcome:?}");
    assert_eq!(desk.play.far().writes, number + 1);
}

#[test]
fn where_the_journal_can_not_be_written_a_local_contact_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(None, Some(folder.path().to_path_buf())).unwrap();
    let session = setup
        .open(Account::local(AccountName::new("demo")))
        .unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let read = |id: &ContactId| runtime.block_on(session.read(id)).unwrap();
    let save = |base: &Contact| {
        let (base, patch) = (base.clone(), adding(OF_FORM));
        runtime.block_on(session.save(base, patch, Permits::default()))
    };
    let base = read(&ContactId::new("1"));
    let refuse =
        "CREATE TRIGGER refuse BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'refused'); END";
    let file = rusqlite::Connection::open(folder.path().join("cardex.db")).unwrap();
    file.execute_batch(refuse).unwrap();
    let outcome = save(&base);
    let (said, hint) = not_noted(&outcome);
    assert!(
        said.contains("nothing was sent") && said.contains("refused"),
        "{said}"
    );
    assert!(hint.contains("make room"), "{hint}");
    assert_eq!(read(&base.id), base);
    let left = std::fs::read_dir(folder.path()).unwrap();
    let locks = left.filter(|f| {
        f.as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("run-")
    });
    assert_eq!(locks.count(), 0, "nobody has what is not there");

    file.execute_batch("DROP TRIGGER refuse").unwrap();
    let outcome = save(&base);
    assert!(is_verified(&outcome), "{outcome:?}");
}
