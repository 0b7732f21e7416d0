//! Which contacts of an account are marked: a set of row numbers, what was marked before, and what each
//! key makes of them. Pure: the positions of a view and the numbers behind them come from the store.
//!
//! A contact is marked by its row number in the store, which is never given to another contact. A million
//! marks take 125 kB; the ids behind them are read when the selection is frozen ([`Frozen`]).

use std::sync::Arc;

use super::contact::ContactId;

mod marks;

pub use marks::Marks;

/// Which rows of a view are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// All of them.
    All,
    /// Those from one row to another, in either direction, both included.
    Between(u32, u32),
}

/// What is done with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkChange {
    /// They are marked.
    Mark,
    /// They lose their mark.
    Unmark,
    /// Those with a mark lose it, the others get one.
    Invert,
}

/// The marked contacts of one account, fixed for what is done with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frozen {
    /// Their ids: first those that the view does not show, then the others, each in the view's order.
    pub ids: Vec<ContactId>,
    /// How many of them the view does not show: the first ones of `ids`.
    pub hidden: usize,
    /// How many marks had no contact behind them any more.
    pub gone: usize,
}

/// What is marked in the opened account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    marks: Arc<Marks>,
    /// How many marks stand outside of the view, as last counted; `None`: not known.
    hidden: Option<usize>,
    /// What was marked before the marks were dropped.
    last: Option<Arc<Marks>>,
}

impl Selection {
    /// The marks. Sharing them costs nothing; they are copied when they change while somebody holds them.
    pub fn marks(&self) -> &Arc<Marks> {
        &self.marks
    }

    /// How many contacts are marked.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether none is. Nothing marked means nothing, never all.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether a row is marked.
    pub fn contains(&self, row: u32) -> bool {
        self.marks.contains(row)
    }

    /// How many marks the view does not show, as last counted; `None`: not known yet.
    pub fn hidden(&self) -> Option<usize> {
        if self.is_empty() {
            return Some(0);
        }
        self.hidden.map(|hidden| hidden.min(self.len()))
    }

    /// The count of marks outside of the view, from whoever knows the view. Changes of rows that the view
    /// shows do not change it.
    pub fn count_hidden(&mut self, hidden: Option<usize>) {
        self.hidden = hidden;
    }

    /// Marks a row, or takes its mark.
    pub fn toggle(&mut self, row: u32) {
        let marks = Arc::make_mut(&mut self.marks);
        if !marks.remove(row) {
            marks.insert(row);
        }
    }

    /// Does something with rows.
    pub fn change(&mut self, change: MarkChange, rows: &Marks) {
        let marks = Arc::make_mut(&mut self.marks);
        match change {
            MarkChange::Mark => marks.add(rows),
            MarkChange::Unmark => marks.subtract(rows),
            MarkChange::Invert => marks.toggle_all(rows),
        }
    }

    /// Drops every mark; [`Self::restore`] brings them back. Gives how many there were.
    pub fn clear(&mut self) -> usize {
        if self.is_empty() {
            return 0;
        }
        let marks = std::mem::take(&mut self.marks);
        self.hidden = Some(0);
        let count = marks.len();
        self.last = Some(marks);
        count
    }

    /// Brings the marks back that were dropped last; what is marked now takes their place, so that doing it
    /// twice changes nothing. `false`: none were dropped yet.
    pub fn restore(&mut self) -> bool {
        let Some(last) = self.last.take() else {
            return false;
        };
        let marks = std::mem::replace(&mut self.marks, last);
        self.hidden = None;
        self.last = (!marks.is_empty()).then_some(marks);
        true
    }

    /// Takes the marks of contacts that are gone; gives how many were marked. They do not come back.
    pub fn lose(&mut self, gone: &Marks) -> usize {
        if gone.is_empty() {
            return 0;
        }
        if let Some(last) = &mut self.last {
            Arc::make_mut(last).subtract(gone);
        }
        let before = self.len();
        Arc::make_mut(&mut self.marks).subtract(gone);
        before - self.len()
    }
}

#[cfg(test)]
mod tests;
