//! The program as a person feels it: start, scrolling, filtering, memory, idling, leaving.
//!
//! `cargo bench --bench screen`; `CARDEX_BENCH_CONTACTS=1000000` for another size than 100,000,
//! `CARDEX_BENCH_ROUNDS=20` for more starts. It drives the real binary in a terminal of 120×40, and `fzf` and
//! `less` beside it on the same contacts where they are installed: what counts is the ratio, since
//! milliseconds differ between machines. The machine should have nothing else to do.
#![allow(
    unreachable_pub,
    reason = "nothing of a bench is reachable from outside"
)]

mod people;
mod session;

use std::io::{Error, Result, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cardex::store::Store;
use session::Session;

/// Scroll keys a session.
const SCROLLS: usize = 50;
/// Sessions in which everything is measured.
const WHOLE: usize = 3;
/// How long between two typed letters.
const TYPING: Duration = Duration::from_millis(60);
const IDLE: Duration = Duration::from_secs(5);

/// How a program is driven.
struct Program<'a> {
    name: &'static str,
    argv: Vec<&'a str>,
    input: Option<&'a Path>,
    down: &'static str,
    filter: &'static str,
    commit: &'static str,
    clear: &'static [&'static str],
    leave: &'static str,
    /// What it shows where a number of contacts match.
    found: fn(matched: usize, of: usize) -> String,
}

/// What is searched, and for what.
struct Asked {
    contacts: usize,
    /// With the number of contacts that match.
    questions: [(&'static str, usize); 4],
}

/// Figures by name, in the order in which they came first.
#[derive(Default)]
struct Figures(Vec<(String, Vec<f64>)>);

impl Figures {
    fn add(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, values)) => values.push(value),
            None => self.0.push((name.to_string(), vec![value])),
        }
    }

    fn get(&self, name: &str) -> Option<&[f64]> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, values)| values.as_slice())
    }
}

/// The value below which a share of all lie.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len().saturating_sub(1)) as f64 * share;
    sorted.get(at.round() as usize).copied().unwrap_or(f64::NAN)
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1e3
}

fn rows(screen: &str) -> impl Iterator<Item = &str> {
    screen.lines().filter(|line| line.contains("@example."))
}

fn is_answer(screen: &str, query: &str, matched: usize, found: &str) -> bool {
    let count = rows(screen).count();
    let right = rows(screen).all(|row| row.to_lowercase().contains(query));
    screen.contains(found) && right && (count >= matched.min(10))
}

/// Start, the first question right after it, end.
fn start(program: &Program<'_>, asked: &Asked, figures: &mut Figures) -> Result<()> {
    let mut session = Session::start(&program.argv, program.input)?;
    let first = session.glimpse("@example.")?;
    figures.add("start: first row", milliseconds(session.started, first));
    let (query, matched) = asked.questions[2];
    let found = (program.found)(matched, asked.contacts);
    session.send(&format!("{}{query}{}", program.filter, program.commit))?;
    let whole = session.until("the first filter", &|s| {
        is_answer(s, query, matched, &found)
    })?;
    figures.add(
        "start: filter complete",
        milliseconds(session.started, whole),
    );
    Ok(())
}

fn whole(program: &Program<'_>, asked: &Asked, figures: &mut Figures) -> Result<()> {
    let mut session = Session::start(&program.argv, program.input)?;
    session.until("the first row", &|s| rows(s).next().is_some())?;
    session.rest(Duration::from_millis(1500));
    figures.add("memory: list open", session.counters()?.resident);

    let before = session.counters()?;
    let bytes = session.rest(IDLE);
    let after = session.counters()?;
    figures.add("idle 5 s: wake-ups", (after.sleeps - before.sleeps) as f64);
    figures.add("idle 5 s: CPU ms", after.cpu - before.cpu);
    figures.add("idle 5 s: bytes", bytes as f64);

    for _ in 0..SCROLLS {
        let (screen, bytes) = (session.text(), session.written);
        let pressed = session.send(program.down)?;
        let moved = session.until("the next row", &|s| s != screen)?;
        figures.add("scroll: key to frame", milliseconds(pressed, moved));
        session.rest(Duration::from_millis(5));
        figures.add("scroll: bytes a key", (session.written - bytes) as f64);
    }

    for (query, matched) in asked.questions {
        let found = (program.found)(matched, asked.contacts);
        session.send(program.filter)?;
        session.rest(Duration::from_millis(120));
        let mut pressed = Instant::now();
        let bytes = session.written;
        for letter in query.split("").filter(|l| !l.is_empty()) {
            session.rest(TYPING);
            pressed = session.send(letter)?;
        }
        if !program.commit.is_empty() {
            session.rest(TYPING);
            pressed = session.send(program.commit)?;
        }
        let shown = session.until(query, &|s| is_answer(s, query, matched, &found))?;
        let name = match matched {
            0 => "filter: no match".to_string(),
            _ => format!("filter: letter {}", query.len()),
        };
        figures.add(&name, milliseconds(pressed, shown));
        if query.len() == 8 && matched > 0 {
            let bytes = (session.written - bytes) as f64 / query.len() as f64;
            figures.add("filter: bytes a letter", bytes);
        }
        for keys in program.clear {
            session.send(keys)?;
            session.rest(Duration::from_millis(200));
        }
    }
    figures.add("memory: peak, filtered", session.counters()?.peak);
    figures.add("leave", session.leave(program.leave)?);
    Ok(())
}

/// Time of a command from start to end, its output unread.
fn command(argv: &[&str], rounds: usize) -> Result<Vec<f64>> {
    let (program, arguments) = argv.split_first().ok_or(Error::other("no program"))?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        let started = Instant::now();
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        let ended = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        if !ended.success() {
            return Err(Error::other(format!("{argv:?}: {ended}")));
        }
    }
    Ok(times)
}

fn build(path: &Path, contacts: usize) -> Result<()> {
    let store = Store::open(path).map_err(Error::other)?;
    for first in (0..contacts).step_by(20_000) {
        let page = first..(first + 20_000).min(contacts);
        let page = page.map(|i| people::contact(i, contacts)).collect();
        let made = store.create_local(&people::account(), page);
        made.wait().map_err(Error::other)?;
    }
    store.flush().wait().map_err(Error::other)
}

fn lines(path: &Path, contacts: usize) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    for i in 0..contacts {
        writeln!(out, "{}", people::line(i, contacts))?;
    }
    out.flush()
}

fn is_installed(name: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(name).is_file())
}

fn setting(name: &str, or: usize) -> usize {
    let set = std::env::var(name).ok();
    set.and_then(|n| n.parse().ok()).unwrap_or(or)
}

fn main() -> Result<()> {
    let contacts = setting("CARDEX_BENCH_CONTACTS", 100_000);
    let asked = Asked {
        contacts,
        questions: people::questions(contacts),
    };
    let rounds = setting("CARDEX_BENCH_ROUNDS", 11);
    let folder = tempfile::tempdir()?;
    let text = folder.path().join("contacts.tsv");
    let config = folder.path().join("config.toml");
    build(&folder.path().join("cardex.db"), contacts)?;
    lines(&text, contacts)?;
    std::fs::write(
        &config,
        "default_account = \"bench\"\n[accounts.bench]\nprovider = \"local\"\n",
    )?;

    let path = |p: &Path| p.to_string_lossy().into_owned();
    let (data, config, tsv) = (path(folder.path()), path(&config), path(&text));
    let cardex = env!("CARGO_BIN_EXE_cardex");
    let base = vec![
        cardex,
        "--config",
        &config,
        "--data-dir",
        &data,
        "--account",
        "bench",
    ];
    let mut programs = vec![Program {
        name: "cardex",
        argv: base.clone(),
        input: None,
        down: "j",
        filter: "/",
        commit: "",
        clear: &["\x1b"],
        leave: "q",
        found: |matched, of| format!("{matched} of {of}"),
    }];
    if is_installed("fzf") {
        programs.push(Program {
            name: "fzf",
            argv: vec!["fzf", "--exact", "--layout=reverse", "--no-mouse"],
            input: Some(&text),
            down: "\x1b[B",
            filter: "",
            commit: "",
            clear: &["\x15"],
            leave: "\x03",
            found: |matched, of| format!(" {matched}/{of}"),
        });
    }
    if is_installed("less") {
        programs.push(Program {
            name: "less",
            argv: vec!["less", "-S", &tsv],
            input: None,
            down: "j",
            filter: "&",
            commit: "\r",
            clear: &["&\r", "g"],
            leave: "q",
            found: |_, _| String::new(),
        });
    }

    let mut all: Vec<(&str, Figures)> = Vec::new();
    for program in &programs {
        let mut figures = Figures::default();
        let measured = (0..rounds)
            .try_for_each(|_| start(program, &asked, &mut figures))
            .and_then(|()| (0..WHOLE).try_for_each(|_| whole(program, &asked, &mut figures)));
        if let Err(error) = measured {
            if program.name == "cardex" {
                return Err(error);
            }
            say(&format!("{}: {error}", program.name));
        }
        all.push((program.name, figures));
    }
    if let Some((_, figures)) = all.first_mut() {
        let with =
            |more: &[&'static str]| base.iter().copied().chain(more.iter().copied()).collect();
        let tries: [(&str, Vec<&str>); 3] = [
            ("a process that does nothing", vec!["true"]),
            ("command: list 10,000", with(&["list", "--limit", "10000"])),
            ("command: query", with(&["list", "quixwort"])),
        ];
        for (name, argv) in tries {
            for time in command(&argv, rounds)? {
                figures.add(name, time);
            }
        }
    }
    print(&all, contacts);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "figures are what a bench is for")]
fn say(line: &str) {
    println!("{line}");
}

fn print(all: &[(&str, Figures)], contacts: usize) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    say(&format!(
        "\n{contacts} contacts, terminal 120×40; load at the end {load}; ms, MB, bytes\n"
    ));
    let Some((_, own)) = all.first() else {
        return;
    };
    let peers = all.iter().skip(1);
    let mut head = "| what | median | p99 or most |".to_string();
    let mut rule = "|---|---|---|".to_string();
    for (name, _) in peers.clone() {
        head.push_str(&format!(" {name} | ratio |"));
        rule.push_str("---|---|");
    }
    say(&head);
    say(&rule);
    for (name, values) in &own.0 {
        let median = quantile(values, 0.5);
        let mut line = format!("| {name} | {median:.2} | {:.2} |", quantile(values, 0.99));
        for (_, figures) in peers.clone() {
            match figures.get(name).map(|v| quantile(v, 0.5)) {
                Some(peer) if peer > 0.0 => {
                    line.push_str(&format!(" {peer:.2} | {:.2} |", median / peer));
                }
                Some(peer) => line.push_str(&format!(" {peer:.2} | – |")),
                None => line.push_str(" – | – |"),
            }
        }
        say(&line);
    }
}
