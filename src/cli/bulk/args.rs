//! What the commands that change many contacts are called with.

use std::path::PathBuf;

use clap::Args;

/// `cardex tag`.
#[derive(Debug, Default, Args)]
pub struct TagArgs {
    /// Whom: words that must match, and tag:vip -tag:x email: phone: attr.plan=gold, as for list
    #[arg(value_name = "FILTER", num_args = 0..)]
    pub filter: Vec<String>,
    /// Whom: the ids in FILE, one a line; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["filter", "all"])]
    pub ids: Option<PathBuf>,
    /// Whom: every contact of the account
    #[arg(long, conflicts_with = "filter")]
    pub all: bool,
    /// Add a tag
    #[arg(long, value_name = "TAG", num_args = 1..)]
    pub add: Vec<String>,
    /// Remove a tag
    #[arg(long, value_name = "TAG", num_args = 1..)]
    pub remove: Vec<String>,
    /// Set a field, such as contact_status=Active (revyops)
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    pub set: Vec<String>,
    /// Set a custom attribute
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub set_attr: Vec<String>,
    /// Remove a custom attribute
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub unset_attr: Vec<String>,
    /// Set a flag: blocked=yes, optin=no …
    #[arg(long, value_name = "FLAG=STATE", num_args = 1..)]
    pub flag: Vec<String>,
    /// Print what would be done to each contact; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write the plan to FILE, for review and `cardex apply`; send nothing
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// What is allowed, and how it is told
    #[command(flatten)]
    pub how: BulkArgs,
}

/// What every command that changes many contacts takes.
#[derive(Debug, Default, Args)]
pub struct BulkArgs {
    /// Do not ask; without a terminal nobody is asked anyway
    #[arg(long)]
    pub yes: bool,
    /// Refuse when more than N contacts are chosen
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,
    /// Write what became of each contact to FILE: a JSON object a line, or CSV where it ends in .csv
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,
    /// Keep REASON in the history
    #[arg(long, value_name = "REASON")]
    pub reason: Option<String>,
    /// Let consent be widened: optin=yes; needs --reason
    #[arg(long, requires = "reason")]
    pub allow_opt_in: bool,
    /// Set an attribute that no contact has, which creates a field for all of them (revyops)
    #[arg(long)]
    pub allow_new_field: bool,
    /// Add a tag although the provider's catalogue does not hold it
    #[arg(long)]
    pub allow_new_tag: bool,
}

/// `cardex apply`.
#[derive(Debug, Default, Args)]
pub struct ApplyArgs {
    /// The plan; - for standard input
    pub plan: PathBuf,
    /// Read each contact and print what would be done to it now; send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What is allowed besides what the plan allows, and how it is told
    #[command(flatten)]
    pub how: BulkArgs,
}
