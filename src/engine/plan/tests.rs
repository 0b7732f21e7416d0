//! Rows of plans by law: planning again after applying leaves nothing to do; taking back leaves what was.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::back::{back, left_by};
use super::*;
use crate::domain::{Edit, TagSet, diff};
use crate::engine::journal::{Entry, Intent, RowFold};
use crate::provider::{chatwoot, local};

fn tags() -> impl Strategy<Value = TagSet> {
    prop::collection::btree_set("[a-d]", 0..4)
}

fn contact() -> impl Strategy<Value = Contact> {
    (
        tags(),
        "[x-z]",
        prop::option::of(0..3_u8),
        any::<Option<bool>>(),
    )
        .prop_map(|(tags, name, attribute, blocked)| {
            let mut c = Contact::new(
                ContactId::new("1"),
                AccountName::new("desk"),
                ProviderId::Local,
            );
            c.tags = tags;
            c.set_field(FieldKey::Name, &name);
            if let Some(n) = attribute {
                c.attributes.insert("plan".into(), json!(n.to_string()));
            }
            if let Some(state) = blocked {
                c.flags.insert(Flag::Blocked, state);
            }
            c
        })
}

fn change() -> impl Strategy<Value = Patch> {
    let name = prop::option::of("[x-z]".prop_map(Edit::Set));
    let attribute = prop::option::of(prop_oneof![
        Just(Edit::Clear),
        (0..3_u8).prop_map(|n| Edit::Set(json!(n.to_string())))
    ]);
    let blocked = prop::option::of(any::<bool>().prop_map(Edit::Set));
    (tags(), tags(), name, attribute, blocked).prop_map(
        |(add, remove, name, attribute, blocked)| {
            let mut patch = Patch::default();
            patch.tags.remove = remove.difference(&add).cloned().collect();
            patch.tags.add = add;
            patch.fields.extend(name.map(|e| (FieldKey::Name, e)));
            patch
                .attributes
                .extend(attribute.map(|e| ("plan".to_string(), e)));
            patch.flags.extend(blocked.map(|e| (Flag::Blocked, e)));
            patch
        },
    )
}

fn planner() -> Planner {
    Planner::new(
        local::table(),
        Vec::new(),
        None,
        None,
        BTreeSet::new(),
        Allowed::default(),
    )
}

/// The journal of a row that was sent as planned.
fn applied(contact: &Contact, patch: &Patch) -> RowFold {
    RowFold::of([Entry::Intent(Intent {
        patch: patch.clone(),
        changes: diff::changes_of(contact, patch),
        record: None,
    })])
}

proptest! {
    #[test]
    fn planning_again_after_applying_leaves_nothing_to_do(c in contact(), asked in change()) {
        let mut planner = planner();
        let row = planner.row(&c, &asked, |_, _| None);
        let after = match &row.planned {
            Planned::Send { patch, .. } => {
                let changes = row.changes();
                prop_assert_eq!(base_of(patch.apply(&c), &changes, None), c.clone());
                patch.apply(&c)
            }
            Planned::Nothing { .. } => c.clone(),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(&after, &asked.apply(&c));
        let again = planner.row(&after, &asked, |_, _| None);
        prop_assert_eq!(again.kind(), Kind::Nothing);
    }

    #[test]
    fn a_row_is_taken_back_whole_and_nothing_of_what_came_since(
        before in contact(), asked in change(), since in tags(),
    ) {
        let patch = asked.effective(&before);
        let fold = applied(&before, &patch);
        let mut now = patch.apply(&before);
        let new: TagSet = since.iter().map(|t| format!("new {t}")).collect();
        now.tags.extend(new.clone());
        now.attributes.insert("note".into(), json!("theirs"));
        let left = left_by(now.clone(), &fold);
        let (undo, changed) = back(&fold, &left, &now, &local::table());
        prop_assert_eq!(changed, None);
        let mut wanted = before.clone();
        wanted.tags.extend(new);
        wanted.attributes.insert("note".into(), json!("theirs"));
        prop_assert_eq!(undo.apply(&now), wanted);
    }
}

fn ada() -> Contact {
    let mut c = Contact::new(
        ContactId::new("1"),
        AccountName::new("desk"),
        ProviderId::Chatwoot,
    );
    c.set_field(FieldKey::Name, "Ada");
    c
}

fn renamed(to: &str, tag: &str) -> Patch {
    let mut patch = Patch::default();
    patch.fields.insert(FieldKey::Name, Edit::Set(to.into()));
    patch.tags.add.insert(tag.into());
    patch
}

#[test]
fn tags_that_were_not_read_are_read_first_and_block_nothing() {
    let mut listed = ada();
    listed.tags_read = crate::domain::TagsRead::No;
    let mut patch = Patch::default();
    patch.tags.add.insert("vip".into());
    let refuses = |_: &Contact, _: &Patch| Some((Reason::Invalid, "read them first".to_string()));
    let row = planner().row(&listed, &patch, refuses);
    assert_eq!(row.kind(), Kind::Unread);
    listed.tags_read = crate::domain::TagsRead::All;
    let row = planner().row(&listed, &patch, refuses);
    assert_eq!(row.kind(), Kind::Blocked(Reason::Invalid));
}

#[test]
fn a_value_that_somebody_changed_since_is_named_and_one_that_never_changed_is_not() {
    let patch = renamed("Ada B", "vip");
    let fold = applied(&ada(), &patch);
    let with_name = |name: &str| {
        let mut now = patch.apply(&ada());
        now.set_field(FieldKey::Name, name);
        now
    };
    let taken_back = |now: &Contact| {
        let left = left_by(now.clone(), &fold);
        back(&fold, &left, now, &local::table())
    };
    let theirs = with_name("Augusta");
    assert_eq!(taken_back(&theirs).1.as_deref(), Some("name"));
    // Stored in part: the tag arrived, the name did not.
    let partly = with_name("Ada");
    let (undo, changed) = taken_back(&partly);
    assert_eq!(changed, None);
    assert_eq!(undo.apply(&partly), ada());
}

#[test]
fn a_tag_that_is_spelled_otherwise_by_its_provider_is_taken_back() {
    let fold = applied(&ada(), &renamed("Ada", "VIP"));
    let mut now = ada();
    now.tags.insert("vip".into());
    let left = left_by(now.clone(), &fold);
    let (undo, _) = back(&fold, &left, &now, &chatwoot::table());
    assert_eq!(undo.tags.remove, ["vip".to_string()].into());
}
