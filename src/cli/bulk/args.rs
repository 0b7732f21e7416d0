//! What the commands that change many contacts are called with.

use std::path::PathBuf;

use clap::Args;

/// `cardex tag`.
#[derive(Debug, Default, Args)]
pub struct TagArgs {
    /// Whom: words that must match, and tag:vip -tag:x email: phone: attr.plan=gold, as for list
    #[arg(value_name = "FILTER", num_args = 0..)]
    pub filter: Vec<String>,
    /// Whom: the ids in FILE, one a line or a column `id`; - for standard input
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

#[cfg(test)]
mod tests {
    use clap::Parser;
    use proptest::prelude::*;
    use serde_json::json;

    use crate::cli::{Cli, Command, RunsCommand, runs::args::Which};
    use crate::domain::{AccountName, Edit, FieldKey, Flag, Patch, ProviderId, TagDelta};
    use crate::engine::RunId;
    use crate::engine::plan::{Allowed, Header, command};

    /// What a POSIX shell makes of words that are plain or in single quotes.
    fn split(line: &str) -> Vec<String> {
        let (mut words, mut word, mut inside) = (Vec::new(), String::new(), false);
        let mut letters = line.chars();
        while let Some(c) = letters.next() {
            match (c, inside) {
                ('\'', _) => inside = !inside,
                ('\\', false) => word.extend(letters.next()),
                (' ', false) => words.push(std::mem::take(&mut word)),
                _ => word.push(c),
            }
        }
        words.push(word);
        words
    }

    fn header(change: Patch, filter: Option<String>, reason: Option<String>) -> Header {
        Header {
            account: AccountName::new("acme support"),
            provider: ProviderId::Local,
            place: String::new(),
            made_at: "2026-11-27T10:00:00Z".parse().unwrap(),
            made_by: "ana".into(),
            change: Some(change),
            allowed: Allowed {
                opt_in: reason.is_some(),
                new_tag: filter.is_some(),
                ..Allowed::default()
            },
            reason,
            undo_of: None,
            filter,
            doubts: Vec::new(),
        }
    }

    fn names() -> impl Strategy<Value = std::collections::BTreeSet<String>> {
        prop::collection::btree_set("[-a '\"$\\\\;é\u{202e}]{1,4}", 0..3)
    }

    proptest! {
        #[test]
        fn the_command_of_a_plan_is_parsed_back(
            add in names(),
            remove in names(),
            name in prop::option::of("[-a'= ]{0,3}"),
            unset in names(),
            filter in prop::option::of("[-a:'\" ]{1,6}"),
            reason in prop::option::of("[-a' ]{0,5}"),
        ) {
            let mut change = Patch { tags: TagDelta { add, remove }, ..Patch::default() };
            if let Some(name) = &name {
                let edit = if name.is_empty() { Edit::Clear } else { Edit::Set(name.clone()) };
                change.fields.insert(FieldKey::Name, edit);
            }
            for name in &unset {
                change.attributes.insert(name.clone(), Edit::Clear);
            }
            change.attributes.insert("seats".into(), Edit::Set(json!(3)));
            change.flags.insert(Flag::Optin, Edit::Set(false));
            let header = header(change.clone(), filter.clone(), reason.clone());
            let line = command::line(&header, "chosen ids").unwrap();
            let cli = Cli::try_parse_from(split(&line));
            let cli = cli.map_err(|e| TestCaseError::fail(format!("{line}\n{e}")))?;
            prop_assert_eq!(cli.global.account.as_deref(), Some("acme support"));
            let Some(Command::Tag(args)) = cli.command else {
                return Err(TestCaseError::fail(line));
            };
            let sorted = |list: Vec<String>| list.into_iter().collect::<std::collections::BTreeSet<_>>();
            prop_assert_eq!(sorted(args.add), change.tags.add);
            prop_assert_eq!(sorted(args.remove), change.tags.remove);
            prop_assert_eq!(args.set, name.iter().map(|n| format!("name={n}")).collect::<Vec<_>>());
            prop_assert_eq!(args.set_attr, ["seats=3"]);
            let unset: Vec<_> = unset.into_iter().filter(|n| n != "seats").collect();
            prop_assert_eq!(args.unset_attr, unset);
            prop_assert_eq!(args.flag, ["optin=no"]);
            prop_assert_eq!(args.how.reason, reason.clone());
            prop_assert_eq!(args.how.allow_opt_in, reason.is_some());
            prop_assert_eq!(args.how.allow_new_tag, filter.is_some());
            prop_assert_eq!(args.ids.is_some(), filter.is_none());
            prop_assert_eq!(args.filter, filter.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_command_for_all_says_all() {
        let change = Patch {
            flags: [(Flag::Optin, Edit::Set(false))].into(),
            ..Patch::default()
        };
        let line = command::line(&header(change, Some(String::new()), None), "ids").unwrap();
        let cli = Cli::try_parse_from(split(&line)).unwrap();
        assert!(
            matches!(cli.command, Some(Command::Tag(args)) if args.all && args.filter.is_empty()),
            "{line}"
        );
    }

    #[test]
    fn the_command_of_an_undo_names_the_run() {
        let mut header = header(Patch::default(), None, None);
        header.undo_of = Some(RunId(7));
        let line = command::line(&header, "ids").unwrap();
        assert_eq!(line, "cardex runs undo 7 --account 'acme support'");
        let cli = Cli::try_parse_from(split(&line)).unwrap();
        assert!(matches!(
            cli.command,
            Some(Command::Runs { command: Some(RunsCommand::Undo(args)) }) if args.run == Which::Id(RunId(7))
        ));
        header.undo_of = None;
        header.change = None;
        assert_eq!(command::line(&header, "ids"), None);
    }
}
