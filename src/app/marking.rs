//! Which contacts are meant: all that match at the provider, and the marked ones as a fixed list of ids.
//! What is done with them is not decided here.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::loader::{self, LoadEvent};
use crate::app::session::{Session, store_trouble};
use crate::app::teller::Teller;
use crate::app::walks::{Walk, Walks};
use crate::domain::filter::Asks;
use crate::domain::{Filter, Frozen, Marks, Order, Span, Trouble};
use crate::tui::msg::{LoadPhase, Loading, Msg, Picked, Ticket};

/// Ids that are read in one go: a window of the list waits for one go at most.
const CHUNK: usize = 2_000;

/// How long a page may take before the screen is told what is being waited for.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The marked contacts in the order of the opened list, those that the filter hides first, read bit by bit.
///
/// # Errors
/// When the store can not be read.
pub async fn freeze(
    session: &Session,
    marks: &Arc<Marks>,
    filter: &Filter,
    order: Order,
) -> Result<Frozen, Trouble> {
    let told = |e| store_trouble("reading the marked contacts", &e);
    let store = session.contacts();
    let arranged = store.arrange(marks, filter, order).await.map_err(told)?;
    let mut frozen = Frozen {
        ids: Vec::with_capacity(arranged.rows.len()),
        hidden: 0,
        gone: arranged.gone,
    };
    let (hidden, shown) = arranged
        .rows
        .split_at(arranged.hidden.min(arranged.rows.len()));
    for (rows, is_hidden) in [(hidden, true), (shown, false)] {
        for chunk in rows.chunks(CHUNK) {
            let name = &session.account().name;
            let ids = store.ids_of_rows(name, chunk.to_vec()).await;
            let ids = ids.map_err(told)?;
            // Deleted since they were put in order.
            frozen.gone += chunk.len() - ids.len();
            frozen.ids.extend(ids);
        }
        if is_hidden {
            frozen.hidden = frozen.ids.len();
        }
    }
    Ok(frozen)
}

/// All that match at the provider: what is missing here is loaded, then the filter is asked once, of the
/// opened list.
pub struct Gathering {
    /// The account.
    pub session: Session,
    /// Who is told how far it is.
    pub sender: Teller,
    /// The ticket of what is told.
    pub ticket: Ticket,
    /// The walks over the whole list.
    pub walks: Walks,
}

impl Gathering {
    /// Gives the rows of all that match.
    ///
    /// # Errors
    /// When the provider can not be asked, or the store can not be read; what came before is kept.
    pub async fn run(&self, filter: &Filter, order: Order) -> Result<Picked, Trouble> {
        let remark = if self.session.is_local() {
            None
        } else {
            self.walks.pause(false);
            // Without a filter it is the whole list.
            match !filter.is_empty() && self.load_matching(filter).await? {
                true => None,
                false => self.whole(asks_tags(filter)).await?,
            }
        };
        let rows = self.session.contacts().pick(filter, order, Span::All).await;
        let rows = rows.map_err(|e| store_trouble("reading the list", &e))?;
        Ok(Picked {
            rows: Arc::new(rows),
            remark,
        })
    }

    /// Has the provider look; `false` where it can not.
    async fn load_matching(&self, filter: &Filter) -> Result<bool, Trouble> {
        let show = |phase, (loaded, total)| {
            self.tell(Some(Loading {
                phase,
                loaded,
                total,
                mirror_of: None,
            }));
        };
        let far = std::sync::Mutex::new((0, None));
        let now = || {
            *far.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
        };
        show(LoadPhase::Starting, now());
        let report = |event| {
            let phase = match event {
                LoadEvent::Page { loaded, total } => {
                    *far.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner) = (loaded, total);
                    self.sender.tell(Msg::StoreChanged);
                    LoadPhase::Running
                }
                LoadEvent::Paused => LoadPhase::Paused,
                LoadEvent::Tags { .. } => LoadPhase::Tags,
                LoadEvent::Confirming { .. } | LoadEvent::Tagged | LoadEvent::Resumed => {
                    LoadPhase::Running
                }
            };
            show(phase, now());
        };
        let paused = self.walks.paused();
        let work = loader::load_matching_pausable(&self.session, filter, None, paused, report);
        tokio::pin!(work);
        let certain = loop {
            tokio::select! {
                ended = &mut work => break ended?,
                () = tokio::time::sleep(PATIENCE) => {
                    if let Some(until) = self.session.held_until() {
                        show(LoadPhase::Waiting { until }, now());
                    }
                }
            }
        };
        self.sender.tell(Msg::StoreChanged);
        Ok(certain)
    }

    /// Makes the whole list be here, with its tags where they are asked for. A walk of this opening that the
    /// provider's count does not speak against is enough; gives what makes it likely that contacts are missing,
    /// or of when the list is.
    async fn whole(&self, tags: bool) -> Result<Option<String>, Trouble> {
        self.tell(None);
        if let Some(at) = self.whole_since(tags).await?
            && self.is_as_counted().await?
        {
            let time = at.strftime("%H:%M:%S");
            return Ok(Some(format!(
                "the list is as loaded at {time} UTC, the provider counts as many"
            )));
        }
        match self.walks.state() {
            Walk::Running => {}
            Walk::Tagging { .. } if tags => {}
            _ => self.walks.start(&self.session, &self.sender),
        }
        if !tags {
            self.walks.listed().await;
            if self.whole_since(tags).await?.is_some() {
                return Ok(None);
            }
        }
        let loaded = self.walks.end().await?;
        Ok(loaded.shortfall())
    }

    /// When the whole list was here, by a walk of this opening.
    async fn whole_since(&self, tags: bool) -> Result<Option<Timestamp>, Trouble> {
        match self.walks.state() {
            Walk::Ended {
                result: Ok(loaded),
                at,
            } if loaded.complete => Ok(Some(at)),
            // That the list is whole is noted before tags are read, to the millisecond.
            Walk::Tagging { since } if !tags => {
                let noted = self.complete_at().await?;
                Ok(noted.filter(|at| at.as_millisecond() >= since.as_millisecond()))
            }
            _ => Ok(None),
        }
    }

    /// When a walk last reached the end of the list.
    async fn complete_at(&self) -> Result<Option<Timestamp>, Trouble> {
        let store = self.session.contacts();
        let state = store.mirror_state(&self.session.account().name).await;
        let state = state.map_err(|e| store_trouble("reading the mirror", &e))?;
        Ok(state.complete_at)
    }

    /// Whether the provider counts as many contacts as are here. `false` where it does not count.
    async fn is_as_counted(&self) -> Result<bool, Trouble> {
        let Some(counted) = self.session.page(None).await?.total else {
            return Ok(false);
        };
        let store = self.session.contacts();
        let here = store.pick(&Filter::default(), Order::default(), Span::All);
        let here = here
            .await
            .map_err(|e| store_trouble("reading the list", &e))?;
        Ok(usize::try_from(counted).is_ok_and(|counted| counted == here.len()))
    }

    fn tell(&self, loading: Option<Loading>) {
        let ticket = self.ticket;
        self.sender.tell(Msg::Gathering { ticket, loading });
    }
}

/// Whether tags decide who matches.
fn asks_tags(filter: &Filter) -> bool {
    let by_tag = |asks| matches!(asks, Asks::Word(_) | Asks::Tag { .. } | Asks::HasTags);
    filter.parts().any(|part| by_tag(part.asks))
}
