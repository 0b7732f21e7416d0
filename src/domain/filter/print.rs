//! A filter as text that reads back as the same filter.

use std::fmt;

use super::{Filter, Term, Test};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, term) in self.terms.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.test {
            Test::Word(text) => f.write_str(&word(text)),
            Test::Id(text) => write!(f, "id:{}", value(text)),
            Test::Field(key, text) => write!(f, "{key}:{}", value(text)),
            Test::Tag { name, prefix: true } => write!(f, "tag:{}*", value(name)),
            Test::Tag { name, .. } => write!(f, "tag:{}", value(name)),
            Test::Attribute {
                name,
                value: v,
                exact,
            } => {
                let sign = if *exact { '=' } else { ':' };
                write!(f, "attr.{}{sign}{}", name_text(name), value(v))
            }
            Test::Flag(flag, state) => write!(f, "{flag}:{}", state_text(*state)),
            Test::HasField(key) => write!(f, "has:{key}"),
            Test::HasTags => f.write_str("has:tags"),
            Test::HasAttribute(name) => write!(f, "has:attr.{}", name_text(name)),
        }
    }
}

/// How a flag's state is written.
fn state_text(state: Option<bool>) -> &'static str {
    match state {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

fn word(text: &str) -> String {
    // A colon or a dot may make a key of it, a minus a negation.
    if text.starts_with('-') || text.contains([':', '.']) {
        return quoted(text);
    }
    value(text)
}

fn value(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.starts_with('"')
        && !text.ends_with('*')
        && !text.contains(char::is_whitespace);
    if plain {
        text.to_string()
    } else {
        quoted(text)
    }
}

fn name_text(name: &str) -> String {
    if name.contains([':', '=']) {
        return quoted(name);
    }
    value(name)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
