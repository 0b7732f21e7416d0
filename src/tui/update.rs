//! One message at a time: keys become actions, actions go to the top screen, results to whoever asked.

use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::keymap::{Action, Context, Key, Lookup};
use super::layout;
use super::model::{Model, Notice, Sent, Size, Tone, Vocabulary};
use super::msg::Msg;
use super::screen::accounts::Accounts;
use super::screen::help::Help;
use super::screen::log::Log;
use super::screen::palette::Palette;
use super::screen::{Answer, Command, Ctx, Exit, Input, Layer, Outcome, Screen};

mod loading;
mod runs;
mod saved;

/// Two Ctrl-c within this time leave the program.
const TWICE: SignedDuration = SignedDuration::from_secs(2);

/// Takes one message; gives what is to be done outside.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    let mut turn = Turn {
        model,
        now,
        effects: Vec::new(),
    };
    match msg {
        Msg::Key(key) => turn.key(key),
        Msg::Paste(text) => turn.paste(text),
        Msg::Mouse(mouse) => turn.mouse(mouse),
        other => turn.result(other),
    }
    turn.effects
}

/// The keymap contexts of whatever has the keys, and whether it takes text.
pub fn focus(model: &Model) -> (&'static [Context], bool) {
    let layer: &dyn Layer = model.stack.last().map_or(&model.list, Screen::layer);
    (layer.contexts(), layer.takes_text())
}

/// One message being worked on.
struct Turn<'a> {
    model: &'a mut Model,
    now: Timestamp,
    effects: Vec<Effect>,
}

impl Turn<'_> {
    fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        let (contexts, text) = focus(self.model);
        let pending = std::mem::take(&mut self.model.pending);
        let lookup = self
            .model
            .desk
            .keymap
            .lookup(contexts, text, &pending, &key);
        self.model.notice = None;
        if lookup != Lookup::Do(Action::Cancel) {
            self.model.quit_armed = None;
        }
        // Nobody can see what a key would do here; only leaving is safe.
        if layout::is_too_small(self.model.desk.size) && lookup != Lookup::Do(Action::Cancel) {
            return;
        }
        match lookup {
            Lookup::Pending => {
                // A key that ends one sequence for nothing may begin another.
                let goes_on = self.model.desk.keymap.begins(contexts, &pending, &key);
                self.model.pending = if goes_on { pending } else { Vec::new() };
                self.model.pending.push(Key::of(&key));
            }
            Lookup::Do(action) => self.act(action),
            Lookup::Nothing if text => self.pass_to_top(Input::Type(key)),
            Lookup::Nothing => {}
        }
    }

    fn paste(&mut self, text: String) {
        if layout::is_too_small(self.model.desk.size) {
            return;
        }
        let (_, takes_text) = focus(self.model);
        self.model.notice = None;
        if takes_text {
            self.pass_to_top(Input::Paste(text));
        } else if self.model.stack.is_empty() {
            self.model.list.offer_search();
            self.pass_to_top(Input::Paste(text.trim().to_string()));
            self.model.notice = Some(Notice::info("search for this? Enter keeps, Esc drops"));
        } else {
            let ignored = "the pasted text was ignored: there is no text field here";
            self.model.notice = Some(Notice::info(ignored));
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) {
        let step = match mouse.kind {
            MouseEventKind::ScrollDown => Action::Down,
            MouseEventKind::ScrollUp => Action::Up,
            MouseEventKind::Down(MouseButton::Left) if self.model.stack.is_empty() => {
                self.model.list.click(mouse.row, &self.model.desk);
                return;
            }
            _ => return,
        };
        for _ in 0..3 {
            self.pass_to_top(Input::Do(step));
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Cancel => self.cancel(),
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::Mask => {
                let masked = !self.model.desk.masked;
                self.model.desk.masked = masked;
                let words = if masked {
                    "private data is masked"
                } else {
                    "private data is shown"
                };
                self.model.notice = Some(Notice::info(words));
            }
            Action::Help if matches!(self.model.stack.last(), Some(Screen::Help(_))) => {
                self.pass_to_top(Input::Do(action));
            }
            Action::Help => {
                let help = Help::open(focus(self.model).0);
                self.model.stack.push(Screen::Help(help));
            }
            Action::Palette => {
                let palette = Palette::open(focus(self.model).0);
                self.model.stack.push(Screen::Palette(Box::new(palette)));
            }
            Action::Log => {
                if !self.shows_log() {
                    self.effects.push(Effect::FollowLog(true));
                    self.model.stack.push(Screen::Log(Log::open()));
                }
            }
            Action::Accounts => {
                let accounts = Accounts::open(&self.model.desk);
                self.model.stack.push(Screen::Accounts(accounts));
            }
            Action::Refresh => {
                self.effects.push(Effect::Refresh);
                self.model.notice = Some(Notice::info("loading everything again"));
            }
            Action::PauseLoading => self.pause(),
            Action::Runs => self.show_run(),
            Action::Undo if self.model.stack.is_empty() => self.undo_last(),
            Action::History => self.show_history(),
            Action::Quit => self.leave(),
            other => self.pass_to_top(Input::Do(other)),
        }
    }

    /// Ctrl-c: cancels what is in front; the second within two seconds leaves.
    fn cancel(&mut self) {
        let armed = self.model.quit_armed.take();
        if armed.is_some_and(|at| self.now.duration_since(at) <= TWICE) {
            self.leave();
            return;
        }
        self.pass_to_top(Input::Do(Action::Back));
        self.model.quit_armed = Some(self.now);
        if self.model.notice.is_none() {
            self.model.notice = Some(Notice::info("Ctrl-c again within 2 seconds leaves"));
        }
    }

    fn shows_log(&self) -> bool {
        self.model.stack.iter().any(|s| matches!(s, Screen::Log(_)))
    }

    /// A result: into the desk first, then to every screen.
    fn result(&mut self, msg: Msg) {
        match &msg {
            Msg::Resized { columns, rows } => {
                self.model.desk.size = Size {
                    columns: *columns,
                    rows: *rows,
                };
            }
            Msg::Opened(opened) => {
                if self.shows_log() {
                    self.effects.push(Effect::FollowLog(false));
                }
                let desk = &mut self.model.desk;
                desk.account = Some(opened.account.clone());
                desk.accounts.clone_from(&opened.accounts);
                desk.vocabulary = Vocabulary::default();
                desk.loading = None;
                desk.open_failed = None;
                desk.drafts.clear();
                desk.unfinished.clear();
                self.model.stack.clear();
                self.model.notice = None;
            }
            Msg::OpenFailed(trouble) => {
                if self.model.desk.account.is_none() {
                    self.model.desk.open_failed = Some(trouble.clone());
                } else {
                    self.model.notice = Some(Notice::trouble(trouble));
                }
            }
            Msg::Loading(loading) => self.model.desk.loading = Some(loading.clone()),
            Msg::Vocabulary(vocabulary) => {
                self.model.desk.vocabulary = vocabulary.as_ref().clone();
                if let Some(trouble) = &vocabulary.trouble {
                    self.model.notice = Some(Notice::trouble(trouble));
                }
            }
            Msg::Drafts(drafts) => self.model.desk.drafts.clone_from(drafts),
            Msg::Log(log) => self.model.desk.log.clone_from(log),
            Msg::Run(progress) => self.run_told(progress),
            Msg::Unfinished(runs) => self.unfinished(runs),
            Msg::StillUnfinished(runs) => self.still_unfinished(runs),
            Msg::Planned { ticket, result } => self.planned(*ticket, result),
            Msg::Said(how) => self.model.notice = Some(Notice::info(how)),
            Msg::Failed(trouble) => self.model.notice = Some(Notice::trouble(trouble)),
            Msg::Terminate => self.effects.push(Effect::Quit),
            Msg::Rows { .. } => return self.deliver(0, Input::Told(msg)),
            Msg::Saved { ticket, outcome } => self.saved(*ticket, outcome),
            Msg::Picked { .. } | Msg::Gathering { .. } => {
                return self.deliver(0, Input::Told(msg));
            }
            Msg::Frozen { .. }
            | Msg::TagsCounted { .. }
            | Msg::PlanWritten { .. }
            | Msg::Key(_)
            | Msg::Paste(_)
            | Msg::Mouse(_)
            | Msg::StoreChanged
            | Msg::ContactRead { .. }
            | Msg::DraftRead { .. }
            | Msg::Previewed { .. }
            | Msg::Holder { .. }
            | Msg::Searched { .. }
            | Msg::Edited { .. }
            | Msg::Begun { .. }
            | Msg::History { .. }
            | Msg::Results { .. }
            | Msg::Woke => {}
        }
        let begun = match &msg {
            Msg::Begun { result, .. } => result.as_ref().ok().cloned(),
            _ => None,
        };
        self.tell(msg);
        if let Some(run) = begun {
            self.open_run(run);
        }
    }

    fn tell(&mut self, msg: Msg) {
        for place in (0..=self.model.stack.len()).rev() {
            self.deliver(place, Input::Told(msg.clone()));
        }
    }

    fn pass_to_top(&mut self, input: Input) {
        self.deliver(self.model.stack.len(), input);
    }

    /// Gives an input to the screen at `place` (0 is the list) and carries out its outcome.
    fn deliver(&mut self, place: usize, input: Input) {
        let mut ctx = Ctx {
            desk: &self.model.desk,
            tickets: &mut self.model.tickets,
            now: self.now,
        };
        let layer: &mut dyn Layer = match place.checked_sub(1) {
            None => &mut self.model.list,
            Some(at) => match self.model.stack.get_mut(at) {
                Some(screen) => screen.layer_mut(),
                None => return,
            },
        };
        let outcome: Outcome = layer.update(input, &mut ctx);
        for effect in &outcome.effects {
            if let Effect::Save { ticket, base, .. } = effect {
                self.model.sent.push(Sent {
                    ticket: *ticket,
                    account: base.account.clone(),
                    id: base.id.clone(),
                    name: base.title().to_string(),
                    at: self.now,
                });
            }
        }
        self.effects.extend(outcome.effects);
        let told = outcome.notice.is_none();
        if outcome.notice.is_some() {
            self.model.notice = outcome.notice;
        }
        match outcome.exit {
            Exit::Stay => {}
            Exit::Open(screen) => {
                // What was said of its being made is over.
                if told {
                    self.model.notice.take_if(|n| n.tone == Tone::Info);
                }
                self.model.stack.insert(place, screen);
            }
            Exit::Close => self.close(place),
            Exit::CloseWith(answer) => {
                self.close(place);
                // Sort, columns and filter belong to the list, whatever lies between.
                let below = match answer {
                    Answer::Sort(_) | Answer::Columns(_) | Answer::Filter(_) => 0,
                    _ => place.saturating_sub(1),
                };
                self.deliver(below, Input::Answer(answer));
            }
            Exit::Replace(screen) => {
                self.close(place);
                self.model.stack.insert(place.saturating_sub(1), screen);
            }
            Exit::Run(command) => {
                self.close(place);
                self.run(command);
            }
        }
    }

    fn run(&mut self, command: Command) {
        match command {
            Command::Act(action) => self.act(action),
            Command::Sort(order) => self.deliver(0, Input::Answer(Answer::Sort(order))),
            Command::Filter(text) => self.deliver(0, Input::Answer(Answer::Filter(text))),
            Command::Columns(keys) => self.deliver(0, Input::Answer(Answer::Columns(keys))),
            Command::Account(name) => {
                let shown = crate::domain::shown::one_line(name.as_str());
                self.model.notice = Some(Notice::info(format!("opening {shown} …")));
                self.effects.push(Effect::OpenAccount(name));
            }
            Command::AddToRoster(id) => self.effects.push(Effect::AddToRoster(id)),
            Command::Quit => self.effects.push(Effect::Quit),
        }
    }

    fn close(&mut self, place: usize) {
        if let Some(at) = place.checked_sub(1)
            && at < self.model.stack.len()
        {
            self.model.stack.remove(at);
        }
    }
}

#[cfg(test)]
mod tests;
