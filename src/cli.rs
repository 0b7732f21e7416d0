//! The command line: one definition that parsing, `--help`, completions and man page come from, and
//! the headless commands, a file each.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::ProviderId;

pub mod accounts;
pub mod apply;
pub mod bulk;
pub mod columns;
pub mod doctor;
pub mod edit;
pub mod exit;
pub mod interrupt;
pub mod list;
pub mod output;
pub mod packaging;
pub mod practice;
pub mod roster;
pub mod run;
pub mod runs;
pub mod show;
pub mod tag;

pub use bulk::args::{ApplyArgs, BulkArgs, TagArgs};
pub use runs::args::RunsCommand;

/// What the program is called with.
#[derive(Debug, Parser)]
#[command(
    name = "cardex",
    version,
    about = "A terminal contact editor for support agents and support-ops people",
    long_about = "A terminal contact editor for support agents and support-ops people.\n\n\
        Without a command it opens the screen on the default account; without any configuration, on \
        `demo`, a local store with sample contacts.",
    after_help = "Exit codes: 0 done, 1 error, 2 usage or invalid value (nothing sent), 3 nothing \
        matched or not found, 4 sign-in or permission, 5 partly applied, 6 conflict or drift, \
        130 interrupted (a run: `runs resume` goes on)."
)]
pub struct Cli {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do; without one the screen opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Read the configuration from FILE
    #[arg(long, global = true, value_name = "FILE", env = "CARDEX_CONFIG")]
    pub config: Option<PathBuf>,
    /// Keep contacts, drafts and copies in DIR
    #[arg(long, global = true, value_name = "DIR", env = "CARDEX_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Work on the account NAME
    #[arg(long, global = true, value_name = "NAME", env = "CARDEX_ACCOUNT")]
    pub account: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Print and draw without colours (also: NO_COLOR)
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Say less on standard error
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on standard error: each request, masked
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List contacts
    List(ListArgs),
    /// Show one contact
    Show {
        /// The contact's id
        id: String,
    },
    /// Change one contact
    Edit(EditArgs),
    /// Change tags, or other values, of many contacts
    Tag(TagArgs),
    /// Do what a plan file says, as tag --plan wrote it
    Apply(ApplyArgs),
    /// The history of changes: look, go on, take back, forget
    Runs {
        /// What to do; `list` without one
        #[command(subcommand)]
        command: Option<RunsCommand>,
    },
    /// Keep the contacts of a chatwoot-public account, which has no list
    Roster {
        /// What to do; `list` without one
        #[command(subcommand)]
        command: Option<RosterCommand>,
    },
    /// List the configured accounts, or check one
    Accounts {
        /// What to do; `list` without one
        #[command(subcommand)]
        command: Option<AccountsCommand>,
    },
    /// Check configuration, database, terminal and every account
    Doctor {
        /// Ask no server
        #[arg(long)]
        offline: bool,
    },
    /// Put an account's token into the desktop's key store
    Login {
        /// The account's name
        name: String,
        /// Take the token out of the key store again
        #[arg(long)]
        forget: bool,
    },
    /// Serve the vendors' APIs on this machine, for practice
    Sandbox(SandboxArgs),
    /// Open the screen on an in-process sandbox, or on the sample contacts
    Demo {
        /// Whose API; the local sample contacts without one
        provider: Option<Vendor>,
        /// How many contacts the sandbox holds
        #[arg(long, value_name = "N", default_value_t = 200)]
        contacts: usize,
        /// How long each answer takes
        #[arg(long, value_name = "MS", default_value_t = 80)]
        latency: u64,
    },
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `cardex list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Words that must match, and tag:vip -tag:x email: phone: attr.plan=gold optin:no.
    /// Put -- before a filter that begins with a minus sign
    #[arg(value_name = "FILTER", num_args = 0..)]
    pub filter: Vec<String>,
    /// At most N contacts
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Which columns: id, name, email, phone, tags, optin, blocked, updated, attr.NAME …
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Sort by name, email, phone, updated or id; -KEY for descending
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// How to print
    #[arg(long, value_enum)]
    pub format: Option<ListFormat>,
}

/// How `list` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Columns for people
    Table,
    /// One JSON object a line
    Json,
    /// Comma-separated values with a header
    Csv,
    /// One id a line
    Ids,
}

/// `cardex edit`.
#[derive(Debug, Default, Args)]
pub struct EditArgs {
    /// The contact's id
    pub id: String,
    /// Set a field
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    pub set: Vec<String>,
    /// Empty a field
    #[arg(long, value_name = "KEY", num_args = 1..)]
    pub clear: Vec<String>,
    /// Set a custom attribute
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub set_attr: Vec<String>,
    /// Remove a custom attribute
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub unset_attr: Vec<String>,
    /// Add a tag
    #[arg(long, value_name = "TAG", num_args = 1..)]
    pub add_tag: Vec<String>,
    /// Remove a tag
    #[arg(long, value_name = "TAG", num_args = 1..)]
    pub remove_tag: Vec<String>,
    /// Set a flag: optin=yes, optin=no, optin=unknown, blocked=yes …
    #[arg(long, value_name = "FLAG=STATE", num_args = 1..)]
    pub flag: Vec<String>,
    /// Print the difference and the requests; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; without a terminal nobody is asked anyway
    #[arg(long)]
    pub yes: bool,
    /// Write over a change that somebody else made meanwhile
    #[arg(long)]
    pub force: bool,
    /// Change an e-mail or phone although it may merge this contact into another one (chatwoot-public)
    #[arg(long)]
    pub allow_merge: bool,
    /// Set an attribute that no contact has, which creates a field for all of them (revyops)
    #[arg(long)]
    pub allow_new_field: bool,
}

/// `cardex roster …`.
#[derive(Debug, Subcommand)]
pub enum RosterCommand {
    /// List the roster
    List,
    /// Add a contact by its source id
    Add {
        /// The contact's source id in the inbox
        source_id: String,
        /// The identifier that its identity hash is of (with hmac_token)
        #[arg(long, value_name = "ID")]
        identifier: Option<String>,
    },
    /// Add the contacts of a file: a source id a line, or CSV under source_id and identifier
    Import {
        /// The file; - for standard input
        file: PathBuf,
    },
    /// Add the contacts that a chatwoot account lists in this inbox
    From {
        /// The chatwoot account's name
        #[arg(value_name = "ACCOUNT")]
        source: String,
    },
    /// Take a contact out of the roster; at Chatwoot it stays
    Remove {
        /// The contact's source id
        source_id: String,
    },
}

/// `cardex accounts …`.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// List the configured accounts
    List,
    /// Sign in and say what answers
    Check {
        /// The account's name
        name: String,
    },
}

/// The vendors that the sandbox can play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Vendor {
    /// Chatwoot's application API
    Chatwoot,
    /// Chatwoot's public client API; the same server as chatwoot
    ChatwootPublic,
    /// Pabbly Chatflow
    Pabbly,
    /// OpenCX
    #[value(name = "opencx")]
    OpenCx,
    /// RevyOps
    #[value(name = "revyops")]
    RevyOps,
}

impl Vendor {
    /// Every vendor, in the order in which they are served; Chatwoot once, since it speaks both of its APIs.
    pub const ALL: [Self; 4] = [Self::Chatwoot, Self::Pabbly, Self::OpenCx, Self::RevyOps];

    /// The provider behind the name.
    pub fn provider(self) -> ProviderId {
        match self {
            Self::Chatwoot => ProviderId::Chatwoot,
            Self::ChatwootPublic => ProviderId::ChatwootPublic,
            Self::Pabbly => ProviderId::Pabbly,
            Self::OpenCx => ProviderId::OpenCx,
            Self::RevyOps => ProviderId::RevyOps,
        }
    }
}

/// `cardex sandbox`.
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// Whose API; every one without it
    pub provider: Option<Vendor>,
    /// Listen on this port of 127.0.0.1 (the next ones for further vendors); 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// How many contacts it holds
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub contacts: usize,
    /// How long each answer takes
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Answer 429 beyond this rate
    #[arg(long, value_name = "N/min")]
    pub rate: Option<String>,
    /// Go wrong on purpose: 500:2%,reset-after:1%,401@20 …
    #[arg(long, value_name = "SPEC")]
    pub faults: Option<String>,
    /// Answer otherwise what the vendor's documents leave open; `list` explains PROVIDER's switches
    #[arg(long, value_name = "KEY=VALUE,…")]
    pub quirks: Option<String>,
}
