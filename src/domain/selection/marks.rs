//! A set of row numbers as bits, in blocks of 16,384: small where few are marked, and one bit each where
//! all are. Whole sets are joined and compared word by word.

use std::fmt;

/// Words of a block: 16,384 bits.
const WORDS: usize = 256;
/// How far the number of a block is shifted in a row number.
const SHIFT: u32 = 14;

/// A set of row numbers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// By the upper bits of the number. No block is empty, and the last is there, so that equal sets are
    /// equal. Row numbers count from one: few blocks are missing.
    blocks: Vec<Option<Block>>,
    len: usize,
}

type Block = Box<[u64; WORDS]>;

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
        match self.blocks.get(key) {
            Some(Some(block)) => block.get(word).is_some_and(|w| w & bit != 0),
            _ => false,
        }
    }

    /// Puts a number in; whether it is new.
    pub fn insert(&mut self, row: u32) -> bool {
        let (key, at, bit) = place(row);
        if self.blocks.len() <= key {
            self.blocks.resize(key + 1, None);
        }
        let block = self.blocks.get_mut(key);
        let words = block.map(|b| b.get_or_insert_with(empty));
        let Some(word) = words.and_then(|w| w.get_mut(at)) else {
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
        let Some(block) = self.blocks.get_mut(key) else {
            return false;
        };
        let words = block.as_mut().and_then(|b| b.get_mut(at));
        let Some(word) = words.filter(|w| **w & bit != 0) else {
            return false;
        };
        *word &= !bit;
        let emptied = *word == 0;
        self.len -= 1;
        if emptied && block.as_ref().is_some_and(|b| is_blank(b)) {
            *block = None;
            self.trim();
        }
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
        (0_u32..).zip(&self.blocks).flat_map(|(key, block)| {
            let base = key << SHIFT;
            let words = block.iter().flat_map(|b| b.iter().copied());
            (0_u32..)
                .zip(words)
                .filter(|(_, word)| *word != 0)
                .flat_map(move |(at, word)| bits(word).map(move |bit| base | (at << 6) | bit))
        })
    }

    #[cfg(test)]
    pub(super) fn blocks_len(&self) -> usize {
        self.blocks.iter().flatten().count()
    }

    /// Joins each word with the other set's, where that has a block: elsewhere its words are zero, with
    /// which every way of joining leaves mine.
    fn combine(&mut self, other: &Self, join: impl Fn(u64, u64) -> u64) {
        if self.blocks.len() < other.blocks.len() {
            self.blocks.resize(other.blocks.len(), None);
        }
        for (mine, theirs) in self.blocks.iter_mut().zip(&other.blocks) {
            let Some(theirs) = theirs else { continue };
            let words = mine.get_or_insert_with(empty);
            for (word, their) in words.iter_mut().zip(theirs.iter()) {
                *word = join(*word, *their);
            }
            if is_blank(words) {
                *mine = None;
            }
        }
        self.trim();
        let words = self.blocks.iter().flatten().flat_map(|b| b.iter());
        self.len = words.map(|w| w.count_ones() as usize).sum();
    }

    /// The last block is one that is there.
    fn trim(&mut self) {
        let last = self.blocks.iter().rposition(Option::is_some);
        self.blocks.truncate(last.map_or(0, |at| at + 1));
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
    Box::new([0; WORDS])
}

fn is_blank(block: &[u64; WORDS]) -> bool {
    block.iter().all(|w| *w == 0)
}

/// The block, the word in it and the bit in that.
fn place(row: u32) -> (usize, usize, u64) {
    let low = row & ((1 << SHIFT) - 1);
    (
        (row >> SHIFT) as usize,
        (low >> 6) as usize,
        1 << (low & 63),
    )
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
