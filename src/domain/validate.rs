//! Whether what a person entered is acceptable to the provider, what is wrong, and the repair where one is
//! certain.
//!
//! The rules come as data: field table, definitions, tag catalogue. Messages are half sentences that stand
//! beside the field; whoever prints them elsewhere puts the field's name in front.

use serde_json::Value;

use super::attribute::{AttributeDefinition, AttributeType, text_of};
use super::contact::Contact;
use super::diff::{attribute_key, contains};
use super::field::{Access, AttributeSpec, FieldTable, TagSpec};
use super::fold::fold;
use super::patch::{Edit, Patch};
use super::shown::one_line;

mod attribute;
mod date;
mod field;
mod pattern;
mod strict_email;

pub use attribute::attribute;
pub use field::field;
pub use strict_email::is_strict_email;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Can be saved; probably not meant.
    Warning,
    /// Can not be saved so.
    Error,
}

/// Something wrong with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether it hinders saving.
    pub severity: Severity,
    /// What is wrong and what would be right.
    pub message: String,
    /// The text that would be right, where that is certain.
    pub repair: Option<String>,
}

impl Problem {
    /// A value that can not be saved.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            repair: None,
        }
    }

    /// A value that can be saved, but should be looked at.
    pub fn warning(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            message: message.into(),
            repair: None,
        }
    }

    /// The same with a repair.
    #[must_use]
    pub fn with_repair(self, repair: Option<String>) -> Self {
        Self { repair, ..self }
    }

    /// Whether it hinders saving.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Checks the name of a new attribute against those that the contact has.
pub fn attribute_name<'a>(
    spec: &AttributeSpec,
    existing: impl IntoIterator<Item = &'a str>,
    name: &str,
) -> Option<Problem> {
    if let Some(reason) = refusal(spec.access) {
        return Some(Problem::error(format!("can not be added: {reason}")));
    }
    if name.trim().is_empty() {
        return Some(Problem::error("needs a name"));
    }
    if name.chars().any(char::is_control) {
        return Some(
            Problem::error("holds a control character; names are one line of text")
                .with_repair(Some(clean(name))),
        );
    }
    let mut alike = None;
    for other in existing {
        if other == name {
            return Some(Problem::error(
                "is there already; edit that attribute instead",
            ));
        }
        if fold(other) == fold(name.trim()) {
            alike = Some(other);
        }
    }
    if let Some(other) = alike {
        return Some(Problem::warning(format!(
            "differs only in spelling from {:?}, which is there already",
            one_line(other)
        )));
    }
    if name.trim() != name {
        return Some(
            Problem::warning("has blanks around it").with_repair(Some(name.trim().to_string())),
        );
    }
    None
}

/// Checks the name of a tag to add. `catalogue`: the names that exist at the provider, where it tells them.
pub fn tag(spec: &TagSpec, catalogue: Option<&[String]>, name: &str) -> Option<Problem> {
    if let Some(reason) = refusal(spec.access) {
        return Some(Problem::error(format!("can not be changed: {reason}")));
    }
    let shown = one_line(name);
    if name.trim().is_empty() {
        return Some(Problem::error("a tag needs a name"));
    }
    if name.chars().any(char::is_control) {
        return Some(
            Problem::error(format!("{shown:?} holds a control character"))
                .with_repair(Some(clean(name))),
        );
    }
    if spec.comma_forbidden && name.contains(',') {
        return Some(Problem::error(format!(
            "{shown:?} holds a comma, which would split it; add each part as a tag of its own"
        )));
    }
    let exists = |wanted: &str| catalogue.is_some_and(|names| names.iter().any(|n| n == wanted));
    if exists(name) {
        return None;
    }
    if name.trim() != name {
        return Some(
            Problem::warning(format!("{shown:?} has blanks around it"))
                .with_repair(Some(name.trim().to_string())),
        );
    }
    let lower = name.to_lowercase();
    let small = spec.ignore_case && lower != name;
    let (names, note) = (catalogue?, spec.outside_catalogue?);
    let alike = unique(names.iter().filter(|n| fold(n) == fold(name)));
    Some(match alike {
        Some(alike) => {
            let message = format!("{shown:?} is spelled {:?} there", one_line(alike));
            Problem::warning(message).with_repair(Some(alike.clone()))
        }
        None if small => {
            let message = format!("{shown:?} is stored in small letters, and {note}");
            Problem::warning(message).with_repair(Some(lower))
        }
        None => Problem::warning(format!("{shown:?}: {note}")),
    })
}

/// Checks a whole patch as it is given on a command line: every value, and whether the provider can set or
/// clear what is named. Rows are key (`name`, `tags`, `attr.plan`, `optin`) and problem, in form order.
/// `region` is the account's default region, for repairs. What the patch leaves as it is in `base` is not
/// judged.
pub fn patch(
    table: &FieldTable,
    definitions: &[AttributeDefinition],
    region: Option<&str>,
    base: &Contact,
    patch: &Patch,
) -> Vec<(String, Problem)> {
    let mut rows = Vec::new();
    for (key, edit) in &patch.fields {
        let text = match edit {
            Edit::Set(text) => text.as_str(),
            Edit::Clear => "",
        };
        let problem = match table.field(*key) {
            None => Some(Problem::error("is not a field here")),
            Some(spec) if spec.access.can_set() && text.is_empty() => {
                match base.field(*key).is_empty() {
                    true => clearing(spec.access),
                    false => clearing(spec.access).or_else(|| field(spec, "", region)),
                }
            }
            // What can not be set is said even where nothing would change.
            Some(spec) if spec.access.can_set() && text == base.field(*key) => None,
            Some(spec) => field(spec, text, region),
        };
        rows.extend(problem.map(|p| (key.as_str().to_string(), p)));
    }
    if let Some(what) = table.vanishes(base, &patch.apply(base)) {
        let key = patch
            .fields
            .keys()
            .next_back()
            .map_or("name", |k| k.as_str());
        rows.push((key.to_string(), Problem::warning(what)));
    }
    let tags = &table.tags;
    let held = |name: &String| contains(&base.tags, name, tags.ignore_case);
    for name in &patch.tags.add {
        let problem = match refusal(tags.access) {
            None if held(name) => None,
            _ => tag(tags, None, name),
        };
        rows.extend(problem.map(|p| ("tags".to_string(), p)));
    }
    if patch.tags.add.is_empty()
        && !patch.tags.remove.is_empty()
        && let Some(reason) = refusal(tags.access)
    {
        let problem = Problem::error(format!("can not be changed: {reason}"));
        rows.push(("tags".to_string(), problem));
    }
    for (name, edit) in &patch.attributes {
        let problem = attribute_edit(table, definitions, base, name, edit);
        rows.extend(problem.map(|p| (attribute_key(name), p)));
    }
    for (flag, edit) in &patch.flags {
        let problem = match (table.flag(*flag), edit) {
            (None, _) => Some(Problem::error("is not a flag here")),
            (Some(spec), _) if !spec.access.can_set() => {
                let reason = spec.access.reason().unwrap_or_default();
                Some(Problem::error(format!("can not be set: {reason}")))
            }
            (Some(spec), Edit::Clear) if base.flag(*flag).is_some() && !spec.access.can_clear() => {
                let reason = spec.access.reason().unwrap_or_default();
                Some(Problem::error(format!("can not be made unknown: {reason}")))
            }
            _ => None,
        };
        rows.extend(problem.map(|p| (flag.as_str().to_string(), p)));
    }
    rows
}

fn attribute_edit(
    table: &FieldTable,
    definitions: &[AttributeDefinition],
    base: &Contact,
    name: &str,
    edit: &Edit<Value>,
) -> Option<Problem> {
    let spec = &table.attributes;
    let current = base.attributes.get(name);
    let Edit::Set(value) = edit else {
        return match refusal(spec.access) {
            Some(reason) => Some(Problem::error(format!("can not be removed: {reason}"))),
            None if current.is_none() => None,
            None => clearing(spec.access),
        };
    };
    if current == Some(value) && spec.access.can_set() {
        return None;
    }
    let definition = definitions.iter().find(|d| d.key == name);
    let named = match (current, definition) {
        (None, None) => attribute_name(spec, base.attributes.keys().map(String::as_str), name),
        _ => None,
    };
    if named.as_ref().is_some_and(Problem::is_error) {
        return named;
    }
    // A value of the wrong shape may read like a right one: "5" for 5, "false" for false.
    let kind = definition.map_or(spec.untyped, |d| d.kind);
    let fits = match kind {
        k if k.is_numeric() => value.is_number(),
        AttributeType::Checkbox => value.is_boolean(),
        _ => true,
    };
    let text = text_of(value);
    // A stored text under another type is not "unchanged", but it is not a new attribute either.
    let stored = current.filter(|c| text_of(c) != text);
    let judged = attribute(definition, spec, name, &text, stored);
    match judged {
        Some(problem) if problem.is_error() => Some(problem),
        _ if !fits && definition.is_some() => Some(Problem::error(format!(
            "{text:?} is stored as text; a {} is wanted",
            kind.label()
        ))),
        other => other.or(named),
    }
}

/// Why nothing can be set, where nothing can.
fn refusal(access: Access) -> Option<&'static str> {
    (!access.can_set()).then(|| access.reason().unwrap_or_default())
}

/// Why a value can not be emptied, where it can not.
fn clearing(access: Access) -> Option<Problem> {
    if access.can_clear() {
        return access.clearing_caution().map(Problem::warning);
    }
    let reason = access.reason().unwrap_or_default();
    Some(Problem::error(format!("can not be cleared: {reason}")))
}

/// On one line, without blanks around it.
fn clean(text: &str) -> String {
    let blank = |c: char| if c.is_control() { ' ' } else { c };
    let blanked: String = text.chars().map(blank).collect();
    blanked.trim().to_string()
}

/// The only item, where there is exactly one.
fn unique<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests;
