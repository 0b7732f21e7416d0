//! Everything that can happen to the screen: what a person does, and results of effects. Plain,
//! comparable data; no closures, futures or handles.

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use crate::domain::{
    AccountName, Contact, ContactId, Draft, FieldKey, FieldTable, Frozen, Marks, ProviderId,
    TagCounts, Trouble,
};
use crate::engine::plan::Plan;
use crate::engine::{Preview, SaveOutcome};
use crate::http::{FieldProblem, curl};
use crate::tui::model::Vocabulary;
use crate::tui::runs::{Past, Progress, Results, RunKey};

/// Ties an answer to the effect that asked for it; an answer with an old ticket is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticket(pub u64);

/// What the screen is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    // What a person does.
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted; never keys.
    Paste(String),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// The window has this size now, in cells.
    Resized {
        /// Columns.
        columns: u16,
        /// Rows.
        rows: u16,
    },

    // Results.
    /// An account was opened (at start or on request); the list starts anew.
    Opened(Box<Opened>),
    /// An account could not be opened; the present one stays.
    OpenFailed(Trouble),
    /// A window of the list, as asked for by [`super::effect::Effect::Query`].
    Rows {
        /// Whose answer this is.
        ticket: Ticket,
        /// The rows and counts.
        rows: Rows,
    },
    /// The rows that a marking key means.
    Picked {
        /// Whose answer this is.
        ticket: Ticket,
        /// The rows, or why they could not be told.
        result: Result<Picked, Trouble>,
    },
    /// How far the loading of all that match is.
    Gathering {
        /// Whose answer this is.
        ticket: Ticket,
        /// How far; `None`: the whole list is waited for, of which [`Msg::Loading`] tells.
        loading: Option<Loading>,
    },
    /// The marked contacts as they are fixed now.
    Frozen {
        /// Whose answer this is.
        ticket: Ticket,
        /// The contacts, or why they could not be read.
        result: Result<Arc<Frozen>, Trouble>,
    },
    /// Which tags contacts have, of those that were looked at so far.
    TagsCounted {
        /// Whose answer this is.
        ticket: Ticket,
        /// The counts, or why they could not be read.
        result: Result<Arc<TagCounts>, Trouble>,
    },
    /// A change of many contacts was planned.
    Planned {
        /// Whose answer this is.
        ticket: Ticket,
        /// The plan, or why there is none.
        result: Result<Arc<Plan>, Trouble>,
    },
    /// A plan was written to a file.
    PlanWritten {
        /// Whose answer this is.
        ticket: Ticket,
        /// The file, or why it was not written.
        result: Result<String, Trouble>,
    },
    /// Contacts in the store changed (a page came, the index filled): ask again for what is shown.
    StoreChanged,
    /// How far loading from the provider is.
    Loading(Loading),
    /// Attribute definitions and tag catalogue of the account, when they came.
    Vocabulary(Box<Vocabulary>),
    /// A contact was read whole from its source.
    ContactRead {
        /// Whose answer this is.
        ticket: Ticket,
        /// The contact, or why it could not be read.
        result: Result<Box<Contact>, Trouble>,
    },
    /// The draft that is kept for a contact, asked for when its form opens.
    DraftRead {
        /// Whose answer this is.
        ticket: Ticket,
        /// The draft, where there is one.
        draft: Option<Box<Draft>>,
    },
    /// Drafts kept for this account: who, and when last touched.
    Drafts(Vec<(ContactId, String, Timestamp)>),
    /// What a patch would send and do.
    Previewed {
        /// Whose answer this is.
        ticket: Ticket,
        /// What it would be, or what can not be stored.
        result: Result<Preview, Vec<FieldProblem>>,
    },
    /// What the provider itself found for a filter is in the store.
    Searched {
        /// Whose answer this is.
        ticket: Ticket,
        /// How many match; `None`: this provider can not look for that.
        result: Result<Option<usize>, Trouble>,
    },
    /// Who has a value that is taken.
    Holder {
        /// Whose answer this is.
        ticket: Ticket,
        /// Which field's value it is.
        key: FieldKey,
        /// The contact; `None`: it was not found.
        result: Result<Option<Box<Contact>>, Trouble>,
    },
    /// A save ended.
    Saved {
        /// Whose answer this is.
        ticket: Ticket,
        /// How.
        outcome: Box<SaveOutcome>,
    },
    /// A plan became a run, which is driven from now on; or it could not, and nothing was sent.
    Begun {
        /// Whose answer this is.
        ticket: Ticket,
        /// The run.
        result: Result<RunKey, Trouble>,
    },
    /// How a run that is driven here stands, of whichever account; some times a second at most.
    Run(Box<Progress>),
    /// Runs of the account that have rows left, told when it is opened.
    Unfinished(Vec<Past>),
    /// The same, told again while another cardex drives one of them.
    StillUnfinished(Vec<Past>),
    /// The runs of the account, the latest first.
    History {
        /// Whose answer this is.
        ticket: Ticket,
        /// The runs, or why they could not be read.
        result: Result<Vec<Past>, Trouble>,
    },
    /// What came of rows of a run.
    Results {
        /// Whose answer this is.
        ticket: Ticket,
        /// The rows, or why they could not be read.
        result: Result<Box<Results>, Trouble>,
    },
    /// A text came back from the external editor; `None`: it was left unchanged or failed.
    Edited {
        /// Whose answer this is.
        ticket: Ticket,
        /// The new text, or why there is none.
        result: Result<String, Trouble>,
    },
    /// The request log changed; these are its entries, oldest first.
    Log(Vec<LogLine>),
    /// Something to tell: how a text was copied, what a save waits for.
    Said(String),
    /// Something went wrong that belongs to no screen.
    Failed(Trouble),
    /// A timer asked for by [`super::effect::Effect::WakeAt`] ran out.
    Woke,
    /// The process was asked to stop (SIGTERM, SIGHUP): leave at once; drafts are kept already.
    Terminate,
}

/// An opened account.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The account.
    pub account: AccountInfo,
    /// Every configured account, for the accounts screen.
    pub accounts: Vec<AccountRow>,
    /// Remembered list settings, where there are some.
    pub settings: Settings,
}

/// What the screen needs to know of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountInfo {
    /// Its name.
    pub name: AccountName,
    /// Its provider.
    pub provider: ProviderId,
    /// What a person calls the provider.
    pub title: String,
    /// Scheme and host, for the header line; empty for the local store.
    pub host: String,
    /// What can be stored.
    pub table: FieldTable,
    /// Nothing may be written.
    pub read_only: bool,
    /// Region for the repair of phone numbers.
    pub region: Option<String>,
    /// Where the sign-in goes, for curl lines; nowhere for the local store.
    pub auth: curl::Credentials,
    /// A sandbox or the demonstration store: said on screen.
    pub practice: bool,
}

/// One configured account in the accounts screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its name.
    pub name: AccountName,
    /// What a person calls the provider.
    pub title: String,
    /// Scheme and host, or the file of the local store.
    pub place: String,
}

/// What is remembered per account.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// The order of the list.
    #[serde(default)]
    pub order: crate::domain::Order,
    /// Shown columns by key; empty: the default.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Whether the details pane is open; `None`: where there is room.
    #[serde(default)]
    pub details: Option<bool>,
}

/// Rows of the list, for marking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// The rows.
    pub rows: Arc<Marks>,
    /// What has to be known about them: that some may be missing, of when they are.
    pub remark: Option<String>,
}

/// A window of the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Position of the first row among the matches.
    pub start: usize,
    /// The contacts of the window.
    pub contacts: Vec<Contact>,
    /// Contacts that match the filter.
    pub matched: usize,
    /// Contacts that the store holds for this account.
    pub total: usize,
    /// Whether every stored contact was looked at; if not, `matched` may still grow.
    pub complete: bool,
    /// The row number of each contact.
    pub numbers: Vec<u32>,
    /// Where the contact asked for by `follow` stands among the matches now.
    pub followed: Option<usize>,
    /// How many marks stand outside of the matches; `None`: not every contact was looked at yet.
    pub hidden: Option<usize>,
    /// The marks whose contacts are gone.
    pub gone: Marks,
    /// Where the row asked for by `anchor` stands among the matches now.
    pub anchored: Option<usize>,
}

/// How far loading from the provider is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loading {
    /// What is going on.
    pub phase: LoadPhase,
    /// Contacts that came in this walk.
    pub loaded: usize,
    /// Contacts in all, where the provider tells.
    pub total: Option<u64>,
    /// When the mirror was last complete, where it ever was.
    pub mirror_of: Option<Timestamp>,
}

/// The phases of loading.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum LoadPhase {
    /// Nothing is loaded from anywhere: a local store, or loading is finished.
    #[default]
    Idle,
    /// The first page was asked for.
    Starting,
    /// Pages are coming.
    Running,
    /// Paused by the person.
    Paused,
    /// The provider asked to wait until then.
    Waiting {
        /// When it goes on.
        until: Timestamp,
    },
    /// Tags of the catalogue are read, for a list that does not tell them.
    Tags,
    /// Every page came.
    Complete,
    /// It failed; what came before stays usable.
    Failed(Trouble),
}

/// One line of the request log, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When it was sent.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The URL, masked.
    pub url: String,
    /// Status, or what went wrong.
    pub result: String,
    /// Whether it went well.
    pub ok: bool,
    /// Milliseconds until the answer.
    pub millis: u64,
    /// 1 for the first attempt.
    pub attempt: u32,
}
