//! Dates of attributes: `YYYY-MM-DD` or an ISO 8601 time, checked against the calendar.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::Problem;

pub(super) fn check(text: &str) -> Option<Problem> {
    if is_day(text) || is_time(text) {
        return None;
    }
    let message = if has_day_shape(text) {
        format!("{text} is not in the calendar")
    } else {
        "is not a date; write year-month-day, such as 2026-05-01".to_string()
    };
    Some(Problem::error(message).with_repair(repair(text)))
}

/// Four, two and two digits.
fn has_day_shape(text: &str) -> bool {
    let good = |(at, b): (usize, u8)| match at {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(good)
}

fn is_day(text: &str) -> bool {
    has_day_shape(text) && text.parse::<Date>().is_ok()
}

fn is_time(text: &str) -> bool {
    // jiff reads more than ISO 8601's extended form; what other programs read decides here.
    text.get(..10).is_some_and(is_day)
        && text.get(10..11) == Some("T")
        && !text.contains('[')
        && (text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok())
}

/// The day that is surely meant: other separators, missing zeros, day and month in an order that only one
/// reading allows. Points mean day.month.year.
fn repair(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed != text && (is_day(trimmed) || is_time(trimmed)) {
        return Some(trimmed.to_string());
    }
    let separator = trimmed.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(separator, '-' | '/' | '.') {
        return None;
    }
    let parts: Vec<&str> = trimmed.split(separator).collect();
    let [a, b, c] = parts.as_slice() else {
        return None;
    };
    if ![a, b, c]
        .iter()
        .all(|p| p.bytes().all(|d| d.is_ascii_digit()))
    {
        return None;
    }
    let (year, month, day) = match (a.len(), b.len(), c.len()) {
        (4, 1..=2, 1..=2) => (a, number(b)?, number(c)?),
        (1..=2, 1..=2, 4) => {
            let (first, second) = (number(a)?, number(b)?);
            match separator {
                '.' => (c, second, first),
                _ if first == second || first > 12 => (c, second, first),
                _ if second > 12 => (c, first, second),
                _ => return None,
            }
        }
        _ => return None,
    };
    let whole = format!("{year}-{month:02}-{day:02}");
    is_day(&whole).then_some(whole)
}

fn number(text: &str) -> Option<u8> {
    text.parse().ok()
}
