//! `GET` and `POST /blocklist/contacts`: whom the AI does not answer, by e-mail address. A contact does not
//! show it, and no call takes it back.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::OpenCx;
use super::check::{Check, is_email};
use super::contact::instant;
use super::list::once;
use super::quirks::Resolution;
use super::reply::{Outcome, Problem};
use super::write::nothing;
use crate::http::HttpResponse;

/// Entries on a page where nothing else is asked for.
const PAGE: usize = 20;

/// One blocked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The entry's own id.
    pub id: String,
    /// The address.
    pub email: String,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

impl OpenCx {
    /// Answers a listing of blocked contacts. The stored pages do not name its two parameters: `page` and
    /// `limit` are a guess, and what is no number from 1 on is not heard.
    pub(super) fn blocked(&self, pairs: &[(String, String)]) -> Outcome {
        let number = |key: &str, default: usize| -> Result<usize, Problem> {
            let asked = once(pairs, key)?.and_then(|text| text.parse().ok());
            Ok(asked.filter(|n| *n > 0).unwrap_or(default))
        };
        let (page, size) = (number("page", 1)?, number("limit", PAGE)?.min(100));
        let skipped = (page - 1).saturating_mul(size);
        let data: Vec<Value> = self
            .blocked
            .iter()
            .skip(skipped)
            .take(size)
            .map(|entry| self.entry(entry))
            .collect();
        let body = json!({
            "data": data,
            "total": self.blocked.len(),
            "page": page,
            "total_pages": self.blocked.len().div_ceil(size),
        });
        Ok(HttpResponse::json(200, &body))
    }

    /// One entry; members without a value are missing.
    fn entry(&self, entry: &Blocked) -> Value {
        let is = |email: &Option<String>| email.as_ref() == Some(&entry.email);
        let contact = self.contacts.iter().find(|contact| is(&contact.email));
        let mut out = Map::new();
        out.insert("id".into(), json!(entry.id));
        out.insert("email".into(), json!(entry.email));
        for (key, value) in [
            ("contact_id", contact.map(|contact| &contact.id)),
            ("name", contact.and_then(|contact| contact.name.as_ref())),
            ("phone_number", contact.and_then(|c| c.phone.as_ref())),
            ("reason", entry.reason.as_ref()),
        ] {
            if let Some(value) = value {
                out.insert(key.into(), json!(value));
            }
        }
        let since = instant(entry.created_at, Resolution::Millisecond);
        out.insert("created_at".into(), json!(since));
        Value::Object(out)
    }

    /// Answers a blocking. Who is blocked already stays so, with the new reason.
    pub(super) fn block(&mut self, body: &Value, now: Timestamp) -> Outcome {
        let mut check = Check::default();
        let Value::Object(body) = body else {
            check.expected("body", "object", Some(body));
            check.done()?;
            return Ok(nothing(200));
        };
        let email = check.text("", body, "email");
        match email.as_deref() {
            None if !body.contains_key("email") => check.expected("email", "string", None),
            Some(text) if !is_email(text) => check.say("email", "Invalid email"),
            _ => {}
        }
        let reason = check.text("", body, "reason");
        check.done()?;
        let email = email.ok_or_else(|| Problem::new(400, "email: Required"))?;
        match self.blocked.iter_mut().find(|entry| entry.email == email) {
            Some(entry) => entry.reason = reason,
            None => {
                let id = self.next_id();
                self.blocked.push(Blocked {
                    id,
                    email,
                    reason,
                    created_at: now,
                });
            }
        }
        Ok(nothing(200))
    }
}
