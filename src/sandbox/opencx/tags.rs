//! `GET` and `PUT /tags`: the organisation's tags. They label conversations; contacts have none.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::OpenCx;
use super::check::Check;
use super::contact::instant;
use super::quirks::Resolution;
use super::reply::{Outcome, Problem};
use super::write::nothing;
use crate::http::HttpResponse;

/// Characters of a description at most.
const LONGEST_DESCRIPTION: usize = 160;

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name, unique.
    pub name: String,
    /// What it means.
    pub description: Option<String>,
    /// Whether the AI leaves it alone.
    pub exclude_from_auto_tagging: bool,
    /// The category's uuid.
    pub category_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Tag {
    /// A tag with nothing but a name.
    pub fn new(name: &str, now: Timestamp) -> Self {
        Self {
            name: name.into(),
            description: None,
            exclude_from_auto_tagging: false,
            category_id: None,
            created_at: now,
            updated_at: now,
        }
    }
}

impl OpenCx {
    /// Answers a listing of tags.
    pub(super) fn tags(&self) -> Outcome {
        let shown: Vec<Value> = self
            .tags
            .iter()
            .map(|tag| {
                json!({
                    "tag_name": tag.name,
                    "description": tag.description,
                    "exclude_from_auto_tagging": tag.exclude_from_auto_tagging,
                    "category_id": tag.category_id,
                    "created_at": instant(tag.created_at, Resolution::Millisecond),
                    "updated_at": instant(tag.updated_at, Resolution::Millisecond),
                })
            })
            .collect();
        Ok(HttpResponse::json(200, &json!(shown)))
    }

    /// Answers a creation or change of a tag. A null category clears it, an absent one leaves it.
    pub(super) fn put_tag(&mut self, body: &Value, now: Timestamp) -> Outcome {
        let mut check = Check::default();
        let Value::Object(body) = body else {
            check.expected("body", "object", Some(body));
            check.done()?;
            return Ok(nothing(200));
        };
        let name = body.get("tag_name").and_then(Value::as_str);
        match name {
            None => check.expected("tag_name", "string", body.get("tag_name")),
            Some("") => check.say("tag_name", "String must contain at least 1 character(s)"),
            Some(_) => {}
        }
        let description = body.get("description");
        match description {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.chars().count() <= LONGEST_DESCRIPTION => {}
            Some(Value::String(_)) => {
                check.say(
                    "description",
                    "String must contain at most 160 character(s)",
                );
            }
            other => check.expected("description", "string", other),
        }
        let exclude = body.get("exclude_from_auto_tagging");
        if exclude.is_some_and(|value| !value.is_boolean()) {
            check.expected("exclude_from_auto_tagging", "boolean", exclude);
        }
        let category = body.get("category_id");
        match category {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if is_uuid(text) => {}
            Some(Value::String(_)) => check.say("category_id", "Invalid uuid"),
            other => check.expected("category_id", "string", other),
        }
        check.done()?;
        let name = name.ok_or_else(|| Problem::new(400, "tag_name: Required"))?;
        let text = |value: &Value| value.as_str().map(String::from);
        let mut tag = match self.tags.iter().find(|tag| tag.name == name) {
            Some(tag) => tag.clone(),
            None => Tag::new(name, now),
        };
        if let Some(description) = description {
            tag.description = text(description);
        }
        if let Some(exclude) = exclude.and_then(Value::as_bool) {
            tag.exclude_from_auto_tagging = exclude;
        }
        if let Some(category) = category {
            tag.category_id = text(category);
        }
        tag.updated_at = now;
        match self.tags.iter_mut().find(|other| other.name == tag.name) {
            Some(stored) => *stored = tag,
            None => self.tags.push(tag),
        }
        Ok(nothing(200))
    }
}

/// Whether a text has the form of a uuid.
fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
