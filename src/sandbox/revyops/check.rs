//! What a contact's members may be: a body becomes a [`Change`], or the list of everything wrong with it.

use serde_json::{Map, Value, json};

use super::RevyOps;
use super::body::Body;
use super::choices::{Digits, EmptyText, Status};
use super::fields::{self, Sent};
use super::quirks::Quirks;
use super::reply::Problem;

/// The statuses that the product's own screens show.
const STATUSES: [&str; 3] = ["Active", "Unsubscribed", "Bounced"];

/// What `company_id` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CompanyRef {
    /// Null: no company from now on.
    Detach,
    /// An id; `None` where no company can have it.
    Id(Option<u64>),
    /// A domain.
    Domain(String),
}

/// What a body changes: absent members are `None`, texts without a value `Some(None)`.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    pub(super) email: Option<Option<String>>,
    pub(super) linkedin_url: Option<Option<String>>,
    pub(super) first_name: Option<Option<String>>,
    pub(super) last_name: Option<Option<String>>,
    pub(super) origin: Option<Option<String>>,
    pub(super) status: Option<Option<String>>,
    pub(super) company: Option<CompanyRef>,
    pub(super) fields: Option<Vec<Sent>>,
}

impl Change {
    /// Reads the documented members; unknown and read-only ones are ignored. Custom fields stand under
    /// `list`.
    ///
    /// # Errors
    /// Every member that can not be taken.
    pub(super) fn of(body: &Body, list: &str, account: &RevyOps) -> Result<Self, Problem> {
        let quirks = &account.quirks;
        let mut problems = Map::new();
        let mut text = |key: &str| match body.members.get(key).map(|v| text(v, quirks)) {
            None => None,
            Some(Ok(value)) => Some(value),
            Some(Err(message)) => {
                problems.insert(key.into(), json!([message]));
                None
            }
        };
        let mut change = Self {
            email: text("email"),
            linkedin_url: text("linkedin_url"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            origin: text("origin"),
            status: text("contact_status"),
            ..Self::default()
        };
        if let Some(Some(status)) = &mut change.status {
            match quirks.status {
                Status::Free => {}
                Status::Lower => *status = status.to_lowercase(),
                Status::Closed if STATUSES.contains(&status.as_str()) => {}
                Status::Closed => {
                    let message = format!("\"{status}\" is not a valid choice.");
                    problems.insert("contact_status".into(), json!([message]));
                }
            }
        }
        match body
            .members
            .get("company_id")
            .map(|v| company(v, body.form, quirks))
        {
            None => {}
            Some(Ok(company)) => change.company = Some(company),
            Some(Err(message)) => {
                problems.insert("company_id".into(), json!([message]));
            }
        }
        match body
            .members
            .get(list)
            .map(|value| fields::read(value, account))
        {
            None => {}
            Some(Ok(sent)) => change.fields = Some(sent),
            Some(Err(nested)) => {
                problems.insert(list.into(), nested);
            }
        }
        if problems.is_empty() {
            Ok(change)
        } else {
            Err(Problem::Invalid(problems))
        }
    }

    /// Whether it names an e-mail or a LinkedIn URL.
    pub(super) fn identifies(&self) -> bool {
        let given = |value: &Option<Option<String>>| {
            let text = value.as_ref().and_then(Option::as_ref);
            text.is_some_and(|text| !text.is_empty())
        };
        given(&self.email) || given(&self.linkedin_url)
    }
}

fn text(value: &Value, quirks: &Quirks) -> Result<Option<String>, String> {
    match value {
        Value::Null => Err("This field may not be null.".into()),
        Value::String(text) if text.is_empty() => match quirks.empty_text {
            EmptyText::Store => Ok(Some(String::new())),
            EmptyText::Clear => Ok(None),
            EmptyText::Refuse => Err("This field may not be blank.".into()),
        },
        Value::String(text)
            if quirks.text_limit > 0 && text.chars().count() as u64 > quirks.text_limit =>
        {
            let limit = quirks.text_limit;
            Err(format!(
                "Ensure this field has no more than {limit} characters."
            ))
        }
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err("Not a valid string.".into()),
    }
}

fn company(value: &Value, form: bool, quirks: &Quirks) -> Result<CompanyRef, String> {
    match value {
        Value::Null => Ok(CompanyRef::Detach),
        Value::Number(number) => {
            let written = number.to_string();
            // 7.0 is a whole number too.
            let whole = written.trim_end_matches('0').strip_suffix('.');
            let id = id(whole.unwrap_or(&written));
            id.ok_or_else(|| "A valid integer is required.".into())
        }
        Value::String(text) => match id(text.trim()) {
            Some(id) if form || quirks.digits == Digits::Id => Ok(id),
            _ if !text.trim().is_empty() => Ok(CompanyRef::Domain(text.trim().into())),
            _ => Err("A valid integer or a domain is required.".into()),
        },
        _ => Err("A valid integer or a domain is required.".into()),
    }
}

/// A whole number as an id; no company has a negative or a huge one.
fn id(text: &str) -> Option<CompanyRef> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| CompanyRef::Id(text.parse().ok()))
}
