//! What the program says about its own doings: on standard error with `-v`, otherwise nowhere. A line an
//! event, without time or level. Requests are logged masked by `transport`; nothing here ever sees a
//! secret, and control characters that a server sent never reach the terminal.

use std::fmt::{Debug, Write as _};
use std::io::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::domain::shown;

/// Installs the subscriber for headless commands: 0 says nothing, 1 each request, 2 and more
/// everything of our own.
pub fn install(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        _ => Level::TRACE,
    };
    let targets = Targets::new().with_target("cardex", level);
    // A second installation in one process changes nothing.
    let _ = tracing_subscriber::registry()
        .with(Lines.with_filter(targets))
        .try_init();
}

/// Writes an event as one line.
struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        // Nobody reading standard error is nobody's loss.
        let _ = writeln!(io::stderr().lock(), "{}", line.text());
    }
}

/// An event's message and its values.
#[derive(Default)]
struct Line {
    message: String,
    values: String,
}

impl Line {
    fn text(&self) -> String {
        let whole = format!("{}{}", self.message, self.values);
        shown::one_line(whole.trim_end()).into_owned()
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a text does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.values, "; {name}: {value:?}"),
        };
    }
}
