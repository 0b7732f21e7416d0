//! One run of a program in a pseudoterminal of 120×40, with the time of everything that it writes.
//!
//! A thread takes what the program writes and notes when it came. The terminal is emulated afterwards,
//! when the program has fallen silent: the time of an answer is that of the first piece after which the
//! screen is right and stays right. So it is tied to what a person sees, and the emulation costs nothing
//! while the program works.

use std::io::{Error, Read, Result, Write};
use std::num::NonZero;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};

/// The terminal's size.
const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(120).unwrap();
/// Silence after which a frame is taken to be whole.
const SILENCE: Duration = Duration::from_millis(25);
/// How long an answer may take at all.
const LIMIT: Duration = Duration::from_secs(30);

/// A running program.
pub struct Session {
    child: Child,
    pty: Arc<Pty>,
    pieces: Receiver<(Instant, Vec<u8>)>,
    /// Pieces that came but were not emulated yet.
    came: Vec<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    /// When it was started.
    pub started: Instant,
    /// Bytes written so far.
    pub written: usize,
}

/// What the kernel counted for a process, all threads together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counters {
    /// Processor time in milliseconds.
    pub cpu: f64,
    /// Voluntary context switches: how often it went to sleep, so how often it was woken.
    pub sleeps: u64,
    /// Resident memory in MB: now, and the most it ever was.
    pub resident: f64,
    /// The most it ever was.
    pub peak: f64,
}

impl Session {
    /// Starts a program. Its input is the terminal unless a file is given.
    pub fn start(argv: &[&str], input: Option<&std::path::Path>) -> Result<Self> {
        let (program, arguments) = argv.split_first().ok_or(Error::other("no program"))?;
        let (pty, pts) = pty_process::blocking::open().map_err(Error::other)?;
        pty.resize(Size::new(ROWS.get(), COLUMNS.get()))
            .map_err(Error::other)?;
        let mut command = Command::new(program)
            .args(arguments)
            .env("TERM", "xterm-256color")
            .env("COLORTERM", "truecolor")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR")
            .env_remove("LINES")
            .env_remove("COLUMNS");
        if let Some(path) = input {
            command = command.stdin(std::fs::File::open(path)?);
        }
        let started = Instant::now();
        let child = command.spawn(pts).map_err(Error::other)?;
        let pty = Arc::new(pty);
        let (send, pieces) = mpsc::channel();
        let reader = Arc::clone(&pty);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 18];
            while let Ok(n @ 1..) = (&*reader).read(&mut buffer) {
                let piece = buffer.get(..n).unwrap_or_default().to_vec();
                if send.send((Instant::now(), piece)).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            pty,
            pieces,
            came: Vec::new(),
            screen: vt100::Parser::new(ROWS, COLUMNS, 0),
            started,
            written: 0,
        })
    }

    /// Sends keys; gives the time just before.
    pub fn send(&mut self, keys: &str) -> Result<Instant> {
        let before = Instant::now();
        (&*self.pty).write_all(keys.as_bytes())?;
        Ok(before)
    }

    /// The text on the screen.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the program wrote a text, without emulating or waiting for silence.
    pub fn glimpse(&mut self, text: &str) -> Result<Instant> {
        let mut all = Vec::new();
        loop {
            let piece = self.pieces.recv_timeout(LIMIT);
            let (at, piece) = piece.map_err(|e| {
                Error::other(format!(
                    "waiting for {text}: {e}; so far {:?}",
                    String::from_utf8_lossy(&all)
                ))
            })?;
            all.extend_from_slice(&piece);
            self.came.push((at, piece));
            if all.windows(text.len()).any(|w| w == text.as_bytes()) {
                return Ok(at);
            }
        }
    }

    /// Takes what was written until the program is silent. Gives the time of the first piece after
    /// which `right` held and kept holding, if it did.
    fn settle(&mut self, right: &dyn Fn(&str) -> bool, silence: Duration) -> Option<Instant> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            match self.pieces.recv_timeout(silence) {
                Ok(piece) => self.came.push(piece),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let mut since = None;
        for (at, piece) in std::mem::take(&mut self.came) {
            self.written += piece.len();
            self.screen.process(&piece);
            since = if right(&self.screen.screen().contents()) {
                since.or(Some(at))
            } else {
                None
            };
        }
        since
    }

    /// Waits until the screen is right; the time at which it came to be.
    pub fn until(&mut self, what: &str, right: &dyn Fn(&str) -> bool) -> Result<Instant> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            if let Some(at) = self.settle(right, SILENCE) {
                return Ok(at);
            }
        }
        let screen = self.text();
        Err(Error::other(format!(
            "waiting for {what}; the screen:\n{screen}"
        )))
    }

    /// Lets it be for a while; gives how many bytes it wrote meanwhile.
    pub fn rest(&mut self, time: Duration) -> usize {
        let (before, end) = (self.written, Instant::now() + time);
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            self.settle(&|_| true, left);
        }
        self.written - before
    }

    /// What the kernel counted so far.
    pub fn counters(&self) -> Result<Counters> {
        let folder = format!("/proc/{}", self.child.id());
        let status = std::fs::read_to_string(format!("{folder}/status"))?;
        let mut counters = Counters {
            resident: number(&status, "VmRSS:") as f64 / 1024.0,
            peak: number(&status, "VmHWM:") as f64 / 1024.0,
            ..Counters::default()
        };
        for thread in std::fs::read_dir(format!("{folder}/task"))? {
            let thread = thread?.path();
            let status = std::fs::read_to_string(thread.join("status"))?;
            counters.sleeps += number(&status, "voluntary_ctxt_switches:");
            let spent = std::fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
            let spent = spent.split(' ').next().and_then(|n| n.parse::<u64>().ok());
            counters.cpu += spent.unwrap_or_default() as f64 / 1e6;
        }
        Ok(counters)
    }

    /// Sends the keys that end it; gives how long it took to be gone, in milliseconds.
    pub fn leave(mut self, keys: &str) -> Result<f64> {
        let asked = self.send(keys)?;
        self.child.wait()?;
        Ok(asked.elapsed().as_secs_f64() * 1e3)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It has ended already, unless the bench failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The number after a label at the start of a line.
fn number(status: &str, label: &str) -> u64 {
    let value = status.lines().find_map(|line| line.strip_prefix(label));
    let digits = value.and_then(|v| v.split_whitespace().next());
    digits.and_then(|d| d.parse().ok()).unwrap_or_default()
}
