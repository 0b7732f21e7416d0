//! How Chatflow itself looks for contacts: a filter of ours as parameters of its list, and the look-up of who
//! has a number or an e-mail. The list's request is made in `call`.
//!
//! The page "get contacts" names the parameters and not how they compare: whether `name` and `mobile` find a
//! part or the whole, whether several `tags` mean all or any of them, whether case counts. So what is found by
//! a text is a beginning, never the whole, and one tag is asked for at most. `optin` and `incomingBlocked` are
//! documented as `true` or `false`; there is one way to read that, and the list of such a flag is whole.

use crate::domain::filter::{Asks, Filter};
use crate::domain::{FieldKey, Flag, fold};
use crate::http::encode_component;
use crate::provider::{Context, Cursor, Narrowed};

use super::{call, map};

/// Parameters of a list, in order.
type Pairs = Vec<(String, String)>;

/// The list in which the contacts of a filter are.
pub fn narrow(context: &Context, filter: &Filter) -> Option<Narrowed> {
    let parts = filter.parts().filter(|p| !p.negated);
    let asked: Vec<Asks<'_>> = parts.map(|p| p.asks).collect();
    let flags = flags(&asked);
    let whole = !flags.is_empty();
    let pairs = if whole { flags } else { texts(context, &asked) };
    (!pairs.is_empty()).then(|| Narrowed {
        start: start(&pairs),
        whole,
    })
}

/// The list of who has this number, or this e-mail where an attribute holds it.
pub fn holders(context: &Context, key: FieldKey, value: &str) -> Option<Cursor> {
    let value = sendable(value)?;
    let pairs = match key {
        FieldKey::Phone => vec![("mobile".to_string(), number(&value)?)],
        FieldKey::Email => attribute(0, map::email_attribute(context)?, &value),
        _ => return None,
    };
    Some(start(&pairs))
}

fn start(pairs: &Pairs) -> Cursor {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode_component(name), encode_component(value)));
    call::place(1, &pairs.collect::<Vec<_>>().join("&"))
}

fn flags(asked: &[Asks<'_>]) -> Pairs {
    let mut pairs = Pairs::new();
    for (flag, name) in [(Flag::Optin, "optin"), (Flag::Blocked, "incomingBlocked")] {
        let state = asked.iter().find_map(|asks| match asks {
            Asks::Flag(asked, Some(state)) if *asked == flag => Some(*state),
            _ => None,
        });
        pairs.extend(state.map(|state| (name.to_string(), state.to_string())));
    }
    pairs
}

fn texts(context: &Context, asked: &[Asks<'_>]) -> Pairs {
    let mut pairs = Pairs::new();
    let first = |wanted: &dyn Fn(&Asks<'_>) -> Option<String>| asked.iter().find_map(wanted);
    let name = first(&|asks| match asks {
        Asks::Field(FieldKey::Name, text) => sendable(text),
        _ => None,
    });
    let mobile = first(&|asks| match asks {
        Asks::Field(FieldKey::Phone, text) => number(text),
        _ => None,
    });
    let tag = first(&|asks| match asks {
        // A comma would make two tags of it.
        Asks::Tag {
            name,
            prefix: false,
        } => sendable(name).filter(|n| !n.contains(',')),
        _ => None,
    });
    for (name, value) in [("name", name), ("mobile", mobile), ("tags", tag)] {
        pairs.extend(value.map(|value| (name.to_string(), value)));
    }
    let email = map::email_attribute(context);
    let mut attributes = 0..;
    for asks in asked {
        let (name, value) = match asks {
            Asks::Attribute {
                name,
                value,
                exact: true,
            } => (Some(*name), sendable(value)),
            Asks::Field(FieldKey::Email, text) => (email, sendable(text).filter(|t| is_address(t))),
            _ => continue,
        };
        if let (Some(name), Some(value)) = (name, value)
            && let Some(index) = attributes.next()
        {
            pairs.extend(attribute(index, name, &value));
        }
    }
    if pairs.is_empty() {
        pairs.extend(word(context, asked));
    }
    pairs
}

/// The longest plain word, as what it looks like.
fn word(context: &Context, asked: &[Asks<'_>]) -> Pairs {
    let words = asked.iter().filter_map(|asks| match asks {
        Asks::Word(text) => sendable(text),
        _ => None,
    });
    let Some(word) = words.max_by_key(|w| w.chars().count()) else {
        return Pairs::new();
    };
    match (number(&word), map::email_attribute(context)) {
        (Some(digits), _) => vec![("mobile".into(), digits)],
        (None, Some(email)) if is_address(&word) => attribute(0, email, &word),
        _ => vec![("name".into(), word)],
    }
}

fn attribute(index: usize, name: &str, value: &str) -> Pairs {
    let key = |member: &str| format!("attributes[{index}][{member}]");
    vec![
        (key("name"), name.to_string()),
        (key("value"), value.to_string()),
    ]
}

/// The digits of what is written as a number: `mobile` is digits with the dialing code, without a plus.
fn number(text: &str) -> Option<String> {
    let bare = fold::phone_digits(&fold::fold(text));
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    let good = digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit());
    good.then(|| digits.to_string())
}

/// A whole address: an attribute is compared with its whole value.
fn is_address(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
}

/// A text that may be sent; an empty filter filters nothing.
fn sendable(text: &str) -> Option<String> {
    let text = text.trim();
    let good = !text.is_empty() && !text.contains(char::is_control);
    good.then(|| text.to_string())
}
