//! What an answer means and what a person can do about it: one table for all providers.
//!
//! An answer is looked up by provider, kind of call, status and shape of the body; the first row of
//! [`table::ROWS`] that fits decides. How the bodies are worded, and which fields they name, is known to the
//! provider's own folder, which gives a [`Reader`]. What is inside a success is read by the codec.

use serde_json::Value;

use crate::domain::ProviderId;
use crate::http::{FieldProblem, HttpRequest, HttpResponse, Verdict};

pub mod ask;
pub mod shape;
pub mod table;
pub mod words;

use ask::Ask;
use shape::{Seen, Shape};

/// One row: what is looked at, what it means, what can be done.
#[derive(Debug)]
pub struct Row {
    /// Whose answers; none named: everybody's.
    pub providers: &'static [ProviderId],
    /// What was asked.
    pub ask: Ask,
    /// The first and the last status.
    pub status: (u16, u16),
    /// What the body looks like.
    pub shape: Shape,
    /// What it means.
    pub meaning: Meaning,
    /// What a person can do, where there is more to say than for every answer of this meaning.
    pub advice: Option<&'static str>,
}

/// What an answer means: the kinds of a [`Verdict`], before the server's words are put into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// [`Verdict::Ok`].
    Ok,
    /// [`Verdict::Empty`].
    Empty,
    /// [`Verdict::Throttled`] without a window that is known.
    Throttled,
    /// [`Verdict::Throttled`] until the clock's next full minute.
    ThrottledMinute,
    /// [`Verdict::SignIn`].
    SignIn,
    /// [`Verdict::Forbidden`].
    Forbidden,
    /// [`Verdict::NotFound`].
    NotFound,
    /// [`Verdict::Rejected`], with the fields that the answer names.
    Rejected,
    /// [`Verdict::Server`].
    Server,
    /// [`Verdict::Malformed`].
    Malformed,
}

/// How one provider words its failures.
#[derive(Debug)]
pub struct Reader {
    /// The server's own words on one line, else the status in words.
    pub words: fn(&HttpResponse) -> String,
    /// What came in place of an answer of this API.
    pub foreign: fn(&HttpResponse) -> String,
    /// The fields that a refusal names.
    pub fields: fn(&HttpRequest, &HttpResponse) -> Vec<FieldProblem>,
    /// What the JSON body of a 2xx says about its own success, where the vendor's bodies do.
    pub inside: Option<fn(&Value) -> Inside>,
}

/// What a body with a good status says about its own success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// Nothing against it.
    Fine,
    /// That it failed, with the status that it should have had.
    Code(u16),
    /// That it failed.
    Failed,
}

/// What an answer means.
pub fn judge(provider: ProviderId, request: &HttpRequest, response: &HttpResponse) -> Verdict {
    let reader = super::reader(provider);
    let seen = Seen::new(reader, response);
    let row = first_row(provider, request, &seen);
    let message = || (reader.words)(response);
    let throttled = |minute_window| Verdict::Throttled {
        retry_after: response.header("retry-after").map(str::to_string),
        minute_window,
    };
    match row.meaning {
        Meaning::Ok => Verdict::Ok,
        Meaning::Empty => Verdict::Empty,
        Meaning::Throttled => throttled(false),
        Meaning::ThrottledMinute => throttled(true),
        Meaning::SignIn => Verdict::SignIn { message: message() },
        Meaning::Forbidden => Verdict::Forbidden { message: message() },
        Meaning::NotFound => Verdict::NotFound { message: message() },
        Meaning::Rejected => Verdict::Rejected {
            message: message(),
            fields: (reader.fields)(request, response),
        },
        Meaning::Server => Verdict::Server {
            status: seen.status(),
            message: message(),
        },
        Meaning::Malformed => Verdict::Malformed {
            message: (reader.foreign)(response),
        },
    }
}

/// What a person can do about an answer, where the table knows more than holds for every answer of this
/// meaning.
pub fn advice(
    provider: ProviderId,
    request: &HttpRequest,
    response: &HttpResponse,
) -> Option<&'static str> {
    row(provider, request, response).advice
}

/// The row that decides about an answer.
pub fn row(provider: ProviderId, request: &HttpRequest, response: &HttpResponse) -> &'static Row {
    let seen = Seen::new(super::reader(provider), response);
    first_row(provider, request, &seen)
}

fn first_row(provider: ProviderId, request: &HttpRequest, seen: &Seen<'_>) -> &'static Row {
    let fits = |row: &Row| {
        (row.providers.is_empty() || row.providers.contains(&provider))
            && (row.status.0..=row.status.1).contains(&seen.response.status)
            && row.ask.fits(request)
            && row.shape.fits(seen)
    };
    table::ROWS
        .iter()
        .find(|row| fits(row))
        .unwrap_or(&table::ELSE)
}
