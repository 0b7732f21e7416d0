//! The walk over the whole list of the opened account: at most one at a time, in the background, to be
//! paused, and to be waited for by whoever needs the whole list.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::app::loader::Loaded;
use crate::app::session::Session;
use crate::app::teller::Teller;
use crate::app::{background, clock, vocabulary};
use crate::domain::{Trouble, TroubleKind};
use crate::tui::msg::Msg;

/// How the last walk goes or went.
#[derive(Debug, Clone, PartialEq)]
pub enum Walk {
    /// None was started.
    None,
    /// It goes on.
    Running,
    /// The list is in; tags are read now.
    Tagging {
        /// When it began.
        since: Timestamp,
    },
    /// It ended.
    Ended {
        /// How.
        result: Result<Loaded, Trouble>,
        /// When.
        at: Timestamp,
    },
}

/// The walks of the opened account. Clones are of the same.
#[derive(Debug, Clone)]
pub struct Walks {
    paused: watch::Sender<bool>,
    state: watch::Sender<Walk>,
    task: Arc<Mutex<Option<AbortHandle>>>,
}

impl Default for Walks {
    fn default() -> Self {
        Self {
            paused: watch::Sender::new(false),
            state: watch::Sender::new(Walk::None),
            task: Arc::default(),
        }
    }
}

impl Walks {
    /// Starts a walk from the beginning; one that goes on is given up. Needs the runtime.
    pub fn start(&self, session: &Session, sender: &Teller) {
        self.keep(None);
        self.paused.send_replace(false);
        self.state.send_replace(Walk::Running);
        let (session, sender) = (session.clone(), sender.clone());
        let (paused, state) = (self.paused.subscribe(), self.state.clone());
        let task = tokio::spawn(async move {
            let since = clock::now();
            let listed = || {
                state.send_replace(Walk::Tagging { since });
            };
            let walk = background::load(session.clone(), sender.clone(), paused, listed);
            let result = walk.await;
            let at = clock::now();
            state.send_replace(Walk::Ended { result, at });
            // What contacts carry is known better now.
            let known = vocabulary::known(&session).await;
            sender.tell(Msg::Vocabulary(Box::new(known)));
        });
        self.keep(Some(task.abort_handle()));
    }

    /// Gives up a walk that goes on; whoever waits for it is told that there is none.
    pub fn stop(&self) {
        self.keep(None);
        self.state.send_replace(Walk::None);
    }

    /// Pauses what is loaded, or goes on with it.
    pub fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    /// Whether loading is paused, now and later.
    pub fn paused(&self) -> watch::Receiver<bool> {
        self.paused.subscribe()
    }

    /// How the last walk goes or went.
    pub fn state(&self) -> Walk {
        self.state.borrow().clone()
    }

    /// Waits until the list is in of the walk that goes on; it may still read tags.
    pub async fn listed(&self) {
        let mut state = self.state.subscribe();
        // The sender lives as long as this.
        let _ = state.wait_for(|walk| *walk != Walk::Running).await;
    }

    /// Waits for the end of the walk that goes on.
    ///
    /// # Errors
    /// How the walk failed, or that it was given up.
    pub async fn end(&self) -> Result<Loaded, Trouble> {
        let mut state = self.state.subscribe();
        // The sender lives as long as this.
        let goes_on = |walk: &Walk| matches!(walk, Walk::Running | Walk::Tagging { .. });
        let ended = state.wait_for(|walk| !goes_on(walk)).await;
        match ended.as_deref() {
            Ok(Walk::Ended { result, .. }) => result.clone(),
            _ => Err(Trouble::new(
                TroubleKind::Local,
                "loading the list: it was given up",
            )),
        }
    }

    fn keep(&self, task: Option<AbortHandle>) {
        let mut kept = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = std::mem::replace(&mut *kept, task) {
            running.abort();
        }
    }
}
