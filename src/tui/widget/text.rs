//! Drawing text that came from outside.
