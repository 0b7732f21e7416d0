//! The `Retry-After` header: seconds, or one of the three HTTP date forms (RFC 9110, 5.6.7).
//!
//! Only reading; how long a wait may be is decided in `retry`.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The moment a raw `Retry-After` names; nothing where it is neither seconds nor a date. A moment
/// past what the calendar holds becomes the calendar's end; a date gone by stays in the past.
pub fn parse(raw: &str, now: Timestamp) -> Option<Timestamp> {
    let raw = raw.trim();
    if !raw.is_empty() && raw.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = raw.parse::<i64>().unwrap_or(i64::MAX);
        return Some(
            now.checked_add(SignedDuration::from_secs(seconds))
                .unwrap_or(Timestamp::MAX),
        );
    }
    // Seen in the wild though not in the standard: seconds with a fraction, rounded up.
    if let Some((whole, fraction)) = raw.split_once('.')
        && [whole, fraction]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return parse(
            &whole.parse::<u32>().ok()?.saturating_add(1).to_string(),
            now,
        );
    }
    date(raw, now)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
fn date(raw: &str, now: Timestamp) -> Option<Timestamp> {
    let words: Vec<&str> = raw.split_whitespace().collect();
    let (year, month, day, time) = match words.as_slice() {
        [_, day, month, year, time, "GMT" | "UTC"] => (number(year, 4)?, *month, *day, *time),
        [_, date, time, "GMT" | "UTC"] => {
            let mut parts = date.split('-');
            let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
            if parts.next().is_some() {
                return None;
            }
            (full_year(number(year, 2)?, now), month, day, *time)
        }
        [_, month, day, time, year] => (number(year, 4)?, *month, *day, *time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(month))?;
    let mut clock = time.split(':').map(|part| number(part, 2));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if clock.next().is_some() {
        return None;
    }
    let date = Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month + 1).ok()?,
        i8::try_from(number(day, 2)?).ok()?,
    )
    .ok()?;
    let [hour, minute] = [hour, minute].map(|n| i8::try_from(n).unwrap_or(-1));
    // A leap second is told as :60; the calendar here has none.
    let second = i8::try_from(second.min(if second == 60 { 59 } else { second })).ok()?;
    let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
    let zoned = date.to_datetime(time).to_zoned(jiff::tz::TimeZone::UTC);
    Some(zoned.ok()?.timestamp())
}

/// A number of at most so many digits.
fn number(text: &str, digits: usize) -> Option<i32> {
    let fits = !text.is_empty() && text.len() <= digits && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

/// The year nearest to now that ends in these two digits, at most 50 years ahead (RFC 9110).
fn full_year(two: i32, now: Timestamp) -> i32 {
    let present = i32::from(now.to_zoned(jiff::tz::TimeZone::UTC).year());
    let year = present - present % 100 + two;
    if year > present + 50 {
        year - 100
    } else {
        year
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T12:00:00Z";

    fn at(raw: &str) -> Option<String> {
        parse(raw, NOW.parse().unwrap()).map(|t| t.to_string())
    }

    #[test]
    fn seconds_and_dates_are_read() {
        for (raw, expected) in [
            ("0", "2026-11-21T12:00:00Z"),
            (" 90 ", "2026-11-21T12:01:30Z"),
            ("1.5", "2026-11-21T12:00:02Z"),
            ("Sat, 21 Nov 2026 12:02:07 GMT", "2026-11-21T12:02:07Z"),
            ("sat, 21 nov 2026 12:02:07 UTC", "2026-11-21T12:02:07Z"),
            ("Saturday, 21-Nov-26 12:02:07 GMT", "2026-11-21T12:02:07Z"),
            ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
            ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
            ("Thu, 31 Dec 2026 23:59:60 GMT", "2026-12-31T23:59:59Z"),
        ] {
            assert_eq!(at(raw).as_deref(), Some(expected), "{raw:?}");
        }
        assert_eq!(
            parse("99999999999999999999", NOW.parse().unwrap()),
            Some(Timestamp::MAX)
        );
    }

    #[test]
    fn what_is_neither_is_nothing() {
        for raw in [
            "",
            "soon",
            "-5",
            "+5",
            ".",
            "1.",
            "Sat, 21 Nov 2026 25:02:07 GMT",
            "Sat, 31 Feb 2026 12:02:07 GMT",
            "Sat, 21 Foo 2026 12:02:07 GMT",
            "Sat, 21 Nov 2026 12:02 GMT",
            "Sat, 21 Nov 2026 12:02:07 CET",
            "Sat, 21-Nov-26-1 12:02:07 GMT",
            "2026-11-21T12:02:07Z",
        ] {
            assert_eq!(at(raw), None, "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(raw in ".*") {
            let _ = parse(&raw, NOW.parse().unwrap());
        }
    }
}
