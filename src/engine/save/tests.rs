//! Every way a save can go, as (state, event) → step.

use serde_json::json;

use std::collections::BTreeSet;

use super::*;
use crate::domain::{AccountName, ContactId, Edit, FieldKey, ProviderId, TagDelta, TroubleKind};
use crate::provider::local;

fn ada() -> Contact {
    let mut c = Contact::new(
        ContactId::new("1"),
        AccountName::new("a"),
        ProviderId::Chatwoot,
    );
    c.set_field(FieldKey::Name, "Ada");
    c.set_field(FieldKey::Email, "ada@example.org");
    c.tags = ["vip".to_string()].into();
    c
}

fn rename(to: &str) -> Patch {
    let mut p = Patch::default();
    p.fields.insert(FieldKey::Name, Edit::Set(to.into()));
    p
}

fn tag(add: &str) -> Patch {
    Patch {
        tags: TagDelta {
            add: [add.to_string()].into(),
            ..Default::default()
        },
        ..Default::default()
    }
}

fn outcome(step: Step) -> SaveOutcome {
    match step {
        Step::Done(outcome) => *outcome,
        other => panic!("not done: {other:?}"),
    }
}

fn broken() -> Trouble {
    Trouble::new(TroubleKind::Network, "the connection broke")
}

fn unclear() -> WriteResult {
    WriteResult::Failed {
        trouble: broken(),
        partly: false,
        fate: Fate::Unclear,
    }
}

fn begin(patch: Patch) -> (Save, Step) {
    let (mut save, first) = Save::new(
        ada(),
        patch,
        local::table(),
        BTreeSet::new(),
        Permits::default(),
    );
    assert_eq!(first, Step::Read);
    let step = save.on_read(Ok(ada()));
    (save, step)
}

#[test]
fn what_is_already_so_sends_nothing() {
    let (_, step) = begin(rename("Ada"));
    assert_eq!(outcome(step), SaveOutcome::Unchanged { contact: ada() });
}

#[test]
fn a_field_changed_meanwhile_is_a_conflict_and_other_changes_pass() {
    let mut theirs = ada();
    theirs.set_field(FieldKey::Name, "Augusta");
    let (mut save, _) = Save::new(
        ada(),
        rename("Ada B"),
        local::table(),
        BTreeSet::new(),
        Permits::default(),
    );
    let SaveOutcome::Conflict { changes, .. } = outcome(save.on_read(Ok(theirs.clone()))) else {
        panic!("no conflict");
    };
    assert_eq!(changes[0].key, "name");
    assert_eq!(changes[0].new, json!("Augusta"));

    theirs.set_field(FieldKey::Name, "Ada");
    theirs.set_field(FieldKey::Email, "other@example.org");
    theirs.tags.insert("colleague".into());
    let (mut save, _) = Save::new(
        ada(),
        tag("new"),
        local::table(),
        BTreeSet::new(),
        Permits::default(),
    );
    let Step::Write { fresh, patch } = save.on_read(Ok(theirs)) else {
        panic!("no write")
    };
    let written = patch.apply(&fresh).tags;
    assert!(written.contains("colleague") && written.contains("new") && written.contains("vip"));
}

#[test]
fn force_writes_over_a_conflict() {
    let mut theirs = ada();
    theirs.set_field(FieldKey::Name, "Augusta");
    let (mut save, _) = Save::new(
        ada(),
        rename("Ada B"),
        local::table(),
        BTreeSet::new(),
        Permits {
            force: true,
            ..Permits::default()
        },
    );
    assert!(matches!(save.on_read(Ok(theirs)), Step::Write { .. }));
}

#[test]
fn a_whole_answer_verifies_and_an_answer_without_tags_does_not_verify_tags() {
    let (mut save, _) = begin(rename("Ada B"));
    let answer = rename("Ada B").apply(&ada());
    let step = save.on_written(WriteResult::Answered(Some(Box::new(answer.clone()))));
    let SaveOutcome::Applied {
        after,
        check,
        changes,
        ..
    } = outcome(step)
    else {
        panic!("lost")
    };
    assert_eq!((after, check), (answer, Check::Verified));
    assert_eq!(changes.len(), 1);

    let (mut save, _) = begin(tag("new"));
    let mut answer = ada();
    answer.tags_read = TagsRead::No;
    answer.tags.clear();
    assert_eq!(
        save.on_written(WriteResult::Answered(Some(Box::new(answer)))),
        Step::ReadBack
    );
    let SaveOutcome::Applied { check, .. } = outcome(save.on_read(Ok(ada()))) else {
        panic!("lost")
    };
    assert!(matches!(check, Check::Drifted(rows) if rows[0].key == "tags"));
}

#[test]
fn an_answer_without_tags_keeps_the_known_ones() {
    let (mut save, _) = begin(rename("Ada B"));
    let mut answer = rename("Ada B").apply(&ada());
    answer.tags.clear();
    answer.tags_read = TagsRead::No;
    let step = save.on_written(WriteResult::Answered(Some(Box::new(answer))));
    let SaveOutcome::Applied { after, .. } = outcome(step) else {
        panic!("lost")
    };
    assert!(after.tags.contains("vip"));
}

#[test]
fn a_success_that_stored_something_else_is_drift() {
    let (mut save, _) = begin(rename("Ada B"));
    assert_eq!(
        save.on_written(WriteResult::Answered(Some(Box::new(ada())))),
        Step::ReadBack
    );
    let SaveOutcome::Applied { check, .. } = outcome(save.on_read(Ok(ada()))) else {
        panic!("lost")
    };
    let Check::Drifted(rows) = check else {
        panic!("not drifted")
    };
    assert_eq!(
        (&rows[0].old, &rows[0].new),
        (&json!("Ada B"), &json!("Ada"))
    );
}

#[test]
fn an_unclear_write_is_settled_by_reading() {
    for (stored, expected) in [
        (rename("Ada B").apply(&ada()), "applied"),
        // What is not there yet may still land.
        (ada(), "unknown"),
        (rename("Someone else").apply(&ada()), "unknown"),
    ] {
        let (mut save, _) = begin(rename("Ada B"));
        assert_eq!(save.on_written(unclear()), Step::ReadBack);
        let got = match outcome(save.on_read(Ok(stored))) {
            SaveOutcome::Applied {
                check: Check::Verified,
                ..
            } => "applied",
            SaveOutcome::Unknown { .. } => "unknown",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected);
    }
    let (mut save, _) = begin(rename("Ada B"));
    save.on_written(unclear());
    assert_eq!(
        outcome(save.on_read(Err(broken()))),
        SaveOutcome::Unknown {
            trouble: broken(),
            stored: None
        }
    );
}

#[test]
fn a_refusal_after_a_first_accepted_request_shows_what_is_stored() {
    let (mut save, _) = begin(rename("Ada B"));
    let refusal = WriteResult::Rejected {
        message: "no".into(),
        fields: vec![],
        partly: true,
    };
    assert_eq!(save.on_written(refusal), Step::ReadBack);
    let now = rename("Ada B").apply(&ada());
    assert_eq!(
        outcome(save.on_read(Ok(now.clone()))),
        SaveOutcome::Refused {
            message: "no".into(),
            fields: vec![],
            partly: true,
            stored: Some(now)
        }
    );
}

#[test]
fn tags_ignoring_case_are_removed_in_their_stored_spelling() {
    let mut table = local::table();
    table.tags.ignore_case = true;
    let mut patch = tag("VIP");
    let (mut save, _) = Save::new(
        ada(),
        patch.clone(),
        table.clone(),
        BTreeSet::new(),
        Permits::default(),
    );
    assert!(matches!(
        outcome(save.on_read(Ok(ada()))),
        SaveOutcome::Unchanged { .. }
    ));

    patch.tags = TagDelta {
        remove: ["VIP".to_string()].into(),
        ..Default::default()
    };
    let (mut save, _) = Save::new(ada(), patch, table, BTreeSet::new(), Permits::default());
    let Step::Write { fresh, patch } = save.on_read(Ok(ada())) else {
        panic!("no write")
    };
    assert!(patch.apply(&fresh).tags.is_empty());
}

fn chatwoot_like() -> FieldTable {
    let mut table = local::table();
    table.tags.ignore_case = true;
    for field in &mut table.fields {
        match field.key {
            FieldKey::Email => field.compare = crate::domain::field::Compare::IgnoreCase,
            FieldKey::AvatarUrl => {
                field.access = crate::domain::Access::WriteOnly("fetched later");
            }
            _ => {}
        }
    }
    table
}

fn set(key: FieldKey, text: &str) -> Patch {
    let mut patch = Patch::default();
    patch.fields.insert(key, Edit::Set(text.into()));
    patch
}

#[test]
fn a_tag_added_and_removed_in_two_spellings_stays() {
    let mut patch = tag("VIP");
    patch.tags.remove = ["vip".to_string()].into();
    let (mut save, _) = Save::new(
        ada(),
        patch,
        chatwoot_like(),
        BTreeSet::new(),
        Permits::default(),
    );
    assert!(matches!(
        outcome(save.on_read(Ok(ada()))),
        SaveOutcome::Unchanged { .. }
    ));
}

#[test]
fn what_is_never_read_back_is_not_called_verified() {
    let patch = set(FieldKey::AvatarUrl, "https://example.com/a.png");
    let (mut save, _) = Save::new(
        ada(),
        patch.clone(),
        chatwoot_like(),
        BTreeSet::new(),
        Permits::default(),
    );
    save.on_read(Ok(ada()));
    let step = save.on_written(WriteResult::Answered(Some(Box::new(ada()))));
    let SaveOutcome::Applied { check, .. } = outcome(step) else {
        panic!("lost")
    };
    assert!(matches!(check, Check::Unprovable(why) if why.contains("avatar_url")));

    let (mut save, _) = Save::new(
        ada(),
        patch,
        chatwoot_like(),
        BTreeSet::new(),
        Permits::default(),
    );
    save.on_read(Ok(ada()));
    assert_eq!(save.on_written(unclear()), Step::ReadBack);
    assert!(matches!(
        outcome(save.on_read(Ok(ada()))),
        SaveOutcome::Unknown { .. }
    ));
}

#[test]
fn what_a_write_took_along_with_it_is_drift() {
    let mut before = ada();
    before.attributes.insert("plan".into(), json!("gold"));
    for (lose, key) in [
        (
            (|c: &mut Contact| c.tags.clear()) as fn(&mut Contact),
            "tags",
        ),
        (|c| c.attributes.clear(), "attr.plan"),
        (|c| c.set_field(FieldKey::Email, ""), "email"),
    ] {
        let (mut save, _) = Save::new(
            before.clone(),
            tag("new"),
            local::table(),
            BTreeSet::new(),
            Permits::default(),
        );
        save.on_read(Ok(before.clone()));
        let mut stored = tag("new").apply(&before);
        lose(&mut stored);
        stored.tags.insert("new".into());
        save.on_written(WriteResult::Answered(Some(Box::new(stored.clone()))));
        let SaveOutcome::Applied { check, .. } = outcome(save.on_read(Ok(stored))) else {
            panic!("lost")
        };
        assert!(
            matches!(check, Check::Drifted(rows) if rows[0].key == key),
            "{key}"
        );
    }
}

#[test]
fn a_part_that_was_stored_is_told_also_where_it_can_not_be_read() {
    let refusal = || WriteResult::Rejected {
        message: "no".into(),
        fields: vec![],
        partly: true,
    };
    let (mut save, _) = begin(rename("Ada B"));
    save.on_written(refusal());
    assert!(matches!(
        outcome(save.on_read(Err(broken()))),
        SaveOutcome::Refused {
            partly: true,
            stored: None,
            ..
        }
    ));
    let failure = WriteResult::Failed {
        trouble: broken(),
        partly: true,
        fate: Fate::NotStored,
    };
    let mut patch = rename("Ada B");
    patch.tags.add.insert("new".into());
    let (mut save, _) = begin(patch);
    assert_eq!(save.on_written(failure), Step::ReadBack);
    let now = rename("Ada B").apply(&ada());
    assert_eq!(
        outcome(save.on_read(Ok(now.clone()))),
        SaveOutcome::Failed {
            trouble: broken(),
            partly: true,
            stored: Some(now)
        }
    );
}

#[test]
fn the_same_number_in_another_spelling_is_neither_drift_nor_conflict_nor_a_change() {
    let price = |text: &str| {
        let mut patch = Patch::default();
        patch.attributes.insert(
            "price".into(),
            Edit::Set(serde_json::from_str(text).unwrap()),
        );
        patch
    };
    let (mut save, _) = begin(price("12.50"));
    let answer = price("12.5").apply(&ada());
    let step = save.on_written(WriteResult::Answered(Some(Box::new(answer.clone()))));
    assert!(matches!(
        outcome(step),
        SaveOutcome::Applied {
            check: Check::Verified,
            ..
        }
    ));
    let (mut save, _) = Save::new(
        ada(),
        price("12.50"),
        local::table(),
        BTreeSet::new(),
        Permits::default(),
    );
    assert!(matches!(
        outcome(save.on_read(Ok(answer))),
        SaveOutcome::Unchanged { .. }
    ));
}

#[test]
fn an_address_in_other_letters_is_neither_a_conflict_nor_a_change() {
    let mut theirs = ada();
    theirs.set_field(FieldKey::Email, "ada@new.example");
    let patch = set(FieldKey::Email, "Ada@New.example");
    let (mut save, _) = Save::new(
        ada(),
        patch,
        chatwoot_like(),
        BTreeSet::new(),
        Permits::default(),
    );
    assert!(matches!(
        outcome(save.on_read(Ok(theirs))),
        SaveOutcome::Unchanged { .. }
    ));
}

#[test]
fn a_server_that_failed_and_stored_nothing_is_a_failure_not_a_doubt() {
    let failure = WriteResult::Failed {
        trouble: broken(),
        partly: false,
        fate: Fate::Done,
    };
    let (mut save, _) = begin(rename("Ada B"));
    assert_eq!(save.on_written(failure), Step::ReadBack);
    assert_eq!(
        outcome(save.on_read(Ok(ada()))),
        SaveOutcome::Failed {
            trouble: broken(),
            partly: false,
            stored: Some(ada())
        }
    );
}
