//! The four places a token can come from, and reading them.
//!
//! [`TokenSource::resolve`] blocks: call it on a thread that may wait. Errors name the source, what
//! happened and what can be done; they never hold the secret or anything a command printed to its
//! standard output.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use super::{STARS, Secret, Unusable, keyring};

/// How long a token command may run.
pub const COMMAND_LIMIT: Duration = Duration::from_secs(15);

/// How many bytes of a file or of a command's output are read at most.
const MOST_BYTES: u64 = 64 * 1024;

/// Where an account's token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// The environment variable of this name.
    Env(String),
    /// The first line that this program prints; program and arguments, run without a shell.
    Command(Vec<String>),
    /// The desktop's key store.
    Keyring {
        /// The name the entry is filed under; `cardex` unless configured otherwise.
        service: String,
        /// The account's name.
        account: String,
    },
    /// A file that its owner alone can read.
    File(PathBuf),
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::Command(argv) => write!(f, "the command `{}`", argv.join(" ")),
            Self::Keyring { account, .. } => write!(f, "the key store entry of {account}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// A secret as the configuration has it: written down, or where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configured {
    /// Written into the configuration file.
    Written(Secret),
    /// Kept elsewhere.
    From(TokenSource),
}

impl fmt::Display for Configured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(_) => f.write_str("the configuration file"),
            Self::From(source) => source.fmt(f),
        }
    }
}

impl Configured {
    /// A text that is another one for another secret or another source, and tells no secret.
    pub fn mark(&self) -> String {
        match self {
            Self::Written(secret) => secret.fingerprint(),
            Self::From(source) => source.to_string(),
        }
    }

    /// The secret. Blocks as [`TokenSource::resolve`] does.
    ///
    /// # Errors
    /// [`SourceError`], for every source in its own words.
    pub fn resolve(&self) -> Result<Secret, SourceError> {
        match self {
            Self::Written(secret) => Ok(secret.clone()),
            Self::From(source) => source.resolve(),
        }
    }
}

/// Why a source gave no secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SourceError {
    /// The environment variable is not set.
    #[error("the environment variable {name} is not set; export {name}=… and start again")]
    EnvUnset {
        /// Its name.
        name: String,
    },
    /// The configured command is an empty list.
    #[error("the token command is empty; write it as a list, such as [\"pass\", \"show\", \"x\"]")]
    NoCommand,
    /// The command could not be started.
    #[error("the command `{command}` could not be started: {problem}; check the name and the PATH")]
    CommandStart {
        /// Program and arguments.
        command: String,
        /// The system's words.
        problem: String,
    },
    /// The command ended with a failure.
    #[error("the command `{command}` failed ({status}){said}; run it by hand to see why")]
    CommandFailed {
        /// Program and arguments.
        command: String,
        /// The exit status in words.
        status: String,
        /// `: ` and the first line of its standard error, or nothing.
        said: String,
    },
    /// The command ran for too long and was stopped.
    #[error(
        "the command `{command}` was stopped after {seconds} s without an answer; \
         it can not ask questions here, so unlock it first"
    )]
    CommandHung {
        /// Program and arguments.
        command: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// The file can not be read.
    #[error("the file {path} can not be read: {problem}; check the path in the configuration")]
    FileUnreadable {
        /// Its path.
        path: String,
        /// The system's words.
        problem: String,
    },
    /// The path is a folder, device or pipe.
    #[error("{path} is not a regular file; put the token alone into a file of its own")]
    NotAFile {
        /// Its path.
        path: String,
    },
    /// Others can read the file.
    #[error("the file {path} can be read by others (mode {mode:04o}); run: chmod 600 {quoted}")]
    FileOpen {
        /// Its path.
        path: String,
        /// Its permission bits.
        mode: u32,
        /// Its path as a shell word.
        quoted: String,
    },
    /// The source answered with something that can not be a token.
    #[error("what {origin} gave is no token: {why}; it must be one line of text")]
    Unusable {
        /// The source in words.
        origin: String,
        /// What is wrong with it.
        why: Unusable,
    },
    /// The key store holds no entry for the account.
    #[error("the key store has no token for {account}; run: cardex login {account}")]
    KeyringEmpty {
        /// The account.
        account: String,
    },
    /// The key store could not be used.
    #[error(
        "the key store could not be used for {account}: {problem}; \
         unlock it, or use token = {{ env = … }}, {{ command = … }} or {{ file = … }}"
    )]
    KeyringFailed {
        /// The account.
        account: String,
        /// What happened.
        problem: String,
    },
    /// This build has no key store.
    #[error(
        "a key store is not supported in this build; \
         use token = {{ env = … }}, {{ command = … }} or {{ file = … }}"
    )]
    KeyringUnsupported,
}

impl TokenSource {
    /// Reads the source. Blocks, for a command up to [`COMMAND_LIMIT`]; never call it on a thread
    /// that draws or drives tasks.
    ///
    /// # Errors
    /// [`SourceError`], for every source in its own words.
    pub fn resolve(&self) -> Result<Secret, SourceError> {
        match self {
            Self::Env(name) => {
                let value = std::env::var_os(name)
                    .ok_or_else(|| SourceError::EnvUnset { name: name.clone() })?;
                self.accept(value.to_str().map(str::as_bytes).unwrap_or(&[0xff]))
            }
            Self::Command(argv) => self.accept(&first_line(argv, COMMAND_LIMIT)?),
            Self::Keyring { service, account } => {
                self.accept(keyring::read(service, account)?.as_bytes())
            }
            Self::File(path) => self.accept(&read_private(path)?),
        }
    }

    fn accept(&self, bytes: &[u8]) -> Result<Secret, SourceError> {
        std::str::from_utf8(bytes)
            .map_err(|_| Unusable::NotText)
            .and_then(Secret::new)
            .map_err(|why| SourceError::Unusable {
                origin: self.to_string(),
                why,
            })
    }
}

/// The bytes of a file that nobody but its owner may read.
fn read_private(path: &Path) -> Result<Vec<u8>, SourceError> {
    let shown = path.display().to_string();
    let unreadable = |error: &io::Error| SourceError::FileUnreadable {
        path: shown.clone(),
        problem: plain(error),
    };
    // Looked at before opening, since opening a pipe waits for a writer.
    if !fs::metadata(path).map_err(|e| unreadable(&e))?.is_file() {
        return Err(SourceError::NotAFile { path: shown });
    }
    let file = File::open(path).map_err(|e| unreadable(&e))?;
    check_mode(path, &file.metadata().map_err(|e| unreadable(&e))?)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(&e))?;
    Ok(bytes)
}

#[cfg(unix)]
fn check_mode(path: &Path, metadata: &fs::Metadata) -> Result<(), SourceError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let shown = path.display().to_string();
    Err(SourceError::FileOpen {
        quoted: format!("'{}'", shown.replace('\'', r"'\''")),
        path: shown,
        mode,
    })
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &fs::Metadata) -> Result<(), SourceError> {
    Ok(())
}

/// The first line a program prints, without a shell and without a terminal to ask on.
fn first_line(argv: &[String], limit: Duration) -> Result<Vec<u8>, SourceError> {
    let command = argv.join(" ");
    let Some((program, arguments)) = argv.split_first().filter(|(p, _)| !p.is_empty()) else {
        return Err(SourceError::NoCommand);
    };
    let mut child = Command::new(OsString::from(program))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| SourceError::CommandStart {
            command: command.clone(),
            problem: plain(&e),
        })?;
    let deadline = Instant::now() + limit;
    // Readers of their own: a full pipe must not stop the program, and a grandchild that keeps a
    // pipe open must not stop us.
    let out = read_aside(child.stdout.take());
    let err = read_aside(child.stderr.take());
    let ended = (|| {
        let status = wait(&mut child, deadline)?;
        let left = || deadline.saturating_duration_since(Instant::now());
        let out = out.recv_timeout(left()).ok()?;
        // What was said matters for failures only; a helper left running must not cost more time.
        let err = err.recv_timeout(left().min(Duration::from_millis(500)));
        Some((status, out, err.unwrap_or_default()))
    })();
    let Some((status, out, err)) = ended else {
        // Both fail only when it has just ended by itself.
        let _ = child.kill();
        let _ = child.wait();
        return Err(SourceError::CommandHung {
            command,
            seconds: limit.as_secs(),
        });
    };
    if !status.success() {
        return Err(SourceError::CommandFailed {
            command,
            status: status.to_string(),
            said: said(&err, &out),
        });
    }
    Ok(out.split(|b| *b == b'\n').next().unwrap_or(&[]).to_vec())
}

fn wait(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(pause),
            _ => return None,
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

fn read_aside(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A broken pipe ends the text; what came before it is judged like any other.
            let _ = pipe.by_ref().take(MOST_BYTES).read_to_end(&mut bytes);
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
        let _ = sender.send(bytes);
    });
    receiver
}

/// `: ` and the first line of standard error, with everything the program printed to standard
/// output taken out of it.
fn said(err: &[u8], out: &[u8]) -> String {
    let text = String::from_utf8_lossy(err);
    let Some(line) = text.lines().map(str::trim).find(|l| !l.is_empty()) else {
        return String::new();
    };
    let mut line = line.to_string();
    for word in String::from_utf8_lossy(out).split_whitespace() {
        line = line.replace(word, STARS);
    }
    let safe: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    format!(": {safe}")
}

/// A system error without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
