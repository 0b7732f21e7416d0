//! Every request that the codecs can build, validated by the vendors' documents with a library that nobody
//! here wrote. The documents are `tests/contract/merged/`: the vendor's words and our additions, which
//! `tests/contract/README.md` tells apart. No network and no tool but cargo; `tests/contract/run` has those.

mod document;
mod edits;

use std::collections::BTreeMap;

use cardex::domain::{Contact, FieldKey, Patch, ProviderId, TagsRead, validate};
use cardex::provider::{Call, Codec, Context, Target, codec};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::codec::{calls_of, golden};
use document::Document;

/// Members that hold what people name: no misspelling can be told from a name there.
const FREE: [&str; 2] = ["custom_attributes", "custom_data"];

/// The providers that are spoken to over HTTP.
fn spoken() -> impl Iterator<Item = (ProviderId, &'static dyn Codec)> {
    let ids = ProviderId::ALL.into_iter();
    ids.filter_map(|id| Some((id, codec(id)?)))
}

/// The calls that cardex makes for an edit: none where its own validation refuses it, as no command gets
/// past that.
fn calls(codec: &dyn Codec, context: &Context, fresh: &Contact, patch: &Patch) -> Vec<Call> {
    let table = codec.table(context);
    let problems = validate::patch(&table, &[], None, fresh, patch);
    if problems.iter().any(|(_, problem)| problem.is_error()) {
        return Vec::new();
    }
    codec.update(context, fresh, patch).unwrap_or_default()
}

/// What the document has against calls, with the place that they come from.
fn objections(document: &Document, context: &Context, place: &str, calls: &[Call]) -> Vec<String> {
    let judged = calls
        .iter()
        .map(|call| document.check(&context.base_url, call));
    judged
        .filter_map(Result::err)
        .map(|objection| format!("{place}: {objection}"))
        .collect()
}

fn none(objections: &[String]) {
    assert!(objections.is_empty(), "\n{}", objections.join("\n"));
}

#[test]
fn every_provider_with_a_codec_has_a_document() {
    let known = document::names();
    for (id, _) in spoken() {
        assert!(
            known.contains(&id.to_string()),
            "{id}: tests/contract/overlay/{id}.yaml is missing, so nothing judges what is sent"
        );
    }
}

#[test]
fn the_documents_are_made_from_the_files_that_are_there() {
    let stale: Vec<String> = document::names()
        .iter()
        .flat_map(|name| document::stale(name))
        .collect();
    assert!(
        stale.is_empty(),
        "run tests/contract/merge.py: changed since were {stale:?}"
    );
}

#[test]
fn the_golden_requests_are_what_the_vendors_document() {
    let mut found = Vec::new();
    for (id, codec) in spoken() {
        let document = Document::load(id.as_str());
        let (mut written, mut asked) = (0, 0);
        for case in golden(id) {
            let edit = case.edit.as_ref();
            let edit = edit.map(|(fresh, patch)| calls(codec, &case.context, fresh, patch));
            let edit = edit.unwrap_or_default();
            (written, asked) = (written + edit.len(), asked + case.asked.len());
            for calls in [&edit, &case.asked] {
                found.extend(objections(&document, &case.context, &case.place, calls));
            }
        }
        assert!(
            written > 5 && asked > 5,
            "{id}: {written} writes, {asked} reads"
        );
    }
    none(&found);
}

#[test]
fn an_edit_of_each_field_tag_attribute_and_flag_is_what_the_vendors_document() {
    let mut found = Vec::new();
    for (id, codec) in spoken() {
        let document = Document::load(id.as_str());
        for context in edits::contexts(id) {
            let fresh = edits::contact(id, codec, &context);
            for (what, patches) in edits::each(&codec.table(&context), &fresh) {
                let mut sent = 0;
                for patch in patches {
                    let calls = calls(codec, &context, &fresh, &patch);
                    sent += calls.len();
                    let place = format!("{id}, {what}: {}", json!(patch));
                    found.extend(objections(&document, &context, &place, &calls));
                }
                assert!(sent > 0, "{id}: no edit of {what} sends anything");
            }
        }
    }
    none(&found);
}

#[test]
fn what_is_asked_without_an_edit_is_what_the_vendors_document() {
    let mut found = Vec::new();
    for (id, codec) in spoken() {
        let document = Document::load(id.as_str());
        for context in edits::contexts(id) {
            let fresh = edits::contact(id, codec, &context);
            let calls = reads(codec, &context, &fresh);
            found.extend(objections(&document, &context, id.as_str(), &calls));
        }
    }
    none(&found);
}

/// Every call without a patch.
fn reads(codec: &dyn Codec, context: &Context, fresh: &Contact) -> Vec<Call> {
    let mut calls = vec![codec.page(context, None)];
    for target in [
        Target::of(&fresh.id),
        Target {
            known: Some(fresh),
            ..Target::of(&fresh.id)
        },
    ] {
        let reading = codec.read(context, target).expect("a contact's own id");
        calls.extend(calls_of(codec, context, reading));
    }
    for (key, text) in &fresh.fields {
        let start = codec.holders(context, *key, text);
        calls.extend(start.map(|start| codec.page(context, Some(&start))));
    }
    calls.extend(codec.definitions(context));
    calls.extend(codec.catalogue(context));
    calls.extend(codec.tagged(context, "vip & more", None));
    calls.extend(codec.about(context));
    calls
}

#[test]
fn a_misspelt_member_or_a_wrong_type_is_not_what_the_vendors_document() {
    for (id, codec) in spoken() {
        let document = Document::load(id.as_str());
        let mut spoilt = 0;
        for context in edits::contexts(id) {
            let fresh = edits::contact(id, codec, &context);
            for (what, patches) in edits::each(&codec.table(&context), &fresh) {
                for patch in patches {
                    for call in calls(codec, &context, &fresh, &patch) {
                        for body in misspelt(call.request.body.as_ref().unwrap_or(&Value::Null)) {
                            let mut wrong = call.clone();
                            wrong.request.body = Some(body.clone());
                            spoilt += 1;
                            assert!(
                                document.check(&context.base_url, &wrong).is_err(),
                                "{id}, {what}: nothing is said against {body}"
                            );
                        }
                    }
                }
            }
        }
        assert!(spoilt > 10, "{id}: only {spoilt} bodies were spoilt");
    }
}

/// The body with each of its members misspelt, and with each of its values of a type that no vendor takes.
fn misspelt(body: &Value) -> Vec<Value> {
    let mut bodies = Vec::new();
    match body {
        Value::Object(members) => {
            for (name, value) in members {
                let mut renamed = members.clone();
                renamed.remove(name);
                renamed.insert(format!("{name}x"), value.clone());
                bodies.push(Value::Object(renamed));
                let mut retyped = members.clone();
                retyped.insert(name.clone(), json!(1.5));
                bodies.push(Value::Object(retyped));
                if FREE.contains(&name.as_str()) {
                    continue;
                }
                for inner in misspelt(value) {
                    let mut with = members.clone();
                    with.insert(name.clone(), inner);
                    bodies.push(Value::Object(with));
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                for inner in misspelt(item) {
                    let mut with = items.clone();
                    with[at] = inner;
                    bodies.push(Value::Array(with));
                }
            }
        }
        _ => {}
    }
    bodies
}

#[test]
fn a_call_of_another_method_path_or_query_is_not_what_the_vendors_document() {
    for (id, codec) in spoken() {
        let document = Document::load(id.as_str());
        let context = edits::contexts(id).remove(0);
        let good = codec.page(&context, None);
        assert_eq!(document.check(&context.base_url, &good), Ok(()));
        let spoilt = |change: fn(&mut String)| {
            let mut call = good.clone();
            change(&mut call.request.url);
            document.check(&context.base_url, &call)
        };
        let elsewhere = |url: &mut String| *url = format!("{url}?").replacen('?', "/more?", 1);
        assert!(spoilt(elsewhere).is_err(), "{id}");
        let join = |url: &mut String| {
            let with = if url.contains('?') { '&' } else { '?' };
            url.push(with);
            url.push_str("pgae=1");
        };
        assert!(spoilt(join).is_err(), "{id}");
        let mut written = good.clone();
        written.request.method = cardex::http::Method::Put;
        assert!(document.check(&context.base_url, &written).is_err(), "{id}");
    }
}

proptest! {
    #[test]
    fn any_edit_that_is_let_through_is_what_the_vendors_document(patch in edits::any_patch()) {
        for (id, codec) in spoken() {
            let document = document::loaded(id.as_str());
            for context in edits::contexts(id) {
                let mut fresh = edits::contact(id, codec, &context);
                for emptied in [false, true] {
                    if emptied {
                        fresh.fields = BTreeMap::new();
                        fresh.attributes = BTreeMap::new();
                        fresh.tags.clear();
                        fresh.tags_read = TagsRead::All;
                    }
                    // What may be edited together is cardex's to know: each part alone, and all together.
                    for part in edits::parts(&patch) {
                        let calls = calls(codec, &context, &fresh, &part);
                        let found = objections(document, &context, id.as_str(), &calls);
                        prop_assert!(found.is_empty(), "{}", found.join("\n"));
                    }
                }
            }
        }
    }

    #[test]
    fn any_address_that_is_let_through_is_what_the_vendors_document(
        text in "[a-cA-Z0-9._@'+ -]{0,12}@[a-cA-Z0-9._@-]{1,12}"
    ) {
        let patch = edits::set(FieldKey::Email, &text);
        for (id, codec) in spoken() {
            let document = document::loaded(id.as_str());
            for context in edits::contexts(id) {
                let fresh = edits::contact(id, codec, &context);
                let calls = calls(codec, &context, &fresh, &patch);
                let found = objections(document, &context, id.as_str(), &calls);
                prop_assert!(found.is_empty(), "{}", found.join("\n"));
            }
        }
    }
}
