//! An approximation of the en_US.UTF-8 collation the recorded databases sorted with.
//!
//! Letters and digits decide first, then accents, then case, then punctuation and blanks.

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;

/// Base letters, then accents, then cases, then the text itself, each looked at only where what comes
/// before is equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    bases: Vec<char>,
    accents: Vec<char>,
    upper: Vec<bool>,
    text: String,
}

/// Orders two texts.
pub fn compare(a: &str, b: &str) -> Ordering {
    key(a).cmp(&key(b))
}

/// What a text is ordered by.
pub fn key(text: &str) -> Key {
    let (mut bases, mut accents, mut upper) = (Vec::new(), Vec::new(), Vec::new());
    for character in text.nfd() {
        if unicode_normalization::char::is_combining_mark(character) {
            accents.push(character);
            continue;
        }
        let letters: &[char] = match character {
            'Ø' | 'ø' => &['o'],
            'Ł' | 'ł' => &['l'],
            'Đ' | 'đ' => &['d'],
            'ß' => &['s', 's'],
            'Æ' | 'æ' => &['a', 'e'],
            'Œ' | 'œ' => &['o', 'e'],
            _ => &[],
        };
        if !letters.is_empty() {
            bases.extend(letters);
            accents.push(character);
        } else if character.is_alphanumeric() {
            bases.extend(character.to_lowercase());
            accents.push('\0');
        } else {
            continue;
        }
        upper.push(character.is_uppercase());
    }
    Key {
        bases,
        accents,
        upper,
        text: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn recorded_orders_hold() {
        let orders: [&[&str]; 4] = [
            &[
                "12345",
                "1st Person",
                "+44 caller",
                "adam baker",
                "Amélie Dubois",
                "Array attr",
            ],
            &[
                "Øystein Eid",
                "  padded  name  ",
                "<script>",
                "Unknown attr",
            ],
            &["acme", "Acme", "beta", "Beta", "Delta Co", "Delta-Co"],
            &[
                "", "Ålesund", "Austin", "berlin", "dallas", "Dallas", "Évry", "Leeds", "東京",
            ],
        ];
        for order in orders {
            let mut sorted = order.to_vec();
            sorted.reverse();
            sorted.sort_by(|a, b| compare(a, b));
            assert_eq!(sorted, order);
        }
    }
}
