//! cardex: a terminal contact editor for support agents and support-ops people.

pub mod domain;
pub mod engine;
pub mod http;
pub mod provider;
pub mod sandbox;
pub mod tui;
