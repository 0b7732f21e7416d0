//! The real binary in a real terminal: only what needs a kernel. It starts, edits and remembers; a killed
//! form comes back as a draft; the terminal is given back; small windows and pasted text do no harm.

mod terminal;

use std::path::Path;
use std::time::{Duration, Instant};

use cardex::domain::AccountName;
use cardex::store::Store;
use terminal::Terminal;

/// Opens the first contact that a filter finds.
fn open_contact(t: &mut Terminal, word: &str, title: &str) {
    t.keys("/");
    t.keys(word);
    t.wait(title);
    t.keys("\r");
    t.keys("e");
    t.wait("Ctrl-s");
}

#[test]
fn an_edit_of_the_demo_is_still_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let mut t = Terminal::start(home.path(), 100, 30, &[]);
    t.wait("200 contacts");
    open_contact(&mut t, "okafor", "Ada Okafor");
    // End, then type: the name is the first field.
    t.keys("\x1b[F Lovelace");
    t.wait("Ada Okafor Lovelace");
    t.keys("\x13");
    t.wait("kept in the local store");
    t.keys("\r");
    t.wait("verified");
    t.keys("q");
    assert_eq!(t.ended(), Some(0));
    assert!(t.is_given_back());

    let mut t = Terminal::start(home.path(), 100, 30, &[]);
    t.wait("200 contacts");
    t.keys("/lovelace");
    t.wait("Ada Okafor Lovelace");
}

/// Until the draft of a contact is in the database; a moment after it is on screen.
fn kept(home: &Path, text: &str) {
    let store = Store::open(&home.join("data/cardex.db")).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let drafts = store.drafts(&AccountName::new("demo")).wait().unwrap();
        if drafts
            .iter()
            .any(|d| format!("{:?}", d.edits).contains(text))
        {
            return;
        }
        assert!(Instant::now() < until, "{drafts:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_form_that_was_killed_is_there_as_a_draft() {
    let home = tempfile::tempdir().unwrap();
    let mut t = Terminal::start(home.path(), 100, 30, &[]);
    t.wait("200 contacts");
    open_contact(&mut t, "okafor", "Ada Okafor");
    t.keys("\x1b[F half-typed");
    t.wait("half-typed");
    kept(home.path(), "half-typed");
    t.kill();

    let mut t = Terminal::start(home.path(), 100, 30, &[]);
    t.wait("draft");
    open_contact(&mut t, "okafor", "Ada Okafor");
    t.wait("half-typed");
}

#[test]
fn the_terminal_is_given_back_on_a_signal() {
    let home = tempfile::tempdir().unwrap();
    let mut t = Terminal::start(home.path(), 80, 24, &[]);
    t.wait("200 contacts");
    assert!(t.is_taken());
    t.signal("TERM");
    assert_eq!(t.ended(), Some(0));
    assert!(t.is_given_back());
}

#[test]
fn a_tiny_window_says_so_and_a_larger_one_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let mut t = Terminal::start(home.path(), 80, 24, &[]);
    t.wait("200 contacts");
    for (columns, rows) in [(1, 1), (20, 5), (39, 11)] {
        t.resize(columns, rows);
        t.keys("j");
    }
    t.resize(40, 12);
    t.wait("200");
    t.keys("q");
    assert_eq!(t.ended(), Some(0));
}

#[test]
fn pasted_text_is_never_keys() {
    let home = tempfile::tempdir().unwrap();
    let mut t = Terminal::start(home.path(), 80, 24, &[]);
    t.wait("200 contacts");
    t.keys("\x1b[200~quit\r\x1b[201~");
    t.wait("quit");
    assert!(t.is_running());
}

#[test]
fn a_chatwoot_sandbox_is_edited_and_verified() {
    let home = tempfile::tempdir().unwrap();
    let mut t = Terminal::start(
        home.path(),
        100,
        30,
        &["demo", "chatwoot", "--contacts", "40", "--latency", "1"],
    );
    t.wait("Okafor");
    open_contact(&mut t, "okafor", "Ada Okafor");
    t.keys("\x1b[F Byron");
    t.wait("Okafor Byron");
    t.keys("\x13");
    t.wait("PUT ");
    t.keys("\r");
    t.wait("verified");
}

/// Keys that are counted.
struct Hand<'a> {
    terminal: &'a mut Terminal,
    keys: usize,
}

impl Hand<'_> {
    /// Presses keys, then waits for what they bring.
    fn press(&mut self, keys: &str, then: &str) {
        self.keys += keys.chars().count();
        self.terminal.keys(keys);
        self.terminal.wait(then);
    }
}

#[test]
fn many_are_tagged_and_the_run_is_taken_back_with_few_keys() {
    let home = tempfile::tempdir().unwrap();
    let mut t = Terminal::start(home.path(), 100, 30, &[]);
    t.wait("200 contacts");
    let mut hand = Hand {
        terminal: &mut t,
        keys: 0,
    };
    hand.press("/vip", "24 of 200");
    hand.press("\r", "24 of 200");
    hand.press("*", "24 marked");
    hand.press("t", "Tags of 24 contacts");
    hand.press("trial", "3 have it");
    hand.press("\t", "+ trial");
    hand.press("\r", "21 to change");
    hand.press("\x13", "Apply +trial to 21 contacts");
    hand.press(
        "y",
        "21 applied · 3 unchanged · 0 failed · 0 unknown · 0 left",
    );
    assert!(hand.keys <= 45, "{} keys", hand.keys);
    let there = hand.keys;
    hand.press("q", "24 marked");
    hand.press("u", "undo of run 1");
    hand.press("\x13", "Apply");
    hand.press("y", "21 applied · 0 unchanged");
    assert!(hand.keys - there <= 4, "{} keys back", hand.keys - there);
    t.keys("q");
    t.wait("24 of 200");
    t.keys("q");
    assert_eq!(t.ended(), Some(0));
}
