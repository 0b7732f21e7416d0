//! Marked rows and the answer to the last question: which of them it holds, which are nowhere any more.

use super::Index;
use crate::domain::Marks;

impl Index {
    /// How many marks stand in the answer, and how many in the list at all.
    pub(in crate::store) fn count_marked(&self, marks: &Marks) -> (usize, usize) {
        let is_marked = |slot: &u32| marks.contains(self.row(*slot));
        let living = self.living().filter(is_marked).count();
        let shown = match self.hits() {
            Some(hits) => hits.iter().copied().filter(is_marked).count(),
            None => living,
        };
        (shown, living)
    }

    /// The marks whose rows are nowhere in the list.
    pub(in crate::store) fn gone(&self, marks: &Marks) -> Marks {
        let living: Marks = self.living().map(|s| self.row(s)).collect();
        let mut gone = marks.clone();
        gone.subtract(&living);
        gone
    }

    /// All rows of the answer.
    pub(in crate::store) fn all_rows(&self) -> Marks {
        match self.hits() {
            Some(hits) => hits.iter().map(|s| self.row(*s)).collect(),
            None => self.living().map(|s| self.row(s)).collect(),
        }
    }

    /// The slots of the answer, ascending, which is faster to walk than any order of the list; `None`: all.
    fn hits(&self) -> Option<&[u32]> {
        let found = self.found.as_ref()?;
        let all = self.complete && found.filter.is_empty();
        (!all).then_some(found.hits.as_slice())
    }

    /// The rows of the answer from one to another; none where one of them is not in it.
    pub(in crate::store) fn rows_between(&self, a: u32, b: u32) -> Marks {
        let (Some(a), Some(b)) = (self.position(a), self.position(b)) else {
            return Marks::default();
        };
        let rows = self.rows(a.min(b)..a.max(b) + 1);
        rows.into_iter().collect()
    }

    /// The marked rows in order: those outside of the answer first, and how many these are.
    pub(in crate::store) fn arrange(&self, marks: &Marks) -> (Vec<u32>, usize) {
        let shown: Marks = self.all_rows();
        let marked = self.sequence.iter().map(|s| self.row(*s));
        let marked = marked.filter(|r| marks.contains(*r));
        let (shown, mut rows): (Vec<u32>, Vec<u32>) = marked.partition(|r| shown.contains(*r));
        let hidden = rows.len();
        rows.extend(shown);
        (rows, hidden)
    }
}
