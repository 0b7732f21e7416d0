//! cardex: a terminal contact editor for support agents and support-ops people.

pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod provider;
pub mod sandbox;
pub mod secret;
pub mod transport;
pub mod tui;
pub mod store;
pub mod tui;
