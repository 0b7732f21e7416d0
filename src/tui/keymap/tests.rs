//! The table holds its own rules, and a person's keys take the place of the defaults.

use std::collections::{BTreeMap, BTreeSet};

use crossterm::event::{KeyCode, KeyModifiers};

use super::*;

fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn letter(c: char) -> KeyEvent {
    press(KeyCode::Char(c))
}

#[test]
fn every_key_of_the_table_can_be_read_and_is_written_once_a_context() {
    let mut seen = BTreeSet::new();
    for (context, keys, action, label, _) in table::ROWS {
        assert!(!label.is_empty());
        for key in *keys {
            let read = sequence(key).expect(key);
            assert!(
                seen.insert((*context, written(&read))),
                "{context:?} {key} {action:?}"
            );
        }
    }
}

#[test]
fn no_sequence_begins_with_a_bound_key() {
    let keymap = Keymap::default();
    for binding in &keymap.bindings {
        for keys in binding.keys.iter().filter(|k| k.len() > 1) {
            let first = keys.get(..1).unwrap_or_default();
            let rivals = keymap
                .bindings
                .iter()
                .filter(|b| b.context == binding.context);
            assert!(
                !rivals
                    .into_iter()
                    .any(|b| b.keys.iter().any(|k| k == first)),
                "{binding:?}"
            );
        }
    }
}

#[test]
fn no_plain_letter_saves() {
    let keymap = Keymap::default();
    for binding in keymap.bindings.iter().filter(|b| b.action == Action::Save) {
        assert!(
            !binding.keys.iter().flatten().any(|k| k.is_printable()),
            "{binding:?}"
        );
    }
    let sends = keymap
        .rows(&[Context::Review])
        .find(|b| b.action == Action::Accept);
    assert_eq!(
        sends.map(|b| b.keys.clone()),
        Some(vec![vec![Key::parse("Enter").unwrap()]])
    );
}

#[test]
fn keys_are_read_and_written() {
    let cases = [
        ("ctrl-S", "Ctrl-s"),
        ("Shift-Tab", "Shift-Tab"),
        ("space", "Space"),
        ("f5", "F5"),
        ("-", "-"),
        ("Ctrl--", "Ctrl--"),
        ("G", "G"),
        ("é", "é"),
        ("Down", "↓"),
    ];
    for (text, want) in cases {
        assert_eq!(
            Key::parse(text).map(|k| k.to_string()),
            Ok(want.into()),
            "{text}"
        );
    }
    for bad in ["", "Ctrl-", "F13", "Hyper-x", "gg"] {
        assert!(Key::parse(bad).is_err(), "{bad}");
    }
    let back_tab = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
    assert_eq!(Key::of(&back_tab).to_string(), "Shift-Tab");
    let capital = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
    assert_eq!(Key::of(&capital).to_string(), "G");
}

#[test]
fn keys_become_actions() {
    let keymap = Keymap::default();
    let list = [Context::List, Context::Everywhere];
    let filter = [Context::Filter, Context::Everywhere];
    let g = [Key::parse("g").unwrap()];
    let cases = [
        (&list, false, &[][..], letter('j'), Lookup::Do(Action::Down)),
        (&list, false, &[], letter('g'), Lookup::Pending),
        (&list, false, &g, letter('g'), Lookup::Do(Action::Top)),
        (&list, false, &g, letter('j'), Lookup::Do(Action::Down)),
        (&list, false, &[], letter('?'), Lookup::Do(Action::Help)),
        (&list, false, &[], letter('#'), Lookup::Nothing),
        (&filter, true, &[], letter('?'), Lookup::Nothing),
        (
            &filter,
            true,
            &[],
            press(KeyCode::F(1)),
            Lookup::Do(Action::Help),
        ),
        (
            &filter,
            true,
            &[],
            press(KeyCode::Enter),
            Lookup::Do(Action::Accept),
        ),
    ];
    for (contexts, text, pending, key, want) in cases {
        assert_eq!(
            keymap.lookup(contexts, text, pending, &key),
            want,
            "{key:?}"
        );
    }
}

#[test]
fn a_persons_keys_replace_the_defaults() {
    let keys = |keys: &[&str]| keys.iter().map(ToString::to_string).collect();
    let overrides = BTreeMap::from([
        ("down".to_string(), keys(&["n", "Down"])),
        ("list.sort".to_string(), keys(&["e"])),
        ("mask".to_string(), keys(&[])),
        ("detials".to_string(), keys(&["x"])),
        ("up".to_string(), keys(&["Hyper-x"])),
    ]);
    let (keymap, warnings) = Keymap::with_overrides(&overrides);
    let list = [Context::List, Context::Everywhere];
    let at = |c| keymap.lookup(&list, false, &[], &letter(c));
    assert_eq!(at('n'), Lookup::Do(Action::Down));
    assert_eq!(at('j'), Lookup::Nothing);
    assert_eq!(at('e'), Lookup::Do(Action::Sort), "taken from edit");
    assert_eq!(at('M'), Lookup::Nothing);
    assert_eq!(at('k'), Lookup::Do(Action::Up), "a bad key changes nothing");
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings.iter().any(|w| w.contains("did you mean details?")),
        "{warnings:?}"
    );
    assert!(
        warnings.iter().any(|w| w.contains("Hyper-x")),
        "{warnings:?}"
    );
}

#[test]
fn the_readme_list_names_every_bound_action() {
    let keymap = Keymap::default();
    let text = keymap.markdown();
    for binding in keymap.bindings.iter().filter(|b| !b.keys.is_empty()) {
        assert!(text.contains(&format!(
            "`{}.{}`",
            binding.context.name(),
            binding.action.name()
        )));
    }
    assert!(!text.contains("``"));
}
