//! Bulk runs on the screen: how one stands, what it waits for, what came of its rows, the history, and the
//! question at start.

use std::sync::Arc;

use cardex::domain::{AccountName, Change, ContactId, Patch, ProviderId, Trouble, TroubleKind};
use cardex::engine::journal::{End, Tally};
use cardex::engine::plan::{Allowed, Header, Plan};
use cardex::engine::results::{Group, Said, Which};
use cardex::engine::run::{Halt, Standing};
use cardex::engine::{Reason, RunId};
use cardex::tui::runs::{Order, Past, Progress, Results, Row, RunKey, Undo};
use cardex::tui::screen::Screen;
use cardex::tui::{Effect, Msg};

use super::kit::{Script, contacts, screen};

fn key(run: i64) -> RunKey {
    RunKey {
        account: AccountName::new("demo"),
        run: RunId(run),
    }
}

fn header() -> Header {
    let mut change = Patch::default();
    change.tags.add.insert("vip".into());
    change.tags.remove.insert("trial".into());
    Header {
        account: AccountName::new("demo"),
        provider: ProviderId::Local,
        place: String::new(),
        made_at: "2026-01-02T03:00:00Z".parse().unwrap(),
        made_by: "ann".into(),
        change: Some(change),
        allowed: Allowed::default(),
        reason: None,
        undo_of: None,
        filter: None,
        doubts: Vec::new(),
    }
}

fn past(run: i64, tally: Tally) -> Past {
    Past {
        key: key(run),
        edit: false,
        header: header(),
        started_at: "2026-01-02T03:00:00Z".parse().unwrap(),
        ended_at: (tally.left == 0).then(|| "2026-01-02T03:04:00Z".parse().unwrap()),
        tally,
        forgotten: false,
        elsewhere: false,
    }
}

/// 6,212 of 10,000.
fn half() -> Tally {
    Tally {
        applied: 6100,
        unchanged: 100,
        failed: 11,
        unknown: 1,
        left: 3788,
    }
}

/// 10,000 of 10,000.
fn all() -> Tally {
    Tally {
        applied: 9881,
        left: 0,
        unchanged: 107,
        ..half()
    }
}

fn progress(tally: Tally) -> Progress {
    Progress {
        key: key(12),
        change: "+vip −trial".into(),
        tally,
        under_way: 4,
        standing: Standing::Running,
        held_until: None,
        tries_at: None,
        per_minute: Some(118),
        seconds_left: Some(1926),
        pace: Some("at most 120 requests a minute (50 % of the limit)".into()),
        driven: true,
    }
}

fn run(progress: Progress) -> Msg {
    Msg::Run(Box::new(progress))
}

fn halted(halt: Halt) -> Msg {
    run(Progress {
        standing: Standing::Halted(halt),
        under_way: 0,
        ..progress(half())
    })
}

fn refused() -> Trouble {
    Trouble::new(
        TroubleKind::SignIn,
        "reading contact 7: the token was refused (401)",
    )
    .with_hint("make a new one in the profile settings")
}

fn rows() -> Vec<Row> {
    let row = |row: u32, name: &str, end: Option<End>| Row {
        row,
        id: ContactId::new((row + 1).to_string()),
        name: name.into(),
        changes: vec![Change {
            key: "tags".into(),
            old: serde_json::json!(["trial"]),
            new: serde_json::json!(["vip"]),
        }],
        sent: end.is_some(),
        end,
    };
    vec![
        row(0, "Ada Lovelace", Some(End::Applied { note: None })),
        row(
            1,
            "Björk",
            Some(End::Unchanged {
                why: "already so".into(),
            }),
        ),
        row(
            2,
            "Cleo",
            Some(End::Failed {
                reason: Reason::Refused,
                message: "phone_number: is not E.164".into(),
            }),
        ),
        row(
            3,
            "山田 太郎",
            Some(End::Unknown {
                message: "the connection broke while it was written".into(),
            }),
        ),
        row(4, "Zoë", None),
    ]
}

fn failed() -> Vec<Group> {
    let group = |reason, rows, message: &str| Group {
        reason,
        rows,
        blocked: 0,
        said: vec![Said {
            message: message.into(),
            rows,
            first: ContactId::new("12"),
        }],
    };
    vec![
        group(Reason::Refused, 8, "phone_number: is not E.164"),
        group(Reason::NotFound, 3, "there is no such contact"),
    ]
}

/// Answers the latest question for rows.
fn answered(script: Script, past: Past) -> Script {
    let last = script.effects.iter().rev().find_map(|e| match e {
        Effect::Results { ticket, which, .. } => Some((*ticket, *which)),
        _ => None,
    });
    let (ticket, which) = last.expect("a question for rows");
    let end = |r: &Row| r.end.as_ref().map(|e| (e.outcome(), e.reason()));
    let rows: Vec<Row> = rows().into_iter().filter(|r| which.means(end(r))).collect();
    script.msg(Msg::Results {
        ticket,
        result: Ok(Box::new(Results {
            past,
            start: 0,
            matched: rows.len(),
            rows,
            failed: failed(),
        })),
    })
}

/// A run under way, its screen open.
fn under_way() -> Script {
    let script = screen(contacts(9)).msg(run(progress(half()))).keys("w");
    answered(script, past(12, half()))
}

/// The orders given since the last time.
fn orders(script: &mut Script) -> Vec<Order> {
    let each = script.taken().into_iter();
    each.filter_map(|e| match e {
        Effect::OrderRun { order, .. } => Some(order),
        _ => None,
    })
    .collect()
}

#[test]
fn pictures_of_a_run_under_way() {
    under_way().snapshot("run_80x24");
    under_way().size(40, 12).snapshot("run_40x12");
    under_way()
        .size(160, 50)
        .keys("jj<enter>")
        .snapshot("run_160x50");
    let held = Progress {
        held_until: Some("2026-01-02T03:05:00Z".parse().unwrap()),
        ..progress(half())
    };
    under_way().msg(run(held)).snapshot("run_held_80x24");
    let refused = under_way().msg(halted(Halt::SignIn(refused())));
    refused.snapshot("run_signed_out_80x24");
    screen(contacts(9))
        .msg(run(progress(half())))
        .snapshot("run_in_background_80x24");
}

#[test]
fn pictures_of_a_run_of_the_past() {
    let ended = || {
        let script = under_way().msg(run(Progress {
            driven: false,
            under_way: 0,
            ..progress(all())
        }));
        answered(script, past(12, all()))
    };
    ended()
        .keys("<space><down><space>")
        .snapshot("run_ended_80x24");
    let failed = ended().keys("f");
    answered(failed, past(12, all())).snapshot("run_failed_80x24");
    ended().keys("M").snapshot("run_masked_80x24");
}

#[test]
fn pictures_of_the_history_and_of_the_question_at_start() {
    let history = |columns, rows| {
        let script = screen(contacts(9)).size(columns, rows).keys("U");
        let ticket = script.effects.iter().rev().find_map(|e| match e {
            Effect::History { ticket } => Some(*ticket),
            _ => None,
        });
        let undone = Past {
            header: Header {
                undo_of: Some(RunId(11)),
                change: None,
                reason: Some("wrong segment".into()),
                ..header()
            },
            ..past(13, all())
        };
        let edit = Past {
            edit: true,
            ..past(
                9,
                Tally {
                    applied: 1,
                    ..Tally::default()
                },
            )
        };
        let result = Ok(vec![undone, past(12, half()), edit]);
        let ticket = ticket.expect("a question for the history");
        script.msg(Msg::History { ticket, result })
    };
    history(80, 24).snapshot("history_80x24");
    history(40, 12).snapshot("history_40x12");
    let paused = |columns, rows| {
        screen(contacts(9))
            .size(columns, rows)
            .msg(Msg::Unfinished(vec![past(12, half())]))
    };
    paused(80, 24).snapshot("paused_80x24");
    paused(40, 12).snapshot("paused_40x12");
}

#[test]
fn keys_order_a_run_and_leaving_its_screen_does_not_end_it() {
    let mut script = under_way();
    script.taken();
    script = script.keys("<space>S<lt>>");
    assert_eq!(
        orders(&mut script),
        [Order::Pause, Order::Stop, Order::Slower, Order::Faster]
    );
    script = script.msg(halted(Halt::SignIn(refused()))).keys("<space>");
    assert_eq!(orders(&mut script), [Order::GoOn]);
    script = script.keys("<esc>");
    assert_eq!(orders(&mut script), []);
    assert!(script.model.stack.is_empty());
    script.shows("run 12: 6,212 of 10,000");
}

#[test]
fn failed_rows_are_tried_again_by_the_reason_that_is_shown() {
    let mut script = under_way();
    script.taken();
    script = script.keys("R");
    assert_eq!(orders(&mut script), [Order::Retry(None)]);
    // All failed ones first, then reason by reason.
    script = script.keys("ff");
    let which: Vec<Which> = script
        .effects
        .iter()
        .filter_map(|e| match e {
            Effect::Results { which, .. } => Some(*which),
            _ => None,
        })
        .collect();
    assert_eq!(
        which.last(),
        Some(&Which::Because(Reason::Refused)),
        "{which:?}"
    );
    let mut script = answered(script, past(12, half())).keys("R");
    assert_eq!(orders(&mut script), [Order::Retry(Some(Reason::Refused))]);
}

#[test]
fn a_run_that_was_left_is_asked_about_and_resumed_with_one_key() {
    let asked = || screen(contacts(9)).msg(Msg::Unfinished(vec![past(12, half())]));
    let resumes = |s: &Script| s.effects.contains(&Effect::ResumeRun(RunId(12)));
    // A key that was typed before the question could be seen is not its answer.
    assert!(!resumes(&asked().keys("<enter>")));
    let script = asked().later(1).keys("<enter>");
    assert!(resumes(&script));
    assert!(matches!(script.model.stack.last(), Some(Screen::Run(_))));
    let mut script = asked().later(1).keys("<esc>");
    assert!(!resumes(&script) && script.model.stack.is_empty());
    script = script.shows("run 12 paused: 6,212 of 10,000");
    assert_eq!(orders(&mut script), []);
    // Ending it is asked once more.
    let mut script = asked().later(1).keys("D");
    assert_eq!(orders(&mut script), []);
    script = script.keys("y");
    assert_eq!(orders(&mut script), [Order::GiveUp]);
    // Who does something already is not interrupted.
    let script = screen(contacts(9))
        .keys("/a")
        .msg(Msg::Unfinished(vec![past(12, half())]))
        .later(1)
        .keys("<enter>");
    assert!(!resumes(&script));
    assert!(
        !script
            .model
            .stack
            .iter()
            .any(|s| matches!(s, Screen::Paused(_)))
    );
    // One that another process drives is only shown.
    let elsewhere = Past {
        elsewhere: true,
        ..past(12, half())
    };
    let script = screen(contacts(9)).msg(Msg::Unfinished(vec![elsewhere]));
    assert!(script.model.stack.is_empty());
    let script = script.shows("▶ run 12 under way in another cardex: 6,212 of 10,000");
    // How far it is is told again, and its rows are asked for again; keys that drive it are none.
    let further = |tally| Past {
        elsewhere: true,
        ..past(12, tally)
    };
    let script = script.msg(Msg::StillUnfinished(vec![further(Tally {
        applied: half().applied + 1,
        left: half().left - 1,
        ..half()
    })]));
    let script = script.shows("6,213 of 10,000").keys("w");
    let again = |script: &Script| {
        let later = |e: &&Effect| matches!(e, Effect::Results { later: true, .. });
        script.effects.iter().filter(later).count()
    };
    let script = answered(script, further(half()));
    assert_eq!(again(&script), 1);
    let script = answered(script, further(half()));
    assert_eq!(again(&script), 2);
    script
        .keys("S")
        .hides("not under way")
        .hides("pause or go on");
}

#[test]
fn leaving_the_program_while_a_run_is_under_way_is_asked() {
    let script = screen(contacts(9)).msg(run(progress(half()))).keys("q");
    assert!(!script.effects.contains(&Effect::Quit));
    let script = script.shows("Run 12 is under way: 6,212 of 10,000. Leave?");
    // What is asked keeps up with the run, however long it stands there.
    let script = script.msg(run(progress(Tally {
        applied: half().applied + 1,
        left: half().left - 1,
        ..half()
    })));
    let script = script.shows("6,213 of 10,000. Leave?");
    let ended = Progress {
        driven: false,
        ..progress(all())
    };
    let script = script.msg(run(ended));
    script.shows("Nothing is under way any more. Leave?");
    let script = screen(contacts(9)).msg(run(progress(half()))).keys("qy");
    assert!(script.effects.contains(&Effect::Quit));
    // One that is stopped holds nobody.
    let stopped = Progress {
        driven: false,
        ..progress(half())
    };
    let script = screen(contacts(9)).msg(run(stopped)).keys("q");
    assert!(script.effects.contains(&Effect::Quit));
}

#[test]
fn what_only_a_new_plan_can_mend_is_not_tried_again_and_this_is_said() {
    let with = |blocked: u64| {
        let script = screen(contacts(9)).msg(run(Progress {
            driven: false,
            under_way: 0,
            ..progress(all())
        }));
        let script = script.keys("w");
        let last = script.effects.iter().rev().find_map(|e| match e {
            Effect::Results { ticket, .. } => Some(*ticket),
            _ => None,
        });
        let mut failed = failed();
        failed.truncate(1);
        failed[0].blocked = blocked;
        let tally = Tally {
            failed: 8,
            unknown: 0,
            ..all()
        };
        let script = script.msg(run(Progress {
            driven: false,
            under_way: 0,
            ..progress(tally)
        }));
        script.msg(Msg::Results {
            ticket: last.expect("a question for rows"),
            result: Ok(Box::new(Results {
                past: past(12, tally),
                start: 0,
                matched: rows().len(),
                rows: rows(),
                failed,
            })),
        })
    };
    let script = with(8).keys("R");
    let mut script = script.shows("nothing is tried again: 8 were blocked by the plan (refused)");
    assert_eq!(orders(&mut script), []);
    let mut script = with(3).keys("R").shows("trying again: 5 that failed");
    assert_eq!(orders(&mut script), [Order::Retry(None)]);
}

#[test]
fn the_end_of_a_run_in_the_background_is_said() {
    let ended = Progress {
        driven: false,
        ..progress(all())
    };
    let script = screen(contacts(9))
        .msg(run(progress(half())))
        .msg(run(ended));
    script.shows("run 12 ended: 9,881 applied");
}

/// The plans of a way back that were asked for.
fn undone(script: &Script) -> Vec<Undo> {
    let each = script.effects.iter().filter_map(|e| match e {
        Effect::PlanUndo { what, .. } => Some(what.clone()),
        _ => None,
    });
    each.collect()
}

#[test]
fn the_way_back_is_planned_for_the_last_change_for_a_run_or_for_chosen_rows() {
    let script = screen(contacts(9)).keys("u");
    assert_eq!(undone(&script), [Undo::Last]);
    let ticket = script.effects.iter().rev().find_map(|e| match e {
        Effect::PlanUndo { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let plan = Plan {
        header: Header {
            undo_of: Some(RunId(12)),
            ..header()
        },
        rows: Vec::new(),
    };
    let planned = Msg::Planned {
        ticket: ticket.unwrap(),
        result: Ok(Arc::new(plan)),
    };
    let shown = screen(contacts(9)).keys("u").msg(planned.clone());
    assert!(matches!(shown.model.stack.last(), Some(Screen::Preview(_))));
    // Who went on to something else is not interrupted.
    let shown = screen(contacts(9)).keys("u?").msg(planned);
    assert!(matches!(shown.model.stack.last(), Some(Screen::Help(_))));

    let stopped = || {
        under_way().msg(run(Progress {
            driven: false,
            ..progress(all())
        }))
    };
    let ended = || answered(stopped(), past(12, all()));
    let all_of_it = Undo::Run {
        run: RunId(12),
        only: None,
    };
    assert_eq!(undone(&ended().keys("u")), [all_of_it]);
    let chosen = Undo::Run {
        run: RunId(12),
        only: Some([0, 2].into()),
    };
    let script = ended().keys("<space><down><space>u");
    assert_eq!(undone(&script), [chosen]);
    // One that is under way is stopped first.
    assert_eq!(undone(&under_way().keys("u")), []);
}

#[test]
fn results_are_written_to_the_file_that_was_named() {
    let script = under_way().keys("W<enter>");
    let written = Effect::WriteResults {
        run: RunId(12),
        path: "./cardex-run-12.csv".into(),
    };
    assert!(script.effects.contains(&written), "{:?}", script.effects);
}
