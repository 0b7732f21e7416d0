//! A set of row numbers as bits, in blocks of 16,384: small where few are marked, and one bit each where
//! all are. Whole sets are joined and compared word by word.

use std::collections::BTreeMap;
use std::fmt;

/// Words of a block: 16,384 bits.
const WORDS: usize = 256;
/// How far the number of a block is shifted in a row number.
const SHIFT: u32 = 14;

/// A set of row numbers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// By the upper bits of the number; no block is empty, so that equal sets are equal.
    blocks: BTreeMap<u32, Block>,
    len: usize,
}

type Block = Box<[u64]>;

impl Marks {
    /// How many numbers are in it.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a number is in it.
    pub fn contains(&self, row: u32) -> bool {
        let (key, word, bit) = place(row);
        let block = self.blocks.get(&key);
        block.is_some_and(|b| b.get(word).is_some_and(|w| w & bit != 0))
    }

    /// Puts a number in; whether it is new.
    pub fn insert(&mut self, row: u32) -> bool {
        let (key, at, bit) = place(row);
        let block = self.blocks.entry(key).or_insert_with(empty);
        let Some(word) = block.get_mut(at) else {
            return false;
        };
        let new = *word & bit == 0;
        *word |= bit;
        self.len += usize::from(new);
        new
    }

    /// Takes a number out; whether it was in.
    pub fn remove(&mut self, row: u32) -> bool {
        let (key, at, bit) = place(row);
        let Some(block) = self.blocks.get_mut(&key) else {
            return false;
        };
        let Some(word) = block.get_mut(at).filter(|w| **w & bit != 0) else {
            return false;
        };
        *word &= !bit;
        if *word == 0 && block.iter().all(|w| *w == 0) {
            self.blocks.remove(&key);
        }
        self.len -= 1;
        true
    }

    /// Puts all numbers of another set in.
    pub fn add(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| mine | theirs);
    }

    /// Takes all numbers of another set out.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| mine & !theirs);
    }

    /// Takes those numbers of another set out that are in, and puts the others in.
    pub fn toggle_all(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| mine ^ theirs);
    }

    /// The numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.blocks.iter().flat_map(|(key, block)| {
            let base = key << SHIFT;
            let words = (0_u32..).zip(block.iter().copied());
            words
                .filter(|(_, word)| *word != 0)
                .flat_map(move |(at, word)| bits(word).map(move |bit| base | (at << 6) | bit))
        })
    }

    #[cfg(test)]
    pub(super) fn blocks_len(&self) -> usize {
        self.blocks.len()
    }

    /// Joins each word with the other set's, where that has a block: elsewhere its words are zero, with
    /// which every way of joining leaves mine.
    fn combine(&mut self, other: &Self, join: impl Fn(u64, u64) -> u64) {
        for (key, theirs) in &other.blocks {
            let mine = self.blocks.entry(*key).or_insert_with(empty);
            let mut any = 0;
            for (word, their) in mine.iter_mut().zip(theirs) {
                *word = join(*word, *their);
                any |= *word;
            }
            if any == 0 {
                self.blocks.remove(key);
            }
        }
        let words = self.blocks.values().flat_map(|b| b.iter());
        self.len = words.map(|w| w.count_ones() as usize).sum();
    }
}

/// The places of the bits that are set.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        // A word without bits has as many zeros as it has places.
        (bit < u64::BITS).then(|| {
            word &= word - 1;
            bit
        })
    })
}

fn empty() -> Block {
    vec![0; WORDS].into_boxed_slice()
}

/// The block, the word in it and the bit in that.
fn place(row: u32) -> (u32, usize, u64) {
    let low = row & ((1 << SHIFT) - 1);
    (row >> SHIFT, (low >> 6) as usize, 1 << (low & 63))
}

impl FromIterator<u32> for Marks {
    fn from_iter<I: IntoIterator<Item = u32>>(rows: I) -> Self {
        let mut marks = Self::default();
        for row in rows {
            marks.insert(row);
        }
        marks
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// More than anybody wants to read.
        const MANY: usize = 20;
        if self.len > MANY {
            write!(f, "Marks({} rows)", self.len)
        } else {
            f.debug_set().entries(self.iter()).finish()
        }
    }
}
