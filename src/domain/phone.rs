//! Telephone numbers: what E.164 is, and the repair of what people type where it is certain.
//!
//! No look-up of operators, no formatting; the regions stand in `regions`.

use super::fold::fold;

mod regions;

use regions::{REGIONS, Region, Trunk};

/// Fewest digits of a number that a repair may produce; fewer are more likely half a number.
const FEWEST: usize = 7;

/// Whether a region (ISO 3166 alpha-2, any case) is known, and its calling code.
pub fn calling_code(region: &str) -> Option<u16> {
    find(region).map(|r| r.code)
}

/// Checks for E.164 as the providers want it: `+`, a digit other than 0, 1 to 14 more digits.
///
/// # Errors
/// A sentence saying what is wrong and what would be right.
pub fn check_e164(text: &str) -> Result<(), String> {
    let Some(digits) = text.strip_prefix('+') else {
        return Err("must begin with + and the country code, such as +442071838750".into());
    };
    if let Some(c) = digits.chars().find(|c| !c.is_ascii_digit()) {
        return Err(format!("holds {c:?}; only digits may follow the +"));
    }
    if digits.starts_with('0') {
        return Err("has a 0 behind the +; no country code begins with 0".into());
    }
    match digits.len() {
        2..=15 => Ok(()),
        0 | 1 => Err("is too short for a telephone number".into()),
        n => Err(format!("has {n} digits; a telephone number has 15 at most")),
    }
}

/// The E.164 form, where it is certain: international numbers are stripped of punctuation, national ones
/// are completed for the default region (ISO 3166 alpha-2, any case). `None` where anything is open to
/// doubt: letters, extensions, unusual lengths, national numbers without a region.
pub fn repair(text: &str, default_region: Option<&str>) -> Option<String> {
    let number = Stripped::of(text)?;
    let region = default_region.and_then(find);
    let digits = match number {
        Stripped::International(digits) => digits,
        Stripped::National(digits) => national(&digits, region?)?,
    };
    let whole = format!("+{digits}");
    let good = check_e164(&whole).is_ok() && (digits.len() >= FEWEST || whole == text);
    good.then_some(whole)
}

/// The digits with dialing code that Pabbly keeps as `mobile`: blanks, dashes, brackets and a leading `+`
/// or `00` are stripped; 7 to 15 digits must remain.
///
/// # Errors
/// A sentence saying what is wrong and what would be right.
pub fn digits_with_code(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_alphabetic) {
        return Err("holds letters; write the whole number in digits".into());
    }
    let digits = match Stripped::of(text) {
        Some(Stripped::International(d) | Stripped::National(d)) => d,
        None => return Err("is not a telephone number; write digits such as 442071838750".into()),
    };
    if digits.starts_with('0') {
        return Err("begins with 0; write the dialing code, such as 442071838750".into());
    }
    match digits.len() {
        7..=15 => Ok(digits),
        n => Err(format!(
            "has {n} digits; 7 to 15 with the dialing code are wanted"
        )),
    }
}

fn find(region: &str) -> Option<&'static Region> {
    let wanted = region.trim().to_ascii_uppercase();
    let at = REGIONS.binary_search_by(|r| r.iso.cmp(wanted.as_str()));
    at.ok().and_then(|n| REGIONS.get(n))
}

/// A number without its punctuation.
enum Stripped {
    /// The digits behind `+` or `00`.
    International(String),
    /// All digits.
    National(String),
}

impl Stripped {
    fn of(text: &str) -> Option<Self> {
        let folded = fold(text);
        let text = folded.trim();
        let text = text.strip_prefix("tel:").unwrap_or(text);
        let (text, plus) = match text.strip_prefix('+') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        // `+49 (0) 151` says: 0 at home, nothing from abroad.
        let is_foreign = plus || text.starts_with("00");
        let text = if is_foreign {
            text.replacen("(0)", "", 1)
        } else {
            text.to_string()
        };
        let mut digits = String::new();
        for c in text.chars() {
            match c {
                '0'..='9' => digits.push(c),
                '\u{660}'..='\u{669}' => digits.push(shifted(c, '\u{660}')?),
                '\u{6f0}'..='\u{6f9}' => digits.push(shifted(c, '\u{6f0}')?),
                '-' | '.' | '(' | ')' | '[' | ']' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
                // 0151/234 is one number; 0151 234 / 0151 235 are two.
                '/' if !text.contains(" /") && !text.contains("/ ") => {}
                c if c.is_whitespace() => {}
                _ => return None,
            }
        }
        if plus {
            return Some(Self::International(digits));
        }
        Some(match digits.strip_prefix("00") {
            Some(rest) => Self::International(rest.to_string()),
            None => Self::National(digits),
        })
    }
}

/// The ASCII digit for a digit of another script.
fn shifted(c: char, zero: char) -> Option<char> {
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// A national number with its calling code in front.
fn national(digits: &str, region: &Region) -> Option<String> {
    if region.code == 1
        && let Some(foreign) = digits.strip_prefix("011")
        && foreign.len() > 8
    {
        return Some(foreign.to_string());
    }
    let number = match region.trunk {
        Trunk::None | Trunk::Keep => digits,
        Trunk::Must(prefixes) => prefixes.iter().find_map(|p| digits.strip_prefix(p))?,
        Trunk::May(prefix) => digits.strip_prefix(prefix).unwrap_or(digits),
        Trunk::MustBut(_, first, len) if digits.starts_with(first) && digits.len() == len => digits,
        Trunk::MustBut(prefix, ..) => digits.strip_prefix(prefix)?,
        Trunk::Unsure => return None,
    };
    if number.starts_with('0') && region.trunk != Trunk::Keep {
        return None;
    }
    if !(region.min..=region.max).contains(&number.len()) {
        return None;
    }
    if region.code == 1 && !is_north_american(number) {
        return None;
    }
    Some(format!("{}{number}", region.code))
}

/// Neither area code nor exchange begins with 0 or 1.
fn is_north_american(number: &str) -> bool {
    let at = |n: usize| {
        number
            .as_bytes()
            .get(n)
            .is_some_and(|b| (b'2'..=b'9').contains(b))
    };
    at(0) && at(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_numbers_are_repaired_and_others_are_left() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            ("0151 234", "DE", Some("+49151234")),
            ("0151/2345678", "de", Some("+491512345678")),
            ("(415) 555-0100", "US", Some("+14155550100")),
            ("1 415 555 0100", "US", Some("+14155550100")),
            ("415.555.0100", "CA", Some("+14155550100")),
            ("011 44 20 7183 8750", "US", Some("+442071838750")),
            ("555-0100", "US", None),
            ("115 555 0100", "US", None),
            ("+442071838750", "", Some("+442071838750")),
            ("+442071838750", "DE", Some("+442071838750")),
            ("+44 (0)20 7183-8750", "", Some("+442071838750")),
            ("0044 20 7183 8750", "", Some("+442071838750")),
            ("020 7183 8750", "GB", Some("+442071838750")),
            ("20 7183 8750", "GB", None),
            ("06 1234 5678", "IT", Some("+390612345678")),
            ("333 123 4567", "IT", Some("+393331234567")),
            ("06 30 123 4567", "HU", Some("+36301234567")),
            ("8 (912) 345-67-89", "RU", Some("+79123456789")),
            ("8 029 123 45 67", "BY", Some("+375291234567")),
            ("8 612 34567", "LT", Some("+37061234567")),
            ("612 345 678", "ES", Some("+34612345678")),
            ("34612345678", "ES", None),
            ("07 07 12 34 56", "CI", Some("+2250707123456")),
            ("06 12 34 56 78", "FR", Some("+33612345678")),
            ("98765 43210", "IN", Some("+919876543210")),
            ("098765 43210", "IN", Some("+919876543210")),
            ("138 1234 5678", "CN", Some("+8613812345678")),
            ("(11) 91234-5678", "BR", Some("+5511912345678")),
            ("090-1234-5678", "JP", Some("+819012345678")),
            ("0412 345 678", "AU", Some("+61412345678")),
            ("0151 234", "", None),
            ("49151234567", "DE", None),
            ("0151 234 ext 5", "DE", None),
            ("1-800-FLOWERS", "US", None),
            ("0151 2345 / 0170 55", "DE", None),
            ("\u{202a}+49 151 2345678\u{202c}", "", Some("+491512345678")),
            ("０１５１ ２３４５", "DE", Some("+491512345")),
            ("٠٥٠ ١٢٣ ٤٥٦٧", "AE", Some("+971501234567")),
            ("tel:+49-151-2345678", "", Some("+491512345678")),
            ("+1234567890123456", "", None),
            ("+0151234567", "DE", None),
            ("01 12 34 56", "GA", None),
            ("0151 234", "XX", None),
            ("", "DE", None),
            ("+", "DE", None),
        ];
        for (text, region, want) in cases {
            let region = (!region.is_empty()).then_some(*region);
            assert_eq!(
                repair(text, region).as_deref(),
                *want,
                "{text:?} {region:?}"
            );
        }
    }

    #[test]
    fn pabbly_digits_lose_their_punctuation_and_nothing_else() {
        for text in ["+44 20 7183-8750", "0044 (20) 71838750", "442071838750"] {
            assert_eq!(digits_with_code(text), Ok("442071838750".into()), "{text}");
        }
        for text in [
            "91XXXXXX43",
            "0151234567",
            "123456",
            "1234567890123456",
            "",
            "+",
            "12#34567",
        ] {
            assert!(digits_with_code(text).is_err(), "{text}");
        }
    }

    #[test]
    fn e164_is_exact() {
        for good in ["+12", "+442071838750", "+123456789012345"] {
            assert_eq!(check_e164(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "+",
            "+1",
            "12",
            "+0123",
            "+44 20",
            "+1234567890123456",
            "tel:+15551234567",
            "+1\n",
        ] {
            assert!(check_e164(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_table_can_be_searched() {
        assert!(REGIONS.windows(2).all(|w| w[0].iso < w[1].iso));
        assert!(
            REGIONS
                .iter()
                .all(|r| r.iso.len() == 2 && r.min <= r.max && r.code > 0)
        );
        assert_eq!(calling_code("fr"), Some(33));
        assert_eq!(calling_code("zz"), None);
    }
}
