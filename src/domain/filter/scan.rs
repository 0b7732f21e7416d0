//! A filter over many lines that lie in one text, without touching most of them.

use memchr::memmem::Finder;

use super::{Filter, Term, Test};

impl Filter {
    /// Finds the matching lines of an arena: line *i* is `arena[starts[i]..starts[i + 1]]`, so `starts` has
    /// one entry more than there are lines. `out` is emptied, then gets their indexes, ascending.
    ///
    /// The longest text that every match must hold is searched in one pass over the whole arena; only
    /// lines that hold it are looked at.
    pub fn scan(&self, arena: &str, starts: &[u32], out: &mut Vec<u32>) {
        out.clear();
        let bytes = arena.as_bytes();
        let lines = starts.len().saturating_sub(1);
        let Some((driver, settled)) = self.driver() else {
            let all = 0..u32::try_from(lines).unwrap_or(u32::MAX);
            out.extend(all.filter(|i| self.line_matches(bytes, starts, *i, None)));
            return;
        };
        let mut line = 0;
        let mut from = starts.first().map_or(0, |s| *s as usize);
        let end = starts.last().map_or(0, |s| *s as usize).min(bytes.len());
        while let Some(hit) = bytes.get(from..end).and_then(|rest| driver.find(rest)) {
            let hit = from + hit;
            line = line_at(starts, line, hit);
            let line_end = starts.get(line + 1).map_or(end, |s| *s as usize);
            if hit + driver.needle().len() > line_end {
                // Across a border; the next hit may be whole.
                from = hit + 1;
                continue;
            }
            let index = u32::try_from(line).unwrap_or(u32::MAX);
            if self.line_matches(bytes, starts, index, settled) {
                out.push(index);
            }
            from = line_end;
        }
    }

    /// The same among some lines only, given by their indexes; `out` keeps their order. With
    /// [`Filter::narrows`] the hits of the query before the last key are enough.
    pub fn scan_among(&self, arena: &str, starts: &[u32], candidates: &[u32], out: &mut Vec<u32>) {
        out.clear();
        let hits = candidates.iter().copied();
        out.extend(hits.filter(|i| self.line_matches(arena.as_bytes(), starts, *i, None)));
    }

    /// Whether a line matches; the term at `settled` is known to hold.
    fn line_matches(
        &self,
        arena: &[u8],
        starts: &[u32],
        line: u32,
        settled: Option<usize>,
    ) -> bool {
        let at = line as usize;
        let line = match (starts.get(at), starts.get(at + 1)) {
            (Some(from), Some(to)) => arena.get(*from as usize..*to as usize),
            _ => None,
        };
        line.is_some_and(|line| {
            let mut terms = self.terms.iter().enumerate();
            terms.all(|(n, t)| Some(n) == settled || t.holds(line) != t.negated)
        })
    }

    /// The longest text that every match holds, and the term that needs no further look once it is found.
    fn driver(&self) -> Option<(&Finder<'static>, Option<usize>)> {
        let positive = self.terms.iter().enumerate().filter(|(_, t)| !t.negated);
        let texts = positive.flat_map(|(n, t): (usize, &Term)| {
            let settled = matches!(t.test, Test::Word(_)).then_some(n);
            [(&t.needle, settled), (&t.inner, None)]
        });
        texts
            .filter(|(finder, _)| !finder.needle().is_empty())
            .max_by_key(|(finder, _)| finder.needle().len())
    }
}

/// The line that holds the byte `at`, looked for from `line` on: steps double, so that near hits and far
/// hits are both cheap.
fn line_at(starts: &[u32], line: usize, at: usize) -> usize {
    let begins_after = |n: usize| starts.get(n).is_none_or(|s| *s as usize > at);
    let mut low = line;
    let mut step = 1;
    while !begins_after(low + step) {
        low += step;
        step *= 2;
    }
    let high = (low + step).min(starts.len());
    let within = starts.get(low..high).unwrap_or_default();
    low + within
        .partition_point(|s| *s as usize <= at)
        .saturating_sub(1)
}
