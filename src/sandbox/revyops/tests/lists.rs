//! Lists: filters, pages, envelopes, and the lists over all clients.

use super::*;

const LIST: &str = "/public/v2/contacts";

/// An account with `n` contacts more than [`account`] has, all of them in Acme.
fn crowd(n: u64) -> RevyOps {
    let mut fake = account();
    for id in 100..100 + n {
        let mut contact = Contact::new(id, CLIENT, at(1000));
        contact.company_id = Some(ACME);
        fake.insert(contact);
    }
    fake
}

fn quirky(mut fake: RevyOps, spec: &str) -> RevyOps {
    fake.quirks = Quirks::parse(spec).unwrap();
    fake
}

#[test]
fn a_page_is_as_the_lists_own_page_has_it() {
    let body = get(&mut account(), LIST);
    assert_eq!(
        members(&body),
        [
            "count",
            "total_pages",
            "current_page",
            "page_size",
            "results"
        ]
    );
    assert_eq!(ids(&body), [1, 2, 3]);
    assert_eq!(
        body["results"][0],
        get(&mut account(), "/public/v2/contacts/1")
    );
    let body = get(&mut crowd(7), "/api/public/v2/contacts?page=2&page_size=4");
    assert_eq!(ids(&body), [101, 102, 103, 104]);
    assert_eq!(
        (
            &body["count"],
            &body["total_pages"],
            &body["current_page"],
            &body["page_size"]
        ),
        (&json!(10), &json!(3), &json!(2), &json!(4))
    );
}

#[test]
fn filters_have_no_underscore_and_an_empty_one_filters_nothing() {
    for (query, found) in [
        ("domain=acme.com", vec![1]),
        ("domain=ACME.com", vec![1]),
        ("domain=other.com", vec![]),
        ("email=cy%40example.org", vec![3]),
        ("email=CY%40example.org", vec![]),
        ("email=stranger%40example.com", vec![]),
        ("firstname=Ann", vec![1, 3]),
        ("firstname=Ann&email=ann%40example.com", vec![1]),
        ("lastname=van+Lee", vec![1, 3]),
        ("lastname=Lee", vec![]),
        ("firstname=&email=", vec![1, 2, 3]),
        // Members of a body, and v1's filter, are not filters here.
        ("first_name=Ben&linkedin_url=x", vec![1, 2, 3]),
        // Of a key that is there twice the last counts.
        ("firstname=Ann&firstname=Ben", vec![2]),
    ] {
        let body = get(&mut account(), &format!("{LIST}?{query}"));
        assert_eq!(ids(&body), found, "{query}");
        assert_eq!(body["count"], found.len(), "{query}");
    }
}

#[test]
fn page_numbers_that_are_none_are_refused_and_never_crash() {
    let cases = [
        ("page=0", 404),
        ("page=-1", 404),
        ("page=2", 404),
        ("page=9223372036854775807", 404),
        ("page=99999999999999999999999999", 404),
        ("page=-99999999999999999999999999", 404),
        ("page=abc", 400),
        ("page=", 400),
        ("page=1.0", 400),
        ("page=%00", 400),
        ("page_size=abc", 400),
        ("page_size=", 400),
        ("page_size=-5", 200),
        ("page_size=0", 200),
        ("page_size=18446744073709551616", 200),
        ("page=0&page=1", 200),
        ("structure=TREE", 400),
    ];
    for (query, status) in cases {
        let (got, body) = send(&mut account(), "GET", &format!("{LIST}?{query}"), "");
        assert_eq!(got, status, "{query}: {body}");
    }
    let body = get(&mut crowd(200), &format!("{LIST}?page_size=1000"));
    assert_eq!(
        (ids(&body).len(), &body["page_size"], &body["total_pages"]),
        (100, &json!(100), &json!(3))
    );
}

/// The introduction's envelope, its links, and links that name another host.
#[test]
fn links_name_the_next_and_the_previous_page() {
    let mut fake = quirky(crowd(2), "envelope=links");
    let target = "/api/public/v2/contacts?client_id=client-1&lastname=&page_size=2&page=2";
    let body = get(&mut fake, target);
    assert_eq!(members(&body), ["count", "next", "previous", "results"]);
    let link = |page: u64| {
        format!(
            "http://127.0.0.1:8080/api/public/v2/contacts?client_id=client-1&lastname=&page_size=2&page={page}"
        )
    };
    assert_eq!(
        (&body["next"], &body["previous"]),
        (&json!(link(3)), &json!(link(1)))
    );
    let ends = get(&mut fake, &format!("{LIST}?page_size=2&page=3"));
    assert_eq!((ids(&ends), &ends["next"]), (vec![101], &Value::Null));

    let mut fake = quirky(
        crowd(2),
        "envelope=both,next_origin=https://app.revyops.com",
    );
    let body = get(&mut fake, target);
    assert_eq!(
        body["next"],
        "https://app.revyops.com/api/public/v2/contacts?lastname=&page_size=2&page=3"
    );
    assert_eq!(body["total_pages"], 3);
}

/// Trap 12 in version 2's clothes, and the odd forms of an empty list.
#[test]
fn lists_without_an_envelope_and_without_contacts() {
    let nobody = "/public/v2/contacts?email=nobody";
    for (spec, target, status, wanted) in [
        ("envelope=array", nobody, 200, json!([])),
        ("empty=array", nobody, 200, json!([])),
        (
            "empty=status",
            nobody,
            200,
            json!({"status": "No contacts found"}),
        ),
        (
            "empty=404",
            nobody,
            404,
            json!({"detail": "No contacts found."}),
        ),
        (
            "empty=array",
            "/public/contacts?email=nobody",
            200,
            json!([]),
        ),
        (
            "empty=status",
            "/public/contacts?email=nobody",
            200,
            json!({"status": "No contacts found"}),
        ),
        (
            "empty=404",
            "/public/contacts?email=nobody",
            404,
            json!({"detail": "No contacts found."}),
        ),
        ("", "/public/contacts?email=nobody", 200, json!([])),
        (
            "",
            nobody,
            200,
            json!({"count": 0, "total_pages": 1, "current_page": 1,
            "page_size": 100, "results": []}),
        ),
        (
            "past_end=empty",
            "/public/v2/contacts?page=7",
            200,
            json!({"count": 3, "total_pages": 1,
            "current_page": 7, "page_size": 100, "results": []}),
        ),
        (
            "past_end=404",
            "/public/v2/contacts?page=7",
            404,
            json!({"detail": "Invalid page."}),
        ),
    ] {
        assert_eq!(
            send(&mut with(spec), "GET", target, ""),
            (status, wanted),
            "{spec} {target}"
        );
    }
    assert_eq!(ids(&get(&mut with("envelope=array"), LIST)), [1, 2, 3]);
}

#[test]
fn a_custom_field_is_looked_up_exactly() {
    let lookup = "/public/v2/contacts/lookup-by-custom-field";
    for (query, found) in [
        ("field_name=Tier&field_value=gold", vec![1]),
        (
            "field_name=Buyer's+role+%5Bx%5D&field_value=K%C3%A4ufer",
            vec![1],
        ),
        ("field_name=Tier&field_value=Gold", vec![]),
        ("field_name=tier&field_value=gold", vec![]),
        ("field_name=Tier&field_value=", vec![]),
    ] {
        let body = get(&mut account(), &format!("{lookup}?{query}"));
        assert_eq!(ids(&body), found, "{query}");
    }
    let flat = format!("{lookup}?field_name=Tier&field_value=silver&structure=FLAT&page_size=1");
    let body = get(&mut account(), &flat);
    assert_eq!(
        body["results"][0]["contact_custom_fields"],
        json!({"Tier": "silver"})
    );
    assert_eq!(body["page_size"], 1);
}

#[test]
fn version_1_lists_a_bare_array_of_a_hundred_at_most() {
    let all = get(&mut crowd(200), "/public/contacts?page=2&page_size=5");
    assert_eq!(ids(&all).len(), 100);
    assert_eq!(all[0], get(&mut account(), "/public/contacts/1"));
    let one = get(
        &mut account(),
        "/public/contacts?linkedin_url=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fben",
    );
    assert_eq!(ids(&one), [2]);
}

#[test]
fn master_lists_want_the_master_key_and_show_every_client() {
    let lookup =
        "/public/v2/contacts-master-list/lookup-by-custom-field?field_name=Tier&field_value=gold";
    for (target, found) in [
        ("/public/v2/contacts-master-list", vec![1, 2, 3, 9]),
        ("/public/contacts-master-list", vec![1, 2, 3, 9]),
        (lookup, vec![1, 9]),
    ] {
        let mut asked = request("GET", target, "");
        assert_eq!(account().answer(&asked, at(0)).status, 403, "{target}");
        asked.headers[1].1 = format!("{KEY}-master");
        let answer = account().answer(&asked, at(0));
        assert_eq!(answer.status, 200, "{target}");
        let body = parsed(&answer);
        assert_eq!(ids(&body), found, "{target}");
        let list = body
            .as_array()
            .or_else(|| body["results"].as_array())
            .unwrap();
        assert_eq!(list.last().unwrap()["client_id"], "client-2", "{target}");
        // The master key opens nothing else.
        asked.target = LIST.into();
        assert_eq!(account().answer(&asked, at(0)).status, 403);
    }
    for target in [
        "/public/v2/contacts-master-list/9",
        "/public/contacts-master-list/9",
    ] {
        let mut asked = request("GET", target, "");
        asked.headers[1].1 = format!("{KEY}-master");
        assert_eq!(
            parsed(&account().answer(&asked, at(0)))["client_id"],
            "client-2"
        );
    }
}

/// With the latest first, a write during paging is met twice and hides its neighbour.
#[test]
fn a_write_during_paging_moves_contacts_between_pages() {
    let mut fake = quirky(crowd(1), "order=-updated");
    let first = get(&mut fake, &format!("{LIST}?page_size=2"));
    assert_eq!(ids(&first), [100, 2]);
    fake.webhook_unsubscribed(ANN, at(2000));
    let second = get(&mut fake, &format!("{LIST}?page_size=2&page=2"));
    assert_eq!(ids(&second), [2, 3]);
}
