//! `doctor` and `accounts check`: what is in order, what is doubtful, what does not work, in plain words.

use serde_json::Value;

use super::{Desk, Server};

fn findings(said: &str) -> Vec<Value> {
    let whole: Value = serde_json::from_str(said).unwrap();
    whole["findings"].as_array().unwrap().clone()
}

fn has(findings: &[Value], level: &str, about: &str, words: &str) -> bool {
    findings.iter().any(|f| {
        f["level"] == level && f["about"] == about && f["said"].as_str().unwrap().contains(words)
    })
}

#[test]
fn doctor_finds_what_is_wrong_and_what_works() {
    let server = Server::chatwoot(20);
    let desk = Desk::new(&format!(
        "default_account = \"good\"\n\
         [accounts.good]\nprovider = \"chatwoot\"\nbase_url = \"{url}\"\naccount_id = 1\n\
         token = {{ env = \"DESK_TOKEN\" }}\n\
         [accounts.odd]\nprovider = \"chatwoot\"\nbase_url = \"{url}/app/accounts/1\"\naccount_id = 1\n\
         token = {{ env = \"DESK_TOKEN\" }}\n\
         [accounts.wrong]\nprovider = \"pabbly\"\ncolour = \"red\"\n",
        url = server.running.url()
    ));
    let said = desk.run(&["doctor", "--json"]);
    assert_eq!(said.code, 1, "{said:#?}");
    let found = findings(&said.out);
    let checks = [
        ("good", "configuration", "3 accounts"),
        (
            "doubt",
            "configuration",
            "accounts.wrong.colour is not a known setting",
        ),
        ("good", "database", "made at first use"),
        ("good", "account good", "4.15.1"),
        ("good", "account good", "requests a minute"),
        ("doubt", "account odd", "leave out everything from /app"),
        ("wrong", "account wrong", "needs token"),
    ];
    for (level, about, words) in checks {
        assert!(
            has(&found, level, about, words),
            "{about} {words}: {found:#?}"
        );
    }
    assert!(
        found
            .iter()
            .any(|f| f["level"] == "wrong" && f["about"] == "account odd")
    );
    // The second time the database is there; offline, no server is asked.
    let before = server.requests().len();
    let said = desk.run(&["doctor", "--offline"]);
    assert_eq!(said.code, 1, "{said:#?}");
    assert!(
        said.out.contains("✓ database: ") && said.out.contains("sound"),
        "{said:#?}"
    );
    assert!(said.out.contains("✗ account wrong: "), "{said:#?}");
    assert_eq!(server.requests().len(), before);
}

#[test]
fn doctor_names_a_damaged_database_and_leaves_it() {
    let desk = Desk::demo();
    desk.does(&["list", "--limit", "1"]);
    let path = desk.data().join("cardex.db");
    let rubbish = vec![7_u8; 20_000];
    std::fs::write(&path, &rubbish).unwrap();
    let _ = std::fs::remove_file(desk.data().join("cardex.db-wal"));
    let said = desk.run(&["doctor"]);
    assert_eq!(said.code, 1, "{said:#?}");
    assert!(said.out.contains("✗ database: "), "{said:#?}");
    assert_eq!(std::fs::read(&path).unwrap(), rubbish);
}

#[cfg(unix)]
#[test]
fn doctor_says_when_others_can_read_the_contacts() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::demo();
    desk.does(&["list", "--limit", "1"]);
    let path = desk.data().join("cardex.db");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = desk.does(&["doctor"]);
    assert!(
        said.contains("! database: ") && said.contains("chmod 600"),
        "{said}"
    );
}

#[test]
fn check_tells_account_user_version_and_pace() {
    let server = Server::chatwoot(20);
    let desk = Desk::new(&format!(
        "[accounts.desk]\nprovider = \"chatwoot\"\nbase_url = \"{}\"\naccount_id = 1\nrate = \"120/min\"\n\
         token = {{ env = \"DESK_TOKEN\" }}\n",
        server.running.url()
    ));
    let told = desk.tells(&["accounts", "check", "desk"]);
    let notes = told[0]["notes"].to_string();
    for words in [
        "4.15.1",
        "at most 120 requests a minute (set by rate)",
        "tells no limit",
    ] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
}

#[test]
fn an_account_that_can_not_be_used_does_not_pass_the_check() {
    let server = Server::chatwoot(5);
    let desk = Desk::new(&format!(
        "default_account = \"desk\"\n[accounts.desk]\nprovider = \"chatwoot\"\nbase_url = \"{}\"\naccount_id = 7\n\
         token = {{ env = \"DESK_TOKEN\" }}\n",
        server.running.url()
    ));
    let said = desk.run(&["accounts", "check", "desk"]);
    assert_ne!(said.code, 0, "{said:#?}");
    assert!(
        said.err.contains("does not belong to account 7"),
        "{said:#?}"
    );
    let said = desk.run(&["doctor"]);
    assert_eq!(said.code, 1, "{said:#?}");
    assert!(said.out.contains("✗ account desk: "), "{said:#?}");
}
