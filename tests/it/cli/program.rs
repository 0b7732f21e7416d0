//! The program around the commands: help, completions, pipes, signals, the sandbox, two at once.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::*;

pub(super) fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

/// Waits until something holds, a few seconds at most.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(8), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(super) fn ended(mut child: Child) -> (i32, String, String) {
    let (mut out, mut err) = (String::new(), String::new());
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut out).unwrap();
    }
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut err).unwrap();
    }
    (child.wait().unwrap().code().unwrap_or(-1), out, err)
}

pub(super) fn spawn(command: &mut Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn help_is_the_interface() {
    let desk = Desk::demo();
    let mut whole = String::new();
    for command in [
        "",
        "list",
        "show",
        "edit",
        "tag",
        "apply",
        "runs",
        "runs list",
        "runs show",
        "runs resume",
        "runs undo",
        "runs results",
        "runs forget",
        "runs end",
        "roster",
        "roster add",
        "roster import",
        "roster from",
        "roster remove",
        "accounts",
        "accounts check",
        "login",
        "sandbox",
        "demo",
        "completions",
        "man",
    ] {
        let args: Vec<&str> = command
            .split(' ')
            .filter(|w| !w.is_empty())
            .chain(["--help"])
            .collect();
        let mut run = desk.command();
        run.env_remove("CARDEX_CONFIG")
            .env_remove("CARDEX_DATA_DIR");
        let output = run.args(&args).output().unwrap();
        let said = Said::new(&args, &output);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:#?}");
        whole.push_str(&format!("$ cardex {}\n{}\n", args.join(" "), said.out));
    }
    insta::assert_snapshot!("help", whole);
}

#[test]
fn completions_and_manual_are_made_for_everyone() {
    let desk = Desk::new("not = [ toml");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = desk.does(&["completions", shell]);
        assert!(
            script.contains("cardex") && script.contains("dry-run"),
            "{shell}: {script}"
        );
    }
    let page = desk.does(&["man"]);
    assert!(page.contains(".TH") && page.contains("cardex"), "{page}");
    for option in ["dry\\-run", "unset\\-attr", "latency"] {
        assert!(page.contains(option), "{option} is missing: {page}");
    }
    assert!(!desk.data().exists());
}

#[test]
fn a_reader_that_closes_early_is_no_error() {
    let desk = Desk::demo();
    for args in [
        &["list"][..],
        &["list", "--format", "csv"],
        &["show", "1"],
        &["man"],
        &["edit", "1", "--set", "name=X"],
    ] {
        let mut child = spawn(desk.command().args(args));
        drop(child.stdout.take());
        let (code, _, err) = ended(child);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    }
    // A failure stays one.
    let mut child = spawn(
        desk.command()
            .args(["edit", "9999", "--set", "name=X", "--json"]),
    );
    drop(child.stdout.take());
    assert_eq!(ended(child).0, 3);
}

#[test]
fn a_full_disk_is_one() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        return;
    };
    let desk = Desk::demo();
    let output = desk.command().args(["list"]).stdout(full).output().unwrap();
    let said = Said::new(&["list"], &output);
    said.complains(1, &["writing to standard output", "No space left"]);
}

#[test]
fn arguments_that_are_no_text_are_refused() {
    let desk = Desk::demo();
    let odd = OsString::from_vec(b"name=\xff\xfe".to_vec());
    for args in [
        ["edit", "1", "--set"].as_slice(),
        &["list"],
        &["show"],
        &["--account"],
    ] {
        let output = desk.command().args(args).arg(&odd).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.contains("invalid UTF-8"), "{args:?}: {err}");
    }
    let output = desk
        .command()
        .env("CARDEX_ACCOUNT", &odd)
        .arg("list")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    // A path may be anything.
    let folder = desk
        .home
        .path()
        .join(OsString::from_vec(b"data-\xff".to_vec()));
    let output = desk
        .command()
        .env("CARDEX_DATA_DIR", &folder)
        .args(["list", "--limit", "1"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(folder.join("cardex.db").exists());
}

#[test]
fn wrong_usage_is_code_2() {
    let desk = Desk::demo();
    for args in [
        &["lst"][..],
        &["show"],
        &["list", "--colums", "id"],
        &["edit", "1", "--set"],
    ] {
        let said = desk.run(args);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:#?}");
        assert!(said.err.contains("--help"), "{said:#?}");
        let said = desk.run(&[args, &["--json"]].concat());
        assert_eq!(said.code, 2, "{said:#?}");
        assert_eq!(lines(&said.out)[0]["error"]["kind"], "invalid", "{said:#?}");
    }
}

#[test]
fn no_colours_without_a_terminal_and_none_where_forbidden() {
    let desk = Desk::demo();
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "xterm-256color")] {
        let output = desk
            .command()
            .env(name, value)
            .args(["show", "x"])
            .output()
            .unwrap();
        assert!(!output.stderr.contains(&0x1b), "{output:?}");
    }
}

/// Runs on a terminal, answers what is asked there, and gives code and everything shown.
fn on_a_terminal(
    desk: &Desk,
    args: &[&str],
    environment: &[(&str, &str)],
    answer: &str,
) -> (i32, String) {
    let (mut pty, pts) = pty_process::blocking::open().unwrap();
    let mut command = pty_process::blocking::Command::new(env!("CARGO_BIN_EXE_cardex"))
        .env_clear()
        .env("HOME", desk.home.path())
        .env("TERM", "xterm-256color")
        .env("DESK_TOKEN", SECRET)
        .env("CARDEX_CONFIG", desk.path("config.toml"))
        .env("CARDEX_DATA_DIR", desk.data())
        .args(args);
    for (name, value) in environment {
        command = command.env(name, value);
    }
    let mut child = command.spawn(pts).unwrap();
    let mut shown = Vec::new();
    let mut chunk = [0; 4096];
    let mut answered = answer.is_empty();
    // A terminal whose program has gone away gives an error, not an end.
    while let Ok(n @ 1..) = pty.read(&mut chunk) {
        shown.extend_from_slice(&chunk[..n]);
        if !answered && shown.ends_with(b"[y/N] ") {
            pty.write_all(answer.as_bytes()).unwrap();
            answered = true;
        }
    }
    let shown = String::from_utf8(shown).unwrap();
    assert!(answered && !shown.contains(SECRET), "{shown}");
    (child.wait().unwrap().code().unwrap_or(-1), shown)
}

#[test]
fn on_a_terminal_a_change_is_asked_for() {
    let fake = seed::pabbly(&seed::people(2));
    let id = fake.contacts()[0].id.clone();
    let server = Server::start(Vendor::Pabbly, fake, "", |_, _| None);
    let desk = server.desk("");
    let args = ["edit", &id, "--set", "name=Mine"];
    let (code, shown) = on_a_terminal(&desk, &args, &[], "n\n");
    assert!(code == 1 && shown.contains("nothing was sent"), "{shown}");
    assert!(shown.contains("name: \"Ada Okafor\" → \"Mine\""), "{shown}");
    let (code, shown) = on_a_terminal(&desk, &args, &[], "\u{3}");
    assert!(
        code == 130 && shown.contains("nothing was sent"),
        "{code}: {shown}"
    );
    assert_eq!(server.writes().len(), 0);
    let (code, shown) = on_a_terminal(&desk, &args, &[], "y\n");
    assert!(code == 0 && shown.contains("Saved and verified"), "{shown}");
    let unasked = ["edit", &id, "--set", "name=Yours", "--yes"];
    assert_eq!(on_a_terminal(&desk, &unasked, &[], "").0, 0);
    assert_eq!(server.writes().len(), 2);
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let desk = Desk::demo();
    let args = ["show", "x"];
    assert!(
        on_a_terminal(&desk, &args, &[], "")
            .1
            .contains("\u{1b}[1;31mError:")
    );
    for (args, environment) in [
        (&["show", "x"][..], &[("NO_COLOR", "1")][..]),
        (&["show", "x", "--no-color"], &[]),
    ] {
        let (code, shown) = on_a_terminal(&desk, args, environment, "");
        assert!(
            code == 2 && shown.contains("Error:") && !shown.contains('\u{1b}'),
            "{shown}"
        );
    }
}

#[test]
fn ctrl_c_lets_a_save_under_way_finish_and_tells_how() {
    let fake = seed::pabbly(&seed::people(2));
    let id = fake.contacts()[0].id.clone();
    // Read, read again, write: the write's answer takes two seconds.
    let server = Server::start(Vendor::Pabbly, fake, "slow@3", |_, _| None);
    let desk = server.desk("");
    let child = spawn(desk.command().args(["edit", &id, "--set", "name=Mine"]));
    until("the write arrives", || server.running.requests() == 3);
    interrupt(&child);
    let (code, out, err) = ended(child);
    assert_eq!(code, 130, "{out}{err}");
    assert!(out.starts_with("Saved and verified: Mine"), "{out}{err}");
    assert!(err.starts_with("Interrupted; waiting"), "{out}{err}");
    assert_eq!(server.writes().len(), 1);
}

#[test]
fn a_second_ctrl_c_leaves_a_save_and_says_so() {
    let fake = seed::pabbly(&seed::people(2));
    let id = fake.contacts()[0].id.clone();
    let server = Server::start(Vendor::Pabbly, fake, "hang@3", |_, _| None);
    let desk = server.desk("");
    let mut child = spawn(
        desk.command()
            .args(["edit", &id, "--set", "name=Mine", "--json"]),
    );
    until("the write arrives", || server.running.requests() == 3);
    interrupt(&child);
    let mut err = String::new();
    let mut reader = BufReader::new(child.stderr.take().unwrap());
    reader.read_line(&mut err).unwrap();
    assert!(err.starts_with("Interrupted; waiting"), "{err}");
    interrupt(&child);
    reader.read_to_string(&mut err).unwrap();
    let (code, out, _) = ended(child);
    assert_eq!(code, 130, "{out}{err}");
    assert_eq!(lines(&out)[0]["status"], "unknown", "{err}");
    assert!(
        err.contains("it is not known whether this was stored"),
        "{err}"
    );
    assert!(err.contains(&format!("cardex show {id}")), "{err}");
}

#[test]
fn ctrl_c_ends_reading_at_once() {
    let fake = seed::pabbly(&seed::people(2));
    let server = Server::start(Vendor::Pabbly, fake, "hang@1+", |_, _| None);
    let desk = server.desk("");
    for args in [
        &["list"][..],
        &["edit", "64b7f00000000000000000aa", "--set", "name=X"],
    ] {
        let before = server.running.requests();
        let child = spawn(desk.command().args(args));
        until("the request arrives", || server.running.requests() > before);
        let began = Instant::now();
        interrupt(&child);
        let (code, out, err) = ended(child);
        assert_eq!((code, out.as_str()), (130, ""), "{err}");
        assert!(
            err.starts_with("Interrupted") && began.elapsed() < Duration::from_secs(2),
            "{err}"
        );
    }
    // Also while a token command keeps it waiting.
    let text = account(Vendor::Pabbly, &server.running.url(), "");
    let desk = Desk::demo();
    let mark = desk.path("started");
    let waiting = format!(
        "{{ command = [\"sh\", \"-c\", \"touch {}; exec sleep 4\"] }}",
        mark.display()
    );
    let text = text.replace("{ env = \"DESK_TOKEN\" }", &waiting);
    std::fs::write(desk.path("config.toml"), text).unwrap();
    let child = spawn(desk.command().arg("list"));
    until("the command starts", || mark.exists());
    let began = Instant::now();
    interrupt(&child);
    assert_eq!(ended(child).0, 130);
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_sandbox_prints_a_configuration_that_works_and_ends_on_ctrl_c() {
    // What the last line of the printed configuration begins with, after what is asked.
    for (asked, last) in [
        ("chatwoot", "token = "),
        ("pabbly", "token = "),
        ("opencx", "token = "),
        ("revyops", "token = "),
        (
            "revyops --quirks auth=client-id,prefix=none",
            "client_id = ",
        ),
        (
            "revyops --quirks auth=both,header=Authorization",
            "client_id = ",
        ),
    ] {
        let own = Desk::demo();
        let asked = asked.split(' ');
        let mut child = spawn(
            own.command()
                .args(["sandbox", "--contacts", "20"])
                .args(asked),
        );
        let mut printed = String::new();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        while !printed.lines().any(|line| line.starts_with(last)) {
            assert!(reader.read_line(&mut printed).unwrap() > 0, "{printed}");
        }
        let desk = Desk::new(&printed);
        let variables = printed
            .lines()
            .filter_map(|line| line.strip_prefix("# export ")?.split_once('='));
        let mut list = desk.command();
        let list = list.envs(variables).args(["list", "--format", "ids"]);
        let output = list.output().unwrap();
        let said = Said::new(&["list"], &output);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:#?}");
        assert!(said.out.lines().count() > 15, "{said:#?}");
        interrupt(&child);
        let (code, _, err) = ended(child);
        assert_eq!(code, 0, "{err}");
        assert!(
            err.contains("Serving until Ctrl-C.") && err.contains("requests."),
            "{err}"
        );
        assert!(!own.data().exists());
    }
}

#[test]
fn a_sandbox_that_can_not_start_says_why() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let desk = Desk::demo();
    desk.fails(
        &["sandbox", "pabbly", "--port", &port],
        1,
        &[&port, "--port N"],
    );
    desk.fails(&["sandbox", "--faults", "500"], 2, &["--faults", "500:2%"]);
    desk.fails(&["sandbox", "--rate", "fast"], 2, &["--rate", "60/min"]);
    let wrong = ["sandbox", "opencx", "--quirks", "custom_data=mend"];
    let said = [
        "--quirks: quirk `custom_data=mend`",
        "allowed: merge, replace",
        "cardex sandbox opencx --quirks list",
    ];
    desk.fails(&wrong, 2, &said);
}

#[test]
fn a_sandbox_explains_its_switches() {
    let desk = Desk::demo();
    for (provider, wanted) in [
        (
            "chatwoot",
            "version=4.15.1\n    the release\n    4.15.1, 4.3.0\n",
        ),
        ("pabbly", "delta=array\n    the type that"),
        ("opencx", "custom_data=merge\n    what an update does"),
        ("revyops", "auth=header\n    how a request proves"),
    ] {
        let said = desk.run(&["sandbox", provider, "--quirks", "list"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:#?}");
        assert!(said.out.contains(wanted), "{}", said.out);
        desk.run(&["sandbox", provider, "--quirks", "list", "--json"]);
    }
    desk.fails(
        &["sandbox", "--quirks", "list"],
        2,
        &["--quirks", "say which vendor", "cardex sandbox opencx"],
    );
}

#[test]
fn two_processes_share_a_data_folder() {
    let desk = Desk::demo();
    let mut children = Vec::new();
    for n in 1..=4 {
        let name = format!("name=Writer {n}");
        let id = n.to_string();
        children.push(spawn(
            desk.command().args(["edit", &id, "--set", &name, "--json"]),
        ));
    }
    for child in children {
        let (code, out, err) = ended(child);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert_eq!(lines(&out)[0]["status"], "applied");
    }
    assert_eq!(desk.does(&["list", "--format", "ids"]).lines().count(), 200);
    assert_eq!(desk.tells(&["list", "name:writer"]).len(), 4);
}
