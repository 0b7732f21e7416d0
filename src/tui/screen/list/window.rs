//! The window of rows: what is asked for, when, and where the cursor stands when rows come.

use std::ops::Range;
use std::sync::Arc;

use super::List;
use crate::domain::ContactId;
use crate::tui::effect::Effect;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{Rows, Ticket};
use crate::tui::screen::{Ctx, Outcome};

/// A question that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its ticket.
    pub ticket: Ticket,
    /// The positions asked for.
    pub window: Range<usize>,
    /// The contact that the answer places, and where the cursor stood.
    pub follow: Option<(ContactId, usize)>,
    /// The row that the answer places: where a range began.
    pub anchor: Option<u32>,
}

impl List {
    /// Moves the cursor.
    pub(super) fn move_by(&mut self, step: isize) {
        self.move_to(self.cursor.saturating_add_signed(step));
    }

    /// Puts the cursor somewhere; positions behind the end mean the last row.
    pub(super) fn move_to(&mut self, position: usize) {
        self.cursor = position.min(self.matched().saturating_sub(1));
        self.at = self.current().map(|c| c.id.clone());
        self.greeting = None;
    }

    /// The cursor stays on its contact wherever the next answer places it.
    pub(super) fn follow_cursor(&mut self) {
        if self.follow.is_none() {
            self.follow = self.at.clone().map(|id| (id, self.cursor));
        }
    }

    /// What was asked is out of date, and so is what is shown: asks again at once.
    pub(super) fn restart(&mut self) {
        self.asked = None;
        self.again = true;
    }

    /// What is shown is out of date but not wrong: lets an answer come that is on its way.
    pub(super) fn restart_quietly(&mut self) {
        self.again = true;
    }

    /// Keeps the cursor on screen and asks for rows where they are or soon will be missing.
    pub(super) fn ensure(&mut self, ctx: &mut Ctx<'_>) -> Option<Effect> {
        ctx.desk.account.as_ref()?;
        let height = self.height(ctx.desk).max(1);
        self.keep_visible(height);
        let wanted = self.top.saturating_sub(height)..self.top + 2 * height;
        let ask = match (&self.asked, &self.rows) {
            (Some(asked), _) => !covers(&asked.window, &self.near(height)),
            (None, None) => true,
            (None, Some(rows)) => {
                let have = rows.start..rows.start + rows.contacts.len();
                self.again || !covers(&have, &self.near(height))
            }
        };
        if !ask {
            return None;
        }
        self.again = false;
        let ticket = ctx.tickets.draw();
        let anchor = self.marking.range.map(|r| r.anchor);
        self.asked = Some(Asked {
            ticket,
            window: wanted.clone(),
            follow: self.follow.clone(),
            anchor,
        });
        Some(Effect::Query {
            ticket,
            filter: self.filter(),
            order: self.order,
            window: wanted,
            follow: self.follow.as_ref().map(|(id, _)| id.clone()),
            marks: Arc::clone(self.selection.marks()),
            anchor,
        })
    }

    /// The visible positions and some on either side, as far as contacts match.
    fn near(&self, height: usize) -> Range<usize> {
        let end = match &self.rows {
            Some(rows) => rows.matched,
            None => usize::MAX,
        };
        let margin = height / 2;
        let start = self.top.saturating_sub(margin).min(end);
        start..(self.top + height + margin).min(end).max(start)
    }

    fn keep_visible(&mut self, height: usize) {
        if self.cursor < self.top {
            self.top = self.cursor;
        } else if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
        if self.rows.is_some() {
            self.top = self.top.min(self.matched().saturating_sub(height));
        }
    }

    /// Takes an answer, if it is the one that is waited for.
    pub(super) fn take(&mut self, ticket: Ticket, rows: Rows, desk: &Desk) -> Outcome {
        let Some(asked) = self.asked.take_if(|a| a.ticket == ticket) else {
            return Outcome::nothing();
        };
        self.stale = false;
        let lost = self.tally(&rows, asked.anchor);
        if self.again {
            // The store changed while this answer was on its way: the cursor is placed by the next.
            self.rows = Some(rows);
            return lost;
        }
        let found = rows.followed;
        self.rows = Some(rows);
        self.follow = None;
        if let (Some((_, stood)), Some(stands)) = (asked.follow, found) {
            let moved = stands.cast_signed() - stood.cast_signed();
            self.cursor = self.cursor.saturating_add_signed(moved);
            self.top = self.top.saturating_add_signed(moved);
        }
        self.cursor = self.cursor.min(self.matched().saturating_sub(1));
        self.keep_visible(self.height(desk).max(1));
        self.at = self.current().map(|c| c.id.clone());
        match self.greeting.take() {
            Some(text) if found.is_some() => Outcome::notice(Notice::info(text)),
            _ => lost,
        }
    }
}

fn covers(have: &Range<usize>, want: &Range<usize>) -> bool {
    want.is_empty() || (have.start <= want.start && want.end <= have.end)
}
