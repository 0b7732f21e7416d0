//! The machine by hand: single paths through it.
