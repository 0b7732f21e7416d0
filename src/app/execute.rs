//! Carrying out what the screen asks: effects in, messages back. Nothing is decided here.

use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};

use crate::app::outside::Outside;
use crate::app::saves::{self, LastSave};
use crate::app::session::{Session, store_trouble};
use crate::app::setup::Setup;
use crate::app::teller::Teller;
use crate::app::walks::Walks;
use crate::app::{clock, describe, editor, roster, terminal, vocabulary};
use crate::domain::{ContactId, Trouble};
use crate::store::{Query, StoreError, StoreEvent};
use crate::tui::effect::Effect;
use crate::tui::msg::{Loading, Msg, Opened, Settings, Ticket};
use crate::tui::runs;

mod around;
mod bulk;
mod contact;
mod history;
mod plan;
mod select;

/// The key of the list settings in the store.
const SETTINGS: &str = "list";

/// The shell around the screen's machine.
pub struct Shell {
    setup: Setup,
    session: Session,
    practice: bool,
    sender: Teller,
    /// Work for the opened account only: ended when another one is opened.
    tasks: Vec<AbortHandle>,
    saves: JoinSet<LastSave>,
    runs: bulk::Runs,
    walks: Walks,
    gathering: Option<AbortHandle>,
    planning: Option<AbortHandle>,
    log: Option<AbortHandle>,
    listening: bool,
    /// Whose draft was kept last, and is in the list of drafts on screen.
    drafted: Option<ContactId>,
}

impl Shell {
    /// A shell on a session. Must be called within the runtime.
    pub fn new(setup: Setup, session: Session, sender: Teller, practice: bool) -> Self {
        Self {
            setup,
            session,
            practice,
            sender,
            tasks: Vec::new(),
            saves: JoinSet::new(),
            runs: bulk::Runs::default(),
            walks: Walks::default(),
            gathering: None,
            planning: None,
            log: None,
            listening: false,
            drafted: None,
        }
    }

    /// The way back to the screen for the opened account.
    pub fn teller(&self) -> &Teller {
        &self.sender
    }

    /// Sends a message to the screen.
    pub fn tell(&self, msg: Msg) {
        self.sender.tell(msg);
    }

    /// Tells of a failure that belongs to no screen.
    pub fn say(&self, trouble: Trouble) {
        self.tell(Msg::Failed(trouble));
    }

    /// Starts what an opened account needs, and describes it to the screen.
    pub async fn opened(&mut self) -> Opened {
        self.sender = self.sender.next();
        self.drafted = None;
        self.walks.stop();
        for task in self.tasks.drain(..) {
            task.abort();
        }
        let account = self.session.account().clone();
        let settings = match self.session.store().setting(&account.name, SETTINGS).await {
            Ok(found) => found
                .and_then(|v| serde_json::from_value(v).ok())
                .unwrap_or_default(),
            Err(error) => {
                self.say(store_trouble("reading list settings", &error));
                Settings::default()
            }
        };
        self.listen().await;
        if let Err(error) = self.session.contacts().open_view(&account.name).await {
            self.say(store_trouble("opening the list", &error));
        }
        self.start_drafts();
        self.tell_unfinished();
        self.start_vocabulary();
        self.start_loading();
        Opened {
            account: describe::account(&self.session, self.practice),
            accounts: describe::accounts(&self.setup),
            settings,
        }
    }

    /// Has the store tell when its list is whole. Every store is asked once.
    async fn listen(&mut self) {
        let shared = self.session.account().mirror || self.session.is_local();
        if shared && std::mem::replace(&mut self.listening, true) {
            return;
        }
        let sender = self.sender.clone();
        let heard = self.session.contacts().listen(move |event| {
            let msg = match event {
                StoreEvent::Filled { .. } => Msg::StoreChanged,
                StoreEvent::FillFailed(e) => Msg::Failed(store_trouble("reading the list", &e)),
            };
            sender.tell(msg);
        });
        if let Err(error) = heard.await {
            self.say(store_trouble("watching the list", &error));
        }
    }

    /// Carries out an effect. Returns what needs the terminal itself.
    pub fn execute(&mut self, effect: Effect) -> Option<Outside> {
        match effect {
            Effect::Query {
                ticket,
                filter,
                order,
                window,
                follow,
                marks,
                anchor,
            } => {
                self.query(
                    ticket,
                    Query {
                        filter,
                        order,
                        window,
                        follow,
                        marks,
                        anchor,
                    },
                );
            }
            Effect::Pick {
                ticket,
                filter,
                order,
                span,
            } => self.pick(ticket, &filter, order, span),
            Effect::Gather {
                ticket,
                filter,
                order,
            } => self.gather(ticket, filter, order),
            Effect::StopGathering => self.stop_gathering(),
            Effect::Freeze {
                ticket,
                marks,
                filter,
                order,
            } => self.freeze(ticket, marks, filter, order),
            Effect::CountTags { ticket, chosen } => self.count_tags(ticket, chosen),
            Effect::PlanChange {
                ticket,
                chosen,
                change,
                filter,
            } => self.plan(ticket, chosen, *change, filter),
            Effect::StopPlanning => self.stop_planning(),
            Effect::WritePlan { ticket, plan, path } => self.write_plan(ticket, plan, &path),
            Effect::Refresh => {
                self.start_vocabulary();
                self.start_loading();
            }
            Effect::PauseLoading(paused) => {
                self.walks.pause(paused);
            }
            Effect::AddToRoster(id) => {
                let (session, sender) = (self.session.clone(), self.sender.clone());
                self.spawn(roster::add_on_screen(session, sender, id));
            }
            Effect::ReadContact { ticket, id } => self.read(ticket, id),
            Effect::ReadDraft { ticket, id } => self.read_draft(ticket, id),
            Effect::Search { ticket, filter } => self.search(ticket, filter),
            Effect::FindHolder {
                ticket,
                key,
                value,
                but,
            } => self.find_holder(ticket, key, value, but),
            Effect::KeepDraft(draft) => self.keep_draft(&draft),
            Effect::DropDraft(id) => self.drop_draft(&id),
            Effect::Preview {
                ticket,
                base,
                patch,
            } => {
                self.preview(ticket, base, patch);
            }
            Effect::Save {
                ticket,
                base,
                patch,
                permits,
            } => {
                // Those that ended were told of.
                while self.saves.try_join_next().is_some() {}
                let (session, sender) = (self.session.clone(), self.sender.clone());
                self.saves
                    .spawn(saves::save(session, sender, ticket, *base, patch, permits));
            }
            Effect::BeginRun { ticket, plan } => self.begin_run(ticket, plan),
            Effect::ResumeRun(run) => self.resume_run(run),
            Effect::OrderRun { run, order } => self.order_run(run, order),
            Effect::History { ticket } => self.history(ticket),
            Effect::Results {
                ticket,
                run,
                which,
                window,
                later,
            } => self.results(ticket, run, which, window, later),
            Effect::PlanUndo { ticket, what } => self.plan_undo(ticket, what),
            Effect::WriteResults { run, path } => self.write_results(run, &path),
            Effect::EditText {
                ticket,
                text,
                extension,
            } => {
                return Some(Outside::Edit {
                    ticket,
                    text,
                    extension,
                });
            }
            Effect::OpenInBrowser(id) => self.open_in_browser(&id),
            Effect::OpenAccount(name) => return self.open_account(&name),
            Effect::FollowLog(follow) => self.follow_log(follow),
            Effect::Remember(settings) => self.remember(settings),
            Effect::WakeAt(at) => {
                let wait = Duration::try_from(at.duration_since(clock::now())).unwrap_or_default();
                let asleep = async move {
                    tokio::time::sleep(wait).await;
                    Ok(())
                };
                self.ask("waiting", asleep, |()| Some(Msg::Woke));
            }
            Effect::Suspend => return Some(Outside::Suspend),
            // The loop itself handles these.
            Effect::Copy(_) | Effect::Quit => {}
        }
        None
    }

    fn spawn(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.retain(|t| !t.is_finished());
        self.tasks.push(tokio::spawn(work).abort_handle());
    }

    /// Awaits the store's answer in the background; a failure is told as one.
    fn ask<T: Send + 'static>(
        &mut self,
        tried: &'static str,
        answer: impl Future<Output = Result<T, StoreError>> + Send + 'static,
        message: impl FnOnce(T) -> Option<Msg> + Send + 'static,
    ) {
        let sender = self.sender.clone();
        self.spawn(async move {
            match answer.await {
                Ok(value) => {
                    if let Some(msg) = message(value) {
                        sender.tell(msg);
                    }
                }
                Err(error) => sender.tell(Msg::Failed(store_trouble(tried, &error))),
            }
        });
    }

    fn start_vocabulary(&mut self) {
        let (session, sender) = (self.session.clone(), self.sender.clone());
        self.spawn(async move {
            let known = vocabulary::known(&session).await;
            sender.tell(Msg::Vocabulary(Box::new(known)));
            if !session.is_local() {
                let fresh = vocabulary::fetch(&session).await;
                sender.tell(Msg::Vocabulary(Box::new(fresh)));
            }
        });
    }

    fn start_loading(&mut self) {
        if self.session.is_local() {
            self.tell(Msg::Loading(Loading::default()));
            self.tell(Msg::StoreChanged);
            return;
        }
        self.walks.start(&self.session, &self.sender);
    }

    /// Runs the editor; the terminal is free meanwhile.
    pub fn edit(&self, ticket: Ticket, text: &str, extension: &str) {
        let result = editor::edit(text, extension, &self.setup.data_dir);
        self.tell(Msg::Edited { ticket, result });
    }

    /// Waits for what must be on the disk and for saves in flight, and tells how those ended, since
    /// nobody is at the screen any more. Reads and loads are dropped.
    pub async fn finish(mut self, limit: Duration) -> Vec<LastSave> {
        self.walks.stop();
        for task in self.tasks.drain(..) {
            task.abort();
        }
        while self.saves.try_join_next().is_some() {}
        let mut ended = Vec::new();
        if !self.saves.is_empty() {
            terminal::remark("Finishing a save that is under way …");
            let all = async {
                while let Some(save) = self.saves.join_next().await {
                    ended.extend(save.ok());
                }
            };
            if tokio::time::timeout(limit, all).await.is_err() {
                terminal::remark("A save did not end; look at the contact again.");
            }
        }
        for run in self.runs.finish(limit).await {
            terminal::remark(&runs::words::ended(&run));
        }
        // Drafts and settings were handed over; this returns when they are written.
        if let Err(error) = self.session.store().flush().await {
            terminal::remark(&store_trouble("keeping drafts", &error).message);
        }
        ended
    }
}
