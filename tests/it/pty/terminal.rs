//! A terminal around the binary: types, waits for text, looks at modes. Waiting is for text on screen,
//! never for time to pass.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};

/// How long a text may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

fn size(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

pub struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    screen: Arc<Mutex<vt100::Parser>>,
}

impl Terminal {
    pub fn start(home: &Path, columns: u16, rows: u16, arguments: &[&str]) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(pty_process::Size::new(rows, columns)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_cardex"))
            .args(arguments)
            .env_clear()
            .env("TERM", "xterm-256color")
            .env("HOME", home)
            .env("CARDEX_DATA_DIR", home.join("data"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .spawn(pts)
            .unwrap();
        let pty = Arc::new(pty);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(columns), 0)));
        let (source, sink) = (Arc::clone(&pty), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count @ 1..) = (&*source).read(&mut bytes) {
                sink.lock().unwrap().process(&bytes[..count]);
            }
        });
        Self { pty, child, screen }
    }

    /// Sends keys as a terminal would, one after the other, so that an escape stays an escape.
    pub fn keys(&mut self, text: &str) {
        (&*self.pty).write_all(text.as_bytes()).unwrap();
    }

    pub fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Until a text is on screen.
    pub fn wait(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.text().contains(text) {
            assert!(
                Instant::now() < until,
                "{text:?} did not appear on:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(size(rows), size(columns));
        self.pty
            .resize(pty_process::Size::new(rows, columns))
            .unwrap();
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// The exit code, when the program ends by itself.
    pub fn ended(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < until, "still running:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the program draws on the alternate screen.
    pub fn is_taken(&self) -> bool {
        self.screen.lock().unwrap().screen().alternate_screen()
    }

    /// Whether the terminal is as a shell wants it: main screen, cursor visible, no bracketed paste.
    pub fn is_given_back(&self) -> bool {
        // The last bytes may still be on their way to the emulator.
        let until = Instant::now() + Duration::from_secs(1);
        loop {
            let parser = self.screen.lock().unwrap();
            let screen = parser.screen();
            if !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste() {
                return true;
            }
            drop(parser);
            if Instant::now() > until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
