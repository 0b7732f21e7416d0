//! `tag`, `apply` and `runs`: plans as files, what is refused before anything is sent, how runs end, are told,
//! gone on with and taken back.

use std::time::Duration;

use serde_json::json;

use super::program::{ended, interrupt, spawn};
use super::*;

/// A Chatflow with so many people who have no tags yet.
fn people(number: usize) -> cardex::sandbox::pabbly::Pabbly {
    let mut people = seed::people(number);
    people.iter_mut().for_each(|p| p.tags.clear());
    let mut fake = seed::pabbly(&people);
    fake.tags.extend(["old", "theirs"].map(String::from));
    fake
}

fn serve(number: usize) -> Server {
    Server::start(Vendor::Pabbly, people(number), "", |_, _| None)
}

/// The ids of a desk's contacts, in a file of their own.
fn ids(desk: &Desk) -> Vec<String> {
    let text = desk.does(&["list", "--format", "ids", "--sort", "id"]);
    std::fs::write(desk.path("ids"), &text).unwrap();
    text.lines().map(String::from).collect()
}

fn path(desk: &Desk, name: &str) -> String {
    desk.path(name).display().to_string()
}

fn tags(desk: &Desk, id: &str) -> Vec<String> {
    let contact = &desk.tells(&["show", id])[0];
    let tags = contact["tags"].as_array().unwrap().iter();
    tags.map(|t| t.as_str().unwrap().to_string()).collect()
}

/// Runs with `--json`, expects the code, gives the one object printed.
#[track_caller]
fn totals(desk: &Desk, args: &[&str], code: i32) -> Value {
    let said = desk.run(&[args, &["--json"]].concat());
    assert_eq!(said.code, code, "{said:#?}");
    let printed = lines(&said.out);
    assert_eq!(printed.len(), 1, "{said:#?}");
    let of = |key: &str| printed[0][key].as_u64().unwrap();
    let ends = ["applied", "unchanged", "failed", "unknown", "left"];
    assert_eq!(
        ends.map(of).iter().sum::<u64>(),
        of("selected"),
        "{said:#?}"
    );
    printed[0].clone()
}

#[track_caller]
fn counts(totals: &Value, expected: [u64; 5]) {
    let of = |key: &str| totals[key].as_u64().unwrap();
    let ends = ["applied", "unchanged", "failed", "unknown", "left"];
    assert_eq!(ends.map(of), expected, "{totals}");
}

#[test]
fn the_catalogue_is_asked_for_where_something_depends_on_it() {
    let server = serve(3);
    let desk = server.desk("");
    ids(&desk);
    let file = path(&desk, "ids");
    let asked = || {
        let catalogue = |r: &Received| r.path().ends_with("/tags");
        server.requests().iter().filter(|r| catalogue(r)).count()
    };
    let args = ["tag", "--ids", &file, "--add", "fresh", "--yes"];
    counts(&totals(&desk, &args, 2), [0, 0, 3, 0, 0]);
    assert_eq!(asked(), 1);
    let args = [
        "tag",
        "--ids",
        &file,
        "--add",
        "old",
        "--yes",
        "--allow-new-tag",
    ];
    counts(&totals(&desk, &args, 0), [3, 0, 0, 0, 0]);
    assert_eq!(asked(), 1);
}

#[test]
fn a_plan_survives_review_and_is_held_against_the_present() {
    let server = serve(6);
    let desk = server.desk("");
    let all = ids(&desk);
    let (plan, file) = (path(&desk, "plan"), path(&desk, "ids"));
    desk.does(&["edit", &all[4], "--add-tag", "vip"]);
    let before = server.writes().len();
    let said = desk.run(&["tag", "--ids", &file, "--add", "vip", "--plan", &plan]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:#?}");
    assert!(
        said.err.contains("5 would be changed, 1 already so"),
        "{said:#?}"
    );
    assert!(said.err.contains("cardex apply"), "{said:#?}");
    assert_eq!(server.writes().len(), before);
    // A colleague strikes one row out and takes one away; another one tags a contact.
    let text = std::fs::read_to_string(&plan).unwrap();
    assert!(
        text.starts_with("{\"cardex_plan\":1,\"rows\":6,\"account\":\"desk\""),
        "{text}"
    );
    let mut rows: Vec<String> = text.lines().map(String::from).collect();
    let struck = rows[1].replacen("{\"id\"", "{\"struck\":true,\"id\"", 1);
    rows[1] = struck;
    rows.remove(2);
    std::fs::write(&plan, rows.join("\n")).unwrap();
    let colleague = server.desk("");
    colleague.does(&["edit", &all[2], "--add-tag", "theirs"]);
    colleague.does(&["edit", &all[3], "--add-tag", "vip"]);
    let before = server.writes().len();
    // Nothing is sent by looking, whatever else is said; the file is left as it is.
    let said = desk.run(&["apply", &plan, "--dry-run", "--yes"]);
    assert_eq!(said.code, 0, "{said:#?}");
    assert!(
        said.err.contains("made with 6 rows and has 5 now"),
        "{said:#?}"
    );
    let line = |id: &str| said.out.lines().find(|l| l.contains(id)).unwrap();
    assert!(line(&all[0]).contains("struck out"), "{said:#?}");
    assert!(
        line(&all[2]).contains("[theirs] → [theirs, vip]"),
        "{said:#?}"
    );
    assert!(line(&all[3]).contains("already so"), "{said:#?}");
    assert_eq!(server.writes().len(), before);
    let results = path(&desk, "results");
    let told = totals(&desk, &["apply", &plan, "--results", &results], 0);
    counts(&told, [2, 3, 0, 0, 0]);
    assert_eq!(server.writes().len(), before + 2);
    assert_eq!(tags(&desk, &all[0]), Vec::<String>::new());
    assert_eq!(tags(&desk, &all[1]), Vec::<String>::new());
    assert_eq!(tags(&desk, &all[2]), ["theirs", "vip"]);
    let rows = lines(&std::fs::read_to_string(&results).unwrap());
    let ends: Vec<_> = rows.iter().map(|r| r["end"].as_str().unwrap()).collect();
    assert_eq!(
        ends,
        ["unchanged", "applied", "unchanged", "unchanged", "applied"]
    );
    assert_eq!(rows[0]["message"], "struck out of the plan");
    assert_eq!(rows[3]["message"], "when the plan was made: already so");
    // Once more, everything is so.
    counts(&totals(&desk, &["apply", &plan], 0), [0, 5, 0, 0, 0]);
}

#[test]
fn a_plan_that_is_wrong_is_refused_by_its_line() {
    let desk = Desk::demo();
    let all = ids(&desk);
    let (plan, file) = (path(&desk, "plan"), path(&desk, "ids"));
    desk.does(&["tag", "--ids", &file, "--add", "vip", "--plan", &plan, "-q"]);
    let good = std::fs::read_to_string(&plan).unwrap();
    let at = good
        .lines()
        .position(|l| l.contains("\"do\":\"change\""))
        .unwrap();
    let line = good.lines().nth(at).unwrap();
    let number = format!("line {}:", at + 1);
    let second = good.lines().nth(1).unwrap();
    let wrong = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}: {good}");
        good.replacen(from, to, 1)
    };
    for (text, words) in [
        (String::new(), vec!["it is empty"]),
        (
            "hello\n".into(),
            vec!["line 1", "not the beginning of a plan"],
        ),
        (
            "{\"version\":3}\n".into(),
            vec!["line 1", "not the beginning of a plan"],
        ),
        (
            wrong("\"cardex_plan\":1", "\"cardex_plan\":2"),
            vec!["line 1", "format is 2", "knows 1"],
        ),
        (good.trim_end().trim_end_matches('}').into(), vec!["line "]),
        (format!("{good}{second}\n"), vec!["is there twice"]),
        (
            wrong(
                line,
                &line.replacen("{\"id\"", "{\"strukc\":true,\"id\"", 1),
            ),
            vec![&number, "strukc"],
        ),
        (
            wrong(line, &line.replace("\"vip\"]}", "\"other\"]}")),
            vec![&number, "tags", "not what the patch does"],
        ),
        (
            wrong("\"account\":\"demo\"", "\"account\":\"nobody\""),
            vec!["nobody"],
        ),
        (
            wrong("\"provider\":\"local\"", "\"provider\":\"pabbly\""),
            vec!["pabbly", "demo"],
        ),
    ] {
        std::fs::write(&plan, &text).unwrap();
        desk.fails(&["apply", &plan], 2, &words);
    }
    desk.fails(&["apply", "/no/such/plan"], 2, &["/no/such/plan"]);
    assert!(desk.tells(&["runs"]).is_empty());
    // What a hand wrote into a plan is not more allowed for it.
    let widening = format!(
        "{}\n{{\"id\":{:?},\"name\":\"\",\"do\":\"look\",\"patch\":{{\"flags\":{{\"optin\":{{\"set\":true}}}}}}}}\n",
        good.lines().next().unwrap(),
        all[0]
    );
    std::fs::write(&plan, &widening).unwrap();
    let said = desk.run(&["apply", &plan]);
    assert_eq!(said.code, 2, "{said:#?}");
    assert!(said.err.contains("1 failed: consent"), "{said:#?}");
    let (again, other) = (
        path(&desk, "again"),
        Desk::new("[accounts.mine]\nprovider = \"local\"\n"),
    );
    std::fs::write(&again, &good).unwrap();
    other.fails(
        &["apply", &again, "--account", "mine"],
        2,
        &["made for demo", "mine"],
    );
    desk.fails(&["apply", &again, "--max", "1"], 2, &["--max allows 1"]);
}

#[test]
fn what_can_not_be_written_is_found_out_before_anything_is_sent() {
    let server = serve(3);
    let desk = server.desk("");
    ids(&desk);
    let file = path(&desk, "ids");
    let asked = server.requests().len();
    let change = ["tag", "--ids", &file, "--add", "vip", "--yes"];
    desk.fails(
        &[&change[..], &["--results", "/no/such/folder/x"]].concat(),
        1,
        &["the results", "/no/such/folder/x", "nothing was sent"],
    );
    desk.fails(
        &[&change[..], &["--plan", "/no/such/folder/x"]].concat(),
        1,
        &["the plan", "/no/such/folder/x", "nothing was sent"],
    );
    assert_eq!(server.requests().len(), asked);
    assert!(desk.tells(&["runs"]).is_empty());
}

#[test]
fn who_is_chosen_is_looked_at_before_anybody_is_asked() {
    let desk = Desk::demo();
    let all = ids(&desk);
    let file = path(&desk, "ids");
    desk.fails(&["tag", "--add", "vip"], 2, &["nobody was chosen", "--all"]);
    desk.fails(&["tag", "--ids", &file], 2, &["nothing to change"]);
    desk.fails(
        &["tag", "--all", "--add", "vip", "--max", "3"],
        2,
        &["--max allows 3"],
    );
    std::fs::write(desk.path("wrong"), format!("{}\n\nx y\n", all[0])).unwrap();
    let wrong = path(&desk, "wrong");
    desk.fails(
        &["tag", "--ids", &wrong, "--add", "vip"],
        2,
        &["line 3", "nothing was sent"],
    );
    let nobody = totals(&desk, &["tag", "tag:nobodyhasthis", "--add", "vip"], 3);
    assert_eq!(nobody["run"], Value::Null);
    counts(&nobody, [0; 5]);
    std::fs::write(desk.path("none"), "\n\n").unwrap();
    let none = path(&desk, "none");
    let said = desk.run(&["tag", "--ids", &none, "--add", "vip"]);
    assert_eq!(said.code, 3, "{said:#?}");
    assert!(desk.tells(&["runs"]).is_empty());
    // From standard input, the same contact once; looking beats doing.
    let mut child = spawn(
        desk.command()
            .args([
                "tag",
                "--ids",
                "-",
                "--add",
                "vip",
                "--dry-run",
                "--yes",
                "--json",
            ])
            .stdin(Stdio::piped()),
    );
    let text = format!("{}\n{}\n", all[0], all[0]);
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let (code, out, err) = ended(child);
    assert_eq!((code, err.as_str()), (0, ""));
    let plan = lines(&out);
    assert_eq!((plan.len(), &plan[0]["rows"]), (2, &json!(1)));
    assert_eq!(plan[1]["id"], json!(all[0]));
    assert!(!tags(&desk, &all[0]).contains(&"fresh".to_string()));
}

#[test]
fn the_history_tells_takes_back_and_forgets() {
    let server = serve(4);
    let desk = server.desk("");
    let all = ids(&desk);
    let file = path(&desk, "ids");
    desk.does(&["edit", &all[3], "--add-tag", "old"]);
    let made = totals(
        &desk,
        &[
            "tag", "--ids", &file, "--add", "vip", "--remove", "old", "--reason", "spring", "--yes",
        ],
        0,
    );
    counts(&made, [4, 0, 0, 0, 0]);
    let run = made["run"].to_string();
    assert!(made["requests"].as_u64().unwrap() >= 8, "{made}");
    assert_eq!(made["throttled"], json!(0));
    let seconds = made["seconds"].as_f64().unwrap();
    assert!(
        ((seconds * 1000.0).round() - seconds * 1000.0).abs() < 1e-6,
        "{made}"
    );
    let listed = &desk.tells(&["runs"])[0];
    assert_eq!(listed["run"], made["run"]);
    assert_eq!(listed["state"], "done");
    assert_eq!(listed["words"], "+vip −old");
    assert_eq!(listed["reason"], "spring");
    assert_eq!(listed["undo_of"], Value::Null);
    counts(listed, [4, 0, 0, 0, 0]);
    let text = desk.does(&["runs"]);
    assert!(
        text.starts_with("ID  STARTED (UTC)") && text.contains("+vip −old"),
        "{text}"
    );
    let shown = desk.does(&["runs", "show", &run]);
    for words in [
        "reason: spring",
        "4 contacts: 4 applied",
        "desk (pabbly)",
        "done, started",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // A colleague takes the tag away from one and gives it another.
    let colleague = server.desk("");
    colleague.does(&[
        "edit",
        &all[0],
        "--remove-tag",
        "vip",
        "--add-tag",
        "theirs",
    ]);
    colleague.does(&["edit", &all[1], "--add-tag", "theirs"]);
    let writes = server.writes().len();
    let said = desk.run(&["runs", "undo", &run, "--dry-run"]);
    assert!(said.out.contains("[theirs, vip] → [theirs]"), "{said:#?}");
    assert!(
        said.out.contains("3 would be changed, 1 already so"),
        "{said:#?}"
    );
    assert_eq!(server.writes().len(), writes);
    // Only one row, then the rest.
    let picked = desk.does(&["runs", "results", &run]);
    std::fs::write(desk.path("picked"), picked.lines().next_back().unwrap()).unwrap();
    let one = totals(
        &desk,
        &["runs", "undo", &run, "--rows", &path(&desk, "picked")],
        0,
    );
    counts(&one, [1, 0, 0, 0, 0]);
    assert_eq!(tags(&desk, &all[3]), ["old"]);
    let back = totals(&desk, &["runs", "undo", &run, "--yes"], 0);
    counts(&back, [2, 2, 0, 0, 0]);
    assert_eq!(tags(&desk, &all[0]), ["theirs"]);
    assert_eq!(tags(&desk, &all[1]), ["theirs"]);
    assert_eq!(tags(&desk, &all[2]), Vec::<String>::new());
    assert_eq!(desk.tells(&["runs"])[0]["undo_of"], made["run"]);
    // Undoing the undo gives back what it took.
    let again = totals(&desk, &["runs", "undo", "last", "--yes"], 0);
    counts(&again, [2, 0, 0, 0, 0]);
    assert_eq!(tags(&desk, &all[1]), ["theirs", "vip"]);
    assert_eq!(tags(&desk, &all[2]), ["vip"]);
    // Forgetting leaves the counts, and nothing of anybody.
    let said = desk.run(&["runs", "forget", &run]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "1 run forgotten.\n"),
        "{said:#?}"
    );
    desk.fails(&["runs", "results", &run], 2, &["was deleted"]);
    desk.fails(&["runs", "undo", &run], 2, &["was deleted"]);
    desk.fails(&["runs", "resume", &run, "--failed"], 2, &["was deleted"]);
    let listed = desk.tells(&["runs", "show", &run]);
    assert_eq!(listed[0]["state"], "forgotten");
    assert_eq!(listed[0]["reason"], Value::Null);
    counts(&listed[0], [4, 0, 0, 0, 0]);
    desk.fails(
        &["runs", "forget", "--before", "soon"],
        2,
        &["--before", "90 days"],
    );
    let rest = desk.tells(&["runs", "forget", "--before", "1 day"]);
    assert_eq!(rest[0]["forgotten"], 0);
    desk.fails(&["runs", "show", "999"], 3, &["no run 999", "cardex runs"]);
    let said = desk.run(&["runs", "resume", "x"]);
    assert_eq!(said.code, 2, "{said:#?}");
    assert!(said.err.contains("`last`"), "{said:#?}");
}

#[test]
fn conflicts_have_a_code_of_their_own() {
    let server = serve(3);
    let desk = server.desk("");
    let all = ids(&desk);
    let (plan, file) = (path(&desk, "plan"), path(&desk, "ids"));
    desk.does(&[
        "tag",
        "--ids",
        &file,
        "--set-attr",
        "plan=gold",
        "--plan",
        &plan,
        "-q",
    ]);
    server
        .desk("")
        .does(&["edit", &all[1], "--set-attr", "plan=silver"]);
    let said = desk.run(&["apply", &plan]);
    assert_eq!(said.code, 6, "{said:#?}");
    assert!(said.err.contains("1 failed: conflict"), "{said:#?}");
    let rows = desk.tells(&[
        "runs", "results", "last", "--end", "failed", "--reason", "conflict",
    ]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["id"], json!(all[1]));
    assert!(
        desk.tells(&["runs", "results", "last", "--reason", "network"])
            .is_empty()
    );
    let csv = desk.does(&[
        "runs",
        "results",
        "last",
        "--format",
        "csv",
        "--end",
        "applied,failed",
    ]);
    assert_eq!(csv.lines().count(), 4, "{csv}");
}

#[test]
fn a_lost_sign_in_pauses_the_run_and_it_goes_on() {
    let fake = people(12);
    let locked = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let lock = Arc::clone(&locked);
    let mut writes = 0;
    let server = Server::start(Vendor::Pabbly, fake, "", move |_, request| {
        use std::sync::atomic::Ordering;
        writes += usize::from(request.method != "GET");
        if writes == 5 && !lock.load(Ordering::SeqCst) {
            lock.store(true, Ordering::SeqCst);
            writes += 1;
        }
        lock.load(Ordering::SeqCst)
            .then(|| HttpResponse::json(401, &json!({"success": false, "error": "no"})))
    });
    let desk = server.desk("");
    ids(&desk);
    let file = path(&desk, "ids");
    let results = path(&desk, "results");
    let args = [
        "tag",
        "--ids",
        &file,
        "--add",
        "vip",
        "--yes",
        "--results",
        &results,
    ];
    let told = totals(&desk, &args, 4);
    assert!(told["left"].as_u64().unwrap() > 0, "{told}");
    let rows = lines(&std::fs::read_to_string(&results).unwrap());
    assert_eq!(rows.len(), 12);
    assert!(rows.iter().any(|r| r["end"] == Value::Null));
    let run = told["run"].to_string();
    let listed = &desk.tells(&["runs"])[0];
    assert_eq!(listed["state"], "paused", "{listed}");
    desk.fails(
        &["runs", "forget", &run],
        2,
        &["contacts are left", "runs end"],
    );
    locked.store(false, std::sync::atomic::Ordering::SeqCst);
    let said = desk.run(&["runs", "resume", "last", "--results", &results]);
    assert_eq!(said.code, 0, "{said:#?}");
    assert!(said.err.contains(&format!("Run {run}: ")) && said.err.contains("going on with"));
    assert!(said.out.contains("12 contacts: 12 applied"), "{said:#?}");
    for row in lines(&std::fs::read_to_string(&results).unwrap()) {
        assert_eq!(row["end"], "applied", "{row}");
    }
    // Nothing twice: what was written is one write each.
    let bodies = server.writes().len();
    counts(
        &totals(&desk, &["runs", "resume", &run], 0),
        [12, 0, 0, 0, 0],
    );
    assert_eq!(server.writes().len(), bodies);
}

#[test]
fn what_failed_is_tried_again_where_asked_for() {
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let fault = Arc::clone(&broken);
    let fake = people(4);
    let bad = fake.contacts()[1].id.clone();
    let server = Server::start(Vendor::Pabbly, fake, "", move |_, request| {
        let hit = request.method != "GET" && request.path().ends_with(&bad);
        (hit && fault.load(std::sync::atomic::Ordering::SeqCst))
            .then(|| HttpResponse::json(400, &json!({"success": false, "error": "not today"})))
    });
    let desk = server.desk("");
    ids(&desk);
    let file = path(&desk, "ids");
    let told = totals(&desk, &["tag", "--ids", &file, "--add", "vip", "--yes"], 5);
    counts(&told, [3, 0, 1, 0, 0]);
    let run = told["run"].to_string();
    let again = totals(&desk, &["runs", "resume", &run, "--failed=network"], 5);
    counts(&again, [3, 0, 1, 0, 0]);
    broken.store(false, std::sync::atomic::Ordering::SeqCst);
    let again = totals(&desk, &["runs", "resume", &run, "--failed"], 0);
    counts(&again, [4, 0, 0, 0, 0]);
    desk.fails(&["runs", "end", &run], 2, &["ended already"]);
    desk.fails(
        &["runs", "resume", "last"],
        3,
        &["no run with contacts left"],
    );
}

#[test]
fn contacts_that_are_gone_are_one_sentence_and_not_one_each() {
    let fake = Arc::new(Mutex::new(people(6)));
    let server = Server::start(Vendor::Pabbly, Arc::clone(&fake), "", |_, _| None);
    let desk = server.desk("");
    let all = ids(&desk);
    let (plan, file) = (path(&desk, "plan"), path(&desk, "ids"));
    let args = ["tag", "--ids", &file, "--add", "vip", "--plan", &plan];
    desk.does(&args);
    for id in &all[..5] {
        fake.lock().unwrap().remove(id);
    }
    let said = desk.run(&["apply", &plan, "--yes"]);
    let lines: Vec<&str> = said.err.lines().filter(|l| l.contains("failed:")).collect();
    assert_eq!(lines.len(), 1, "{said:#?}");
    assert!(lines[0].starts_with("  5 failed: not-found: "), "{said:#?}");
    let told = format!(" (contact {} and 4 more)", all[0]);
    assert!(
        lines[0].ends_with(&told) && lines[0].matches(&all[0]).count() == 1,
        "{said:#?}"
    );
    // A row of its own says whom it is about.
    let rows = desk.tells(&["runs", "results", "last", "--end", "failed"]);
    assert!(
        rows[1]
            .to_string()
            .contains(&format!("contact {}: ", all[1])),
        "{rows:?}"
    );
}

#[test]
fn an_interrupted_run_says_so_and_can_be_ended() {
    let fake = people(40);
    let server = Server::start(Vendor::Pabbly, fake, "", |_, request| {
        if request.method != "GET" {
            std::thread::sleep(Duration::from_millis(60));
        }
        None
    });
    let desk = server.desk("");
    ids(&desk);
    let (file, results) = (path(&desk, "ids"), path(&desk, "results"));
    let change = ["tag", "--ids", &file, "--add", "vip", "--yes", "--json"];
    let child = spawn(desk.command().args(change).args(["--results", &results]));
    let began = std::time::Instant::now();
    while server.writes().len() < 3 {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    interrupt(&child);
    let (code, out, err) = ended(child);
    assert_eq!(code, 130, "{err}");
    assert!(err.contains("runs resume"), "{err}");
    let told = &lines(&out)[0];
    assert!(told["left"].as_u64().unwrap() > 0, "{told}");
    assert_eq!(lines(&std::fs::read_to_string(&results).unwrap()).len(), 40);
    // Somebody drives it: nobody else may.
    let run = told["run"].to_string();
    let driver = spawn(desk.command().args(["runs", "resume", &run]));
    let seen = server.writes().len();
    while server.writes().len() == seen {
        assert!(began.elapsed() < Duration::from_secs(40));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(desk.tells(&["runs"])[0]["state"], "running");
    desk.fails(
        &["runs", "resume", &run],
        2,
        &["under way in another cardex"],
    );
    // Killed, it is where the journal says.
    let mut driver = driver;
    driver.kill().unwrap();
    driver.wait().unwrap();
    assert_eq!(desk.tells(&["runs"])[0]["state"], "paused");
    let ended = totals(&desk, &["runs", "end", &run], 5);
    assert_eq!(
        (&ended["left"], &ended["unknown"]),
        (&json!(0), &json!(0)),
        "{ended}"
    );
    let vip = desk.tells(&["list", "tag:vip"]).len() as u64;
    assert_eq!(ended["applied"].as_u64().unwrap(), vip, "{ended}");
    let given = desk.tells(&["runs", "results", &run, "--reason", "given-up"]);
    assert_eq!(given.len() as u64, ended["failed"].as_u64().unwrap());
}

#[test]
fn a_run_is_found_whichever_account_it_is_of_and_kept_without_a_mirror() {
    let server = serve(3);
    let desk = server.desk("mirror = false\n[accounts.own]\nprovider = \"local\"\n");
    std::fs::write(desk.path("ids"), "").unwrap();
    let listed = desk.does(&["list", "--account", "desk", "--format", "ids"]);
    std::fs::write(desk.path("ids"), &listed).unwrap();
    let file = path(&desk, "ids");
    let told = totals(
        &desk,
        &[
            "tag",
            "--account",
            "desk",
            "--ids",
            &file,
            "--add",
            "vip",
            "--yes",
        ],
        0,
    );
    let run = told["run"].to_string();
    // Two accounts, none the default: the run's own is taken.
    assert!(desk.does(&["runs", "show", &run]).contains("3 applied"));
    desk.fails(
        &["runs", "show", &run, "--account", "own"],
        3,
        &["own has no run", "--account desk"],
    );
    counts(
        &totals(&desk, &["runs", "undo", &run, "--yes"], 0),
        [3, 0, 0, 0, 0],
    );
}

#[test]
fn a_single_edit_is_taken_back_like_a_run() {
    let server = serve(2);
    let desk = server.desk("");
    let all = ids(&desk);
    let name = |id: &str| desk.tells(&["show", id])[0]["fields"]["name"].clone();
    let before = name(&all[0]);
    desk.does(&["edit", &all[0], "--set", "name=Ada", "--add-tag", "vip"]);
    // What changes nothing is nothing to be taken back.
    desk.does(&["edit", &all[0], "--set", "name=Ada"]);
    assert!(desk.tells(&["runs"]).is_empty());
    let listed = desk.tells(&["runs", "list", "--all"]);
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(
        (&listed[0]["kind"], &listed[0]["state"]),
        (&json!("edit"), &json!("done"))
    );
    counts(&listed[0], [1, 0, 0, 0, 0]);
    counts(
        &totals(&desk, &["runs", "undo", "last", "--yes"], 0),
        [1, 0, 0, 0, 0],
    );
    assert_eq!(name(&all[0]), before);
    assert!(tags(&desk, &all[0]).is_empty());
    // Taking it back is a single edit, too; taking that back brings it again.
    assert!(desk.tells(&["runs"]).is_empty());
    counts(
        &totals(&desk, &["runs", "undo", "last", "--yes"], 0),
        [1, 0, 0, 0, 0],
    );
    assert_eq!(
        (name(&all[0]), tags(&desk, &all[0])),
        (json!("Ada"), vec!["vip".to_string()])
    );
    // What somebody changed since stays.
    server
        .desk("")
        .does(&["edit", &all[0], "--set", "name=Theirs"]);
    desk.fails(
        &["edit", &all[0], "--set", "name=Bo", "--set", "email=x"],
        2,
        &["email"],
    );
    let said = desk.run(&["runs", "undo", "last"]);
    assert_eq!(said.code, 6, "{said:#?}");
    assert_eq!(name(&all[0]), json!("Theirs"));
    // A refused one left nothing behind, and its values are forgotten with it.
    let said = desk.run(&["edit", &all[1], "--add-tag", "nosuchtag"]);
    assert_eq!(said.code, 1, "{said:#?}");
    let last = &desk.tells(&["runs", "show", "last"])[0];
    counts(last, [0, 0, 1, 0, 0]);
    let said = desk.run(&["runs", "undo", "last"]);
    assert_eq!(said.code, 3, "{said:#?}");
    desk.does(&["runs", "forget", "last"]);
    let last = desk.does(&["runs", "show", "last", "--json"]);
    assert!(
        !last.contains("nosuchtag") && last.contains("forgotten"),
        "{last}"
    );
}

#[test]
fn where_what_will_be_sent_can_not_be_kept_neither_an_edit_nor_a_run_sends_it() {
    let server = serve(2);
    let desk = server.desk("");
    let all = ids(&desk);
    let data = rusqlite::Connection::open(desk.data().join("cardex.db")).unwrap();
    let full =
        "CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(FAIL, 'disk is full'); END";
    data.execute_batch(full).unwrap();
    desk.fails(
        &["edit", &all[0], "--add-tag", "vip"],
        1,
        &["disk is full", "nothing was sent", "make room"],
    );
    let file = path(&desk, "ids");
    desk.fails(
        &["tag", "--ids", &file, "--add", "old"],
        1,
        &["disk is full"],
    );
    assert_eq!(server.writes().len(), 0);
    data.execute_batch("DROP TRIGGER full").unwrap();
    desk.does(&["edit", &all[0], "--add-tag", "vip"]);
    assert_eq!(tags(&desk, &all[0]), ["vip"]);
}

#[test]
fn an_edit_under_way_is_not_for_others_and_one_that_was_killed_is() {
    let server = serve(2);
    let desk = server.desk("");
    let all = ids(&desk);
    let data = rusqlite::Connection::open(desk.data().join("cardex.db")).unwrap();
    // As it stands while it waits for an answer: begun, locked, without an end.
    let end = "CREATE TRIGGER late BEFORE UPDATE ON runs BEGIN SELECT RAISE(FAIL, 'late'); END";
    data.execute_batch(end).unwrap();
    desk.does(&["edit", &all[0], "--add-tag", "vip"]);
    data.execute_batch("DROP TRIGGER late").unwrap();
    let state = || desk.tells(&["runs", "list", "--all"])[0]["state"].clone();
    assert_eq!(state(), json!("paused"));
    let run = desk.tells(&["runs", "list", "--all"])[0]["run"].to_string();
    let lock = desk.data().join(format!("run-{run}.lock"));
    let driver = std::fs::File::create(&lock).unwrap();
    driver.lock().unwrap();
    assert_eq!(state(), json!("running"));
    desk.fails(
        &["runs", "resume", "last"],
        3,
        &["no run with contacts left"],
    );
    desk.fails(&["runs", "resume", &run], 2, &["under way"]);
    drop(driver);
    desk.does(&["runs", "resume", "last"]);
    assert_eq!(state(), json!("done"));
    assert!(!lock.exists());
}

#[test]
fn old_runs_are_forgotten_where_the_configuration_says_so() {
    let server = serve(2);
    let desk = server.desk("");
    ids(&desk);
    let file = path(&desk, "ids");
    desk.does(&["tag", "--ids", &file, "--add", "vip", "--yes"]);
    let told = std::fs::read_to_string(desk.path("config.toml")).unwrap();
    let keep = |age: &str| {
        std::fs::write(
            desk.path("config.toml"),
            format!("keep_runs = {age:?}\n{told}"),
        )
        .unwrap();
    };
    let state = || desk.tells(&["runs"])[0]["state"].clone();
    keep("90 days");
    assert_eq!((state(), state()), (json!("done"), json!("done")));
    std::thread::sleep(Duration::from_millis(5));
    keep("1 ms");
    let began = std::time::Instant::now();
    while state() != "forgotten" {
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    counts(&desk.tells(&["runs"])[0], [2, 0, 0, 0, 0]);
    keep("a while");
    desk.fails(&["runs"], 2, &["line 1", "keep_runs", "90 days"]);
}
