//! The loopback server's rate limit: when a request is one too many, and what the refusal looks like.
//!
//! Pure: time is an argument. A client's own pacing lives elsewhere and shares nothing with this.

use jiff::Timestamp;
use thiserror::Error;

use super::faults::Vendor;
use super::spec::Words;
use crate::http::HttpResponse;

/// How requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A fresh allowance at every full clock minute, as Chatwoot does it.
    Window,
    /// A bucket of ten seconds' worth that refills evenly.
    Bucket,
}

impl Words for Shape {
    const WORDS: &'static [(&'static str, Self)] =
        &[("window", Self::Window), ("bucket", Self::Bucket)];
}

/// A limit per minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a minute, at least 1.
    pub per_minute: u32,
    /// How they are counted.
    pub shape: Shape,
}

/// A rate that can not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("rate `{0}`: write `N/min` with N from 1 on, such as 60/min, or 60/min:bucket")]
pub struct RateError(String);

impl Rate {
    /// Reads `60/min` (fixed clock-minute windows) or `60/min:bucket`.
    ///
    /// # Errors
    /// The text, where it is neither.
    pub fn parse(text: &str) -> Result<Self, RateError> {
        let error = || RateError(text.into());
        let (count, shape) = match text.trim().split_once(':') {
            None => (text.trim(), Shape::Window),
            Some((count, "window")) => (count, Shape::Window),
            Some((count, "bucket")) => (count, Shape::Bucket),
            Some(_) => return Err(error()),
        };
        let per_minute = count
            .strip_suffix("/min")
            .and_then(|n| n.parse().ok())
            .filter(|n| *n > 0)
            .ok_or_else(error)?;
        Ok(Self { per_minute, shape })
    }
}

/// How a refusal says when to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Not at all.
    Off,
    /// `Retry-After: 17`.
    Seconds,
    /// `Retry-After: Wed, 21 Oct 2026 07:28:00 GMT`.
    Date,
}

impl Words for RetryAfter {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("off", Self::Off),
        ("seconds", Self::Seconds),
        ("date", Self::Date),
    ];
}

/// The refusal in the vendor's form; `wait` is in whole seconds from `now`.
pub fn refusal(vendor: Vendor, form: RetryAfter, wait: i64, now: Timestamp) -> HttpResponse {
    tell(vendor.error(429), form, wait, now)
}

/// An answer that says when to come back; `wait` is in whole seconds from `now`.
pub fn tell(answer: HttpResponse, form: RetryAfter, wait: i64, now: Timestamp) -> HttpResponse {
    match form {
        RetryAfter::Off => answer,
        RetryAfter::Seconds => answer.with_header("retry-after", &wait.to_string()),
        RetryAfter::Date => {
            // A date has whole seconds only: rounding down would promise too early a time.
            let until = now.as_second() + wait + i64::from(now.subsec_nanosecond() > 0);
            match Timestamp::from_second(until) {
                Ok(at) => answer.with_header(
                    "retry-after",
                    &at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
                ),
                Err(_) => answer,
            }
        }
    }
}

/// Counts requests against a [`Rate`].
#[derive(Debug, Clone)]
pub struct Limiter {
    rate: Rate,
    minute: i64,
    used: u32,
    level: f64,
    at: Option<Timestamp>,
}

impl Limiter {
    /// A limiter with its whole allowance.
    pub fn new(rate: Rate) -> Self {
        let level = burst(rate);
        Self {
            rate,
            minute: i64::MIN,
            used: 0,
            level,
            at: None,
        }
    }

    /// Takes one request at `now`.
    ///
    /// # Errors
    /// The whole seconds to wait (at least 1), where it is one too many.
    pub fn take(&mut self, now: Timestamp) -> Result<(), i64> {
        match self.rate.shape {
            Shape::Window => self.take_window(now),
            Shape::Bucket => self.take_bucket(now),
        }
    }

    fn take_window(&mut self, now: Timestamp) -> Result<(), i64> {
        let minute = now.as_second().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.used = 0;
        }
        if self.used < self.rate.per_minute {
            self.used += 1;
            return Ok(());
        }
        Err(60 - now.as_second().rem_euclid(60))
    }

    fn take_bucket(&mut self, now: Timestamp) -> Result<(), i64> {
        let per_second = f64::from(self.rate.per_minute) / 60.0;
        if let Some(at) = self.at {
            let passed = now.duration_since(at).as_secs_f64().max(0.0);
            self.level = (self.level + passed * per_second).min(burst(self.rate));
        }
        self.at = Some(now);
        if self.level >= 1.0 {
            self.level -= 1.0;
            return Ok(());
        }
        Err((((1.0 - self.level) / per_second).ceil() as i64).max(1))
    }
}

fn burst(rate: Rate) -> f64 {
    (f64::from(rate.per_minute) / 6.0).max(1.0).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_follows_the_clock_minute() {
        let mut limiter = Limiter::new(Rate::parse("2/min").unwrap());
        assert_eq!(limiter.take(at("2026-05-01T10:00:58Z")), Ok(()));
        assert_eq!(limiter.take(at("2026-05-01T10:00:59Z")), Ok(()));
        assert_eq!(limiter.take(at("2026-05-01T10:00:59.5Z")), Err(1));
        assert_eq!(limiter.take(at("2026-05-01T10:01:00Z")), Ok(()));
    }

    #[test]
    fn a_bucket_refills_evenly() {
        let mut limiter = Limiter::new(Rate::parse("60/min:bucket").unwrap());
        let start = at("2026-05-01T10:00:00Z");
        for _ in 0..10 {
            assert_eq!(limiter.take(start), Ok(()));
        }
        assert_eq!(limiter.take(start), Err(1));
        assert_eq!(limiter.take(at("2026-05-01T10:00:02Z")), Ok(()));
        assert_eq!(limiter.take(at("2026-05-01T10:00:02Z")), Ok(()));
        assert_eq!(limiter.take(at("2026-05-01T10:00:02Z")), Err(1));
    }

    #[test]
    fn refusals_look_like_the_vendors() {
        let now = at("2026-10-21T07:27:43.2Z");
        let chatwoot = refusal(Vendor::Chatwoot, RetryAfter::Off, 17, now);
        assert_eq!(chatwoot.text_body(), "Retry later\n");
        assert_eq!(chatwoot.header("content-type"), Some("text/plain"));
        assert_eq!(chatwoot.header("retry-after"), None);
        let pabbly = refusal(Vendor::Pabbly, RetryAfter::Seconds, 17, now);
        assert_eq!(
            pabbly.text_body(),
            r#"{"success":false,"error":"Too Many Requests"}"#
        );
        assert_eq!(pabbly.header("retry-after"), Some("17"));
        let opencx = refusal(Vendor::OpenCx, RetryAfter::Off, 17, now);
        assert_eq!(
            opencx.text_body(),
            r#"{"statusCode":429,"message":"Too Many Requests","error":"Too Many Requests"}"#
        );
        let revyops = refusal(Vendor::RevyOps, RetryAfter::Off, 17, now);
        assert_eq!(
            revyops.text_body(),
            r#"{"detail":"Request was throttled."}"#
        );
        assert_eq!(
            Vendor::RevyOps.error(502).text_body(),
            r#"{"detail":"Bad Gateway"}"#
        );
        let date = refusal(Vendor::Pabbly, RetryAfter::Date, 17, now);
        assert_eq!(
            date.header("retry-after"),
            Some("Wed, 21 Oct 2026 07:28:01 GMT")
        );
    }

    #[test]
    fn rates_that_are_none_are_refused() {
        for text in ["", "60", "0/min", "-1/min", "60/s", "60/min:leaky"] {
            let error = Rate::parse(text).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("rate `{text}`: write `N/min`")),
                "{error}"
            );
        }
    }
}
