//! Bulk runs of the screen: a plan becomes a run, runs are driven in the background whatever account is open, get
//! orders, and are stopped before the program leaves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::Shell;
use crate::app::bulk::{self, rate::Rate};
use crate::app::session::Session;
use crate::app::teller::Teller;
use crate::app::{clock, describe, terminal};
use crate::domain::Trouble;
use crate::engine::journal::RunId;
use crate::engine::plan::Plan;
use crate::engine::run::{Halt, Standing};
use crate::transport::PaceNow;
use crate::tui::msg::{Msg, Ticket};
use crate::tui::runs::{Order, Progress, RunKey};

/// How often at most the screen is told how a run stands.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// How often it is told while nothing happens: waits and rates change by themselves.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// How often at most the list is asked to show new values.
const SHOWN_EVERY: Duration = Duration::from_secs(2);

/// How long a run waits for a network that is gone before each further try, in seconds; the last one is repeated.
const WAITS: [u64; 6] = [5, 10, 20, 60, 120, 300];

/// The runs that are driven by this process.
#[derive(Default)]
pub(super) struct Runs {
    register: Arc<Mutex<Register>>,
    tasks: JoinSet<Option<Progress>>,
}

/// Where orders to a run go.
#[derive(Default)]
struct Register {
    orders: HashMap<RunKey, mpsc::UnboundedSender<Order>>,
    /// The program leaves: nothing is begun any more.
    closing: bool,
}

impl Register {
    /// A place for orders to a run that is to be driven now; none where the program leaves.
    fn enter(&mut self, key: &RunKey) -> Option<mpsc::UnboundedReceiver<Order>> {
        let (orders, inbox) = mpsc::unbounded_channel();
        self.orders.insert(key.clone(), orders);
        (!self.closing).then_some(inbox)
    }
}

fn open(register: &Mutex<Register>) -> MutexGuard<'_, Register> {
    register.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runs {
    /// Stops every run after what is under way, and waits for that. Gives how those stand that were driven.
    pub(super) async fn finish(mut self, limit: Duration) -> Vec<Progress> {
        while self.tasks.try_join_next().is_some() {}
        {
            let mut register = open(&self.register);
            register.closing = true;
            for orders in register.orders.values() {
                let _ = orders.send(Order::Stop);
            }
        }
        let mut ended = Vec::new();
        if self.tasks.is_empty() {
            return ended;
        }
        terminal::remark("Finishing the contacts of a run that are under way …");
        let all = async {
            while let Some(run) = self.tasks.join_next().await {
                ended.extend(run.ok().flatten());
            }
        };
        if tokio::time::timeout(limit, all).await.is_err() {
            terminal::remark(
                "Some requests did not end; what became of them is looked up when the run is resumed.",
            );
        }
        ended
    }
}

impl Shell {
    /// Keeps a plan as a run, and drives it.
    pub(super) fn begin_run(&mut self, ticket: Ticket, plan: Arc<Plan>) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        let register = self.runs.register.clone();
        self.runs.tasks.spawn(async move {
            let change = plan.header.words();
            let begun = bulk::begin(&session, plan).await;
            let result = begun.map(|run| RunKey {
                account: session.account().name.clone(),
                run,
            });
            let entered = result.as_ref().ok().map(|key| {
                let inbox = open(&register).enter(key);
                (key.clone(), inbox)
            });
            sender.tell(Msg::Begun { ticket, result });
            let (key, inbox) = entered?;
            let drive = Drive::new(session, sender, key, change);
            Some(drive.carry_out(inbox?).await)
        });
    }

    /// The runs that are driven here.
    pub(super) fn driven(&self) -> Vec<RunKey> {
        let register = open(&self.runs.register);
        let open = register.orders.iter().filter(|(_, o)| !o.is_closed());
        open.map(|(key, _)| key.clone()).collect()
    }

    /// Drives a run of the account that has rows left.
    pub(super) fn resume_run(&mut self, run: RunId) {
        let account = self.session.account().name.clone();
        self.order_run(RunKey { account, run }, Order::GoOn);
    }

    /// Tells a run something; one that nobody drives is driven for it, where its account is open.
    pub(super) fn order_run(&mut self, key: RunKey, order: Order) {
        while self.runs.tasks.try_join_next().is_some() {}
        let mut register = open(&self.runs.register);
        let known = register.orders.get(&key);
        let told = known.is_some_and(|orders| orders.send(order).is_ok());
        if told || key.account != self.session.account().name {
            return;
        }
        let Some(inbox) = register.enter(&key) else {
            return;
        };
        if let Some(orders) = register.orders.get(&key) {
            let _ = orders.send(order);
        }
        drop(register);
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.runs.tasks.spawn(async move {
            // Where it can not be read, driving it says so.
            let found = session.journal().run(&key.account, key.run).await;
            let record = found.ok().flatten();
            let change = record.map(|r| r.header.words()).unwrap_or_default();
            let drive = Drive::new(session, sender, key, change);
            Some(drive.carry_out(inbox).await)
        });
    }
}

/// What a run's driver last told.
type Told = Option<bulk::Progress>;

/// One run being driven.
struct Drive {
    session: Session,
    sender: Teller,
    key: RunKey,
    change: String,
    rate: Rate,
    /// How often it was tried in vain, and when it is tried again.
    misses: usize,
    tries_at: Option<Timestamp>,
}

impl Drive {
    fn new(session: Session, sender: Teller, key: RunKey, change: String) -> Self {
        Self {
            session,
            sender,
            key,
            change,
            rate: Rate::default(),
            misses: 0,
            tries_at: None,
        }
    }

    /// Drives the run to its end, and tells how it stands meanwhile and then.
    async fn carry_out(mut self, mut inbox: mpsc::UnboundedReceiver<Order>) -> Progress {
        let (orders, passed_on) = mpsc::unbounded_channel();
        let (tell, mut told) = watch::channel::<Told>(None);
        let (session, run) = (self.session.clone(), self.key.run);
        let mut driving = tokio::spawn(async move {
            let report = |progress: &bulk::Progress| {
                tell.send_replace(Some(progress.clone()));
            };
            bulk::drive(&session, run, passed_on, report).await
        });
        let mut last: Option<Progress> = None;
        let mut shown = (tokio::time::Instant::now(), 0);
        let driven = loop {
            tokio::select! {
                biased;
                driven = &mut driving => break driven,
                Some(order) = inbox.recv() => {
                    let now = told.borrow().clone();
                    self.order(order, &now, &orders).await;
                }
                _ = told.changed() => tokio::time::sleep(TOLD_EVERY).await,
                () = tokio::time::sleep(LOOKED_EVERY) => {}
            }
            let Some(now) = told.borrow_and_update().clone() else {
                continue;
            };
            self.try_again(&now, &orders);
            let progress = self.words(&now, true);
            if shown.1 < now.ended_now && shown.0.elapsed() >= SHOWN_EVERY {
                shown = (tokio::time::Instant::now(), now.ended_now);
                self.sender.tell(Msg::StoreChanged);
            }
            if last.as_ref() != Some(&progress) {
                self.sender.tell(Msg::Run(Box::new(progress.clone())));
                last = Some(progress);
            }
        };
        let progress = match driven {
            Ok(Ok(driven)) => self.words(&driven.progress, false),
            Ok(Err(trouble)) => self.failed(trouble, last),
            Err(error) => {
                let message = format!("run {run} stopped unexpectedly: {error}");
                let trouble = Trouble::new(crate::domain::TroubleKind::Local, message)
                    .with_hint("it can be resumed");
                self.failed(trouble, last)
            }
        };
        self.sender.tell(Msg::Run(Box::new(progress.clone())));
        self.sender.tell(Msg::StoreChanged);
        progress
    }

    /// Passes an order on; those about the pace and the sign-in are for the session.
    async fn order(
        &mut self,
        order: Order,
        now: &Told,
        orders: &mpsc::UnboundedSender<bulk::Order>,
    ) {
        let order = match order {
            Order::Pause => bulk::Order::Pause,
            Order::Stop => bulk::Order::Stop,
            Order::GiveUp => bulk::Order::GiveUp,
            Order::Retry(reason) => bulk::Order::Retry(reason),
            Order::GoOn => {
                (self.misses, self.tries_at) = (0, None);
                let standing = now.as_ref().map(|n| &n.standing);
                let refused = matches!(standing, Some(Standing::Halted(Halt::SignIn(_))));
                if refused && let Err(trouble) = self.session.sign_in_again().await {
                    self.sender.tell(Msg::Failed(trouble));
                    return;
                }
                bulk::Order::GoOn
            }
            Order::Slower | Order::Faster => return self.change_pace(order == Order::Faster),
        };
        // Where it has ended meanwhile there is nobody to tell.
        let _ = orders.send(order);
    }

    fn change_pace(&self, faster: bool) {
        let Some(lane) = self.session.lane_if_any() else {
            let words = "the local store has no pace: it goes as fast as this machine";
            return self.sender.tell(Msg::Said(words.into()));
        };
        let changed = match faster {
            true => lane.faster(),
            false => lane.slower(),
        };
        let now = pace_words(&lane.pace_now());
        self.sender.tell(Msg::Said(match (changed, faster) {
            (true, true) => format!("faster: {now}"),
            (true, false) => format!("slower: {now}"),
            (false, true) => format!("no faster inside the limit: {now}"),
            (false, false) => format!("no slower than this: {now}"),
        }));
    }

    /// Where the network was gone, tries again after a while.
    fn try_again(&mut self, now: &bulk::Progress, orders: &mpsc::UnboundedSender<bulk::Order>) {
        match &now.standing {
            Standing::Halted(Halt::Network(_)) if now.under_way == 0 => match self.tries_at {
                None => {
                    let wait = WAITS.get(self.misses).or(WAITS.last()).copied();
                    let wait = Duration::from_secs(wait.unwrap_or_default());
                    self.tries_at = clock::now().checked_add(wait).ok();
                    self.misses += 1;
                }
                Some(at) if clock::now() >= at => {
                    self.tries_at = None;
                    let _ = orders.send(bulk::Order::GoOn);
                }
                Some(_) => {}
            },
            Standing::Halted(_) => {}
            Standing::Running if now.under_way > 0 || now.done => self.tries_at = None,
            Standing::Running => {}
        }
    }

    /// How it stands, for the screen.
    fn words(&mut self, now: &bulk::Progress, driven: bool) -> Progress {
        match now.standing {
            Standing::Running => self.rate.note(clock::now(), now.ended_now),
            Standing::Halted(_) => self.rate.restart(),
        }
        let rate = self.rate.per_minute();
        let told = describe::progress(self.key.clone(), self.change.clone(), now, rate);
        Progress {
            held_until: self.session.held_until(),
            pace: self.session.pace_now().map(|p| pace_words(&p)),
            tries_at: self.tries_at,
            driven,
            ..told
        }
    }

    /// It could not be driven, or not any further.
    fn failed(&mut self, trouble: Trouble, last: Option<Progress>) -> Progress {
        self.sender.tell(Msg::Failed(trouble.clone()));
        let halted = Standing::Halted(Halt::of(trouble));
        match last {
            Some(last) => Progress {
                standing: halted,
                under_way: 0,
                driven: false,
                ..last
            },
            None => Progress {
                key: self.key.clone(),
                change: self.change.clone(),
                tally: crate::engine::journal::Tally::default(),
                under_way: 0,
                standing: halted,
                held_until: None,
                tries_at: None,
                per_minute: None,
                seconds_left: None,
                pace: None,
                driven: false,
            },
        }
    }
}

/// The pace of requests in words.
fn pace_words(pace: &PaceNow) -> String {
    let share = match pace.share {
        100 => String::new(),
        share => format!(" ({share} % of the limit)"),
    };
    match pace.allowed {
        Some(rate) => format!("at most {rate} requests a minute{share}"),
        None => format!("no limit known, {} requests at once", pace.concurrency),
    }
}
