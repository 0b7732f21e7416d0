//! Bulk runs outside of their own screens: told of at start and at their end, brought back by a key, and asked
//! about before the program leaves.

use std::sync::Arc;

use super::Turn;
use crate::domain::Trouble;
use crate::engine::Plan;
use crate::tui::effect::Effect;
use crate::tui::model::{Notice, Tone};
use crate::tui::msg::Ticket;
use crate::tui::runs::{Past, Progress, RunKey, Undo, words};
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::history::History;
use crate::tui::screen::paused::Paused;
use crate::tui::screen::preview::Preview;
use crate::tui::screen::run::RunScreen;
use crate::tui::screen::{Command, Screen};

impl Turn<'_> {
    /// How a run stands is kept; that it is not driven any more is said, unless its own screen is open.
    pub(super) fn run_told(&mut self, progress: &Progress) {
        let known = self.model.desk.run(&progress.key);
        let was_driven = known.is_none_or(|k| k.driven);
        // What was said of the state that it had is over.
        if known.is_some_and(|k| words::state(k) != words::state(progress)) {
            self.model.notice.take_if(|n| n.tone == Tone::Info);
        }
        self.model.desk.note_run(progress);
        self.model.desk.unfinished.retain(|p| p.key != progress.key);
        self.ask_anew();
        let shown = self.model.stack.iter().any(|s| match s {
            Screen::Run(run) => *run.key() == progress.key,
            _ => false,
        });
        if was_driven && !progress.driven && !shown {
            let failed = progress.tally.failed + progress.tally.unknown;
            let text = words::ended(progress);
            self.model.notice = Some(match progress.is_done() && failed == 0 {
                true => Notice::good(text),
                false => Notice::warning(text),
            });
        }
    }

    /// Runs with rows left, at start. Who does something already is not interrupted: a key that was meant for
    /// something else must not resume a run.
    pub(super) fn unfinished(&mut self, runs: &[Past]) {
        self.model.desk.unfinished = runs.to_vec();
        let free =
            self.model.stack.is_empty() && !self.model.list.touched && !self.model.list.typing;
        let read_only = self.model.desk.read_only();
        match runs.iter().find(|r| !r.elsewhere) {
            Some(run) if free && !read_only => {
                let paused = Paused::open(run.clone(), self.now);
                self.model.stack.push(Screen::Paused(Box::new(paused)));
            }
            Some(_) | None => {
                // How far another cardex is changes, and stands below the list.
                let first = runs.iter().find(|run| !run.elsewhere).map(|run| {
                    format!(
                        "run {} {}: {}",
                        run.key.run,
                        words::past_state(run),
                        words::share(run.tally)
                    )
                });
                self.model.notice = first.map(Notice::warning).or(self.model.notice.take());
            }
        }
    }

    /// How far they are now; those that were taken up here since are known better.
    pub(super) fn still_unfinished(&mut self, runs: &[Past]) {
        let desk = &mut self.model.desk;
        let known = |past: &&Past| desk.run(&past.key).is_none();
        desk.unfinished = runs.iter().filter(known).cloned().collect();
    }

    /// The run that is on somebody's mind: the latest that is driven, else one with rows left, else the latest.
    fn foremost(&self) -> Option<RunKey> {
        let desk = &self.model.desk;
        let here = desk.account.as_ref().map(|a| &a.name);
        let own = desk
            .runs
            .iter()
            .rev()
            .filter(|r| Some(&r.key.account) == here);
        let driven = desk.runs.iter().rev().find(|r| r.driven);
        let left = own.clone().find(|r| !r.is_done()).map(|r| &r.key);
        let left = left.or(desk.unfinished.first().map(|p| &p.key));
        let last = own.map(|r| &r.key).next();
        driven.map(|r| &r.key).or(left).or(last).cloned()
    }

    pub(super) fn show_run(&mut self) {
        match self.foremost() {
            Some(key) => self.open_run(key),
            None => {
                let words = "no run was started or left over; U shows those of the past";
                self.model.notice = Some(Notice::info(words));
            }
        }
    }

    /// Opens the screen of a run over whatever is open.
    pub(super) fn open_run(&mut self, key: RunKey) {
        self.model
            .stack
            .retain(|s| !matches!(s, Screen::Run(run) if *run.key() == key));
        let driven = self.model.desk.run(&key).is_some_and(|r| r.driven);
        let (screen, effects) = RunScreen::open(key, driven, &mut self.model.tickets);
        self.effects.extend(effects);
        self.model.stack.push(Screen::Run(Box::new(screen)));
    }

    /// Plans what takes the last change back.
    pub(super) fn undo_last(&mut self) {
        let ticket = self.model.tickets.draw();
        self.model.undoing = Some(ticket);
        let what = Undo::Last;
        self.effects.push(Effect::PlanUndo { ticket, what });
        self.model.notice = Some(Notice::info("planning the way back of the last change …"));
    }

    /// The last change can be taken back so, unless somebody went on to something else meanwhile.
    pub(super) fn planned(&mut self, ticket: Ticket, result: &Result<Arc<Plan>, Trouble>) {
        if self.model.undoing.take_if(|t| *t == ticket).is_none() {
            return;
        }
        match result {
            Ok(plan) if self.model.stack.is_empty() => {
                self.model.notice = None;
                let preview = Preview::of(Arc::clone(plan));
                self.model.stack.push(Screen::Preview(Box::new(preview)));
            }
            Ok(_) => {}
            Err(trouble) => self.model.notice = Some(Notice::trouble(trouble)),
        }
    }

    pub(super) fn show_history(&mut self) {
        self.model
            .stack
            .retain(|s| !matches!(s, Screen::History(_)));
        let (screen, effect) = History::open(&mut self.model.tickets);
        self.effects.push(effect);
        self.model.stack.push(Screen::History(Box::new(screen)));
    }

    /// Leaves, unless something would be lost that is kept nowhere, or a run is under way.
    pub(super) fn leave(&mut self) {
        let Some(question) = self.before_leaving() else {
            self.effects.push(Effect::Quit);
            return;
        };
        if !self.model.stack.last().is_some_and(asks_to_leave) {
            self.model.stack.push(Screen::Confirm(Confirm {
                question,
                then: Some(Command::Quit),
            }));
        }
    }

    /// What is asked before the program leaves, where something is.
    fn before_leaving(&self) -> Option<String> {
        if self.model.stack.iter().any(|s| s.layer().would_lose()) {
            let words = "A form holds text that could not be kept as a draft. Leave and lose it?";
            return Some(words.into());
        }
        let driven: Vec<&Progress> = self.model.desk.runs.iter().filter(|r| r.driven).collect();
        let run = driven.first()?;
        let more = match driven.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        Some(format!(
            "Run {}{more} is {}: {}. Leave? It stops after the requests in flight, and can be resumed.",
            run.key.run,
            words::state(run),
            words::share(run.tally)
        ))
    }

    /// The question whether to leave is about the present, however long it stands there.
    fn ask_anew(&mut self) {
        let question = self.before_leaving();
        let question = question.unwrap_or_else(|| "Nothing is under way any more. Leave?".into());
        let asked = self.model.stack.iter_mut().filter_map(|s| match s {
            Screen::Confirm(confirm) if confirm.then == Some(Command::Quit) => Some(confirm),
            _ => None,
        });
        asked.for_each(|confirm| confirm.question.clone_from(&question));
    }
}

fn asks_to_leave(screen: &Screen) -> bool {
    matches!(screen, Screen::Confirm(c) if c.then == Some(Command::Quit))
}
