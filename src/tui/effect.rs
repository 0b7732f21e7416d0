//! Everything the screen may ask of the shell. Plain, comparable data.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use super::msg::{Settings, Ticket};
use super::runs::{Order as RunOrder, RunKey, Undo};
use crate::domain::filter::Filter;
use crate::domain::{
    AccountName, Contact, ContactId, Draft, FieldKey, Frozen, Marks, Order, Patch, Span,
};
use crate::engine::Permits;
use crate::engine::journal::RunId;
use crate::engine::plan::Plan;
use crate::engine::results::Which;

/// One thing to do outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A window of the list; answered by `Msg::Rows`.
    Query {
        /// For the answer.
        ticket: Ticket,
        /// Which contacts.
        filter: Filter,
        /// In which order.
        order: Order,
        /// Which positions.
        window: Range<usize>,
        /// A contact whose new position is wanted, so that the cursor stays on it.
        follow: Option<ContactId>,
        /// Marked rows: how many the view does not show is wanted, and which are gone.
        marks: Arc<Marks>,
        /// The row where a range began, whose position is wanted.
        anchor: Option<u32>,
    },
    /// The rows that a marking key means; answered by `Msg::Picked`.
    Pick {
        /// For the answer.
        ticket: Ticket,
        /// Which contacts are in the view.
        filter: Filter,
        /// In which order.
        order: Order,
        /// Which of them.
        span: Span,
    },
    /// Ask the provider for all that match, load what is missing, then give their rows; answered by any
    /// number of `Msg::Gathering`, then `Msg::Picked`.
    Gather {
        /// For the answers.
        ticket: Ticket,
        /// Which contacts.
        filter: Filter,
        /// The order of the list.
        order: Order,
    },
    /// Give up what [`Effect::Gather`] asked for; what is loaded stays.
    StopGathering,
    /// Fix the marked contacts, in the order of the list; answered by `Msg::Frozen`.
    Freeze {
        /// For the answer.
        ticket: Ticket,
        /// The marked rows.
        marks: Arc<Marks>,
        /// What the view shows.
        filter: Filter,
        /// In which order.
        order: Order,
    },
    /// Count which tags these contacts have; answered by any number of `Msg::TagsCounted`, the last one when all
    /// were looked at.
    CountTags {
        /// For the answers.
        ticket: Ticket,
        /// Whose tags.
        chosen: Arc<Frozen>,
    },
    /// Plan a change of these contacts, from what is known of them here; answered by `Msg::Planned`. A plan that
    /// is being made is given up.
    PlanChange {
        /// For the answer.
        ticket: Ticket,
        /// Whom to change, in this order.
        chosen: Arc<Frozen>,
        /// The change.
        change: Box<Patch>,
        /// The filter that chose them, in words, where it was one; empty: all contacts.
        filter: Option<String>,
    },
    /// Give up the plan that is being made.
    StopPlanning,
    /// Write a plan to a new file; answered by `Msg::PlanWritten`.
    WritePlan {
        /// For the answer.
        ticket: Ticket,
        /// The plan, struck rows and all.
        plan: Arc<Plan>,
        /// Where, as it was typed; `~/` is the person's own folder.
        path: String,
    },
    /// Load everything again from the provider (`r`).
    Refresh,
    /// Pause loading, or go on with it.
    PauseLoading(bool),
    /// Add a contact to the roster of an account whose provider lists nothing; answered by `Msg::Said` and
    /// `Msg::StoreChanged`.
    AddToRoster(ContactId),
    /// Read one contact whole from its source; answered by `Msg::ContactRead`.
    ReadContact {
        /// For the answer.
        ticket: Ticket,
        /// Which.
        id: ContactId,
    },
    /// Read the draft of a contact; answered by `Msg::DraftRead`.
    ReadDraft {
        /// For the answer.
        ticket: Ticket,
        /// Whose.
        id: ContactId,
    },
    /// Keep a draft in the store.
    KeepDraft(Box<Draft>),
    /// Forget the draft of a contact.
    DropDraft(ContactId),
    /// What a patch would send; answered by `Msg::Previewed`.
    Preview {
        /// For the answer.
        ticket: Ticket,
        /// The contact as last read.
        base: Box<Contact>,
        /// The change.
        patch: Patch,
    },
    /// Ask the provider itself for what a filter asks, into the store; answered by `Msg::Searched`.
    Search {
        /// For the answer.
        ticket: Ticket,
        /// Which contacts.
        filter: Filter,
    },
    /// Find the other contact that has a value; answered by `Msg::Holder`.
    FindHolder {
        /// For the answer.
        ticket: Ticket,
        /// Which field.
        key: FieldKey,
        /// The value that is taken.
        value: String,
        /// Who asks: not this one.
        but: ContactId,
    },
    /// Save a patch; answered by `Msg::Saved`.
    Save {
        /// For the answer.
        ticket: Ticket,
        /// The contact as the person saw it.
        base: Box<Contact>,
        /// The change.
        patch: Patch,
        /// What was asked for beyond the change.
        permits: Permits,
    },
    /// Keep a plan as a run of the account, and drive it; answered by `Msg::Begun`, then any number of
    /// `Msg::Run` until it is not driven any more.
    BeginRun {
        /// For the answer.
        ticket: Ticket,
        /// The plan, as it was confirmed.
        plan: Arc<Plan>,
    },
    /// Drive a run of the account that has rows left; answered by `Msg::Run` as above, or `Msg::Failed`.
    ResumeRun(RunId),
    /// Tell a run something. One that is not driven, and whose account is open, is driven for it.
    OrderRun {
        /// Which.
        run: RunKey,
        /// What.
        order: RunOrder,
    },
    /// Which runs there were; answered by `Msg::History`.
    History {
        /// For the answer.
        ticket: Ticket,
    },
    /// What came of rows of a run of the account; answered by `Msg::Results`.
    Results {
        /// For the answer.
        ticket: Ticket,
        /// Which run.
        run: RunId,
        /// Which of its rows.
        which: Which,
        /// At which positions among those.
        window: Range<usize>,
        /// Whether that has time: another cardex drives the run, and nobody tells how it goes on.
        later: bool,
    },
    /// Plan what takes a change back; answered by `Msg::Planned`.
    PlanUndo {
        /// For the answer.
        ticket: Ticket,
        /// Which change.
        what: Undo,
    },
    /// Write what came of every row of a run to a new file, as CSV where its name ends so, else as JSON;
    /// answered by `Msg::Said` or `Msg::Failed`.
    WriteResults {
        /// Which run.
        run: RunId,
        /// Where, as it was typed; `~/` is the person's own folder.
        path: String,
    },
    /// Edit a text in `$EDITOR`; answered by `Msg::Edited`.
    EditText {
        /// For the answer.
        ticket: Ticket,
        /// The text to start with.
        text: String,
        /// A file name ending for syntax highlighting: `txt`, `json`.
        extension: &'static str,
    },
    /// Put a text on the clipboard; answered by `Msg::Said`.
    Copy(String),
    /// Open the contact's page in a browser.
    OpenInBrowser(ContactId),
    /// Open another account; answered by `Msg::Opened` or `Msg::OpenFailed`.
    OpenAccount(AccountName),
    /// Send the request log now and whenever it changes, until told otherwise.
    FollowLog(bool),
    /// Remember list settings for this account.
    Remember(Settings),
    /// Send `Msg::Woke` at this time (a notice to fade, the second of a double key).
    WakeAt(Timestamp),
    /// Put the program into the background, as Ctrl-z does.
    Suspend,
    /// Leave.
    Quit,
}
