//! Custom attribute definitions. They describe values; nothing checks values against them.

use serde_json::{Value, json};

use super::params::{boolean, scalar};
use super::records::{Definition, Object};
use super::reply::{Outcome, Refusal, ok};
use super::state::State;
use super::{Call, show as render};
use crate::http::HttpResponse;

/// Display types by number.
pub const DISPLAY_TYPES: [&str; 8] = [
    "text", "number", "currency", "percent", "link", "date", "list", "checkbox",
];

/// Models by number.
pub const MODELS: [&str; 2] = ["conversation_attribute", "contact_attribute"];

/// Contacts, as index into [`MODELS`].
pub const CONTACT_MODEL: usize = 1;

/// Keys that contacts already use for something else.
const RESERVED: [&str; 10] = [
    "name",
    "email",
    "phone_number",
    "identifier",
    "country_code",
    "city",
    "created_at",
    "last_activity_at",
    "referer",
    "blocked",
];

const FIELDS: [&str; 9] = [
    "attribute_display_name",
    "attribute_description",
    "attribute_display_type",
    "attribute_key",
    "attribute_model",
    "regex_pattern",
    "regex_cue",
    "attribute_values",
    "default_value",
];

/// `GET custom_attribute_definitions`: a bare array, of one model or of all.
///
/// # Errors
/// None of its own.
pub fn list(state: &State, call: &Call<'_>) -> Outcome {
    let model = call
        .params
        .text("attribute_model")
        .filter(|m| !m.is_empty());
    let wanted = model.map(|word| choice(&MODELS, &Value::from(word)));
    let rows: Vec<Value> = state
        .definitions
        .values()
        .filter(|d| d.account == call.caller.account)
        .filter(|d| wanted.is_none_or(|wanted| wanted == Some(d.model)))
        .map(render::definition)
        .collect();
    ok(&Value::Array(rows))
}

/// A word, or its number as number or text.
fn choice(words: &[&str], value: &Value) -> Option<usize> {
    let text = scalar(value).flatten()?;
    words
        .iter()
        .position(|word| *word == text)
        .or_else(|| text.parse().ok().filter(|n| *n < words.len()))
}

fn find(state: &State, call: &Call<'_>, id: u64) -> Result<Definition, Refusal> {
    let definition = state.definitions.get(&id);
    definition
        .filter(|d| d.account == call.caller.account)
        .cloned()
        .ok_or(Refusal::NotFound)
}

/// 4.3.0 let agents change definitions.
fn needs_right(state: &State, call: &Call<'_>) -> Result<(), Refusal> {
    if state.version.is_new() {
        call.caller.needs_administrator()
    } else {
        Ok(())
    }
}

/// `GET custom_attribute_definitions/#`.
///
/// # Errors
/// 404.
pub fn show(state: &State, call: &Call<'_>, id: u64) -> Outcome {
    ok(&render::definition(&find(state, call, id)?))
}

/// `POST custom_attribute_definitions`.
///
/// # Errors
/// 401 (4.15.1, agents), 422, 500 for an unknown type or model.
pub fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    needs_right(state, call)?;
    let mut fields = Object::new();
    fields.insert("attribute_values".into(), json!([]));
    let blank = Definition {
        id: state.last.definition + 1,
        account: call.caller.account,
        display_type: 0,
        model: 0,
        key: String::new(),
        fields,
        created_at: call.now,
        updated_at: call.now,
    };
    let definition = changed(state, call, blank)?;
    state.last.definition = definition.id;
    let body = ok(&render::definition(&definition));
    state.definitions.insert(definition.id, definition);
    body
}

/// `PATCH custom_attribute_definitions/#`.
///
/// # Errors
/// As [`create`], and 404.
pub fn update(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let mut definition = find(state, call, id)?;
    needs_right(state, call)?;
    definition.updated_at = call.now;
    let definition = changed(state, call, definition)?;
    let body = ok(&render::definition(&definition));
    state.definitions.insert(id, definition);
    body
}

/// `DELETE custom_attribute_definitions/#`: 204; values on contacts stay.
///
/// # Errors
/// 404, 401 (4.15.1, agents).
pub fn delete(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    find(state, call, id)?;
    needs_right(state, call)?;
    state.definitions.remove(&id);
    Ok(HttpResponse::new(204, Vec::new(), Vec::new()))
}

fn changed(state: &State, call: &Call<'_>, mut to: Definition) -> Result<Definition, Refusal> {
    let sent = call
        .params
        .wrapped("custom_attribute_definition", &FIELDS)
        .ok_or(Refusal::Missing("custom_attribute_definition"))?;
    let new = state.version.is_new();
    for (key, value) in &sent {
        let text = || scalar(value).map(Option::unwrap_or_default);
        match key.as_str() {
            "attribute_display_type" => {
                to.display_type = choice(&DISPLAY_TYPES, value).ok_or(Refusal::Crash)?;
            }
            "attribute_model" => to.model = choice(&MODELS, value).ok_or(Refusal::Crash)?,
            "attribute_key" => {
                let key = text().unwrap_or_default();
                to.key = if new { key.trim().to_owned() } else { key };
            }
            "attribute_values" if value.is_array() => {
                to.fields.insert(key.clone(), value.clone());
            }
            "default_value" => {
                let number = boolean(value).and(value.as_i64());
                to.fields.insert(key.clone(), json!(number));
            }
            name if FIELDS.contains(&name) && name != "attribute_values" => {
                if let Some(text) = scalar(value) {
                    let trims = new && name == "attribute_display_name";
                    let text = text.map(|t| if trims { t.trim().to_owned() } else { t });
                    to.fields.insert(key.clone(), json!(text));
                }
            }
            _ => {}
        }
    }
    check(state, &to)?;
    Ok(to)
}

fn check(state: &State, definition: &Definition) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    let name = definition.fields.get("attribute_display_name");
    if name
        .and_then(Value::as_str)
        .is_none_or(|n| n.trim().is_empty())
    {
        let text = "Attribute display name can't be blank".to_owned();
        problems.push(("attribute_display_name", text));
    }
    let mut refuse = |text: &str| problems.push(("attribute_key", format!("Attribute key {text}")));
    let key = definition.key.as_str();
    if key.trim().is_empty() {
        refuse("can't be blank");
    }
    let odd = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if state.version.is_new() && key.contains(odd) {
        refuse("must only contain letters, numbers, underscores, hyphens, and dots");
    }
    let taken = |d: &Definition| {
        d.account == definition.account
            && d.model == definition.model
            && d.id != definition.id
            && d.key == key
    };
    if state.definitions.values().any(taken) {
        refuse("has already been taken");
    }
    if definition.model == CONTACT_MODEL && RESERVED.contains(&key) {
        refuse("The provided key is not allowed as it might conflict with default attributes.");
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(problems))
    }
}
