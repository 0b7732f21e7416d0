//! From text to terms.

use thiserror::Error;

use super::{Filter, Term, Test};
use crate::domain::field::{FieldKey, Flag};

/// Why a query can not be meant as written. Each names the part.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilterError {
    /// A quote opens and does not close.
    #[error("filter: the quote in {part} is not closed; add a \" at its end")]
    OpenQuote {
        /// The part as typed.
        part: String,
    },
    /// Nothing follows a key or a minus.
    #[error("filter: {part} has nothing after it; {advice}")]
    NoValue {
        /// The part as typed.
        part: String,
        /// What would be right.
        advice: String,
    },
    /// A flag has no such state.
    #[error("filter: {part} asks for {value:?}; {flag} is yes, no or unknown")]
    BadFlag {
        /// The part as typed.
        part: String,
        /// The flag.
        flag: Flag,
        /// What was asked.
        value: String,
    },
    /// `has:` names nothing that a contact can have.
    #[error(
        "filter: {part} names {value:?}; use has:name, has:email, has:phone, has:identifier, has:avatar_url, \
         has:tags or has:attr.NAME"
    )]
    BadHas {
        /// The part as typed.
        part: String,
        /// What was named.
        value: String,
    },
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

/// Every part of a query, good or bad. `open_quotes`: an open quote reaches to the end.
pub(super) fn terms(text: &str, open_quotes: bool) -> Vec<Result<Term, FilterError>> {
    let mut reader = Reader {
        rest: text,
        open_quotes,
    };
    let mut terms = Vec::new();
    loop {
        reader.rest = reader.rest.trim_start();
        if reader.rest.is_empty() {
            return terms;
        }
        let part = reader.rest;
        let term = reader.term().map_err(|wrong| {
            let read = part.len() - reader.rest.len();
            wrong.named(part.get(..read).unwrap_or(part))
        });
        terms.push(term);
    }
}

/// What is wrong, before the part's text is known.
enum Wrong {
    OpenQuote,
    NoValue(String),
    BadFlag(Flag, String),
    BadHas(String),
}

impl Wrong {
    fn named(self, part: &str) -> FilterError {
        let part = part.to_string();
        match self {
            Self::OpenQuote => FilterError::OpenQuote { part },
            Self::NoValue(advice) => FilterError::NoValue { part, advice },
            Self::BadFlag(flag, value) => FilterError::BadFlag { part, flag, value },
            Self::BadHas(value) => FilterError::BadHas { part, value },
        }
    }
}

/// A key that a part may begin with.
#[derive(Clone, Copy)]
enum Key {
    Id,
    Field(FieldKey),
    Tag,
    Flag(Flag),
    Has,
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "id" => Some(Self::Id),
            "tag" => Some(Self::Tag),
            "has" => Some(Self::Has),
            _ => FieldKey::parse(text)
                .map(Self::Field)
                .or_else(|| Flag::parse(text).map(Self::Flag)),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    open_quotes: bool,
}

impl<'a> Reader<'a> {
    fn term(&mut self) -> Result<Term, Wrong> {
        let negated = self.eat("-");
        self.test(negated).map(|test| Term::new(negated, test))
    }

    fn test(&mut self, negated: bool) -> Result<Test, Wrong> {
        if self.rest.starts_with('"') {
            return match self.quoted()? {
                text if text.is_empty() => Err(Wrong::NoValue("write a word in the quotes".into())),
                text => Ok(Test::Word(text)),
            };
        }
        if self.eat_ignoring_case("attr.") {
            return self.attribute();
        }
        let end = self.rest.find([':', '"']).unwrap_or(self.rest.len());
        let (head, tail) = self.rest.split_at(end);
        let key = Key::parse(&head.to_ascii_lowercase());
        if let Some(key) = key
            && let Some(tail) = tail.strip_prefix(':')
        {
            self.rest = tail;
            return self.keyed(key, head);
        }
        match self.run(|_| false) {
            "" if negated => Err(Wrong::NoValue(
                "write a word behind the minus, or \"-\" in quotes".into(),
            )),
            word => Ok(Test::Word(word.to_string())),
        }
    }

    fn keyed(&mut self, key: Key, head: &str) -> Result<Test, Wrong> {
        if let Key::Has = key {
            return self.has();
        }
        let was_quoted = self.rest.starts_with('"');
        let mut text = self.value()?;
        let missing = |advice: String| Err(Wrong::NoValue(advice));
        if let Key::Tag = key {
            let prefix = if was_quoted {
                self.eat("*")
            } else {
                let cut = text.strip_suffix('*').map(str::to_string);
                cut.map(|cut| text = cut).is_some()
            };
            return match text.is_empty() {
                true => missing("write a tag such as tag:vip, or has:tags".into()),
                false => Ok(Test::Tag { name: text, prefix }),
            };
        }
        if text.is_empty() {
            return missing(match key {
                Key::Flag(flag) => format!("write {flag}:yes, {flag}:no or {flag}:unknown"),
                Key::Id => "write an id such as id:481".into(),
                _ => format!(
                    "write a text behind it, or has:{}",
                    head.to_ascii_lowercase()
                ),
            });
        }
        Ok(match key {
            Key::Id => Test::Id(text),
            Key::Field(field) => Test::Field(field, text),
            Key::Flag(flag) => match text.to_ascii_lowercase().as_str() {
                "yes" => Test::Flag(flag, Some(true)),
                "no" => Test::Flag(flag, Some(false)),
                "unknown" => Test::Flag(flag, None),
                _ => return Err(Wrong::BadFlag(flag, text)),
            },
            Key::Tag | Key::Has => Test::HasTags,
        })
    }

    fn has(&mut self) -> Result<Test, Wrong> {
        if self.eat_ignoring_case("attr.") {
            let name = self.name(|_| false)?;
            return Ok(Test::HasAttribute(name));
        }
        let text = self.value()?;
        let low = text.to_ascii_lowercase();
        if let Some(field) = FieldKey::parse(&low) {
            return Ok(Test::HasField(field));
        }
        match low.as_str() {
            "tags" | "tag" => Ok(Test::HasTags),
            "" => Err(Wrong::NoValue(
                "write has:email, has:tags or has:attr.NAME".into(),
            )),
            _ => Err(Wrong::BadHas(text)),
        }
    }

    fn attribute(&mut self) -> Result<Test, Wrong> {
        let name = self.name(|c| c == '=' || c == ':')?;
        let exact = self.eat("=");
        if !exact && !self.eat(":") {
            return Ok(Test::HasAttribute(name));
        }
        let was_quoted = self.rest.starts_with('"');
        let value = self.value()?;
        if value.is_empty() && !(was_quoted && exact) {
            let advice = "write a value behind it, =\"\" for an empty one, or has:attr.NAME";
            return Err(Wrong::NoValue(advice.into()));
        }
        Ok(Test::Attribute { name, value, exact })
    }

    fn name(&mut self, ends: impl Fn(char) -> bool) -> Result<String, Wrong> {
        let name = if self.rest.starts_with('"') {
            self.quoted()?
        } else {
            self.run(ends).to_string()
        };
        match name.is_empty() {
            true => Err(Wrong::NoValue(
                "write an attribute's name, such as attr.plan=gold".into(),
            )),
            false => Ok(name),
        }
    }

    fn value(&mut self) -> Result<String, Wrong> {
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        Ok(self.run(|_| false).to_string())
    }

    /// Everything up to a blank or an ending character.
    fn run(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c: char| c.is_whitespace() || ends(c));
        let (run, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        run
    }

    /// A quoted text; the reader stands on the opening quote.
    fn quoted(&mut self) -> Result<String, Wrong> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match (c, chars.peek()) {
                ('"', _) => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    return Ok(text);
                }
                ('\\', Some((_, next @ ('"' | '\\')))) => {
                    text.push(*next);
                    chars.next();
                }
                _ => text.push(c),
            }
        }
        self.rest = "";
        if self.open_quotes {
            Ok(text)
        } else {
            Err(Wrong::OpenQuote)
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn eat_ignoring_case(&mut self, text: &str) -> bool {
        match self.rest.split_at_checked(text.len()) {
            Some((head, rest)) if head.eq_ignore_ascii_case(text) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }
}
