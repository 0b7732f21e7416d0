//! `edit`: what is refused before anything is sent, what is sent, and how its end is told.

use serde_json::json;

use super::*;

const MISSING: &str = "64b7f00000000000000000aa";

/// The fake behind a server, kept for looking into it and changing it behind the client's back.
type Pabbly = Arc<Mutex<cardex::sandbox::pabbly::Pabbly>>;

fn pabbly(people: usize) -> (Pabbly, String) {
    let fake = seed::pabbly(&seed::people(people));
    let id = fake.contacts()[0].id.clone();
    (Arc::new(Mutex::new(fake)), id)
}

fn serve(fake: &Pabbly, faults: &str) -> Server {
    Server::start(Vendor::Pabbly, Arc::clone(fake), faults, |_, _| None)
}

#[track_caller]
fn refused(desk: &Desk, args: &[&str], words: &[&str]) {
    let words = [words, &["nothing was sent"]].concat();
    desk.fails(&[&["edit"], args].concat(), 2, &words);
}

#[test]
fn values_are_refused_by_name_before_anything_is_sent() {
    let server = Server::chatwoot(3);
    let desk = server.desk("default_region = \"DE\"");
    let before = desk.tells(&["show", "1"]);
    refused(&desk, &["1", "--set", "email=ada@"], &["email:", "@"]);
    refused(
        &desk,
        &["1", "--set", "phone=0151 2345678"],
        &["phone:", "phone=+491512345678"],
    );
    refused(
        &desk,
        &["1", "--set", "avatar_url=nowhere"],
        &["avatar_url:"],
    );
    refused(
        &desk,
        &["1", "--flag", "optin=yes"],
        &["optin: can not be set", "Chatwoot"],
    );
    refused(
        &desk,
        &["1", "--flag", "blocked=unknown"],
        &["blocked: can not be made unknown"],
    );
    refused(&desk, &["1", "--add-tag", "a,b"], &["tags:", "comma"]);
    refused(
        &desk,
        &["1", "--set-attr", "customer_code=x"],
        &["attr.customer_code:", "AB-1234"],
    );
    refused(
        &desk,
        &["1", "--set-attr", "plan=gold"],
        &["attr.plan:", "enterprise"],
    );
    refused(
        &desk,
        &["1", "--set", "email=x", "--set", "phone=y"],
        &["email:", "phone:"],
    );
    for (args, words) in [
        (
            &["1", "--set", "colour=red"][..],
            &["\"colour\" is not a field", "email"][..],
        ),
        (&["1", "--set", "name"], &["--set", "\"name\"", "KEY=VALUE"]),
        (
            &["1", "--set-attr", "seats=many"],
            &["attr.seats:", "number"],
        ),
        (
            &["1", "--flag", "vip=yes"],
            &["\"vip\" is not a flag", "optin or blocked"],
        ),
        (
            &["1", "--flag", "blocked=perhaps"],
            &["\"perhaps\"", "yes, no or unknown"],
        ),
        (
            &["1", "--add-tag", "x", "--remove-tag", "x"],
            &["tags:", "both added and removed"],
        ),
        (&["1"], &["nothing to change was named", "--set"]),
        (&["abc", "--set", "name=X"], &["\"abc\"", "number"]),
        (&["../1", "--set", "name=X"], &["\"../1\""]),
    ] {
        desk.fails(&[&["edit"], args].concat(), 2, words);
    }
    assert_eq!(server.writes(), []);
    assert_eq!(desk.tells(&["show", "1"]), before);
}

#[test]
fn what_pabbly_lacks_is_refused_with_its_reason() {
    let (fake, id) = pabbly(2);
    let server = serve(&fake, "");
    let desk = server.desk("");
    refused(
        &desk,
        &[&id, "--set", "email=a@example.com"],
        &["email:", "email_attribute"],
    );
    refused(
        &desk,
        &[&id, "--set", "identifier=7"],
        &["identifier:", "ids"],
    );
    refused(
        &desk,
        &[&id, "--clear", "phone"],
        &["phone: can not be cleared", "WhatsApp"],
    );
    refused(
        &desk,
        &[&id, "--flag", "optin=unknown"],
        &["optin: can not be made unknown"],
    );
    refused(&desk, &[&id, "--set", "phone=12"], &["phone:"]);
    desk.fails(
        &["edit", &id, "--set-attr", "notes="],
        2,
        &["attr.notes", "empty value removes", "--unset-attr notes"],
    );
    desk.fails(&["show", "12"], 2, &["\"12\"", "24"]);
    desk.fails(&["edit", MISSING, "--set", "name=X"], 3, &[MISSING]);
    assert_eq!(server.writes(), []);
}

#[test]
fn a_read_only_account_is_not_written_to() {
    let (fake, id) = pabbly(1);
    let server = serve(&fake, "");
    let desk = server.desk("read_only = true");
    desk.fails(
        &["edit", &id, "--set", "name=X"],
        4,
        &["desk", "read_only", "read_only = false"],
    );
    assert_eq!(server.requests().len(), 0);
    let planned = desk.tells(&["edit", &id, "--set", "name=X", "--dry-run"]);
    assert_eq!(planned[0]["status"], "planned");
}

#[test]
fn a_dry_run_shows_the_requests_and_beats_yes() {
    let server = Server::chatwoot(3);
    let desk = server.desk("");
    let args = [
        "edit",
        "1",
        "--set",
        "name=Ada B",
        "--add-tag",
        "trial",
        "--yes",
        "--dry-run",
    ];
    let text = desk.does(&args);
    assert!(text.contains("name: \"Ada Okafor\" → \"Ada B\""), "{text}");
    assert!(
        text.contains("PATCH http://127.0.0.1") || text.contains("PUT http://127.0.0.1"),
        "{text}"
    );
    let planned = desk.tells(&args).remove(0);
    assert_eq!(
        (&planned["status"], &planned["verified"]),
        (&json!("planned"), &json!(false))
    );
    assert_eq!(planned["changes"][0]["key"], "name");
    let requests = planned["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(
            request["headers"].get("api-access-token").is_none(),
            "{request}"
        );
    }
    let nothing = desk.does(&["edit", "1", "--set", "name=Ada Okafor", "--dry-run"]);
    assert_eq!(nothing, "Nothing would change.\n");
    assert_eq!(server.writes(), []);
}

#[test]
fn a_contact_of_each_provider_is_changed_and_verified() {
    let edits = [
        "--set",
        "name=Ada Beta",
        "--add-tag",
        "trial",
        "--remove-tag",
        "vip",
        "--set-attr",
        "seats=12",
        "--set-attr",
        "notes=a=b",
        "--flag",
        "blocked=yes",
    ];
    let chatwoot = Server::chatwoot(3);
    let (fake, id) = pabbly(3);
    let server = serve(&fake, "");
    for (desk, id, seats) in [
        (Desk::demo(), "1", json!(12)),
        (chatwoot.desk(""), "1", json!(12)),
        (server.desk(""), id.as_str(), json!("12")),
    ] {
        let args = [&["edit", id][..], &edits].concat();
        let told = desk.tells(&args).remove(0);
        assert_eq!(
            (&told["status"], &told["verified"]),
            (&json!("applied"), &json!(true)),
            "{told}"
        );
        let shown = desk.tells(&["show", id]).remove(0);
        for contact in [&told["contact"], &shown] {
            assert_eq!(contact["fields"]["name"], "Ada Beta", "{contact}");
            assert_eq!(contact["attributes"]["seats"], seats, "{contact}");
            assert_eq!(contact["attributes"]["notes"], "a=b", "{contact}");
            assert_eq!(contact["flags"]["blocked"], true, "{contact}");
            assert_eq!(contact["tags"], json!(["newsletter", "trial"]), "{contact}");
        }
        assert_eq!(desk.tells(&args)[0]["status"], "unchanged");
        let said = desk.run(&["edit", id, "--unset-attr", "seats", "--flag", "blocked=no"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:#?}");
        assert!(
            said.out.starts_with("Saved and verified: Ada Beta\n"),
            "{said:#?}"
        );
        let shown = desk.tells(&["show", id]).remove(0);
        assert_eq!(shown["attributes"].get("seats"), None, "{shown}");
        assert_eq!(shown["flags"]["blocked"], false, "{shown}");
    }
}

#[test]
fn fields_are_cleared_where_they_can_be() {
    let server = Server::chatwoot(3);
    let desk = server.desk("");
    let args = [
        "edit",
        "1",
        "--clear",
        "phone",
        "email",
        "--set",
        "identifier=crm-1",
    ];
    assert_eq!(desk.tells(&args)[0]["status"], "applied");
    let shown = desk.tells(&["show", "1"]).remove(0);
    let fields = shown["fields"].as_object().unwrap();
    assert!(
        fields.get("phone").is_none_or(|p| p.is_null() || p == ""),
        "{shown}"
    );
    assert_eq!(fields["identifier"], "crm-1");
}

#[test]
fn a_label_outside_the_catalogue_is_warned_of_and_stored() {
    let server = Server::chatwoot(3);
    let desk = server.desk("");
    let said = desk.run(&["edit", "1", "--add-tag", "brand-new", "--json"]);
    assert_eq!(said.code, 0, "{said:#?}");
    assert!(
        said.err
            .starts_with("Warning: tags: \"brand-new\": not a label of this account"),
        "{said:#?}"
    );
    assert_eq!(said.err.lines().count(), 1, "{said:#?}");
    let said = desk.run(&["edit", "1", "--add-tag", "brand-new"]);
    assert_eq!(said.err, "", "it has the tag already: {said:#?}");
    let said = desk.run(&["edit", "2", "--add-tag", "Partner", "--dry-run"]);
    assert!(said.err.contains("\"partner\""), "{said:#?}");
}

/// Changes the name behind the client's back between its first and its second look.
fn meddled(fake: &Pabbly, id: &str) -> Server {
    let (theirs, id) = (Arc::clone(fake), id.to_string());
    let mut looks = 0;
    Server::start(Vendor::Pabbly, Arc::clone(fake), "", move |_, request| {
        looks += usize::from(request.method == "GET" && request.target.contains(&id));
        if looks == 2 {
            let now = "2026-06-01T00:00:00Z".parse().unwrap();
            let change = |c: &mut cardex::sandbox::pabbly::contact::Contact| {
                c.name = Some("Theirs".into());
            };
            theirs.lock().unwrap().change(&id, now, change);
            looks += 1;
        }
        None
    })
}

#[test]
fn a_value_changed_by_somebody_else_is_a_conflict() {
    let (fake, id) = pabbly(2);
    let server = meddled(&fake, &id);
    let desk = server.desk("");
    let said = desk.run(&["edit", &id, "--set", "name=Mine"]);
    said.complains(
        6,
        &[
            "conflict",
            "nothing was sent",
            "--force",
            "\"Ada Okafor\" → \"Theirs\"",
        ],
    );
    assert_eq!((said.out.as_str(), server.writes().len()), ("", 0));
    assert_eq!(
        fake.lock().unwrap().contact(&id).unwrap().name.as_deref(),
        Some("Theirs")
    );

    let (fake, id) = pabbly(2);
    let server = meddled(&fake, &id);
    let desk = server.desk("");
    let said = desk.run(&["edit", &id, "--set", "name=Mine", "--json"]);
    said.complains(6, &["conflict"]);
    let told = lines(&said.out).remove(0);
    assert_eq!(
        (&told["status"], &told["error"]["kind"]),
        (&json!("failed"), &json!("conflict"))
    );
    assert_eq!(told["error"]["conflicts"][0]["new"], "Theirs");

    // Another field does not matter, and --force writes over it.
    for args in [
        &["--set-attr", "notes=x"][..],
        &["--set", "name=Mine", "--force"],
    ] {
        let (fake, id) = pabbly(2);
        let server = meddled(&fake, &id);
        let told = server.desk("").tells(&[&["edit", &id][..], args].concat());
        assert_eq!(told[0]["status"], "applied");
        assert_eq!(server.writes().len(), 1);
    }
}

#[test]
fn something_else_stored_than_asked_is_drift() {
    let (fake, id) = pabbly(2);
    let rename = |_: usize, request: &mut Received| {
        if request.method == "PUT" {
            request.body = br#"{"name":"MINE"}"#.to_vec();
        }
        None
    };
    let server = Server::start(Vendor::Pabbly, fake, "", rename);
    let desk = server.desk("");
    let said = desk.run(&["edit", &id, "--set", "name=Mine"]);
    said.complains(
        6,
        &[
            "something else is stored",
            "\"Mine\" → \"MINE\"",
            &format!("cardex show {id}"),
        ],
    );
    assert!(
        said.out.starts_with("Accepted, but stored differently"),
        "{said:#?}"
    );
    let said = desk.run(&["edit", &id, "--set", "name=Yours", "--json"]);
    said.complains(6, &["something else is stored"]);
    let told = lines(&said.out).remove(0);
    assert_eq!(
        (&told["status"], &told["verified"]),
        (&json!("applied"), &json!(false))
    );
    assert_eq!(
        told["drift"][0],
        json!({"key": "name", "old": "Yours", "new": "MINE"})
    );
}

#[test]
fn refused_values_name_the_field() {
    let server = Server::chatwoot(3);
    let desk = server.desk("");
    let taken = desk.tells(&["show", "2"])[0]["fields"]["email"]
        .as_str()
        .unwrap()
        .to_string();
    let email = format!("email={taken}");
    desk.fails(
        &["edit", "1", "--set", &email],
        1,
        &["saving contact 1: refused", "email", "nothing was stored"],
    );
    let said = desk.run(&["edit", "1", "--set", &email, "--json"]);
    let error = &lines(&said.out)[0]["error"];
    assert_eq!(
        (&error["kind"], &error["fields"][0]["key"]),
        (&json!("rejected"), &json!("email"))
    );
    assert_eq!(
        desk.tells(&["show", "1"])[0]["fields"]["email"],
        "ada.okafor@example.com"
    );

    // A refusal that quotes the token.
    let (fake, id) = pabbly(1);
    let quoting = |_: usize, request: &mut Received| {
        let said = json!({"success": false, "error": format!("no name like {SECRET}")});
        (request.method == "PUT").then(|| HttpResponse::json(400, &said))
    };
    let server = Server::start(Vendor::Pabbly, fake, "", quoting);
    server.desk("").fails(
        &["edit", &id, "--set", "name=X"],
        1,
        &["refused", "no name like ***"],
    );
}

#[test]
fn what_is_said_of_a_field_does_not_quote_the_token_either() {
    let fake = seed::chatwoot(&seed::people(1));
    let server = Server::start(Vendor::Chatwoot, fake, "", |_, request| {
        let said = format!("Email looks like {SECRET}");
        let said = json!({"message": said, "attributes": ["email"]});
        (request.method != "GET").then(|| HttpResponse::json(422, &said))
    });
    let args = ["edit", "1", "--set", "email=x@example.com"];
    server
        .desk("")
        .fails(&args, 1, &["email: ", "looks like ***"]);
}

#[test]
fn what_is_named_twice_is_refused() {
    let (fake, id) = pabbly(1);
    let server = serve(&fake, "");
    for args in [
        ["edit", &id, "--set", "name=A", "--clear", "name"],
        ["edit", &id, "--set", "name=A", "--set", "name=B"],
        ["edit", &id, "--set-attr", "city=A", "--unset-attr", "city"],
        ["edit", &id, "--flag", "optin=yes", "--flag", "optin=no"],
    ] {
        server.desk("").fails(&args, 2, &["named twice"]);
    }
    assert_eq!(server.writes().len(), 0);
}

#[test]
fn an_unclear_write_is_settled_by_reading_again() {
    // Requests: read, read before the write, write, read back.
    let (fake, id) = pabbly(1);
    let server = serve(&fake, "reset-after@3");
    let told = server.desk("").tells(&["edit", &id, "--set", "name=Mine"]);
    assert_eq!(
        (&told[0]["status"], &told[0]["verified"]),
        (&json!("applied"), &json!(true))
    );

    // Never applied: the write breaks off every time, reading shows the old value.
    let (fake, id) = pabbly(1);
    let gone = Arc::clone(&fake);
    let server = Server::start(Vendor::Pabbly, gone, "", |_, request| {
        let broken = HttpResponse::json(500, &json!({"success": false, "error": "boom"}));
        (request.method == "PUT").then_some(broken)
    });
    let said = server
        .desk("")
        .run(&["edit", &id, "--set", "name=Mine", "--json"]);
    said.complains(1, &["saving contact", "boom"]);
    assert_eq!(lines(&said.out)[0]["status"], "failed");

    // And where reading fails as well, it says that it does not know.
    let (fake, id) = pabbly(1);
    let mut written = false;
    let server = Server::start(Vendor::Pabbly, fake, "", move |_, request| {
        written |= request.method == "PUT";
        let broken = HttpResponse::json(503, &json!({"success": false, "error": "boom"}));
        written.then_some(broken)
    });
    let said = server
        .desk("")
        .run(&["edit", &id, "--set", "name=Mine", "--json"]);
    said.complains(
        1,
        &["it is not known whether this was stored", "cardex show"],
    );
    assert_eq!(lines(&said.out)[0]["status"], "unknown");
}

#[test]
fn a_token_that_ends_during_the_save_is_code_4() {
    let (fake, id) = pabbly(1);
    let server = serve(&fake, "401@2+");
    let said = server
        .desk("")
        .run(&["edit", &id, "--set", "name=X", "--json"]);
    said.complains(4, &["did not accept the token"]);
    assert_eq!(server.writes(), []);

    // The write breaks off and may have arrived; then the token ends, also for reading back.
    let (fake, id) = pabbly(1);
    let server = serve(&fake, "reset-after@3,401@4+");
    let said = server
        .desk("")
        .run(&["edit", &id, "--set", "name=X", "--json"]);
    said.complains(4, &["it is not known whether this was stored", "the token"]);
    assert_eq!(lines(&said.out)[0]["status"], "unknown");
}

#[test]
fn a_contact_that_would_vanish_from_chatwoots_list_is_warned_of() {
    let fake = seed::chatwoot(&seed::people(1));
    let server = Server::start(Vendor::Chatwoot, fake, "", |_, _| None);
    let args = [
        "edit",
        "1",
        "--clear",
        "email",
        "phone",
        "identifier",
        "--dry-run",
    ];
    let said = server.desk("").run(&args);
    assert_eq!(said.code, 0);
    assert!(
        said.err.contains("no longer lists this contact"),
        "{}",
        said.err
    );
    let said = server
        .desk("")
        .run(&["edit", "1", "--clear", "email", "--dry-run"]);
    assert!(!said.err.contains("no longer lists"), "{}", said.err);
}
