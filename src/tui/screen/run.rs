//! A bulk run: how it stands, what it waits for, and what came of its rows. The same screen shows a run that is
//! under way and one of the past; which keys there are depends on whether it is driven.
//!
//! State and questions are here, keys in `run::act`, drawing in `run::view`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::preview::Preview;
use super::{Ctx, Exit, Input, Layer, Outcome, Screen};
use crate::domain::Trouble;
use crate::engine::journal::{Outcome as End, Tally};
use crate::engine::plan::Plan;
use crate::engine::results::{Group, Which};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Notice, Tickets};
use crate::tui::msg::{Msg, Ticket};
use crate::tui::runs::{Past, Results, Row, RunKey};
use crate::tui::theme::Theme;

mod act;
mod view;

pub(in crate::tui) use act::give_up_question;

/// How often at most the rows of a run that is under way are read again.
const ASKED_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// Rows asked for at once, around those in sight.
const WINDOW: usize = 200;

/// A run on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct RunScreen {
    key: RunKey,
    /// Whether it is driven here.
    driven: bool,
    /// Whether it has rows left, or may have.
    open: bool,
    which: Which,
    results: Option<Results>,
    /// Those that failed, by reason, as last read.
    failed: Vec<Group>,
    /// The question that is not answered yet.
    asked: Option<Ticket>,
    /// The question that is asked again while another cardex drives it.
    again: Option<Ticket>,
    /// The counts when the last question was asked, and when that was: another one is due when they change.
    seen: Option<Tally>,
    asked_at: Option<Timestamp>,
    cursor: usize,
    top: usize,
    /// Whether all of the row with the cursor is shown.
    whole: bool,
    /// Rows that were chosen.
    chosen: BTreeSet<u32>,
    asking: Option<act::Asking>,
    /// The plan that takes it back and is being made.
    undoing: Option<Ticket>,
}

impl RunScreen {
    /// Opens on a run; gives what has to be asked.
    pub fn open(key: RunKey, driven: bool, tickets: &mut Tickets) -> (Self, Vec<Effect>) {
        let mut screen = Self {
            key,
            driven,
            open: true,
            which: Which::All,
            results: None,
            failed: Vec::new(),
            asked: None,
            again: None,
            seen: None,
            asked_at: None,
            cursor: 0,
            top: 0,
            whole: false,
            chosen: BTreeSet::new(),
            asking: None,
            undoing: None,
        };
        let effect = screen.ask(0..WINDOW, tickets);
        (screen, vec![effect])
    }

    /// The run.
    pub fn key(&self) -> &RunKey {
        &self.key
    }

    fn ask(&mut self, window: Range<usize>, tickets: &mut Tickets) -> Effect {
        let ticket = tickets.draw();
        self.asked = Some(ticket);
        Effect::Results {
            ticket,
            run: self.key.run,
            which: self.which,
            window,
            later: false,
        }
    }

    /// Asks again in a while for what is in sight, where another cardex drives it.
    fn ask_later(&mut self, tickets: &mut Tickets) -> Option<Effect> {
        self.past().filter(|past| past.elsewhere)?;
        let ticket = tickets.draw();
        self.again = Some(ticket);
        let start = self.top.saturating_sub(WINDOW / 2);
        Some(Effect::Results {
            ticket,
            run: self.key.run,
            which: self.which,
            window: start..start + 2 * WINDOW,
            later: true,
        })
    }

    /// Asks again from the start.
    fn restart(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        (self.cursor, self.top) = (0, 0);
        self.results = None;
        self.seen = self.tally(ctx.desk);
        Outcome::effects(vec![self.ask(0..WINDOW, ctx.tickets)])
    }

    /// What is kept of it, once it was read.
    fn past(&self) -> Option<&Past> {
        self.results.as_ref().map(|r| &r.past)
    }

    /// How its rows stand, as far as is known.
    fn tally(&self, desk: &Desk) -> Option<Tally> {
        let driven = desk.run(&self.key).map(|r| r.tally);
        driven.or(self.past().map(|p| p.tally))
    }

    /// Whether it is the open account's, so that its rows can be read.
    fn is_here(&self, desk: &Desk) -> bool {
        desk.account
            .as_ref()
            .is_some_and(|a| a.name == self.key.account)
    }

    fn matched(&self) -> usize {
        self.results.as_ref().map_or(0, |r| r.matched)
    }

    fn row(&self, position: usize) -> Option<&Row> {
        let results = self.results.as_ref()?;
        results.rows.get(position.checked_sub(results.start)?)
    }

    /// The kinds of rows that there are some of, in the order in which they are shown.
    fn kinds(&self, desk: &Desk) -> Vec<Which> {
        let tally = self.tally(desk).unwrap_or_default();
        let mut kinds = vec![Which::All];
        if tally.failed > 0 {
            kinds.push(Which::Ended(End::Failed));
        }
        let groups: Vec<Which> = self
            .failed
            .iter()
            .map(|g| Which::Because(g.reason))
            .collect();
        if groups.len() > 1 {
            kinds.extend(groups);
        }
        for outcome in [End::Unknown, End::Applied, End::Unchanged] {
            if tally.of(outcome) > 0 {
                kinds.push(Which::Ended(outcome));
            }
        }
        if tally.left > 0 {
            kinds.push(Which::Left);
        }
        kinds
    }

    /// Asks for what is missing: rows that came into sight, or all of them when the counts have changed.
    fn ensure(&mut self, ctx: &mut Ctx<'_>) -> Option<Effect> {
        if self.asked.is_some() || !self.is_here(ctx.desk) {
            return None;
        }
        let now = self.tally(ctx.desk);
        let height = view::height(self, ctx.desk).max(1);
        let wanted = self.top..(self.top + height).min(self.matched());
        let there = self.results.as_ref();
        let there =
            there.is_some_and(|r| r.start <= wanted.start && wanted.end <= r.start + r.rows.len());
        let soon = |at: Timestamp| self.driven && ctx.now.duration_since(at) < ASKED_EVERY;
        if there && (self.seen == now || self.asked_at.is_some_and(soon)) {
            return None;
        }
        (self.seen, self.asked_at) = (now, Some(ctx.now));
        let start = self.top.saturating_sub(WINDOW / 2);
        Some(self.ask(start..start + WINDOW + height, ctx.tickets))
    }

    fn keep_visible(&mut self, height: usize) {
        let height = height.max(1);
        let matched = self.matched();
        self.cursor = self.cursor.min(matched.saturating_sub(1));
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(height), self.cursor)
            .min(matched.saturating_sub(height));
    }

    fn told(&mut self, msg: Msg, ctx: &mut Ctx<'_>) -> Outcome {
        match msg {
            Msg::Run(progress) if progress.key == self.key => self.driven = progress.driven,
            Msg::Results { ticket, result }
                if self.asked == Some(ticket) || self.again == Some(ticket) =>
            {
                self.asked = self.asked.filter(|asked| *asked != ticket);
                self.again = None;
                match result {
                    Ok(results) => {
                        // What is told of a run that is under way is newer than what was read of it.
                        let first = self.seen.is_none();
                        self.failed.clone_from(&results.failed);
                        self.results = Some(*results);
                        if first {
                            self.seen = self.tally(ctx.desk);
                        }
                        let again = self.ask_later(ctx.tickets);
                        return Outcome::effects(again.into_iter().collect());
                    }
                    Err(trouble) => {
                        self.seen = self.tally(ctx.desk);
                        return Outcome::notice(Notice::trouble(&trouble));
                    }
                }
            }
            Msg::Planned { ticket, result } if self.undoing == Some(ticket) => {
                self.undoing = None;
                return opened(result);
            }
            _ => {}
        }
        Outcome::nothing()
    }
}

/// Shows the plan that takes a change back.
pub(super) fn opened(planned: Result<Arc<Plan>, Trouble>) -> Outcome {
    match planned {
        Ok(plan) => Outcome::exit(Exit::Open(Screen::Preview(Box::new(Preview::of(plan))))),
        Err(trouble) => Outcome::notice(Notice::trouble(&trouble)),
    }
}

impl Layer for RunScreen {
    fn contexts(&self) -> &'static [Context] {
        // What another cardex drives is looked at.
        let elsewhere = self.past().is_some_and(|past| past.elsewhere);
        match self.open && !elsewhere {
            true => &[Context::Run, Context::Results, Context::Everywhere],
            false => &[Context::Ended, Context::Results, Context::Everywhere],
        }
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let mut outcome = match input {
            Input::Do(action) => self.act(action, ctx),
            Input::Told(msg) => self.told(msg, ctx),
            Input::Answer(answer) => self.answered(&answer, ctx),
            Input::Type(_) | Input::Paste(_) => Outcome::nothing(),
        };
        let left = self.tally(ctx.desk).is_none_or(|t| t.left > 0);
        self.open = self.driven || left;
        self.keep_visible(view::height(self, ctx.desk));
        outcome.effects.extend(self.ensure(ctx));
        outcome
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        view::draw(self, frame.buffer_mut(), area, desk, theme);
    }
}

/// Moves a cursor over so many rows of which `height` are in sight; other actions do nothing.
pub(super) fn moved(cursor: usize, action: Action, rows: usize, height: usize) -> usize {
    let last = rows.saturating_sub(1);
    let page = height.max(1);
    let half = (page / 2).max(1);
    match action {
        Action::Down => (cursor + 1).min(last),
        Action::Up => cursor.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => last,
        Action::HalfDown => (cursor + half).min(last),
        Action::HalfUp => cursor.saturating_sub(half),
        Action::PageDown => (cursor + page).min(last),
        Action::PageUp => cursor.saturating_sub(page),
        _ => cursor,
    }
}
