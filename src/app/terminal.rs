//! The terminal while the screen is open: raw mode, alternate screen, bracketed paste; restored on every
//! way out, panics included.

use std::io::{self, Stdout, Write};
use std::sync::Once;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::layout::Size;

use crate::tui::canvas::Canvas;

/// What frames are written through: one write per frame.
pub type Backend = Canvas<Stdout>;

static HOOK: Once = Once::new();

/// The terminal in the program's hands. Dropping it gives it back.
pub struct Terminal {
    screen: ratatui::Terminal<Backend>,
    entered: bool,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When standard output is no terminal, or does not do as told.
    pub fn enter() -> io::Result<Self> {
        HOOK.call_once(|| {
            let report = std::panic::take_hook();
            let screen = std::thread::current().id();
            std::panic::set_hook(Box::new(move |panic| {
                // A task that fails in the background is told of on the screen, which goes on.
                if std::thread::current().id() == screen {
                    restore();
                    report(panic);
                }
            }));
        });
        let screen = ratatui::Terminal::new(Canvas::new(io::stdout(), window)?)?;
        let mut terminal = Self {
            screen,
            entered: false,
        };
        terminal.resume()?;
        Ok(terminal)
    }

    /// Takes the terminal over again after [`Terminal::release`].
    ///
    /// # Errors
    /// When it does not do as told.
    pub fn resume(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        self.entered = true;
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        self.screen.backend_mut().forget();
        Ok(())
    }

    /// Gives the terminal to somebody else for a while.
    pub fn release(&mut self) {
        if self.entered {
            restore();
            self.entered = false;
        }
    }

    /// The screen to draw on.
    pub fn screen(&mut self) -> &mut ratatui::Terminal<Backend> {
        &mut self.screen
    }

    /// Puts a text on the clipboard through the terminal (OSC 52), which also works over ssh.
    ///
    /// # Errors
    /// When the terminal can not be written to.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.release();
    }
}

fn window() -> io::Result<Size> {
    // Asked for at every frame, where crossterm would open the terminal's file each time.
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return Ok(Size::new(size.ws_col, size.ws_row));
    }
    let (columns, rows) = crossterm::terminal::size()?;
    Ok(Size::new(columns, rows))
}

/// Gives the terminal back as it was found. Errors are nobody's to handle here.
fn restore() {
    let mut out = io::stdout();
    let _ = execute!(
        out,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// Stops the process as Ctrl-z does in a shell; returns when it goes on.
pub fn suspend() {
    #[cfg(unix)]
    {
        let own = rustix::process::getpid();
        // Where job control is not allowed nothing happens, which is right.
        let _ = rustix::process::kill_process(own, rustix::process::Signal::TSTP);
    }
}

/// Says something on standard error once the terminal was given back.
pub fn remark(text: &str) {
    // A closed standard error is nobody's loss.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
