//! OpenCX's errors: a status with `{"statusCode", "message", "error"}`, or what a CDN makes of it.

use serde_json::{Value, json};

use super::quirks::{ErrorBody, Message, Quirks};
use crate::http::HttpResponse;
use crate::sandbox::faults::reason;

/// An answer, or why there is none.
pub(super) type Outcome = Result<HttpResponse, Problem>;

/// Why a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The status.
    pub(super) status: u16,
    /// One sentence for each thing that is wrong, at least one.
    pub(super) messages: Vec<String>,
    /// The methods that the path does know, where it is the method that is wrong.
    pub(super) allow: Option<String>,
}

impl Problem {
    /// A problem with one sentence.
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            messages: vec![message.into()],
            allow: None,
        }
    }

    /// 400 for everything that is wrong with a request.
    pub(super) fn invalid(messages: Vec<String>) -> Self {
        Self {
            status: 400,
            messages,
            allow: None,
        }
    }

    /// The answer in the form that the switches want.
    pub(super) fn response(&self, quirks: &Quirks) -> HttpResponse {
        let message = match quirks.message {
            Message::Text => json!(self.messages.join("; ")),
            Message::List => json!(self.messages),
        };
        let json = |body: Value| HttpResponse::json(self.status, &body);
        let answer = match quirks.error_body {
            ErrorBody::Full => json(
                json!({"statusCode": self.status, "message": message, "error": reason(self.status)}),
            ),
            ErrorBody::Message => json(json!({ "message": message })),
            ErrorBody::Bare => json(json!({})),
            ErrorBody::Nothing => HttpResponse::new(self.status, Vec::new(), Vec::new()),
        };
        match &self.allow {
            Some(methods) => answer.with_header("allow", methods),
            None => answer,
        }
    }
}

/// The page that a CDN shows instead of the API's answer; the headers stay.
pub(super) fn cdn_page(answer: HttpResponse) -> HttpResponse {
    let status = answer.status;
    let text = reason(status);
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>{status}: {text}</title></head>\n\
         <body>\n<h1>{text}</h1>\n<p>Error {status} &bull; This page is not from the site itself.</p>\n\
         </body>\n</html>\n"
    );
    let kept = answer.headers.into_iter();
    let kept = kept.filter(|(name, _)| name != "content-type");
    let mut shown = HttpResponse::text(status, "text/html; charset=UTF-8", &page);
    shown.headers.extend(kept);
    shown
}
