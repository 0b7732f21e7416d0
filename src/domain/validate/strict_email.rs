//! Addresses under OpenCX's pattern, look-aheads included.

use super::Problem;

/// Whether OpenCX takes an e-mail address: its pattern as plain rules (the vendor's page "update contact"):
/// `^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$`.
pub fn is_strict_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    if text.starts_with('.') || text.contains("..") || domain.contains('@') {
        return false;
    }
    let in_local = |c: char| c.is_ascii_alphanumeric() || "_'+-.".contains(c);
    if !local.chars().all(in_local) || local.is_empty() || local.ends_with(['.', '\'']) {
        return false;
    }
    let Some((labels, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let label = |l: &str| {
        l.starts_with(|c: char| c.is_ascii_alphanumeric())
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    last.len() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic()) && labels.split('.').all(label)
}

/// Checks an address. `loose`: what is wrong with it by the rules for any address.
pub(super) fn check(text: &str, loose: Option<Problem>) -> Option<Problem> {
    if is_strict_email(text) {
        return None;
    }
    let repair = loose.as_ref().and_then(|p| p.repair.clone());
    let repair = repair.filter(|r| is_strict_email(r));
    if let Some(problem) = loose.filter(Problem::is_error) {
        return Some(problem.with_repair(repair));
    }
    let (local, domain) = text.rsplit_once('@').unwrap_or_default();
    let why = if !text.is_ascii() {
        "holds a letter that is not plain ASCII"
    } else if text.contains("..") {
        "has two dots in a row"
    } else if text.starts_with('.') {
        "begins with a dot"
    } else if local.ends_with(['.', '\'']) {
        "has a dot or an apostrophe right before the @"
    } else if !domain.contains('.') {
        "has no dot behind the @"
    } else {
        "holds a character that this provider does not take"
    };
    let message = format!("{why}; this provider takes plain addresses such as ada@example.org");
    Some(Problem::error(message).with_repair(repair))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::field::{Access, Compare, FieldKey, FieldKind, FieldSpec};
    use crate::domain::validate::field;

    const SPEC: FieldSpec = FieldSpec {
        key: FieldKey::Email,
        label: "E-mail",
        access: Access::Full,
        kind: FieldKind::EmailStrict,
        max_chars: None,
        compare: Compare::Exact,
        caution: None,
        guard: None,
        offers_seen: false,
    };

    /// OpenCX's pattern, to the letter (the vendor's page "update contact"). It needs look-aheads, and is written
    /// for JavaScript.
    const STRICT_EMAIL: &str = r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";

    #[test]
    fn strict_addresses_at_the_border_of_the_pattern() {
        let pattern = regress::Regex::new(STRICT_EMAIL).unwrap();
        for (text, good) in [
            ("ann@example.com", true),
            // A plus or a hyphen may stand right before the @; simplified patterns refuse that.
            ("a+@b.co", true),
            ("a-@b.co", true),
            ("_@b.co", true),
            ("o'neil@b.co", true),
            ("'a@b.co", true),
            ("a.b.c@d.e.fg", true),
            ("-a@b.co", true),
            ("+@b.co", true),
            ("a@b-.co", true),
            ("a@b--c.co", true),
            ("a@9.co", true),
            ("a@b.c.d.museum", true),
            // Two dots anywhere; simplified patterns take that.
            ("a..b@x.co", false),
            ("a@b..co", false),
            (".a@b.co", false),
            ("a.@b.co", false),
            ("a'@b.co", false),
            ("@b.co", false),
            ("a@.co", false),
            ("a@-b.co", false),
            ("a@b", false),
            ("a@b.c", false),
            ("a@b.c1", false),
            ("a@b.co.", false),
            ("a@b_c.co", false),
            ("a@[127.0.0.1]", false),
            ("\"a b\"@c.de", false),
            ("a@b@c.de", false),
            ("a b@c.de", false),
            (" a@b.co", false),
            ("a@b.co ", false),
            ("a@b.co\n", false),
            ("a@b\n.co", false),
            ("\u{e9}@b.co", false),
            ("a@b\u{fc}.de", false),
            ("a%b@c.de", false),
            ("", false),
        ] {
            assert_eq!(pattern.find(text).is_some(), good, "the pattern: {text:?}");
            assert_eq!(is_strict_email(text), good, "{text:?}");
        }
    }

    /// An address with a few characters put in, taken out or replaced: near the border, on either side of it.
    fn near_address() -> impl Strategy<Value = String> {
        let good = "[a-c9_'+-]{0,2}[.a]?[bZ_+-]@([a9][b-]?\\.){1,2}[a-cZ]{2,3}";
        let slip = prop::sample::select(vec![
            '.', '-', '@', '\'', '+', '_', 'a', '9', ' ', '\n', '\u{e9}', '%',
        ]);
        let slips = prop::collection::vec((any::<prop::sample::Index>(), slip, 0..3_u8), 0..3);
        (good, slips).prop_map(|(text, slips)| {
            let mut letters: Vec<char> = text.chars().collect();
            for (at, letter, how) in slips {
                let place = at.index(letters.len() + 1);
                match how {
                    0 => letters.insert(place, letter),
                    1 if place < letters.len() => {
                        letters.remove(place);
                    }
                    2 if place < letters.len() => letters[place] = letter,
                    _ => {}
                }
            }
            letters.into_iter().collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn strict_addresses_are_those_of_the_pattern(text in prop_oneof![near_address(), "[a@.'_+9-]{0,12}", ".{0,12}"]) {
            let pattern = regress::Regex::new(STRICT_EMAIL).unwrap();
            prop_assert_eq!(is_strict_email(&text), pattern.find(&text).is_some(), "{:?}", text);
            if !text.is_empty() {
                let problem = field(&SPEC, &text, None);
                prop_assert_eq!(problem.is_none(), is_strict_email(&text), "{:?}", text);
                let repair = problem.and_then(|p| p.repair);
                prop_assert!(repair.is_none_or(|r| is_strict_email(&r)));
            }
        }
    }

    #[test]
    fn generated_addresses_fall_on_either_side_of_the_border() {
        use proptest::strategy::ValueTree;
        use proptest::test_runner::TestRunner;
        let mut runner = TestRunner::deterministic();
        let good = (0..1000)
            .filter(|_| {
                let text = near_address().new_tree(&mut runner).unwrap().current();
                is_strict_email(&text)
            })
            .count();
        assert!((200..900).contains(&good), "{good} of 1000");
    }
}
