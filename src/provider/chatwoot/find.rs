//! How Chatwoot itself looks for contacts: a filter of ours as one of its lists, and the exact look-up of who
//! has an e-mail, a phone number or an identifier. The lists' requests are made in `lists`.
//!
//! Chatwoot compares texts case by case of the letter at most: `elodie` does not find `Élodie` (recorded from
//! 4.3.0 and 4.15.1), ours does. So what is found by a text in name, e-mail, phone or attribute is a
//! beginning, never the whole, and so is a search, which looks at neither labels nor attributes. Whole are the
//! lists of a label (its letters in either case), of contacts with any label, and of blocked contacts.

use serde_json::{Value, json};

use crate::domain::filter::{Asks, Filter};
use crate::domain::{FieldKey, Flag, fold};
use crate::provider::{Cursor, Narrowed};

use super::labels;
use super::lists::{List, all_of, condition};

/// The list in which the contacts of a filter are.
///
/// Attributes must be defined in the account, as text, link or list: another key is refused, and a comparison
/// of numbers or dates fails for everybody where one contact holds something else.
pub fn narrow(filter: &Filter) -> Option<Narrowed> {
    // A part that is turned round is found by nothing that Chatwoot surely compares as we do.
    let parts = filter.parts().filter(|p| !p.negated);
    let asked: Vec<Asks<'_>> = parts.map(|p| p.asks).collect();
    let whole = label(&asked, str::is_ascii).or_else(|| filtered(&asked, certain));
    let list = whole.clone().or_else(|| {
        label(&asked, |_| true)
            .or_else(|| filtered(&asked, likely))
            .or_else(|| search(&asked))
    })?;
    Some(Narrowed {
        start: list.start(),
        whole: whole.is_some(),
    })
}

/// The list of who has this value, compared whatever the case. Chatwoot puts a plus in front of a phone number
/// it is asked for; 4.3 does that also where one is there, so none is sent.
pub fn holders(key: FieldKey, value: &str) -> Option<Cursor> {
    let value = sendable(value)?;
    let (name, operator, value) = match key {
        FieldKey::Email => ("email", "equal_to", value),
        FieldKey::Identifier => ("identifier", "equal_to", value),
        FieldKey::Phone => match value.strip_prefix('+') {
            Some(digits) if !digits.starts_with('+') => {
                ("phone_number", "equal_to", digits.to_string())
            }
            // Stored before Chatwoot checked numbers.
            _ => ("phone_number", "contains", pattern(&value)),
        },
        _ => return None,
    };
    let list = all_of(vec![condition(name, operator, &[json!(value)])]);
    Some(list.start())
}

/// The list of the first exact tag that is good enough, in the spelling of account labels.
fn label(asked: &[Asks<'_>], good: impl Fn(&str) -> bool) -> Option<List> {
    asked.iter().find_map(|asks| {
        let Asks::Tag {
            name,
            prefix: false,
        } = asks
        else {
            return None;
        };
        let name = sendable(name).filter(|n| good(n))?.to_lowercase();
        labels::quoted(&name).ok()?;
        Some(List::Label(name))
    })
}

fn filtered(asked: &[Asks<'_>], part: impl Fn(&Asks<'_>) -> Option<Value>) -> Option<List> {
    let mut conditions: Vec<Value> = Vec::new();
    for condition in asked.iter().filter_map(part) {
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
    }
    (!conditions.is_empty()).then(|| all_of(conditions))
}

/// What Chatwoot compares so that no contact is missed.
fn certain(asks: &Asks<'_>) -> Option<Value> {
    match asks {
        Asks::Flag(Flag::Blocked, Some(yes)) => {
            Some(condition("blocked", "equal_to", &[json!(yes)]))
        }
        Asks::HasTags | Asks::Tag { prefix: true, .. } => {
            Some(condition("labels", "is_present", &[]))
        }
        _ => None,
    }
}

/// What finds most of them.
fn likely(asks: &Asks<'_>) -> Option<Value> {
    let holds = |key: &str, text: &str| Some(condition(key, "contains", &[json!(pattern(text))]));
    match asks {
        Asks::Field(FieldKey::Name, text) => holds("name", &sendable(text)?),
        Asks::Field(FieldKey::Email, text) => holds("email", &sendable(text)?),
        Asks::Field(FieldKey::Phone, text) => {
            let digits = fold::phone_digits(&fold::fold(text));
            holds("phone_number", &sendable(&digits)?)
        }
        Asks::Attribute {
            name,
            value,
            exact: true,
        } => Some(condition(name, "equal_to", &[json!(sendable(value)?)])),
        Asks::Attribute { name, value, .. } => holds(name, &sendable(value)?),
        Asks::HasAttribute(name) => Some(condition(name, "is_present", &[])),
        _ => None,
    }
}

/// The search for the longest word.
fn search(asked: &[Asks<'_>]) -> Option<List> {
    let words = asked.iter().filter_map(|asks| match asks {
        Asks::Word(text) | Asks::Field(FieldKey::Identifier, text) => sendable(text),
        _ => None,
    });
    let word = words.max_by_key(|w| w.chars().count())?;
    Some(List::Search(pattern(&word)))
}

/// A text that may be sent: something is left of it between blanks, and nothing that a database refuses. A
/// search for blanks is answered as if nobody were there, or by an error.
fn sendable(text: &str) -> Option<String> {
    let text = text.trim();
    let good = !text.is_empty() && !text.contains(char::is_control);
    good.then(|| text.to_string())
}

/// The text in a pattern of the database. A backslash would take the next character's meaning away; `%` and `_`
/// stand for any text and any character there, which finds no fewer contacts.
fn pattern(text: &str) -> String {
    text.replace('\\', "\\\\")
}
