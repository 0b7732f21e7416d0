//! What a filter asks, part by part: for those who ask somebody else for the contacts.
//!
//! All parts must hold. So a list that holds every contact for which one part holds also holds every contact
//! that the whole filter finds; a list for a part that is turned round does not.

use super::{Filter, Term, Test};
use crate::domain::field::{FieldKey, Flag};

/// One part of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Whether the part is turned round: the contacts for which it does not hold are wanted.
    pub negated: bool,
    /// What it asks.
    pub asks: Asks<'a>,
}

/// What one part asks, with its texts as typed. Texts are compared folded (see `domain::fold`): `elodie` asks
/// for `Élodie` too, which hardly any provider finds by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks<'a> {
    /// The text somewhere: id, fields, tags or attributes.
    Word(&'a str),
    /// Exactly this id.
    Id(&'a str),
    /// The text in the field. In [`FieldKey::Phone`] punctuation does not count.
    Field(FieldKey, &'a str),
    /// The tag.
    Tag {
        /// Its name, or the beginning of it.
        name: &'a str,
        /// Whether it is a beginning.
        prefix: bool,
    },
    /// The value of an attribute.
    Attribute {
        /// The attribute's name.
        name: &'a str,
        /// Its value, or a text in it.
        value: &'a str,
        /// Whether it is the whole value.
        exact: bool,
    },
    /// The flag's state; `None`: that it is unknown.
    Flag(Flag, Option<bool>),
    /// Any value in the field.
    HasField(FieldKey),
    /// Any tag.
    HasTags,
    /// Any value of the attribute.
    HasAttribute(&'a str),
}

impl Filter {
    /// The parts, in the order in which they were written.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.terms.iter().map(part)
    }

    /// The filter with those parts only that `keep` accepts: it finds the same contacts and maybe more.
    #[must_use]
    pub fn only(&self, keep: impl Fn(Part<'_>) -> bool) -> Self {
        let terms = self.terms.iter().filter(|term| keep(part(term)));
        Self {
            terms: terms.cloned().collect(),
        }
    }
}

fn part(term: &Term) -> Part<'_> {
    let asks = match &term.test {
        Test::Word(text) => Asks::Word(text),
        Test::Id(id) => Asks::Id(id),
        Test::Field(key, text) => Asks::Field(*key, text),
        Test::Tag { name, prefix } => Asks::Tag {
            name,
            prefix: *prefix,
        },
        Test::Attribute { name, value, exact } => Asks::Attribute {
            name,
            value,
            exact: *exact,
        },
        Test::Flag(flag, state) => Asks::Flag(*flag, *state),
        Test::HasField(key) => Asks::HasField(*key),
        Test::HasTags => Asks::HasTags,
        Test::HasAttribute(name) => Asks::HasAttribute(name),
    };
    Part {
        negated: term.negated,
        asks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_tell_what_was_typed() {
        let text = "ada id:7 -email:@x tag:Vip tag:v* attr.plan=Gold attr.a:b optin:unknown blocked:no \
                    has:phone has:tags has:attr.plan";
        let filter = Filter::parse(text).unwrap();
        let asks = [
            Asks::Word("ada"),
            Asks::Id("7"),
            Asks::Field(FieldKey::Email, "@x"),
            Asks::Tag {
                name: "Vip",
                prefix: false,
            },
            Asks::Tag {
                name: "v",
                prefix: true,
            },
            Asks::Attribute {
                name: "plan",
                value: "Gold",
                exact: true,
            },
            Asks::Attribute {
                name: "a",
                value: "b",
                exact: false,
            },
            Asks::Flag(Flag::Optin, None),
            Asks::Flag(Flag::Blocked, Some(false)),
            Asks::HasField(FieldKey::Phone),
            Asks::HasTags,
            Asks::HasAttribute("plan"),
        ];
        let wanted: Vec<Part<'_>> = asks
            .into_iter()
            .enumerate()
            .map(|(n, asks)| Part {
                negated: n == 2,
                asks,
            })
            .collect();
        assert_eq!(filter.parts().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn fewer_parts_find_no_fewer_contacts() {
        let filter = Filter::parse("ada -tag:vip has:email").unwrap();
        let fewer = filter.only(|part| !part.negated);
        assert_eq!(fewer.to_string(), "ada has:email");
        assert!(filter.narrows(&fewer));
        assert!(filter.only(|_| false).is_empty());
    }
}
