//! `PATCH /contacts/{id}`, `POST /contacts` and `DELETE /contacts/{id}`: applied whole or not at all.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::OpenCx;
use super::check::{Input, contact as checked};
use super::contact::{Contact, uuid};
use super::quirks::{Blank, Body, CustomData, Quirks, Taken, Unknown};
use super::reply::{Outcome, Problem};
use crate::http::HttpResponse;

impl OpenCx {
    /// Answers an update.
    pub(super) fn update(&mut self, id: &str, body: &Value, now: Timestamp) -> Outcome {
        let Some(input) = checked(body, &self.quirks)? else {
            return Ok(nothing(200));
        };
        self.overrides.extend(input.overrides.clone());
        let Some(position) = self.position(id) else {
            return unknown(&self.quirks);
        };
        let Some(mut contact) = self.contacts.get(position).cloned() else {
            return unknown(&self.quirks);
        };
        self.apply(&mut contact, input)?;
        contact.updated_at = now;
        let answer = written(&contact, &self.quirks);
        self.insert(contact);
        Ok(answer)
    }

    /// Answers a creation.
    pub(super) fn create(&mut self, body: &Value, now: Timestamp) -> Outcome {
        let input = checked(body, &self.quirks)?;
        let input = input.ok_or_else(|| Problem::new(400, "contact: Required"))?;
        self.overrides.extend(input.overrides.clone());
        let mut contact = Contact::new(String::new(), now);
        self.apply(&mut contact, input)?;
        contact.id = self.next_id();
        let answer = HttpResponse::json(201, &json!({"id": contact.id}));
        self.insert(contact);
        Ok(answer)
    }

    /// Answers a deletion.
    pub(super) fn delete(&mut self, id: &str) -> Outcome {
        match self.remove(id) {
            Some(_) => Ok(nothing(200)),
            None => unknown(&self.quirks),
        }
    }

    /// Applies what was sent to a copy.
    fn apply(&self, contact: &mut Contact, input: Input) -> Result<(), Problem> {
        let quirks = &self.quirks;
        if let Some(email) = input.email {
            let same = |other: &str| other.eq_ignore_ascii_case(&email);
            self.free(contact, "email", |c| c.email.as_deref().is_some_and(same))?;
            contact.email = Some(email);
        }
        if let Some(phone) = input.phone {
            if phone.is_empty() {
                blank("phone", &mut contact.phone, quirks)?;
            } else {
                if quirks.phone_check && !is_phone(&phone) {
                    return Err(Problem::new(400, "contact.phone: Invalid phone number"));
                }
                self.free(contact, "phone", |c| c.phone.as_ref() == Some(&phone))?;
                contact.phone = Some(phone);
            }
        }
        match input.name {
            Some(name) if name.is_empty() => blank("name", &mut contact.name, quirks)?,
            Some(name) => contact.name = Some(name),
            None => {}
        }
        if let Some(sent) = input.custom_data {
            let mut kept = match quirks.custom_data {
                CustomData::Merge => contact.custom_data.take().unwrap_or_default(),
                CustomData::Replace => serde_json::Map::new(),
            };
            kept.extend(sent);
            contact.custom_data = Some(kept);
        }
        Ok(())
    }

    /// Refuses what another contact has.
    fn free(
        &self,
        own: &Contact,
        noun: &str,
        has: impl Fn(&Contact) -> bool,
    ) -> Result<(), Problem> {
        let status = match self.quirks.taken {
            Taken::Allowed => return Ok(()),
            Taken::BadRequest => 400,
            Taken::Conflict => 409,
            Taken::Unprocessable => 422,
        };
        if self.contacts.iter().any(|c| c.id != own.id && has(c)) {
            let text = format!("A contact with this {noun} already exists");
            return Err(Problem::new(status, text));
        }
        Ok(())
    }

    /// An id that nobody has.
    pub(super) fn next_id(&mut self) -> String {
        loop {
            self.counter += 1;
            let id = uuid(self.counter);
            if self.position(&id).is_none() {
                return id;
            }
        }
    }
}

fn blank(noun: &str, field: &mut Option<String>, quirks: &Quirks) -> Result<(), Problem> {
    match quirks.blank {
        Blank::Stored => *field = Some(String::new()),
        Blank::Null => *field = None,
        Blank::Ignored => {}
        Blank::Refused => {
            let text = format!("contact.{noun}: String must contain at least 1 character(s)");
            return Err(Problem::new(400, text));
        }
    }
    Ok(())
}

/// `+` and 7 to 15 digits, the first of them not 0.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// What answers a write to a contact that does not exist.
fn unknown(quirks: &Quirks) -> Outcome {
    match quirks.unknown_contact {
        Unknown::NotFound => Err(Problem::new(404, "Contact not found")),
        Unknown::BadRequest => Err(Problem::new(400, "Contact not found")),
        Unknown::Crash => Err(Problem::new(500, "Internal server error")),
        Unknown::Success => Ok(nothing(200)),
    }
}

fn written(contact: &Contact, quirks: &Quirks) -> HttpResponse {
    let shown = contact.to_json(quirks);
    match quirks.body {
        Body::Empty => nothing(200),
        Body::Contact => HttpResponse::json(200, &shown),
        Body::Wrapped => HttpResponse::json(200, &json!({ "contact": shown })),
        Body::Data => HttpResponse::json(200, &json!({ "data": shown })),
    }
}

/// An answer without a body.
pub(super) fn nothing(status: u16) -> HttpResponse {
    HttpResponse::new(status, Vec::new(), Vec::new())
}
