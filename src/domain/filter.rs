//! The query language: what a person types after `/` or gives to `list`, and which contacts it finds.
//!
//! Parts are separated by blanks and must all hold; `-` before a part turns it round.
//!
//! | part | finds |
//! |---|---|
//! | `ada` `"ada byron"` | the text somewhere in id, standard fields, tags or attributes |
//! | `name:` `email:` `phone:` `identifier:` … | the text in that field; phone ignores punctuation |
//! | `id:481` | exactly that id |
//! | `tag:vip` `tag:vip*` | that tag; a tag that begins so |
//! | `attr.plan=gold` `attr.plan:go` | the attribute's whole value; the text in its value |
//! | `has:email` `has:tags` `has:attr.plan` `attr.plan` | the field, any tag, or the attribute has a value |
//! | `optin:yes` `blocked:no` `optin:unknown` | the flag's state |
//!
//! Case, accents and widths do not count (see `domain::fold`). Values may be quoted (`tag:"big customer"`,
//! `attr."first seen"=2024-05-01`); inside quotes `\"` and `\\` stand for a quote and a backslash. A part with
//! any other word before a colon is a plain word, because addresses and times hold colons too.
//!
//! Tags and flags are judged as far as they are known: where a list does not tell tags, `-tag:x` holds.

use memchr::memmem::Finder;

use super::contact::Contact;
use super::field::{FieldKey, Flag};
use super::fold;

mod narrow;
mod parse;
mod parts;
mod print;
mod scan;

pub use parse::FilterError;
pub use parts::{Asks, Part};

/// A parsed query. Two filters are equal when they were written alike, blanks aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

/// One part.
#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    test: Test,
    /// Prebuilt over what must stand in a line for `test` to hold; see [`Term::new`].
    needle: Finder<'static>,
    /// The text that an attribute's value must hold.
    inner: Finder<'static>,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.negated == other.negated && self.test == other.test
    }
}

impl Eq for Term {}

/// What a part asks, with its texts as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Word(String),
    Id(String),
    Field(FieldKey, String),
    Tag {
        name: String,
        prefix: bool,
    },
    Attribute {
        name: String,
        value: String,
        exact: bool,
    },
    Flag(Flag, Option<bool>),
    HasField(FieldKey),
    HasTags,
    HasAttribute(String),
}

impl Filter {
    /// Reads a finished query.
    ///
    /// # Errors
    /// The first part that can not be meant so, by name, with what would be right.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let terms: Result<Vec<Term>, FilterError> = parse::terms(text, false).into_iter().collect();
        terms.map(|terms| Self { terms })
    }

    /// Reads a query that is still being typed: an open quote reaches to the end, and parts that are not
    /// finished (`tag:`, `optin:y`) or wrong are left out. [`Filter::parse`] says what is wrong with them.
    #[must_use]
    pub fn parse_lenient(text: &str) -> Self {
        Self {
            terms: parse::terms(text, true).into_iter().flatten().collect(),
        }
    }

    /// The filter that finds a text in a field, whatever characters the text holds.
    #[must_use]
    pub fn of_field(key: FieldKey, text: &str) -> Self {
        Self {
            terms: vec![Term::new(false, Test::Field(key, text.to_string()))],
        }
    }

    /// Whether nothing is asked: every contact matches.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a line made by [`fold::line`] matches.
    pub fn matches(&self, line: &str) -> bool {
        self.matches_bytes(line.as_bytes())
    }

    /// Whether a contact matches. Over many contacts keep their lines and use [`Filter::scan`].
    pub fn matches_contact(&self, contact: &Contact) -> bool {
        self.terms.is_empty() || self.matches(&fold::line(contact))
    }

    /// The exact tags that are mentioned, as typed, also in negated parts: where a provider's list does not
    /// carry tags, these are the ones to read first. Prefixes are not among them; see
    /// [`Filter::asks_tags`].
    pub fn tag_names(&self) -> Vec<&str> {
        let names = self.terms.iter().filter_map(|t| match &t.test {
            Test::Tag {
                name,
                prefix: false,
            } => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }

    /// Whether any part looks at tags as such (`tag:…`, `has:tags`).
    pub fn asks_tags(&self) -> bool {
        let asks = |t: &Term| matches!(t.test, Test::Tag { .. } | Test::HasTags);
        self.terms.iter().any(asks)
    }

    fn matches_bytes(&self, line: &[u8]) -> bool {
        self.terms.iter().all(|t| t.holds(line) != t.negated)
    }
}

impl Term {
    fn new(negated: bool, test: Test) -> Self {
        let item = fold::ITEM;
        let mut inner = String::new();
        let needle = match &test {
            Test::Word(text) | Test::Id(text) => fold::fold(text),
            Test::Field(FieldKey::Phone, text) => phone_needle(text),
            Test::Field(_, text) => fold::fold(text),
            Test::Tag { name, prefix: true } => format!("{item}{}", fold::fold(name)),
            Test::Tag { name, .. } => format!("{item}{}{item}", fold::fold(name)),
            Test::Attribute { name, value, exact } => {
                let (name, value) = (fold::attribute_name(name), fold::fold(value));
                if *exact {
                    format!("{item}{name}={value}{item}")
                } else {
                    inner = value;
                    format!("{item}{name}=")
                }
            }
            Test::HasAttribute(name) => format!("{item}{}=", fold::attribute_name(name)),
            Test::Flag(..) | Test::HasField(_) | Test::HasTags => String::new(),
        };
        let owned = |text: String| Finder::new(text.as_bytes()).into_owned();
        Self {
            negated,
            test,
            needle: owned(needle),
            inner: owned(inner),
        }
    }

    /// Whether the test holds, the negation aside.
    fn holds(&self, line: &[u8]) -> bool {
        let found = |segment: &[u8]| self.needle.find(segment).is_some();
        match &self.test {
            Test::Word(_) => found(line),
            Test::Id(_) => segment(line, 0) == self.needle.needle(),
            Test::Field(key, _) => found(field_segment(line, *key)),
            Test::Tag { .. } => found(segment(line, TAGS)),
            Test::Attribute { exact: true, .. } => found(segment(line, ATTRIBUTES)),
            Test::Attribute { exact: false, .. } => {
                self.any_value(line, |value| self.inner.find(value).is_some())
            }
            Test::HasAttribute(_) => self.any_value(line, |value| !value.is_empty()),
            Test::HasField(key) => !field_segment(line, *key).is_empty(),
            Test::HasTags => !segment(line, TAGS).is_empty(),
            Test::Flag(flag, state) => {
                let place = Flag::ALL.iter().position(|f| f == flag);
                let mark = place.and_then(|p| segment(line, FLAGS).get(p));
                mark.is_some_and(|m| char::from(*m) == fold::flag_mark(*state))
            }
        }
    }

    /// Whether a value of the attribute passes: names that differ only in case fold to the same.
    fn any_value(&self, line: &[u8], pass: impl Fn(&[u8]) -> bool) -> bool {
        let attributes = segment(line, ATTRIBUTES);
        self.needle.find_iter(attributes).any(|at| {
            let rest = attributes.get(at + self.needle.needle().len()..);
            let value = rest.and_then(|r| r.split(|b| *b == fold::ITEM as u8).next());
            value.is_some_and(&pass)
        })
    }
}

/// The bare digits, where the text looks like a number: they stand in every phone segment.
fn phone_needle(text: &str) -> String {
    let folded = fold::fold(text);
    let bare = fold::phone_digits(&folded);
    if bare.is_empty() { folded } else { bare }
}

const TAGS: usize = 1 + fold::FIELDS.len();
const ATTRIBUTES: usize = TAGS + 1;
const FLAGS: usize = ATTRIBUTES + 1;
const OTHERS: usize = FLAGS + 1;

fn field_segment(line: &[u8], key: FieldKey) -> &[u8] {
    if let Some(place) = fold::FIELDS.iter().position(|k| *k == key) {
        return segment(line, place + 1);
    }
    let name = key.as_str().as_bytes();
    let items = segment(line, OTHERS).split(|b| *b == fold::ITEM as u8);
    let mut values = items.filter_map(|item| item.strip_prefix(name)?.strip_prefix(b"="));
    values.next().unwrap_or_default()
}

/// The segment at a place of a line, empty where the line is too short.
fn segment(line: &[u8], place: usize) -> &[u8] {
    let mut rest = line;
    for _ in 0..place {
        let Some(end) = memchr::memchr(fold::SEGMENT as u8, rest) else {
            return &[];
        };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let end = memchr::memchr(fold::SEGMENT as u8, rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
