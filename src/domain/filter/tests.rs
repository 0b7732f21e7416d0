//! The query language against contacts, and its laws: what prints reads back, a scan agrees with a look
//! at each line, and narrowing loses nothing.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{AccountName, ContactId, ProviderId};

fn contact(id: &str) -> Contact {
    Contact::new(
        ContactId::new(id),
        AccountName::new("demo"),
        ProviderId::Local,
    )
}

fn ada() -> Contact {
    let mut c = contact("481");
    c.set_field(FieldKey::Name, "Áda Byron");
    c.set_field(FieldKey::Email, "ada@example.org");
    c.set_field(FieldKey::Phone, "+44 (20) 7183-8750");
    c.set_field(FieldKey::Identifier, "crm:77");
    c.tags = ["VIP", "Big Customer", "x=y"].map(String::from).into();
    c.attributes.insert("plan".into(), json!("gold"));
    c.attributes
        .insert("First Seen".into(), json!("2024-05-01"));
    c.attributes
        .insert("note".into(), json!("two\nlines tag:vip"));
    c.attributes.insert("gone".into(), json!(null));
    c.attributes.insert("a=b".into(), json!(true));
    c.flags.insert(Flag::Optin, true);
    c.flags.insert(Flag::Blocked, false);
    c
}

fn finds(query: &str, contact: &Contact) -> bool {
    Filter::parse(query).unwrap().matches_contact(contact)
}

#[test]
fn every_part_must_hold() {
    let yes = [
        "",
        "  ",
        "ada",
        "ADA byr",
        "\"ada byron\"",
        "481",
        "id:481",
        "name:ada",
        "Email:EXAMPLE.org",
        "phone:7183-8750",
        "phone:\"20 7183\"",
        "442071838750",
        "+442071838750",
        "(20)",
        "tag:vip",
        "TAG:Vip",
        "tag:vi*",
        "tag:\"big customer\"",
        "tag:\"big c\"*",
        "-tag:trial",
        "-bob",
        "-\"byron ada\"",
        "attr.plan=gold",
        "attr.PLAN:ol",
        "attr.plan",
        "has:attr.plan",
        "attr.\"first seen\"=2024-05-01",
        "attr.\"first seen\":2024",
        "has:email",
        "-has:avatar_url",
        "has:tags",
        "-has:attr.gone",
        "attr.gone=\"\"",
        "-attr.gone:x",
        "optin:yes",
        "blocked:no",
        "-optin:unknown",
        "identifier:77",
        "crm:77",
        "attr.\"a=b\"=true",
        "attr.note:\"two lines\"",
        "tag:x=y",
        "plan=gold",
        "-attr.plan=gol",
    ];
    for query in yes {
        assert!(finds(query, &ada()), "{query:?} should find");
    }
    let no = [
        "bob",
        "ada bob",
        "\"byron ada\"",
        "id:48",
        "name:example",
        "email:byron",
        "phone:7184",
        "tag:vi",
        "tag:customer",
        "tag:big",
        "-tag:vip",
        "-tag:v*",
        "-ada",
        "attr.plan=gol",
        "attr.plan:silver",
        "attr.pla=gold",
        "attr.nope",
        "-has:email",
        "has:avatar_url",
        "has:attr.gone",
        "optin:no",
        "optin:unknown",
        "-blocked:no",
        "tag:plan=gold",
        "attr.x=y",
        "yes",
        "optin",
        "unknown",
    ];
    for query in no {
        assert!(!finds(query, &ada()), "{query:?} should not find");
    }
    assert!(finds("optin:unknown -optin:yes", &contact("1")));
}

#[test]
fn wrong_parts_are_named() {
    let cases = [
        (
            "ada \"by",
            "filter: the quote in \"by is not closed; add a \" at its end",
        ),
        (
            "ada tag: x",
            "filter: tag: has nothing after it; write a tag such as tag:vip, or has:tags",
        ),
        (
            "optin:maybe",
            "filter: optin:maybe asks for \"maybe\"; optin is yes, no or unknown",
        ),
        (
            "-",
            "filter: - has nothing after it; write a word behind the minus, or \"-\" in quotes",
        ),
        (
            "email:",
            "filter: email: has nothing after it; write a text behind it, or has:email",
        ),
    ];
    for (query, want) in cases {
        assert_eq!(Filter::parse(query).unwrap_err().to_string(), want);
    }
    assert!(matches!(
        Filter::parse("has:nose"),
        Err(FilterError::BadHas { .. })
    ));
    assert!(matches!(
        Filter::parse("attr.=x"),
        Err(FilterError::NoValue { .. })
    ));
}

#[test]
fn unfinished_parts_do_not_disturb_typing() {
    let cases = [
        ("ada \"by ro", "ada \"by ro\""),
        ("ada tag:", "ada"),
        ("ada optin:y", "ada"),
        ("ada -", "ada"),
        ("\"", ""),
        ("attr.plan=", ""),
        ("https://a.b/c 12:30", "\"https://a.b/c\" \"12:30\""),
    ];
    for (typed, means) in cases {
        let lenient = Filter::parse_lenient(typed);
        assert_eq!(lenient, Filter::parse(means).unwrap(), "{typed:?}");
        assert_eq!(lenient.to_string(), means, "{typed:?}");
    }
}

#[test]
fn mentioned_tags_are_listed() {
    let filter = Filter::parse("tag:VIP -tag:\"big customer\" tag:x* word").unwrap();
    assert_eq!(filter.tag_names(), ["VIP", "big customer"]);
    assert!(filter.asks_tags());
    assert!(!Filter::parse("vip").unwrap().asks_tags());
}

#[test]
fn typing_on_narrows_and_other_edits_do_not() {
    let narrows = |a: &str, b: &str| Filter::parse_lenient(a).narrows(&Filter::parse_lenient(b));
    for (now, before) in [
        ("ada", "ad"),
        ("ada", ""),
        ("ada by", "ada"),
        ("ada tag:vip", "ada tag:"),
        ("tag:vip", "tag:vi*"),
        ("tag:vip*", "tag:v*"),
        ("email:exam", "email:ex"),
        ("email:exam", "xam"),
        ("-a", "-ab"),
        ("attr.plan=gold", "attr.plan:go"),
        ("attr.plan:gold", "attr.plan:go"),
        ("attr.plan:g", "attr.plan"),
        ("email:a", "has:email"),
        ("tag:x", "has:tags"),
        ("phone:\"12 34\"", "phone:123"),
    ] {
        assert!(narrows(now, before), "{now:?} narrows {before:?}");
    }
    for (now, before) in [
        ("ad", "ada"),
        ("-ab", "-a"),
        ("tag:vip", "tag:vi"),
        ("email:exam", "name:exam"),
        ("bob", "ada"),
        ("", "ada"),
        ("attr.plan:go", "attr.plan=go"),
        ("-ada", "ada"),
        ("optin:no", "optin:yes"),
    ] {
        assert!(!narrows(now, before), "{now:?} does not narrow {before:?}");
    }
}

/// Small alphabets, so that queries hit.
fn text() -> impl Strategy<Value = String> {
    "[abAÉß1+@:=. \\-\"\\\\*\u{1e}\u{301}]{0,5}"
}

fn any_contact() -> impl Strategy<Value = Contact> {
    let tags = prop::collection::btree_set(text(), 0..3);
    let attributes = prop::collection::btree_map("[ab=]{1,2}", text(), 0..3);
    let fields =
        prop::collection::btree_map(prop::sample::select(FieldKey::ALL.to_vec()), text(), 0..4);
    let flags = prop::collection::btree_map(
        prop::sample::select(Flag::ALL.to_vec()),
        any::<bool>(),
        0..3,
    );
    (text(), fields, tags, attributes, flags).prop_map(|(id, fields, tags, attributes, flags)| {
        let mut c = contact(&id);
        for (key, text) in &fields {
            c.set_field(*key, text);
        }
        c.tags = tags;
        c.attributes = attributes.into_iter().map(|(k, v)| (k, json!(v))).collect();
        c.flags = flags;
        c
    })
}

fn query() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => "-?[abéAß1+]{1,2}",
        1 => "-?\"[ab 1:\\-]{0,4}\"",
        3 => "-?(name|email|phone|id|tag|attr\\.a|attr\\.\"a=\"):[ab1é]{1,2}\\*?",
        1 => "-?attr\\.[ab]=[ab1]{0,2}",
        1 => "-?(has:email|has:tags|has:attr\\.a|optin:yes|blocked:unknown|optin:no)",
        1 => text(),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.join(" "))
}

proptest! {
    #[test]
    fn printed_filters_read_back(query in prop_oneof![query(), "\\PC{0,12}"]) {
        let filter = Filter::parse_lenient(&query);
        let printed = filter.to_string();
        prop_assert_eq!(Filter::parse(&printed), Ok(filter.clone()), "{}", printed);
        if let Ok(strict) = Filter::parse(&query) {
            prop_assert_eq!(strict, filter);
        }
    }

    #[test]
    fn a_scan_finds_what_each_line_says(
        contacts in prop::collection::vec(any_contact(), 0..12), query in query(), gap in any::<bool>(),
    ) {
        let filter = Filter::parse_lenient(&query);
        let lines: Vec<String> = contacts.iter().map(|c| {
            let line = fold::line(c);
            // Also lines that words could run across.
            if gap { line.trim_end_matches(char::is_control).to_string() } else { line }
        }).collect();
        let mut starts = vec![0_u32];
        for line in &lines {
            starts.push(starts.last().unwrap() + u32::try_from(line.len()).unwrap());
        }
        let arena = lines.concat();
        let want: Vec<u32> = (0..).zip(&lines).filter(|(_, l)| filter.matches(l)).map(|(i, _)| i).collect();
        let mut got = vec![99];
        filter.scan(&arena, &starts, &mut got);
        prop_assert_eq!(&got, &want);
        let all: Vec<u32> = (0..u32::try_from(lines.len()).unwrap()).collect();
        filter.scan_among(&arena, &starts, &all, &mut got);
        prop_assert_eq!(&got, &want);
    }

    #[test]
    fn narrowing_loses_nothing(c in any_contact(), a in query(), b in query(), more in query()) {
        let line = fold::line(&c);
        let (first, other) = (Filter::parse_lenient(&a), Filter::parse_lenient(&b));
        let longer = Filter::parse_lenient(&format!("{a} {more}"));
        for (now, before) in [(&longer, &first), (&first, &other), (&other, &first)] {
            if now.narrows(before) && now.matches(&line) {
                prop_assert!(before.matches(&line), "{} narrows {} on {:?}", now, before, line);
            }
        }
    }

    #[test]
    fn words_are_found_where_they_stand(c in any_contact(), word in "[ab1é]{1,3}") {
        let hay = [FieldKey::Name, FieldKey::Email].map(|k| fold::fold(c.field(k)));
        if hay.iter().any(|h| h.contains(&fold::fold(&word))) {
            prop_assert!(Filter::parse(&word).unwrap().matches_contact(&c));
        }
    }
}
