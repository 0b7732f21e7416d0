//! The whole state of the screen, as plain data: what can be compared and printed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::keymap::{Key, Keymap};
use super::msg::{AccountInfo, AccountRow, Loading, LogLine, Ticket};
use super::runs::{Past, Progress, RunKey};
use super::screen::Screen;
use super::screen::list::List;
use crate::domain::{AttributeDefinition, ContactId, FieldKey, Trouble};

/// Everything.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What every screen may look at.
    pub desk: Desk,
    /// The list: the screen under all others.
    pub list: List,
    /// Open screens, the top one last; empty: the list has the keys.
    pub stack: Vec<Screen>,
    /// A sentence in the last line, until the next key.
    pub notice: Option<Notice>,
    /// Numbers for questions.
    pub tickets: Tickets,
    /// Saves without an answer yet.
    pub sent: Vec<Sent>,
    /// The plan that takes the last change back and is being made.
    pub undoing: Option<Ticket>,
    /// Keys of a sequence that is not complete.
    pub pending: Vec<Key>,
    /// When Ctrl-c was pressed with nothing to cancel: a second one quits.
    pub quit_armed: Option<Timestamp>,
}

/// A save on its way: its end is said even when its form was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The save.
    pub ticket: Ticket,
    /// In which account.
    pub account: crate::domain::AccountName,
    /// Whose.
    pub id: ContactId,
    /// What to call that contact.
    pub name: String,
    /// When it was asked for; a draft that was kept later holds more than was sent.
    pub at: Timestamp,
}

/// What every screen may look at and none changes by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    /// The window.
    pub size: Size,
    /// The open account; `None` until the first is open.
    pub account: Option<AccountInfo>,
    /// Every configured account.
    pub accounts: Vec<AccountRow>,
    /// What is known of attributes and tags.
    pub vocabulary: Vocabulary,
    /// How far loading is; `None`: nothing heard yet.
    pub loading: Option<Loading>,
    /// Why no account is open, where opening failed.
    pub open_failed: Option<Trouble>,
    /// Drafts kept for this account: whose, their title, when.
    pub drafts: Vec<(ContactId, String, Timestamp)>,
    /// The request log as last told.
    pub log: Vec<LogLine>,
    /// Runs that were driven since the start, of every account, the latest last.
    pub runs: Vec<Progress>,
    /// Runs of this account that had rows left when it was opened.
    pub unfinished: Vec<Past>,
    /// Whether private data is masked.
    pub masked: bool,
    /// The keys in force.
    pub keymap: Keymap,
}

/// The size of the window, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// Attribute definitions and tags of the account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocabulary {
    /// Definitions of custom attributes.
    pub definitions: Vec<AttributeDefinition>,
    /// Tags: the catalogue, or those seen.
    pub tags: Vec<String>,
    /// Whether `tags` is the provider's own catalogue.
    pub tags_are_catalogue: bool,
    /// Values that contacts have in fields whose vocabulary the provider does not tell, sorted.
    pub seen: BTreeMap<FieldKey, Vec<String>>,
    /// Names of attributes that contacts have, sorted, where a new one would be created for all.
    pub names: Vec<String>,
    /// What could not be loaded.
    pub trouble: Option<Trouble>,
}

impl Vocabulary {
    /// The definition of an attribute.
    pub fn definition(&self, key: &str) -> Option<&AttributeDefinition> {
        self.definitions.iter().find(|d| d.key == key)
    }

    /// What a person calls an attribute: its label, else its key.
    pub fn label<'a>(&'a self, key: &'a str) -> &'a str {
        self.definition(key)
            .map(|d| d.label.as_str())
            .filter(|l| !l.trim().is_empty())
            .unwrap_or(key)
    }
}

impl Desk {
    /// Whether a draft is kept for a contact.
    pub fn has_draft(&self, id: &ContactId) -> bool {
        self.drafts.iter().any(|(d, _, _)| d == id)
    }

    /// How a run that was driven since the start stands.
    pub fn run(&self, key: &RunKey) -> Option<&Progress> {
        self.runs.iter().find(|r| r.key == *key)
    }

    /// Keeps how a run stands.
    pub fn note_run(&mut self, progress: &Progress) {
        match self.runs.iter_mut().find(|r| r.key == progress.key) {
            Some(known) => known.clone_from(progress),
            None => self.runs.push(progress.clone()),
        }
    }

    /// Whether nothing may be written.
    pub fn read_only(&self) -> bool {
        self.account.as_ref().is_some_and(|a| a.read_only)
    }
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something to know.
    Info,
    /// Something went well.
    Good,
    /// Something needs a look.
    Warning,
    /// Something went wrong.
    Error,
}

/// A sentence in the last line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

impl Notice {
    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self::new(Tone::Info, text)
    }

    /// Something that went well.
    pub fn good(text: impl Into<String>) -> Self {
        Self::new(Tone::Good, text)
    }

    /// Something that needs a look.
    pub fn warning(text: impl Into<String>) -> Self {
        Self::new(Tone::Warning, text)
    }

    /// Something that went wrong.
    pub fn error(text: impl Into<String>) -> Self {
        Self::new(Tone::Error, text)
    }

    /// A failure with its hint.
    pub fn trouble(trouble: &Trouble) -> Self {
        Self::error(sentence(trouble))
    }

    fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            text: text.into(),
        }
    }
}

/// A failure and its hint in one line.
pub fn sentence(trouble: &Trouble) -> String {
    match &trouble.hint {
        Some(hint) => format!("{}; {hint}", trouble.message),
        None => trouble.message.clone(),
    }
}

/// Hands out tickets, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tickets(u64);

impl Tickets {
    /// The next ticket.
    pub fn draw(&mut self) -> Ticket {
        self.0 += 1;
        Ticket(self.0)
    }
}

impl Model {
    /// The window's columns and rows, as last told.
    pub fn window(&self) -> (u16, u16) {
        (self.desk.size.columns, self.desk.size.rows)
    }

    /// The state before anything happened.
    pub fn new(columns: u16, rows: u16, keymap: Keymap) -> Self {
        Self {
            desk: Desk {
                size: Size { columns, rows },
                account: None,
                accounts: Vec::new(),
                vocabulary: Vocabulary::default(),
                loading: None,
                open_failed: None,
                drafts: Vec::new(),
                log: Vec::new(),
                runs: Vec::new(),
                unfinished: Vec::new(),
                masked: false,
                keymap,
            },
            list: List::default(),
            stack: Vec::new(),
            notice: None,
            tickets: Tickets::default(),
            sent: Vec::new(),
            undoing: None,
            pending: Vec::new(),
            quit_armed: None,
        }
    }

    /// The model with private data masked from the start.
    #[must_use]
    pub fn masked(mut self, masked: bool) -> Self {
        self.desk.masked = masked;
        self
    }
}
