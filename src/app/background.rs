//! Loading in the background: walks the provider's list and keeps the screen told how far it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::app::clock;
use crate::app::loader::{self, LoadEvent, Loaded, TagWalk};
use crate::app::session::Session;
use crate::app::teller::Teller;
use crate::domain::{Trouble, TroubleKind};
use crate::tui::msg::{LoadPhase, Loading, Msg};

/// How long a page may take before the screen is told what is being waited for.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Walks the provider's list in the background and keeps the screen told; `listed` is called when the list is in
/// and tags are read. Gives how it ended.
///
/// # Errors
/// When a page can not be had or stored; the screen was told.
pub async fn load(
    session: Session,
    sender: Teller,
    paused: watch::Receiver<bool>,
    listed: impl Fn() + Send + Sync,
) -> Result<Loaded, Trouble> {
    let name = session.account().name.clone();
    let mirror_of = session
        .contacts()
        .mirror_state(&name)
        .await
        .ok()
        .and_then(|m| m.complete_at);
    let state = Progress {
        sender: sender.clone(),
        mirror_of,
        loaded: 0,
        total: None,
    };
    let state = Arc::new(Mutex::new(state));
    let show = |phase: LoadPhase| with(&state, |s| s.show(phase));
    show(LoadPhase::Starting);
    let tags = if session.tags_need_walk() {
        TagWalk::Catalogue
    } else {
        TagWalk::None
    };
    let report = |event: LoadEvent| {
        match event {
            LoadEvent::Page { loaded, total } => with(&state, |s| {
                (s.loaded, s.total) = (loaded, total);
                s.show(LoadPhase::Running);
            }),
            LoadEvent::Tags { .. } => {
                listed();
                show(LoadPhase::Tags);
            }
            LoadEvent::Paused => show(LoadPhase::Paused),
            LoadEvent::Resumed => show(LoadPhase::Running),
            LoadEvent::Tagged | LoadEvent::Confirming { .. } => {}
        }
        sender.tell(Msg::StoreChanged);
    };
    let walk = loader::load(&session, &tags, paused, report);
    tokio::pin!(walk);
    let ended = loop {
        tokio::select! {
            ended = &mut walk => break ended,
            () = tokio::time::sleep(PATIENCE) => {
                if let Some(until) = session.held_until() {
                    show(LoadPhase::Waiting { until });
                }
            }
        }
    };
    match &ended {
        Ok(loaded) => {
            let now = clock::now();
            with(&state, |s| {
                s.loaded = loaded.contacts;
                if loaded.complete {
                    s.mirror_of = Some(now);
                }
                s.show(LoadPhase::Complete);
            });
            let shortfall = loaded.shortfall();
            if let Some(trouble) = &loaded.untagged {
                sender.tell(Msg::Failed(trouble.clone()));
            }
            if let Some(message) = shortfall {
                let trouble = Trouble::new(TroubleKind::Malformed, message)
                    .with_hint("others may be changing contacts; r loads again");
                sender.tell(Msg::Failed(trouble));
            }
            match session.former_roster().await {
                Ok(Some(former)) => sender.tell(Msg::Said(former)),
                Ok(None) => {}
                Err(trouble) => sender.tell(Msg::Failed(trouble)),
            }
        }
        Err(trouble) => show(LoadPhase::Failed(trouble.clone())),
    }
    sender.tell(Msg::StoreChanged);
    ended
}

struct Progress {
    sender: Teller,
    mirror_of: Option<jiff::Timestamp>,
    loaded: usize,
    total: Option<u64>,
}

impl Progress {
    fn show(&self, phase: LoadPhase) {
        let (loaded, total, mirror_of) = (self.loaded, self.total, self.mirror_of);
        self.sender.tell(Msg::Loading(Loading {
            phase,
            loaded,
            total,
            mirror_of,
        }));
    }
}

fn with<T>(state: &Mutex<Progress>, work: impl FnOnce(&mut Progress) -> T) -> T {
    work(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}
