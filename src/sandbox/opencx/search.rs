//! `GET /chat/sessions/search`: contacts and messages that hold a text.

use serde_json::{Map, Value, json};

use super::OpenCx;
use super::contact::Contact;
use super::list::once;
use super::quirks::{Missing, Quirks};
use super::reply::{Outcome, Problem};
use crate::http::HttpResponse;

/// One message of a conversation. Nothing but search shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its own id.
    pub id: String,
    /// The conversation's id.
    pub session_id: String,
    /// The text.
    pub message: String,
    /// Who says it, such as `user`.
    pub kind: String,
}

impl OpenCx {
    /// Answers a search: the text anywhere in a value, whatever the case.
    pub(super) fn search(&self, pairs: &[(String, String)]) -> Outcome {
        let wanted = once(pairs, "q")?.ok_or_else(|| Problem::new(400, "q: Required"))?;
        if wanted.is_empty() {
            let text = "q: String must contain at least 1 character(s)";
            return Err(Problem::new(400, text));
        }
        let wanted = wanted.to_lowercase();
        let has = |value: &str| value.to_lowercase().contains(&wanted);
        let found = |contact: &&Contact| {
            let values = [&contact.name, &contact.email, &contact.phone];
            values.into_iter().flatten().any(|value| has(value))
        };
        let contacts: Vec<Value> = self
            .contacts
            .iter()
            .filter(found)
            .take(self.quirks.search_limit)
            .map(|contact| shown(contact, &self.quirks))
            .collect();
        let messages: Vec<Value> = self
            .messages
            .iter()
            .filter(|message| has(&message.message))
            .take(self.quirks.search_limit)
            .map(|m| {
                json!({"id": m.id, "session_id": m.session_id, "message": m.message, "type": m.kind})
            })
            .collect();
        let body = json!({"contacts": contacts, "messages": messages});
        Ok(HttpResponse::json(200, &body))
    }
}

/// A contact as search shows it: its phone is `phone` here, and `custom_data` is missing.
fn shown(contact: &Contact, quirks: &Quirks) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), json!(contact.id));
    for (key, value) in [
        ("name", &contact.name),
        ("email", &contact.email),
        ("phone", &contact.phone),
    ] {
        let value = match (value, quirks.search_missing) {
            (Some(value), _) => json!(value),
            (None, Missing::Null) => Value::Null,
            (None, Missing::Empty) => json!(""),
            (None, Missing::Absent) => continue,
        };
        out.insert(key.into(), value);
    }
    Value::Object(out)
}
