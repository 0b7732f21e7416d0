//! How keys, values and changes are called on the editing screens. No layout here.

use std::borrow::Cow;

use serde_json::Value;

use crate::domain::{FieldKey, Flag};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Desk, Vocabulary};
use crate::tui::msg::AccountInfo;

/// What a person calls a key (`name`, `tags`, `attr.plan`, `optin`).
pub fn label<'a>(account: &'a AccountInfo, vocabulary: &'a Vocabulary, key: &'a str) -> &'a str {
    let table = &account.table;
    if key == "tags" {
        return table.tags.label;
    }
    if let Some(name) = key.strip_prefix("attr.") {
        return vocabulary.label(name);
    }
    if let Some(spec) = FieldKey::parse(key).and_then(|k| table.field(k)) {
        return spec.label;
    }
    Flag::parse(key).map_or(key, |f| f.label())
}

/// The word of warning that stands in the table for a key; `emptied`: it is to be cleared.
pub fn caution(account: &AccountInfo, key: &str, emptied: bool) -> Option<&'static str> {
    let table = &account.table;
    let field = FieldKey::parse(key).and_then(|k| table.field(k));
    let clearing = field.and_then(|s| s.access.clearing_caution());
    if emptied && clearing.is_some() {
        return clearing;
    }
    if emptied && key.starts_with("attr.") {
        return table.attributes.removal_note;
    }
    let flag = Flag::parse(key).and_then(|f| table.flag(f));
    field
        .and_then(|s| s.caution)
        .or_else(|| flag.and_then(|s| s.caution))
}

/// A value as a person reads it; nothing stored is `(none)`, a stored empty text `(empty)`.
pub fn value(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => "(none)".into(),
        Value::String(text) if text.is_empty() => "(empty)".into(),
        Value::String(text) => text.into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let names: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            names.join(", ").into()
        }
        other => other.to_string().into(),
    }
}

/// The same for the key that it belongs to: an absent flag is unknown, an empty set of tags says so.
pub fn value_of<'a>(key: &str, of: &'a Value) -> Cow<'a, str> {
    match of {
        Value::Null if Flag::parse(key).is_some() => "unknown".into(),
        Value::Array(items) if key == "tags" && items.is_empty() => "(none)".into(),
        Value::Null if key.starts_with("attr.") => "(not there)".into(),
        _ => value(of),
    }
}

/// A flag's state.
pub fn flag(state: Option<bool>) -> &'static str {
    match state {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

/// `1 field`, `2 fields`.
pub fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Names in a sentence: `name, phone`.
pub fn listed<'a>(
    account: &'a AccountInfo,
    vocabulary: &'a Vocabulary,
    keys: impl Iterator<Item = &'a str>,
) -> String {
    let names: Vec<String> = keys
        .map(|k| crate::domain::shown::one_line(label(account, vocabulary, k)).into_owned())
        .collect();
    names.join(", ")
}

/// The key of one of the form's actions, as the person has bound it.
pub fn key(desk: &Desk, action: Action) -> String {
    let key = desk.keymap.key_of(&[Context::Form], action);
    key.unwrap_or_else(|| action.name().to_string())
}
