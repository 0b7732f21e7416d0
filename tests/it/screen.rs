//! The screens as pictures (text and styles), and flows of keys with the effects they cause.

mod beyond;
mod bulk;
mod edit;
mod kit;
mod list;
mod marks;
mod opencx;
mod roster;
mod runs;
