//! The machine by hand: single paths through it. In a world where anything happens: `anytime`.

use super::*;
use crate::domain::{AccountName, ContactId, Edit, FieldKey, ProviderId, TroubleKind};
use crate::engine::journal::{Intent, Outcome, RunId};
use crate::engine::save::Fate;
use crate::provider::local;

mod anytime;
mod world;

fn ada() -> Contact {
    let mut c = Contact::new(
        ContactId::new("1"),
        AccountName::new("desk"),
        ProviderId::Local,
    );
    c.set_field(FieldKey::Name, "Ada");
    c
}

fn vip() -> Patch {
    let mut patch = Patch::default();
    patch.tags.add.insert("vip".into());
    patch
}

fn task(fold: RowFold) -> Task {
    Task {
        base: ada(),
        patch: vip(),
        fold,
        meanwhile: Vec::new(),
    }
}

fn waiting(rows: usize) -> Run {
    Run::new(local::table(), false, vec![Cell::Waiting; rows], 8)
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble::new(kind, "it did not go well")
}

fn failed(kind: TroubleKind, fate: Fate, partly: bool) -> WriteResult {
    WriteResult::Failed {
        trouble: trouble(kind),
        partly,
        fate,
    }
}

/// Begins row 0 and goes to its write.
fn to_the_write(run: &mut Run) -> Intent {
    assert!(run.poll().contains(&Do::Load { row: 0 }));
    run.on_loaded(0, Ok(task(RowFold::default())));
    let acts = run.on_read(0, Ok(ada()));
    let [Do::Record { entries, .. }] = acts.as_slice() else {
        panic!("{acts:?}");
    };
    let [Entry::Intent(intent)] = entries.as_slice() else {
        panic!("{entries:?}");
    };
    let acts = run.on_recorded(0, Ok(()));
    assert!(matches!(acts.as_slice(), [Do::Write { .. }]), "{acts:?}");
    intent.clone()
}

/// The entries that are to be recorded for row 0.
fn entries(acts: &[Do]) -> &[Entry] {
    match acts {
        [Do::Record { row: 0, entries }] => entries,
        other => panic!("{other:?}"),
    }
}

fn end(acts: &[Do]) -> &End {
    match entries(acts).last() {
        Some(Entry::Settled { end, .. }) => end,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_row_goes_from_its_intent_over_its_write_to_its_end() {
    let mut run = waiting(1);
    let intent = to_the_write(&mut run);
    assert_eq!(intent.patch, vip());
    assert_eq!(run.tally().left, 1);
    let after = intent.patch.apply(&ada());
    let acts = run.on_written(0, WriteResult::Answered(Some(Box::new(after))));
    assert_eq!(end(&acts), &End::Applied { note: None });
    assert_eq!(run.tally().applied, 0, "not before it is written down");
    assert!(run.on_recorded(0, Ok(())).is_empty());
    assert_eq!((run.tally().applied, run.tally().left), (1, 0));
    assert!(run.is_done());
}

#[test]
fn an_intent_that_is_not_in_the_journal_is_not_sent() {
    let mut run = waiting(1);
    run.poll();
    run.on_loaded(0, Ok(task(RowFold::default())));
    run.on_read(0, Ok(ada()));
    let full = NotRecorded::Failed(trouble(TroubleKind::Local));
    assert!(run.on_recorded(0, Err(full)).is_empty());
    assert!(matches!(run.standing(), Standing::Halted(Halt::Store(_))));
    assert!(run.poll().is_empty() && run.is_idle() && !run.is_done());
    run.go_on();
    assert_eq!(run.poll(), [Do::Load { row: 0 }]);
}

#[test]
fn an_end_that_can_not_be_written_is_written_when_the_run_goes_on() {
    let mut run = waiting(2);
    to_the_write(&mut run);
    let after = vip().apply(&ada());
    let acts = run.on_written(0, WriteResult::Answered(Some(Box::new(after))));
    let full = NotRecorded::Failed(trouble(TroubleKind::Local));
    run.on_recorded(0, Err(full));
    assert_eq!(run.tally().left, 2);
    assert_eq!(run.go_on(), acts);
    run.on_recorded(0, Ok(()));
    assert_eq!(run.cell(0), Some(Cell::Ended(Outcome::Applied)));
}

#[test]
fn a_lost_answer_is_looked_at_and_never_blindly_sent_again() {
    let mut run = waiting(1);
    let intent = to_the_write(&mut run);
    let unclear = failed(TroubleKind::Network, Fate::Unclear, false);
    let read = Do::Read {
        row: 0,
        after_write: true,
    };
    assert_eq!(run.on_written(0, unclear), std::slice::from_ref(&read));
    // It is not there yet.
    assert!(run.on_read(0, Ok(ada())).is_empty());
    assert_eq!(run.cell(0), Some(Cell::Unsettled));
    run.poll();
    let fold = RowFold::of([Entry::Intent(intent)]);
    assert_eq!(run.on_loaded(0, Ok(task(fold))), [read]);
    let acts = run.on_read(0, Ok(vip().apply(&ada())));
    assert!(matches!(end(&acts), End::Applied { note: Some(_) }));
}

#[test]
fn what_a_look_finds_stored_in_part_stays_in_the_journal() {
    let mut patch = vip();
    patch
        .fields
        .insert(FieldKey::Name, Edit::Set("Ada B".into()));
    let intent = Intent {
        changes: crate::domain::diff::changes_of(&ada(), &patch),
        patch: patch.clone(),
        record: None,
    };
    let mut run = Run::new(local::table(), false, vec![Cell::Unsettled], 1);
    run.poll();
    let fold = RowFold::of([Entry::Intent(intent.clone())]);
    let task = Task {
        patch,
        ..task(fold)
    };
    run.on_loaded(0, Ok(task));
    // The name arrived before the process ended, the tag did not.
    let mut named = ada();
    named.set_field(FieldKey::Name, "Ada B");
    let acts = run.on_read(0, Ok(named.clone()));
    assert!(matches!(acts.as_slice(), [Do::Read { .. }]), "{acts:?}");
    let acts = run.on_read(0, Ok(named));
    let [Entry::Intent(rest)] = entries(&acts) else {
        panic!("{acts:?}");
    };
    assert_eq!(rest.patch, vip());
    let both = RowFold::of([Entry::Intent(intent), Entry::Intent(rest.clone())]);
    let keys: Vec<_> = both.changes().into_iter().map(|c| c.key).collect();
    assert_eq!(keys, ["name", "tags"]);
}

#[test]
fn what_another_run_changed_since_is_not_sent_again() {
    let untagged = |tag: &str| {
        let mut patch = Patch::default();
        patch.tags.remove.insert(tag.into());
        (RunId(9), patch)
    };
    let intent = Intent {
        changes: crate::domain::diff::changes_of(&ada(), &vip()),
        patch: vip(),
        record: None,
    };
    let looked = |theirs, now: Contact| {
        let mut run = Run::new(local::table(), false, vec![Cell::Unsettled], 1);
        run.poll();
        let task = Task {
            meanwhile: vec![theirs],
            ..task(RowFold::of([Entry::Intent(intent.clone())]))
        };
        run.on_loaded(0, Ok(task));
        run.on_read(0, Ok(now))
    };
    let acts = looked(untagged("VIP"), ada());
    let said = "run 9 changed the same since, so nothing was sent again";
    assert_eq!(end(&acts).outcome(), Outcome::Unknown);
    assert_eq!(end(&acts).message(), Some(said));
    assert_eq!(entries(&acts).len(), 1, "the intent stays");
    // What is there is applied all the same, and another tag is not in the way.
    let acts = looked(untagged("vip"), vip().apply(&ada()));
    assert_eq!(end(&acts).outcome(), Outcome::Applied);
    let acts = looked(untagged("old"), ada());
    assert!(matches!(acts.as_slice(), [Do::Read { .. }]), "{acts:?}");
}

#[test]
fn what_was_refused_in_part_and_is_there_whole_is_applied() {
    let mut run = waiting(1);
    to_the_write(&mut run);
    let refused = WriteResult::Rejected {
        message: "no".into(),
        fields: vec![],
        partly: true,
    };
    run.on_written(0, refused);
    let acts = run.on_read(0, Ok(vip().apply(&ada())));
    assert!(matches!(end(&acts), End::Applied { note: Some(_) }));
}

#[test]
fn an_expired_token_halts_the_run_and_leaves_the_row_as_it_was() {
    let mut run = waiting(5);
    to_the_write(&mut run);
    let expired = failed(TroubleKind::SignIn, Fate::NotStored, false);
    let acts = run.on_written(0, expired);
    assert_eq!(entries(&acts), [Entry::Released]);
    run.on_recorded(0, Ok(()));
    assert!(matches!(run.standing(), Standing::Halted(Halt::SignIn(_))));
    assert_eq!(run.cell(0), Some(Cell::Waiting));
}

#[test]
fn a_row_that_fails_by_itself_does_not_halt_the_run_but_many_do() {
    let mut run = waiting(12);
    let list = run.poll();
    assert_eq!(list.len(), 8);
    for row in 0..8 {
        assert_eq!(*run.standing(), Standing::Running, "{row}");
        run.on_loaded(row, Ok(task(RowFold::default())));
        run.on_read(row, Err(trouble(TroubleKind::Server)));
    }
    assert!(matches!(run.standing(), Standing::Halted(Halt::Network(_))));
    assert_eq!(run.tally().left, 12);
}

#[test]
fn giving_up_sends_nothing_more_also_for_what_is_half_done() {
    let mut run = waiting(10);
    let intent = to_the_write(&mut run);
    let given = run.give_up();
    assert_eq!(given.len(), 2, "those whose turn has not come");
    for row in 8..10 {
        run.on_recorded(row, Ok(()));
    }
    run.on_written(0, failed(TroubleKind::Network, Fate::Unclear, false));
    run.on_read(0, Ok(ada()));
    assert_eq!(run.poll(), [Do::Load { row: 0 }]);
    let fold = RowFold::of([Entry::Intent(intent)]);
    run.on_loaded(0, Ok(task(fold)));
    let acts = run.on_read(0, Ok(ada()));
    assert_eq!(end(&acts).reason(), Some(Reason::GivenUp));
}

#[test]
fn asking_twice_for_another_try_opens_a_row_once() {
    let ended = vec![Cell::Ended(Outcome::Failed)];
    let mut run = Run::new(local::table(), false, ended, 1);
    assert_eq!(run.reopen([(0, false)]).len(), 1);
    assert!(run.reopen([(0, false)]).is_empty());
    assert_eq!((run.tally().failed, run.tally().left), (0, 1));
    run.on_recorded(0, Ok(()));
    assert_eq!(run.poll(), [Do::Load { row: 0 }]);
}

#[test]
fn a_contact_that_another_run_holds_is_waited_for_and_then_named() {
    let refused = |run: &mut Run, hold| {
        run.poll();
        run.on_loaded(0, Ok(task(RowFold::default())));
        run.on_read(0, Ok(ada()));
        let by = RunId(7);
        run.on_recorded(0, Err(NotRecorded::Busy { run: by, hold }))
    };
    for (hold, tries) in [
        (Hold::Run, 4),
        (Hold::Save, 4),
        (Hold::Gone, 4),
        (Hold::Left, 1),
    ] {
        let mut run = waiting(1);
        for _ in 1..tries {
            assert!(refused(&mut run, hold).is_empty(), "{hold:?}");
        }
        let acts = refused(&mut run, hold);
        assert_eq!(end(&acts).reason(), Some(Reason::Busy));
        assert_eq!(entries(&acts).len(), 1, "no intent, so none is released");
        let said = end(&acts).message().unwrap();
        assert_eq!(hold == Hold::Left, said.contains("runs resume 7"), "{said}");
    }
}
