//! Wrong configurations, token sources and data folders: what, where, what to do; nothing is touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

const URL: &str = "http://127.0.0.1:9";

fn with_token(token: &str) -> Desk {
    let text = account(Vendor::Pabbly, URL, "");
    Desk::new(&text.replace("{ env = \"DESK_TOKEN\" }", token))
}

#[test]
fn mistakes_in_an_account_name_line_setting_and_remedy() {
    let token = "token = { env = \"DESK_TOKEN\" }";
    for (settings, words) in [
        (
            "provider = \"hubspot\"".to_string(),
            &[
                "line 2",
                "accounts.desk.provider",
                "\"hubspot\"",
                "one of local, chatwoot",
            ][..],
        ),
        (
            format!("provider = \"chatwoot\"\n{token}"),
            &["line 1", "accounts.desk needs account_id", "account_id = 1"],
        ),
        (
            "provider = \"pabbly\"".into(),
            &["line 1", "accounts.desk needs token", "env = "],
        ),
        ("read_only = true".into(), &["needs provider", "local"]),
        (
            format!("provider = \"pabbly\"\nbase_url = \"http://desk.example.com\"\n{token}"),
            &["line 3", "base_url", "plain http", "use https"],
        ),
        (
            format!("provider = \"pabbly\"\ntimeout = \"soon\"\n{token}"),
            &["line 3", "timeout", "\"soon\"", "\"30s\""],
        ),
        (
            format!("provider = \"pabbly\"\nrate = 60\n{token}"),
            &["line 3", "rate must be a text"],
        ),
        (
            "provider = \"pabbly\"\ntoken = \"tok-8f31\"".into(),
            &["line 3", "where the token comes from", "{ env = "],
        ),
    ] {
        let desk = Desk::new(&format!("[accounts.desk]\n{settings}\n"));
        let words = [words, &["config.toml", "the account desk"]].concat();
        desk.fails(&["list"], 2, &words);
        desk.fails(&["--account", "desk", "show", "1"], 2, &words);
        assert!(!desk.data().exists());
        let listed = desk.does(&["accounts"]);
        assert!(listed.contains("WRONG"), "{listed}");
    }
}

#[test]
fn a_token_that_can_not_be_had_names_its_source() {
    let desk = with_token("{ env = \"NOT_SET\" }");
    desk.fails(
        &["list"],
        4,
        &["the token of desk", "NOT_SET", "is not set", "export"],
    );
    let failing = format!(
        "{{ command = [\"sh\", \"-c\", \"echo {SECRET}; echo locked {SECRET} >&2; exit 3\"] }}"
    );
    // The command itself holds the word, and is shown: only what it printed must not be.
    let failing = failing.replace(&format!("echo {SECRET}"), "echo $DESK_TOKEN");
    let failing = failing.replace(&format!("locked {SECRET}"), "locked $DESK_TOKEN");
    with_token(&failing).fails(&["list"], 4, &["failed (", "3", "locked ***", "by hand"]);
    with_token("{ command = [\"no-such-program-here\"] }").fails(
        &["list"],
        4,
        &["no-such-program-here", "could not be started", "PATH"],
    );
    with_token("{ command = [\"sleep\", \"0.1\"] }").fails(
        &["list"],
        4,
        &["the command `sleep 0.1`", "it is empty"],
    );
    let desk = with_token("{ file = \"~/token\" }");
    desk.fails(
        &["list"],
        4,
        &["/token", "can not be read", "check the path"],
    );
    fs::write(desk.path("token"), SECRET).unwrap();
    fs::set_permissions(desk.path("token"), fs::Permissions::from_mode(0o644)).unwrap();
    desk.fails(
        &["list"],
        4,
        &["can be read by others", "0644", "chmod 600"],
    );
    let desk = with_token("{ keyring = true }");
    desk.fails(&["list"], 4, &["key store", "desk"]);
    desk.fails(&["accounts", "check", "desk"], 4, &["key store", "desk"]);
}

#[test]
fn an_unknown_account_is_answered_with_the_names() {
    let desk = Desk::new("[accounts.support]\nprovider = \"local\"\n");
    desk.fails(
        &["list", "--account", "suport"],
        2,
        &["there is no account \"suport\"", "support, demo"],
    );
    desk.fails(&["accounts", "check", "x"], 2, &["support, demo"]);
    desk.fails(&["list", "--account", ""], 2, &["support, demo"]);
    let text = "default_account = \"b\"\n[accounts.a]\nprovider = \"local\"\n";
    Desk::new(text).fails(
        &["list"],
        2,
        &["default_account: there is no account \"b\"", "a, demo"],
    );
    let two = "[accounts.a]\nprovider = \"local\"\n[accounts.b]\nprovider = \"local\"\n";
    Desk::new(two).fails(&["list"], 2, &["a, b", "--account NAME", "default_account"]);
}

#[test]
fn unknown_keys_warn_with_line_and_nearest_name() {
    let desk =
        Desk::new("defalt_account = \"a\"\n[accounts.a]\nprovider = \"local\"\nreadonly = true\n");
    let said = desk.run(&["list"]);
    assert_eq!(said.code, 0, "{said:#?}");
    let warnings: Vec<&str> = said.err.lines().collect();
    assert_eq!(warnings.len(), 2, "{said:#?}");
    assert!(
        warnings
            .iter()
            .all(|w| w.starts_with("Warning: ") && w.contains("config.toml: line "))
    );
    assert!(
        said.err.contains(
            "line 1: defalt_account is not a known setting; did you mean default_account?"
        )
    );
    assert!(
        said.err.contains(
            "line 4: accounts.a.readonly is not a known setting; did you mean read_only?"
        )
    );
}

#[test]
fn files_that_can_not_be_used_are_named() {
    let desk = Desk::new("[accounts.a\n");
    desk.fails(&["list"], 2, &["config.toml", "line 1"]);
    fs::write(desk.path("config.toml"), b"default_account = \"\xff\"").unwrap();
    desk.fails(&["list"], 2, &["config.toml", "not text in UTF-8"]);
    let missing = desk.path("none.toml");
    let missing = missing.to_str().unwrap();
    desk.fails(
        &["list", "--config", missing],
        2,
        &[missing, "No such file", "--config"],
    );
    let folder = desk.home.path().to_str().unwrap();
    desk.fails(&["list", "--config", folder], 2, &[folder, "directory"]);

    let desk = Desk::demo();
    fs::write(desk.data(), "a file").unwrap();
    let data = desk.data();
    let words = ["data folder", data.to_str().unwrap(), "--data-dir"];
    desk.fails(&["list"], 1, &words);
    assert_eq!(fs::read(desk.data()).unwrap(), b"a file");
}

#[test]
fn a_database_that_is_none_is_left_as_it_is() {
    let good = Desk::demo();
    good.does(&["list", "--limit", "1"]);
    let database = good.data().join("cardex.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    drop(connection);
    let whole = fs::read(good.data().join("cardex.db")).unwrap();
    let foreign = good.path("foreign.db");
    let connection = rusqlite::Connection::open(&foreign).unwrap();
    connection
        .execute_batch("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')")
        .unwrap();
    drop(connection);
    let newer = good.path("newer.db");
    fs::write(&newer, &whole).unwrap();
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection
        .pragma_update(None, "user_version", 4000)
        .unwrap();
    connection
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    drop(connection);
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    torn[2000..3500].fill(0xa5);
    for (bytes, word) in [
        (
            b"this is no database at all, but it has some length to it".to_vec(),
            "not a database",
        ),
        (torn, "damaged"),
        (fs::read(&foreign).unwrap(), "another program"),
        (fs::read(&newer).unwrap(), "newer cardex"),
    ] {
        let desk = Desk::demo();
        fs::create_dir(desk.data()).unwrap();
        fs::write(desk.data().join("cardex.db"), &bytes).unwrap();
        let before = files(&desk.data());
        desk.fails(&["list"], 1, &["cardex.db", word]);
        desk.fails(&["edit", "1", "--set", "name=X"], 1, &["cardex.db", word]);
        let after = fs::read(desk.data().join("cardex.db")).unwrap();
        assert!(after == bytes, "{word}: the file was changed");
        assert_eq!(before.len(), 1);
    }
}

#[test]
fn the_demo_account_can_be_another_one() {
    let server = Server::pabbly(3);
    let text = account(Vendor::Pabbly, &server.running.url(), "")
        .replace("accounts.desk", "accounts.demo");
    let desk = Desk::new(&text);
    assert_eq!(desk.tells(&["list"]).len(), 3);
    let listed = desk.tells(&["accounts"]);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["name"], &listed[0]["provider"]),
        (&"demo".into(), &"pabbly".into())
    );
}

#[test]
fn accounts_are_listed_and_checked() {
    let server = Server::chatwoot(3);
    let desk = server.desk("read_only = true\n[accounts.home]\nprovider = \"local\"");
    let listed = desk.does(&["accounts", "list"]);
    let names: Vec<&str> = listed
        .lines()
        .map(|l| l[2..].split(' ').next().unwrap())
        .collect();
    assert_eq!(names, ["desk", "home", "demo"]);
    assert!(
        listed.contains("DESK_TOKEN") && listed.contains("read-only"),
        "{listed}"
    );
    assert_eq!(server.requests().len(), 0);

    let told = desk.does(&["accounts", "check", "desk"]);
    assert!(told.contains("Sam Sandbox"), "{told}");
    assert_eq!(desk.tells(&["accounts", "check", "desk"])[0]["ok"], true);
    let told = desk.does(&["accounts", "check", "demo"]);
    assert!(told.contains("200 contacts"), "{told}");

    let refused = Server::saying(Vendor::Chatwoot, |_| {
        HttpResponse::json(401, &serde_json::json!({"error": "Invalid Access Token"}))
    });
    refused
        .desk("")
        .fails(&["accounts", "check", "desk"], 4, &["Invalid Access Token"]);
}

#[test]
fn demo_does_not_stand_in_for_the_accounts_of_an_empty_file_unsaid() {
    let desk = Desk::new("# nothing yet\n");
    let said = desk.run(&["edit", "1", "--set", "name=X"]);
    assert_eq!(said.code, 0, "{said:#?}");
    assert!(
        said.err.contains("names no account: working on demo"),
        "{said:#?}"
    );
    let said = desk.run(&["--account", "demo", "show", "1"]);
    assert_eq!(said.err, "", "{said:#?}");
}
