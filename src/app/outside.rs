//! What the screen asks for and only the owner of the terminal can do.

use crate::tui::msg::Ticket;

/// Something that needs the terminal itself.
pub enum Outside {
    /// Another account was opened: [`super::execute::Shell::opened`] describes it.
    Opened,
    /// Put the process into the background.
    Suspend,
    /// Edit a text in `$EDITOR`.
    Edit {
        /// For the answer.
        ticket: Ticket,
        /// The text to start with.
        text: String,
        /// The file name's ending.
        extension: &'static str,
    },
}
