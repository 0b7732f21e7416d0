//! What is said of runs that have ended: why their rows failed, what can be tried again, what was taken back before.

use serde_json::json;

use super::*;

/// A desk, and a file with the ids of so many of its contacts.
fn desk(contacts: usize) -> (Desk, String, Vec<String>) {
    let desk = Desk::demo();
    let text = desk.does(&["list", "--format", "ids", "--sort", "id"]);
    let ids: Vec<String> = text.lines().take(contacts).map(String::from).collect();
    let file = desk.path("ids").display().to_string();
    std::fs::write(&file, ids.join("\n")).unwrap();
    (desk, file, ids)
}

#[test]
fn what_the_plan_blocked_is_told_with_a_contact_and_not_tried_again() {
    let (desk, file, ids) = desk(3);
    // One never said anything, two said no.
    for id in &ids {
        let state = if *id == ids[0] {
            "optin=unknown"
        } else {
            "optin=no"
        };
        desk.does(&["edit", id, "--flag", state]);
    }
    let said = desk.run(&["tag", "--ids", &file, "--flag", "optin=yes"]);
    assert_eq!(said.code, 2, "{said:#?}");
    let lines: Vec<&str> = said.err.lines().collect();
    let two = format!("(contact {} and 1 more)", ids[1]);
    let one = format!("(contact {})", ids[0]);
    assert!(
        lines[0].starts_with("  2 failed: consent: ") && lines[0].ends_with(&two),
        "{said:#?}"
    );
    assert!(
        lines[1].starts_with("  1 failed: consent: ") && lines[1].ends_with(&one),
        "{said:#?}"
    );
    let run = desk.tells(&["runs"])[0]["run"].to_string();
    for reason in ["--failed", "--failed=consent"] {
        let said = desk.run(&["runs", "resume", &run, reason]);
        let words = "nothing is tried again: 3 were blocked by the plan (widens consent)";
        assert!(said.err.contains(words), "{said:#?}");
    }
    let said = desk.run(&["runs", "resume", &run, "--failed=network"]);
    assert!(
        said.err.contains("nothing failed so (network)"),
        "{said:#?}"
    );
    let shown = desk.tells(&["runs", "show", &run]);
    let failures = &shown[0]["failures"][0];
    assert_eq!(failures["blocked"], json!(3), "{shown:?}");
    assert_eq!(failures["messages"][0]["first"], json!(ids[1]), "{shown:?}");
}

#[test]
fn a_run_that_was_taken_back_says_so_when_it_is_to_be_taken_back_again() {
    let (desk, file, _) = desk(2);
    desk.does(&["tag", "--ids", &file, "--add", "fresh"]);
    let run = |n: usize| desk.tells(&["runs", "list"])[n]["run"].to_string();
    let first = run(0);
    desk.does(&["runs", "undo", &first]);
    let back = run(0);
    let already = format!("run {first} was undone by run {back} already");
    let said = desk.run(&["runs", "undo", &first, "--dry-run"]);
    assert!(said.err.contains(&already), "{said:#?}");
    // The way forth again is the way back of the way back, and that is told as well.
    desk.does(&["runs", "undo", &back]);
    let forth = run(0);
    let said = desk.run(&["runs", "undo", &first]);
    let took = format!("{already}, which run {forth} took back");
    assert!(said.code == 0 && said.err.contains(&took), "{said:#?}");
    assert_eq!(desk.run(&["list", "tag:fresh"]).code, 3);
}

#[test]
fn a_run_that_was_taken_back_in_part_says_how_much_of_it_and_to_which_end() {
    let (desk, file, ids) = desk(3);
    // One of the three is changed again, and so is not put back.
    for plan in ["plan=free", "plan=team"] {
        desk.run(&["tag", "--ids", &file, "--set-attr", plan]);
    }
    let run = || desk.tells(&["runs", "list"])[0]["run"].to_string();
    let first = run();
    desk.does(&["edit", &ids[0], "--set-attr", "plan=starter"]);
    let said = desk.run(&["runs", "undo", &first]);
    assert_eq!(said.code, 6, "{said:#?}");
    let back = run();
    let part = format!("run {back} took back 2 of the 3 contacts of run {first} already");
    let said = desk.run(&["runs", "undo", &first, "--dry-run"]);
    assert!(said.err.contains(&part), "{said:#?}");
    let mut told = part;
    let mut last = back;
    for _ in 0..2 {
        desk.does(&["runs", "undo", &last]);
        last = run();
        told.push_str(&format!(", which run {last} took back"));
    }
    let said = desk.run(&["runs", "undo", &first, "--dry-run"]);
    assert!(said.err.contains(&told), "{said:#?}");
}
