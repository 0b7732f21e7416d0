//! Every way a save can go, as (state, event) → step.

use serde_json::json;

use std::collections::BTreeSet;

use super::*;
use crate::domain::field::TagPlace;
use crate::domain::{
    AccountName, ContactId, Edit, FieldKey, Guard, ProviderId, TagDelta, TagSet, TroubleKind,
};
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

/// A provider where a taken e-mail merges, and a new attribute name makes a field.
fn guarded_table() -> FieldTable {
    let mut table = local::table();
    for spec in &mut table.fields {
        if spec.key == FieldKey::Email {
            spec.guard = Some((Guard::Merge, "a taken e-mail merges the two"));
        }
    }
    table.attributes.new_name_guard = Some((Guard::NewField, "creates a field"));
    table
}

fn guarded_save(patch: Patch, names: &[&str], permits: Permits) -> Step {
    let names = names.iter().map(|n| (*n).to_string()).collect();
    let (mut save, _) = Save::new(ada(), patch, guarded_table(), names, permits);
    save.on_read(Ok(ada()))
}

#[test]
fn what_reaches_beyond_the_contact_is_sent_only_when_allowed_by_name() {
    let mut email = Patch::default();
    email
        .fields
        .insert(FieldKey::Email, Edit::Set("new@example.org".into()));
    let mut field = Patch::default();
    field
        .attributes
        .insert("Tier".into(), Edit::Set(json!("gold")));
    let merge = Permits {
        merge: true,
        ..Permits::default()
    };
    let new_field = Permits {
        new_field: true,
        ..Permits::default()
    };
    let cases = [
        (&email, &[][..], Permits::default(), Some(Guard::Merge)),
        (&email, &[], new_field, Some(Guard::Merge)),
        (&email, &[], merge, None),
        (&field, &[], merge, Some(Guard::NewField)),
        (&field, &["tier"], merge, Some(Guard::NewField)),
        (&field, &["Tier"], Permits::default(), None),
        (&field, &[], new_field, None),
    ];
    for (patch, names, permits, wanted) in cases {
        match (guarded_save(patch.clone(), names, permits), wanted) {
            (Step::Write { .. }, None) => {}
            (Step::Done(end), Some(guard)) => match *end {
                SaveOutcome::Guarded { acts, .. } => {
                    assert_eq!(acts.iter().map(|a| a.guard).collect::<Vec<_>>(), [guard]);
                }
                other => panic!("{other:?}"),
            },
            (step, wanted) => panic!("{wanted:?}: {step:?}"),
        }
    }
    // Emptying takes nothing from anybody, and what is so already is not sent.
    let mut clear = Patch::default();
    clear.fields.insert(FieldKey::Email, Edit::Clear);
    let step = guarded_save(clear, &[], Permits::default());
    assert!(matches!(step, Step::Write { .. }));
}

#[test]
fn tags_in_an_attribute_that_nobody_is_known_to_have_are_guarded_like_a_new_field() {
    let mut table = guarded_table();
    table.tags.kept_in = Some(TagPlace {
        kind: "custom field",
        attribute: "Persona tgas".into(),
    });
    let tags = |add: &[&str], remove: &[&str]| Patch {
        tags: TagDelta {
            add: add.iter().map(|t| (*t).to_string()).collect(),
            remove: remove.iter().map(|t| (*t).to_string()).collect(),
        },
        ..Patch::default()
    };
    let plain = || Contact {
        tags: TagSet::new(),
        ..ada()
    };
    let mut tagged = plain();
    tagged.tags.insert("trial".into());
    let mut other = plain();
    other.attributes.insert("Persona tgas".into(), json!("[1]"));
    let asked = |base: &Contact, names: &[&str], patch: &Patch| {
        let names = names.iter().map(|n| (*n).to_string()).collect();
        guarded(&table, &names, base, patch)
    };
    let acts = asked(&plain(), &["Persona tags"], &tags(&["vip"], &[]));
    let [act] = &acts[..] else {
        panic!("{acts:?}");
    };
    assert_eq!((act.guard, act.key.as_str()), (Guard::NewField, "tags"));
    assert!(
        act.message.contains("custom field “Persona tgas”"),
        "{}",
        act.message
    );
    for (base, names, patch) in [
        (plain(), &["Persona tgas"][..], tags(&["vip"], &[])),
        (tagged, &[], tags(&["vip"], &[])),
        (other, &[], tags(&["vip"], &[])),
        (plain(), &[], tags(&[], &["vip"])),
    ] {
        assert_eq!(asked(&base, names, &patch), [], "{patch:?}");
    }
    // Where tags are a thing of their own, a tag makes no field.
    let acts = guarded(
        &guarded_table(),
        &BTreeSet::new(),
        &plain(),
        &tags(&["vip"], &[]),
    );
    assert_eq!(acts, []);
}

#[test]
fn another_record_behind_the_same_id_is_a_merge() {
    let with_record = |contact: Contact, record: &str| Contact {
        record: Some(record.into()),
        ..contact
    };
    let answer = with_record(rename("Ada B").apply(&ada()), "8");
    let (mut save, _) = Save::new(
        ada(),
        rename("Ada B"),
        local::table(),
        BTreeSet::new(),
        Permits::default(),
    );
    save.on_read(Ok(with_record(ada(), "7")));
    let merged = |end: SaveOutcome| match end {
        SaveOutcome::Applied { check, .. } => check,
        other => panic!("{other:?}"),
    };
    let wanted = Check::Merged {
        gone: "7".into(),
        into: "8".into(),
        allowed: false,
    };
    let answered = WriteResult::Answered(Some(Box::new(answer.clone())));
    assert_eq!(merged(outcome(save.on_written(answered))), wanted);
    // The same where only reading it back tells, and the other's values stand there.
    let (mut save, _) = Save::new(
        ada(),
        rename("Ada B"),
        local::table(),
        BTreeSet::new(),
        Permits::default(),
    );
    save.on_read(Ok(with_record(ada(), "7")));
    assert_eq!(save.on_written(WriteResult::Answered(None)), Step::ReadBack);
    let stored = with_record(rename("Somebody else").apply(&ada()), "8");
    assert_eq!(merged(outcome(save.on_read(Ok(stored)))), wanted);
}

#[test]
fn attributes_that_are_not_told_are_neither_verified_nor_lost() {
    let mut patch = rename("Ada B");
    patch
        .attributes
        .insert("plan".into(), Edit::Set(json!("gold")));
    let (mut save, _) = begin(patch.clone());
    let told = Contact {
        attributes: Default::default(),
        attributes_known: false,
        ..patch.apply(&ada())
    };
    // An answer without them proves nothing yet.
    let answered = WriteResult::Answered(Some(Box::new(told.clone())));
    assert_eq!(save.on_written(answered), Step::ReadBack);
    match outcome(save.on_read(Ok(told))) {
        SaveOutcome::Applied {
            check: Check::Unknown(why),
            ..
        } => assert!(why.contains("attributes"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_company_that_the_provider_looks_up_is_shown_and_not_called_verified() {
    let mut table = local::table();
    for spec in &mut table.fields {
        if spec.key == FieldKey::Identifier {
            spec.compare = crate::domain::field::Compare::Resolved;
        }
    }
    let ended = |asked: &str, stored: &str| {
        let mut patch = Patch::default();
        patch
            .fields
            .insert(FieldKey::Identifier, Edit::Set(asked.into()));
        let (mut save, _) = Save::new(
            ada(),
            patch.clone(),
            table.clone(),
            BTreeSet::new(),
            Permits::default(),
        );
        save.on_read(Ok(ada()));
        let mut answer = ada();
        answer.set_field(FieldKey::Identifier, stored);
        let step = save.on_written(WriteResult::Answered(Some(Box::new(answer.clone()))));
        let end = match step {
            Step::ReadBack => outcome(save.on_read(Ok(answer))),
            step => outcome(step),
        };
        match end {
            SaveOutcome::Applied { check, after, .. } => {
                assert_eq!(after.field(FieldKey::Identifier), stored);
                check
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ended("42", "42"), Check::Verified);
    assert!(matches!(ended("acme.com", "42"), Check::Unprovable(why) if why.contains("42")));
    assert!(matches!(ended("42", "43"), Check::Drifted(_)));
    assert!(matches!(ended("acme.com", ""), Check::Drifted(_)));
}

fn texts_only() -> FieldTable {
    let mut table = local::table();
    table.attributes.texts_only = true;
    table
}

fn set_attribute(name: &str, value: serde_json::Value) -> Patch {
    let mut patch = Patch::default();
    patch.attributes.insert(name.into(), Edit::Set(value));
    patch
}

/// A contact as a search tells of it: without attributes and tags.
fn glimpsed() -> Contact {
    let mut contact = ada();
    contact.tags.clear();
    contact.tags_read = TagsRead::No;
    contact.attributes_known = false;
    contact
}

#[test]
fn of_what_was_not_told_nothing_is_called_so_already_or_changed_by_others() {
    let mut base = ada();
    base.attributes.insert("plan".into(), json!("pro"));
    for patch in [
        set_attribute("plan", json!("free")),
        // Known of old, and perhaps not so any more.
        set_attribute("plan", json!("pro")),
        tag("vip"),
    ] {
        let (mut save, _) = Save::new(
            base.clone(),
            patch.clone(),
            texts_only(),
            BTreeSet::new(),
            Permits::default(),
        );
        let step = save.on_read(Ok(glimpsed()));
        let Step::Write { patch: asked, .. } = step else {
            panic!("{step:?}");
        };
        assert_eq!(asked, patch);
        // Nor is it verified by what does not tell it.
        save.on_written(WriteResult::Answered(None));
        let step = save.on_read(Ok(glimpsed()));
        let SaveOutcome::Applied { check, after, .. } = outcome(step) else {
            panic!("not applied");
        };
        assert!(matches!(check, Check::Unknown(_)), "{check:?}");
        assert_eq!(after.tags, ada().tags);
    }
}

#[test]
fn a_name_is_verified_by_what_tells_no_attributes_and_they_are_shown_as_known() {
    let mut base = ada();
    base.attributes.insert("plan".into(), json!("pro"));
    let patch = rename("Ada B");
    let (mut save, _) = Save::new(
        base.clone(),
        patch.clone(),
        texts_only(),
        BTreeSet::new(),
        Permits::default(),
    );
    save.on_read(Ok(glimpsed()));
    save.on_written(WriteResult::Answered(None));
    let step = save.on_read(Ok(patch.apply(&glimpsed())));
    let SaveOutcome::Applied { check, after, .. } = outcome(step) else {
        panic!("not applied");
    };
    assert_eq!(check, Check::Verified);
    assert_eq!(after.attributes, base.attributes);
}

#[test]
fn a_number_is_asked_for_as_text_where_only_texts_are_stored() {
    let mut stored = ada();
    stored.attributes.insert("seats".into(), json!("5"));
    let begin = |value| {
        let patch = set_attribute("seats", value);
        let (mut save, _) = Save::new(
            stored.clone(),
            patch,
            texts_only(),
            BTreeSet::new(),
            Permits::default(),
        );
        save.on_read(Ok(stored.clone()))
    };
    assert!(matches!(
        outcome(begin(json!(5))),
        SaveOutcome::Unchanged { .. }
    ));
    let Step::Write { patch, .. } = begin(json!(6)) else {
        panic!("no write");
    };
    assert_eq!(patch, set_attribute("seats", json!("6")));
}

fn of_record(contact: Contact, record: &str) -> Contact {
    Contact {
        record: Some(record.into()),
        ..contact
    }
}

#[test]
fn nobody_is_written_to_in_the_place_of_who_was_looked_at() {
    for force in [false, true] {
        let permits = Permits {
            force,
            merge: true,
            ..Permits::default()
        };
        let opened = of_record(ada(), "7");
        let (mut save, _) = Save::new(
            opened,
            rename("Ada B"),
            local::table(),
            BTreeSet::new(),
            permits,
        );
        match outcome(save.on_read(Ok(of_record(ada(), "8")))) {
            SaveOutcome::Conflict { changes, .. } => {
                assert_eq!((&*changes[0].key, &changes[0].new), ("record", &json!("8")));
            }
            other => panic!("force {force}: {other:?}"),
        }
    }
}

#[test]
fn a_merge_is_said_however_the_write_and_its_reading_end() {
    let begun = || {
        let (mut save, _) = Save::new(
            of_record(ada(), "7"),
            rename("Ada B"),
            guarded_table(),
            BTreeSet::new(),
            Permits {
                merge: true,
                ..Permits::default()
            },
        );
        save.on_read(Ok(of_record(ada(), "7")));
        save
    };
    let is_merged = |step: Step| match outcome(step) {
        SaveOutcome::Applied {
            check: Check::Merged { into, allowed, .. },
            ..
        } => {
            assert_eq!(into, "8");
            // The name can not have been what merged the two.
            assert!(!allowed);
        }
        other => panic!("{other:?}"),
    };
    // The answer showed it and disagreed, and reading back failed.
    let mut save = begun();
    let answer = Box::new(of_record(ada(), "8"));
    is_merged(save.on_written(WriteResult::Answered(Some(answer))));
    let mut save = begun();
    save.on_written(WriteResult::Answered(None));
    is_merged(save.on_read(Ok(of_record(ada(), "8"))));
    // Nothing came back, and somebody else is there now.
    let mut save = begun();
    assert_eq!(save.on_written(unclear()), Step::ReadBack);
    is_merged(save.on_read(Ok(of_record(ada(), "8"))));
}

#[test]
fn tags_that_are_gone_without_being_named_are_drift() {
    let lost = Contact {
        tags: Default::default(),
        ..rename("Ada B").apply(&ada())
    };
    let (mut save, _) = begin(rename("Ada B"));
    let answered = WriteResult::Answered(Some(Box::new(lost.clone())));
    assert_eq!(save.on_written(answered), Step::ReadBack);
    match outcome(save.on_read(Ok(lost.clone()))) {
        SaveOutcome::Applied {
            check: Check::Drifted(rows),
            ..
        } => assert_eq!(rows[0].key, "tags"),
        other => panic!("{other:?}"),
    }
    // What was not read is not lost.
    let untold = Contact {
        tags_read: TagsRead::No,
        ..lost
    };
    let (mut save, _) = begin(rename("Ada B"));
    let step = save.on_written(WriteResult::Answered(Some(Box::new(untold))));
    assert!(matches!(
        outcome(step),
        SaveOutcome::Applied {
            check: Check::Verified,
            ..
        }
    ));
}
