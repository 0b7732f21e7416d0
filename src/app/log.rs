//! What the program says about its own doings: on standard error with `-v`, otherwise nowhere.
//! Requests are logged masked by `transport`; nothing here ever sees a secret.

use std::io;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Installs the subscriber for headless commands: 0 says nothing, 1 each request, 2 and more
/// everything of our own.
pub fn install(verbose: u8) {
    let level = match verbose {
        0 => Level::ERROR,
        1 => Level::INFO,
        _ => Level::TRACE,
    };
    let targets = Targets::new().with_target("cardex", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_target(false);
    // A second installation in one process changes nothing.
    let _ = tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init();
}
