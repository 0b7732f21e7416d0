//! Ages in words, `90 days`, and moments named by a date or an age.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// How old something may become.
#[derive(Debug, Clone, Copy)]
pub struct Age(Span);

impl Age {
    /// Reads `90 days`, `6 months`, `1 year`, `36h`.
    ///
    /// # Errors
    /// Says what an age looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let span: Option<Span> = text.trim().parse().ok();
        let span = span.filter(|s| !s.is_negative() && !s.is_zero());
        span.map(Self)
            .ok_or_else(|| format!("{text:?} is no age; write it as \"90 days\" or \"6 months\""))
    }

    /// The moment that was so long before `now`; the beginning of time where it was before that. Days and months are
    /// those of the calendar in UTC.
    pub fn before(self, now: Timestamp) -> Timestamp {
        let then = now.to_zoned(TimeZone::UTC).checked_sub(self.0);
        then.map_or(Timestamp::MIN, |z| z.timestamp())
    }
}

/// The moment that a date, in UTC, or an age names.
///
/// # Errors
/// Says what both look like.
pub fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(date) = text.trim().parse::<Date>() {
        let day = date.to_zoned(TimeZone::UTC).map(|z| z.timestamp());
        return day.map_err(|e| format!("{text:?}: {e}"));
    }
    let age = Age::parse(text).map_err(|_| {
        format!("{text:?} is neither a date nor an age; write it as 2026-01-31, or as \"90 days\"")
    })?;
    Ok(age.before(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_dates_name_moments() {
        let now: Timestamp = "2026-03-31T12:00:00Z".parse().unwrap();
        let named = |text: &str| moment(text, now).map(|t| t.to_string());
        assert_eq!(named("2026-01-31").unwrap(), "2026-01-31T00:00:00Z");
        assert_eq!(named("90 days").unwrap(), "2025-12-31T12:00:00Z");
        assert_eq!(named("1 month").unwrap(), "2026-02-28T12:00:00Z");
        assert_eq!(named(" 36h ").unwrap(), "2026-03-30T00:00:00Z");
        for wrong in ["", "soon", "-3 days", "0 days", "90", "2026-13-01"] {
            assert!(named(wrong).unwrap_err().contains("90 days"), "{wrong}");
        }
    }
}
