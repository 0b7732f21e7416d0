//! The rows of a form: every field that the provider has, in its kind, made from the field table, the
//! definitions and the contact; edits of a draft are laid over them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::area::Area;
use super::field::{Editor, Field, What};
use crate::domain::attribute::text_of;
use crate::domain::diff::attribute_key;
use crate::domain::field::AttributeSpec;
use crate::domain::{
    Access, AttributeDefinition, AttributeType, Contact, DraftEdit, FieldTable, TagDelta,
};
use crate::tui::model::Vocabulary;
use crate::tui::widget::line::Line;

/// Makes the rows.
pub fn build(
    contact: &Contact,
    table: &FieldTable,
    vocabulary: &Vocabulary,
    edits: &BTreeMap<String, DraftEdit>,
) -> Vec<Field> {
    let mut rows: Vec<Field> = Vec::new();
    for spec in &table.fields {
        let stored = contact.field(spec.key).to_string();
        let line = Editor::Line(Line::new(&stored));
        let row = match closed(spec.access, &stored) {
            Some((what, editor)) => Field::new(spec.key.as_str(), spec.label, what, editor),
            None => {
                let what = What::Standard {
                    spec: *spec,
                    stored,
                };
                Field::new(spec.key.as_str(), spec.label, what, line)
            }
        };
        rows.push(row);
    }
    rows.push(tags(contact, table));
    for spec in &table.flags {
        let stored = contact.flag(spec.flag);
        let (what, editor) = closed(
            spec.access,
            stored.map_or("", |_| super::words::flag(stored)),
        )
        .unwrap_or((
            What::Flag {
                spec: *spec,
                stored,
            },
            Editor::Flag(stored),
        ));
        rows.push(Field::new(
            spec.flag.as_str(),
            spec.flag.label(),
            what,
            editor,
        ));
    }
    rows.extend(attributes(contact, table, vocabulary, edits));
    for row in &mut rows {
        if let Some(edit) = edits.get(&row.key) {
            row.restore(edit);
        }
    }
    rows
}

/// The row of an attribute that is added.
pub fn new_attribute(name: &str, spec: &AttributeSpec, vocabulary: &Vocabulary) -> Field {
    attribute(name, None, spec, vocabulary)
}

fn closed(access: Access, text: &str) -> Option<(What, Editor)> {
    let (reason, present) = match access {
        Access::Absent(reason) => (reason, !text.is_empty()),
        Access::ReadOnly(reason) => (reason, true),
        Access::Full | Access::ClearUnsure(_) | Access::NoClear(_) | Access::WriteOnly(_) => {
            return None;
        }
    };
    let what = What::Closed {
        reason: reason.into(),
        present,
    };
    Some((what, Editor::Shown(text.to_string())))
}

fn tags(contact: &Contact, table: &FieldTable) -> Field {
    let names: Vec<&str> = contact.tags.iter().map(String::as_str).collect();
    let (what, editor) = closed(table.tags.access, &names.join(", ")).unwrap_or_else(|| {
        let what = What::Tags {
            stored: contact.tags.clone(),
            read: contact.tags_read,
        };
        (what, Editor::Tags(TagDelta::default()))
    });
    Field::new("tags", table.tags.label, what, editor)
}

fn attributes(
    contact: &Contact,
    table: &FieldTable,
    vocabulary: &Vocabulary,
    edits: &BTreeMap<String, DraftEdit>,
) -> Vec<Field> {
    let spec = &table.attributes;
    if let Access::Absent(reason) = spec.access {
        let what = What::Closed {
            reason: reason.into(),
            present: false,
        };
        let editor = Editor::Shown(String::new());
        return vec![Field::new("attributes", "Attributes", what, editor)];
    }
    let mut rows = Vec::new();
    if !contact.attributes_known && spec.access.can_set() {
        let what = What::Closed {
            reason: "as last known: they were not told when this was read".into(),
            present: false,
        };
        let editor = Editor::Shown(String::new());
        rows.push(Field::new("attributes", "Attributes", what, editor));
    }
    let mut names: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    let defined = vocabulary.definitions.iter().map(|d| d.key.as_str());
    let stored = contact.attributes.keys().map(String::as_str);
    let typed = edits.iter().filter_map(|(key, edit)| match edit {
        DraftEdit::Text(_) => key.strip_prefix("attr."),
        _ => None,
    });
    for name in defined.chain(stored).chain(typed) {
        if seen.insert(name) {
            names.push(name);
        }
    }
    let stored = |name: &str| contact.attributes.get(name);
    rows.extend(
        names
            .into_iter()
            .map(|name| attribute(name, stored(name), spec, vocabulary)),
    );
    if spec.access.can_set() {
        let editor = Editor::Name {
            line: Line::default(),
            open: false,
        };
        rows.push(Field::new("", "+ attribute", What::Add, editor));
    }
    rows
}

fn attribute(
    name: &str,
    stored: Option<&Value>,
    spec: &AttributeSpec,
    vocabulary: &Vocabulary,
) -> Field {
    let definition = vocabulary.definition(name).cloned();
    let definition = definition.or_else(|| shaped(name, stored));
    let kind = definition.as_ref().map_or(spec.untyped, |d| d.kind);
    let text = stored.map_or_else(String::new, text_of);
    let key = attribute_key(name);
    let label = vocabulary.label(name);
    if let Some((what, editor)) = closed(spec.access, &text) {
        return Field::new(key, label, what, editor);
    }
    if let Some(reason) = stored.and_then(|value| spec.unwritable(value)) {
        let what = What::Closed {
            reason: reason.into(),
            present: true,
        };
        return Field::new(key, label, what, Editor::Shown(text));
    }
    let odd = match stored {
        Some(Value::Array(_) | Value::Object(_)) => true,
        Some(Value::Null) => definition.is_none(),
        _ => false,
    };
    let editor = if odd {
        Editor::Shown(stored.map_or_else(String::new, Value::to_string))
    } else {
        editor(kind, definition.as_ref(), &text)
    };
    let what = What::Attribute {
        name: name.to_string(),
        kind,
        definition,
        stored: stored.cloned(),
        removed: false,
    };
    Field::new(key, label, what, editor)
}

/// A number or yes/no without a definition keeps its shape when it is edited.
fn shaped(name: &str, stored: Option<&Value>) -> Option<AttributeDefinition> {
    let kind = match stored? {
        Value::Number(_) => AttributeType::Number,
        Value::Bool(_) => AttributeType::Checkbox,
        _ => return None,
    };
    Some(AttributeDefinition {
        key: name.to_string(),
        label: name.to_string(),
        kind,
        description: None,
        values: Vec::new(),
        pattern: None,
        pattern_hint: None,
        days_as_times: false,
    })
}

fn editor(kind: AttributeType, definition: Option<&AttributeDefinition>, text: &str) -> Editor {
    let values = match kind {
        AttributeType::Checkbox => vec!["true".to_string(), "false".to_string()],
        AttributeType::List => definition.map_or_else(Vec::new, |d| d.values.clone()),
        _ => Vec::new(),
    };
    if !values.is_empty() {
        let mut options = values;
        if !options.iter().any(|o| o == text) {
            options.insert(0, text.to_string());
        }
        return Editor::Choice {
            text: text.to_string(),
            options,
        };
    }
    if kind == AttributeType::Text && text.contains('\n') {
        return Editor::Area(Area::new(text));
    }
    Editor::Line(Line::new(text))
}
