//! Each rule by example: what passes, what is refused or doubted, and the repair that is offered.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::domain::field::{Compare, FieldKey, FieldKind, FieldSpec, Flag, FlagSpec, IdRule};
use crate::domain::{AccountName, ContactId, ProviderId, TagDelta};

const PLAIN: FieldSpec = FieldSpec {
    key: FieldKey::Name,
    label: "Name",
    access: Access::Full,
    kind: FieldKind::Text,
    max_chars: Some(255),
    compare: Compare::Exact,
    caution: None,
    guard: None,
    offers_seen: false,
};

const fn of(kind: FieldKind) -> FieldSpec {
    FieldSpec { kind, ..PLAIN }
}

const ATTRIBUTES: AttributeSpec = AttributeSpec {
    access: Access::Full,
    untyped: AttributeType::Text,
    empty_removes: false,
    texts_only: false,
    removal_note: None,
    undefined_note: Some("not defined in this account"),
    has_definitions: true,
    max_chars: None,
    new_name_guard: None,
};

const TAGS: TagSpec = TagSpec {
    label: "Labels",
    kept_in: None,
    access: Access::Full,
    ignore_case: true,
    outside_catalogue: Some("not a label of this account"),
    comma_forbidden: true,
};

/// `ok`, or severity and repair: `error`, `warning -> repair`.
fn told(problem: Option<&Problem>) -> String {
    let Some(problem) = problem else {
        return "ok".into();
    };
    let severity = if problem.is_error() {
        "error"
    } else {
        "warning"
    };
    match &problem.repair {
        Some(repair) => format!("{severity} -> {repair}"),
        None => severity.into(),
    }
}

fn fields(spec: &FieldSpec, cases: &[(&str, &str)]) {
    for (text, want) in cases {
        let problem = field(spec, text, Some("DE"));
        assert_eq!(told(problem.as_ref()), *want, "{text:?}: {problem:?}");
        if let Some(repair) = problem.and_then(|p| p.repair) {
            let again = field(spec, &repair, Some("DE"));
            assert!(again.is_none_or(|p| !p.is_error()), "{repair:?}");
        }
    }
}

#[test]
fn texts() {
    let long = "é".repeat(256);
    fields(
        &of(FieldKind::Text),
        &[
            ("Ada Byron", "ok"),
            // Accepted, and hardly meant.
            ("", "warning"),
            (&long, "error"),
            (&long[..510], "ok"),
            (" Ada ", "warning -> Ada"),
            ("Ada\nByron", "warning -> Ada Byron"),
            ("   ", "warning"),
        ],
    );
}

#[test]
fn e_mails_follow_chatwoots_rule() {
    fields(
        &of(FieldKind::Email),
        &[
            ("ada@example.org", "ok"),
            ("Ada+x@EXAMPLE.co.uk", "ok"),
            ("アダ@例え.jp", "ok"),
            ("ada@localhost", "warning"),
            ("ada@example..org", "warning"),
            ("ada@example.org.", "warning"),
            ("a,b@example.org", "warning"),
            ("ada", "error"),
            ("@example.org", "error"),
            ("ada@", "error"),
            ("a@b@c.de", "error"),
            ("ada byron@example.org", "error"),
            (" ada@example.org ", "error -> ada@example.org"),
            ("ada@example.org\n", "error -> ada@example.org"),
            ("Ada <ada@example.org>", "error -> ada@example.org"),
            ("<ada@example.org>", "warning -> ada@example.org"),
            ("mailto:ada@example.org", "warning -> ada@example.org"),
            ("\u{200b}ada@example.org", "warning -> ada@example.org"),
            ("ada@exa\u{200b}mple.org", "warning"),
        ],
    );
}

#[test]
fn telephones() {
    fields(
        &of(FieldKind::PhoneE164),
        &[
            ("+49151234", "ok"),
            ("0151 234", "error -> +49151234"),
            ("+49 151-234", "error -> +49151234"),
            ("151 234", "error"),
            ("tel:+15551234567", "error -> +15551234567"),
        ],
    );
    fields(
        &of(FieldKind::PhoneDigits),
        &[
            ("919876543210", "ok"),
            ("+91 98765 43210", "error -> 919876543210"),
            ("0151 2345678", "error -> 491512345678"),
            ("91XXXXXX43", "error"),
            ("12345", "error"),
        ],
    );
    let bare = field(&of(FieldKind::PhoneDigits), "4155550100", Some("US"));
    assert_eq!(told(bare.as_ref()), "warning -> 14155550100");
}

#[test]
fn addresses() {
    fields(
        &of(FieldKind::Url),
        &[
            ("https://example.org/a?b=c", "ok"),
            ("HTTP://example.org", "ok"),
            (
                "example.org/ada.png",
                "error -> https://example.org/ada.png",
            ),
            (" https://example.org ", "error -> https://example.org"),
            ("javascript:alert(1)", "error"),
            ("https://", "error"),
            ("ftp://example.org", "error"),
            ("not an address", "error"),
        ],
    );
}

#[test]
fn what_can_not_be_done_is_said_with_the_reason() {
    let with = |access| FieldSpec { access, ..PLAIN };
    let message = |access, text| field(&with(access), text, None).map(|p| p.message);
    assert_eq!(
        message(Access::NoClear("it is needed"), "").as_deref(),
        Some("can not be cleared: it is needed")
    );
    assert_eq!(message(Access::NoClear("it is needed"), "x"), None);
    assert_eq!(
        message(Access::Absent("no such thing"), "x").as_deref(),
        Some("can not be set: no such thing")
    );
    assert_eq!(message(Access::WriteOnly("fetched later"), ""), None);
}

fn definition(kind: AttributeType) -> AttributeDefinition {
    AttributeDefinition {
        key: "plan".into(),
        label: "Plan".into(),
        kind,
        description: None,
        values: ["Free", "Gold", "Gold Plus"].map(String::from).into(),
        pattern: Some("/^[A-Z]{3}$/".into()),
        pattern_hint: Some("three capitals".into()),
        days_as_times: false,
    }
}

#[test]
fn attributes_by_type() {
    use AttributeType as T;
    let cases = [
        (T::Number, "12.50", "ok"),
        (T::Number, "12,5", "error -> 12.5"),
        (T::Number, "1,234", "error"),
        (T::Number, "1,234.50", "error -> 1234.50"),
        (T::Currency, "1.234,50 €", "error -> 1234.50"),
        (T::Percent, "50%", "error -> 50"),
        (T::Number, "007", "error -> 7"),
        (T::Number, ".5", "error -> 0.5"),
        (T::Number, "1.2.3", "error"),
        (T::Number, "many", "error"),
        (T::Number, "", "error"),
        (T::Checkbox, "yes", "ok"),
        (T::Checkbox, "TRUE", "error -> yes"),
        (T::Checkbox, "maybe", "error"),
        (T::Date, "2026-05-01", "ok"),
        (T::Date, "2026-05-01T00:00:00.000Z", "ok"),
        (T::Date, "2026-05-01T10:00:00+02:00", "ok"),
        (T::Date, "2024-02-29", "ok"),
        (T::Date, "2026-02-29", "error"),
        (T::Date, "2026-13-01", "error"),
        (T::Date, "20260501", "error"),
        (T::Date, "2026-5-1", "error -> 2026-05-01"),
        (T::Date, "2026/05/01", "error -> 2026-05-01"),
        (T::Date, "1.5.2026", "error -> 2026-05-01"),
        (T::Date, "25/12/2026", "error -> 2026-12-25"),
        (T::Date, "12/25/2026", "error -> 2026-12-25"),
        (T::Date, "05/06/2026", "error"),
        (T::Date, "tomorrow", "error"),
        (T::List, "Gold", "ok"),
        (T::List, "gold", "error -> Gold"),
        (T::List, "Silver", "error"),
        (T::Link, "https://example.org", "ok"),
        (T::Link, "example.org", "error -> https://example.org"),
        (T::Link, "mailto:ada@example.org", "warning"),
        (T::Link, "ada", "error"),
        (T::Text, "ABC", "ok"),
        (T::Text, "abc", "error"),
        (T::Text, " ABC", "error -> ABC"),
        (T::Text, "", "ok"),
    ];
    for (kind, text, want) in cases {
        let definition = definition(kind);
        let problem = attribute(Some(&definition), &ATTRIBUTES, "plan", text, None);
        assert_eq!(
            told(problem.as_ref()),
            want,
            "{kind:?} {text:?}: {problem:?}"
        );
        if let Some(repair) = problem.and_then(|p| p.repair) {
            let again = attribute(Some(&definition), &ATTRIBUTES, "plan", &repair, None);
            assert_eq!(again, None, "{repair:?}");
        }
        // What is stored is never the person's fault.
        let stored = json!(text);
        let problem = attribute(Some(&definition), &ATTRIBUTES, "plan", text, Some(&stored));
        assert_eq!(problem, None);
    }
    let text = definition(AttributeType::Text);
    let wrong = attribute(Some(&text), &ATTRIBUTES, "plan", "abc", None);
    assert_eq!(wrong.map(|p| p.message).as_deref(), Some("three capitals"));
}

#[test]
fn section_9_a_value_of_another_shape_is_not_written_over() {
    for (stored, shape) in [(json!([1]), "a list"), (json!({"a": 1}), "an object")] {
        for definition in [None, Some(definition(AttributeType::List))] {
            let problem = attribute(definition.as_ref(), &ATTRIBUTES, "x", "5", Some(&stored));
            let problem = problem.unwrap();
            assert!(
                problem.is_error() && problem.message.contains(shape),
                "{problem:?}"
            );
            let same = stored.to_string();
            let untouched = attribute(definition.as_ref(), &ATTRIBUTES, "x", &same, Some(&stored));
            assert_eq!(untouched, None);
        }
    }
}

#[test]
fn undefined_and_emptied_attributes_are_pointed_out() {
    let new = attribute(None, &ATTRIBUTES, "x", "1", None);
    assert_eq!(
        new.map(|p| p.message).as_deref(),
        Some("\"x\" is not defined in this account")
    );
    assert_eq!(
        attribute(None, &ATTRIBUTES, "x", "1", Some(&json!("2"))),
        None
    );
    let removing = AttributeSpec {
        empty_removes: true,
        texts_only: false,
        removal_note: None,
        ..ATTRIBUTES
    };
    let emptied = attribute(None, &removing, "x", "", Some(&json!("2")));
    assert_eq!(told(emptied.as_ref()), "warning");
}

#[test]
fn attribute_names() {
    let cases = [
        ("tier", "ok"),
        ("", "error"),
        ("  ", "error"),
        ("a\nb", "error -> a b"),
        ("plan", "error"),
        ("Plan", "warning"),
        (" tier", "warning -> tier"),
    ];
    for (name, want) in cases {
        let problem = attribute_name(&ATTRIBUTES, ["plan"], name);
        assert_eq!(told(problem.as_ref()), want, "{name:?}");
    }
}

#[test]
fn tags() {
    let catalogue = ["vip", "Big Customer"].map(String::from);
    let cases = [
        ("vip", "ok"),
        ("VIP", "warning -> vip"),
        ("big customer", "warning -> Big Customer"),
        ("trial", "warning"),
        ("Trial", "warning -> trial"),
        (" vip", "warning -> vip"),
        ("a,b", "error"),
        ("", "error"),
        ("\u{1b}[0m", "error -> [0m"),
    ];
    for (name, want) in cases {
        let problem = tag(&TAGS, Some(&catalogue), name);
        assert_eq!(told(problem.as_ref()), want, "{name:?}");
    }
    assert_eq!(tag(&TAGS, None, "VIP"), None);
    let free = TagSpec {
        comma_forbidden: false,
        outside_catalogue: None,
        ..TAGS
    };
    assert_eq!(tag(&free, Some(&catalogue), "a,b"), None);
}

#[test]
fn a_patch_is_judged_whole_and_only_where_it_changes() {
    let spec = |key, access| FieldSpec {
        key,
        access,
        ..PLAIN
    };
    let flag = |flag, access| FlagSpec {
        flag,
        access,
        caution: None,
    };
    let table = FieldTable {
        fields: vec![
            spec(FieldKey::Name, Access::NoClear("names are needed")),
            FieldSpec {
                kind: FieldKind::Email,
                ..spec(FieldKey::Email, Access::Full)
            },
            spec(FieldKey::Phone, Access::Absent("no phones here")),
            spec(FieldKey::AvatarUrl, Access::WriteOnly("fetched later")),
        ],
        tags: TAGS,
        attributes: ATTRIBUTES,
        flags: vec![
            flag(Flag::Optin, Access::NoClear("yes or no")),
            flag(Flag::Blocked, Access::ReadOnly("set elsewhere")),
        ],
        id: IdRule::Integer,
        listed_by: None,
        revalidates: &[],
    };
    let definitions = [definition(AttributeType::List)];
    let mut base = Contact::new(
        ContactId::new("1"),
        AccountName::new("a"),
        ProviderId::Local,
    );
    base.set_field(FieldKey::Email, "legacy");
    base.attributes.insert("plan".into(), json!("Old"));
    base.flags.insert(Flag::Optin, true);

    let mut change = Patch::default();
    change.fields.insert(FieldKey::Name, Edit::Clear);
    change
        .fields
        .insert(FieldKey::Email, Edit::Set("ada".into()));
    change.fields.insert(FieldKey::Phone, Edit::Set("1".into()));
    change
        .fields
        .insert(FieldKey::Identifier, Edit::Set("1".into()));
    change.fields.insert(FieldKey::AvatarUrl, Edit::Clear);
    change.tags = TagDelta {
        add: ["a,b".to_string()].into(),
        ..TagDelta::default()
    };
    change.attributes = BTreeMap::from([
        ("plan".to_string(), Edit::Set(json!("gold"))),
        ("".to_string(), Edit::Set(json!("x"))),
    ]);
    change.flags = BTreeMap::from([(Flag::Optin, Edit::Clear), (Flag::Blocked, Edit::Set(true))]);
    let rows = patch(&table, &definitions, None, &base, &change);
    assert!(rows.iter().all(|(_, p)| p.is_error()), "{rows:#?}");
    let keys: Vec<&str> = rows.iter().map(|(key, _)| key.as_str()).collect();
    let want = [
        "name",
        "email",
        "phone",
        "identifier",
        "avatar_url",
        "tags",
        "attr.",
        "attr.plan",
        "optin",
        "blocked",
    ];
    assert_eq!(keys, want);
    assert_eq!(rows[2].1.message, "can not be set: no phones here");
    assert_eq!(rows[7].1.repair.as_deref(), Some("Gold"));

    let mut same = Patch::default();
    same.fields
        .insert(FieldKey::Email, Edit::Set("legacy".into()));
    same.attributes
        .insert("plan".into(), Edit::Set(json!("Old")));
    assert_eq!(patch(&table, &definitions, None, &base, &same), []);
    let mut quoted = Patch::default();
    quoted
        .attributes
        .insert("seats".into(), Edit::Set(json!("5")));
    let seats = AttributeDefinition {
        key: "seats".into(),
        ..definition(AttributeType::Number)
    };
    let rows = patch(&table, &[seats], None, &base, &quoted);
    assert!(rows[0].1.message.contains("stored as text"), "{rows:?}");
}

proptest::proptest! {
    #[test]
    fn every_repair_is_accepted(text in "\\PC{0,14}|[0-9+()./ -]{0,16}|[a1@. <>\u{200b}]{0,10}|[0-9.,/$-]{1,10}") {
        use proptest::prop_assert;
        for kind in [FieldKind::Email, FieldKind::PhoneE164, FieldKind::PhoneDigits, FieldKind::Url] {
            let problem = field(&of(kind), &text, Some("DE"));
            if let Some(repair) = problem.and_then(|p| p.repair) {
                let again = field(&of(kind), &repair, Some("DE"));
                prop_assert!(again.is_none_or(|p| !p.is_error()), "{:?} {:?} {:?}", kind, text, repair);
            }
        }
        for kind in [AttributeType::Number, AttributeType::Date, AttributeType::Link, AttributeType::Text] {
            let definition = definition(kind);
            let problem = attribute(Some(&definition), &ATTRIBUTES, "plan", &text, None);
            if let Some(repair) = problem.and_then(|p| p.repair) {
                let again = attribute(Some(&definition), &ATTRIBUTES, "plan", &repair, None);
                prop_assert!(again.is_none(), "{:?} {:?} {:?}", kind, text, repair);
            }
        }
    }
}
