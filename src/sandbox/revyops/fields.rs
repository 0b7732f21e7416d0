//! Custom fields of a contact: the array of an update, and the v1 calls that address one of them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::RevyOps;
use super::body::{Body, kind, not_an_object};
use super::choices::{self, AbsentValue, EmptyValue, NullValue, Schema};
use super::record::{Contact, Field};
use super::reply::{Outcome, Problem};
use super::show;
use crate::http::HttpResponse;

/// Characters in a value at most.
pub const LONGEST: usize = 2500;

const NO_FIELD: Problem = Problem::NotFound("Custom field with this ID does not exist.");
const TAKEN: Problem = Problem::Conflict("A custom field with this name already exists.");
const REQUIRED: &str = "This field is required.";
const NOT_NULL: &str = "This field may not be null.";
const NOT_BLANK: &str = "This field may not be blank.";
const NOT_TEXT: &str = "Not a valid string.";

/// One entry of an update's array, as it is to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    name: String,
    act: Act,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    /// The field has this value afterwards.
    Put(Option<String>),
    /// There is no such field afterwards.
    Delete,
    /// It is named, and nothing else.
    Leave,
}

/// Reads the array of an update.
///
/// # Errors
/// What is wrong, nested as the array is: an empty object for an entry that is in order.
pub(super) fn read(value: &Value, account: &RevyOps) -> Result<Vec<Sent>, Value> {
    let Value::Array(entries) = value else {
        if value.is_null() {
            return Err(json!([NOT_NULL]));
        }
        let found = kind(value);
        let text = format!("Expected a list of items but got type \"{found}\".");
        return Err(json!({ "non_field_errors": [text] }));
    };
    let read: Vec<_> = entries.iter().map(|entry| one(entry, account)).collect();
    if read.iter().any(Result::is_err) {
        let problems = read.into_iter().map(|r| r.err().unwrap_or_default());
        return Err(Value::Array(problems.map(Value::Object).collect()));
    }
    Ok(read.into_iter().flatten().flatten().collect())
}

/// One entry; none where its field is not in the schema and dropped.
fn one(entry: &Value, account: &RevyOps) -> Result<Option<Sent>, Map<String, Value>> {
    let problem = |key: &str, text: &str| {
        let mut out = Map::new();
        out.insert(key.into(), json!([text]));
        out
    };
    let Value::Object(members) = entry else {
        return Err(problem("non_field_errors", &not_an_object(entry)));
    };
    let name = name(members.get("field_name")).map_err(|text| problem("field_name", text))?;
    let quirks = &account.quirks;
    let act = match members.get("field_value") {
        None => match quirks.absent_value {
            AbsentValue::Ignore => Ok(Act::Leave),
            AbsentValue::Delete => Ok(Act::Delete),
            AbsentValue::Refuse => Err(REQUIRED.to_string()),
        },
        Some(Value::Null) => match quirks.null_value {
            NullValue::Delete => Ok(Act::Delete),
            NullValue::Null => Ok(Act::Put(None)),
            NullValue::Empty => Ok(Act::Put(Some(String::new()))),
            NullValue::Refuse => Err(NOT_NULL.into()),
        },
        Some(Value::String(text)) if text.is_empty() => match quirks.empty_value {
            EmptyValue::Store => Ok(Act::Put(Some(String::new()))),
            EmptyValue::Delete => Ok(Act::Delete),
            EmptyValue::Refuse => Err(NOT_BLANK.into()),
        },
        Some(value) => limited(value).map(|text| Act::Put(Some(text))),
    };
    let act = act.map_err(|text| problem("field_value", &text))?;
    let known = account.fields.iter().any(|known| *known == name);
    match account.quirks.schema {
        Schema::Strict if !known => Err(problem("field_name", &unknown(&name))),
        Schema::Drop if !known => Ok(None),
        _ => Ok(Some(Sent { name, act })),
    }
}

fn name(value: Option<&Value>) -> Result<String, &'static str> {
    match value {
        None => Err(REQUIRED),
        Some(Value::Null) => Err(NOT_NULL),
        Some(Value::String(name)) if name.is_empty() => Err(NOT_BLANK),
        Some(Value::String(name)) => Ok(name.clone()),
        Some(_) => Err(NOT_TEXT),
    }
}

/// A text within the limit, counted in characters.
fn limited(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) if text.chars().count() > LONGEST => Err(format!(
            "Ensure this field has no more than {LONGEST} characters."
        )),
        Value::String(text) => Ok(text.clone()),
        Value::Null => Err(NOT_NULL.into()),
        _ => Err(NOT_TEXT.into()),
    }
}

fn unknown(name: &str) -> String {
    format!("Custom field \"{name}\" is not in the schema.")
}

impl RevyOps {
    /// Carries out the array of an update.
    pub(super) fn apply_fields(&mut self, contact: &mut Contact, sent: Vec<Sent>, now: Timestamp) {
        let before = match self.quirks.fields_sent {
            choices::Sent::Merge => Vec::new(),
            choices::Sent::Replace => std::mem::take(&mut contact.fields),
        };
        for Sent { name, act } in sent {
            let old = before.iter().find(|field| field.name == name);
            match act {
                Act::Delete => contact.fields.retain(|field| field.name != name),
                Act::Leave => contact.fields.extend(old.cloned()),
                Act::Put(value) => match contact.fields.iter_mut().find(|f| f.name == name) {
                    Some(field) => {
                        field.value = value;
                        field.updated = now;
                    }
                    None => {
                        let id = old.map(|field| field.id);
                        let field = Field {
                            id: id.unwrap_or_else(|| self.next_field_id()),
                            name,
                            value,
                            updated: now,
                        };
                        contact.fields.push(field);
                    }
                },
            }
        }
    }

    /// `POST /public/contacts/{contact_id}/custom-fields`.
    pub(super) fn add_field(&mut self, id: u64, body: &Body, now: Timestamp) -> Outcome {
        let mut contact = self.own(id)?.clone();
        let name = name(body.members.get("field_name"));
        let name = name.map_err(|text| Problem::member("field_name", text))?;
        let value = body.members.get("field_value");
        let value = value.map_or_else(|| Err(REQUIRED.into()), limited);
        let value = value.map_err(|text| Problem::member("field_value", &text))?;
        self.in_schema(&name)?;
        if contact.field(&name).is_some() {
            return Err(TAKEN);
        }
        let field = Field {
            id: self.next_field_id(),
            name,
            value: Some(value),
            updated: now,
        };
        let shown = show::field(&field, &self.quirks);
        contact.fields.push(field);
        contact.updated = now;
        self.insert(contact);
        Ok(HttpResponse::json(200, &shown))
    }

    /// `PATCH /public/contacts/{contact_id}/custom-fields/{field_id}`.
    pub(super) fn change_field(
        &mut self,
        id: u64,
        field: u64,
        body: &Body,
        now: Timestamp,
    ) -> Outcome {
        let mut contact = self.own(id)?.clone();
        let at = contact.fields.iter().position(|f| f.id == field);
        let mut changed = at
            .and_then(|at| contact.fields.get(at))
            .ok_or(NO_FIELD)?
            .clone();
        if let Some(sent) = body.members.get("field_name") {
            let sent = name(Some(sent)).map_err(|text| Problem::member("field_name", text))?;
            self.in_schema(&sent)?;
            if contact
                .fields
                .iter()
                .any(|f| f.id != field && f.name == sent)
            {
                return Err(TAKEN);
            }
            changed.name = sent;
        }
        if let Some(sent) = body.members.get("field_value") {
            let sent = limited(sent).map_err(|text| Problem::member("field_value", &text))?;
            changed.value = Some(sent);
        }
        changed.updated = now;
        let shown = show::field(&changed, &self.quirks);
        if let Some(place) = at.and_then(|at| contact.fields.get_mut(at)) {
            *place = changed;
        }
        contact.updated = now;
        self.insert(contact);
        Ok(HttpResponse::json(200, &shown))
    }

    /// `DELETE /public/contacts/{contact_id}/custom-fields/{field_id}`.
    pub(super) fn delete_field(&mut self, id: u64, field: u64, now: Timestamp) -> Outcome {
        let mut contact = self.own(id)?.clone();
        let before = contact.fields.len();
        contact.fields.retain(|f| f.id != field);
        if contact.fields.len() == before {
            return Err(NO_FIELD);
        }
        contact.updated = now;
        self.insert(contact);
        Ok(self.deleted())
    }

    /// Refuses a name that is not in the schema, unless names make themselves.
    fn in_schema(&self, name: &str) -> Result<(), Problem> {
        if self.quirks.schema == Schema::Flexible || self.fields.iter().any(|known| known == name) {
            return Ok(());
        }
        Err(Problem::member("field_name", &unknown(name)))
    }
}
