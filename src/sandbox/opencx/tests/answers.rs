//! Keys, scopes, errors, the rate limit, tags and the blocklist.

use super::super::contact::uuid;
use super::super::quirks::{ErrorBody, Message as Form, RetryAfter, Shape};
use super::*;

/// Each call with a body that it takes.
const CALLS: [(&str, &str, &str); 9] = [
    ("GET", "/contacts", ""),
    ("GET", "/chat/sessions/search?q=a", ""),
    ("GET", "/tags", ""),
    ("GET", "/blocklist/contacts", ""),
    ("POST", "/contacts", r#"{"contact":{}}"#),
    (
        "PATCH",
        "/contacts/8b0e6c1e-7a55-4a0e-9d3b-0f3f7f0c2a11",
        r#"{"contact":{}}"#,
    ),
    (
        "DELETE",
        "/contacts/8b0e6c1e-7a55-4a0e-9d3b-0f3f7f0c2a11",
        "",
    ),
    ("PUT", "/tags", r#"{"tag_name":"vip"}"#),
    ("POST", "/blocklist/contacts", r#"{"email":"a@b.co"}"#),
];

fn statuses(mut fake: OpenCx) -> Vec<u16> {
    CALLS
        .iter()
        .map(|(method, target, body)| answer(&mut fake, method, target, body).status)
        .collect()
}

#[test]
fn keys_are_compared_exactly() {
    for (method, target, body) in CALLS {
        for given in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Bearer ocx_live_tes"),
            Some("Bearer ocx_live_test "),
            Some("Bearer OCX_LIVE_TEST"),
            Some("bearer ocx_live_test"),
            Some("Basic ocx_live_test"),
            Some("ocx_live_test"),
        ] {
            let mut request = request(method, target, body);
            request.headers.retain(|(name, _)| name == "content-type");
            if let Some(given) = given {
                request.headers.push(("authorization".into(), given.into()));
            }
            let answer = organisation().answer(&request, at(0));
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(answer.status, 401, "{method} {target} {given:?}");
            let message = match given {
                None => "Missing API key",
                Some(_) => "Invalid API key",
            };
            assert_eq!(
                body,
                json!({"statusCode": 401, "message": message, "error": "Unauthorized"})
            );
        }
    }
}

#[test]
fn scopes_allow_what_they_name() {
    use Scopes::{ContactsOnly, Full, Nothing, ReadOnly};
    let of = |scopes| statuses(with(|q| q.scopes = scopes));
    assert_eq!(of(Full), [200, 200, 200, 200, 201, 200, 200, 200, 200]);
    assert_eq!(of(ReadOnly), [200, 200, 200, 200, 403, 403, 403, 403, 403]);
    assert_eq!(
        of(ContactsOnly),
        [200, 403, 403, 403, 201, 200, 200, 403, 403]
    );
    assert_eq!(of(Nothing), [403; 9]);
}

#[test]
fn trap_a_read_only_key_lists_and_fails_at_save() {
    let mut fake = with(|q| q.scopes = Scopes::ReadOnly);
    assert_eq!(ids(&get(&mut fake, "/contacts")), [BEN, ANN]);
    let (status, body) = patch(&mut fake, json!({"name": "x"}));
    let message = "API key lacks the required scope: contacts:write";
    let wanted = json!({"statusCode": 403, "message": message, "error": "Forbidden"});
    assert_eq!((status, body), (403, wanted));
    assert_eq!(fake.contacts(), organisation().contacts());
}

#[test]
fn unknown_scope_of_search_is_a_switch() {
    let target = "/chat/sessions/search?q=a";
    let mut fake = with(|q| q.scopes = Scopes::ContactsOnly);
    let (status, body) = send(&mut fake, "GET", target, "");
    let message = json!("API key lacks the required scope: chat-sessions:read");
    assert_eq!((status, &body["message"]), (403, &message));
    fake.quirks.search_scope = SearchScope::Contacts;
    assert_eq!(send(&mut fake, "GET", target, "").0, 200);
}

#[test]
fn other_methods_are_told_which_ones_there_are() {
    let one = format!("/contacts/{ANN}");
    for (target, allow) in [
        ("/contacts", "GET, POST"),
        ("/contacts?cursor=x", "GET, POST"),
        (&one, "PATCH, DELETE"),
        ("/chat/sessions/search", "GET"),
        ("/tags", "GET, PUT"),
        ("/blocklist/contacts", "GET, POST"),
    ] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY",
            "CONNECT", "get", "",
        ] {
            let as_get = if method == "HEAD" { "GET" } else { method };
            let answer = answer(&mut organisation(), method, target, "");
            if allow.split(", ").any(|known| known == as_get) {
                assert_ne!(answer.status, 405, "{method} {target}");
            } else {
                assert_eq!(answer.status, 405, "{method} {target}");
                assert_eq!(answer.header("allow"), Some(allow), "{method} {target}");
            }
        }
    }
}

#[test]
fn there_is_no_call_for_one_contact() {
    let (status, body) = send(&mut organisation(), "GET", &format!("/contacts/{ANN}"), "");
    assert_eq!((status, &body["statusCode"]), (405, &json!(405)));
}

#[test]
fn other_paths_are_not_found() {
    for target in [
        "/",
        "",
        "*",
        "/contact",
        "/contacts/",
        "//contacts",
        "/contacts/a/b",
        "/Contacts",
        "/v1/contacts",
        "/chat/sessions",
        "/backend/contact/1",
        "/contacts%2F1",
    ] {
        for method in ["GET", "PATCH"] {
            let (status, body) = send(&mut organisation(), method, target, "");
            assert_eq!(
                (status, &body["error"]),
                (404, &json!("Not Found")),
                "{target}"
            );
        }
    }
}

#[test]
fn unknown_form_of_errors_is_a_switch() {
    let wrong = json!({"name": 1, "phone": 2});
    let sentences = [
        "contact.phone: Expected string, received number",
        "contact.name: Expected string, received number",
    ];
    let mut fake = with(|q| q.message = Form::List);
    let (_, body) = patch(&mut fake, wrong.clone());
    let list = json!({"statusCode": 400, "message": sentences, "error": "Bad Request"});
    assert_eq!(body, list);
    fake.quirks.message = Form::Text;
    let (_, body) = patch(&mut fake, wrong.clone());
    assert_eq!(body["message"], sentences.join("; "));
    for (quirk, wanted) in [
        (ErrorBody::Message, json!({"message": sentences.join("; ")})),
        (ErrorBody::Bare, json!({})),
        (ErrorBody::Nothing, Value::Null),
    ] {
        fake.quirks.error_body = quirk;
        assert_eq!(patch(&mut fake, wrong.clone()), (400, wanted));
    }
}

#[test]
fn unknown_pages_of_a_cdn_are_html() {
    let mut fake = with(|q| q.cdn = Cdn::Errors);
    assert_eq!(get(&mut fake, "/contacts")["next"], Value::Null);
    let refused = answer(&mut fake, "PUT", "/contacts", "");
    let kind = "text/html; charset=UTF-8";
    assert_eq!(
        (refused.status, refused.header("content-type")),
        (405, Some(kind))
    );
    assert_eq!(refused.header("allow"), Some("GET, POST"));
    assert!(refused.text_body().contains("<h1>Method Not Allowed</h1>"));
    let fake = with(|q| q.cdn = Cdn::Challenge);
    let mut closed = fake.clone();
    assert_eq!(
        answer(&mut closed, "GET", "/contacts", "").header("content-type"),
        Some(kind)
    );
    assert_eq!(statuses(fake), [403; 9]);
}

#[test]
fn unknown_rate_limit_is_a_switch() {
    let at_minute = "2026-05-01T10:00:13Z".parse().unwrap();
    let list = request("GET", "/contacts", "");
    let mut free = organisation();
    let all: Vec<u16> = (0..300)
        .map(|_| free.answer(&list, at_minute).status)
        .collect();
    assert_eq!(all, [200; 300]);
    for (form, wanted) in [
        (RetryAfter::Off, None),
        (RetryAfter::Seconds, Some("47")),
        (RetryAfter::Date, Some("Fri, 01 May 2026 10:01:00 GMT")),
    ] {
        let mut fake = with(|q| {
            q.limit = 100;
            q.retry_after = form;
        });
        for _ in 0..100 {
            assert_eq!(fake.answer(&list, at_minute).status, 200);
        }
        let refusal = fake.answer(&list, at_minute);
        assert_eq!(
            (refusal.status, refusal.header("retry-after")),
            (429, wanted)
        );
        assert_eq!(
            refusal.text_body(),
            r#"{"statusCode":429,"message":"Rate limit exceeded","error":"Too Many Requests"}"#
        );
        let next_minute = "2026-05-01T10:01:00Z".parse().unwrap();
        assert_eq!(fake.answer(&list, next_minute).status, 200);
    }
    let mut bucket = with(|q| {
        q.limit = 60;
        q.limit_window = Shape::Bucket;
        q.limit_503 = true;
    });
    let all: Vec<u16> = (0..11)
        .map(|_| bucket.answer(&list, at_minute).status)
        .collect();
    assert_eq!((&all[..10], all[10]), (&[200; 10][..], 503));
    assert_eq!(
        bucket
            .answer(&list, "2026-05-01T10:00:14Z".parse().unwrap())
            .status,
        200
    );
}

#[test]
fn tags_are_the_organisations() {
    let mut fake = organisation();
    assert_eq!(get(&mut fake, "/tags"), json!([]));
    let mut put = |body: Value| send(&mut fake, "PUT", "/tags", &body.to_string());
    let category = uuid(7);
    let long = "é".repeat(160);
    for body in [
        json!({"tag_name": "vip", "description": long, "category_id": category}),
        json!({"tag_name": "vip", "exclude_from_auto_tagging": true}),
        json!({"tag_name": "new"}),
    ] {
        assert_eq!(put(body), (200, Value::Null));
    }
    for (body, message) in [
        (json!([]), "body: Expected object, received array"),
        (json!({}), "tag_name: Required"),
        (
            json!({"tag_name": null}),
            "tag_name: Expected string, received null",
        ),
        (
            json!({"tag_name": ""}),
            "tag_name: String must contain at least 1 character(s)",
        ),
        (
            json!({"tag_name": "a", "description": "é".repeat(161)}),
            "description: String must contain at most 160 character(s)",
        ),
        (
            json!({"tag_name": "a", "description": 1}),
            "description: Expected string, received number",
        ),
        (
            json!({"tag_name": "a", "exclude_from_auto_tagging": null}),
            "exclude_from_auto_tagging: Expected boolean, received null",
        ),
        (
            json!({"tag_name": "a", "category_id": "7"}),
            "category_id: Invalid uuid",
        ),
        (
            json!({"tag_name": "a", "category_id": 7}),
            "category_id: Expected string, received number",
        ),
    ] {
        let (status, answer) = put(body.clone());
        assert_eq!(
            (status, &answer["message"]),
            (400, &json!(message)),
            "{body}"
        );
    }
    let now = "2026-01-01T00:01:40.000Z";
    let vip = json!({
        "tag_name": "vip", "description": long, "exclude_from_auto_tagging": true,
        "category_id": category, "created_at": now, "updated_at": now,
    });
    let new = json!({
        "tag_name": "new", "description": null, "exclude_from_auto_tagging": false,
        "category_id": null, "created_at": now, "updated_at": now,
    });
    assert_eq!(get(&mut fake, "/tags"), json!([vip, new]));
    let cleared = json!({"tag_name": "vip", "category_id": null, "description": null});
    send(&mut fake, "PUT", "/tags", &cleared.to_string());
    let shown = get(&mut fake, "/tags");
    assert_eq!(
        (&shown[0]["category_id"], &shown[0]["description"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn the_blocklist_is_no_member_of_a_contact() {
    let mut fake = organisation();
    let before = get(&mut fake, "/contacts");
    for (body, status) in [
        (json!({"email": "Ann@example.com", "reason": "spam"}), 200),
        (json!({"email": "Ann@example.com", "reason": "worse"}), 200),
        (json!({"email": "nobody@example.com"}), 200),
        (json!({}), 400),
        (json!({"email": null}), 400),
        (json!({"email": "nobody"}), 400),
        (json!({"email": "a@b.co", "reason": 1}), 400),
        (json!("a@b.co"), 400),
    ] {
        let sent = send(&mut fake, "POST", "/blocklist/contacts", &body.to_string());
        assert_eq!(sent.0, status, "{body}");
    }
    assert_eq!(get(&mut fake, "/contacts"), before);
    let shown = get(&mut fake, "/blocklist/contacts");
    assert_eq!(
        (&shown["total"], &shown["page"], &shown["total_pages"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let ann = &shown["data"][0];
    assert_eq!(ann["contact_id"], ANN);
    assert_eq!(
        (&ann["reason"], &ann["name"]),
        (&json!("worse"), &json!("Ann Lee"))
    );
    let members: Vec<&String> = shown["data"][1].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "email", "created_at"]);
    let second = get(&mut fake, "/blocklist/contacts?page=2&limit=1");
    assert_eq!(second["data"][0]["email"], "nobody@example.com");
    assert_eq!(second["total_pages"], 2);
    let far = get(
        &mut fake,
        "/blocklist/contacts?page=18446744073709551615&limit=-1",
    );
    assert_eq!(far["data"], json!([]));
}
