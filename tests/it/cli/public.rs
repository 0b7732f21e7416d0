//! A chatwoot-public account at the command line: its roster, reading and changing by source id, the merge of two
//! people, identity hashes. The server is Chatwoot's sandbox on a real socket, which plays the application API
//! beside it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::{Arc, Mutex};

use cardex::sandbox::chatwoot::{Chatwoot, Quirks};
use serde_json::json;

use super::program::{ended, interrupt, spawn};
use super::*;

/// A server whose contacts can be looked at from behind.
struct Behind {
    server: Server,
    fake: Arc<Mutex<Chatwoot>>,
}

struct Shared(Arc<Mutex<Chatwoot>>);

impl Fake for Shared {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        self.0.lock().unwrap().answer(request, now)
    }
}

fn behind(people: usize, quirks: &str) -> Behind {
    let quirks = Quirks::parse(quirks).unwrap();
    let fake = seed::chatwoot_like(&seed::people(people), quirks);
    let fake = Arc::new(Mutex::new(fake));
    let server = Server::start(Vendor::Chatwoot, Shared(Arc::clone(&fake)), "", |_, _| None);
    Behind { server, fake }
}

/// An account on an inbox; the default.
fn widget(url: &str, inbox: &str, more: &str) -> String {
    format!(
        "default_account = \"widget\"\n[accounts.widget]\nprovider = \"chatwoot-public\"\n\
         base_url = \"{url}\"\ninbox_identifier = \"{inbox}\"\nrate = \"60000/min\"\n{more}\n"
    )
}

impl Behind {
    /// A desk with `widget` on the inbox and `desk` on the application API.
    fn desk(&self, more: &str) -> Desk {
        let url = self.server.running.url();
        let inside = account(Vendor::Chatwoot, &url, "");
        Desk::new(&format!("{}{inside}", widget(&url, seed::INBOX, more)))
    }

    /// The same with contacts in the roster.
    fn filled(&self, more: &str, ids: &[&str]) -> Desk {
        let desk = self.desk(more);
        for id in ids {
            desk.does(&["roster", "add", id]);
        }
        desk
    }

    /// Methods and what follows the inbox of requests to the public API.
    fn asked(&self) -> Vec<String> {
        let asked = self.server.requests().into_iter().filter_map(|r| {
            let rest = r.target.split_once(seed::INBOX)?.1.to_string();
            Some(format!("{} {rest}", r.method))
        });
        asked.collect()
    }

    /// The number and e-mail address of the contact behind a source id.
    fn record(&self, source_id: &str) -> (u64, String) {
        let fake = self.fake.lock().unwrap();
        let mut all = fake.contacts(1);
        let found = all.find(|c| c.inboxes.iter().any(|i| i.source_id == source_id));
        let found = found.unwrap();
        (found.id, found.email.clone().unwrap_or_default())
    }
}

#[test]
fn an_empty_roster_says_how_to_fill_it() {
    let behind = behind(4, "");
    let desk = behind.desk("");
    for args in [&["list"][..], &["roster"], &["roster", "list"]] {
        let said = desk.run(args);
        assert_eq!(said.code, 0, "{said:#?}");
        for way in [
            "roster add SOURCE_ID",
            "roster import FILE",
            "roster from ACCOUNT",
        ] {
            assert!(said.err.contains(way), "{said:#?}");
        }
    }
    assert!(
        desk.does(&["accounts", "check", "widget"])
            .contains("The roster is empty")
    );
    assert_eq!(desk.tells(&["roster"]), Vec::<Value>::new());
}

#[test]
fn the_roster_is_added_to_listed_and_taken_from() {
    let behind = behind(6, "");
    let desk = behind.desk("mirror = false");
    let added = desk.tells(&["roster", "add", "web-0001"]);
    assert_eq!(added, [json!({"added": 1, "known": 0, "identified": 0})]);
    let again = desk.tells(&["roster", "add", "web-0001", "--identifier", "cust-1"]);
    assert_eq!(again, [json!({"added": 0, "known": 1, "identified": 1})]);
    desk.does(&["roster", "add", "web-0002"]);
    let listed = desk.tells(&["roster", "list"]);
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["source_id"], "web-0001");
    assert_eq!(
        (&listed[0]["identifier"], &listed[0]["origin"]),
        (&json!("cust-1"), &json!("typed"))
    );
    let text = desk.does(&["roster"]);
    assert!(text.starts_with("web-0001  cust-1  2"), "{text}");
    // Nothing was asked of the server for all that.
    assert_eq!(behind.server.requests().len(), 0);

    desk.does(&["list"]);
    assert_eq!(
        desk.tells(&["roster", "remove", "web-0001"]),
        [json!({"removed": 1})]
    );
    desk.fails(
        &["roster", "remove", "web-0001"],
        3,
        &["web-0001", "not in the roster of widget"],
    );
    let listed = desk.does(&["list", "--format", "ids"]);
    assert_eq!(listed, "web-0002\n");
}

#[test]
fn a_source_id_with_a_dot_is_refused_and_other_providers_have_no_roster() {
    let behind = behind(2, "");
    let desk = behind.desk("");
    desk.fails(&["roster", "add", "web.0001"], 2, &["web.0001", "dots"]);
    desk.fails(&["show", "web.0001"], 2, &["web.0001", "dots"]);
    for command in [
        &["roster"][..],
        &["roster", "add", "x"],
        &["roster", "from", "desk"],
    ] {
        let args = [&["--account", "desk"], command].concat();
        desk.fails(
            &args,
            2,
            &["the account desk is a chatwoot one", "no roster"],
        );
    }
    desk.fails(
        &["roster", "from", "widget"],
        2,
        &["widget", "chatwoot-public", "chatwoot account"],
    );
}

#[test]
fn a_file_is_imported_whole_or_not_at_all() {
    let behind = behind(6, "");
    let desk = behind.desk("");
    let file = |name: &str, text: &str| {
        std::fs::write(desk.path(name), text).unwrap();
        desk.path(name).display().to_string()
    };
    let wrong = file("wrong.txt", "web-0001\nweb.0002\n\nweb-0003,x\n");
    desk.fails(
        &["roster", "import", &wrong],
        2,
        &[
            "wrong.txt",
            "line 2: ",
            "dots",
            "line 4: ",
            "comma",
            "nothing was imported",
        ],
    );
    assert_eq!(desk.tells(&["roster"]), Vec::<Value>::new());

    let ids = file("ids.txt", "web-0001\nweb-0002\nweb-0001\n");
    let told = desk.tells(&["roster", "import", &ids]);
    assert_eq!(
        told,
        [json!({"added": 2, "known": 0, "identified": 0, "doubled": 1})]
    );
    let csv = file(
        "ids.csv",
        "source_id,identifier\nweb-0002,cust-2\nweb-0003,\n",
    );
    let said = desk.does(&["roster", "import", &csv]);
    assert_eq!(
        said,
        "1 added, 1 was known (1 with another identifier now).\n"
    );
    desk.fails(
        &["roster", "import", "nowhere.txt"],
        2,
        &["nowhere.txt", "No such file"],
    );

    let mut child = desk
        .command()
        .args(["roster", "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"web-0009\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1 added.\n");
}

#[test]
fn an_application_account_of_the_same_inbox_fills_the_roster() {
    let behind = behind(40, "");
    {
        let mut fake = behind.fake.lock().unwrap();
        fake.edit_contact(1, "2026-01-01T00:00:00Z".parse().unwrap(), |c| {
            c.inboxes[0].source_id = "old.web-0001".into();
        });
    }
    let desk = behind.desk("");
    let told = desk.tells(&["roster", "from", "desk"]);
    let told = &told[0];
    assert_eq!(
        (&told["skipped"], &told["known"]),
        (&json!(1), &json!(0)),
        "{told}"
    );
    assert_eq!(told["inbox"], "Website");
    let added = told["added"].as_u64().unwrap();
    // Those without e-mail, phone and identifier are in no list of Chatwoot's.
    assert!((15..20).contains(&added), "{told}");
    assert!(
        told["seen"].as_u64().unwrap() > 30,
        "two pages and more: {told}"
    );
    let again = desk.tells(&["roster", "from", "desk"]);
    assert_eq!(
        (&again[0]["added"], &again[0]["known"]),
        (&json!(0), &json!(added))
    );
    let listed = desk.tells(&["roster"]);
    assert_eq!(listed.len() as u64, added);
    assert!(
        listed.iter().all(|e| e["origin"] == "account desk"),
        "{listed:?}"
    );
    assert!(
        listed.iter().any(|e| e["identifier"].is_string()),
        "{listed:?}"
    );

    let url = behind.server.running.url();
    let other = "anotherInbox000000000000";
    let inside = account(Vendor::Chatwoot, &url, "");
    let desk = Desk::new(&format!("{}{inside}", widget(&url, other, "")));
    desk.fails(
        &["roster", "from", "desk"],
        3,
        &["none of its API inboxes", "Website"],
    );
    assert!(!desk.run(&["roster", "from", "desk"]).err.contains(other));
}

#[test]
fn listing_reads_the_roster_by_get_alone_and_never_hides_who_is_not_found() {
    let behind = behind(40, "");
    let desk = behind.filled("", &["web-0002", "gone-1", "web-0001"]);
    let listed = desk.tells(&["list"]);
    let ids: Vec<&Value> = listed.iter().map(|c| &c["id"]).collect();
    assert_eq!(listed.len(), 3, "{ids:?}");
    let missing = |id: &str| listed.iter().find(|c| c["id"] == id).unwrap()["missing"].clone();
    assert_eq!(missing("gone-1"), true);
    assert_eq!(missing("web-0001"), Value::Null);
    let text = desk.does(&["list"]);
    assert!(text.contains("gone-1    (not found at Chatwoot)"), "{text}");
    let asked = behind.asked();
    assert!(asked.iter().all(|a| a.starts_with("GET ")), "{asked:?}");

    desk.fails(&["show", "gone-1"], 3, &["gone-1"]);
    assert!(desk.does(&["list", "--format", "ids"]).contains("gone-1"));
}

#[test]
fn a_contact_that_vanishes_at_chatwoot_stays_listed_as_last_known() {
    let behind = behind(4, "");
    let desk = behind.filled("", &["web-0001", "web-0002"]);
    let before = desk.tells(&["show", "web-0002"]);
    let (number, _) = behind.record("web-0002");
    behind.fake.lock().unwrap().remove_contact(number);
    let listed = desk.tells(&["list"]);
    let after = listed.iter().find(|c| c["id"] == "web-0002").unwrap();
    assert_eq!(after["missing"], true);
    assert_eq!(after["fields"], before[0]["fields"]);
    assert_eq!(after["attributes"], before[0]["attributes"]);
}

#[test]
fn an_unknown_inbox_is_told_from_an_unknown_contact() {
    let behind = behind(2, "");
    let url = behind.server.running.url();
    let inbox = "anotherInbox000000000000";
    let desk = Desk::new(&widget(&url, inbox, ""));
    desk.does(&["roster", "add", "web-0001"]);
    desk.fails(&["list"], 3, &["looking for the inbox", "inbox_identifier"]);
    desk.run(&["accounts", "check", "widget"])
        .complains(3, &["inbox_identifier"]);
    let said = desk.run(&["-v", "list"]);
    assert!(
        !said.err.contains(inbox) && !said.out.contains(inbox),
        "{said:#?}"
    );
}

#[test]
fn trap_21_a_contact_is_read_whole_by_the_patch_that_writes_nothing_and_never_in_a_read_only_account()
 {
    let behind = behind(4, "");
    let desk = behind.filled("", &["web-0001"]);
    let before = behind.fake.lock().unwrap().contact(1).unwrap().updated_at;
    let shown = desk.tells(&["show", "web-0001"]);
    assert!(shown[0]["tags"].is_array() && !shown[0]["attributes"].as_object().unwrap().is_empty());
    assert_eq!(behind.server.writes(), [("PATCH".to_string(), json!({}))]);
    assert_eq!(
        behind.fake.lock().unwrap().contact(1).unwrap().updated_at,
        before
    );

    let reader = behind.filled("read_only = true", &["web-0001"]);
    let shown = reader.tells(&["show", "web-0001"]);
    assert_eq!(shown[0]["tags"], Value::Null, "{shown:?}");
    reader.tells(&["list"]);
    reader.fails(&["edit", "web-0001", "--set", "name=X"], 4, &["read_only"]);
    assert_eq!(behind.server.writes().len(), 1, "no PATCH from there");
}

#[test]
fn trap_21_blanks_are_refused_with_the_reason_and_nothing_is_sent() {
    let behind = behind(4, "");
    let desk = behind.filled("", &["web-0001"]);
    for args in [
        &["--clear", "name"][..],
        &["--clear", "email"],
        &["--set", "phone="],
        &["--unset-attr", "plan"],
    ] {
        let args = [&["edit", "web-0001"], args].concat();
        let said = desk.run(&args);
        assert_eq!(said.code, 2, "{said:#?}");
        assert!(
            said.err.contains("ignores blank values") || said.err.contains("can not remove one")
        );
    }
    desk.fails(&["edit", "web-0001", "--add-tag", "vip"], 2, &["labels"]);
    let writes = behind.server.writes();
    assert!(
        writes.iter().all(|(_, body)| *body == json!({})),
        "{writes:?}"
    );
}

#[test]
fn trap_21_a_taken_email_merges_people_only_when_that_was_asked_for_and_the_merge_is_told() {
    let behind = behind(8, "");
    let desk = behind.filled("", &["web-0001", "web-0002"]);
    let (first, _) = behind.record("web-0001");
    let (second, email) = behind.record("web-0002");
    let set = format!("email={}", email.to_uppercase());
    let edit = ["edit", "web-0001", "--set", set.as_str()];

    let said = desk.run(&edit);
    assert_eq!(said.code, 2, "{said:#?}");
    for word in [
        "--allow-merge",
        "merges this one into that and destroys this one",
    ] {
        assert!(said.err.contains(word), "{said:#?}");
    }
    assert_eq!(behind.record("web-0001").0, first);
    let writes = behind.server.writes();
    assert!(
        writes.iter().all(|(_, body)| *body == json!({})),
        "{writes:?}"
    );

    let told = desk.tells(&[&edit[..], &["--allow-merge"]].concat());
    assert_eq!(told[0]["status"], "applied", "{told:?}");
    assert_eq!(behind.record("web-0001").0, second);
    assert!(
        behind.fake.lock().unwrap().contact(first).is_none(),
        "one of the two is gone"
    );
    let said = told[0].to_string();
    assert!(
        said.contains(&format!("{first}")) && said.contains(&format!("{second}")),
        "{said}"
    );
    // The source id leads to the survivor now.
    let shown = desk.tells(&["show", "web-0001"]);
    assert_eq!(shown[0]["fields"]["email"], json!(email));
    // The other's contact is the same one.
    assert_eq!(desk.tells(&["list"]).len(), 2);
}

#[test]
fn an_email_of_nobody_needs_the_permission_too_and_merges_nobody() {
    let behind = behind(4, "");
    let desk = behind.filled("", &["web-0001"]);
    let edit = ["edit", "web-0001", "--set", "email=new.person@example.org"];
    assert_eq!(desk.run(&edit).code, 2);
    let told = desk.tells(&[&edit[..], &["--allow-merge"]].concat());
    assert_eq!(
        (&told[0]["status"], &told[0]["verified"]),
        (&json!("applied"), &json!(true))
    );
    // A name asks for nothing.
    let told = desk.tells(&["edit", "web-0001", "--set", "name=Ada B"]);
    assert_eq!(
        (&told[0]["status"], &told[0]["verified"]),
        (&json!("applied"), &json!(true))
    );
}

#[test]
fn trap_22_an_enforced_hash_is_sent_with_every_call_and_a_wrong_or_missing_one_is_a_500_that_says_so()
 {
    let behind = behind(8, "identity=yes");
    let right = behind.filled(
        "hmac_token = { env = \"DESK_HMAC\" }",
        &["web-0001", "web-0002"],
    );
    right.does(&["roster", "add", "web-0001", "--identifier", "cust-1"]);
    assert_eq!(right.tells(&["list"]).len(), 2);
    right.tells(&["show", "web-0001"]);
    let told = right.tells(&["edit", "web-0002", "--set", "name=Ada B"]);
    assert_eq!(told[0]["verified"], true, "{told:?}");
    let checked = right.does(&["accounts", "check", "widget"]);
    assert!(checked.contains("demands an identity hash"), "{checked}");
    assert!(
        checked.contains("The roster holds 2 contacts; its first answers."),
        "{checked}"
    );

    // DESK_TOKEN is a key, but not this inbox's.
    for more in ["", "hmac_token = { env = \"DESK_TOKEN\" }"] {
        let wrong = behind.filled(more, &["web-0001"]);
        for args in [
            &["list"][..],
            &["show", "web-0001"],
            &["edit", "web-0001", "--set", "name=X"],
        ] {
            let said = wrong.run(args);
            assert_eq!(said.code, 1, "{said:#?}");
            for word in ["500", "hmac_token"] {
                assert!(said.err.contains(word), "{said:#?}");
            }
        }
        let checked = wrong.run(&["accounts", "check", "widget"]);
        assert_eq!(checked.code, 1, "{checked:#?}");
        assert!(
            checked.out.contains("500") && checked.out.contains("hmac_token"),
            "{checked:#?}"
        );
    }
    assert_ne!(
        behind
            .fake
            .lock()
            .unwrap()
            .contact(1)
            .unwrap()
            .name
            .as_deref(),
        Some("X")
    );
}

#[test]
fn trap_23_dry_run_and_curl_show_placeholders_and_nothing_secret_is_said_or_stored() {
    let behind = behind(8, "identity=yes");
    let desk = behind.filled("hmac_token = { env = \"DESK_HMAC\" }", &["web-0001"]);
    let told = desk.tells(&["edit", "web-0001", "--set", "name=Ada B", "--dry-run"]);
    let request = &told[0]["requests"][0];
    let url = request["url"].as_str().unwrap();
    assert!(
        url.ends_with("/public/api/v1/inboxes/{inbox_identifier}/contacts/web-0001"),
        "{url}"
    );
    assert_eq!(request["body"]["identifier_hash"], "{identifier_hash}");
    desk.does(&["list"]);
    let said = desk.run(&["-vv", "show", "web-0001"]);
    assert_eq!(said.code, 0, "{said:#?}");
    let tokens: Vec<String> = {
        let fake = behind.fake.lock().unwrap();
        let all = fake.contacts(1).flat_map(|c| c.inboxes.clone());
        all.map(|i| i.pubsub_token).collect()
    };
    for token in &tokens {
        assert!(
            !said.out.contains(token) && !said.err.contains(token),
            "{said:#?}"
        );
    }
    // Logged requests name neither inbox nor contact nor hash.
    assert!(said.err.contains("/inboxes/"), "{said:#?}");
    assert!(!said.err.contains("web-0001"), "{said:#?}");
    for (path, bytes) in files(&desk.data()) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in tokens
            .iter()
            .map(String::as_str)
            .chain([seed::INBOX, seed::INBOX_KEY])
        {
            assert!(!text.contains(secret), "{} holds {secret}", path.display());
        }
    }
}

#[test]
fn a_sandbox_of_either_api_prints_an_account_for_each_and_one_fills_the_roster_of_the_other() {
    for provider in ["chatwoot-public", "chatwoot"] {
        let own = Desk::demo();
        let mut child = spawn(
            own.command()
                .args(["sandbox", provider, "--contacts", "20"]),
        );
        let mut printed = String::new();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        while !(printed.contains("hmac_token = ") && printed.contains("\ntoken = ")) {
            assert!(reader.read_line(&mut printed).unwrap() > 0, "{printed}");
        }
        assert!(
            printed.contains(&format!("default_account = \"practice-{provider}\"")),
            "{printed}"
        );
        let desk = Desk::new(&printed);
        for args in [
            &["roster", "from", "practice-chatwoot"][..],
            &["list", "--format", "ids"],
        ] {
            let mut command = desk.command();
            command.env("CARDEX_ACCOUNT", "practice-chatwoot-public");
            for name in ["CARDEX_SANDBOX_TOKEN", "CARDEX_SANDBOX_HMAC"] {
                let export = format!("# export {name}=");
                let value = printed.lines().find_map(|l| l.strip_prefix(&export));
                command.env(name, value.unwrap());
            }
            let said = Said::new(args, &command.args(args).output().unwrap());
            assert_eq!(said.code, 0, "{said:#?}");
            if args[0] == "list" {
                assert!(said.out.lines().count() >= 8, "{said:#?}");
            }
        }
        interrupt(&child);
        assert_eq!(ended(child).0, 0);
    }
}

#[test]
fn two_inboxes_under_one_account_name_share_nothing() {
    let behind = behind(4, "");
    let url = behind.server.running.url();
    let desk = behind.filled("", &["web-0001"]);
    desk.does(&["list"]);
    std::fs::write(
        desk.path("config.toml"),
        widget(&url, "anotherInbox000000000000", ""),
    )
    .unwrap();
    assert_eq!(desk.tells(&["roster"]), Vec::<Value>::new());
    assert_eq!(desk.does(&["list", "--format", "ids"]), "");
}

#[test]
fn a_store_that_can_not_tell_who_is_in_the_roster_is_no_contact_that_is_gone() {
    let behind = behind(4, "");
    let desk = behind.filled("", &["web-0002"]);
    desk.does(&["list"]);
    let (number, _) = behind.record("web-0002");
    behind.fake.lock().unwrap().remove_contact(number);
    let database = files(&desk.data());
    let database = database
        .iter()
        .find(|(_, bytes)| bytes.starts_with(b"SQLite format 3"));
    let store = rusqlite::Connection::open(&database.unwrap().0).unwrap();
    let kept = || -> i64 {
        let count = store.query_row("SELECT count(*) FROM contacts", [], |r| r.get(0));
        count.unwrap()
    };
    assert_eq!(kept(), 1);
    store
        .execute_batch("ALTER TABLE roster RENAME COLUMN source_id TO lost")
        .unwrap();
    let said = desk.run(&["show", "web-0002"]);
    said.complains(1, &["reading the roster"]);
    assert_eq!(kept(), 1);
}

#[test]
fn a_list_that_answers_its_first_page_for_every_page_ends_and_is_told() {
    let server = Server::start(
        Vendor::Chatwoot,
        seed::chatwoot(&seed::people(120)),
        "",
        |n, request| {
            assert!(n < 40, "it goes on for ever");
            for page in 2..40 {
                let asked = format!("page={page}&");
                request.target = request.target.replace(&asked, "page=1&");
            }
            None
        },
    );
    let url = server.running.url();
    let inside = account(Vendor::Chatwoot, &url, "");
    let desk = Desk::new(&format!("{}{inside}", widget(&url, seed::INBOX, "")));
    let said = desk.run(&["roster", "from", "desk", "--json"]);
    assert_eq!(said.code, 0, "{said:#?}");
    assert!(said.err.contains("again and again"), "{said:#?}");
    // Everybody is counted once.
    assert_eq!(lines(&said.out)[0]["seen"], 15, "{said:#?}");
}

#[test]
fn an_inbox_list_that_is_no_json_shows_no_token_however_it_is_cut() {
    let said = format!("GET /inboxes?api_access_token=aaaaaaaaaaaaaaaaaaaa{SECRET} is no page");
    let server = Server::start(
        Vendor::Chatwoot,
        seed::chatwoot(&seed::people(3)),
        "",
        move |_, request| {
            let inboxes = request.target.contains("/inboxes");
            inboxes.then(|| HttpResponse::text(200, "text/plain", &said))
        },
    );
    let url = server.running.url();
    let inside = account(Vendor::Chatwoot, &url, "");
    let desk = Desk::new(&format!("{}{inside}", widget(&url, seed::INBOX, "")));
    let said = desk.run(&["roster", "from", "desk"]);
    said.complains(1, &["this is not JSON", "aaa***…"]);
}

#[test]
fn a_roster_of_a_former_setting_is_told_and_not_taken_over() {
    let behind = behind(4, "");
    let url = behind.server.running.url();
    let desk = behind.filled("", &["web-0001", "web-0002"]);
    let told = ["2 contacts", "former setting", &url, "roster import"];
    let moved = widget(&url, "anotherInbox000000000000", "")
        .replace("\"anotherInbox000000000000\"", "{ env = \"WIDGET_INBOX\" }");
    std::fs::write(desk.path("config.toml"), moved).unwrap();
    let said = desk.run(&["roster"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:#?}");
    for words in told {
        assert!(said.err.contains(words), "{words}: {said:#?}");
    }
    // Back again, it is there; an account of another name is told nothing.
    std::fs::write(desk.path("config.toml"), widget(&url, seed::INBOX, "")).unwrap();
    assert_eq!(desk.tells(&["roster"]).len(), 2);
    let other = widget(&url, seed::INBOX, "").replace("widget", "another");
    std::fs::write(desk.path("config.toml"), other).unwrap();
    let said = desk.run(&["roster"]);
    assert!(!said.err.contains("former"), "{said:#?}");
}
