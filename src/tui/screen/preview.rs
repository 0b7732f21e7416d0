//! The preview of a bulk change: a row for each contact with what would be done to it, or why nothing will. Rows
//! are struck out here, the plan is written to a file, copied as a command line, or applied. Nothing is sent
//! before somebody confirmed it: few rows with a letter, many with their number.
//!
//! State and keys are here, what becomes of the plan in `preview::apply`, drawing in `preview::view`, the
//! command line in `preview::command`.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Answer, Ctx, Exit, Input, Layer, Outcome};
use crate::domain::{Frozen, Marks, Patch};
use crate::engine::Plan;
use crate::engine::plan::{Counts, Kind, Row};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{Msg, Ticket};
use crate::tui::screen::form::words::counted;
use crate::tui::theme::Theme;

mod apply;
mod command;
mod view;

/// The preview of a bulk change.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// What is done, in a few words.
    title: String,
    /// How many contacts, how many of them the list does not show, and how many marks had none behind them.
    whom: Whom,
    /// What was struck out in a preview before.
    struck: Arc<Marks>,
    /// The plan that is being made.
    planning: Option<Ticket>,
    plan: Option<Arc<Plan>>,
    counts: Counts,
    shown: Shown,
    /// The rows that are shown, where not all are.
    view: Option<Vec<u32>>,
    cursor: usize,
    top: usize,
    /// Whether all of the row with the cursor is shown.
    whole: bool,
    /// Something to know about what was done last.
    note: Option<String>,
    asking: Option<Asking>,
    /// A file that is being written, and with how many struck rows.
    writing: Option<(Ticket, usize)>,
    /// The file that holds the plan, and how many rows were struck out in it.
    written: Option<(String, usize)>,
    /// The run that is being started.
    beginning: Option<Ticket>,
}

/// How many contacts a plan is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Whom {
    count: usize,
    /// The first ones.
    hidden: usize,
    gone: usize,
}

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    All,
    /// Those that the view of the list does not show.
    Hidden,
    Of(Kind),
}

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Apply,
    Path,
}

impl Preview {
    /// Opens while the plan is being made, which was asked for with this ticket.
    pub fn open(ticket: Ticket, change: &Patch, chosen: &Frozen, struck: Arc<Marks>) -> Self {
        Self {
            title: change.words(),
            whom: Whom {
                count: chosen.ids.len(),
                hidden: chosen.hidden,
                gone: chosen.gone,
            },
            struck,
            planning: Some(ticket),
            plan: None,
            counts: Counts::default(),
            shown: Shown::All,
            view: None,
            cursor: 0,
            top: 0,
            whole: false,
            note: None,
            asking: None,
            writing: None,
            written: None,
            beginning: None,
        }
    }

    /// Opens on a plan that was made elsewhere: one that takes a run back.
    pub fn of(plan: Arc<Plan>) -> Self {
        let none = Frozen::default();
        let mut preview = Self::open(Ticket::default(), &Patch::default(), &none, Arc::default());
        preview.title = plan.header.words();
        preview.whom.count = plan.rows.len();
        preview.take(plan);
        preview
    }

    /// The plan, once it is made.
    pub fn plan(&self) -> Option<&Plan> {
        self.plan.as_deref()
    }

    /// How many rows are shown.
    fn len(&self) -> usize {
        match (&self.view, &self.plan) {
            (Some(view), _) => view.len(),
            (None, Some(plan)) => plan.rows.len(),
            (None, None) => 0,
        }
    }

    /// The place in the plan of the row at a position.
    fn place(&self, position: usize) -> Option<usize> {
        match &self.view {
            Some(view) => usize::try_from(*view.get(position)?).ok(),
            None => (position < self.len()).then_some(position),
        }
    }

    fn row(&self, position: usize) -> Option<(usize, &Row)> {
        let place = self.place(position)?;
        Some((place, self.plan.as_ref()?.rows.get(place)?))
    }

    /// Whether the list does not show the contact of a row.
    fn is_hidden(&self, place: usize) -> bool {
        place < self.whom.hidden
    }

    fn struck(&self) -> usize {
        self.counts.of(Kind::Struck)
    }

    fn take(&mut self, plan: Arc<Plan>) {
        let mut plan = plan;
        if !self.struck.is_empty() {
            let rows = Arc::make_mut(&mut plan);
            for place in self.struck.iter().filter_map(|r| usize::try_from(r).ok()) {
                rows.strike(place, true);
            }
        }
        self.counts = plan.counts();
        self.plan = Some(plan);
        self.planning = None;
    }

    /// Strikes rows out, or takes that back.
    fn strike(&mut self, places: &[usize], struck: bool) {
        let Some(plan) = &mut self.plan else { return };
        let plan = Arc::make_mut(plan);
        for place in places {
            plan.strike(*place, struck);
        }
        self.counts = plan.counts();
    }

    fn strike_one(&mut self) -> Outcome {
        let Some((place, row)) = self.row(self.cursor) else {
            return Outcome::nothing();
        };
        if row.patch().is_none() {
            return Outcome::notice(Notice::info(
                "nothing would be sent for this contact anyway",
            ));
        }
        let struck = !row.struck;
        self.strike(&[place], struck);
        self.moved(1);
        Outcome::nothing()
    }

    /// Strikes all that is shown out; where all of it is, takes that back.
    fn strike_shown(&mut self) -> Outcome {
        let Some(plan) = &self.plan else {
            return Outcome::nothing();
        };
        let rows = (0..self.len()).filter_map(|p| self.place(p));
        let can_go: Vec<usize> = rows
            .filter(|p| plan.rows.get(*p).is_some_and(|r| r.patch().is_some()))
            .collect();
        let all = can_go
            .iter()
            .all(|p| plan.rows.get(*p).is_some_and(|r| r.struck));
        if can_go.is_empty() {
            let words = "nothing would be sent for any of the shown contacts anyway";
            return Outcome::notice(Notice::info(words));
        }
        self.strike(&can_go, !all);
        let what = counted(can_go.len(), "row", "rows");
        Outcome::notice(Notice::info(match all {
            true => format!("{what} taken back in"),
            false => format!("{what} struck out; the same key takes them back in"),
        }))
    }

    /// The kinds that there are something of, in the order in which they are shown.
    fn kinds(&self) -> Vec<Shown> {
        let mut kinds = vec![Shown::All];
        if self.whom.hidden > 0 {
            kinds.push(Shown::Hidden);
        }
        kinds.extend(self.counts.kinds().map(|(kind, _)| Shown::Of(kind)));
        kinds
    }

    fn next_kind(&mut self) {
        let kinds = self.kinds();
        // Of the kind that is shown there may be none any more.
        let at = kinds.iter().position(|k| *k == self.shown);
        let next = at.and_then(|at| kinds.get(at + 1)).copied();
        self.show(next.unwrap_or(Shown::All));
    }

    fn show(&mut self, shown: Shown) {
        self.shown = shown;
        (self.cursor, self.top) = (0, 0);
        let Some(plan) = &self.plan else { return };
        let rows = (0u32..).zip(&plan.rows);
        self.view = match shown {
            Shown::All => None,
            Shown::Hidden => {
                let hidden = rows.take(self.whom.hidden);
                Some(hidden.map(|(place, _)| place).collect())
            }
            Shown::Of(kind) => {
                let of = rows.filter(|(_, row)| row.kind() == kind);
                Some(of.map(|(place, _)| place).collect())
            }
        };
    }

    fn moved(&mut self, step: isize) {
        let last = self.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(step).min(last);
    }

    /// Moves, and keeps the cursor in sight.
    fn scroll(&mut self, action: Action, height: usize) {
        let page = height.max(1).cast_signed();
        match action {
            Action::Down => self.moved(1),
            Action::Up => self.moved(-1),
            Action::Top => self.cursor = 0,
            Action::Bottom => self.moved(isize::MAX),
            Action::HalfDown => self.moved((page / 2).max(1)),
            Action::HalfUp => self.moved(-(page / 2).max(1)),
            Action::PageDown => self.moved(page),
            Action::PageUp => self.moved(-page),
            _ => {}
        }
    }

    fn keep_visible(&mut self, height: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(height), self.cursor)
            .min(self.len().saturating_sub(height));
    }

    /// Back to what chose the change; what was struck out is kept there.
    fn leave(&mut self) -> Outcome {
        if self.beginning.is_some() {
            return Outcome::notice(Notice::info("the run is being started; a moment"));
        }
        let planning = self.planning.take();
        let struck = match &self.plan {
            Some(plan) => {
                let rows = (0u32..).zip(&plan.rows).filter(|(_, row)| row.struck);
                Arc::new(rows.map(|(place, _)| place).collect())
            }
            None => Arc::clone(&self.struck),
        };
        let outcome = Outcome::exit(Exit::CloseWith(Answer::Struck(struck)));
        match planning {
            Some(_) => outcome.and(Effect::StopPlanning),
            None => outcome,
        }
    }

    fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        self.note = None;
        match action {
            Action::Back if self.whole => self.whole = false,
            Action::Back | Action::Operation => return self.leave(),
            Action::Apply => return self.apply(ctx),
            Action::Strike => return self.strike_one(),
            Action::StrikeShown => return self.strike_shown(),
            Action::NextKind => self.next_kind(),
            Action::RowDetails => self.whole = !self.whole,
            Action::WritePlan => return self.ask_path(ctx),
            Action::CopyCommand => return self.copy(ctx.desk),
            action => {
                let height = view::height(self, ctx.desk);
                self.scroll(action, height);
            }
        }
        Outcome::nothing()
    }

    fn told(&mut self, msg: Msg) -> Outcome {
        match msg {
            Msg::Planned { ticket, result } if self.planning == Some(ticket) => match result {
                Ok(plan) => self.take(plan),
                Err(trouble) => {
                    return Outcome::exit(Exit::Close).saying(Notice::trouble(&trouble));
                }
            },
            Msg::PlanWritten { ticket, result } => {
                if let Some((_, struck)) = self.writing.take_if(|(t, _)| *t == ticket) {
                    return self.was_written(result, struck);
                }
            }
            Msg::Begun { ticket, result } if self.beginning == Some(ticket) => {
                self.beginning = None;
                return match result {
                    Ok(_) => Outcome::exit(Exit::CloseWith(Answer::Begun)),
                    Err(trouble) => Outcome::notice(Notice::trouble(&trouble)),
                };
            }
            _ => {}
        }
        Outcome::nothing()
    }
}

impl Layer for Preview {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Preview, Context::Everywhere]
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let outcome = match input {
            Input::Do(action) => self.act(action, ctx),
            Input::Told(msg) => self.told(msg),
            Input::Answer(answer) => self.answered(answer, ctx),
            Input::Type(_) | Input::Paste(_) => Outcome::nothing(),
        };
        self.keep_visible(view::height(self, ctx.desk));
        outcome
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        view::draw(self, frame.buffer_mut(), area, desk, theme);
    }
}
