//! Sorting slots: by a key cut out of their lines, blanks last, equal keys by id.

use std::cmp::Ordering;

use super::{Index, NEVER};
use crate::domain::{Order, SortKey, fold};

/// Fewer hits than a thirty-second of all are sorted; more are picked from the sequence.
const PICK_FROM: usize = 32;
/// Pieces of eight bytes that are sorted by one after another; longer texts are then compared whole.
const DEEPEST: usize = 32;

impl Index {
    /// Orders slots. Descending turns everything round except that blanks stay last.
    pub(super) fn compare(&self, a: u32, b: u32) -> Ordering {
        match (self.is_blank(a), self.is_blank(b)) {
            (true, true) => self.compare_ids(a, b),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let keys = self.compare_keys(a, b);
                let ascending = keys.then_with(|| self.compare_ids(a, b));
                if self.order.descending {
                    ascending.reverse()
                } else {
                    ascending
                }
            }
        }
    }

    /// Sorts slots as [`Self::compare`] does, reading each line a few times instead of once for every
    /// comparison: by id, then, keeping that, by key.
    pub(super) fn sorted(&self, slots: Vec<u32>) -> Vec<u32> {
        let slots = self.by_id(slots);
        let key = self.order.key;
        let (mut filled, blank): (Vec<u32>, Vec<u32>) =
            slots.into_iter().partition(|s| !self.is_blank(*s));
        match key {
            SortKey::Id => {}
            SortKey::Updated => filled.sort_by_key(|s| self.updated_at(*s)),
            _ => filled = self.by_text(filled, key),
        }
        if self.order.descending {
            filled.reverse();
        }
        filled.extend(blank);
        filled
    }

    fn by_id(&self, mut slots: Vec<u32>) -> Vec<u32> {
        let (mut short, mut long, mut texts) = (Vec::with_capacity(slots.len()), vec![], vec![]);
        slots.sort_unstable_by_key(|s| self.row(*s));
        for slot in slots {
            let id = self.key(slot, SortKey::Id);
            if !is_number(id) {
                texts.push(slot);
            } else if let (1..=15, Ok(value)) = (id.len(), id.parse::<u64>()) {
                let length = u64::try_from(id.len()).unwrap_or_default();
                short.push((length << 56 | value, slot));
            } else {
                long.push(slot);
            }
        }
        short.sort_by_key(|(id, _)| *id);
        long.sort_by(|a, b| self.compare_ids(*a, *b));
        let mut slots: Vec<u32> = short.into_iter().map(|(_, slot)| slot).collect();
        slots.extend(long);
        slots.extend(self.by_text(texts, SortKey::Id));
        slots
    }

    /// Sorts by a text of the line; equal texts keep their sequence.
    fn by_text(&self, slots: Vec<u32>, key: SortKey) -> Vec<u32> {
        let mut pairs: Vec<(u64, u32)> = slots.into_iter().map(|s| (0, s)).collect();
        self.sort_piece(&mut pairs, key, 0);
        pairs.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Sorts slots whose texts are equal before `piece`: by the next eight bytes, then each run of equals by
    /// the eight after.
    fn sort_piece(&self, pairs: &mut [(u64, u32)], key: SortKey, piece: usize) {
        if piece > DEEPEST {
            pairs.sort_by(|a, b| self.key(a.1, key).cmp(self.key(b.1, key)));
            return;
        }
        for (bytes, slot) in pairs.iter_mut() {
            let text = self.key(*slot, key).as_bytes();
            let rest = text.get(piece * 8..).unwrap_or_default();
            let mut next = [0; 8];
            next.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            *bytes = u64::from_be_bytes(next);
        }
        pairs.sort_by_key(|(bytes, _)| *bytes);
        for run in pairs.chunk_by_mut(|a, b| a.0 == b.0) {
            // A line holds no zero byte: one at the end means that the texts end here.
            let ended = run.first().is_some_and(|(bytes, _)| bytes & 0xff == 0);
            if run.len() > 1 && !ended {
                self.sort_piece(run, key, piece + 1);
            }
        }
    }

    /// Some living slots in order.
    pub(super) fn in_order(&self, hits: &[u32]) -> Vec<u32> {
        if !self.complete || hits.len() * PICK_FROM < self.sequence.len() {
            return self.sorted(hits.to_vec());
        }
        let mut wanted = vec![0_u64; self.dead.len()];
        for slot in hits {
            if let Some(word) = wanted.get_mut(*slot as usize / 64) {
                *word |= 1 << (slot % 64);
            }
        }
        let is_wanted = |s: &u32| {
            let word = wanted.get(*s as usize / 64).copied();
            word.unwrap_or_default() & (1 << (s % 64)) != 0
        };
        let mut shown = Vec::with_capacity(hits.len());
        shown.extend(self.sequence.iter().copied().filter(is_wanted));
        shown
    }

    /// Changes the order of everything.
    pub(super) fn reorder(&mut self, order: Order) {
        let turned = self.order.key == order.key;
        self.order = order;
        self.forget_shown();
        if !self.complete {
            return;
        }
        let mut sequence = std::mem::take(&mut self.sequence);
        if turned {
            let filled = sequence.partition_point(|s| !self.is_blank(*s));
            if let Some(filled) = sequence.get_mut(..filled) {
                filled.reverse();
            }
            self.sequence = sequence;
        } else {
            self.sequence = self.sorted(sequence);
        }
    }

    /// Takes dead slots out of the sequence and puts new ones in, moving the rest as whole stretches.
    pub(super) fn splice(&mut self, killed: &[u32], mut added: Vec<u32>) {
        let old = std::mem::take(&mut self.sequence);
        added.sort_unstable_by(|a, b| self.compare(*a, *b));
        let place = |slot: u32| old.partition_point(|s| self.compare(*s, slot).is_lt());
        // Positions in the old sequence, and what happens there: one is skipped, or one is put before.
        let mut edits: Vec<(usize, Option<u32>)> = Vec::with_capacity(killed.len() + added.len());
        for slot in killed {
            let at = place(*slot);
            if old.get(at) == Some(slot) {
                edits.push((at, None));
            }
        }
        edits.extend(added.iter().map(|slot| (place(*slot), Some(*slot))));
        // Stable: what is put at one place stays in its order.
        edits.sort_by_key(|(at, put)| (*at, put.is_none()));
        let mut sequence = Vec::with_capacity(old.len() + added.len());
        let mut copied = 0;
        for (at, put) in edits {
            sequence.extend_from_slice(old.get(copied..at).unwrap_or_default());
            copied = copied.max(at);
            match put {
                Some(slot) => sequence.push(slot),
                None => copied = at + 1,
            }
        }
        sequence.extend_from_slice(old.get(copied..).unwrap_or_default());
        self.sequence = sequence;
    }

    fn is_blank(&self, slot: u32) -> bool {
        match self.order.key {
            SortKey::Updated => self.updated_at(slot) == NEVER,
            key => self.key(slot, key).is_empty(),
        }
    }

    fn compare_keys(&self, a: u32, b: u32) -> Ordering {
        match self.order.key {
            SortKey::Updated => self.updated_at(a).cmp(&self.updated_at(b)),
            SortKey::Id => Ordering::Equal,
            key => self.key(a, key).cmp(self.key(b, key)),
        }
    }

    fn compare_ids(&self, a: u32, b: u32) -> Ordering {
        let (x, y) = (self.key(a, SortKey::Id), self.key(b, SortKey::Id));
        let by_id = match (is_number(x), is_number(y)) {
            (true, true) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => x.cmp(y),
        };
        // Ids that differ in case only look the same in a line.
        by_id.then_with(|| self.row(a).cmp(&self.row(b)))
    }

    fn updated_at(&self, slot: u32) -> i64 {
        self.updated.get(slot as usize).copied().unwrap_or(NEVER)
    }
}

/// The part of a line that a key sorts by; see `domain::fold` for the line's shape.
pub(in crate::store) fn segment(line: &str, key: SortKey) -> &str {
    let place = match key {
        SortKey::Id => 0,
        SortKey::Name => 1,
        SortKey::Email => 2,
        SortKey::Phone => 3,
        SortKey::Updated => return "",
    };
    let ends = |text: &str| memchr::memchr(fold::SEGMENT as u8, text.as_bytes());
    let mut rest = line;
    for _ in 0..place {
        let behind = ends(rest).and_then(|at| rest.get(at + 1..));
        rest = behind.unwrap_or_default();
    }
    let text = rest
        .get(..ends(rest).unwrap_or(rest.len()))
        .unwrap_or_default();
    // The bare digits of a phone number follow the stored text.
    let text = match key {
        SortKey::Phone => text.split(fold::ITEM).next().unwrap_or_default(),
        _ => text,
    };
    text.trim_matches(' ')
}

/// The rule of `row::id_key`.
fn is_number(id: &str) -> bool {
    !id.is_empty() && id.len() < 100 && id.bytes().all(|b| b.is_ascii_digit())
}
