//! OpenCX's contact API over contacts in memory: routing, keys and scopes, the rate limit.
//!
//! Written from the vendor's documents; where they leave something open, [`Quirks`] has a switch. There is
//! no call for one contact, and none that puts a tag on one.

mod blocklist;
pub mod check;
pub mod contact;
mod list;
pub mod quirks;
mod reply;
mod search;
mod tags;
mod write;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

pub use self::blocklist::Blocked;
pub use self::contact::{Contact, CustomData, uuid};
pub use self::quirks::Quirks;
pub use self::search::Message;
pub use self::tags::Tag;

use self::check::json_body;
use self::quirks::{Cdn, Scopes, SearchScope};
use self::reply::{Outcome, Problem, cdn_page};
use super::query::{decode, pairs};
use super::rate::{self, Limiter, Rate};
use super::{Fake, Received};
use crate::http::HttpResponse;

/// One OpenCX organisation.
#[derive(Debug, Clone)]
pub struct OpenCx {
    /// The API key that is accepted; what it may do is among the switches.
    pub key: String,
    /// How open questions are answered.
    pub quirks: Quirks,
    /// The organisation's tags.
    pub tags: Vec<Tag>,
    /// Whom the AI does not answer.
    pub blocked: Vec<Blocked>,
    /// What search finds beside contacts.
    pub messages: Vec<Message>,
    contacts: Vec<Contact>,
    by_id: HashMap<String, usize>,
    counter: u64,
    overrides: Vec<Value>,
    limiter: Option<(Rate, Limiter)>,
}

/// The calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    List,
    Create,
    Update,
    Delete,
    Search,
    Tags,
    PutTag,
    Blocked,
    Block,
}

impl OpenCx {
    /// An organisation without contacts and tags.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.into(),
            quirks: Quirks::default(),
            tags: Vec::new(),
            blocked: Vec::new(),
            messages: Vec::new(),
            contacts: Vec::new(),
            by_id: HashMap::new(),
            counter: 0,
            overrides: Vec::new(),
            limiter: None,
        }
    }

    /// The same organisation with other answers to open questions.
    #[must_use]
    pub fn with_quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// Adds a contact, or replaces the one with its id.
    pub fn insert(&mut self, contact: Contact) {
        match self.position(&contact.id) {
            Some(at) => {
                if let Some(stored) = self.contacts.get_mut(at) {
                    *stored = contact;
                }
            }
            None => {
                let id = contact.id.to_ascii_lowercase();
                self.by_id.insert(id, self.contacts.len());
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

    /// Changes a contact behind the client's back, as another user or the AI would: the time of change
    /// moves too. False where there is no such contact.
    pub fn change(&mut self, id: &str, now: Timestamp, change: impl FnOnce(&mut Contact)) -> bool {
        let Some(contact) = self.position(id).and_then(|at| self.contacts.get_mut(at)) else {
            return false;
        };
        // The index goes by id: a contact keeps its own.
        let id = contact.id.clone();
        change(contact);
        contact.id = id;
        contact.updated_at = now;
        true
    }

    /// Deletes a contact behind the client's back.
    pub fn remove(&mut self, id: &str) -> Option<Contact> {
        let at = self.position(id)?;
        let contact = self.contacts.remove(at);
        self.by_id = self
            .contacts
            .iter()
            .enumerate()
            .map(|(at, c)| (c.id.to_ascii_lowercase(), at))
            .collect();
        Some(contact)
    }

    /// Every well-formed `http_action_overrides` that a write carried. They steer what the AI does for a
    /// person: a contact editor must never send any.
    pub fn overrides(&self) -> &[Value] {
        &self.overrides
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.to_ascii_lowercase()).copied()
    }

    fn carry_out(&mut self, request: &Received, now: Timestamp) -> Outcome {
        let (call, id) = route(request)?;
        self.admit(request, call)?;
        let pairs = pairs(request.query());
        match call {
            Call::List => self.list(&pairs),
            Call::Search => self.search(&pairs),
            Call::Create => self.create(&json_body(request)?, now),
            Call::Update => self.update(&id, &json_body(request)?, now),
            Call::Delete => self.delete(&id),
            Call::Tags => self.tags(),
            Call::PutTag => self.put_tag(&json_body(request)?, now),
            Call::Blocked => self.blocked(&pairs),
            Call::Block => self.block(&json_body(request)?, now),
        }
    }

    /// Lets a key pass that may do this.
    fn admit(&self, request: &Received, call: Call) -> Result<(), Problem> {
        // Compared exactly: a scheme in another case or a padded key is not a key.
        let expected = format!("Bearer {}", self.key);
        match request.header("authorization") {
            None => return Err(Problem::new(401, "Missing API key")),
            Some(given) if given != expected => {
                return Err(Problem::new(401, "Invalid API key"));
            }
            Some(_) => {}
        }
        let scope = self.scope(call);
        let may = match self.quirks.scopes {
            Scopes::Full => true,
            Scopes::ReadOnly => scope.ends_with(":read"),
            Scopes::ContactsOnly => scope.starts_with("contacts:"),
            Scopes::Nothing => false,
        };
        if may {
            Ok(())
        } else {
            let text = format!("API key lacks the required scope: {scope}");
            Err(Problem::new(403, text))
        }
    }

    fn scope(&self, call: Call) -> &'static str {
        match call {
            Call::List => "contacts:read",
            Call::Create | Call::Update | Call::Delete => "contacts:write",
            Call::Search => match self.quirks.search_scope {
                SearchScope::ChatSessions => "chat-sessions:read",
                SearchScope::Contacts => "contacts:read",
            },
            Call::Tags => "tags:read",
            Call::PutTag => "tags:write",
            Call::Blocked => "blocklist:read",
            Call::Block => "blocklist:write",
        }
    }

    /// The refusal of one request too many, where it is one.
    fn throttle(&mut self, now: Timestamp) -> Option<HttpResponse> {
        let rate = Rate {
            per_minute: self.quirks.limit,
            shape: self.quirks.limit_window,
        };
        if rate.per_minute == 0 {
            return None;
        }
        if self.limiter.as_ref().is_none_or(|(held, _)| *held != rate) {
            self.limiter = Some((rate, Limiter::new(rate)));
        }
        let (_, limiter) = self.limiter.as_mut()?;
        let wait = limiter.take(now).err()?;
        let status = if self.quirks.limit_503 { 503 } else { 429 };
        let answer = Problem::new(status, "Rate limit exceeded").response(&self.quirks);
        Some(rate::tell(answer, self.quirks.retry_after, wait, now))
    }
}

impl Fake for OpenCx {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        let skew = SignedDuration::from_secs(self.quirks.clock_skew);
        let now = now.checked_add(skew).unwrap_or(now);
        if self.quirks.cdn == Cdn::Challenge {
            return cdn_page(HttpResponse::text(403, "text/plain", ""));
        }
        let answer = match self.throttle(now) {
            Some(refusal) => refusal,
            None => self
                .carry_out(request, now)
                .unwrap_or_else(|problem| problem.response(&self.quirks)),
        };
        if self.quirks.cdn == Cdn::Errors && !answer.is_success() {
            return cdn_page(answer);
        }
        answer
    }
}

/// The call that method and path lead to, with the contact's id, which is empty for others.
///
/// # Errors
/// 404 for another path, 405 for another method.
fn route(request: &Received) -> Result<(Call, String), Problem> {
    let path = request.path().strip_prefix('/').unwrap_or_default();
    let segments: Vec<String> = path.split('/').map(|part| decode(part, false)).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let mut id = String::new();
    let calls: &[(&str, Call)] = match segments.as_slice() {
        ["contacts"] => &[("GET", Call::List), ("POST", Call::Create)],
        ["contacts", contact] if !contact.is_empty() => {
            id = (*contact).into();
            &[("PATCH", Call::Update), ("DELETE", Call::Delete)]
        }
        ["chat", "sessions", "search"] => &[("GET", Call::Search)],
        ["tags"] => &[("GET", Call::Tags), ("PUT", Call::PutTag)],
        ["blocklist", "contacts"] => &[("GET", Call::Blocked), ("POST", Call::Block)],
        _ => {
            let text = format!("Cannot {} {}", request.method, request.path());
            return Err(Problem::new(404, text));
        }
    };
    // A web framework serves HEAD as GET; the server leaves the body out.
    let method = match request.method.as_str() {
        "HEAD" => "GET",
        other => other,
    };
    match calls.iter().find(|(known, _)| *known == method) {
        Some((_, call)) => Ok((*call, id)),
        None => {
            let methods: Vec<&str> = calls.iter().map(|(method, _)| *method).collect();
            let text = format!("Cannot {} {}", request.method, request.path());
            Err(Problem {
                allow: Some(methods.join(", ")),
                ..Problem::new(405, text)
            })
        }
    }
}

#[cfg(test)]
mod tests;
