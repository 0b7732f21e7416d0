//! The screen as a pure machine: a message in, effects out, time as an argument; and a view that only
//! reads the model. Terminal, clock, network and database belong to `app`.

pub mod effect;
pub mod msg;
