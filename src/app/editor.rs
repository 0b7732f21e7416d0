//! Handing a text to `$VISUAL` or `$EDITOR` and taking it back.
//!
//! The file is private, and it stays where it is when something goes wrong, so that nothing typed is
//! lost.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::domain::{Trouble, TroubleKind};

/// An editor that returns sooner than this without a change has most likely not waited.
const INSTANT: Duration = Duration::from_millis(200);

/// Edits a text; blocks until the editor ends. The terminal must be the editor's meanwhile.
///
/// # Errors
/// When no editor is known, it fails, or it returns at once; the text as it was is not lost.
pub fn edit(text: &str, extension: &str, folder: &std::path::Path) -> Result<String, Trouble> {
    let command = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.trim().is_empty())
        .unwrap_or_else(|| "vi".into());
    let words: Vec<&str> = command.split_whitespace().collect();
    let Some((program, arguments)) = words.split_first() else {
        return Err(trouble("no editor is known".into()).with_hint("set EDITOR"));
    };
    let path = private_file(text, extension, folder)?;
    let started = Instant::now();
    let status = Command::new(program)
        .args(arguments)
        .arg(&path)
        .status()
        .map_err(|e| {
            trouble(format!("starting the editor {program}: {e}"))
                .with_hint("set EDITOR to a program that exists")
        })?;
    let kept = || format!("the text is still in {}", path.display());
    if !status.success() {
        return Err(trouble(format!("the editor {program} ended with {status}")).with_hint(kept()));
    }
    let edited = fs::read_to_string(&path)
        .map_err(|e| trouble(format!("reading the text back: {e}")).with_hint(kept()))?;
    if edited == text && started.elapsed() < INSTANT {
        return Err(
            trouble(format!("the editor {program} returned at once")).with_hint(format!(
                "use an editor that waits, such as EDITOR=\"code --wait\"; {}",
                kept()
            )),
        );
    }
    // An emptied folder is tidiness, not correctness.
    let _ = fs::remove_file(&path);
    Ok(edited
        .strip_suffix('\n')
        .filter(|_| !text.ends_with('\n'))
        .unwrap_or(&edited)
        .to_string())
}

fn private_file(text: &str, extension: &str, folder: &std::path::Path) -> Result<PathBuf, Trouble> {
    let mut options = fs::OpenOptions::new();
    // Never over a text that an earlier failure left behind.
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut number = 0;
    loop {
        number += 1;
        let path = folder.join(format!("edit-{}-{number}.{extension}", std::process::id()));
        let failed = |e: std::io::Error| trouble(format!("writing {}: {e}", path.display()));
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(failed)?;
                return Ok(path);
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => {}
            Err(e) => return Err(failed(e)),
        }
    }
}

fn trouble(message: String) -> Trouble {
    Trouble::new(TroubleKind::Local, message)
}
