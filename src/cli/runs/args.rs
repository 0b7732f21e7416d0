//! What `runs` is called with.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::BulkArgs;
use crate::engine::{Outcome, Reason, RunId};

/// `cardex runs …`.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the runs of the account, the latest first
    List {
        /// Also contacts that were changed one at a time
        #[arg(long)]
        all: bool,
        /// At most N runs
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Show one run: who, when, what, and what came of it
    Show {
        /// The run's number, or `last`
        #[arg(value_name = "ID")]
        run: Which,
    },
    /// Go on with a run that was interrupted, or try again what failed
    Resume(ResumeArgs),
    /// Take a run back: what it changed and nobody changed since
    Undo(UndoArgs),
    /// Print what became of each contact
    Results(ResultsArgs),
    /// Delete what ended runs hold of people; counts and the change stay
    Forget(ForgetArgs),
    /// End an interrupted run: contacts whose turn has not come are given up
    End {
        /// The run's number, or `last`
        #[arg(value_name = "ID")]
        run: Which,
        /// Do not ask; without a terminal nobody is asked anyway
        #[arg(long)]
        yes: bool,
    },
}

/// Which run is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one of this number.
    Id(RunId),
    /// The latest one.
    Last,
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "last" {
            return Ok(Self::Last);
        }
        let number = text.parse().ok().filter(|n: &i64| *n > 0);
        number.map(|n| Self::Id(RunId(n))).ok_or_else(|| {
            "a run is named by its number, or `last`; `cardex runs` lists them".into()
        })
    }
}

/// `cardex runs resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The run's number, or `last` for the latest that has contacts left
    #[arg(value_name = "ID")]
    pub run: Which,
    /// Try again what failed or is not known; --failed=REASON only what failed so (network, conflict …)
    #[arg(
        long,
        value_name = "REASON",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "any",
        value_parser = reason_or_any
    )]
    pub failed: Option<Again>,
    /// Write what became of each contact to FILE: a JSON object a line, or CSV where it ends in .csv
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,
}

/// What is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// All that failed or is not known.
    Any,
    /// What failed for this reason.
    For(Reason),
}

/// `cardex runs undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// The run's number, or `last` for the latest, single edits included
    #[arg(value_name = "ID")]
    pub run: Which,
    /// Only these rows: FILE as `runs results` prints it, JSON lines or CSV, or row numbers; - for standard input
    #[arg(long, value_name = "FILE")]
    pub rows: Option<PathBuf>,
    /// Read each contact and print what would be done to it; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write the plan to FILE, for review and `cardex apply`; send nothing
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// What is allowed, and how it is told
    #[command(flatten)]
    pub how: BulkArgs,
}

/// `cardex runs results`.
#[derive(Debug, Args)]
pub struct ResultsArgs {
    /// The run's number, or `last`
    #[arg(value_name = "ID")]
    pub run: Which,
    /// How to print
    #[arg(long, value_enum, default_value = "json")]
    pub format: ResultsFormat,
    /// Only contacts that ended so
    #[arg(long, value_enum, value_name = "END", value_delimiter = ',')]
    pub end: Vec<EndName>,
    /// Only contacts that failed so: network, conflict, refused …
    #[arg(long, value_name = "REASON", value_delimiter = ',', value_parser = reason)]
    pub reason: Vec<Reason>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ResultsFormat {
    /// One JSON object a line
    Json,
    /// Comma-separated values with a header
    Csv,
}

/// How a contact's turn ended, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EndName {
    /// The change is stored
    Applied,
    /// Nothing had to change
    Unchanged,
    /// The change is not stored
    Failed,
    /// It is not known
    Unknown,
    /// Its turn has not come
    Left,
}

impl EndName {
    /// Whether an end is meant by it; none is meant by `left`.
    pub fn is(self, end: Option<Outcome>) -> bool {
        end == match self {
            Self::Applied => Some(Outcome::Applied),
            Self::Unchanged => Some(Outcome::Unchanged),
            Self::Failed => Some(Outcome::Failed),
            Self::Unknown => Some(Outcome::Unknown),
            Self::Left => None,
        }
    }
}

/// `cardex runs forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The run's number, or `last`
    #[arg(
        value_name = "ID",
        required_unless_present = "before",
        conflicts_with = "before"
    )]
    pub run: Option<Which>,
    /// All runs of the account that began before a date (2026-01-31), or longer ago than this ("90 days")
    #[arg(long, value_name = "DATE|AGE")]
    pub before: Option<String>,
    /// Do not ask; without a terminal nobody is asked anyway
    #[arg(long)]
    pub yes: bool,
}

fn reason(text: &str) -> Result<Reason, String> {
    Reason::parse(text).ok_or_else(|| {
        let names: Vec<_> = Reason::ALL.iter().map(|r| r.as_str()).collect();
        format!("the reasons are {}", names.join(", "))
    })
}

fn reason_or_any(text: &str) -> Result<Again, String> {
    match text {
        "any" => Ok(Again::Any),
        _ => reason(text).map(Again::For),
    }
}
