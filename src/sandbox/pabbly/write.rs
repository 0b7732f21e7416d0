//! `PUT /contacts/{id}` and `POST /contacts`: checking a body and applying it whole or not at all.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::contact::{Attribute, Contact, View, object_id};
use super::quirks::{Delta, Overwrite, Precedence, Sent, Unknown};
use super::{Outcome, Pabbly, Problem};

type Body = Map<String, Value>;

impl Pabbly {
    /// Answers an update; `position` is that of an existing contact.
    pub(super) fn update(&mut self, position: usize, body: &Value, now: Timestamp) -> Outcome {
        let Value::Object(body) = body else {
            return Err(Problem::Malformed("Request body must be an object".into()));
        };
        let mut contact = self.contacts[position].clone();
        let settings = self.settings();
        self.apply(&mut contact, body, now, Some(position))
            .inspect_err(|_| {
                // A refused request must not leave freshly created names behind.
                self.restore(settings);
            })?;
        contact.version += 1;
        contact.updated_at = now;
        let shown = contact.to_json(View::Short);
        self.contacts[position] = contact;
        Ok(self.success("Contact updated successfully", shown))
    }

    /// Answers a create: each entry stands or falls alone.
    pub(super) fn create(
        &mut self,
        body: &Value,
        pairs: &[(String, String)],
        now: Timestamp,
    ) -> Outcome {
        let Value::Array(entries) = body else {
            return Err(Problem::Malformed(
                "Request body must be an array of contacts".into(),
            ));
        };
        let overwrite = match pairs.iter().find(|(key, _)| key == "onDuplicate") {
            None => false,
            Some((_, value)) if value == "skip" => false,
            Some((_, value)) if value == "overwrite" => true,
            Some(_) => return Err(Problem::Refused("Invalid value for onDuplicate".into())),
        };
        let mut created = Vec::new();
        let mut failed = Vec::new();
        for entry in entries {
            let settings = self.settings();
            match self.create_one(entry, overwrite, now) {
                Ok(Some(shown)) => created.push(shown),
                Ok(None) => {}
                Err(problem) => {
                    self.restore(settings);
                    let mut entry = entry.clone();
                    if let Value::Object(members) = &mut entry {
                        members.insert("error".into(), json!(problem.text()));
                    }
                    failed.push(entry);
                }
            }
        }
        let noun = if created.len() == 1 {
            "contact"
        } else {
            "contacts"
        };
        let message = format!("{} {noun} saved successfully", created.len());
        let mut data = json!({"createdContacts": created});
        if !failed.is_empty() {
            data["failedContacts"] = json!(failed);
        }
        Ok(self.success(&message, data))
    }

    fn create_one(
        &mut self,
        entry: &Value,
        overwrite: bool,
        now: Timestamp,
    ) -> Result<Option<Value>, Problem> {
        let Value::Object(body) = entry else {
            return Err(refused("Each contact must be an object"));
        };
        let Some(Value::String(mobile)) = body.get("mobile") else {
            return Err(refused("mobile is required"));
        };
        if let Some(position) = self.contacts.iter().position(|c| c.mobile == *mobile) {
            if !overwrite {
                return Ok(None);
            }
            let mut contact = self.contacts[position].clone();
            if self.quirks.overwrite == Overwrite::Wipe {
                contact.name = None;
                contact.optin = None;
                contact.incoming_blocked = false;
                contact.tags.clear();
                contact.attributes.clear();
            }
            self.apply(&mut contact, body, now, Some(position))?;
            contact.version += 1;
            contact.updated_at = now;
            let shown = contact.to_json(View::Short);
            self.contacts[position] = contact;
            return Ok(Some(shown));
        }
        let id = self.next_id(now);
        let mut contact = Contact::new(id, mobile, now);
        contact.source = "api".into();
        self.apply(&mut contact, body, now, None)?;
        let shown = contact.to_json(View::Short);
        self.insert(contact);
        Ok(Some(shown))
    }

    /// Applies the documented members to a copy; unknown members are ignored.
    fn apply(
        &mut self,
        contact: &mut Contact,
        body: &Body,
        now: Timestamp,
        own: Option<usize>,
    ) -> Result<(), Problem> {
        if let Some(mobile) = self.text(body, "mobile")? {
            let digits = mobile.bytes().all(|byte| byte.is_ascii_digit());
            if !digits || !(7..=15).contains(&mobile.len()) {
                return Err(refused(
                    "mobile must be a number with dialing code, digits only",
                ));
            }
            let taken = |(at, other): (usize, &Contact)| Some(at) != own && other.mobile == mobile;
            if self.quirks.unique_mobile && self.contacts.iter().enumerate().any(taken) {
                return Err(refused("Contact with this mobile number already exists"));
            }
            contact.mobile = mobile;
        }
        if let Some(name) = self.text(body, "name")? {
            if name.is_empty() && self.quirks.name_required {
                return Err(refused("name must not be empty"));
            }
            contact.name = Some(name);
        }
        if let Some(optin) = self.boolean(body, "optin")? {
            contact.optin = Some(optin);
        }
        if let Some(blocked) = self.boolean(body, "incomingBlocked")? {
            contact.incoming_blocked = blocked;
        }
        self.apply_tags(contact, body)?;
        self.apply_attributes(contact, body, now)
    }

    fn apply_tags(&mut self, contact: &mut Contact, body: &Body) -> Result<(), Problem> {
        let has_delta = body.contains_key("tagsToAdd") || body.contains_key("tagsToRemove");
        if body.contains_key("tags") {
            if has_delta && self.quirks.precedence == Precedence::Refuse {
                return Err(refused(
                    "tags can not be combined with tagsToAdd or tagsToRemove",
                ));
            }
            match body.get("tags").map(strings) {
                Some(Some(tags)) => contact.tags = self.known_tags(tags)?,
                _ if self.quirks.strict => return Err(refused("tags must be an array of strings")),
                _ => {}
            }
            if self.quirks.precedence != Precedence::Both {
                return Ok(());
            }
        }
        let add = self.delta(body.get("tagsToAdd"));
        for tag in self.known_tags(add)? {
            if !contact.tags.contains(&tag) {
                contact.tags.push(tag);
            }
        }
        let remove = self.delta(body.get("tagsToRemove"));
        contact.tags.retain(|tag| !remove.contains(tag));
        Ok(())
    }

    /// The tags of a delta; none where it has not the type that the server wants.
    fn delta(&self, value: Option<&Value>) -> Vec<String> {
        match (value, self.quirks.delta) {
            (Some(value @ Value::Array(_)), Delta::Array | Delta::Both) => {
                strings(value).unwrap_or_default()
            }
            (Some(Value::String(text)), Delta::Comma | Delta::Both) => text
                .split(',')
                .map(|tag| tag.trim().to_string())
                .filter(|tag| !tag.is_empty())
                .collect(),
            _ => Vec::new(),
        }
    }

    fn known_tags(&mut self, tags: Vec<String>) -> Result<Vec<String>, Problem> {
        let mut known = Vec::new();
        for tag in tags {
            if !self.tags.contains(&tag) {
                match self.quirks.unknown_tag {
                    Unknown::Refuse => {
                        return Err(Problem::Refused(format!("Tag {tag} does not exist")));
                    }
                    Unknown::Drop => continue,
                    Unknown::Create => self.tags.push(tag.clone()),
                }
            }
            known.push(tag);
        }
        Ok(known)
    }

    fn apply_attributes(
        &mut self,
        contact: &mut Contact,
        body: &Body,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let sent = match body.get("attributes") {
            None => return Ok(()),
            Some(Value::Array(sent)) => sent,
            Some(_) if self.quirks.strict => {
                return Err(refused(
                    "attributes must be an array of objects with name and value",
                ));
            }
            Some(_) => return Ok(()),
        };
        let before = match self.quirks.attributes {
            Sent::Merge => Vec::new(),
            Sent::Replace => std::mem::take(&mut contact.attributes),
        };
        for entry in sent {
            let Some((name, value)) = self.attribute(entry)? else {
                continue;
            };
            let removes = value.is_empty() || self.quirks.blank_removes && value.trim().is_empty();
            let at = contact.attributes.iter().position(|a| a.name == name);
            match at {
                Some(at) if removes => {
                    contact.attributes.remove(at);
                }
                Some(at) => contact.attributes[at].value = value,
                None if removes => {}
                None => {
                    let kept = before.iter().find(|a| a.name == name).map(|a| a.id.clone());
                    let id = kept.unwrap_or_else(|| self.next_id(now));
                    contact.attributes.push(Attribute { id, name, value });
                }
            }
        }
        Ok(())
    }

    /// One entry of `attributes`, where it is to be stored.
    fn attribute(&mut self, entry: &Value) -> Result<Option<(String, String)>, Problem> {
        let shape = || refused("attributes must be an array of objects with name and value");
        let Some(Value::String(name)) = entry.get("name") else {
            return Err(shape());
        };
        if self.quirks.strict && entry.get("_id").is_some() {
            return Err(refused("attributes must not carry _id"));
        }
        let value = match entry.get("value") {
            Some(Value::String(text)) => text.clone(),
            // The store holds text and casts what can be cast.
            Some(scalar @ (Value::Number(_) | Value::Bool(_))) => scalar.to_string(),
            _ => return Err(shape()),
        };
        if !self.attributes.contains(name) {
            match self.quirks.unknown_attribute {
                Unknown::Refuse => {
                    return Err(Problem::Refused(format!("Attribute {name} does not exist")));
                }
                Unknown::Drop => return Ok(None),
                Unknown::Create => self.attributes.push(name.clone()),
            }
        }
        Ok(Some((name.clone(), value)))
    }

    fn text(&self, body: &Body, key: &str) -> Result<Option<String>, Problem> {
        match body.get(key) {
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) if self.quirks.strict => {
                Err(Problem::Refused(format!("{key} must be a string")))
            }
            _ => Ok(None),
        }
    }

    fn boolean(&self, body: &Body, key: &str) -> Result<Option<bool>, Problem> {
        match body.get(key) {
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) if self.quirks.strict => {
                Err(Problem::Refused(format!("{key} must be a boolean")))
            }
            _ => Ok(None),
        }
    }

    fn settings(&self) -> (Vec<String>, Vec<String>) {
        (self.tags.clone(), self.attributes.clone())
    }

    fn restore(&mut self, settings: (Vec<String>, Vec<String>)) {
        (self.tags, self.attributes) = settings;
    }

    fn next_id(&mut self, now: Timestamp) -> String {
        self.counter += 1;
        object_id(now, self.counter)
    }
}

fn refused(text: &str) -> Problem {
    Problem::Refused(text.into())
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_string))
        .collect()
}
