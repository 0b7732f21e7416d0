//! Bodies against the vendor's schemas: what is missing, of the wrong type, or breaks a pattern.

use std::sync::LazyLock;

use regress::Regex;
use serde_json::{Map, Value};

use super::quirks::{Flat, Members, Quirks};
use super::reply::Problem;
use crate::sandbox::Received;

/// The pattern of e-mail addresses, as the vendor's document for updates has it.
pub const EMAIL_PATTERN: &str = r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(EMAIL_PATTERN).ok());

/// The four maps that steer HTTP actions.
const OVERRIDES: [&str; 4] = ["query_params", "path_params", "body_params", "headers"];

/// Whether the vendor takes a text as an e-mail address.
pub fn is_email(text: &str) -> bool {
    EMAIL
        .as_ref()
        .is_some_and(|regex| regex.find(text).is_some())
}

/// The members of `contact` in an update or creation; `None` where one is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) name: Option<String>,
    pub(super) custom_data: Option<Map<String, Value>>,
    pub(super) overrides: Option<Value>,
}

/// The JSON of a body.
///
/// # Errors
/// 400 for another content type and for what is no JSON.
pub(super) fn json_body(request: &Received) -> Result<Value, Problem> {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let text = format!("Content-Type must be application/json, not {kind:?}");
        return Err(Problem::new(400, text));
    }
    serde_json::from_slice(&request.body)
        .map_err(|error| Problem::new(400, format!("Body is not valid JSON: {error}")))
}

/// The `contact` of a body; `None` where it is not there and nothing is to be done.
///
/// # Errors
/// 400 with a sentence for each thing that is wrong.
pub(super) fn contact(body: &Value, quirks: &Quirks) -> Result<Option<Input>, Problem> {
    let mut check = Check::default();
    let Value::Object(body) = body else {
        check.expected("body", "object", Some(body));
        return Err(check.problem());
    };
    if !body.contains_key("contact") && quirks.flat_body == Flat::Ignored {
        return Ok(None);
    }
    let mut input = Input::default();
    if let Some(contact) = check.object("", body, "contact") {
        input.email = check.text("contact.", contact, "email");
        if input.email.as_deref().is_some_and(|email| !is_email(email)) {
            check.say("contact.email", "Invalid email");
        }
        input.phone = check.text("contact.", contact, "phone");
        input.name = check.text("contact.", contact, "name");
        input.custom_data = check.texts("contact.", contact, "custom_data");
        if contact.contains_key("http_action_overrides")
            && let Some(overrides) = check.object("contact.", contact, "http_action_overrides")
        {
            for map in OVERRIDES {
                check.texts("contact.http_action_overrides.", overrides, map);
            }
            input.overrides = Some(Value::Object(overrides.clone()));
        }
        if quirks.unknown_members == Members::Refused {
            check.known("contact.", contact, &CONTACT);
        }
    }
    if quirks.unknown_members == Members::Refused {
        check.known("", body, &["contact"]);
    }
    check.done()?;
    Ok(Some(input))
}

const CONTACT: [&str; 5] = [
    "email",
    "phone",
    "name",
    "custom_data",
    "http_action_overrides",
];

/// Collects what is wrong with a body, each with the path of the member.
#[derive(Debug, Default)]
pub(super) struct Check {
    problems: Vec<String>,
}

impl Check {
    /// Adds a sentence about a member.
    pub(super) fn say(&mut self, path: &str, what: &str) {
        self.problems.push(format!("{path}: {what}"));
    }

    /// Adds that a member has the wrong type, or is not there.
    pub(super) fn expected(&mut self, path: &str, kind: &str, found: Option<&Value>) {
        match found {
            None => self.say(path, "Required"),
            Some(found) => {
                let received = type_of(found);
                self.say(path, &format!("Expected {kind}, received {received}"));
            }
        }
    }

    /// A member that has to be an object.
    pub(super) fn object<'a>(
        &mut self,
        at: &str,
        of: &'a Map<String, Value>,
        key: &str,
    ) -> Option<&'a Map<String, Value>> {
        match of.get(key) {
            Some(Value::Object(object)) => Some(object),
            other => {
                self.expected(&format!("{at}{key}"), "object", other);
                None
            }
        }
    }

    /// A member that is absent or a string.
    pub(super) fn text(&mut self, at: &str, of: &Map<String, Value>, key: &str) -> Option<String> {
        match of.get(key) {
            None => None,
            Some(Value::String(text)) => Some(text.clone()),
            other => {
                self.expected(&format!("{at}{key}"), "string", other);
                None
            }
        }
    }

    /// A member that is absent or an object of strings.
    fn texts(
        &mut self,
        at: &str,
        of: &Map<String, Value>,
        key: &str,
    ) -> Option<Map<String, Value>> {
        if !of.contains_key(key) {
            return None;
        }
        let object = self.object(at, of, key)?;
        for (name, value) in object.iter().filter(|(_, value)| !value.is_string()) {
            self.expected(&format!("{at}{key}.{name}"), "string", Some(value));
        }
        Some(object.clone())
    }

    /// Complains of members other than these.
    fn known(&mut self, at: &str, of: &Map<String, Value>, members: &[&str]) {
        for key in of.keys().filter(|key| !members.contains(&key.as_str())) {
            self.say(&format!("{at}{key}"), "Unrecognized key");
        }
    }

    /// Nothing, where nothing is wrong.
    pub(super) fn done(self) -> Result<(), Problem> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problem())
        }
    }

    fn problem(self) -> Problem {
        Problem::invalid(self.problems)
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
