//! RevyOps through the built program: both secrets of its sign-in show nowhere, and what is said of its own
//! ways of refusing.

use cardex::http::HttpResponse;
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::revyops::RevyOps;
use cardex::sandbox::revyops::quirks::Quirks;
use cardex::sandbox::{Received, seed};
use serde_json::json;

use super::{Desk, RUNTIME, SECRET, Said, Server};

/// The client, a secret of its own.
const CLIENT: &str = seed::CLIENT_ID;

fn fake(quirks: &str) -> RevyOps {
    seed::revyops(&seed::people(12)).with_quirks(Quirks::parse(quirks).unwrap())
}

fn server(quirks: &str) -> Server {
    Server::start(Vendor::RevyOps, fake(quirks), "", |_, _| None)
}

/// A desk whose account sends both: the key in a header and the client in every address.
fn desk(server: &Server) -> Desk {
    let desk =
        server.desk("client_id = { file = \"~/client\" }\ntags_attribute = \"Persona tags\"");
    let path = desk.path("client");
    std::fs::write(&path, CLIENT).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    desk
}

/// Runs, and makes sure that neither secret was printed; [`Desk::run`] looks for the key.
#[track_caller]
fn run(desk: &Desk, args: &[&str]) -> Said {
    let said = desk.run(args);
    assert!(
        !said.out.contains(CLIENT) && !said.err.contains(CLIENT),
        "{said:#?}"
    );
    said
}

#[test]
fn client_id_is_a_secret_in_the_address_and_is_printed_by_nothing_that_works() {
    let server = server("auth=both");
    let desk = desk(&server);
    for args in [
        &["list", "-v"][..],
        &["list", "--json"],
        &["show", "1001", "-v"],
        &["accounts", "list"],
        &["accounts", "list", "--json"],
        &["accounts", "check", "desk", "-v"],
        &["doctor", "--json"],
        &["edit", "1001", "--set", "origin=x", "--dry-run"],
        &["edit", "1001", "--set", "origin=x", "--dry-run", "--json"],
        &["edit", "1001", "--set", "origin=x", "--yes", "-v"],
        &["edit", "1001", "--set", "origin=y", "--yes", "--json"],
    ] {
        let said = run(&desk, args);
        assert_eq!(said.code, 0, "{said:#?}");
    }
    // And yet it was sent, with every request.
    let requests = server.requests();
    assert!(requests.len() > 8, "{requests:?}");
    let sent = format!("client_id={CLIENT}");
    assert!(
        requests
            .iter()
            .all(|r| r.query().contains(&sent) || r.header("x-api-key").is_some())
    );
    assert!(requests.iter().any(|r| r.query().contains(&sent)));
}

/// Servers, and proxies in front of them, quote what they refuse.
#[test]
fn client_id_and_key_are_taken_out_of_whatever_a_server_quotes() {
    let quote = |request: &Received| {
        let key = request.header("x-api-key").unwrap_or_default();
        let key = key.replace(seed::KEY, SECRET);
        format!("{} {key} {CLIENT}", request.target)
    };
    for (status, html) in [
        (200, true),
        (302, false),
        (400, false),
        (401, false),
        (403, false),
        (404, false),
        (404, true),
        (409, false),
        (500, false),
        (502, true),
    ] {
        let server = Server::start(Vendor::RevyOps, fake("auth=both"), "", move |_, request| {
            let said = quote(request);
            Some(match (status, html) {
                (302, _) => HttpResponse::text(302, "text/plain", "")
                    .with_header("location", &format!("https://elsewhere.example/?{said}")),
                (_, true) => HttpResponse::text(status, "text/html", &format!("<p>{said}</p>")),
                (_, false) => HttpResponse::json(status, &json!({"detail": said})),
            })
        });
        let desk = desk(&server);
        for args in [
            &["list", "-v"][..],
            &["show", "1001", "--json"],
            &["edit", "1001", "--set", "origin=x", "--yes", "--json"],
            &["accounts", "check", "desk"],
        ] {
            let said = run(&desk, args);
            assert_ne!(said.code, 0, "{status} {said:#?}");
        }
    }
    // Nobody answers any more.
    let gone = server("");
    let desk = desk(&gone);
    RUNTIME.block_on(gone.running.stop());
    let said = run(&desk, &["list", "-v"]);
    assert_eq!(said.code, 1, "{said:#?}");
}

#[test]
fn trap_401_is_another_clients_and_403_is_a_bad_key() {
    let server = server("");
    let desk = server.desk("");
    desk.fails(
        &["show", "900001"],
        4,
        &["another client", "not about signing in"],
    );
    desk.fails(
        &["edit", "1001", "--set", "company_id=1000", "--yes"],
        1,
        &["company"],
    );
    let wrong = server.desk("auth = { header = \"x-other-key\" }");
    wrong.fails(
        &["list"],
        4,
        &["the key is missing or wrong", "x-api-key by default"],
    );
}

#[test]
fn trap_409_keeps_the_edits_and_tells_who_has_the_value() {
    let server = server("");
    let desk = server.desk("");
    let taken = "email=chloe@example.com";
    let said = run(&desk, &["edit", "1001", "--set", taken, "--yes"]);
    said.complains(1, &["email", "already exists", "nothing was stored"]);
    assert!(said.err.contains("cardex show 1003"), "{said:#?}");
    let said = run(
        &desk,
        &[
            "edit",
            "1002",
            "--set",
            "linkedin_url=https://www.linkedin.com/in/ada-okafor-00000",
            "--yes",
        ],
    );
    said.complains(1, &["linkedin_url", "already exists"]);
    assert!(said.err.contains("cardex show 1001"), "{said:#?}");
}

#[test]
fn trap_a_mistyped_field_name_is_asked_about_and_names_count_letter_for_letter() {
    let server = server("");
    let desk = server.desk("");
    run(&desk, &["list"]);
    let slip = ["edit", "1001", "--set-attr", "seats=12", "--yes"];
    desk.fails(
        &slip,
        2,
        &["attr.seats", "--allow-new-field", "nothing was sent"],
    );
    assert!(server.writes().is_empty());
    // A name that another contact has is no new one.
    let known = ["edit", "1003", "--set-attr", "Seats=12", "--yes"];
    assert_eq!(run(&desk, &known).code, 0);
    let allowed = [&slip[..], &["--allow-new-field"]].concat();
    assert_eq!(run(&desk, &allowed).code, 0);
    let sent: Vec<_> = server.writes().into_iter().map(|(_, body)| body).collect();
    let field =
        |name| json!({"contact_custom_fields": [{"field_name": name, "field_value": "12"}]});
    assert_eq!(sent, [field("Seats"), field("seats")]);
}

#[test]
fn trap_a_mistyped_tags_attribute_is_asked_about_before_a_tag_makes_a_field() {
    let server = server("");
    let desk = server.desk("tags_attribute = \"Persona tgas\"");
    run(&desk, &["list"]);
    let slip = ["edit", "1001", "--add-tag", "vip", "--yes"];
    let said = [
        "tags",
        "Persona tgas",
        "--allow-new-field",
        "nothing was sent",
    ];
    desk.fails(&slip, 2, &said);
    assert!(server.writes().is_empty());
    let allowed = [&slip[..], &["--allow-new-field"]].concat();
    assert_eq!(run(&desk, &allowed).code, 0);
    // Now there is a contact with tags, and the field is no new one for another.
    let next = ["edit", "1003", "--add-tag", "vip", "--yes"];
    assert_eq!(run(&desk, &next).code, 0);
    assert_eq!(server.writes().len(), 2);
}

#[test]
fn trap_company_out_is_a_number_and_in_may_be_a_domain() {
    let server = server("");
    let desk = server.desk("");
    let companies = fake("").companies().to_vec();
    let (first, second) = (&companies[0], &companies[1]);
    let set = format!("company_id={}", second.domain);
    let told = desk.tells(&["edit", "1001", "--set", &set, "--yes"]);
    let told = &told[0];
    assert_eq!(
        told["contact"]["fields"]["company_id"],
        second.id.to_string()
    );
    assert_eq!(told["status"], "applied");
    let set = format!("company_id={}", first.id);
    desk.does(&["edit", "1002", "--set", &set, "--yes"]);
    let sent: Vec<_> = server.writes().into_iter().map(|(_, body)| body).collect();
    assert_eq!(
        sent,
        [
            json!({"company_id": second.domain}),
            json!({"company_id": first.id})
        ]
    );
}
