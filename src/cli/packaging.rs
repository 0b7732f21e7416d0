//! `cardex completions SHELL` and `cardex man`: made from the one definition of the command line.

use clap::{Command, CommandFactory};

use super::output::Output;
use super::{Cli, exit};
use crate::domain::{Trouble, TroubleKind};

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell, out: Output) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cardex", &mut script);
    Output::ended(out.raw(&script), exit::DONE)
}

/// Prints the manual page, in roff: the program, then every command with its options.
///
/// # Errors
/// When the page can not be made.
pub fn man(out: Output) -> Result<u8, Trouble> {
    let failed = |e: std::io::Error| {
        Trouble::new(TroubleKind::Local, format!("making the manual page: {e}"))
    };
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    let whole = clap_mangen::Man::new(command.clone());
    whole.render_title(&mut page).map_err(failed)?;
    whole.render_name_section(&mut page).map_err(failed)?;
    whole.render_synopsis_section(&mut page).map_err(failed)?;
    whole
        .render_description_section(&mut page)
        .map_err(failed)?;
    whole.render_options_section(&mut page).map_err(failed)?;
    for (words, command) in commands(&command, "cardex") {
        let mut part = Vec::new();
        let about = clap_mangen::Man::new(command);
        about.render_synopsis_section(&mut part).map_err(failed)?;
        about
            .render_description_section(&mut part)
            .map_err(failed)?;
        about.render_options_section(&mut part).map_err(failed)?;
        page.extend_from_slice(format!(".SH \"{}\"\n", words.to_uppercase()).as_bytes());
        page.extend_from_slice(inner(&String::from_utf8_lossy(&part)).as_bytes());
    }
    whole.render_extra_section(&mut page).map_err(failed)?;
    Ok(Output::ended(out.raw(&page), exit::DONE))
}

/// Every command with the words that call it, without the options that all have.
fn commands(parent: &Command, words: &str) -> Vec<(String, Command)> {
    let mut found = Vec::new();
    for command in parent.get_subcommands().filter(|c| c.get_name() != "help") {
        let words = format!("{words} {}", command.get_name());
        let everywhere: Vec<_> = command
            .get_arguments()
            .filter(|a| a.is_global_set() || matches!(a.get_id().as_str(), "help" | "version"))
            .map(|a| a.get_id().clone())
            .collect();
        let mut own = command.clone();
        for id in everywhere {
            own = own.mut_arg(id, |a| a.hide(true));
        }
        found.push((words.clone(), own));
        found.extend(commands(command, &words));
    }
    found
}

/// The sections of one command as parts of the whole page's.
fn inner(roff: &str) -> String {
    let preamble = |line: &&str| !line.starts_with(".ie") && !line.starts_with(".el");
    let lower = |line: &str| match line.strip_prefix(".SH ") {
        Some("SYNOPSIS" | "DESCRIPTION") => ".PP\n".to_string(),
        Some(_) => String::new(),
        None => format!("{line}\n"),
    };
    roff.lines().filter(preamble).map(lower).collect()
}
