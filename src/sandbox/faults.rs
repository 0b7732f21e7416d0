//! What the loopback server does wrong on purpose: which fault strikes which request, and how a
//! vendor words the errors that do not come from its fake.
//!
//! Selection is a pure function of (rules, seed, request number); carrying a fault out is `server`'s.

use std::fmt;

use serde_json::json;
use thiserror::Error;

use crate::http::HttpResponse;

/// Whose words the server uses for errors that never reach the fake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Chatwoot: `{"status":500,"error":…}`, throttling as plain text.
    Chatwoot,
    /// Pabbly Chatflow: `{"success":false,"error":…}`.
    Pabbly,
    /// OpenCX: `{"statusCode":500,"message":…,"error":…}`.
    OpenCx,
    /// RevyOps: `{"detail":…}`.
    RevyOps,
}

impl Vendor {
    /// The vendor's answer for a status that has nothing to do with what was asked.
    pub fn error(self, status: u16) -> HttpResponse {
        let text = reason(status);
        match (self, status) {
            // Rack::Attack's default page.
            (Self::Chatwoot, 429) => HttpResponse::text(429, "text/plain", "Retry later\n"),
            (Self::Chatwoot, 401) => {
                HttpResponse::json(401, &json!({"error": "Invalid Access Token"}))
            }
            (Self::Chatwoot, 404) => {
                HttpResponse::json(404, &json!({"error": "Resource could not be found"}))
            }
            (Self::Chatwoot, _) => {
                HttpResponse::json(status, &json!({"status": status, "error": text}))
            }
            (Self::Pabbly, _) => {
                HttpResponse::json(status, &json!({"success": false, "error": text}))
            }
            (Self::OpenCx, _) => HttpResponse::json(
                status,
                &json!({"statusCode": status, "message": text, "error": text}),
            ),
            (Self::RevyOps, 429) => {
                HttpResponse::json(429, &json!({"detail": "Request was throttled."}))
            }
            (Self::RevyOps, _) => HttpResponse::json(status, &json!({"detail": text})),
        }
    }
}

/// The page of a proxy in front of the vendor whose upstream is down.
pub fn proxy_page() -> HttpResponse {
    HttpResponse::text(
        502,
        "text/html",
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
         <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n\
         </body>\r\n</html>\r\n",
    )
}

/// The standard's name of an error status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ if status < 500 => "Client Error",
        _ => "Server Error",
    }
}

/// One way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error status in the vendor's words; nothing is applied (`500`).
    Status(u16),
    /// The fake applies the request, then the error status is answered (`500-after`).
    StatusAfter(u16),
    /// The connection is reset before the fake sees the request (`reset-before`).
    ResetBefore,
    /// The fake applies the request, then the connection is reset (`reset-after`).
    ResetAfter,
    /// The right answer, late (`slow`).
    Slow,
    /// No answer until the server stops; nothing is applied (`hang`).
    Hang,
    /// A proxy's HTML page with status 502; nothing is applied (`html`).
    Html,
    /// The fake applies the request, then half of the body arrives and the connection ends
    /// (`truncate`).
    Truncate,
}

const NAMES: &str = "an error status such as 500 or 500-after, reset-before, reset-after, slow, hang, html, truncate";

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code) => write!(f, "{code}"),
            Self::StatusAfter(code) => write!(f, "{code}-after"),
            Self::ResetBefore => f.write_str("reset-before"),
            Self::ResetAfter => f.write_str("reset-after"),
            Self::Slow => f.write_str("slow"),
            Self::Hang => f.write_str("hang"),
            Self::Html => f.write_str("html"),
            Self::Truncate => f.write_str("truncate"),
        }
    }
}

/// What is wrong with a fault specification; every message names the part.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FaultError {
    /// A part without `:` or `@`.
    #[error("fault `{0}`: says what but not when; write `{0}:2%`, `{0}@20` or `{0}@20+`")]
    NoWhen(String),
    /// A fault that does not exist.
    #[error("fault `{part}`: `{name}` is no fault; there are {NAMES}")]
    Name {
        /// The part as written.
        part: String,
        /// The name in it.
        name: String,
    },
    /// A share that is no percentage.
    #[error("fault `{part}`: `{share}` is no percentage from 0% to 100%, such as 2% or 0.5%")]
    Share {
        /// The part as written.
        part: String,
        /// The share in it.
        share: String,
    },
    /// A request number that is none.
    #[error(
        "fault `{part}`: `{number}` is no request number; the first is 1, `20+` means from 20 on"
    )]
    Number {
        /// The part as written.
        part: String,
        /// The number in it.
        number: String,
    },
    /// The shares exceed the whole.
    #[error("fault `{part}`: with it the shares add up to {sum}%, more than 100%")]
    Sum {
        /// The part that crossed the line.
        part: String,
        /// The sum up to and with it.
        sum: f64,
    },
    /// An empty part between two commas.
    #[error("faults `{0}`: there is an empty part between commas")]
    Empty(String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    Share(f64),
    At(u64),
    From(u64),
}

/// Which faults strike when.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    rules: Vec<(Fault, When)>,
    seed: u64,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads `500:2%,reset-after:1%,401@20,hang@30+`: a fault with its share of all requests, with
    /// the one request that it strikes, or with the first of all that it strikes. An empty text is
    /// no fault.
    ///
    /// # Errors
    /// The part that can not be read, and why.
    pub fn parse(spec: &str) -> Result<Self, FaultError> {
        let mut rules = Vec::new();
        let mut sum = 0.0;
        if spec.trim().is_empty() {
            return Ok(Self::none());
        }
        for part in spec.split(',').map(str::trim) {
            if part.is_empty() {
                return Err(FaultError::Empty(spec.into()));
            }
            let (name, when) = if let Some((name, number)) = part.split_once('@') {
                (name, request_number(part, number)?)
            } else if let Some((name, share)) = part.split_once(':') {
                let share = percentage(part, share)?;
                sum += share;
                if sum > 100.0 {
                    return Err(FaultError::Sum {
                        part: part.into(),
                        sum,
                    });
                }
                (name, When::Share(share))
            } else {
                return Err(FaultError::NoWhen(part.into()));
            };
            rules.push((fault(part, name)?, when));
        }
        Ok(Self { rules, seed: 0 })
    }

    /// The same rules with shares drawn from another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The fault that strikes request `number` (from 1). A numbered rule beats a share; of several
    /// numbered rules `NAME@N` beats `NAME@N+`, then the first written one wins.
    pub fn pick(&self, number: u64) -> Option<Fault> {
        let numbered = |test: &dyn Fn(When) -> bool| {
            self.rules
                .iter()
                .find(|(_, when)| test(*when))
                .map(|(fault, _)| *fault)
        };
        numbered(&|when| when == When::At(number))
            .or_else(|| numbered(&|when| matches!(when, When::From(from) if number >= from)))
            .or_else(|| self.drawn(number))
    }

    fn drawn(&self, number: u64) -> Option<Fault> {
        let mut left = percent_of(mix(self.seed, number));
        for (fault, when) in &self.rules {
            if let When::Share(share) = when {
                if left < *share {
                    return Some(*fault);
                }
                left -= share;
            }
        }
        None
    }
}

fn fault(part: &str, name: &str) -> Result<Fault, FaultError> {
    let status = |text: &str| -> Option<u16> {
        text.parse()
            .ok()
            .filter(|code| text.len() == 3 && (400..=599).contains(code))
    };
    match name.trim() {
        "reset-before" => Ok(Fault::ResetBefore),
        "reset-after" => Ok(Fault::ResetAfter),
        "slow" => Ok(Fault::Slow),
        "hang" => Ok(Fault::Hang),
        "html" => Ok(Fault::Html),
        "truncate" => Ok(Fault::Truncate),
        other => status(other)
            .map(Fault::Status)
            .or_else(|| {
                other
                    .strip_suffix("-after")
                    .and_then(status)
                    .map(Fault::StatusAfter)
            })
            .ok_or_else(|| FaultError::Name {
                part: part.into(),
                name: other.into(),
            }),
    }
}

fn percentage(part: &str, share: &str) -> Result<f64, FaultError> {
    share
        .trim()
        .strip_suffix('%')
        .and_then(|digits| digits.parse::<f64>().ok())
        .filter(|share| (0.0..=100.0).contains(share))
        .ok_or_else(|| FaultError::Share {
            part: part.into(),
            share: share.into(),
        })
}

fn request_number(part: &str, number: &str) -> Result<When, FaultError> {
    let (digits, from) = match number.trim().strip_suffix('+') {
        Some(digits) => (digits, true),
        None => (number.trim(), false),
    };
    match digits.parse() {
        Ok(n) if n > 0 && from => Ok(When::From(n)),
        Ok(n) if n > 0 => Ok(When::At(n)),
        _ => Err(FaultError::Number {
            part: part.into(),
            number: number.into(),
        }),
    }
}

/// SplitMix64: the n-th draw of a seed without keeping a state.
fn mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn percent_of(draw: u64) -> f64 {
    // 53 bits are what a float holds exactly.
    (draw >> 11) as f64 / (1_u64 << 53) as f64 * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_faults_strike_exactly_their_requests() {
        let faults = Faults::parse("hang@5+, 401@2,500-after@7").unwrap();
        let hits: Vec<_> = (1..=8).map(|n| faults.pick(n)).collect();
        let hang = Some(Fault::Hang);
        let unauthorised = Some(Fault::Status(401));
        let late = Some(Fault::StatusAfter(500));
        assert_eq!(
            hits,
            [None, unauthorised, None, None, hang, hang, late, hang]
        );
    }

    #[test]
    fn shares_come_out_near_what_was_asked_and_the_same_each_time() {
        let faults = Faults::parse("500:2%,reset-after:1%,slow:5%")
            .unwrap()
            .with_seed(7);
        let draw = || (1..=20_000).map(|n| faults.pick(n)).collect::<Vec<_>>();
        let hits = draw();
        assert_eq!(hits, draw());
        for (fault, share) in [
            (Fault::Status(500), 2.0),
            (Fault::ResetAfter, 1.0),
            (Fault::Slow, 5.0),
        ] {
            let got = hits.iter().filter(|h| **h == Some(fault)).count() as f64 / 200.0;
            assert!(
                (got - share).abs() < share * 0.25,
                "{fault}: {got}% instead of {share}%"
            );
        }
        assert_ne!(
            hits,
            (1..=20_000)
                .map(|n| faults.clone().with_seed(8).pick(n))
                .collect::<Vec<_>>()
        );
        assert_eq!(
            Faults::parse("html:100%").unwrap().pick(1),
            Some(Fault::Html)
        );
        assert_eq!(Faults::parse("html:0%").unwrap().pick(1), None);
        assert_eq!(Faults::parse(" ").unwrap(), Faults::none());
    }

    #[test]
    fn errors_name_the_part() {
        for (spec, wanted) in [
            (
                "500",
                "fault `500`: says what but not when; write `500:2%`, `500@20` or `500@20+`",
            ),
            ("500:2", "fault `500:2`: `2` is no percentage"),
            ("500:NaN%", "`NaN%` is no percentage"),
            ("slow:1%,500:-1%", "fault `500:-1%`: `-1%` is no percentage"),
            (
                "reset:1%",
                "fault `reset:1%`: `reset` is no fault; there are",
            ),
            ("200:1%", "`200` is no fault"),
            ("5000:1%", "`5000` is no fault"),
            ("401@0", "fault `401@0`: `0` is no request number"),
            ("401@x+", "`x+` is no request number"),
            (
                "slow:60%,hang:41%",
                "fault `hang:41%`: with it the shares add up to 101%",
            ),
            ("slow:1%,,hang:1%", "there is an empty part"),
        ] {
            let error = Faults::parse(spec).unwrap_err().to_string();
            assert!(error.contains(wanted), "{spec}: {error}");
        }
    }
}
