//! What holds for every codec whatever comes in: nothing panics, and no request can hold a token.

use std::collections::BTreeMap;

use cardex::domain::{
    AccountName, Contact, ContactId, Edit, FieldKey, Flag, Patch, ProviderId, TagDelta, TagSet,
};
use cardex::http::HttpResponse;
use cardex::provider::{Call, Codec, Context, Cursor, Purpose, TagsMode, Target, codec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::case::calls_of;

/// Member names that codecs look at, so that generated JSON gets past the first look.
const MEMBERS: [&str; 39] = [
    "data",
    "contacts",
    "_id",
    "id",
    "name",
    "value",
    "email",
    "mobile",
    "phone_number",
    "tags",
    "attributes",
    "custom_attributes",
    "optin",
    "blocked",
    "incomingBlocked",
    "updatedAt",
    "status",
    "success",
    "error",
    "message",
    "errors",
    "payload",
    "meta",
    "count",
    "current_page",
    "pagination",
    "total",
    "items",
    "failedContacts",
    "labels",
    "custom_data",
    "next",
    "contact",
    "results",
    "total_pages",
    "company_id",
    "contact_custom_fields",
    "field_name",
    "field_value",
];

fn codecs() -> impl Iterator<Item = &'static dyn Codec> {
    ProviderId::ALL.into_iter().filter_map(codec)
}

fn context(email_attribute: Option<&str>) -> Context {
    Context {
        account: AccountName::new("laws"),
        base_url: "https://vendor.example/api/v1".into(),
        account_id: Some(1),
        email_attribute: email_attribute.map(str::to_string),
        tags_attribute: None,
        tags_mode: TagsMode::Replace,
        identity_hash: false,
        read_only: false,
    }
}

/// An id that fits the codec's rule.
fn id_for(codec: &dyn Codec) -> ContactId {
    let candidates = ["481", "64b0c0ffee0123456789abcd"];
    let rule = codec.table(&context(None)).id;
    let fitting = candidates.into_iter().find(|id| rule.check(id).is_ok());
    ContactId::new(fitting.unwrap_or_default())
}

/// Every call that a codec makes without a patch.
fn reads(codec: &dyn Codec, context: &Context) -> Vec<Call> {
    let cursor = Cursor("2".into());
    let mut calls = vec![
        codec.page(context, None),
        codec.page(context, Some(&cursor)),
    ];
    let id = id_for(codec);
    let reading = codec.read(context, Target::of(&id)).unwrap();
    calls.extend(calls_of(codec, context, reading));
    calls.extend(codec.definitions(context));
    calls.extend(codec.catalogue(context));
    calls.extend(codec.tagged(context, "vip", Some(&cursor)));
    calls.extend(codec.about(context));
    calls
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!("64b0c0ffee0123456789abcd")),
        Just(json!("2025-01-02T00:00:00.000Z")),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let member = prop_oneof![
            prop::sample::select(&MEMBERS[..]).prop_map(String::from),
            ".{0,4}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((member, inner), 0..8)
                .prop_map(|m| Value::Object(Map::from_iter(m))),
        ]
    })
}

fn swallow(response: &HttpResponse) {
    for codec in codecs() {
        let context = context(Some("email"));
        let mut calls = reads(codec, &context);
        let first = calls[0].clone();
        for purpose in [
            Purpose::Write,
            Purpose::WriteTags,
            Purpose::Tags,
            Purpose::Definitions,
            Purpose::Catalogue,
        ] {
            calls.push(Call {
                purpose,
                ..first.clone()
            });
        }
        for call in calls {
            let _ = codec.judge(&call.request, response);
            let _ = codec.decode(&context, &call, response);
        }
    }
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![Just(Edit::Clear), value.prop_map(Edit::Set)].boxed()
}

fn patch() -> impl Strategy<Value = Patch> {
    let tags = || prop::collection::btree_set("[a-d]", 0..3);
    let field = prop_oneof!["[a-z]{1,6}", "[0-9]{7,12}", Just("a@b.example".to_string())];
    (
        prop::collection::btree_map(prop::sample::select(&FieldKey::ALL[..]), edit(field), 0..3),
        tags(),
        tags(),
        prop::collection::btree_map(
            "[k-n]",
            edit(prop_oneof![
                "[a-z]{1,3}".prop_map(Value::from),
                any::<u8>().prop_map(Value::from)
            ]),
            0..3,
        ),
        prop::collection::btree_map(
            prop::sample::select(&Flag::ALL[..]),
            edit(any::<bool>()),
            0..3,
        ),
    )
        .prop_map(|(fields, add, remove, attributes, flags)| Patch {
            fields,
            tags: TagDelta { add, remove },
            attributes,
            flags,
        })
}

fn fresh() -> impl Strategy<Value = (TagSet, BTreeMap<String, Value>)> {
    (
        prop::collection::btree_set("[a-d]", 0..3),
        prop::collection::btree_map("[k-n]", "[a-z]{1,3}".prop_map(Value::from), 0..3),
    )
}

fn holds_no_authentication(codec: &dyn Codec, call: &Call) -> Result<(), TestCaseError> {
    let scheme = codec.facts().auth.map_or("", |a| a.header);
    for (name, value) in &call.request.headers {
        let name = name.to_ascii_lowercase();
        prop_assert!(!name.contains("auth") && !name.contains("token") && name != scheme);
        prop_assert!(!value.to_ascii_lowercase().contains("bearer"));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(value in json_value(), status in 100_u16..600) {
        swallow(&HttpResponse::json(status, &value));
        swallow(&HttpResponse::json(200, &value));
    }

    #[test]
    fn any_contact_in_an_envelope_is_read_or_refused(value in json_value()) {
        swallow(&HttpResponse::json(200, &json!({"status": "success", "data": value})));
        let contact = json!({"_id": "64b0c0ffee0123456789abcd", "id": 481, "attributes": value,
            "tags": value, "name": value, "optin": value, "updatedAt": value,
            "contact_custom_fields": value, "company_id": value});
        swallow(&HttpResponse::json(200, &json!({"data": contact, "payload": contact})));
        swallow(&HttpResponse::json(200, &json!({"results": [contact], "next": value})));
        swallow(&HttpResponse::json(200, &contact));
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        body in prop::collection::vec(any::<u8>(), 0..200),
        status in 100_u16..600,
        kind in prop::sample::select(&["application/json", "text/html", ""][..]),
    ) {
        swallow(&HttpResponse::new(status, vec![("content-type".into(), kind.into())], body));
    }

    #[test]
    fn a_truncated_answer_is_read_or_refused(value in json_value(), keep in 0.0..1.0_f64) {
        let mut response = HttpResponse::json(200, &json!({"status": "success", "data": value}));
        let keep = (response.body.len() as f64 * keep) as usize;
        response.body.truncate(keep);
        swallow(&response);
    }

    #[test]
    fn no_request_holds_authentication((tags, attributes) in fresh(), patch in patch()) {
        for codec in codecs() {
            let context = context(None);
            let facts = codec.facts();
            let mut contact = Contact::new(id_for(codec), context.account.clone(), facts.id);
            contact.tags = tags.clone();
            contact.attributes = attributes.clone();
            let updates = codec.update(&context, &contact, &patch).unwrap_or_default();
            for call in reads(codec, &context).iter().chain(&updates) {
                holds_no_authentication(codec, call)?;
                prop_assert!(call.request.url.starts_with("https://vendor.example/api/v1/"));
            }
        }
    }
}
