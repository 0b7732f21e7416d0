//! Keymap tests.
