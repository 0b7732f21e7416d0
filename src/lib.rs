//! cardex: a terminal contact editor for support agents and support-ops people.

pub mod http;
pub mod sandbox;
pub mod secret;
pub mod transport;
