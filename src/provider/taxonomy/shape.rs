//! What the body of an answer looks like: nothing, a web page, other text, JSON with certain members, JSON
//! that says failure inside a good status. What the texts in it say to a person is `words`' and the
//! providers' matter.

use std::cell::OnceCell;

use serde_json::Value;

use super::{Inside, Reader};
use crate::http::HttpResponse;

/// A shape of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Every body.
    Any,
    /// Nothing, or white space.
    Blank,
    /// A web page, or another kind of mark-up.
    Page,
    /// Everything else: nothing, text, JSON.
    NoPage,
    /// JSON of any kind.
    Json,
    /// A JSON object with this member, and it is not null.
    Has(&'static str),
    /// A JSON object whose member (first) is a text that holds these words (second, any case).
    Says(&'static str, &'static str),
    /// A failure whose text for a person holds these words (any case).
    Words(&'static str),
    /// JSON inside a good status that gives a status between these two of its own.
    Code(u16, u16),
    /// JSON inside a good status that says that it failed.
    Failure,
}

/// An answer under examination. Its body is parsed once, and only for a row that asks.
pub(super) struct Seen<'a> {
    pub(super) response: &'a HttpResponse,
    reader: &'static Reader,
    inside: OnceCell<Inside>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(reader: &'static Reader, response: &'a HttpResponse) -> Self {
        Self {
            response,
            reader,
            inside: OnceCell::new(),
        }
    }

    fn inside(&self) -> Inside {
        *self.inside.get_or_init(|| {
            let value = self.reader.inside.zip(self.response.value());
            value.map_or(Inside::Fine, |(inside, value)| inside(value))
        })
    }

    fn member(&self, name: &str) -> Option<&Value> {
        self.response.value()?.get(name).filter(|v| !v.is_null())
    }

    /// The status that counts: the one that the body gives itself inside a good one.
    pub(super) fn status(&self) -> u16 {
        if !self.response.is_success() {
            return self.response.status;
        }
        match self.inside() {
            Inside::Code(code) => code,
            Inside::Fine | Inside::Failed => self.response.status,
        }
    }
}

impl Shape {
    /// Whether a body has this shape.
    pub(super) fn fits(self, seen: &Seen<'_>) -> bool {
        let body = &seen.response.body;
        match self {
            Self::Any => true,
            Self::Blank => body.iter().all(u8::is_ascii_whitespace),
            Self::Page => is_page(seen.response),
            Self::NoPage => !is_page(seen.response),
            Self::Json => seen.response.value().is_some(),
            Self::Has(member) => seen.member(member).is_some(),
            Self::Says(member, words) => {
                let text = seen.member(member).and_then(Value::as_str);
                text.is_some_and(|text| holds(text, words))
            }
            Self::Words(words) => holds(&(seen.reader.words)(seen.response), words),
            Self::Code(from, to) => match seen.inside() {
                Inside::Code(code) => (from..=to).contains(&code),
                Inside::Fine | Inside::Failed => false,
            },
            Self::Failure => seen.inside() == Inside::Failed,
        }
    }
}

fn holds(text: &str, words: &str) -> bool {
    text.to_lowercase().contains(&words.to_lowercase())
}

/// Whether mark-up came: it begins like it, or is declared as HTML and begins like no JSON.
pub fn is_page(response: &HttpResponse) -> bool {
    let declared = response
        .header("content-type")
        .is_some_and(|t| t.to_ascii_lowercase().contains("html"));
    let first = response.body.iter().find(|b| !b.is_ascii_whitespace());
    first == Some(&b'<') || (declared && !matches!(first, None | Some(b'{' | b'[')))
}
