//! Bulk runs under stated conditions, on a virtual clock: the files of `tests/scenarios`. Each says what the world
//! is like, what goes wrong, and what has to come of it. The run is the real one, from the plan to the journal; only
//! the socket and the clock are played.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use cardex::app::bulk::{self, Asked, Order, Progress, RunRow};
use cardex::app::loader::{self, TagWalk};
use cardex::app::practice;
use cardex::app::session::Session;
use cardex::app::setup::Setup;
use cardex::config::Account;
use cardex::domain::{AccountName, Filter, Patch, ProviderId};
use cardex::engine::plan::Allowed;
use cardex::engine::run::{Halt, Standing};
use cardex::http::HttpResponse;
use cardex::provider::TagsMode;
use cardex::sandbox::faults::{Fault, Faults, Vendor};
use cardex::sandbox::rate::{Limiter, Rate, RetryAfter, refusal};
use cardex::sandbox::{Received, chatwoot, pabbly, revyops, seed};
use cardex::store::Store;
use cardex::transport::wire::{Carried, Sent, Wire};
use cardex::transport::{Broken, BrokenKind, Client, Clock, Limits};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

mod drift;

use drift::{Drift, Shifting};

/// The tag that the runs add.
const TAG: &str = "bulk-run";

/// How long somebody who sees a halted run waits before going on.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it shows.
    shows: String,
    provider: ProviderId,
    contacts: usize,
    /// The server's limit, as `cardex sandbox --rate` has it.
    rate: Option<String>,
    /// Whether a 429 says when to come back.
    #[serde(default)]
    retry_after: bool,
    /// Requests a minute, as the account's setting tells them; 0: not known.
    told: Option<u32>,
    /// Milliseconds on the way, there and back together.
    latency: u64,
    /// What goes wrong, as `cardex sandbox --faults` has it, counted from the run's first request.
    #[serde(default)]
    faults: String,
    /// A colleague gives a contact another tag before every request of such a number, those of loading included.
    colleague: Option<usize>,
    /// The token is refused from this request on, until somebody renews it.
    expires: Option<u64>,
    /// From this request on the disk is full, until somebody who sees the halted run makes room.
    full: Option<u64>,
    /// How the list shifts while it is loaded, and who is gone before the run.
    drift: Option<Drift>,
    /// How Pabbly answers what its documents leave open, as `cardex sandbox --quirks` has it.
    #[serde(default)]
    quirks: String,
    /// The second of the clock minute in which the run begins.
    #[serde(default)]
    second: i64,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    applied: u64,
    #[serde(default)]
    unchanged: u64,
    #[serde(default)]
    failed: u64,
    #[serde(default)]
    unknown: u64,
    /// 429s of the run, at most.
    throttled: u64,
    /// Requests of the run, from and to.
    requests: [u64; 2],
    /// Seconds on the virtual clock, from and to.
    seconds: [f64; 2],
    /// What the run waited for, in this order.
    #[serde(default)]
    halts: Vec<String>,
    /// Tags of colleagues that are gone, at most. Only where the API takes whole sets can there be any.
    #[serde(default)]
    wiped: usize,
}

/// The far side: a fake, and what happens on the way to it.
struct Far {
    fake: Box<dyn Shifting>,
    vendor: Vendor,
    limiter: Option<Limiter>,
    faults: Faults,
    /// Requests since the run began; before, nothing goes wrong.
    requests: Option<u64>,
    throttled: u64,
    expires: Option<u64>,
    /// From which request on the disk is full, and which store is on it.
    full: Option<u64>,
    store: Option<Store>,
    drift: Option<Drift>,
    /// Contacts that a colleague deleted.
    gone: BTreeSet<String>,
    /// How often a write to a contact was carried out.
    writes: BTreeMap<String, usize>,
    /// All requests, and those before which a colleague does something.
    all: usize,
    colleague: Option<usize>,
    ids: Vec<String>,
    /// What colleagues set: contact and tag.
    theirs: Vec<(String, String)>,
}

#[derive(Clone)]
struct Play {
    far: Arc<Mutex<Far>>,
    clock: Clock,
    latency: Duration,
    retry_after: RetryAfter,
}

impl fmt::Debug for Play {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Play")
    }
}

impl Play {
    fn far(&self) -> MutexGuard<'_, Far> {
        self.far.lock().unwrap()
    }

    async fn answer(&self, received: Received) -> Result<HttpResponse, Broken> {
        tokio::time::sleep(self.latency / 2).await;
        let (answer, fault) = self
            .far()
            .settle(&received, (self.clock)(), self.retry_after);
        if fault == Some(Fault::Hang) {
            std::future::pending::<()>().await;
        }
        if fault == Some(Fault::Slow) {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        tokio::time::sleep(self.latency / 2).await;
        answer.ok_or_else(|| Broken {
            kind: BrokenKind::Reset,
            maybe_arrived: true,
            message: "the connection was reset".into(),
        })
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
        Box::pin(async move { play.answer(received).await })
    }
}

impl Far {
    fn settle(
        &mut self,
        received: &Received,
        now: Timestamp,
        retry_after: RetryAfter,
    ) -> (Option<HttpResponse>, Option<Fault>) {
        self.all += 1;
        if self
            .colleague
            .is_some_and(|every| self.all.is_multiple_of(every))
        {
            self.colleague();
        }
        self.shift(now);
        let Some(requests) = &mut self.requests else {
            return (Some(self.fake.answer(received, now)), None);
        };
        *requests += 1;
        let number = *requests;
        if self.full.is_some_and(|at| number >= at) {
            self.full = None;
            self.disk_full(true);
        }
        if self.expires.is_some_and(|at| number >= at) {
            return (Some(self.vendor.error(401)), None);
        }
        let fault = self.faults.pick(number);
        match fault {
            Some(Fault::ResetBefore | Fault::Hang) => return (None, fault),
            Some(Fault::Status(429)) => {
                self.throttled += 1;
                return (Some(refusal(self.vendor, retry_after, 1, now)), fault);
            }
            Some(Fault::Status(status)) => return (Some(self.vendor.error(status)), fault),
            _ => {}
        }
        if let Some(Err(wait)) = self.limiter.as_mut().map(|l| l.take(now)) {
            self.throttled += 1;
            return (Some(refusal(self.vendor, retry_after, wait, now)), None);
        }
        let answer = self.fake.answer(received, now);
        let reads = received.method == "GET" || received.path().ends_with("/filter");
        if !reads && answer.is_success() {
            *self.writes.entry(received.path().into()).or_default() += 1;
        }
        match fault {
            Some(Fault::ResetAfter | Fault::Truncate) => (None, fault),
            Some(Fault::StatusAfter(status)) => (Some(self.vendor.error(status)), fault),
            _ => (Some(answer), fault),
        }
    }
}

impl Far {
    /// Fills the disk, or makes room on it; whoever asks the store for anything afterwards finds it so.
    fn disk_full(&self, full: bool) {
        if let Some(store) = &self.store {
            drop(store.hold_size(full));
        }
    }

    /// A colleague tags the next contact, and not in the order of the run.
    fn colleague(&mut self) {
        let n = self.theirs.len();
        let id = self.ids[n * 7 % self.ids.len()].clone();
        let tag = ["beta", "press", "partner"][n / self.ids.len() % 3];
        let mut tags = self.fake.tags(&id);
        tags.insert(tag.into());
        let all: Vec<_> = tags.iter().map(String::as_str).collect();
        self.fake.retag(&id, &all);
        self.theirs.push((id, tag.into()));
    }
}

/// The fake of a provider, and how an account reaches it.
fn fake(of: &Scenario) -> (Box<dyn Shifting>, Vendor, Account) {
    let people = seed::people(of.contacts);
    let root = "http://127.0.0.1:9";
    let account = Account {
        provider: of.provider,
        base_url: root.into(),
        per_minute: of.told,
        mirror: false,
        ..Account::local(AccountName::new("desk"))
    };
    match of.provider {
        ProviderId::Pabbly => {
            let base_url = format!("{root}{}", pabbly::BASE);
            let account = Account {
                base_url,
                tags_mode: TagsMode::DeltaArray,
                ..account
            };
            let quirks = pabbly::quirks::Quirks::parse(&of.quirks).unwrap();
            let mut fake = seed::pabbly(&people).with_quirks(quirks);
            fake.tags.push(TAG.into());
            (Box::new(fake), Vendor::Pabbly, account)
        }
        ProviderId::Chatwoot => {
            let account = Account {
                account_id: Some(1),
                ..account
            };
            let fake = seed::chatwoot_like(&people, chatwoot::Quirks::default());
            (Box::new(fake), Vendor::Chatwoot, account)
        }
        ProviderId::OpenCx => {
            let account = Account {
                tags_attribute: Some(seed::TAGS_KEY.into()),
                ..account
            };
            (Box::new(seed::opencx(&people)), Vendor::OpenCx, account)
        }
        ProviderId::RevyOps => {
            let quirks = revyops::quirks::Quirks::default();
            let account = Account {
                base_url: format!("{root}{}", quirks.path()),
                tags_attribute: Some(seed::TAGS_FIELD.into()),
                ..account
            };
            (Box::new(seed::revyops(&people)), Vendor::RevyOps, account)
        }
        other => panic!("{other} has no scenario"),
    }
}

/// What came of it.
#[derive(Debug, Default)]
struct Came {
    halts: Vec<String>,
    seconds: f64,
    /// What had been sent without an intent when the run was halted.
    unrecorded: Vec<String>,
}

async fn play(scenario: &Scenario) -> Vec<String> {
    let began = Instant::now();
    let minute: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let epoch = minute + SignedDuration::from_secs(scenario.second);
    let clock: Clock = Arc::new(move || {
        let passed = SignedDuration::try_from(began.elapsed()).unwrap();
        epoch + passed
    });
    let (fake, vendor, account) = fake(scenario);
    let rate = scenario.rate.as_deref().map(|r| Rate::parse(r).unwrap());
    let play = Play {
        far: Arc::new(Mutex::new(Far {
            fake,
            vendor,
            limiter: rate.map(Limiter::new),
            faults: Faults::parse(&scenario.faults).unwrap().with_seed(1),
            requests: None,
            throttled: 0,
            expires: scenario.expires,
            full: scenario.full,
            store: None,
            drift: scenario.drift,
            gone: BTreeSet::new(),
            writes: BTreeMap::new(),
            all: 0,
            colleague: scenario.colleague,
            ids: Vec::new(),
            theirs: Vec::new(),
        })),
        clock: Arc::clone(&clock),
        latency: Duration::from_millis(scenario.latency),
        retry_after: match scenario.retry_after {
            true => RetryAfter::Seconds,
            false => RetryAfter::Off,
        },
    };
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new(None, Some(folder.path().to_path_buf())).unwrap();
    let client = Client::over(Arc::new(play.clone()), Limits::default());
    let setup = setup.over(client, clock);
    let session = setup.open_practice(account, practice::token().unwrap());
    let session = session.unwrap();

    let before: BTreeMap<_, _> = {
        let mut far = play.far();
        far.ids = far.fake.listed().into_iter().collect();
        let tags = |id: &String| (id.clone(), far.fake.tags(id));
        far.ids.iter().map(tags).collect()
    };
    // All that match, while the list shifts under the walk.
    let (_keep, paused) = watch::channel(false);
    loader::load(&session, &TagWalk::Catalogue, paused, |_| {})
        .await
        .unwrap();
    let mut patch = Patch::default();
    patch.tags.add.insert(TAG.into());
    let asked = Asked {
        patch,
        allowed: Allowed {
            new_tag: true,
            ..Allowed::default()
        },
        present: true,
        ..Asked::default()
    };
    let plan = bulk::by_filter(&session, &Filter::default(), &asked)
        .await
        .unwrap();
    let planned: Vec<String> = plan
        .rows
        .iter()
        .map(|r| r.id.as_str().to_string())
        .collect();
    {
        let mut far = play.far();
        far.vanish();
        far.requests = Some(0);
        far.store = Some(session.journal().clone());
    }
    let run = bulk::begin(&session, Arc::new(plan)).await.unwrap();
    let (came, progress) = driven(&session, run, &play).await;
    let theirs = std::mem::take(&mut play.far().theirs);
    let rows = session.journal().run_rows(run, 0, usize::MAX).await;
    let rows = rows.unwrap();
    let mut wrong = judged(scenario, &play, &came, &progress, &before, &theirs);
    wrong.extend(drift::judged(&play.far(), &before, &planned, &rows));
    wrong.extend(unrecorded(&play.far(), &rows));
    wrong
}

/// Writes that arrived without an intent in the journal, a sentence each.
fn unrecorded(far: &Far, rows: &[RunRow]) -> Vec<String> {
    let intended = rows.iter().filter(|row| !row.fold.intents.is_empty());
    let intended: BTreeSet<&str> = intended.map(|row| row.id.as_str()).collect();
    // The number of a Chatwoot account stands in its paths as well, and may be a contact's.
    let contact = |path: &str| {
        let mut behind = path.split('/').skip_while(|part| *part != "contacts");
        behind.nth(1).map(String::from)
    };
    let of_nobody = |path: &&String| {
        let id = contact(path);
        !id.is_some_and(|id| intended.contains(id.as_str()))
    };
    let without = far.writes.keys().filter(of_nobody);
    without
        .map(|path| format!("{path} was written without an intent"))
        .collect()
}

/// Drives a run; whoever watches it renews a token, and goes on after a halt.
async fn driven(session: &Session, run: cardex::engine::RunId, play: &Play) -> (Came, Progress) {
    let began = Instant::now();
    let (orders, told) = mpsc::unbounded_channel();
    let halts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&halts);
    let (far, own) = (play.clone(), session.clone());
    let unsaid = Arc::new(Mutex::new(Vec::new()));
    let missed = Arc::clone(&unsaid);
    let mut waits = false;
    let report = move |progress: &Progress| {
        let Standing::Halted(halt) = &progress.standing else {
            waits = false;
            return;
        };
        // What is under way comes to its end first, whatever the clock says.
        if waits || progress.under_way > 0 {
            return;
        }
        waits = true;
        seen.lock().unwrap().push(match halt {
            Halt::SignIn(_) => "sign-in".to_string(),
            Halt::Network(_) => "network".into(),
            Halt::Store(trouble) if trouble.message.contains("the disk is full") => "full".into(),
            other => format!("{other:?}"),
        });
        let (orders, far, own) = (orders.clone(), far.clone(), own.clone());
        let missed = Arc::clone(&missed);
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            let rows = own.journal().run_rows(run, 0, usize::MAX).await;
            let (mut far, rows) = (far.far(), rows.unwrap());
            missed.lock().unwrap().extend(unrecorded(&far, &rows));
            far.expires = None;
            far.disk_full(false);
            let _ = orders.send(Order::GoOn);
        });
    };
    let driven = bulk::drive(session, run, told, report).await.unwrap();
    let came = Came {
        halts: halts.lock().unwrap().clone(),
        seconds: began.elapsed().as_secs_f64(),
        unrecorded: unsaid.lock().unwrap().clone(),
    };
    (came, driven.progress)
}

/// What is not as it was to be, a sentence each.
fn judged(
    scenario: &Scenario,
    play: &Play,
    came: &Came,
    progress: &Progress,
    before: &BTreeMap<String, BTreeSet<String>>,
    theirs: &[(String, String)],
) -> Vec<String> {
    let (far, expect, tally) = (play.far(), &scenario.expect, progress.tally);
    let mut wrong = came.unrecorded.clone();
    let mut hold = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    hold(
        progress.done && tally.left == 0,
        format!("it is not done: {tally:?}"),
    );
    hold(
        tally.selected() == before.len() as u64 || scenario.drift.is_some(),
        format!(
            "{} of {} contacts were selected",
            tally.selected(),
            before.len()
        ),
    );
    let ends = [tally.applied, tally.unchanged, tally.failed, tally.unknown];
    let wanted = [
        expect.applied,
        expect.unchanged,
        expect.failed,
        expect.unknown,
    ];
    hold(
        ends == wanted,
        format!("it ended {ends:?} and not {wanted:?}"),
    );
    let (requests, throttled) = (far.requests.unwrap_or_default(), far.throttled);
    let [least, most] = expect.requests;
    hold(
        (least..=most).contains(&requests),
        format!("{requests} requests"),
    );
    hold(
        throttled <= expect.throttled,
        format!("{throttled} times 429"),
    );
    let [from, to] = expect.seconds;
    hold(
        (from..=to).contains(&came.seconds),
        format!("{:.1} seconds", came.seconds),
    );
    hold(
        came.halts == expect.halts,
        format!("it waited for {:?}", came.halts),
    );
    let mut wiped = 0;
    for (id, tags) in before.iter().filter(|(id, _)| !far.gone.contains(*id)) {
        let now = far.fake.tags(id);
        let lost: Vec<_> = tags.difference(&now).collect();
        hold(lost.is_empty(), format!("{id} lost {lost:?}"));
        hold(
            now.contains(TAG) || expect.failed > 0 && scenario.drift.is_none(),
            format!("{id} was not changed"),
        );
        let own = theirs.iter().filter(|(at, _)| at == id);
        wiped += own.filter(|(_, tag)| !now.contains(tag)).count();
    }
    hold(
        wiped <= expect.wiped,
        format!("{wiped} tags of colleagues are gone"),
    );
    let doubled: usize = far.writes.values().map(|n| n - 1).sum();
    hold(
        doubled == 0,
        format!("{doubled} writes were carried out twice"),
    );
    wrong
}

#[tokio::test(start_paused = true)]
async fn every_scenario_ends_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 13, "{files:?}");
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        let scenario: Scenario = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let found = play(&scenario).await;
        wrong.extend(
            found
                .into_iter()
                .map(|what| format!("{name} ({}): {what}", scenario.shows)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
