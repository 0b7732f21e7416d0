//! A plan that is written is read as it was, also after a review took lines out; what contradicts itself is not read.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{AccountName, Edit, FieldKey, Flag, ProviderId, TagDelta, TagSet};
use crate::engine::journal::RunId;
use crate::engine::plan::Allowed;

fn tags() -> impl Strategy<Value = TagSet> {
    prop::collection::btree_set("[a-d\"\\\\\u{202e}é]", 0..4)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(true)),
        any::<i64>().prop_map(|n| json!(n)),
        "[a-c\n\"]{0,3}".prop_map(|t| json!(t)),
        Just(serde_json::from_str("1.10").unwrap()),
        Just(json!(["x", 1])),
    ]
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![Just(Edit::Clear), value.prop_map(Edit::Set)].boxed()
}

fn contact(id: usize) -> impl Strategy<Value = Contact> {
    (
        prop::collection::btree_map(prop::sample::select(&FieldKey::ALL[..]), "[a-c]{1,2}", 0..4),
        tags(),
        prop::collection::btree_map("[k-m]", value(), 0..3),
        prop::collection::btree_map(prop::sample::select(&Flag::ALL[..]), any::<bool>(), 0..3),
    )
        .prop_map(move |(fields, tags, attributes, flags)| {
            let id = ContactId::new(id.to_string());
            let mut c = Contact::new(id, AccountName::new("a"), ProviderId::Local);
            c.fields = fields;
            c.tags = tags;
            c.attributes = attributes;
            c.flags = flags;
            c
        })
}

fn patch() -> impl Strategy<Value = Patch> {
    (
        prop::collection::btree_map(
            prop::sample::select(&FieldKey::ALL[..]),
            edit("[a-c]{1,2}".prop_map(String::from)),
            0..3,
        ),
        tags(),
        tags(),
        prop::collection::btree_map("[k-m]", edit(value()), 0..3),
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

/// A row as a planner makes one, of a contact and a change.
fn row_of(contact: &Contact, patch: &Patch, kind: u8, struck: bool) -> Row {
    let effective = Arc::new(patch.effective(contact));
    let planned = match kind {
        _ if effective.is_empty() => Planned::Nothing {
            why: "already so".into(),
        },
        0 => Planned::Blocked {
            reason: Reason::TooLong,
            why: "2501 of \"2500\"\n".into(),
        },
        1 => Planned::Unread { patch: effective },
        _ => {
            let changes = diff::changes_of(contact, &effective);
            Planned::Send {
                patch: effective,
                changes: serde_json::to_string(&changes).unwrap().into(),
            }
        }
    };
    Row {
        id: contact.id.clone(),
        name: contact.title().into(),
        record: (kind == 3).then(|| "r-1".into()),
        struck: struck && matches!(planned, Planned::Unread { .. } | Planned::Send { .. }),
        planned,
    }
}

fn header(change: Option<Patch>, doubt: Option<String>, undo_of: Option<i64>) -> Header {
    Header {
        account: AccountName::new("a"),
        provider: ProviderId::Local,
        place: String::new(),
        made_at: "2026-11-27T10:00:00Z".parse().unwrap(),
        made_by: "ana".into(),
        allowed: Allowed {
            new_tag: doubt.is_some(),
            ..Allowed::default()
        },
        reason: doubt.clone(),
        undo_of: undo_of.map(RunId),
        filter: change.as_ref().map(|_| "tag:\"x y\"".into()),
        doubts: doubt.into_iter().collect(),
        change,
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    let rows = prop::collection::vec((0..5_u8, any::<bool>(), any::<bool>()), 0..5);
    (
        rows,
        patch(),
        prop::option::of("[a-z\n]{1,4}"),
        prop::option::of(1..9_i64),
    )
        .prop_flat_map(|(kinds, shared, doubt, undo_of)| {
            let contacts: Vec<_> = (0..kinds.len()).map(contact).collect();
            let own: Vec<_> = kinds.iter().map(|_| patch()).collect();
            (contacts, own, Just((kinds, shared, doubt, undo_of))).prop_map(
                |(contacts, own, (kinds, shared, doubt, undo_of))| {
                    let each = contacts.iter().zip(&own).zip(kinds);
                    let rows = each.map(|((contact, own), (kind, struck, is_own))| {
                        let patch = if is_own { own } else { &shared };
                        row_of(contact, patch, kind, struck)
                    });
                    Plan {
                        rows: rows.collect(),
                        header: header(undo_of.is_none().then_some(shared.clone()), doubt, undo_of),
                    }
                },
            )
        })
}

fn text_of(plan: &Plan) -> String {
    let mut text = Vec::new();
    write(plan, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read(plan in plan()) {
        let (read, odd) = read(text_of(&plan).as_bytes()).unwrap();
        prop_assert_eq!(read, plan);
        prop_assert_eq!(odd, None);
    }

    #[test]
    fn lines_may_be_taken_out_and_struck_out(plan in plan(), keep in any::<u8>(), strike in any::<u8>()) {
        let text = text_of(&plan);
        let mut kept = Vec::new();
        let mut expected = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let Some(row) = at.checked_sub(1).and_then(|n| plan.rows.get(n)) else {
                kept.push(line.to_string());
                continue;
            };
            if keep & (1 << at) == 0 {
                continue;
            }
            let mut row = row.clone();
            let mut object: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
            if strike & (1 << at) != 0 {
                object.insert("struck".into(), json!(true));
                row.struck = true;
            }
            // The order of keys does not matter.
            kept.push(serde_json::to_string(&object).unwrap());
            expected.push(row);
        }
        let (read, odd) = read(kept.join("\n\n").as_bytes()).unwrap();
        prop_assert_eq!(odd.is_some(), expected.len() != plan.rows.len());
        prop_assert_eq!(read.rows, expected);
    }

    #[test]
    fn a_value_that_is_not_what_the_patch_does_is_not_read(plan in plan()) {
        for (at, row) in plan.rows.iter().enumerate() {
            let Planned::Send { .. } = row.planned else { continue };
            let mut lines: Vec<String> = text_of(&plan).lines().map(String::from).collect();
            let mut object: Value = serde_json::from_str(&lines[at + 1]).unwrap();
            object["changes"][0]["new"] = json!("something else");
            lines[at + 1] = object.to_string();
            let refused = read(lines.join("\n").as_bytes()).unwrap_err();
            let line = format!("line {}: ", at + 2);
            prop_assert!(refused.why.starts_with(&line), "{:?}", refused);
            prop_assert_eq!(refused.line, Some(at as u64 + 2));
        }
    }
}
