//! Runs in the store: however their journal goes, what is counted from it is what a fold over it says.

use std::sync::Arc;

use cardex::engine::journal::{End, Entry, Intent, Noted, Outcome, RowFold, Tally};
use cardex::engine::plan::{Allowed, Header, Plan, Planned, Row};
use cardex::engine::reason::Reason;
use cardex::engine::results::{Group, Said, Which};
use cardex::engine::run::Cell;
use cardex::store::{Forget, Held, Mark, Marks, RunKind};

use super::*;

const ROWS: u32 = 4;

fn patch() -> Arc<Patch> {
    let mut patch = Patch::default();
    patch.tags.add.insert("vip".into());
    Arc::new(patch)
}

/// The last row has nothing to send.
fn plan() -> Arc<Plan> {
    let patch = patch();
    let rows = (0..ROWS).map(|n| Row {
        id: ContactId::new(n.to_string()),
        name: "Ada".into(),
        record: None,
        planned: match n + 1 == ROWS {
            true => Planned::Nothing {
                why: "already so".into(),
            },
            false => Planned::Unread {
                patch: Arc::clone(&patch),
            },
        },
        struck: false,
    });
    Arc::new(Plan {
        header: Header {
            account: account(),
            provider: ProviderId::Chatwoot,
            place: String::new(),
            made_at: at(0),
            made_by: "ada".into(),
            change: Some((*patch).clone()),
            allowed: Allowed::default(),
            reason: None,
            undo_of: None,
            filter: None,
            doubts: Vec::new(),
        },
        rows: rows.collect(),
    })
}

fn mark(store: &Store) -> Mark {
    store.journal_mark().wait().unwrap()
}

fn intent() -> Entry {
    Entry::Intent(Intent {
        patch: (*patch()).clone(),
        changes: Vec::new(),
        record: None,
    })
}

fn settled(n: u8) -> Entry {
    let message = String::new();
    let end = match n % 4 {
        0 => End::Applied { note: None },
        1 => End::Unchanged { why: message },
        2 => End::Unknown { message },
        _ => End::Failed {
            reason: Reason::Refused,
            message,
        },
    };
    let otherwise = Vec::new();
    Entry::Settled { end, otherwise }
}

/// An entry that may follow, by what a draw says.
fn next(fold: &RowFold, draw: u8) -> Entry {
    match (&fold.end, fold.open) {
        (Some(_), _) => Entry::Reopened,
        (None, true) if draw.is_multiple_of(3) => Entry::Released,
        (None, _) if draw % 3 == 1 => intent(),
        (None, _) => settled(draw / 3),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn how_rows_stand_is_what_their_entries_say(
        batches in prop::collection::vec(prop::collection::vec((0..ROWS - 1, any::<u8>()), 1..6), 0..8),
    ) {
        let store = Store::in_memory().unwrap();
        let run = store.begin_run(&account(), RunKind::Bulk, plan(), at(0)).wait().unwrap();
        let mut folds = vec![RowFold::default(); ROWS as usize];
        for batch in batches {
            let mut entries = Vec::new();
            for (row, draw) in batch {
                let entry = next(&folds[row as usize], draw);
                folds[row as usize].add(entry.clone());
                entries.push(Noted { row, entry });
            }
            let kept = store.journal(run, entries, mark(&store), at(1)).wait().unwrap();
            prop_assert!(kept.iter().all(Result::is_ok));
            // What is kept of the last answer goes on with what the journal got since.
            for outcome in Outcome::ALL {
                let found = store.run_results(run, Which::Ended(outcome), 0..100).wait().unwrap();
                let own = |fold: &&RowFold| fold.end.as_ref().map(End::outcome) == Some(outcome);
                let planned = usize::from(outcome == Outcome::Unchanged);
                prop_assert_eq!(found.matched, folds.iter().filter(own).count() + planned);
                prop_assert_eq!(found.rows.len(), found.matched);
            }
        }
        let mut wanted: Vec<_> = folds.iter().map(Cell::of).collect();
        wanted[ROWS as usize - 1] = Cell::Ended(Outcome::Unchanged);
        prop_assert_eq!(&store.run_cells(run).wait().unwrap(), &wanted);
        let rows = store.run_rows(run, 0, 100).wait().unwrap();
        let tasks = store.run_tasks(run, (0..ROWS).collect()).wait().unwrap();
        prop_assert_eq!(tasks.len(), ROWS as usize - 1);
        for (task, fold) in tasks.iter().zip(&folds) {
            prop_assert_eq!(&task.fold, fold);
            prop_assert_eq!(&rows[task.row as usize].fold, fold);
        }
        let mut tally = Tally::default();
        for cell in wanted {
            match cell {
                Cell::Ended(outcome) => tally.add(outcome, 1),
                _ => tally.left += 1,
            }
        }
        let record = store.run(&account(), run).wait().unwrap().unwrap();
        prop_assert_eq!(record.tally, tally);
    }
}

#[test]
fn a_contact_with_an_open_intent_belongs_to_one_run() {
    let store = Store::in_memory().unwrap();
    let begin = || store.begin_run(&account(), RunKind::Bulk, plan(), at(0));
    let (one, two) = (begin().wait().unwrap(), begin().wait().unwrap());
    let note = |run, row, entry| {
        let noted = vec![Noted { row, entry }];
        let kept = store.journal(run, noted, mark(&store), at(1));
        kept.wait().unwrap().remove(0)
    };
    assert!(note(one, 0, intent()).is_ok());
    assert_eq!(note(two, 0, intent()).unwrap_err().by, one);
    assert!(note(two, 1, intent()).is_ok(), "another contact");
    assert!(note(one, 0, settled(0)).is_ok());
    assert!(note(two, 0, intent()).is_ok());
}

#[test]
fn what_one_row_read_too_early_does_not_hold_up_the_others() {
    let store = Store::in_memory().unwrap();
    let begin = || store.begin_run(&account(), RunKind::Bulk, plan(), at(0));
    let (one, two) = (begin().wait().unwrap(), begin().wait().unwrap());
    let early = mark(&store);
    for row in [0, 2] {
        for entry in [intent(), settled(0)] {
            let noted = vec![Noted { row, entry }];
            let kept = store.journal(one, noted, mark(&store), at(1));
            assert_eq!(kept.wait().unwrap(), [Ok(())]);
        }
    }
    let entries = (0..3).map(|row| Noted {
        row,
        entry: intent(),
    });
    let marks: Marks = [(0, mark(&store)), (1, early), (2, early)]
        .into_iter()
        .collect();
    let kept = store.journal(two, entries.collect(), marks, at(1));
    let held = Err(Held {
        by: one,
        still: false,
    });
    assert_eq!(kept.wait().unwrap(), [Ok(()), Ok(()), held]);
}

#[test]
fn failures_are_told_by_reason_with_their_sentences_and_who_says_them() {
    let store = Store::in_memory().unwrap();
    let mut plan = (*plan()).clone();
    plan.rows[0].planned = Planned::Blocked {
        reason: Reason::Refused,
        why: "no".into(),
    };
    let plan = Arc::new(plan);
    let run = store.begin_run(&account(), RunKind::Bulk, Arc::clone(&plan), at(0));
    let run = run.wait().unwrap();
    let failed = |row: u32, message: &str| Noted {
        row,
        entry: Entry::Settled {
            end: End::Failed {
                reason: Reason::Refused,
                message: message.into(),
            },
            otherwise: Vec::new(),
        },
    };
    let reopened = Noted {
        row: 1,
        entry: Entry::Reopened,
    };
    let entries = vec![
        failed(1, "tried once"),
        reopened,
        failed(1, "too long"),
        failed(2, "no"),
    ];
    store
        .journal(run, entries, mark(&store), at(1))
        .wait()
        .unwrap();
    let groups = store.run_failures(run).wait().unwrap();
    let said = |message: &str, rows, first: usize| Said {
        message: message.into(),
        rows,
        first: plan.rows[first].id.clone(),
    };
    let wanted = Group {
        reason: Reason::Refused,
        rows: 3,
        blocked: 1,
        said: vec![said("no", 2, 0), said("too long", 1, 1)],
    };
    assert_eq!(groups, [wanted]);
    assert_eq!(groups[0].others(), 0);
    // What is kept of an answer goes with what it was made of.
    store.end_run(run, at(2)).wait().unwrap();
    let forgotten = store.forget_runs(&account(), Forget::Run(run), at(3));
    assert_eq!(forgotten.wait().unwrap(), 1);
    assert_eq!(store.run_failures(run).wait().unwrap(), []);
}

/// Messages name their contact, and many sentences that one row each says, or said once, come before the one that
/// most say.
#[test]
fn the_most_frequent_sentences_are_told_whoever_says_them_and_whatever_was_said_before() {
    const ONCE: u32 = 40;
    const OFTEN: u32 = 10;
    let store = Store::in_memory().unwrap();
    let mut plan = (*plan()).clone();
    let row = plan.rows[0].clone();
    plan.rows = (0..ONCE + OFTEN)
        .map(|n| {
            let mut row = row.clone();
            row.id = ContactId::new((100 + n).to_string());
            row
        })
        .collect();
    let run = store.begin_run(&account(), RunKind::Bulk, Arc::new(plan), at(0));
    let run = run.wait().unwrap();
    let note = |row: u32, what: &str| {
        let end = End::Failed {
            reason: Reason::NotFound,
            message: format!("reading contact {}: {what}", 100 + row),
        };
        let otherwise = Vec::new();
        let entry = Entry::Settled { end, otherwise };
        let entries = vec![Noted { row, entry }];
        store
            .journal(run, entries, mark(&store), at(1))
            .wait()
            .unwrap();
    };
    let first = || {
        let group = store.run_failures(run).wait().unwrap().remove(0);
        let Said {
            message,
            rows,
            first,
        } = group.said[0].clone();
        (message, rows, first.as_str().to_string(), group.others())
    };
    for row in 0..ONCE {
        note(row, &format!("HTTP 5{row}"));
    }
    // What is kept of this answer goes on with the rest.
    assert_eq!(
        first(),
        ("HTTP 50".into(), 1, "100".into(), u64::from(ONCE) - 3)
    );
    for row in ONCE..ONCE + OFTEN {
        note(row, "HTTP 404");
    }
    let told = (
        "HTTP 404".into(),
        u64::from(OFTEN),
        "140".into(),
        u64::from(ONCE) - 2,
    );
    assert_eq!(first(), told);
    for row in 0..ONCE {
        let reopened = Noted {
            row,
            entry: Entry::Reopened,
        };
        store
            .journal(run, vec![reopened], mark(&store), at(2))
            .wait()
            .unwrap();
        note(row, "HTTP 410");
    }
    let told = ("HTTP 410".into(), u64::from(ONCE), "100".into(), 0);
    assert_eq!(first(), told);
}
