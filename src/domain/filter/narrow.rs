//! Whether one filter finds nothing that another does not find.

use super::{Filter, Term, Test};

impl Filter {
    /// Whether every line that matches `self` surely matches `previous`. `false` means "not sure".
    pub fn narrows(&self, previous: &Self) -> bool {
        let implied = |p: &Term| {
            self.terms.iter().any(|s| match (s.negated, p.negated) {
                (false, false) => implies(s, p),
                (true, true) => implies(p, s),
                _ => false,
            })
        };
        previous.terms.iter().all(implied)
    }
}

/// Whether a line for which `s` holds is one for which `p` holds, negations aside.
fn implies(s: &Term, p: &Term) -> bool {
    if s.test == p.test {
        return true;
    }
    let wanted = p.needle.needle();
    match (&s.test, &p.test) {
        // What must stand in the line for `s` holds the word of `p`.
        (_, Test::Word(_)) => p.needle.find(s.needle.needle()).is_some() || s_inner_holds(s, p),
        (Test::Field(a, _), Test::Field(b, _)) => {
            a == b && p.needle.find(s.needle.needle()).is_some()
        }
        (Test::Tag { .. }, Test::Tag { prefix: true, .. }) => s.needle.needle().starts_with(wanted),
        (Test::Attribute { exact: false, .. }, Test::Attribute { exact: false, .. }) => {
            s.needle.needle() == wanted && p.inner.find(s.inner.needle()).is_some()
        }
        (Test::Attribute { exact: true, .. }, Test::Attribute { exact: false, .. }) => {
            value_of_exact(s, wanted).is_some_and(|value| p.inner.find(value).is_some())
        }
        (Test::Attribute { exact: true, .. }, Test::HasAttribute(_)) => {
            value_of_exact(s, wanted).is_some_and(|value| !value.is_empty())
        }
        (Test::Attribute { exact: false, .. }, Test::HasAttribute(_)) => {
            s.needle.needle() == wanted && !s.inner.needle().is_empty()
        }
        (Test::Field(a, _), Test::HasField(b)) => a == b && !s.needle.needle().is_empty(),
        (Test::Tag { .. }, Test::HasTags) => true,
        _ => false,
    }
}

fn s_inner_holds(s: &Term, word: &Term) -> bool {
    word.needle.find(s.inner.needle()).is_some()
}

/// The value of an exact attribute term whose name part is `name` (with its marks).
fn value_of_exact<'a>(term: &'a Term, name: &[u8]) -> Option<&'a [u8]> {
    let rest = term.needle.needle().strip_prefix(name)?;
    rest.split_last().map(|(_, value)| value)
}
