//! The list in memory: every line of one account, in one order, filtered as fast as memory is read.
//!
//! A pure structure: it knows rows by number and lines by text, nothing of SQL or documents.
//!
//! - Lines lie in one text, oldest first; [`Filter::scan`] searches it in one pass. Sort keys are cut out of
//!   the lines, so they cost no memory.
//! - A changed contact gets a new line at the end; its old slot is dead until a quarter of all is.
//! - While it is being filled there is no kept order; what is loaded so far is ordered per question.

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::filter::Filter;
use crate::domain::{Order, SortKey};

mod marked;
mod order;
#[cfg(test)]
mod tests;

pub(super) use order::segment;

/// The update time of a contact that has none.
const NEVER: i64 = i64::MIN;
/// Below this many dead slots it is not worth moving lines about.
const FEW_DEAD: usize = 1024;
/// The share of all lines, as a divisor, up to which hits are looked at one by one.
const FEW_HITS: usize = 8;

/// Slots are positions in the arena; rows are SQLite's row numbers.
#[derive(Debug, Default)]
pub(super) struct Index {
    arena: String,
    /// Where each line starts, and the arena's end.
    starts: Vec<u32>,
    rows: Vec<u32>,
    updated: Vec<i64>,
    dead: Vec<u64>,
    dead_count: usize,
    /// `rows[..ascending]` ascend; the slots of later rows are in `tail`.
    ascending: usize,
    tail: HashMap<u32, u32>,
    order: Order,
    /// Every living slot in order, once complete.
    sequence: Vec<u32>,
    complete: bool,
    found: Option<Found>,
}

/// The answer to the last question.
#[derive(Debug)]
struct Found {
    filter: Filter,
    /// Matching slots, ascending, among `..scanned`.
    hits: Vec<u32>,
    scanned: usize,
    /// The hits in order; `None` after a change, and where that is the whole sequence.
    shown: Option<Vec<u32>>,
}

/// One contact for the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// SQLite's row number.
    pub(super) row: u32,
    /// The line of `domain::fold`.
    pub(super) line: String,
    /// The update time in milliseconds.
    pub(super) updated: Option<i64>,
}

impl Index {
    /// An empty index, with room for about so many contacts.
    pub(super) fn with_room(contacts: usize) -> Self {
        let mut index = Self::default();
        index.starts.reserve(contacts + 1);
        index.starts.push(0);
        index.rows.reserve(contacts);
        index.updated.reserve(contacts);
        index
    }

    /// How many contacts are loaded.
    pub(super) fn len(&self) -> usize {
        self.rows.len() - self.dead_count
    }

    /// Whether everything was loaded.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Takes one contact while filling; rows come ascending. `false`: the arena is full (4 GB of text).
    #[must_use]
    pub(super) fn push(&mut self, row: u32, line: &str, updated: Option<i64>) -> bool {
        self.append(row, line, updated).is_some()
    }

    /// Everything was loaded: sorts.
    pub(super) fn finish(&mut self) {
        self.arena.shrink_to_fit();
        self.sequence = self.sorted(self.living().collect());
        self.complete = true;
        self.forget_shown();
    }

    /// Takes changes: contacts that are gone, then contacts that are new or different. `false`: the arena
    /// is full.
    #[must_use]
    pub(super) fn apply(&mut self, removed: &[u32], changed: &[Entry]) -> bool {
        let mut killed = Vec::new();
        for row in removed.iter().copied().chain(changed.iter().map(|e| e.row)) {
            if let Some(slot) = self.slot(row) {
                self.kill(slot);
                killed.push(slot);
            }
        }
        let mut added = Vec::with_capacity(changed.len());
        for entry in changed {
            match self.append(entry.row, &entry.line, entry.updated) {
                Some(slot) => added.push(slot),
                None => return false,
            }
        }
        if killed.is_empty() && added.is_empty() {
            return true;
        }
        if self.complete {
            self.splice(&killed, added);
        }
        if let Some(mut found) = self.found.take() {
            if !killed.is_empty() {
                found.hits.retain(|s| !self.is_dead(*s));
            }
            found.shown = None;
            self.found = Some(found);
        }
        if self.dead_count > FEW_DEAD && self.dead_count * 4 > self.rows.len() {
            self.compact();
        }
        true
    }

    /// Answers a question; [`Self::matched`], [`Self::rows`] and [`Self::position`] speak of it.
    pub(super) fn select(&mut self, filter: &Filter, order: Order) {
        if self.order != order {
            self.reorder(order);
        }
        let mut found = match self.found.take() {
            Some(found) if found.filter == *filter => found,
            // Many hits are found faster anew, in one pass over all lines, than one by one.
            Some(found)
                if !found.filter.is_empty()
                    && found.hits.len() * FEW_HITS < self.rows.len()
                    && filter.narrows(&found.filter) =>
            {
                let mut hits = Vec::new();
                filter.scan_among(&self.arena, &self.starts, &found.hits, &mut hits);
                Found {
                    filter: filter.clone(),
                    hits,
                    scanned: found.scanned,
                    shown: None,
                }
            }
            _ => Found {
                filter: filter.clone(),
                hits: Vec::new(),
                scanned: 0,
                shown: None,
            },
        };
        if !(self.complete && filter.is_empty()) {
            self.scan_rest(&mut found);
            let all = self.complete && found.hits.len() == self.len();
            if found.shown.is_none() && !all {
                found.shown = Some(self.in_order(&found.hits));
            }
        }
        self.found = Some(found);
    }

    /// How many match.
    pub(super) fn matched(&self) -> usize {
        self.shown().len()
    }

    /// The rows at some positions of the answer.
    pub(super) fn rows(&self, positions: Range<usize>) -> Vec<u32> {
        let shown = self.shown();
        let end = positions.end.min(shown.len());
        let slots = shown.get(positions.start.min(end)..end);
        let rows = slots.unwrap_or_default().iter();
        rows.map(|s| self.row(*s)).collect()
    }

    /// Where a row stands in the answer.
    pub(super) fn position(&self, row: u32) -> Option<usize> {
        let slot = self.slot(row)?;
        let shown = self.shown();
        let at = shown.partition_point(|s| self.compare(*s, slot).is_lt());
        (shown.get(at) == Some(&slot)).then_some(at)
    }

    fn shown(&self) -> &[u32] {
        match &self.found {
            Some(Found {
                shown: Some(shown), ..
            }) => shown,
            _ => &self.sequence,
        }
    }

    /// Looks at the lines that came since the last look.
    fn scan_rest(&self, found: &mut Found) {
        let new = self.starts.get(found.scanned..).unwrap_or_default();
        if new.len() < 2 {
            return;
        }
        let mut hits = Vec::new();
        if found.filter.is_empty() {
            hits.extend(0..number(new.len() - 1));
        } else {
            found.filter.scan(&self.arena, new, &mut hits);
        }
        let first = number(found.scanned);
        let hits = hits.into_iter().map(|s| s + first);
        found.hits.extend(hits.filter(|s| !self.is_dead(*s)));
        found.scanned = self.rows.len();
        found.shown = None;
    }

    fn forget_shown(&mut self) {
        if let Some(found) = &mut self.found {
            found.shown = None;
        }
    }

    fn append(&mut self, row: u32, line: &str, updated: Option<i64>) -> Option<u32> {
        let slot = number(self.rows.len());
        let end = u32::try_from(self.arena.len() + line.len()).ok()?;
        self.arena.push_str(line);
        self.starts.push(end);
        let ascends = self.rows.last().is_none_or(|last| *last < row);
        if ascends && self.ascending == self.rows.len() {
            self.ascending += 1;
        } else {
            self.tail.insert(row, slot);
        }
        self.rows.push(row);
        self.updated.push(updated.unwrap_or(NEVER));
        if self.dead.len() * 64 < self.rows.len() {
            self.dead.push(0);
        }
        Some(slot)
    }

    /// The living slot of a row.
    fn slot(&self, row: u32) -> Option<u32> {
        if let Some(slot) = self.tail.get(&row) {
            return Some(*slot);
        }
        let ascending = self.rows.get(..self.ascending)?;
        let slot = number(ascending.binary_search(&row).ok()?);
        (!self.is_dead(slot)).then_some(slot)
    }

    fn kill(&mut self, slot: u32) {
        if let Some(word) = self.dead.get_mut(slot as usize / 64) {
            *word |= 1 << (slot % 64);
            self.dead_count += 1;
        }
        self.tail.remove(&self.row(slot));
    }

    fn is_dead(&self, slot: u32) -> bool {
        let word = self.dead.get(slot as usize / 64).copied();
        word.unwrap_or(u64::MAX) & (1 << (slot % 64)) != 0
    }

    fn living(&self) -> impl Iterator<Item = u32> {
        (0..number(self.rows.len())).filter(|s| !self.is_dead(*s))
    }

    fn row(&self, slot: u32) -> u32 {
        self.rows.get(slot as usize).copied().unwrap_or_default()
    }

    fn line(&self, slot: u32) -> &str {
        let at = slot as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => self.arena.get(*from as usize..*to as usize),
            _ => None,
        }
        .unwrap_or_default()
    }

    fn key(&self, slot: u32, key: SortKey) -> &str {
        segment(self.line(slot), key)
    }

    /// Closes the gaps that dead lines leave; living slots keep their sequence but get new numbers.
    fn compact(&mut self) {
        let living: Vec<u32> = self.living().collect();
        let mut renamed = vec![0_u32; self.rows.len()];
        let mut bytes = std::mem::take(&mut self.arena).into_bytes();
        let mut end = 0;
        let (mut starts, mut rows, mut updated) = (vec![0], Vec::new(), Vec::new());
        let mut ascending = 0;
        for (new, old) in living.iter().enumerate() {
            let at = *old as usize;
            let from = self.starts.get(at).map_or(0, |s| *s as usize);
            let to = self.starts.get(at + 1).map_or(from, |s| *s as usize);
            bytes.copy_within(from..to, end);
            end += to - from;
            starts.push(number(end));
            rows.push(self.row(*old));
            updated.push(self.updated.get(at).copied().unwrap_or(NEVER));
            ascending += usize::from(at < self.ascending);
            if let Some(name) = renamed.get_mut(at) {
                *name = number(new);
            }
        }
        bytes.truncate(end);
        // Whole lines were moved, so this is text; were it not, an empty index asks to be filled again.
        let Ok(arena) = String::from_utf8(bytes) else {
            let order = self.order;
            *self = Self::with_room(0);
            self.order = order;
            return;
        };
        let rename = |s: &mut u32| *s = renamed.get(*s as usize).copied().unwrap_or_default();
        self.sequence.iter_mut().for_each(rename);
        self.tail.values_mut().for_each(rename);
        self.dead = vec![0; rows.len().div_ceil(64)];
        self.dead_count = 0;
        self.arena = arena;
        self.starts = starts;
        self.rows = rows;
        self.updated = updated;
        self.ascending = ascending;
        self.found = None;
    }
}

/// Slots and rows are 32 bits wide: four thousand million of them do not fit into memory anyway.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
