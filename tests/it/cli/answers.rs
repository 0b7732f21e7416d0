//! Servers that fail, refuse, answer nonsense or nothing: one message, the right code, no token.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

const ID: &str = "64b7f00000000000000000aa";

fn both(answer: impl Fn() -> HttpResponse + Send + Clone + 'static) -> [(Server, &'static str); 2] {
    [(Vendor::Chatwoot, "7"), (Vendor::Pabbly, ID)].map(|(vendor, id)| {
        let answer = answer.clone();
        (Server::saying(vendor, move |_| answer()), id)
    })
}

#[test]
fn a_web_page_is_no_answer() {
    let page = format!("<!DOCTYPE html><html><body>Sign in, {SECRET}</body></html>");
    for (server, id) in both(move || HttpResponse::text(200, "text/html", &page)) {
        let desk = server.desk("");
        desk.fails(&["list"], 1, &["listing contacts", "web page", "base_url"]);
        desk.fails(
            &["show", id],
            1,
            &[&format!("reading contact {id}"), "web page", "base_url"],
        );
    }
}

#[test]
fn a_quotation_that_is_cut_within_the_token_shows_nothing_of_it() {
    for shown in [4, 9, 14] {
        let before = "x".repeat(60 - shown);
        let said = format!("{before}{SECRET} and more");
        for (server, _) in both(move || HttpResponse::text(200, "text/plain", &said)) {
            let said = server.desk("").run(&["list"]);
            said.complains(1, &["this is not JSON", "xxx***…"]);
        }
    }
}

#[test]
fn half_an_answer_is_none() {
    let half = format!("{{\"note\":\"{SECRET}\",\"data\":{{\"contacts\":[{{\"_id\":");
    for (server, id) in both(move || HttpResponse::text(200, "application/json", &half)) {
        let desk = server.desk("");
        desk.fails(&["list"], 1, &["JSON ends in the middle"]);
        desk.fails(&["show", id], 1, &["JSON ends in the middle"]);
    }
    // The connection ends before the announced length: seen by the socket, asked again, given up.
    let fake = seed::pabbly(&seed::people(3));
    let server = Server::start(Vendor::Pabbly, fake, "truncate@1+", |_, _| None);
    server
        .desk("")
        .run(&["list"])
        .complains(1, &["listing contacts", "127.0.0.1"]);
}

#[test]
fn refusals_have_their_codes_and_words() {
    for (status, code, word) in [
        // At Chatwoot most 401s are missing permissions.
        (401, 4, "not"),
        (403, 4, "does not allow this"),
        (404, 3, "has no such thing"),
        (422, 1, "refused"),
    ] {
        let words = json!({"success": false, "error": format!("not with {SECRET}")});
        let answer = move || {
            let id = format!("req-{SECRET}");
            HttpResponse::json(status, &words).with_header("x-request-id", &id)
        };
        for (server, id) in both(answer) {
            let desk = server.desk("");
            let word = match server.vendor {
                Vendor::Pabbly if status == 401 => "did not accept the token",
                _ => word,
            };
            desk.fails(&["list"], code, &["listing contacts", word, "not with ***"]);
            desk.fails(&["show", id], code, &["reading contact", word]);
            desk.fails(
                &["edit", id, "--set", "name=Ada"],
                code,
                &["reading contact", word],
            );
            assert_eq!(server.writes(), []);
        }
    }
}

/// Lists as the fake does, and answers every write.
fn refusing(vendor: Vendor, fake: impl Fake + 'static, status: u16, body: Value) -> Server {
    Server::start(vendor, fake, "", move |_, request| {
        (request.method != "GET").then(|| HttpResponse::json(status, &body))
    })
}

#[test]
fn what_can_be_done_is_said_by_provider_and_answer() {
    let suspended = json!({"error": "Account is suspended"});
    let server = Server::saying(Vendor::Chatwoot, move |_| {
        HttpResponse::json(401, &suspended)
    });
    let words = ["does not allow this", "suspended at Chatwoot"];
    server.desk("").fails(&["list"], 4, &words);

    let busy = || HttpResponse::text(429, "text/plain", "Retry later\n");
    let server = Server::saying(Vendor::Chatwoot, move |_| {
        busy().with_header("retry-after", "3000")
    });
    server
        .desk("")
        .fails(&["list"], 1, &["429", "counts by the full minute"]);

    // A refusal that names no field.
    let said = json!({"status": "error", "message": "Tag trial does not exist"});
    let people = seed::people(3);
    let server = refusing(Vendor::Pabbly, seed::pabbly(&people), 200, said);
    let desk = server.desk("");
    let id = desk
        .does(&["list", "--format", "ids"])
        .lines()
        .next()
        .unwrap()
        .to_string();
    let words = [
        "refused: Tag trial does not exist",
        "must exist in its Settings",
    ];
    desk.run(&["edit", &id, "--set", "name=Zoe", "--yes"])
        .complains(1, &words);
}

#[test]
fn a_read_only_key_of_opencx_lists_well_and_fails_at_the_save() {
    let missing = json!({"statusCode": 403, "message": "Missing scope", "error": "Forbidden"});
    let server = refusing(Vendor::OpenCx, seed::opencx(&seed::people(3)), 403, missing);
    let desk = server.desk("");
    let id = desk
        .does(&["list", "--format", "ids"])
        .lines()
        .next()
        .unwrap()
        .to_string();
    let words = ["does not allow this", "the scope contacts:write"];
    desk.run(&["edit", &id, "--set", "name=Zoe", "--yes"])
        .complains(4, &words);
    assert_eq!(server.writes().len(), 1);
}

#[test]
fn a_contact_that_does_not_exist_is_code_3() {
    let server = Server::chatwoot(2);
    server
        .desk("")
        .fails(&["show", "9999"], 3, &["reading contact 9999"]);
    let server = Server::pabbly(2);
    server
        .desk("")
        .fails(&["show", ID], 3, &[&format!("reading contact {ID}")]);
    let desk = Desk::demo();
    desk.fails(
        &["show", "9999"],
        3,
        &["reading contact 9999", "in demo", "--format ids"],
    );
}

#[test]
fn a_short_wait_is_waited_and_a_long_one_is_told() {
    let people = seed::people(3);
    let short = |n: usize, _: &mut Received| {
        let busy = HttpResponse::text(429, "text/plain", "Retry later");
        (n == 1).then(|| busy.with_header("retry-after", "1"))
    };
    let server = Server::start(Vendor::Chatwoot, seed::chatwoot(&people), "", short);
    let began = Instant::now();
    let desk = server.desk("");
    let said = desk.run(&["show", "1", "-v"]);
    assert_eq!(said.code, 0, "{said:#?}");
    assert!(began.elapsed() >= Duration::from_secs(1), "{said:#?}");
    let first = said.err.lines().next().unwrap();
    assert!(first.starts_with("GET http://127.0.0.1:"), "{said:#?}");
    assert!(
        first.contains(" 429, ") && first.contains("; again in 1."),
        "{said:#?}"
    );
    assert_eq!(
        said.err.lines().count(),
        server.requests().len(),
        "{said:#?}"
    );

    // A pause that is felt is told.
    let longer = |n: usize, _: &mut Received| {
        let busy = HttpResponse::text(429, "text/plain", "Retry later");
        (n == 1).then(|| busy.with_header("retry-after", "3"))
    };
    let server = Server::start(Vendor::Chatwoot, seed::chatwoot(&people), "", longer);
    let said = server.desk("").run(&["show", "1"]);
    assert_eq!(said.code, 0, "{said:#?}");
    assert!(
        said.err.starts_with("Waiting until ") && said.err.lines().count() == 1,
        "{said:#?}"
    );

    // Without a word on when, Pabbly is asked again after a moment.
    let silent = |n: usize, _: &mut Received| {
        (n == 1).then(|| HttpResponse::json(429, &json!({"success": false})))
    };
    let server = Server::start(Vendor::Pabbly, seed::pabbly(&people), "", silent);
    assert_eq!(server.desk("").tells(&["list"]).len(), 3);

    let server = Server::saying(Vendor::Pabbly, |_| {
        HttpResponse::json(429, &json!({"success": false})).with_header("retry-after", "3000")
    });
    let desk = server.desk("");
    desk.fails(&["list"], 1, &["429", "wait until", "UTC"]);
    assert_eq!(server.requests().len(), 2, "one for each of the two runs");
}

#[test]
fn a_failing_server_is_asked_again_and_then_told() {
    let broken = json!({"error": format!("boom {SECRET}")});
    for (server, _) in both(move || HttpResponse::json(500, &broken)) {
        server
            .desk("")
            .run(&["list"])
            .complains(1, &["listing contacts", "failed (500)", "boom ***"]);
        assert_eq!(server.requests().len(), 3);
    }
}

#[test]
fn a_dead_port_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let desk = Desk::new(&account(Vendor::Pabbly, &url, ""));
    let place = url.trim_start_matches("http://");
    desk.run(&["list"]).complains(
        1,
        &[
            "listing contacts",
            place,
            "refused the connection",
            "base_url",
        ],
    );
    desk.run(&["edit", ID, "--set", "name=Ada"])
        .complains(1, &[place]);
}

#[test]
fn a_hung_server_costs_no_more_than_the_time_limit() {
    let fake = seed::pabbly(&seed::people(3));
    let server = Server::start(Vendor::Pabbly, fake, "hang@1+", |_, _| None);
    let began = Instant::now();
    let desk = server.desk("timeout = \"1s\"");
    desk.run(&["list"])
        .complains(1, &["listing contacts", "within 1 s"]);
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[test]
fn the_token_follows_no_redirect_to_another_server() {
    let other = Server::pabbly(3);
    let target = format!("{}/api/v1/contacts?hint={SECRET}", other.running.url());
    for (server, id) in
        both(move || HttpResponse::text(302, "text/html", "moved").with_header("location", &target))
    {
        let words = ["points to", "the token is not sent there", "base_url"];
        server.desk("").fails(&["list"], 1, &words);
        server.desk("").fails(&["show", id], 1, &words);
    }
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn hostile_words_of_a_server_do_not_reach_the_terminal() {
    let words = json!({"success": false, "error": "a\u{1b}[31mred\u{7}\u{202e}gnol\nline"});
    for (server, _) in both(move || HttpResponse::json(403, &words)) {
        let said = server.desk("").run(&["list", "-v"]);
        said.complains(4, &["red"]);
        let bad = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!said.err.contains(bad), "{said:#?}");
    }
}
