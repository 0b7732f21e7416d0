//! Driving a run without a screen: progress on a terminal, Ctrl-C, and waiting for a network that is gone.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::app::bulk::{self, Order, Progress};
use crate::app::session::{Session, store_trouble};
use crate::cli::exit;
use crate::cli::interrupt::unless_interrupted;
use crate::cli::list::show_progress;
use crate::cli::output::{Output, complain};
use crate::domain::{Trouble, TroubleKind};
use crate::engine::journal::{RunId, Tally};
use crate::engine::reason::Reason;
use crate::engine::results::Group;
use crate::engine::run::{Halt, Standing};

/// How long a run waits for a network that is gone before each further try; then it is left for another time.
const WAITS: [u64; 7] = [5, 10, 20, 40, 60, 120, 300];

/// What came of driving a run.
#[derive(Debug, Default)]
pub struct Carried {
    /// The run; none where it never began.
    pub run: Option<RunId>,
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
    /// The exit code. `failures`: why rows failed, where some did.
    pub fn code(&self, failures: &[Group]) -> u8 {
        let t = self.tally;
        if t.left > 0 {
            return match self.trouble.as_ref().map(|t| t.kind) {
                Some(TroubleKind::SignIn | TroubleKind::Forbidden) => exit::SIGN_IN,
                _ => exit::INTERRUPTED,
            };
        }
        if t.failed + t.unknown == 0 {
            return exit::DONE;
        }
        let mut classes = failures.iter().map(|f| class(f.reason));
        let class = match (t.unknown, classes.next()) {
            (0, Some(first)) if classes.all(|c| c == first) => Some(first),
            _ => None,
        };
        match class {
            Some(exit::CONFLICT) => exit::CONFLICT,
            Some(class) if t.applied + t.unchanged == 0 => class,
            None if t.applied + t.unchanged + t.unknown == 0 => exit::ERROR,
            _ => exit::PARTLY,
        }
    }
}

/// The exit code of a run in which every contact failed so.
fn class(reason: Reason) -> u8 {
    match reason {
        Reason::ReadOnly
        | Reason::Catalogue
        | Reason::Stored
        | Reason::Consent
        | Reason::TooLong
        | Reason::Invalid
        | Reason::NotAllowed => exit::INVALID,
        Reason::Conflict | Reason::Drifted | Reason::Merged => exit::CONFLICT,
        Reason::NotFound => exit::NOTHING,
        Reason::SignIn | Reason::Forbidden => exit::SIGN_IN,
        Reason::Refused
        | Reason::Throttled
        | Reason::Network
        | Reason::Server
        | Reason::Malformed
        | Reason::Local
        | Reason::Busy
        | Reason::GivenUp => exit::ERROR,
    }
}

/// Drives a run to its end, with `orders` given before anything is handed out. The first Ctrl-C stops it after what
/// is under way, the second one leaves at once; either way it can be resumed.
///
/// # Errors
/// It can not be driven.
pub async fn carry_out(
    session: &Session,
    run: RunId,
    first: Vec<Order>,
    out: Output,
) -> Result<Carried, Trouble> {
    let began = Instant::now();
    let before = session.traffic();
    let (orders, inbox) = mpsc::unbounded_channel();
    for order in first {
        // The other end is in this function.
        let _ = orders.send(order);
    }
    let (tell, told) = watch::channel(None);
    let driving = {
        let session = session.clone();
        let mut line = Line::of(out);
        tokio::spawn(async move {
            let report = |progress: &Progress| {
                line.say(|| text(progress));
                tell.send_replace(Some(State {
                    standing: progress.standing.clone(),
                    under_way: progress.under_way,
                    done: progress.tally.done(),
                }));
            };
            bulk::drive(&session, run, inbox, report).await
        })
    };
    let patience = tokio::spawn(patience(told, orders.clone(), out));
    let driven = watched(driving, &orders).await;
    patience.abort();
    Line::of(out).end();
    let (tally, trouble) = match driven? {
        Some(driven) => (driven.progress.tally, driven.trouble),
        None => (tally_of(session, run).await?, None),
    };
    let sent = session.traffic().since(before);
    Ok(Carried {
        run: Some(run),
        tally,
        seconds: began.elapsed().as_secs_f64(),
        requests: sent.requests,
        throttled: sent.throttled,
        trouble,
    })
}

/// What of a run's progress decides whether to wait.
struct State {
    standing: Standing,
    under_way: usize,
    done: u64,
}

/// Waits, longer each time, while the network is gone; stops a run that halted for anything else.
async fn patience(
    mut told: watch::Receiver<Option<State>>,
    orders: mpsc::UnboundedSender<Order>,
    out: Output,
) {
    let mut waits = WAITS.iter();
    let mut done = 0;
    while told.changed().await.is_ok() {
        let trouble = match told.borrow_and_update().as_ref() {
            Some(State {
                standing: Standing::Halted(halt),
                under_way: 0,
                done: now,
            }) => {
                // It went on after the last wait: patience begins anew.
                if std::mem::replace(&mut done, *now) != *now {
                    waits = WAITS.iter();
                }
                match halt {
                    Halt::Asked => continue,
                    Halt::Network(trouble) => Some(trouble.clone()),
                    Halt::SignIn(_) | Halt::Forbidden(_) | Halt::Store(_) => None,
                }
            }
            _ => continue,
        };
        let order = match trouble.zip(waits.next()) {
            Some((trouble, wait)) => {
                out.remark(&format!("Waiting {wait} s: {trouble}"));
                tokio::time::sleep(Duration::from_secs(*wait)).await;
                Order::GoOn
            }
            None => Order::Stop,
        };
        if orders.send(order).is_err() {
            break;
        }
    }
}

async fn tally_of(session: &Session, run: RunId) -> Result<Tally, Trouble> {
    let found = session.journal().run(&session.account().name, run).await;
    let found = found.map_err(|e| store_trouble("reading the run", &e))?;
    Ok(found.map(|r| r.tally).unwrap_or_default())
}

/// Waits for the driver, and passes Ctrl-C on to it. None where it was left with contacts under way.
async fn watched(
    mut driving: tokio::task::JoinHandle<Result<bulk::Driven, Trouble>>,
    orders: &mpsc::UnboundedSender<Order>,
) -> Result<Option<bulk::Driven>, Trouble> {
    let stopped = |e: tokio::task::JoinError| {
        Trouble::new(
            TroubleKind::Local,
            format!("the run stopped unexpectedly: {e}"),
        )
        .with_hint("`cardex runs` tells how it stands; it can be resumed")
    };
    if let Some(done) = unless_interrupted(&mut driving).await? {
        return done.map_err(stopped)?.map(Some);
    }
    complain("Interrupted; waiting for the contacts under way (Ctrl-C again: leave them).");
    // Where it has ended meanwhile there is nobody to tell.
    let _ = orders.send(Order::Stop);
    if let Some(done) = unless_interrupted(driving).await? {
        return done.map_err(stopped)?.map(Some);
    }
    complain("Left with contacts under way; what became of them is looked up when it goes on.");
    Ok(None)
}

/// The line of progress: on a terminal a few times a second, elsewhere a line now and then.
pub(super) struct Line {
    shows: bool,
    quiet: bool,
    last: Option<Instant>,
}

/// Between two lines where nobody watches: enough to see in a log that it goes on.
const NOW_AND_THEN: Duration = Duration::from_secs(30);

impl Line {
    pub(super) fn of(out: Output) -> Self {
        let shows = !out.quiet && std::io::stderr().is_terminal();
        Self {
            shows,
            quiet: out.quiet,
            last: None,
        }
    }

    /// Shows what there is to say, if it is time to.
    pub(super) fn say(&mut self, text: impl FnOnce() -> String) {
        let soon = Duration::from_millis(200);
        if !self.shows && !self.quiet {
            let last = self.last.get_or_insert_with(Instant::now);
            if last.elapsed() >= NOW_AND_THEN {
                *last = Instant::now();
                complain(&text());
            }
            return;
        }
        if !self.shows || self.last.is_some_and(|t| t.elapsed() < soon) {
            return;
        }
        self.last = Some(Instant::now());
        show_progress(&text());
    }

    /// Leaves the line to others.
    pub(super) fn end(&self) {
        if self.shows {
            show_progress("");
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_says_how_a_run_ended() {
        let code = |ends: [u64; 5], reasons: &[Reason], trouble: Option<TroubleKind>| {
            let [applied, unchanged, failed, unknown, left] = ends;
            let tally = Tally {
                applied,
                unchanged,
                failed,
                unknown,
                left,
            };
            let failures: Vec<Group> = reasons
                .iter()
                .map(|reason| Group {
                    reason: *reason,
                    rows: 1,
                    blocked: 0,
                    said: Vec::new(),
                })
                .collect();
            let carried = Carried {
                tally,
                trouble: trouble.map(|kind| Trouble::new(kind, "no")),
                ..Carried::default()
            };
            carried.code(&failures)
        };
        use Reason::{Conflict, Drifted, Forbidden, Invalid, Network, NotFound};
        for (ends, reasons, trouble, expected) in [
            ([3, 0, 0, 0, 0], &[][..], None, exit::DONE),
            ([0, 3, 0, 0, 0], &[], None, exit::DONE),
            ([2, 0, 1, 0, 0], &[Network], None, exit::PARTLY),
            ([0, 2, 1, 0, 0], &[Invalid], None, exit::PARTLY),
            ([2, 0, 0, 1, 0], &[], None, exit::PARTLY),
            ([0, 0, 0, 3, 0], &[], None, exit::PARTLY),
            ([2, 0, 2, 0, 0], &[Conflict, Drifted], None, exit::CONFLICT),
            ([2, 0, 2, 0, 0], &[Conflict, Network], None, exit::PARTLY),
            ([2, 0, 1, 1, 0], &[Conflict], None, exit::PARTLY),
            ([0, 0, 3, 0, 0], &[Invalid], None, exit::INVALID),
            ([0, 0, 3, 0, 0], &[NotFound], None, exit::NOTHING),
            ([0, 0, 3, 0, 0], &[Forbidden], None, exit::SIGN_IN),
            ([0, 0, 3, 0, 0], &[Network], None, exit::ERROR),
            ([0, 0, 3, 0, 0], &[Network, Invalid], None, exit::ERROR),
            ([2, 0, 1, 0, 4], &[Conflict], None, exit::INTERRUPTED),
            (
                [2, 0, 0, 0, 4],
                &[],
                Some(TroubleKind::Network),
                exit::INTERRUPTED,
            ),
            (
                [2, 0, 0, 0, 4],
                &[],
                Some(TroubleKind::SignIn),
                exit::SIGN_IN,
            ),
        ] {
            assert_eq!(
                code(ends, reasons, trouble),
                expected,
                "{ends:?} {reasons:?}"
            );
        }
    }
}
