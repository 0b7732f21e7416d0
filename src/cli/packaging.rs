//! `cardex completions SHELL` and `cardex man`: made from the one definition of the command line.

use clap::CommandFactory;

use super::output::Output;
use super::{Cli, exit};
use crate::domain::{Trouble, TroubleKind};

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell, out: Output) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cardex", &mut script);
    out.raw(&script).err().unwrap_or(exit::DONE)
}

/// Prints the manual page, in roff.
///
/// # Errors
/// When the page can not be made.
pub fn man(out: Output) -> Result<u8, Trouble> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|e| Trouble::new(TroubleKind::Local, format!("making the manual page: {e}")))?;
    Ok(out.raw(&page).err().unwrap_or(exit::DONE))
}
