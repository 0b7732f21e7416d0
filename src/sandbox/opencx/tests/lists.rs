//! Listing and searching: filters, order, cursors, pages.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::contact::uuid;
use super::super::quirks::{Bounds, End, Filters, Missing, Order, Paging, Resolution};
use super::*;

/// `n` contacts, three of them in each second, the n-th changed n seconds before the first.
fn crowd(n: u64) -> OpenCx {
    let mut fake = OpenCx::new(KEY);
    fake.quirks.page_size = 3;
    for number in 0..n {
        let made = i64::try_from(number).unwrap();
        let mut contact = Contact::new(uuid(number), at(made / 3 * 1000 + made % 3));
        contact.updated_at = at(1_000_000 - made * 1000);
        fake.insert(contact);
    }
    fake
}

/// Every page of a listing, at most 50 of them: ids and `next`.
fn walk(fake: &mut OpenCx) -> Vec<(Vec<String>, Value)> {
    let mut pages = Vec::new();
    let mut target = "/contacts".to_string();
    while pages.len() < 50 {
        let body = get(fake, &target);
        let found = ids(&body).into_iter().map(String::from).collect();
        let next = body["next"].clone();
        pages.push((found, next.clone()));
        match next.as_str() {
            None | Some("") => break,
            Some(cursor) => target = format!("/contacts?cursor={}", escaped(cursor)),
        }
    }
    pages
}

fn sizes(pages: &[(Vec<String>, Value)]) -> Vec<usize> {
    pages.iter().map(|(ids, _)| ids.len()).collect()
}

#[test]
fn a_listed_contact_looks_as_documented() {
    let body = get(&mut organisation(), "/contacts");
    assert_eq!(body["next"], Value::Null);
    let ann = json!({
        "id": ANN, "email": "Ann@example.com", "phone_number": "+15550100", "name": "Ann Lee",
        "custom_data": {"plan": "pro", "city": "Pune"},
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    });
    let ben = json!({
        "id": BEN, "email": null, "phone_number": null, "name": null, "custom_data": null,
        "created_at": "2026-01-01T00:00:01Z", "updated_at": "2026-01-01T00:00:01Z",
    });
    assert_eq!(body["items"], json!([ben, ann]));
}

#[test]
fn unknown_timestamps_may_be_absent_or_finer() {
    let mut fake = with(|q| q.timestamps = false);
    let body = get(&mut fake, "/contacts");
    let members: Vec<&String> = body["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["id", "email", "phone_number", "name", "custom_data"]
    );
    let mut fake = with(|q| q.resolution = Resolution::Millisecond);
    fake.change(ANN, at(1_007), |_| {});
    let body = get(&mut fake, "/contacts");
    assert_eq!(body["items"][1]["updated_at"], "2026-01-01T00:00:01.007Z");
}

#[test]
fn unknown_page_size_is_a_switch() {
    let mut fake = crowd(7);
    assert_eq!(sizes(&walk(&mut fake)), [3, 3, 1]);
    fake.quirks.page_size = 1000;
    assert_eq!(sizes(&walk(&mut fake)), [7]);
    let mut none = OpenCx::new(KEY);
    let empty = json!({"items": [], "next": null});
    assert_eq!(get(&mut none, "/contacts"), empty);
}

#[test]
fn unknown_order_is_a_switch() {
    let mut fake = crowd(9);
    let order = |fake: &mut OpenCx, order| {
        fake.quirks.order = order;
        walk(fake)
            .into_iter()
            .flat_map(|(ids, _)| ids)
            .collect::<Vec<_>>()
    };
    let made = |fake: &OpenCx, id: &String| fake.contact(id).unwrap().created_at.as_second();
    let ascending = order(&mut fake, Order::CreatedAscending);
    assert!(ascending.is_sorted_by_key(|id| made(&fake, id)));
    let descending = order(&mut fake, Order::CreatedDescending);
    assert!(descending.is_sorted_by_key(|id| -made(&fake, id)));
    let updated = order(&mut fake, Order::UpdatedDescending);
    let numbers: Vec<String> = (0..9).map(uuid).collect();
    assert_eq!(updated, numbers);
    let random = order(&mut fake, Order::Random);
    assert_eq!(random, order(&mut fake, Order::Random));
    for other in [&ascending, &descending, &updated] {
        assert_ne!(&random, other);
        assert_eq!(
            other.iter().collect::<BTreeSet<_>>(),
            random.iter().collect()
        );
    }
}

#[test]
fn unknown_order_by_change_moves_contacts_to_pages_already_read() {
    let mut fake = crowd(7);
    fake.quirks.order = Order::UpdatedDescending;
    let first = get(&mut fake, "/contacts");
    fake.change(&uuid(6), at(2_000_000), |_| {});
    let next = escaped(first["next"].as_str().unwrap());
    let mut seen: Vec<String> = ids(&first).into_iter().map(String::from).collect();
    let second = get(&mut fake, &format!("/contacts?cursor={next}"));
    seen.extend(ids(&second).into_iter().map(String::from));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(seen, (0..6).map(uuid).collect::<Vec<_>>());
}

#[test]
fn unknown_end_of_a_listing_is_a_switch() {
    for (end, wanted) in [
        (End::Null, vec![3, 3]),
        (End::EmptyString, vec![3, 3]),
        (End::ExtraPage, vec![3, 3, 0]),
    ] {
        let mut fake = crowd(6);
        fake.quirks.end = end;
        let pages = walk(&mut fake);
        assert_eq!(sizes(&pages), wanted, "{end:?}");
        let last = match end {
            End::EmptyString => json!(""),
            _ => Value::Null,
        };
        assert_eq!(pages.last().unwrap().1, last, "{end:?}");
    }
    let mut fake = crowd(6);
    fake.quirks.end = End::RepeatedCursor;
    let pages = walk(&mut fake);
    assert_eq!(sizes(&pages)[..4], [3, 3, 0, 0]);
    assert_eq!(pages[1].1, pages[2].1);
    assert_eq!(pages.len(), 50, "it never ends by itself");
    // Without any contact there is nothing to be after.
    let mut none = OpenCx::new(KEY);
    none.quirks.end = End::RepeatedCursor;
    assert_eq!(get(&mut none, "/contacts")["next"], Value::Null);
}

#[test]
fn an_empty_string_as_cursor_is_the_first_page_again() {
    let mut fake = crowd(6);
    assert_eq!(
        get(&mut fake, "/contacts?cursor="),
        get(&mut fake, "/contacts")
    );
}

#[test]
fn trap_an_empty_page_may_lead_on() {
    let mut fake = crowd(9);
    fake.quirks.paging = Paging::EmptyPage;
    assert_eq!(sizes(&walk(&mut fake)), [3, 0, 3, 3]);
}

#[test]
fn trap_a_cursor_may_be_repeated_with_the_rest_out_of_reach() {
    let mut fake = crowd(9);
    fake.quirks.paging = Paging::Stuck;
    let pages = walk(&mut fake);
    assert_eq!(pages.len(), 50);
    assert_eq!((&pages[1], pages[1].1 == pages[0].1), (&pages[2], true));
    let mut short = crowd(6);
    short.quirks.paging = Paging::Stuck;
    assert_eq!(sizes(&walk(&mut short)), [3, 3]);
}

#[test]
fn trap_a_row_may_stand_on_two_pages() {
    let mut fake = crowd(7);
    fake.quirks.paging = Paging::DuplicateRow;
    let pages = walk(&mut fake);
    assert_eq!(sizes(&pages), [3, 4, 2]);
    assert_eq!(pages[0].0.last(), pages[1].0.first());
    assert_eq!(pages[1].0.last(), pages[2].0.first());
    fake.quirks.page_size = 1;
    assert_eq!(walk(&mut fake).len(), 7);
}

#[test]
fn cursors_have_to_be_escaped_and_not_made_up() {
    let mut fake = crowd(6);
    let next = get(&mut fake, "/contacts")["next"].clone();
    let raw = next.as_str().unwrap();
    for cursor in [raw, "2", "g", "c/1+", "c/x+y=", "x/1+y="] {
        let (status, body) = send(&mut fake, "GET", &format!("/contacts?cursor={cursor}"), "");
        let invalid = json!("cursor: Invalid cursor");
        assert_eq!((status, &body["message"]), (400, &invalid), "{cursor}");
    }
}

#[test]
fn dates_filter_listings() {
    let mut fake = organisation();
    fake.change(ANN, at(5_000), |_| {});
    let second = |n: i64| format!("2026-01-01T00:00:0{n}Z");
    for (query, wanted) in [
        (format!("created_after={}", second(0)), vec![BEN]),
        (format!("created_before={}", second(1)), vec![ANN]),
        (format!("updated_after={}", second(1)), vec![ANN]),
        (format!("updated_before={}", second(5)), vec![BEN]),
        (
            format!("created_before={}&updated_before={}", second(1), second(5)),
            vec![],
        ),
        ("created_after=2025-12-31".into(), vec![BEN, ANN]),
        ("created_before=2026-01-01".into(), vec![]),
        ("created_after=2026-01-01T00:00:00.5".into(), vec![BEN]),
        // 02:00:00.5 in the east is 00:00:00.5 in UTC.
        (
            "created_after=2026-01-01T02:00:00.5%2B02:00".into(),
            vec![BEN],
        ),
        (
            "other=1&created_after=2026-01-01T00:00:00Z".into(),
            vec![BEN],
        ),
    ] {
        assert_eq!(
            ids(&get(&mut fake, &format!("/contacts?{query}"))),
            wanted,
            "{query}"
        );
    }
}

#[test]
fn dates_that_can_not_be_read_are_refused() {
    for date in [
        "",
        "yesterday",
        "1767225600",
        "2026-13-01",
        "2026-01-01T00:00:00+02:00",
        "2026-01-01%2000:00:00",
        "2026-01-01T00:00:00Z%5BEurope/Rome%5D",
        "%00",
        "2026-01-01&created_after=2026-01-01",
    ] {
        let (status, body) = send(
            &mut organisation(),
            "GET",
            &format!("/contacts?created_after={date}"),
            "",
        );
        assert_eq!(status, 400, "{date}");
        let text = body["message"].as_str().unwrap();
        assert!(text.starts_with("created_after: "), "{text}");
    }
}

#[test]
fn unknown_date_filters_may_be_ignored() {
    let mut fake = with(|q| q.filters = Filters::Ignored);
    let body = get(
        &mut fake,
        "/contacts?updated_after=2030-01-01&created_after=nonsense",
    );
    assert_eq!(ids(&body), [BEN, ANN]);
}

#[test]
fn unknown_bounds_take_in_the_moment_itself_or_not() {
    for key in ["created_after", "created_before"] {
        let target = format!("/contacts?{key}=2026-01-01T00:00:00Z");
        let has_ann = |fake: &mut OpenCx| ids(&get(fake, &target)).contains(&ANN);
        assert!(!has_ann(&mut organisation()), "{key}");
        assert!(
            has_ann(&mut with(|q| q.bounds = Bounds::Inclusive)),
            "{key}"
        );
    }
}

#[test]
fn unknown_resolution_hides_a_change_within_the_second_of_the_filter() {
    let target = "/contacts?updated_after=2026-01-01T00:00:07.300Z";
    let mut fake = organisation();
    fake.change(ANN, at(7_600), |_| {});
    assert!(ids(&get(&mut fake, target)).is_empty());
    fake.quirks.resolution = Resolution::Millisecond;
    assert_eq!(ids(&get(&mut fake, target)), [ANN]);
}

#[test]
fn unknown_clock_skew_moves_what_the_server_calls_now() {
    let mut fake = with(|q| q.clock_skew = -30);
    assert_eq!(patch(&mut fake, json!({"name": "Ann"})).0, 200);
    assert_eq!(fake.contact(ANN).unwrap().updated_at, at(LATER - 30_000));
    let since = at(LATER - 1_000);
    let body = get(&mut fake, &format!("/contacts?updated_after={since}"));
    assert!(ids(&body).is_empty());
}

#[test]
fn search_finds_by_name_email_and_phone() {
    let mut fake = organisation();
    fake.messages.push(Message {
        id: "m1".into(),
        session_id: "s1".into(),
        message: "Where is ANN?".into(),
        kind: "user".into(),
    });
    let ann =
        json!({"id": ANN, "name": "Ann Lee", "email": "Ann@example.com", "phone": "+15550100"});
    let message =
        json!({"id": "m1", "session_id": "s1", "message": "Where is ANN?", "type": "user"});
    for (wanted, contacts, messages) in [
        ("ann", json!([ann]), json!([message])),
        ("N@EXAMPLE", json!([ann]), json!([])),
        ("%2B1555", json!([ann]), json!([])),
        ("+1555", json!([]), json!([])),
        ("pro", json!([]), json!([])),
    ] {
        let body = get(&mut fake, &format!("/chat/sessions/search?q={wanted}"));
        assert_eq!(
            body,
            json!({"contacts": contacts, "messages": messages}),
            "{wanted}"
        );
    }
    for query in ["", "?q=", "?q", "?q=a&q=b"] {
        let target = format!("/chat/sessions/search{query}");
        assert_eq!(send(&mut fake, "GET", &target, "").0, 400, "{query}");
    }
}

#[test]
fn unknown_nulls_and_number_of_search_results_are_switches() {
    let mut fake = organisation();
    fake.change(BEN, at(0), |ben| ben.name = Some("Ben Lee".into()));
    let lee = "/chat/sessions/search?q=lee";
    for (missing, email) in [
        (Missing::Null, Some(Value::Null)),
        (Missing::Empty, Some(json!(""))),
        (Missing::Absent, None),
    ] {
        fake.quirks.search_missing = missing;
        let body = get(&mut fake, lee);
        assert_eq!(body["contacts"][1].get("email").cloned(), email);
    }
    fake.quirks.search_limit = 1;
    assert_eq!(get(&mut fake, lee)["contacts"].as_array().unwrap().len(), 1);
}

proptest! {
    /// Whatever the order and the size: each contact stands on one page, once.
    #[test]
    fn pages_are_a_partition(count in 0_u64..40, size in 1_usize..12, order in 0_usize..4) {
        let mut fake = crowd(count);
        fake.quirks.page_size = size;
        fake.quirks.order = [
            Order::CreatedDescending,
            Order::CreatedAscending,
            Order::UpdatedDescending,
            Order::Random,
        ][order];
        let mut met: Vec<String> = walk(&mut fake).into_iter().flat_map(|(ids, _)| ids).collect();
        met.sort();
        let mut all: Vec<String> = (0..count).map(uuid).collect();
        all.sort();
        prop_assert_eq!(met, all);
    }
}
