//! Pabbly Chatflow's API v1 over contacts in memory: routing, sign-in, envelopes.
//!
//! Written from the vendor's documents; where they leave something open, [`Quirks`] has a switch.
//! Filters and pages are in `list`, updates and creation in `write`, the contact in `contact`.

pub mod contact;
mod list;
pub mod quirks;
mod write;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::list::PAGE;

use self::contact::{Contact, View, is_object_id};
use self::quirks::{Catalogue, Envelope, Failure, Quirks, Refusal, Slash};
use super::query::{decode, pairs};
use super::{Fake, Received};
use crate::http::HttpResponse;

/// The path that every call stands under.
pub const BASE: &str = "/api/v1";

/// One Chatflow account.
#[derive(Debug, Clone)]
pub struct Pabbly {
    /// The API key that is accepted.
    pub key: String,
    /// How open questions are answered.
    pub quirks: Quirks,
    /// The tags that Settings knows.
    pub tags: Vec<String>,
    /// The attribute names that Settings knows.
    pub attributes: Vec<String>,
    /// The contact lists.
    pub lists: Vec<String>,
    contacts: Vec<Contact>,
    by_id: HashMap<String, usize>,
    counter: u64,
}

/// A success's whole body, or why there is none.
type Outcome = Result<Value, Problem>;

/// Why a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    /// 400: not the right shape at all.
    Malformed(String),
    /// A value is refused: 400, or 2xx by [`Refusal`].
    Refused(String),
    /// 401.
    Key,
    /// 404.
    NotFound(String),
}

impl Problem {
    fn text(&self) -> &str {
        match self {
            Self::Malformed(text) | Self::Refused(text) | Self::NotFound(text) => text,
            Self::Key => "Invalid API key",
        }
    }
}

impl Pabbly {
    /// An account without contacts, tags and attributes.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.into(),
            quirks: Quirks::default(),
            tags: Vec::new(),
            attributes: Vec::new(),
            lists: vec!["all".into()],
            contacts: Vec::new(),
            by_id: HashMap::new(),
            counter: 0,
        }
    }

    /// The same account with other answers to open questions.
    #[must_use]
    pub fn with_quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// Adds a contact, or replaces the one with its id.
    pub fn insert(&mut self, contact: Contact) {
        match self.by_id.get(&contact.id) {
            Some(at) => self.contacts[*at] = contact,
            None => {
                self.by_id.insert(contact.id.clone(), self.contacts.len());
                self.contacts.push(contact);
            }
        }
    }

    /// All contacts in the order of insertion.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// One contact.
    pub fn contact(&self, id: &str) -> Option<&Contact> {
        self.contacts.get(self.position(id)?)
    }

    /// Changes a contact behind the client's back, as another user or WhatsApp would: version and
    /// time of change move too. False where there is no such contact.
    pub fn change(&mut self, id: &str, now: Timestamp, change: impl FnOnce(&mut Contact)) -> bool {
        let Some(contact) = self.position(id).and_then(|at| self.contacts.get_mut(at)) else {
            return false;
        };
        // The index goes by id: a contact keeps its own.
        let id = contact.id.clone();
        change(contact);
        contact.id = id;
        contact.version += 1;
        contact.updated_at = now;
        true
    }

    /// Deletes a contact behind the client's back; the API has no call for it.
    pub fn remove(&mut self, id: &str) -> Option<Contact> {
        let at = self.position(id)?;
        let contact = self.contacts.remove(at);
        self.by_id = self
            .contacts
            .iter()
            .enumerate()
            .map(|(at, c)| (c.id.clone(), at))
            .collect();
        Some(contact)
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.to_ascii_lowercase()).copied()
    }

    fn route(&mut self, request: &Received, path: &str, now: Timestamp) -> Outcome {
        // Compared exactly: a scheme in another case or a padded key is not a key.
        let expected = format!("Bearer {}", self.key);
        if request.header("authorization") != Some(expected.as_str()) {
            return Err(Problem::Key);
        }
        let pairs = pairs(request.query());
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        // A web framework serves HEAD as GET; the server leaves the body out.
        let method = match request.method.as_str() {
            "HEAD" => "GET",
            other => other,
        };
        match (method, parts.as_slice()) {
            ("GET", ["contacts"]) => self.list(&pairs),
            ("POST", ["contacts"]) => {
                let body = json_body(request)?;
                self.create(&body, &pairs, now)
            }
            ("GET", ["contacts", "lists"]) => {
                let shape = self.quirks.list_catalogue;
                self.catalogue(shape, "lists", &self.lists)
            }
            ("GET", ["settings", "tags"]) => {
                let shape = self.quirks.tag_catalogue;
                self.catalogue(shape, "tags", &self.tags)
            }
            ("GET" | "PUT", ["contacts", id]) => {
                let id = decode(id, false);
                if !is_object_id(&id) {
                    return Err(Problem::Malformed("Invalid contact id".into()));
                }
                let position = self.position(&id);
                let at = position.ok_or_else(|| Problem::NotFound("Contact not found".into()))?;
                if method == "GET" {
                    let shown = self.contacts[at].to_json(View::Full);
                    return Ok(self.success("Contact retrieved successfully.", shown));
                }
                let body = json_body(request)?;
                self.update(at, &body, now)
            }
            _ => Err(unrouted(request)),
        }
    }

    fn catalogue(&self, shape: Catalogue, noun: &str, names: &[String]) -> Outcome {
        let objects = || {
            names
                .iter()
                .map(|name| json!({"name": name}))
                .collect::<Vec<_>>()
        };
        let data = match shape {
            Catalogue::Strings => json!(names),
            Catalogue::Objects => json!(objects()),
            Catalogue::Named => json!({noun: names}),
            Catalogue::Items => json!({"items": objects()}),
            Catalogue::NamedItems => json!({noun: {"items": objects()}}),
            Catalogue::Missing => return Err(Problem::NotFound("Not found".into())),
        };
        Ok(self.success(&format!("{noun} retrieved successfully"), data))
    }

    /// A success in the account's envelope.
    fn success(&self, message: &str, data: Value) -> Value {
        match self.quirks.envelope {
            Envelope::Status => json!({"status": "success", "message": message, "data": data}),
            Envelope::Success => json!({"success": true, "data": data}),
        }
    }

    fn failure(&self, problem: &Problem) -> HttpResponse {
        let status = match problem {
            Problem::Refused(_) if self.quirks.refusal == Refusal::InsideSuccess => 200,
            Problem::Malformed(_) | Problem::Refused(_) => 400,
            Problem::Key => 401,
            Problem::NotFound(_) => 404,
        };
        let body = match self.quirks.failure {
            Failure::Documented => json!({"success": false, "error": problem.text()}),
            Failure::Private => json!({"status": "error", "message": problem.text()}),
        };
        HttpResponse::json(status, &body)
    }

    /// Where a request for the list is sent elsewhere because of its slash.
    fn redirect(&self, request: &Received, path: &str) -> Option<HttpResponse> {
        let to = match (self.quirks.slash, path) {
            (Slash::Add, "/contacts") => "/contacts/",
            (Slash::Remove, "/contacts/") => "/contacts",
            _ => return None,
        };
        let origin = self.quirks.redirect_origin.as_deref().unwrap_or_default();
        let query = request
            .target
            .split_once('?')
            .map(|(_, query)| format!("?{query}"));
        let location = format!("{origin}{BASE}{to}{}", query.unwrap_or_default());
        Some(HttpResponse::text(301, "text/plain", "Moved\n").with_header("location", &location))
    }
}

impl Fake for Pabbly {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        let Some(path) = request
            .path()
            .strip_prefix(BASE)
            .filter(|p| p.starts_with('/'))
        else {
            let text = format!("Cannot {} {}", request.method, request.path());
            return HttpResponse::text(404, "text/html; charset=utf-8", &page(&text));
        };
        if let Some(answer) = self.redirect(request, path) {
            return answer;
        }
        match self.route(request, path, now) {
            Ok(body) => HttpResponse::json(200, &body),
            Err(problem) => self.failure(&problem),
        }
    }
}

fn unrouted(request: &Received) -> Problem {
    Problem::NotFound(format!("Cannot {} {}", request.method, request.path()))
}

/// The page of a web framework that knows no such path.
fn page(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Error</title>\n</head>\n<body>\n<pre>{text}</pre>\n</body>\n</html>\n"
    )
}

fn json_body(request: &Received) -> Result<Value, Problem> {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::Malformed(
            "Content-Type must be application/json".into(),
        ));
    }
    serde_json::from_slice(&request.body)
        .map_err(|error| Problem::Malformed(format!("Malformed JSON: {error}")))
}

#[cfg(test)]
mod tests;
