//! cardex: a terminal contact editor for support agents and support-ops people.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod provider;
pub mod sandbox;
pub mod secret;
pub mod store;
pub mod transport;
pub mod tui;
