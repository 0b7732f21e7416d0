//! What the typed state of a row is worth: its problem, and its part of the patch.

use super::field::{Field, What};
use crate::domain::attribute::value_of;
use crate::domain::field::AttributeSpec;
use crate::domain::validate::{self, Problem};
use crate::domain::{DraftEdit, Edit, FieldKind, Patch, phone};

impl Field {
    /// Judges what was typed; what is unchanged is never judged.
    pub fn check(&mut self, spec: &AttributeSpec, region: Option<&str>) {
        let text = self.text().unwrap_or_default();
        self.problem = match (&self.what, self.edit()) {
            (What::Standard { spec, .. }, Some(_)) => {
                let problem = validate::field(spec, &text, region);
                problem.map(|p| lenient(spec.kind, &text, p))
            }
            (
                What::Attribute {
                    name,
                    definition,
                    stored,
                    ..
                },
                Some(DraftEdit::Text(_)),
            ) if !text.is_empty() || stored.is_some() => {
                validate::attribute(definition.as_ref(), spec, name, &text, stored.as_ref())
            }
            (What::Attribute { .. }, Some(DraftEdit::Text(_))) => Some(Problem::warning(
                "has no value yet; without one it is not added",
            )),
            _ => None,
        };
    }

    /// Adds what was edited to a patch. Only for rows without an error.
    pub fn add_to(&self, patch: &mut Patch, spec: &AttributeSpec) {
        let Some(edit) = self.edit() else { return };
        match (&self.what, edit) {
            (What::Standard { spec, stored }, DraftEdit::Text(text)) => {
                let text = canonical(spec.kind, text);
                if text != *stored {
                    let edit = if text.is_empty() {
                        Edit::Clear
                    } else {
                        Edit::Set(text)
                    };
                    patch.fields.insert(spec.key, edit);
                }
            }
            (What::Attribute { name, .. }, DraftEdit::Removed) => {
                patch.attributes.insert(name.clone(), Edit::Clear);
            }
            (
                What::Attribute {
                    name,
                    kind,
                    definition,
                    stored,
                    ..
                },
                DraftEdit::Text(text),
            ) => {
                let edit = match (text.is_empty(), stored) {
                    (true, None) => None,
                    (true, Some(_)) if spec.empty_removes => Some(Edit::Clear),
                    _ => {
                        let stored = stored.as_ref();
                        let value = match definition {
                            Some(definition) => definition.value_of(&text, stored),
                            None => value_of(*kind, &text, stored),
                        };
                        value.ok().map(Edit::Set)
                    }
                };
                if let Some(edit) = edit {
                    patch.attributes.insert(name.clone(), edit);
                }
            }
            (What::Tags { .. }, DraftEdit::Tags(delta)) => patch.tags = delta,
            (What::Flag { spec, .. }, DraftEdit::Flag(state)) => {
                let edit = state.map_or(Edit::Clear, Edit::Set);
                patch.flags.insert(spec.flag, edit);
            }
            _ => {}
        }
    }
}

/// The text as the provider keeps it.
fn canonical(kind: FieldKind, text: String) -> String {
    match kind {
        FieldKind::PhoneDigits if !text.is_empty() => {
            phone::digits_with_code(&text).unwrap_or(text)
        }
        _ => text,
    }
}

/// Punctuation in a number that is kept as digits is dropped on saving: said, but no error.
fn lenient(kind: FieldKind, text: &str, problem: Problem) -> Problem {
    let digits = phone::digits_with_code(text).ok();
    match digits {
        Some(digits)
            if kind == FieldKind::PhoneDigits
                && problem.is_error()
                && problem.repair.as_ref() == Some(&digits) =>
        {
            Problem::warning(format!("is saved as {digits}")).with_repair(Some(digits))
        }
        _ => problem,
    }
}
