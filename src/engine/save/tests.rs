//! Every way a save can go, as (state, event) → step.

use serde_json::json;

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

fn begin(patch: Patch) -> (Save, Step) {
    let (mut save, first) = Save::new(ada(), patch, local::table(), false);
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
    let (mut save, _) = Save::new(ada(), rename("Ada B"), local::table(), false);
    let SaveOutcome::Conflict { changes, .. } = outcome(save.on_read(Ok(theirs.clone()))) else {
        panic!("no conflict");
    };
    assert_eq!(changes[0].key, "name");
    assert_eq!(changes[0].new, json!("Augusta"));

    theirs.set_field(FieldKey::Name, "Ada");
    theirs.set_field(FieldKey::Email, "other@example.org");
    theirs.tags.insert("colleague".into());
    let (mut save, _) = Save::new(ada(), tag("new"), local::table(), false);
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
    let (mut save, _) = Save::new(ada(), rename("Ada B"), local::table(), true);
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
        (ada(), "failed"),
        (rename("Someone else").apply(&ada()), "unknown"),
    ] {
        let (mut save, _) = begin(rename("Ada B"));
        assert_eq!(
            save.on_written(WriteResult::Unclear(broken())),
            Step::ReadBack
        );
        let got = match outcome(save.on_read(Ok(stored))) {
            SaveOutcome::Applied {
                check: Check::Verified,
                ..
            } => "applied",
            SaveOutcome::Failed { .. } => "failed",
            SaveOutcome::Unknown { .. } => "unknown",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected);
    }
    let (mut save, _) = begin(rename("Ada B"));
    save.on_written(WriteResult::Unclear(broken()));
    assert_eq!(
        outcome(save.on_read(Err(broken()))),
        SaveOutcome::Unknown { trouble: broken() }
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
            stored: Some(now)
        }
    );
}

#[test]
fn tags_ignoring_case_are_removed_in_their_stored_spelling() {
    let mut table = local::table();
    table.tags.ignore_case = true;
    let mut patch = tag("VIP");
    let (mut save, _) = Save::new(ada(), patch.clone(), table.clone(), false);
    assert!(matches!(
        outcome(save.on_read(Ok(ada()))),
        SaveOutcome::Unchanged { .. }
    ));

    patch.tags = TagDelta {
        remove: ["VIP".to_string()].into(),
        ..Default::default()
    };
    let (mut save, _) = Save::new(ada(), patch, table, false);
    let Step::Write { fresh, patch } = save.on_read(Ok(ada())) else {
        panic!("no write")
    };
    assert!(patch.apply(&fresh).tags.is_empty());
}
