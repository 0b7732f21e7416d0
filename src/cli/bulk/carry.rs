//! Driving a run without a screen: progress on a terminal, Ctrl-C, and waiting for a network that is gone.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::app::bulk::{self, Order, Progress};
use crate::app::session::Session;
use crate::cli::exit;
use crate::cli::interrupt::unless_interrupted;
use crate::cli::list::show_progress;
use crate::cli::output::{Output, complain};
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::{RunId, Tally};
use crate::engine::run::{Halt, Standing};

/// How long a run waits for a network that is gone before each further try; then it is left for another time.
const WAITS: [u64; 7] = [5, 10, 20, 40, 60, 120, 300];

/// What came of driving a run.
#[derive(Debug)]
pub struct Carried {
    /// The run.
    pub run: RunId,
    /// How its rows stand.
    pub tally: Tally,
    /// How long it was driven, in seconds.
    pub seconds: f64,
    /// Requests that left meanwhile.
    pub requests: u64,
    /// How many of them were answered with 429.
    pub throttled: u64,
    /// Why it was left, where it was not a wish.
    pub trouble: Option<Trouble>,
}

impl Carried {
    /// The exit code.
    pub fn code(&self) -> u8 {
        let t = self.tally;
        if t.left > 0 {
            return exit::INTERRUPTED;
        }
        match (t.failed + t.unknown, t.applied) {
            (0, _) => exit::DONE,
            (_, 0) if t.unchanged == 0 => exit::ERROR,
            _ => exit::PARTLY,
        }
    }
}

/// Drives a run to its end. The first Ctrl-C stops it after what is under way, the second one leaves at once;
/// either way it can be resumed.
///
/// # Errors
/// It can not be driven.
pub async fn carry_out(session: &Session, run: RunId, out: Output) -> Result<Carried, Trouble> {
    let began = Instant::now();
    let before = session.traffic();
    let (orders, inbox) = mpsc::unbounded_channel();
    let (tell, mut told) = tokio::sync::watch::channel(None);
    let shows = !out.quiet && std::io::stderr().is_terminal();
    let driving = {
        let session = session.clone();
        let mut line = Line::new(shows);
        tokio::spawn(async move {
            let report = |progress: &Progress| {
                line.show(progress);
                let standing = (progress.standing.clone(), progress.under_way);
                tell.send_replace(Some(standing));
            };
            bulk::drive(&session, run, inbox, report).await
        })
    };
    let patience = {
        let orders = orders.clone();
        tokio::spawn(async move {
            let mut waits = WAITS.iter();
            while told.changed().await.is_ok() {
                let now = told.borrow_and_update().clone();
                let Some((Standing::Halted(halt), 0)) = now else {
                    continue;
                };
                let order = match (halt, waits.next()) {
                    (Halt::Asked, _) => continue,
                    (Halt::Network(trouble), Some(wait)) => {
                        out.remark(&format!("Waiting {wait} s: {trouble}"));
                        tokio::time::sleep(Duration::from_secs(*wait)).await;
                        Order::GoOn
                    }
                    _ => Order::Stop,
                };
                if orders.send(order).is_err() {
                    break;
                }
            }
        })
    };
    let driven = watched(driving, &orders).await;
    patience.abort();
    if shows {
        show_progress("");
    }
    let driven = driven?;
    let sent = session.traffic().since(before);
    Ok(Carried {
        run,
        tally: driven.progress.tally,
        seconds: began.elapsed().as_secs_f64(),
        requests: sent.requests,
        throttled: sent.throttled,
        trouble: driven.trouble,
    })
}

/// Waits for the driver, and passes Ctrl-C on to it.
async fn watched(
    mut driving: tokio::task::JoinHandle<Result<bulk::Driven, Trouble>>,
    orders: &mpsc::UnboundedSender<Order>,
) -> Result<bulk::Driven, Trouble> {
    let stopped = |e: tokio::task::JoinError| {
        Trouble::new(
            TroubleKind::Local,
            format!("the run stopped unexpectedly: {e}"),
        )
        .with_hint("`cardex runs` tells how it stands; it can be resumed")
    };
    if let Some(done) = unless_interrupted(&mut driving).await? {
        return done.map_err(stopped)?;
    }
    complain("Interrupted; waiting for the contacts under way (Ctrl-C again: leave them).");
    // Where it has ended meanwhile there is nobody to tell.
    let _ = orders.send(Order::Stop);
    match unless_interrupted(driving).await? {
        Some(done) => done.map_err(stopped)?,
        None => Err(Trouble::new(
            TroubleKind::Local,
            "left while contacts were under way; what became of them is looked up when the run is resumed",
        )
        .with_hint("`cardex runs` lists it, `cardex runs resume ID` goes on")),
    }
}

/// The line of progress, a few times a second.
struct Line {
    shows: bool,
    last: Option<Instant>,
}

impl Line {
    fn new(shows: bool) -> Self {
        Self { shows, last: None }
    }

    fn show(&mut self, progress: &Progress) {
        let soon = Duration::from_millis(200);
        if !self.shows || self.last.is_some_and(|t| t.elapsed() < soon) {
            return;
        }
        self.last = Some(Instant::now());
        show_progress(&text(progress));
    }
}

fn text(progress: &Progress) -> String {
    let tally = progress.tally;
    let mut text = format!("{} of {}", tally.done(), tally.selected());
    if tally.failed + tally.unknown > 0 {
        text.push_str(&format!(", {} failed", tally.failed + tally.unknown));
    }
    if let Some(rate) = progress.per_minute() {
        text.push_str(&format!(", {rate:.0}/min"));
    }
    if let Some(left) = progress.seconds_left() {
        text.push_str(&format!(", {} left", brief(left)));
    }
    text
}

/// A time as `1 h 20 min`, `4 min`, `12 s`.
fn brief(seconds: f64) -> String {
    let whole = Duration::from_secs_f64(seconds.clamp(0.0, 1e9)).as_secs();
    match (whole / 3600, whole % 3600 / 60) {
        (0, 0) => format!("{whole} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
