//! Telephone numbers that belong to nobody.

/// French mobiles that the regulator keeps for fiction: +33 6 39 98 xx xx.
const FRANCE: usize = 10_000;
/// British ones: +44 7700 900 xxx.
const MOBILE: usize = 1_000;
/// British landlines, xxx of +44 AAA 496 0xxx.
const CITIES: [u16; 11] = [113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161];
/// North American ones: +1 AAA 555 01xx, for the area codes N20 to N99.
const AMERICA: usize = 640 * 100;
const ALL: usize = FRANCE + MOBILE + CITIES.len() * 1_000 + AMERICA;

/// The k-th fictional number, E.164, a different one for each k. After the real countries' fictional
/// ranges are used up (86,000), numbers follow under +999, which no country has.
pub fn fictional_phone(k: usize) -> String {
    if k >= ALL {
        return format!("+999{k:09}");
    }
    // A stride without a common factor with ALL visits each number once, countries mixed.
    let mut at = k * 7919 % ALL;
    if at < FRANCE {
        return format!("+3363998{at:04}");
    }
    at -= FRANCE;
    if at < MOBILE {
        return format!("+447700900{at:03}");
    }
    at -= MOBILE;
    if let Some(city) = CITIES.get(at / 1_000) {
        return format!("+44{city}4960{:03}", at % 1_000);
    }
    at -= CITIES.len() * 1_000;
    let area = at / 100;
    format!("+1{}{}55501{:02}", 2 + area / 80, 20 + area % 80, at % 100)
}

/// The dialing code of a number that this module or the hand-written people use, digits only.
pub(super) fn dialing_code(phone: &str) -> Option<&'static str> {
    let digits = phone.strip_prefix('+')?;
    ["999", "353", "33", "44", "46", "49", "61", "1"]
        .into_iter()
        .find(|code| digits.starts_with(code))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_are_distinct_and_e164() {
        let all: HashSet<_> = (0..ALL + 1_000).map(fictional_phone).collect();
        assert_eq!(all.len(), ALL + 1_000);
        for phone in &all {
            assert!(phone.len() >= 11 && phone.len() <= 16, "{phone}");
            assert!(phone[1..].bytes().all(|b| b.is_ascii_digit()), "{phone}");
            assert!(dialing_code(phone).is_some(), "{phone}");
        }
    }
}
