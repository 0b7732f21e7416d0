//! Marking contacts in the list: what the keys mark, what is said of it, what is never lost or hit.

use cardex::domain::{MarkChange, Trouble, TroubleKind};
use cardex::tui::msg::{LoadPhase, Loading, Picked, Ticket};
use cardex::tui::{Effect, Msg, Theme};

use super::kit::{Script, contact, contacts, screen};

/// The marked rows; a contact's row is its id.
fn marked(script: &Script) -> Vec<u32> {
    script.model.list.selection.marks().iter().collect()
}

fn ticket_of_gathering(script: &Script) -> Ticket {
    let asked = script.effects.iter().rev().find_map(|e| match e {
        Effect::Gather { ticket, .. } => Some(*ticket),
        _ => None,
    });
    asked.expect("a question")
}

#[test]
fn pictures_of_marks() {
    screen(contacts(9))
        .keys("<space>j<space>")
        .snapshot("marks_80x24");
    screen(contacts(9))
        .keys("<space>j<space>/cleo<enter>")
        .snapshot("marks_hidden_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("<space>j<space>/cleo<enter>")
        .snapshot("marks_hidden_40x12");
    screen(contacts(9))
        .keys("vjj")
        .snapshot("marks_range_80x24");
    screen(contacts(9))
        .size(40, 12)
        .keys("<ctrl-a>jVjj")
        .snapshot("marks_unmark_range_40x12");
    let mut plain = screen(contacts(60)).size(160, 50);
    plain.theme = Theme::new(None, true);
    plain
        .keys("<space><space>/vip<enter>I")
        .snapshot("marks_no_color_160x50");
}

#[test]
fn pictures_of_gathering() {
    let asked = || {
        let mut script = screen(contacts(9));
        script.gathers = false;
        script.keys("<space>/vip<enter>*")
    };
    let far = |phase| {
        Some(Loading {
            phase,
            loaded: 120,
            total: Some(312),
            mirror_of: None,
        })
    };
    let told = |script: Script, loading| {
        let ticket = ticket_of_gathering(&script);
        script.msg(Msg::Gathering { ticket, loading })
    };
    told(asked(), far(LoadPhase::Running)).snapshot("gathering_80x24");
    told(asked().size(40, 12), far(LoadPhase::Running)).snapshot("gathering_40x12");
    told(asked(), far(LoadPhase::Paused)).shows("is paused: 120 of 312 read — P continues");
    let until = "2026-01-02T03:05:00Z".parse().expect("a time");
    told(asked(), far(LoadPhase::Waiting { until })).shows("03:05:00 UTC");
    told(asked(), None).shows("once the list is loaded");
}

#[test]
fn space_marks_and_moves_down_and_takes_a_mark_away() {
    let script = screen(contacts(5)).keys("<space><space>");
    assert_eq!(marked(&script), [1, 2]);
    let script = script.shows("2 marked").keys("k<space>");
    assert_eq!((marked(&script), script.model.list.cursor), (vec![1], 2));
    // At the last row it stays there.
    let script = script.keys("G<space>");
    assert_eq!((marked(&script), script.model.list.cursor), (vec![1, 5], 4));
}

#[test]
fn a_range_marks_what_lies_between_in_either_direction() {
    let script = screen(contacts(6)).keys("jvjj");
    assert_eq!(marked(&script), [0; 0], "not before it ends");
    let script = script.shows("range of 3: v marks it").keys("v");
    assert_eq!(marked(&script), [2, 3, 4]);
    let script = script.keys("GVkk<space>");
    assert_eq!(marked(&script), [2, 3], "Space ends a range too");
    // A range of the other kind goes on from where it began.
    let script = script.keys("ggvjjjV").shows("range of 4: V unmarks it");
    let script = script.keys("V");
    assert_eq!(marked(&script), [0; 0]);
    let script = script.keys("vGggv");
    assert_eq!(
        marked(&script),
        [1, 2, 3, 4],
        "where it began, to the cursor"
    );
}

#[test]
fn a_range_can_be_dropped_and_ends_before_the_view_changes() {
    let script = screen(contacts(6)).keys("<space>vjj<esc>");
    assert_eq!(marked(&script), [1]);
    let script = script.shows("nothing changed").keys("ggvj/emil");
    assert_eq!(marked(&script), [1, 2], "as it was seen");
    let script = script.keys("<esc><esc>ggvjI");
    assert_eq!(marked(&script), [3, 4, 5, 6], "the range, then the others");
}

#[test]
fn a_range_stays_on_its_contact_while_others_come_in_before_it() {
    let mut script = screen(contacts(6)).keys("jvj");
    script.store.insert(0, contact(100, "Aaron"));
    let script = script.msg(Msg::StoreChanged).keys("v");
    assert_eq!(marked(&script), [2, 3]);
}

#[test]
fn a_range_whose_beginning_vanished_is_dropped() {
    let mut script = screen(contacts(6)).keys("jvj");
    script.store.remove(1);
    let script = script.msg(Msg::StoreChanged).shows("the range was dropped");
    assert_eq!(script.model.list.marking.range, None);
}

#[test]
fn all_that_are_shown_are_marked_or_inverted_and_no_others() {
    let script = screen(contacts(6)).keys("<space>/trial<enter><ctrl-a>");
    assert_eq!(marked(&script), [1, 4]);
    let script = script.hides("not in this view").keys("<esc>I");
    assert_eq!(marked(&script), [2, 3, 5, 6]);
    let script = script
        .keys("/trial<enter>")
        .shows("4 marked · 4 not in this view");
    let script = script.keys("I").shows("6 marked · 4 not in this view");
    let script = script.keys("/zzz<enter><ctrl-a>");
    script.shows("6 marked · 6 not in this view");
}

#[test]
fn escape_clears_the_filter_first_then_the_marks_which_come_back() {
    let script = screen(contacts(6)).keys("<space><space>/emil<enter><esc>");
    assert_eq!(marked(&script), [1, 2]);
    let script = script.hides("not in this view").keys("<esc>");
    let script = script.shows("2 marks were dropped; gv brings them back");
    assert_eq!(marked(&script), [0; 0]);
    let script = script.keys("j").hides("marked").keys("<esc>gv");
    assert_eq!(marked(&script), [1, 2]);
    // What is marked now takes the place of what comes back.
    let script = script.keys("<esc>G<space>gv");
    assert_eq!(marked(&script), [1, 2]);
    let script = script
        .keys("/emil<enter>gv")
        .shows("1 marked · 1 not in this view");
    assert_eq!(marked(&script), [6]);
    let script = script.keys("gv").shows("2 marked · 2 not in this view");
    assert_eq!(marked(&script), [1, 2]);
}

#[test]
fn the_count_stays_on_screen_over_the_list_too() {
    let script = screen(contacts(3)).size(40, 12).keys("<space><space>e");
    let script = script.shows("2 marked · 3 contacts").keys("<esc>?");
    script
        .shows("2 marked · 3 contacts")
        .keys("<esc>")
        .shows("2 marked");
}

#[test]
fn nothing_comes_back_where_nothing_was_dropped() {
    let script = screen(contacts(3))
        .keys("gv")
        .shows("no marks were dropped");
    assert_eq!(marked(&script), [0; 0]);
}

#[test]
fn vanished_contacts_lose_their_mark_and_it_is_said() {
    let mut script = screen(contacts(6)).keys("<space><space><space>");
    script.store.drain(1..3);
    let script = script.msg(Msg::StoreChanged);
    let script = script.shows("2 marked contacts are gone; 1 marked");
    assert_eq!(marked(&script), [1]);
    // Not even those that were dropped come back.
    let mut script = script.keys("<esc>");
    script.store.remove(0);
    let script = script
        .keys("gv")
        .shows("a marked contact is gone; 0 marked");
    assert_eq!(marked(&script), [0; 0]);
}

#[test]
fn an_account_takes_no_marks_of_another() {
    let script = screen(contacts(3)).keys("<space><space>").open();
    assert_eq!(marked(&script), [0; 0]);
    let script = script.keys("gv").shows("no marks were dropped");
    assert_eq!(marked(&script), [0; 0]);
}

#[test]
fn all_that_match_at_the_provider_are_loaded_and_marked() {
    let mut script = screen(contacts(6));
    script.remote = vec![contact(50, "Emil Zola"), contact(51, "Zoe")];
    let script = script.keys("<space>/emil<enter>*");
    assert_eq!(marked(&script), [1, 5, 50]);
    let script = script.shows("2 contacts match; all are marked");
    script.keys("j").shows("3 marked · 1 not in this view");
}

#[test]
fn gathering_goes_on_while_one_marks_and_is_stopped_without_loss() {
    let mut script = screen(contacts(6));
    script.gathers = false;
    let script = script.keys("<space>*<space>");
    assert_eq!(marked(&script), [1, 2]);
    let ticket = ticket_of_gathering(&script);
    let mut script = script.keys("<esc>").shows("the marks are as before");
    assert!(script.taken().contains(&Effect::StopGathering));
    let rows = std::sync::Arc::new([3, 4].into_iter().collect());
    let result = Ok(Picked { rows, remark: None });
    let script = script.msg(Msg::Picked { ticket, result });
    assert_eq!(marked(&script), [1, 2], "what comes late is not heard");
    let script = script.keys("/emil<enter>*/fay");
    let ticket = ticket_of_gathering(&script);
    let rows = std::sync::Arc::new([5].into_iter().collect());
    let remark = Some("3 contacts that the provider counts did not appear in its list".into());
    let result = Ok(Picked { rows, remark });
    let script = script.msg(Msg::Picked { ticket, result });
    let script = script.shows("! one contact matches; it is marked; 3 contacts");
    assert_eq!(
        marked(&script),
        [1, 2, 5],
        "of the filter that was asked for"
    );
    script.keys("j").shows("3 marked · 3 not in this view");
}

#[test]
fn what_is_typed_for_a_window_that_is_to_open_is_no_command() {
    let mut script = screen(contacts(6));
    script.gathers = false;
    let mut script = script.keys("*t").shows("this goes on as soon as all");
    script.taken();
    let mut script = script.keys("evV").shows("not yet");
    assert_eq!(script.taken(), []);
    assert!(script.model.stack.is_empty() && script.model.list.marking.range.is_none());
    // One step back gives it up, and keys are commands again.
    let script = script.keys("<esc>e");
    assert!(matches!(
        script.model.stack[..],
        [cardex::tui::screen::Screen::Form(_)]
    ));
}

#[test]
fn a_failure_to_gather_is_said_and_leaves_the_marks() {
    let mut script = screen(contacts(6));
    script.gathers = false;
    let script = script.keys("<space>*");
    let ticket = ticket_of_gathering(&script);
    let trouble = Trouble::new(TroubleKind::Network, "listing contacts: connection refused");
    let result = Err(trouble);
    let script = script.msg(Msg::Picked { ticket, result });
    let script = script.shows("connection refused");
    assert_eq!(marked(&script), [1]);
    assert_eq!(script.model.list.marking.gathering, None);
}

#[test]
fn loading_all_that_match_can_be_paused() {
    let mut script = screen(contacts(3));
    script.gathers = false;
    let mut script = script.keys("*P");
    assert!(script.taken().contains(&Effect::PauseLoading(true)));
}

/// Keys are typed faster than rows come: none of them may hit a contact of the rows before.
#[test]
fn keys_wait_for_the_rows_they_are_about_in_their_order() {
    let script = screen(contacts(60))
        .silent()
        .keys("/fay<enter><space>j<space>");
    assert_eq!(marked(&script), [0; 0]);
    let question = script
        .effects
        .iter()
        .rev()
        .find(|e| matches!(e, Effect::Query { .. }));
    let question = question.expect("a question").clone();
    let mut script = script;
    script.answering = true;
    let script = script.answers(&question);
    // Fay Gold is every sixth: the first, then not the second but the third.
    assert_eq!(marked(&script), [6, 18]);
}

#[test]
fn marks_are_asked_for_in_the_order_of_the_keys() {
    let script = screen(contacts(4)).silent().keys("<ctrl-a>I<space>");
    let picks = |s: &Script| {
        let picks = s
            .effects
            .iter()
            .filter(|e| matches!(e, Effect::Pick { .. }));
        picks.count()
    };
    assert_eq!(picks(&script), 1, "one at a time");
    assert_eq!(
        script.model.list.marking.picking.map(|p| p.change),
        Some(MarkChange::Mark)
    );
    let question = script
        .effects
        .iter()
        .rev()
        .find(|e| matches!(e, Effect::Pick { .. }));
    let question = question.expect("a question").clone();
    let mut script = script;
    script.answering = true;
    let script = script.answers(&question);
    assert_eq!(marked(&script), [1], "all, then none, then the first");
}
