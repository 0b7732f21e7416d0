//! The screens, and what they have in common.
//!
//! **How a screen is built.** A screen is a plain struct (`Debug + Clone + PartialEq`) in a file of its
//! own that implements [`Layer`]. It is asked for:
//!
//! - [`Layer::contexts`]: the keymap contexts that hold right now, first first. They may depend on the
//!   focus (a flag field has other keys than a text field). End with [`Context::Everywhere`].
//! - [`Layer::takes_text`]: whether printable keys are text now. Then only the *first* context may bind
//!   printable keys; all else comes as [`Input::Type`].
//! - [`Layer::update`]: takes one [`Input`] and gives an [`Outcome`]: effects, an optional notice for the
//!   last line, and an [`Exit`] that says what becomes of the screen. It may draw tickets and read the
//!   [`Desk`] through [`Ctx`], nothing else. Answers to effects come as [`Input::Told`] to *every* open
//!   screen: compare the ticket and ignore what is not yours.
//! - [`Layer::draw`]: draws into an area from `&self` and the desk only. Text of providers goes through
//!   `domain::shown` first; styles come from the [`Theme`].
//!
//! A screen that opens another returns [`Exit::Open`]; when that one closes with
//! [`Exit::CloseWith`], the screen below receives [`Input::Answer`] (the list, where none is below).
//! [`Exit::Run`] closes the screen and does a command as if its key had been pressed below it.
//! Then add the variant to [`Screen`] and its arm to the two matches below.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::effect::Effect;
use super::keymap::{Action, Context};
use super::model::{Desk, Notice, Tickets};
use super::msg::Msg;
use super::theme::Theme;
use crate::domain::{AccountName, ContactId, Marks, Order, TagDelta};
use crate::engine::SaveOutcome;

pub mod accounts;
pub mod ask;
pub mod change;
pub mod chosen;
pub mod columns;
pub mod confirm;
pub mod conflict;
pub mod form;
pub mod help;
pub mod history;
pub mod holder;
pub mod list;
pub mod log;
pub mod menu;
pub mod palette;
pub mod paused;
pub mod picker;
pub mod preview;
pub mod review;
pub mod run;
pub mod tagging;

/// A screen over the list.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// Edits one contact.
    Form(Box<form::Form>),
    /// Shows what would be sent, and sends it.
    Review(Box<review::Review>),
    /// Fields that somebody else changed meanwhile.
    Conflict(Box<conflict::Conflict>),
    /// Who has a value that is taken.
    Holder(Box<holder::Holder>),
    /// Chooses tags.
    Picker(Box<picker::Picker>),
    /// Chooses tags for many contacts.
    Tagging(Box<tagging::Tagging>),
    /// Chooses another change for many contacts.
    Change(Box<change::Change>),
    /// Shows what would be done to each of many contacts.
    Preview(Box<preview::Preview>),
    /// A question with an answer to type.
    Ask(Box<ask::Ask>),
    /// A bulk run.
    Run(Box<run::RunScreen>),
    /// The runs that there were.
    History(Box<history::History>),
    /// Whether to go on with a run that has rows left.
    Paused(Box<paused::Paused>),
    /// The keys.
    Help(help::Help),
    /// Commands by name.
    Palette(Box<palette::Palette>),
    /// The request log.
    Log(log::Log),
    /// The configured accounts.
    Accounts(accounts::Accounts),
    /// Sort and copy menus.
    Menu(menu::Menu),
    /// Which columns the list shows.
    Columns(columns::Columns),
    /// A question.
    Confirm(confirm::Confirm),
}

/// One thing that happens to a screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A bound key was pressed.
    Do(Action),
    /// A key that is bound to nothing, while the screen takes text.
    Type(KeyEvent),
    /// Text was pasted, while the screen takes text.
    Paste(String),
    /// A result came; maybe for this screen, maybe not.
    Told(Msg),
    /// The screen above closed with this.
    Answer(Answer),
}

/// What a screen hands to the one below when it closes.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The tag picker: this change of tags.
    Tags(TagDelta),
    /// The review: the save ended so. Conflicts do not come this way: they open the conflict screen.
    Saved(Box<SaveOutcome>),
    /// The review was left while its save goes on; its end is told to every screen.
    Sending,
    /// The conflict screen: the contact as it is now is the new base; for these keys theirs is taken.
    Resolved {
        /// The contact as stored now.
        theirs: Box<crate::domain::Contact>,
        /// Keys whose edit is given up.
        give_up: Vec<String>,
    },
    /// The screen of who has a value: open that contact.
    Open(Box<crate::domain::Contact>),
    /// The sort menu.
    Sort(Order),
    /// The columns.
    Columns(Vec<String>),
    /// A filter from the command line.
    Filter(String),
    /// A question was answered with yes.
    Yes,
    /// A question was answered with this text.
    Typed(String),
    /// The preview was left: these rows were struck out.
    Struck(Arc<Marks>),
    /// The preview: the plan is a run now.
    Begun,
}

/// Something that is done as if its key had been pressed, or that a command line asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A named action.
    Act(Action),
    /// Sort so.
    Sort(Order),
    /// Filter so.
    Filter(String),
    /// Show these columns.
    Columns(Vec<String>),
    /// Open that account.
    Account(AccountName),
    /// Add a contact to the roster.
    AddToRoster(ContactId),
    /// Leave the program.
    Quit,
}

/// What becomes of a screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Exit {
    /// It stays.
    #[default]
    Stay,
    /// It closes.
    Close,
    /// It closes and tells the one below.
    CloseWith(Answer),
    /// It stays below a new one.
    Open(Screen),
    /// Another takes its place.
    Replace(Screen),
    /// It closes, then this is done.
    Run(Command),
}

/// What a screen answers to an input.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// To be done outside.
    pub effects: Vec<Effect>,
    /// What becomes of the screen.
    pub exit: Exit,
    /// A sentence for the last line.
    pub notice: Option<Notice>,
}

impl Outcome {
    /// Nothing happens.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// These effects, nothing else.
    pub fn effects(effects: Vec<Effect>) -> Self {
        Self {
            effects,
            ..Self::default()
        }
    }

    /// This exit, nothing else.
    pub fn exit(exit: Exit) -> Self {
        Self {
            exit,
            ..Self::default()
        }
    }

    /// This notice, nothing else.
    pub fn notice(notice: Notice) -> Self {
        Self {
            notice: Some(notice),
            ..Self::default()
        }
    }

    /// The same with an effect more.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// The same with a sentence for the last line.
    #[must_use]
    pub fn saying(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }
}

/// What a screen may use while it updates.
#[derive(Debug)]
pub struct Ctx<'a> {
    /// What every screen may look at.
    pub desk: &'a Desk,
    /// Numbers for questions.
    pub tickets: &'a mut Tickets,
    /// The time.
    pub now: Timestamp,
}

/// What every screen can do.
pub trait Layer {
    /// The keymap contexts that hold now.
    fn contexts(&self) -> &'static [Context];

    /// Whether printable keys are text now.
    fn takes_text(&self) -> bool {
        false
    }

    /// Takes one input.
    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome;

    /// The rectangle it covers, inside the body of the window (header and footer excluded). The default
    /// is all of it.
    fn area(&self, body: Rect, desk: &Desk) -> Rect {
        let _ = desk;
        body
    }

    /// Draws into its area, which was cleared.
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme);

    /// Whether leaving the program now would lose something that is not kept anywhere.
    fn would_lose(&self) -> bool {
        false
    }
}

impl Screen {
    /// The screen as what it can do.
    pub fn layer(&self) -> &dyn Layer {
        match self {
            Self::Form(s) => s.as_ref(),
            Self::Review(s) => s.as_ref(),
            Self::Conflict(s) => s.as_ref(),
            Self::Holder(s) => s.as_ref(),
            Self::Picker(s) => s.as_ref(),
            Self::Tagging(s) => s.as_ref(),
            Self::Change(s) => s.as_ref(),
            Self::Preview(s) => s.as_ref(),
            Self::Ask(s) => s.as_ref(),
            Self::Run(s) => s.as_ref(),
            Self::History(s) => s.as_ref(),
            Self::Paused(s) => s.as_ref(),
            Self::Help(s) => s,
            Self::Palette(s) => s.as_ref(),
            Self::Log(s) => s,
            Self::Accounts(s) => s,
            Self::Menu(s) => s,
            Self::Columns(s) => s,
            Self::Confirm(s) => s,
        }
    }

    /// The screen as what it can do, to be changed.
    pub fn layer_mut(&mut self) -> &mut dyn Layer {
        match self {
            Self::Form(s) => s.as_mut(),
            Self::Review(s) => s.as_mut(),
            Self::Conflict(s) => s.as_mut(),
            Self::Holder(s) => s.as_mut(),
            Self::Picker(s) => s.as_mut(),
            Self::Tagging(s) => s.as_mut(),
            Self::Change(s) => s.as_mut(),
            Self::Preview(s) => s.as_mut(),
            Self::Ask(s) => s.as_mut(),
            Self::Run(s) => s.as_mut(),
            Self::History(s) => s.as_mut(),
            Self::Paused(s) => s.as_mut(),
            Self::Help(s) => s,
            Self::Palette(s) => s.as_mut(),
            Self::Log(s) => s,
            Self::Accounts(s) => s,
            Self::Menu(s) => s,
            Self::Columns(s) => s,
            Self::Confirm(s) => s,
        }
    }
}
