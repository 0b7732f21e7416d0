//! Opening a web page in the person's browser.

use std::process::{Command, Stdio};

use crate::domain::{Trouble, TroubleKind};

/// Opens an address with the system's opener; does not wait for it.
///
/// # Errors
/// When there is no opener.
pub fn open(address: &str) -> Result<(), Trouble> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let program = std::env::var("BROWSER").unwrap_or_else(|_| opener.to_string());
    Command::new(&program)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(|_| ())
        .map_err(|e| {
            Trouble::new(
                TroubleKind::Local,
                format!("opening {address} with {program}: {e}"),
            )
            .with_hint("set BROWSER to a program that opens web pages")
        })
}
