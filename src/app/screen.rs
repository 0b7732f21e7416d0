//! The loop of the screen: events and results in, frames and effects out. Draws only when something
//! happened; several messages that are already there make one frame.

use std::io::IsTerminal;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::StreamExt;
use tokio::runtime::Runtime;

use crate::app::clock;
use crate::app::execute::Shell;
use crate::app::outside::Outside;
use crate::app::saves::LastSave;
use crate::app::session::Session;
use crate::app::setup::Setup;
use crate::app::teller::{self, Inbox};
use crate::app::terminal::{self, Terminal};
use crate::domain::{Trouble, TroubleKind};
use crate::tui::effect::Effect;
use crate::tui::keymap::Keymap;
use crate::tui::model::Model;
use crate::tui::msg::Msg;
use crate::tui::screen::form::afterwards;
use crate::tui::theme::Theme;
use crate::tui::{update, view};

/// How long the first frame waits for its rows.
const FIRST_ROWS: Duration = Duration::from_millis(30);

/// How long a save in flight may take after the person left.
const LAST_SAVES: Duration = Duration::from_secs(60);

/// Opens the screen on a session and runs it to its end. Gives the saves that were still under way when
/// the person left, and tells on standard error how they ended.
///
/// # Errors
/// When there is no terminal, or it fails.
pub fn run(
    runtime: &Runtime,
    setup: &Setup,
    session: Session,
    color: bool,
    practice: bool,
) -> Result<Vec<LastSave>, Trouble> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Trouble::new(
            TroubleKind::Invalid,
            "opening the screen: this is no terminal",
        )
        .with_hint("use a command instead, such as `cardex list`; `cardex --help` names them"));
    }
    let (keymap, warnings) = Keymap::with_overrides(&setup.config.keys);
    let (sender, inbox) = teller::pair();
    let theme = Theme::new(setup.config.dark, !color);
    // Whoever leaves waits for nothing that the system clears away faster: the list in memory stays.
    std::mem::forget((session.contacts().clone(), session.store().clone()));
    let ended = runtime.block_on(async {
        // Before the terminal is taken: from then on a signal must find somebody who gives it back.
        let signals = Signals::new()?;
        let terminal = Terminal::enter()?;
        let shell = Shell::new(setup.clone(), session, sender, practice);
        let (columns, rows) = crossterm::terminal::size().unwrap_or((80, 24));
        let model = Model::new(columns, rows, keymap);
        let mut screen = Screen {
            shell,
            terminal,
            signals,
            theme,
            model,
        };
        let ended = screen.run(inbox, warnings).await;
        screen.terminal.release();
        let Screen { shell, .. } = screen;
        let saves = shell.finish(LAST_SAVES).await;
        for save in &saves {
            terminal::remark(&afterwards(&save.title, &save.outcome).0.text);
        }
        ended.map(|()| saves)
    });
    ended.map_err(|e| terminal_trouble(&e))
}

struct Screen {
    shell: Shell,
    terminal: Terminal,
    signals: Signals,
    theme: Theme,
    model: Model,
}

/// Why the inner loop stopped.
enum Pause {
    /// The program ends.
    Quit,
    /// The terminal is needed by somebody else.
    Terminal(Outside),
}

impl Screen {
    async fn run(&mut self, mut inbox: Inbox, warnings: Vec<String>) -> std::io::Result<()> {
        let size = crossterm::terminal::size()?;
        self.resized(size);
        let mut pause = self.open(&mut inbox).await;
        for warning in warnings {
            self.shell.say(Trouble::new(TroubleKind::Invalid, warning));
        }
        // The first frame should already show contacts.
        let deadline = tokio::time::Instant::now() + FIRST_ROWS;
        while pause.is_none()
            && self.model.list.rows.is_none()
            && let Ok(Some(msg)) = tokio::time::timeout_at(deadline, inbox.recv()).await
        {
            pause = self.take(msg);
        }
        loop {
            match pause {
                Some(Pause::Quit) => return Ok(()),
                Some(Pause::Terminal(Outside::Opened)) => {
                    pause = self.open(&mut inbox).await;
                    continue;
                }
                Some(Pause::Terminal(outside)) => {
                    self.lend(outside)?;
                    self.resized(crossterm::terminal::size()?);
                }
                None => {}
            }
            pause = Some(self.until_pause(&mut inbox).await?);
        }
    }

    async fn open(&mut self, inbox: &mut Inbox) -> Option<Pause> {
        let opened = self.shell.opened().await;
        inbox.follow(self.shell.teller());
        self.take(Msg::Opened(Box::new(opened)))
    }

    /// Draws and takes messages until the program ends or the terminal is needed elsewhere. The event
    /// stream lives only here: two readers on one terminal would race.
    async fn until_pause(&mut self, inbox: &mut Inbox) -> std::io::Result<Pause> {
        // First of all: making the rest ready takes a while.
        self.draw()?;
        let mut events = EventStream::new();
        loop {
            let first = tokio::select! {
                event = events.next() => match event {
                    Some(event) => message(event?),
                    None => Some(Msg::Terminate),
                },
                msg = inbox.recv() => msg,
                () = self.signals.received() => Some(Msg::Terminate),
            };
            let mut next = first;
            loop {
                if let Some(msg) = next.take()
                    && let Some(pause) = self.take(msg)
                {
                    return Ok(pause);
                }
                // What is already there makes one frame together.
                if let Some(Some(event)) = at_hand(&mut events).await {
                    next = message(event?);
                } else if let Some(msg) = inbox.at_hand() {
                    next = Some(msg);
                } else {
                    break;
                }
            }
            self.draw()?;
        }
    }

    fn take(&mut self, msg: Msg) -> Option<Pause> {
        let effects = update::update(&mut self.model, msg, clock::now());
        let mut pause = None;
        for effect in effects {
            match effect {
                Effect::Quit => return Some(Pause::Quit),
                Effect::Copy(text) => self.copy(&text),
                other => {
                    if let Some(outside) = self.shell.execute(other) {
                        pause = Some(Pause::Terminal(outside));
                    }
                }
            }
        }
        pause
    }

    fn draw(&mut self) -> std::io::Result<()> {
        // A message about the window may come late or not at all; the window itself is right.
        let size = crossterm::terminal::size()?;
        if size != self.model.window() {
            self.resized(size);
        }
        let (model, theme) = (&self.model, &self.theme);
        self.terminal
            .screen()
            .draw(|frame| view::view(model, frame, theme))
            .map(|_| ())
    }

    fn resized(&mut self, (columns, rows): (u16, u16)) {
        let effects = update::update(
            &mut self.model,
            Msg::Resized { columns, rows },
            clock::now(),
        );
        for effect in effects {
            self.shell.execute(effect);
        }
    }

    fn copy(&mut self, text: &str) {
        match self.terminal.copy(text) {
            Ok(()) => {
                let count = text.chars().count();
                self.shell.tell(Msg::Said(format!(
                    "{count} characters copied through the terminal (OSC 52)"
                )));
            }
            Err(e) => self.shell.say(terminal_trouble(&e)),
        }
    }

    fn lend(&mut self, outside: Outside) -> std::io::Result<()> {
        self.terminal.release();
        match outside {
            Outside::Opened => {}
            Outside::Suspend => terminal::suspend(),
            Outside::Edit {
                ticket,
                text,
                extension,
            } => self.shell.edit(ticket, &text, extension),
        }
        self.terminal.resume()
    }
}

/// The next event, if it is there already. Asked with the task's own waker: the stream remembers the one
/// that it was first asked with, and would never wake the loop again after a borrowed one.
async fn at_hand(events: &mut EventStream) -> Option<Option<std::io::Result<Event>>> {
    std::future::poll_fn(|context| match events.poll_next_unpin(context) {
        Poll::Ready(event) => Poll::Ready(Some(event)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// What a terminal event means; `None` for what nobody asked for (key releases, focus).
fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Msg::Key(key)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Mouse(mouse) => Some(Msg::Mouse(mouse)),
        Event::Resize(columns, rows) => Some(Msg::Resized { columns, rows }),
        Event::FocusGained | Event::FocusLost => None,
    }
}

/// The signals that ask the program to end.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
    /// Not listened to: having asked for it keeps Ctrl-C in an editor from ending this program too.
    #[cfg(unix)]
    _interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            _interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(unix)]
    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn received(&mut self) {
        std::future::pending().await
    }
}

fn terminal_trouble(error: &std::io::Error) -> Trouble {
    Trouble::new(TroubleKind::Local, format!("using the terminal: {error}"))
}
