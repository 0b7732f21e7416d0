//! Which messages reach whom. Flows over whole screens are in the screen tests.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::Timestamp;

use super::*;
use crate::tui::Keymap;
use crate::tui::model::Tone;

fn key(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
}

fn model() -> Model {
    Model::new(80, 24, Keymap::default())
}

#[test]
fn keys_before_an_account_is_open() {
    let suspend = KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL);
    let mut released = key('q');
    released.kind = KeyEventKind::Release;
    let cases = [
        (key('q'), vec![Effect::Quit]),
        (key('r'), vec![Effect::Refresh]),
        (key('@'), vec![Effect::FollowLog(true)]),
        (suspend, vec![Effect::Suspend]),
        (released, vec![]),
        (key('e'), vec![]),
        (key('j'), vec![]),
        (key('y'), vec![]),
        (key('#'), vec![]),
    ];
    for (key, want) in cases {
        let mut model = model();
        assert_eq!(
            update(&mut model, Msg::Key(key), Timestamp::UNIX_EPOCH),
            want,
            "{key:?}"
        );
    }
}

#[test]
fn a_sequence_waits_for_its_second_key() {
    let mut model = model();
    update(&mut model, Msg::Key(key('g')), Timestamp::UNIX_EPOCH);
    assert_eq!(model.pending.len(), 1);
    update(&mut model, Msg::Key(key('q')), Timestamp::UNIX_EPOCH);
    assert!(model.pending.is_empty());
}

#[test]
fn failures_are_said_with_their_hint_until_the_next_key() {
    let mut model = model();
    let trouble = crate::domain::Trouble::new(crate::domain::TroubleKind::Local, "no clipboard")
        .with_hint("copy by hand");
    update(&mut model, Msg::Failed(trouble), Timestamp::UNIX_EPOCH);
    let notice = model.notice.clone();
    assert_eq!(
        notice.map(|n| (n.tone, n.text)),
        Some((Tone::Error, "no clipboard; copy by hand".into()))
    );
    update(&mut model, Msg::Woke, Timestamp::UNIX_EPOCH);
    assert!(model.notice.is_some());
    update(&mut model, Msg::Key(key('j')), Timestamp::UNIX_EPOCH);
    assert_eq!(model.notice, None);
}
