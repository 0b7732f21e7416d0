//! Counts in sentences: one contact is, several are.

use std::fmt::Display;

/// `1 contact`, `2 contacts`.
pub fn contacts<N: Display + PartialEq + From<u8>>(count: N) -> String {
    let noun = if is_one(&count) {
        "contact"
    } else {
        "contacts"
    };
    format!("{count} {noun}")
}

/// `is` for one, `are` for every other number.
pub fn are<N: PartialEq + From<u8>>(count: N) -> &'static str {
    if is_one(&count) { "is" } else { "are" }
}

fn is_one<N: PartialEq + From<u8>>(count: &N) -> bool {
    *count == N::from(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_said_otherwise_than_all_other_numbers() {
        let said = |n: u64| format!("{} {} left", contacts(n), are(n));
        assert_eq!(said(0), "0 contacts are left");
        assert_eq!(said(1), "1 contact is left");
        assert_eq!(said(2), "2 contacts are left");
    }
}
