//! OpenCX through the built program: finding a contact without a call for one, what is said of custom data and
//! of keys that may not do everything, and how many requests an edit takes.

use cardex::sandbox::faults::Vendor;
use cardex::sandbox::opencx::{OpenCx, Quirks, uuid};
use cardex::sandbox::seed;
use serde_json::{Value, json};

use super::{Desk, Server};

/// Contacts of the organisation: three pages.
const PEOPLE: usize = 45;

fn fake(quirks: &str) -> OpenCx {
    let quirks = Quirks::parse(quirks).unwrap();
    seed::opencx(&seed::people(PEOPLE)).with_quirks(quirks)
}

fn server(quirks: &str) -> Server {
    Server::start(Vendor::OpenCx, fake(quirks), "", |_, _| None)
}

fn tagging(server: &Server) -> Desk {
    server.desk("tags_attribute = \"tags\"")
}

/// Method and query of the requests since the last look.
fn asked(server: &Server) -> Vec<String> {
    let seen = server.seen.lock().unwrap().split_off(0);
    let name = |query: &str| {
        let names = query.split('&').map(|p| p.split('=').next().unwrap());
        names.collect::<Vec<_>>().join("&")
    };
    seen.iter()
        .map(|r| {
            format!("{} {}", r.method, name(r.query()))
                .trim()
                .to_string()
        })
        .collect()
}

#[test]
fn an_edit_of_a_listed_contact_takes_two_short_reads_a_write_and_a_look_at_what_changed() {
    let server = server("page_size=20");
    let desk = tagging(&server);
    assert_eq!(desk.tells(&["list"]).len(), PEOPLE);
    assert_eq!(asked(&server), ["GET", "GET cursor", "GET cursor"]);
    let id = uuid(9);
    let set = [
        "--set",
        "name=Zoë",
        "--set-attr",
        "seats=5",
        "--add-tag",
        "new",
    ];
    let told = desk.tells(&[&["edit", &id, "--yes"][..], &set].concat());
    assert_eq!(told[0]["verified"], json!(true));
    let window = "GET created_after&created_before";
    assert_eq!(
        asked(&server),
        [window, window, "PATCH", "GET updated_after"]
    );
    let told = desk.tells(&[&["edit", &id, "--yes"][..], &set].concat());
    assert_eq!(told[0]["status"], json!("unchanged"));
    assert_eq!(asked(&server), [window, window]);
}

#[test]
fn on_a_new_machine_a_contact_is_found_in_the_list_and_one_that_is_not_there_is_not_found() {
    let server = server("page_size=20,order=random");
    for n in [1, 20, 45] {
        let shown = tagging(&server).does(&["show", &uuid(n)]);
        assert!(shown.contains(&uuid(n)), "{shown}");
    }
    let words = ["it is in no list of this account"];
    tagging(&server).fails(&["show", &uuid(999)], 3, &words);
    tagging(&server).fails(&["show", ".."], 2, &["contact id"]);
}

#[test]
fn the_body_is_wrapped_and_custom_data_whole_and_of_texts() {
    let server = server("");
    let desk = tagging(&server);
    let id = uuid(4);
    let before = desk.tells(&["show", &id]).remove(0);
    let out = desk.tells(&["edit", &id, "--set-attr", "seats=7", "--dry-run"]);
    let body = &out[0]["requests"][0]["body"];
    let data = body["contact"]["custom_data"].as_object().unwrap();
    assert_eq!(data["seats"], json!("7"));
    let others = before["attributes"].as_object().unwrap();
    for (name, value) in others.iter().filter(|(name, _)| *name != "seats") {
        assert_eq!(&data[name], value, "{name}");
    }
    assert!(data.values().all(Value::is_string));
    assert!(server.writes().is_empty());
    desk.does(&["edit", &id, "--set", "phone=+4915799990001", "--yes"]);
    let (method, body) = server.writes().pop().unwrap();
    assert_eq!(method, "PATCH");
    assert_eq!(body, json!({"contact": {"phone": "+4915799990001"}}));
}

#[test]
fn a_key_that_stays_is_said_with_what_empties_it() {
    let server = server("custom_data=merge");
    let desk = tagging(&server);
    let id = uuid(4);
    desk.does(&["edit", &id, "--set-attr", "my key=1", "--yes"]);
    let said = desk.run(&["edit", &id, "--unset-attr", "my key", "--yes"]);
    said.complains(6, &["something else is stored", "--set-attr 'my key='"]);
    desk.does(&["edit", &id, "--set-attr", "my key=", "--yes"]);
    let shown = desk.tells(&["show", &id]).remove(0);
    assert_eq!(shown["attributes"]["my key"], json!(""));
    let replacing = self::server("custom_data=replace");
    let desk = tagging(&replacing);
    desk.does(&["edit", &id, "--set-attr", "my key=1", "--yes"]);
    desk.does(&["edit", &id, "--unset-attr", "my key", "--yes"]);
}

#[test]
fn values_that_can_not_be_stored_are_refused_by_name_before_anything_is_sent() {
    let server = server("");
    let (bare, tagging) = (server.desk(""), tagging(&server));
    let id = uuid(4);
    for (desk, edit, words) in [
        (
            &bare,
            ["--set", "email=a..b@x.co"],
            "email: has two dots in a row",
        ),
        (&bare, ["--set", "email="], "email: can not be cleared"),
        (&bare, ["--clear", "email"], "email: can not be cleared"),
        (&bare, ["--add-tag", "vip"], "tags_attribute"),
        (&tagging, ["--add-tag", "a,b"], "holds a comma"),
        (&tagging, ["--set-attr", "tags=x"], "edit tags instead"),
        (&bare, ["--flag", "optin=yes"], "optin: can not be set"),
        (
            &bare,
            ["--set", "identifier=7"],
            "identifier: can not be set",
        ),
    ] {
        let args = [&["edit", &id, "--yes"][..], &edit].concat();
        desk.fails(&args, 2, &[words]);
    }
    assert!(server.writes().is_empty());
}

#[test]
fn tags_are_found_and_shown_with_the_place_where_they_are_kept() {
    let server = server("");
    let desk = tagging(&server);
    let found = desk.tells(&["list", "tag:vip"]);
    assert!(!found.is_empty());
    for contact in &found {
        let tags = contact["tags"].as_array().unwrap();
        assert!(tags.contains(&json!("vip")), "{contact}");
        assert_eq!(contact["attributes"].get("tags"), None, "{contact}");
    }
    let id = found[0]["id"].as_str().unwrap();
    let shown = desk.does(&["show", id]);
    assert!(shown.contains("Tags (in custom data “tags”)"), "{shown}");
    // Where the setting is not made, it is custom data like any other.
    let shown = server.desk("").tells(&["show", id]).remove(0);
    let text = shown["attributes"]["tags"].as_str().unwrap();
    assert!(text.contains("vip"), "{shown}");
}

#[test]
fn keys_that_may_not_do_this_end_with_the_code_of_permissions_and_name_the_scope() {
    let id = uuid(4);
    let reading = server("scopes=read-only");
    let desk = reading.desk("");
    desk.does(&["list"]);
    desk.fails(
        &["edit", &id, "--set", "name=Bo", "--yes"],
        4,
        &["API key lacks the required scope", "contacts:write"],
    );
    let contacts = server("scopes=contacts-only");
    let checked = contacts.desk("").run(&["accounts", "check", "desk"]);
    assert!(checked.out.contains("may list contacts"), "{checked:#?}");
    let all = format!("{}{}", checked.out, checked.err);
    assert!(all.contains("chat-sessions:read"), "{all}");
    server("scopes=nothing")
        .desk("")
        .fails(&["list"], 4, &["contacts:read"]);
    let mut other = fake("");
    other.key = "ocx_live_other".into();
    let unknown = Server::start(Vendor::OpenCx, other, "", |_, _| None);
    unknown
        .desk("")
        .fails(&["list"], 4, &["did not accept the token"]);
}

#[test]
fn a_list_that_does_not_end_as_it_should_is_shown_with_a_warning() {
    let server = server("page_size=10,paging=stuck");
    let said = server.desk("").run(&["list", "--format", "ids"]);
    assert_eq!(said.out.lines().count(), 20, "{said:#?}");
    assert!(said.err.contains("leads back to a page"), "{said:#?}");
    let first = |limit: &str| {
        let desk = server.desk("");
        desk.run(&["list", "--format", "ids", "--limit", limit])
    };
    let (fewer, more) = (first("15"), first("25"));
    assert_eq!(fewer.out.lines().count(), 15, "{fewer:#?}");
    assert_eq!(fewer.err, "");
    assert_eq!(more.out.lines().count(), 20, "{more:#?}");
    assert!(more.err.contains("leads back to a page"), "{more:#?}");
}
