//! One condition of a filter: which attribute, compared how, with what.
//!
//! Attributes every account has accept listed operators; custom ones are cast to a database type.

use std::cmp::Ordering;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::filter::{Test, Token, joint};
use super::records::{Contact, Object};
use super::reply::Refusal;
use super::state::State;
use super::{Call, collate, definitions, sql};

const TEXT: &[&str] = &["equal_to", "not_equal_to", "contains", "does_not_contain"];
const PHONE: &[&str] = &[
    "equal_to",
    "not_equal_to",
    "contains",
    "does_not_contain",
    "starts_with",
];
const EXACT: &[&str] = &["equal_to", "not_equal_to"];
const TAGS: &[&str] = &["equal_to", "not_equal_to", "is_present", "is_not_present"];
const DATES: &[&str] = &["is_greater_than", "is_less_than", "days_before"];

/// The attributes every account can filter by, in the order the error text lists them.
fn standard(new: bool) -> [(&'static str, &'static [&'static str]); 11] {
    [
        ("name", TEXT),
        ("phone_number", PHONE),
        ("email", TEXT),
        ("identifier", EXACT),
        ("country_code", EXACT),
        ("city", TEXT),
        (if new { "company_name" } else { "company" }, TEXT),
        ("labels", TAGS),
        ("created_at", DATES),
        ("last_activity_at", DATES),
        ("blocked", EXACT),
    ]
}

/// A condition with what it needs to become a comparison.
pub struct Condition<'a> {
    /// The installation.
    pub state: &'a State,
    /// The request.
    pub call: &'a Call<'a>,
    /// The condition as sent.
    pub fields: &'a Object,
    /// The contacts the query looks at, whether they match or not.
    pub base: &'a [&'a Contact],
}

impl Condition<'_> {
    /// Appends what the condition becomes.
    ///
    /// # Errors
    /// 422 for an operator, value or attribute the server refuses, 500 for what the database would.
    pub fn compile(&self, tokens: &mut Vec<Token>) -> Result<(), Refusal> {
        let known = standard(self.state.version.is_new());
        let key = self.word("attribute_key");
        let operator = self.word("filter_operator");
        let entry = known.iter().find(|(name, _)| *name == key);
        if let Some((_, allowed)) = entry
            && !allowed.contains(&operator)
        {
            return Err(Refusal::Unprocessable(format!(
                "Invalid operator. The allowed operators for {key} are [{}].",
                allowed.join(",")
            )));
        }
        if !operator.ends_with("_present") && self.values_blank() {
            return Err(self.invalid_value());
        }
        if entry.is_some() {
            tokens.push(Token::Test(self.standard_test(key, operator)?));
            tokens.extend(joint(self.fields)?);
            return Ok(());
        }
        let definition = self.state.definitions.values().find(|d| {
            d.account == self.call.caller.account
                && d.model == definitions::CONTACT_MODEL
                && d.key == key
        });
        let Some(definition) = definition else {
            let keys: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            return Err(Refusal::Unprocessable(format!(
                "Invalid attribute key - [{key}]. The key should be one of [{}] or a custom \
                 attribute defined in the account.",
                keys.join(",")
            )));
        };
        let kind = definitions::DISPLAY_TYPES[definition.display_type];
        tokens.push(Token::Test(self.custom_test(key, operator, kind)?));
        tokens.extend(joint(self.fields)?);
        if operator == "not_equal_to" {
            // The server appends this after the joining operator, which breaks all but the last
            // condition.
            let key = key.to_owned();
            tokens.push(Token::Or);
            tokens.push(Token::Test(Box::new(move |c| {
                Some(sql::text(c.custom_attributes.get(&key)).is_none())
            })));
        }
        Ok(())
    }

    fn word(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn invalid_value(&self) -> Refusal {
        Refusal::Unprocessable(format!(
            "Invalid value. The values provided for {} are invalid",
            self.word("attribute_key")
        ))
    }

    fn values_blank(&self) -> bool {
        match self.fields.get("values") {
            None | Some(Value::Null | Value::Bool(false)) => true,
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        }
    }

    /// `values[0]`, which of a text is its first character.
    fn first(&self) -> Result<Value, Refusal> {
        match self.fields.get("values") {
            Some(Value::Array(items)) => Ok(items.first().cloned().unwrap_or_default()),
            Some(Value::String(text)) => Ok(text.chars().take(1).collect::<String>().into()),
            _ => Err(Refusal::Crash),
        }
    }

    fn lowered(&self) -> Result<String, Refusal> {
        match self.first()? {
            Value::String(text) => Ok(text.to_lowercase()),
            _ => Err(Refusal::Crash),
        }
    }

    fn patterns(&self) -> Result<Vec<String>, Refusal> {
        let around = |text: &str| format!("%{}%", text.trim());
        match self.fields.get("values") {
            Some(Value::String(text)) => Ok(vec![around(text)]),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(around).ok_or(Refusal::Crash))
                .collect(),
            _ => Err(Refusal::Crash),
        }
    }

    fn standard_test(&self, key: &str, operator: &str) -> Result<Test, Refusal> {
        match key {
            "labels" => self.tag_test(operator),
            "blocked" => {
                let wanted = match self.first()? {
                    Value::Bool(flag) => flag,
                    Value::String(text) => sql::boolean(&text).ok_or(Refusal::Crash)?,
                    _ => return Err(Refusal::Crash),
                };
                let wanted = wanted == (operator == "equal_to");
                Ok(Box::new(move |c| Some(c.blocked == wanted)))
            }
            "created_at" | "last_activity_at" => {
                let last = key == "last_activity_at";
                let read = move |c: &Contact| {
                    let time = if last {
                        c.last_activity_at
                    } else {
                        Some(c.created_at)
                    };
                    time.map(|t| t.to_zoned(TimeZone::UTC).date())
                };
                let (side, day) = self.day_bound(operator)?;
                Ok(Box::new(move |c| Some(read(c)?.cmp(&day) == side)))
            }
            "phone_number" if !operator.contains("contain") => {
                let value = sql::text(Some(&self.first()?)).unwrap_or_default();
                let bare = if self.state.version.is_new() {
                    value.trim_start_matches('+')
                } else {
                    &value
                };
                let wanted = format!("+{bare}");
                let equal = operator != "not_equal_to";
                // "Starts with" is accepted and compares the whole number.
                Ok(Box::new(move |c| {
                    c.phone_number
                        .as_ref()
                        .map(|phone| (*phone == wanted) == equal)
                }))
            }
            _ => self.text_test(column(key), operator),
        }
    }

    fn tag_test(&self, operator: &str) -> Result<Test, Refusal> {
        if operator.ends_with("_present") {
            let wanted = operator == "is_present";
            return Ok(Box::new(move |c| Some(c.tags.is_empty() != wanted)));
        }
        let name = self.lowered()?;
        // The stored spelling is compared as it is, so an upper-case tag is never found.
        let tag = self.state.tags.iter().position(|tag| *tag == name);
        let wanted = operator == "equal_to";
        Ok(Box::new(move |c| {
            Some(tag.is_some_and(|tag| c.tags.contains(&tag)) == wanted)
        }))
    }

    fn text_test(
        &self,
        read: impl Fn(&Contact) -> Option<String> + 'static,
        operator: &str,
    ) -> Result<Test, Refusal> {
        match operator {
            "contains" | "does_not_contain" => {
                let patterns = self.patterns()?;
                let wanted = operator == "contains";
                Ok(Box::new(move |c| {
                    let text = read(c)?;
                    Some(patterns.iter().any(|p| sql::like(&text, p, true)) == wanted)
                }))
            }
            "is_present" => Ok(Box::new(move |c| Some(read(c).is_some()))),
            "is_not_present" => Ok(Box::new(move |c| Some(read(c).is_none()))),
            "is_greater_than" | "is_less_than" => {
                let bound = sql::text(Some(&self.first()?)).unwrap_or_default();
                let side = side(operator);
                Ok(Box::new(move |c| {
                    Some(collate::compare(&read(c)?.to_lowercase(), &bound) == side)
                }))
            }
            _ => {
                let wanted = self.lowered()?;
                let equal = operator != "not_equal_to";
                Ok(Box::new(move |c| {
                    Some((read(c)?.to_lowercase() == wanted) == equal)
                }))
            }
        }
    }

    /// The day a date operator compares with, and on which side of it to be.
    fn day_bound(&self, operator: &str) -> Result<(Ordering, Date), Refusal> {
        let new = self.state.version.is_new();
        let value = sql::text(Some(&self.first()?)).unwrap_or_default();
        if operator == "days_before" {
            if new {
                return Err(Refusal::Crash);
            }
            let days: i64 = value.parse().unwrap_or(0);
            let today = self.call.now.to_zoned(TimeZone::UTC).date();
            let day = today.checked_sub(days.days()).map_err(|_| Refusal::Crash)?;
            return Ok((Ordering::Less, day));
        }
        let day = sql::date(&value).ok_or_else(|| {
            if new {
                self.invalid_value()
            } else {
                Refusal::Crash
            }
        })?;
        Ok((side(operator), day))
    }

    fn custom_test(&self, key: &str, operator: &str, kind: &str) -> Result<Test, Refusal> {
        let owned = key.to_owned();
        let read = move |c: &Contact| sql::text(c.custom_attributes.get(&owned));
        match kind {
            "text" | "link" | "list" => self.text_test(read, operator),
            "number" => self.typed_test(read, operator, sql::numeric),
            "date" => self.typed_test(read, operator, sql::date),
            "checkbox" => self.typed_test(read, operator, sql::boolean),
            // Currency and percent have no database type, so the query is no SQL.
            _ => Err(Refusal::Crash),
        }
    }

    /// Casts the attribute of every contact; one that can not be cast fails the whole query.
    fn typed_test<T: PartialOrd + 'static>(
        &self,
        read: impl Fn(&Contact) -> Option<String> + 'static,
        operator: &str,
        cast: fn(&str) -> Option<T>,
    ) -> Result<Test, Refusal> {
        if self
            .base
            .iter()
            .filter_map(|c| read(c))
            .any(|text| cast(&text).is_none())
        {
            return Err(Refusal::Crash);
        }
        if operator.ends_with("_present") {
            let wanted = operator == "is_present";
            return Ok(Box::new(move |c| Some(read(c).is_some() == wanted)));
        }
        if operator.contains("contain") {
            return Err(Refusal::Crash);
        }
        let compares = matches!(operator, "is_greater_than" | "is_less_than" | "days_before");
        let value = if operator == "days_before" {
            self.day_bound(operator)?.1.to_string()
        } else {
            sql::text(Some(&self.first()?)).unwrap_or_default()
        };
        let bound = cast(&value).ok_or_else(|| {
            if compares && self.state.version.is_new() {
                self.invalid_value()
            } else {
                Refusal::Crash
            }
        })?;
        let operator = operator.to_owned();
        Ok(Box::new(move |c| {
            let order = cast(&read(c)?)?.partial_cmp(&bound)?;
            Some(match operator.as_str() {
                "is_greater_than" => order == Ordering::Greater,
                "is_less_than" | "days_before" => order == Ordering::Less,
                "not_equal_to" => order != Ordering::Equal,
                _ => order == Ordering::Equal,
            })
        }))
    }
}

fn side(operator: &str) -> Ordering {
    if operator == "is_less_than" {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

fn column(key: &str) -> impl Fn(&Contact) -> Option<String> + 'static {
    let key = key.to_owned();
    move |contact| match key.as_str() {
        "name" => contact.name.clone(),
        "email" => contact.email.clone(),
        "identifier" => contact.identifier.clone(),
        "phone_number" => contact.phone_number.clone(),
        other => sql::text(contact.additional_attributes.get(other)),
    }
}
