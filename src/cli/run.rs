//! From arguments to a command, a runtime and an exit code.

use std::future::Future;

use clap::Parser;
use clap::error::ErrorKind;

use super::interrupt::{telling_waits, unless_interrupted};
use super::output::{self, Output, complain};
use super::{AccountsCommand, Cli, Command, Vendor, exit};
use super::{accounts, apply, doctor, edit, list, packaging, practice, roster, runs, show, tag};
use crate::app::practice::{self as sandboxes, Practice};
use crate::app::setup::Setup;
use crate::app::{log, screen};
use crate::domain::{AccountName, Trouble, TroubleKind};

/// Runs the program on the process's arguments. Returns the exit code.
pub fn main() -> u8 {
    if let Err(report) = color_eyre::install() {
        complain(&format!("installing the panic report: {report}"));
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let help = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            // A closed output is no reason to fail twice.
            let _ = error.print();
            if help {
                return exit::DONE;
            }
            if std::env::args_os().any(|word| word == "--json") {
                output::usage_json(&error.render().to_string());
            }
            return exit::INVALID;
        }
    };
    let out = Output::new(cli.global.json, cli.global.no_color, cli.global.quiet);
    dispatch(cli, out).unwrap_or_else(|trouble| out.trouble(&trouble))
}

fn dispatch(cli: Cli, out: Output) -> Result<u8, Trouble> {
    // These need neither configuration nor data.
    match &cli.command {
        Some(Command::Completions { shell }) => return Ok(packaging::completions(*shell, out)),
        Some(Command::Man) => return packaging::man(out),
        Some(Command::Sandbox(args)) => {
            log::install(cli.global.verbose);
            return finished(practice::sandbox(args, out));
        }
        Some(
            Command::List(_)
            | Command::Show { .. }
            | Command::Edit(_)
            | Command::Tag(_)
            | Command::Apply(_)
            | Command::Runs { .. }
            | Command::Roster { .. }
            | Command::Accounts { .. }
            | Command::Doctor { .. }
            | Command::Login { .. }
            | Command::Demo { .. },
        )
        | None => {}
    }
    let setup = Setup::new(cli.global.config.clone(), cli.global.data_dir.clone())?;
    let file = setup.config.file.clone().unwrap_or_default();
    let told_below = matches!(cli.command, Some(Command::Doctor { .. }));
    for warning in setup.config.warnings.iter().filter(|_| !told_below) {
        out.warning(&format!("{}: {warning}", file.display()));
    }
    let asked = cli.global.account.as_deref();
    let works = matches!(
        cli.command,
        Some(
            Command::List(_)
                | Command::Show { .. }
                | Command::Edit(_)
                | Command::Tag(_)
                | Command::Runs { .. }
                | Command::Roster { .. }
        )
    );
    if works && setup.config.stands_in(asked) {
        let message = "this file names no account: working on demo, the store of sample contacts";
        out.warning(&format!("{}: {message}", file.display()));
    }
    let on_screen = matches!(cli.command, None | Some(Command::Demo { .. }));
    if !on_screen {
        log::install(cli.global.verbose);
    }
    match cli.command {
        None => {
            let account = setup.config.choose(asked)?;
            let runtime = runtime()?;
            let session = setup.open(account)?;
            let ended = screen::run(&runtime, &setup, session, out.color, false);
            // What had to be finished is; nothing else is waited for.
            runtime.shutdown_background();
            ended.map(|saves| exit::of_last(&saves))
        }
        Some(Command::Demo {
            provider,
            contacts,
            latency,
        }) => {
            let runtime = runtime()?;
            demo(&runtime, &setup, provider, contacts, latency, out)
        }
        Some(Command::List(args)) => {
            let session = setup.open(setup.config.choose(asked)?)?;
            interruptible(telling_waits(
                &session,
                out,
                list::run(&session, &args, out),
            ))
        }
        Some(Command::Show { id }) => {
            let session = setup.open(setup.config.choose(asked)?)?;
            interruptible(telling_waits(&session, out, show::run(&session, &id, out)))
        }
        Some(Command::Edit(args)) => {
            let session = setup.open(setup.config.choose(asked)?)?;
            let edit = edit::run(&session, &args, out);
            finished(async { Ok(telling_waits(&session, out, edit).await) })
        }
        Some(Command::Tag(args)) => {
            let session = setup.open(setup.config.choose(asked)?)?;
            finished(tag::run(&session, &args, out))
        }
        Some(Command::Apply(args)) => {
            let plan = apply::read(&args.plan, out)?;
            let name = asked.unwrap_or(plan.header.account.as_str());
            let session = setup.open(setup.config.choose(Some(name))?)?;
            finished(apply::run(&session, plan, &args, out))
        }
        Some(Command::Runs { command }) => {
            let session = setup.open(runs::account(&setup, asked, command.as_ref())?)?;
            let looks = runs::only_looks(command.as_ref());
            let work = runs::run(&session, command, out);
            match looks {
                true => interruptible(work),
                false => finished(work),
            }
        }
        Some(Command::Roster { command }) => {
            let session = setup.open(setup.config.choose(asked)?)?;
            let other = roster::other(&setup, &session, command.as_ref())?;
            let work = roster::run(&session, command, other, out);
            interruptible(telling_waits(&session, out, work))
        }
        Some(Command::Accounts { command }) => match command {
            None | Some(AccountsCommand::List) => accounts::list(&setup, out),
            Some(AccountsCommand::Check { name }) => {
                let account = setup.config.account(&AccountName::new(name))?;
                let session = setup.open(account)?;
                interruptible(telling_waits(&session, out, accounts::check(&session, out)))
            }
        },
        Some(Command::Doctor { offline }) => interruptible(doctor::run(&setup, offline, out)),
        Some(Command::Login { name, forget }) => accounts::login(&setup, &name, forget, out),
        Some(Command::Sandbox(_) | Command::Completions { .. } | Command::Man) => Ok(exit::DONE),
    }
}

fn demo(
    runtime: &tokio::runtime::Runtime,
    setup: &Setup,
    provider: Option<Vendor>,
    contacts: usize,
    latency: u64,
    out: Output,
) -> Result<u8, Trouble> {
    let provider = match provider {
        Some(vendor) => vendor.provider(),
        None => {
            let session = setup.open(crate::config::Account::demo())?;
            let saves = screen::run(runtime, setup, session, out.color, true)?;
            return Ok(exit::of_last(&saves));
        }
    };
    let practice = Practice {
        contacts,
        latency,
        ..Practice::default()
    };
    let sandbox = runtime.block_on(sandboxes::start(provider, &practice))?;
    let session = setup.open_practice(sandbox.account(), sandboxes::token()?)?;
    runtime.block_on(sandboxes::fill_roster(&session, contacts))?;
    let saves = screen::run(runtime, setup, session, out.color, true)?;
    Ok(exit::of_last(&saves))
}

/// Runs a headless command that changes nothing elsewhere; Ctrl-C ends it with its own exit code.
fn interruptible(work: impl Future<Output = Result<u8, Trouble>>) -> Result<u8, Trouble> {
    finished(async {
        match unless_interrupted(work).await? {
            Some(ended) => ended,
            None => {
                complain("Interrupted.");
                Ok(exit::INTERRUPTED)
            }
        }
    })
}

/// Runs a command on a runtime of its own, and does not wait for threads that still block: one may be
/// reading from a terminal or running a token command.
fn finished(work: impl Future<Output = Result<u8, Trouble>>) -> Result<u8, Trouble> {
    let runtime = runtime()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_background();
    ended
}

fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Trouble::new(TroubleKind::Local, format!("starting the runtime: {e}")))
}
