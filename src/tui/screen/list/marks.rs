//! Marking contacts: one, a range, all that are shown, all that match at the provider. Which rows that are
//! is asked of the store; only single rows under the cursor are marked at once.

use std::sync::Arc;

use super::List;
use crate::domain::{MarkChange, Marks, Span, Trouble};
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::model::Notice;
use crate::tui::msg::{LoadPhase, Loading, Picked, Rows, Ticket};
use crate::tui::screen::{Answer, Ctx, Outcome};

pub(super) mod words;

/// What the marking keys are in the middle of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marking {
    /// The range that moving extends.
    pub range: Option<Range>,
    /// Rows that were asked of the store.
    pub picking: Option<Picking>,
    /// All that match, which are being loaded.
    pub gathering: Option<Gathering>,
    /// What is to be done with the marks once all that match are marked.
    pub then: Option<Action>,
    /// The filter all of whose matches were marked last, and which rows these were.
    pub source: Option<(String, Arc<Marks>)>,
}

/// A range from a row to the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Whether its rows get marks or lose them.
    pub change: MarkChange,
    /// The row where it began.
    pub anchor: u32,
    /// Where that row stands.
    pub at: usize,
}

/// A question about rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picking {
    /// Its ticket.
    pub ticket: Ticket,
    /// What is done with the rows.
    pub change: MarkChange,
}

/// The loading of all that match.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathering {
    /// The ticket of its answers.
    pub ticket: Ticket,
    /// How far it is; `None`: the whole list is waited for.
    pub loading: Option<Loading>,
    /// The filter, in words.
    pub filter: String,
}

impl List {
    /// The row number of the contact at a position, where its row is there.
    pub fn number(&self, position: usize) -> Option<u32> {
        let rows = self.rows.as_ref()?;
        rows.numbers.get(position.checked_sub(rows.start)?).copied()
    }

    /// How far the loading of all that match is, where that goes by itself.
    pub fn gathering(&self) -> Option<&Loading> {
        self.marking.gathering.as_ref()?.loading.as_ref()
    }

    /// Whether rows have a column for marks.
    pub(super) fn shows_marks(&self) -> bool {
        !self.selection.is_empty() || self.marking.range.is_some()
    }

    /// What stands before the row at a position: a mark, or what the range would do to it.
    pub(super) fn mark_at(&self, position: usize) -> Option<&'static str> {
        let marked = self
            .number(position)
            .is_some_and(|n| self.selection.contains(n));
        let range = self
            .marking
            .range
            .filter(|r| r.holds(position, self.cursor));
        match (range.map(|r| r.change), marked) {
            (Some(MarkChange::Unmark), true) => Some("-"),
            (Some(MarkChange::Mark), false) => Some("+"),
            (_, true) => Some("●"),
            (_, false) => None,
        }
    }

    /// An action on the marks waits while all that match are being marked. What is typed meanwhile is meant for the
    /// window that it will open, and is no command here; one step back forgets it.
    pub(super) fn put_off(&mut self, action: Action) -> Option<Outcome> {
        if self.marking.gathering.is_none() || action == Action::Back {
            self.marking.then = None;
            return None;
        }
        let words = if uses_marks(action) {
            self.marking.then = Some(action);
            "this goes on as soon as all that match are marked"
        } else if self.marking.then.is_some() {
            "not yet: all that match are still being marked"
        } else {
            return None;
        };
        Some(Outcome::notice(Notice::info(words)))
    }

    /// Whether an action has to wait until the right rows and marks are there.
    pub(super) fn must_wait(&self, action: Action) -> bool {
        let no_row = self.stale || (self.current().is_none() && self.matched() > 0);
        // Where nothing is marked, the contact under the cursor is meant.
        let one = self.selection.is_empty() && uses_marks(action);
        let waits_for_row = no_row && (one || acts_on_contact(action));
        let waits_for_marks = self.marking.picking.is_some() && acts_on_marks(action);
        let queued = !self.deferred.is_empty() && (follows(action) || moves(action));
        waits_for_row || waits_for_marks || queued
    }

    /// Does what a marking key says.
    pub(super) fn mark(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Mark | Action::MarkRange | Action::UnmarkRange => {
                let Some(row) = self.number(self.cursor) else {
                    let nobody = "there is no contact under the cursor";
                    return Outcome::notice(Notice::info(nobody));
                };
                self.mark_from(action, row, ctx)
            }
            Action::InvertMarks => self.pick(Span::All, MarkChange::Invert, ctx),
            Action::MarkLoaded => self.pick(Span::All, MarkChange::Mark, ctx),
            Action::MarkMatching => self.gather(ctx),
            Action::RestoreMarks => {
                if self.selection.restore() {
                    self.restart();
                    Outcome::nothing()
                } else {
                    Outcome::notice(Notice::info("no marks were dropped yet"))
                }
            }
            _ => Outcome::nothing(),
        }
    }

    fn mark_from(&mut self, action: Action, row: u32, ctx: &mut Ctx<'_>) -> Outcome {
        let change = match action {
            Action::MarkRange => Some(MarkChange::Mark),
            Action::UnmarkRange => Some(MarkChange::Unmark),
            _ => None,
        };
        match (change, &mut self.marking.range) {
            (None, None) => {
                self.selection.toggle(row);
                self.move_by(1);
            }
            (Some(change), Some(range)) if range.change != change => range.change = change,
            (Some(change), None) => {
                self.marking.range = Some(Range {
                    change,
                    anchor: row,
                    at: self.cursor,
                });
            }
            (_, Some(_)) => {
                return Outcome::effects(self.end_range(ctx).into_iter().collect());
            }
        }
        Outcome::nothing()
    }

    /// Ends the range: its rows are asked for, in the view in which the person saw it.
    fn end_range(&mut self, ctx: &mut Ctx<'_>) -> Option<Effect> {
        let range = self.marking.range.take()?;
        // Where the cursor's row is not there, the range ends where it began.
        let here = self.number(self.cursor).unwrap_or(range.anchor);
        let span = Span::Between(range.anchor, here);
        Some(self.ask_rows(span, range.change, ctx))
    }

    /// Ends the range before an action that changes the view or uses the marks.
    pub(super) fn end_range_before(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Option<Effect> {
        let mine = action == Action::Mark || is_range_key(action);
        let ends = acts_on_marks(action) && !mine;
        let ends = ends || matches!(action, Action::Filter | Action::Sort);
        if ends { self.end_range(ctx) } else { None }
    }

    /// Ends the range before another filter or order that comes from elsewhere.
    pub(super) fn end_range_at(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) -> Option<Effect> {
        match answer {
            Answer::Sort(_) | Answer::Filter(_) => self.end_range(ctx),
            _ => None,
        }
    }

    fn pick(&mut self, span: Span, change: MarkChange, ctx: &mut Ctx<'_>) -> Outcome {
        Outcome::effects(vec![self.ask_rows(span, change, ctx)])
    }

    fn ask_rows(&mut self, span: Span, change: MarkChange, ctx: &mut Ctx<'_>) -> Effect {
        let ticket = ctx.tickets.draw();
        self.marking.picking = Some(Picking { ticket, change });
        Effect::Pick {
            ticket,
            filter: self.filter(),
            order: self.order,
            span,
        }
    }

    /// Has all that match at the provider marked.
    fn gather(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let ticket = ctx.tickets.draw();
        let loading = Some(Loading {
            phase: LoadPhase::Starting,
            ..Loading::default()
        });
        self.marking.gathering = Some(Gathering {
            ticket,
            loading,
            filter: self.filter().to_string(),
        });
        Outcome::effects(vec![Effect::Gather {
            ticket,
            filter: self.filter(),
            order: self.order,
        }])
    }

    /// How far the loading of all that match is.
    pub(super) fn gathers(&mut self, ticket: Ticket, loading: Option<Loading>) {
        let mine = |g: &&mut Gathering| g.ticket == ticket;
        if let Some(gathering) = self.marking.gathering.as_mut().filter(mine) {
            gathering.loading = loading;
        }
    }

    /// Takes the rows that were asked for.
    pub(super) fn picked(
        &mut self,
        ticket: Ticket,
        result: Result<Picked, Trouble>,
        ctx: &mut Ctx<'_>,
    ) -> Outcome {
        let picking = self.marking.picking.take_if(|p| p.ticket == ticket);
        let gathering = self.marking.gathering.take_if(|g| g.ticket == ticket);
        let change = match (picking, &gathering) {
            (Some(picking), _) => picking.change,
            (None, Some(_)) => MarkChange::Mark,
            (None, None) => return Outcome::nothing(),
        };
        let picked = match result {
            Ok(picked) => picked,
            Err(trouble) => {
                self.deferred.clear();
                self.marking.then = None;
                return Outcome::notice(Notice::trouble(&trouble));
            }
        };
        self.selection.change(change, &picked.rows);
        // What is hidden now has to be counted.
        self.restart();
        let Some(gathering) = gathering else {
            return Outcome::nothing();
        };
        if *self.selection.marks() == picked.rows {
            self.marking.source = Some((gathering.filter, Arc::clone(&picked.rows)));
        }
        let mut outcome = Outcome::notice(words::gathered(&picked));
        if let Some(action) = self.marking.then.take() {
            let next = self.act(action, ctx);
            outcome.effects.extend(next.effects);
            outcome.exit = next.exit;
            outcome.notice = next.notice.or(outcome.notice);
        }
        outcome
    }

    /// Takes from an answer what it says of marks; `anchor` is the row whose place was asked for. Says what
    /// was lost.
    pub(super) fn tally(&mut self, rows: &Rows, anchor: Option<u32>) -> Outcome {
        self.selection.count_hidden(rows.hidden);
        let lost = self.selection.lose(&rows.gone);
        let mut words = match (lost, self.selection.len()) {
            (0, _) => String::new(),
            (1, left) => format!("a marked contact is gone; {left} marked"),
            (n, left) => format!("{n} marked contacts are gone; {left} marked"),
        };
        let asked = |r: &&mut Range| Some(r.anchor) == anchor;
        if let Some(range) = self.marking.range.as_mut().filter(asked) {
            match rows.anchored {
                Some(at) => range.at = at,
                None if rows.complete => {
                    self.marking.range = None;
                    words =
                        "the range was dropped: the contact where it began is not here any more"
                            .into();
                }
                None => {}
            }
        }
        if words.is_empty() {
            return Outcome::nothing();
        }
        Outcome::notice(Notice::warning(words))
    }

    /// Whether a step back ends something of marking before it clears the filter.
    pub(super) fn is_marking(&self) -> bool {
        let marking = &self.marking;
        marking.range.is_some() || marking.gathering.is_some() || !self.deferred.is_empty()
    }

    /// One step back: the range, what is waited for, the loading of all that match, the marks.
    pub(super) fn stop_marking(&mut self) -> Outcome {
        if self.marking.range.take().is_some() {
            return Outcome::notice(Notice::info("the range was dropped; nothing changed"));
        }
        if !self.deferred.is_empty() {
            self.deferred.clear();
            return Outcome::nothing();
        }
        if self.marking.gathering.take().is_some() {
            let words = "marking all that match was stopped; the marks are as before";
            return Outcome::effects(vec![Effect::StopGathering]).saying(Notice::info(words));
        }
        match self.selection.clear() {
            0 => Outcome::nothing(),
            1 => Outcome::notice(Notice::info("the mark was dropped; gv brings it back")),
            n => Outcome::notice(Notice::info(format!(
                "{n} marks were dropped; gv brings them back"
            ))),
        }
    }
}

impl Range {
    /// Whether a position lies in it.
    fn holds(&self, position: usize, cursor: usize) -> bool {
        (self.at.min(cursor)..=self.at.max(cursor)).contains(&position)
    }
}

/// Whether an action is about the contact under the cursor, so that it must be the right one.
fn acts_on_contact(action: Action) -> bool {
    matches!(
        action,
        Action::Open | Action::Edit | Action::Copy | Action::Browser | Action::Mark
    ) || is_range_key(action)
}

/// Whether an action changes marks or uses them.
fn acts_on_marks(action: Action) -> bool {
    matches!(
        action,
        Action::Mark
            | Action::InvertMarks
            | Action::MarkLoaded
            | Action::MarkMatching
            | Action::RestoreMarks
    ) || is_range_key(action)
        || uses_marks(action)
}

/// Whether an action does something with all that are marked: it wants the marks complete.
fn uses_marks(action: Action) -> bool {
    matches!(
        action,
        Action::PickTags | Action::AddTag | Action::RemoveTag | Action::BulkChange
    )
}

fn is_range_key(action: Action) -> bool {
    matches!(action, Action::MarkRange | Action::UnmarkRange)
}

/// Whether an action may not overtake one that waits.
fn follows(action: Action) -> bool {
    acts_on_contact(action) || acts_on_marks(action)
}

fn moves(action: Action) -> bool {
    matches!(
        action,
        Action::Down
            | Action::Up
            | Action::Top
            | Action::Bottom
            | Action::HalfDown
            | Action::HalfUp
            | Action::PageDown
            | Action::PageUp
    )
}
