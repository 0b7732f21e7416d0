//! The real binary, killed again and again in the middle of a run, on a server that fails now and then, with
//! colleagues at work: every contact gets its change once, nothing of theirs is lost, and undo takes it all back.
//! And a disk that is full.
//!
//! `CARDEX_KILLS=200 cargo test --test it -- kills --nocapture` does it longer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use cardex::app::clock;
use cardex::sandbox::faults::{Faults, Vendor};
use cardex::sandbox::pabbly::{BASE, Pabbly};
use cardex::sandbox::seed;
use cardex::sandbox::server::{self, Options, Running};
use serde_json::Value;

/// Kills where nobody says how many.
const KILLS: usize = 10;

/// Contacts of the account.
const CONTACTS: usize = 150;

/// The tag that the runs set.
const TAG: &str = "killed-and-back";

/// What goes wrong on the way, of all requests.
const FAULTS: &str = "500:2%,500-after:1%,reset-before:1%,reset-after:2%,truncate:1%";

/// An account on a server of its own, and where cardex keeps what it knows of it.
struct Desk {
    fake: Arc<Mutex<Pabbly>>,
    running: Running,
    home: tempfile::TempDir,
}

/// Each contact's tags.
type Tags = BTreeMap<String, Vec<String>>;

impl Desk {
    async fn open(faults: &str, latency: u64) -> Self {
        let mut fake = seed::pabbly(&seed::people(CONTACTS));
        fake.tags.push(TAG.into());
        let fake = Arc::new(Mutex::new(fake));
        let mut options = Options::new(Vendor::Pabbly, clock::now);
        options.latency = Duration::from_millis(latency);
        options.faults = Faults::parse(faults).unwrap().with_seed(4);
        let running = server::start(Box::new(Arc::clone(&fake)), options).await;
        let running = running.unwrap();
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "default_account = \"desk\"\n[accounts.desk]\nprovider = \"pabbly\"\n\
             base_url = \"{}{BASE}\"\ntoken = {{ env = \"DESK_TOKEN\" }}\nrate = \"60000/min\"\ntags_mode = \"delta-array\"\n",
            running.url()
        );
        std::fs::write(home.path().join("config.toml"), config).unwrap();
        Self {
            fake,
            running,
            home,
        }
    }

    fn fake(&self) -> MutexGuard<'_, Pabbly> {
        self.fake.lock().unwrap()
    }

    fn tags(&self) -> Tags {
        let fake = self.fake();
        let all = fake.contacts().iter();
        all.map(|c| (c.id.clone(), c.tags.clone())).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        command(
            Command::new(env!("CARGO_BIN_EXE_cardex")),
            self.home.path(),
            arguments,
        )
    }

    /// Runs to the end. Gives the exit code, and what was printed on both.
    fn done(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(self.command(arguments))
    }

    /// The latest run, as the command line tells it.
    fn last(&self) -> Option<Value> {
        let (code, out, _) = self.done(&["--json", "runs", "list", "--limit", "1"]);
        assert_eq!(code, 0, "{out}");
        out.lines()
            .next()
            .map(|line| serde_json::from_str(line).unwrap())
    }
}

fn command(mut program: Command, home: &Path, arguments: &[&str]) -> Command {
    program
        .args(arguments)
        .env("CARDEX_CONFIG", home.join("config.toml"))
        .env("CARDEX_DATA_DIR", home.join("data"))
        .env("DESK_TOKEN", seed::KEY)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    program
}

fn ended(mut command: Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap_or(-1);
    (code, text(&output.stdout), text(&output.stderr))
}

fn number(run: &Value, key: &str) -> u64 {
    run[key].as_u64().unwrap_or_else(|| panic!("{key}: {run}"))
}

/// A xorshift: what is drawn is told by its beginning.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// Kills a child that has not ended after a while. Whether it was killed.
fn kill_after(child: &mut Child, wait: Duration) -> bool {
    let until = Instant::now() + wait;
    while Instant::now() < until {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

/// Colleagues who set a tag of their own on one contact after the other.
fn colleagues(desk: &Desk, cycle: usize, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<Tags> {
    let fake = Arc::clone(&desk.fake);
    std::thread::spawn(move || {
        let mut set = Tags::new();
        let ids: Vec<_> = {
            let fake = fake.lock().unwrap();
            fake.contacts().iter().map(|c| c.id.clone()).collect()
        };
        for (n, id) in ids.iter().cycle().enumerate() {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let tag = format!("theirs {cycle}.{}", n / ids.len());
            let mut fake = fake.lock().unwrap();
            if !fake.tags.contains(&tag) {
                fake.tags.push(tag.clone());
            }
            fake.change(id, clock::now(), |c| c.tags.push(tag.clone()));
            drop(fake);
            set.entry(id.clone()).or_default().push(tag);
            std::thread::sleep(Duration::from_millis(15));
        }
        set
    })
}

/// Begins a run with `begin`, and goes on with it until it is done, killing it now and then while kills are left.
/// Gives the run.
fn through(desk: &Desk, begin: &[&str], dice: &mut Dice, kills: &mut usize) -> Value {
    let number_of = |run: Option<Value>| run.map_or(0, |r| number(&r, "run"));
    let before = number_of(desk.last());
    let mut begun = false;
    for _ in 0..2000 {
        let arguments: &[&str] = match begun {
            true => &["--json", "runs", "resume", "last"],
            false => begin,
        };
        if *kills > 0 {
            let mut child = desk.command(arguments).spawn().unwrap();
            let wait = Duration::from_millis(20 + dice.below(700));
            *kills -= usize::from(kill_after(&mut child, wait));
        } else {
            desk.done(arguments);
        }
        let last = desk.last();
        begun = number_of(last.clone()) > before;
        if let Some(run) = last.filter(|r| begun && number(r, "left") == 0) {
            return run;
        }
    }
    panic!("it does not come to an end: {:?}", desk.last());
}

fn kills_asked_for() -> usize {
    let asked = std::env::var("CARDEX_KILLS").ok();
    asked.map_or(KILLS, |n| n.parse().expect("CARDEX_KILLS is a number"))
}

/// Each contact's tags with what colleagues set.
fn wanted(before: &Tags, theirs: &Tags) -> BTreeMap<String, BTreeSet<String>> {
    let of = |id: &String| theirs.get(id).into_iter().flatten();
    let each = before.iter();
    each.map(|(id, tags)| (id.clone(), tags.iter().chain(of(id)).cloned().collect()))
        .collect()
}

/// The same of what is stored; no tag may be there twice.
fn stored(desk: &Desk) -> BTreeMap<String, BTreeSet<String>> {
    let each = desk.tags().into_iter().map(|(id, tags)| {
        let set: BTreeSet<_> = tags.iter().cloned().collect();
        assert_eq!(set.len(), tags.len(), "{id} has a tag twice: {tags:?}");
        (id, set)
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_again_and_again_does_everything_once_and_is_taken_back_whole() {
    let asked = kills_asked_for();
    let desk = Desk::open(FAULTS, 8).await;
    let seed = clock::now().as_nanosecond().unsigned_abs() as u64 | 1;
    let (mut dice, mut kills, mut cycles) = (Dice(seed), asked, 0);
    let began = Instant::now();
    let mut theirs = Tags::new();
    let before = desk.tags();
    while kills > 0 || cycles == 0 {
        cycles += 1;
        let stop = Arc::new(AtomicBool::new(false));
        let at_work = colleagues(&desk, cycles, Arc::clone(&stop));
        let tag = ["--json", "tag", "--all", "--add", TAG, "--yes"];
        let run = through(&desk, &tag, &mut dice, &mut kills);
        let in_between = stored(&desk);
        let told = desk.done(&["runs", "show", "last"]).1;
        let all = CONTACTS as u64;
        assert_eq!(number(&run, "selected"), all, "seed {seed}: {told}");
        assert_eq!(number(&run, "applied"), all, "seed {seed}: {told}");
        let has = |tags: &BTreeSet<String>| tags.contains(TAG);
        assert!(in_between.values().all(has), "seed {seed}: {told}");

        let id = run["run"].to_string();
        let undo = ["--json", "runs", "undo", &id, "--yes"];
        let undone = through(&desk, &undo, &mut dice, &mut kills);
        let told = desk.done(&["runs", "show", "last"]).1;
        assert_eq!(number(&undone, "applied"), all, "seed {seed}: {told}");
        stop.store(true, Ordering::Relaxed);
        for (id, tags) in at_work.join().unwrap() {
            theirs.entry(id).or_default().extend(tags);
        }
        assert_eq!(stored(&desk), wanted(&before, &theirs), "seed {seed}");
    }
    eprintln!(
        "{asked} kills in {cycles} runs and as many undos, {} requests, {} s: nothing lost, nothing doubled, all taken back",
        desk.running.requests(),
        began.elapsed().as_secs()
    );
}

/// The same program with no file larger than so many blocks of 512 bytes: what a full disk is like.
#[cfg(unix)]
fn on_a_full_disk(desk: &Desk, blocks: u64, arguments: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    // Without the trap the system would end the process, as no full disk does.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_cardex")]);
    command(shell, desk.home.path(), arguments)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_room_on_the_disk_and_goes_on() {
    let desk = Desk::open("", 0).await;
    let plan = desk.home.path().join("plan.jsonl");
    let plan = plan.to_str().unwrap();
    let (code, _, said) = desk.done(&["tag", "--all", "--add", TAG, "--plan", plan]);
    assert_eq!(code, 0, "{said}");
    let database: PathBuf = desk.home.path().join("data/cardex.db");
    let size = std::fs::metadata(&database).unwrap().len();
    let blocks = size / 512 + 600;
    let (code, _, said) = ended(on_a_full_disk(&desk, blocks, &["apply", plan, "--yes"]));
    let run = desk.last().unwrap_or_else(|| panic!("{code}: {said}"));
    let left = number(&run, "left");
    assert!(left > 0 && left < CONTACTS as u64, "{code}: {run}: {said}");
    assert_ne!(code, 0, "{said}");
    assert!(
        said.contains("disk") || said.contains("room") || said.contains("full"),
        "{said}"
    );

    let (code, _, said) = desk.done(&["runs", "resume", "last"]);
    assert_eq!(code, 0, "{said}");
    let run = desk.last().unwrap();
    assert_eq!(number(&run, "applied"), CONTACTS as u64, "{run}");
    assert!(stored(&desk).values().all(|tags| tags.contains(TAG)));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_finds_no_room_on_the_disk_is_not_sent() {
    let desk = Desk::open("", 0).await;
    let (code, _, said) = desk.done(&["list", "--limit", "1"]);
    assert_eq!(code, 0, "{said}");
    let before = desk.tags();
    let id = before.keys().next().unwrap();
    let edit = ["edit", id, "--add-tag", TAG, "--yes"];
    let written = desk.home.path().join("data/cardex.db-wal");
    let written = std::fs::metadata(written).map_or(0, |wal| wal.len());
    let blocks = written / 512 + 70;
    let (code, _, said) = ended(on_a_full_disk(&desk, blocks, &edit));
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("nothing was sent, since it can not be written down first"),
        "{said}"
    );
    assert_eq!(desk.tags(), before);
    let (code, _, said) = desk.done(&edit);
    assert_eq!(code, 0, "{said}");
    assert!(desk.tags()[id].iter().any(|tag| tag == TAG));
}
