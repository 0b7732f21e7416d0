//! One row of the form: what it is at the provider, what is stored, what was typed, and what the two
//! make of it (draft edit, patch entry, problem). Building the rows lives in `form::rows`.

use serde_json::Value;

use super::area::Area;
use crate::domain::attribute::{text_of, value_of};
use crate::domain::field::{AttributeSpec, FlagSpec};
use crate::domain::validate::{self, Problem};
use crate::domain::{
    AttributeDefinition, AttributeType, DraftEdit, Edit, FieldKind, FieldSpec, Patch, TagDelta,
    TagSet, TagsRead, phone,
};
use crate::tui::widget::line::Line;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its key: `name`, `tags`, `attr.plan`, `optin`; the row that adds attributes has none.
    pub key: String,
    /// What a person calls it.
    pub label: String,
    /// What it is.
    pub what: What,
    /// What was typed.
    pub editor: Editor,
    /// What is wrong with it.
    pub problem: Option<Problem>,
    /// What the server said about it, until it is edited.
    pub refused: Option<String>,
    /// The value that somebody else stored while it was under edit.
    pub meanwhile: Option<String>,
}

/// What a row is at the provider, with what is stored there.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A standard field.
    Standard {
        /// Its rules.
        spec: FieldSpec,
        /// The stored text.
        stored: String,
    },
    /// A custom attribute.
    Attribute {
        /// Its name.
        name: String,
        /// The type that it is edited as.
        kind: AttributeType,
        /// Its definition, or one made from the shape of a stored number or yes/no.
        definition: Option<AttributeDefinition>,
        /// The stored value.
        stored: Option<Value>,
        /// Whether it is to be removed.
        removed: bool,
    },
    /// The tags.
    Tags {
        /// Those stored, as far as known.
        stored: TagSet,
        /// How far they are known.
        read: TagsRead,
    },
    /// A flag.
    Flag {
        /// Its rules.
        spec: FlagSpec,
        /// The stored state.
        stored: Option<bool>,
    },
    /// Something that can not be edited here.
    Closed {
        /// Why.
        reason: String,
        /// Whether there is something to look at.
        present: bool,
    },
    /// The row that adds an attribute.
    Add,
}

/// The typed state of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Editor {
    /// One line.
    Line(Line),
    /// Several lines.
    Area(Area),
    /// One of several texts.
    Choice {
        /// The chosen one.
        text: String,
        /// All of them; the stored one is among them.
        options: Vec<String>,
    },
    /// A flag's state.
    Flag(Option<bool>),
    /// A change of tags.
    Tags(TagDelta),
    /// Shown only.
    Shown(String),
    /// The name of a new attribute.
    Name {
        /// The name.
        line: Line,
        /// Whether it is being typed.
        open: bool,
    },
}

impl Field {
    /// A row without marks.
    pub fn new(key: impl Into<String>, label: &str, what: What, editor: Editor) -> Self {
        Self {
            key: key.into(),
            label: label.to_string(),
            what,
            editor,
            problem: None,
            refused: None,
            meanwhile: None,
        }
    }

    /// The typed text, where the row holds text.
    pub fn text(&self) -> Option<String> {
        match &self.editor {
            Editor::Line(line) => Some(line.text().to_string()),
            Editor::Area(area) => Some(area.text()),
            Editor::Choice { text, .. } | Editor::Shown(text) => Some(text.clone()),
            Editor::Flag(_) | Editor::Tags(_) | Editor::Name { .. } => None,
        }
    }

    /// The stored text.
    pub fn stored_text(&self) -> String {
        match &self.what {
            What::Standard { stored, .. } => stored.clone(),
            What::Attribute { stored, .. } => stored.as_ref().map_or_else(String::new, text_of),
            What::Flag { stored, .. } => super::words::flag(*stored).into(),
            What::Tags { .. } | What::Closed { .. } | What::Add => String::new(),
        }
    }

    /// Whether the cursor may stand on it.
    pub fn can_focus(&self) -> bool {
        !matches!(&self.what, What::Closed { present: false, .. })
    }

    /// Whether text may be typed into it.
    pub fn takes_text(&self) -> bool {
        !self.is_removed() && matches!(self.editor, Editor::Line(_) | Editor::Area(_))
    }

    /// Whether it is an attribute that is to be removed.
    pub fn is_removed(&self) -> bool {
        matches!(self.what, What::Attribute { removed: true, .. })
    }

    /// Whether it is an attribute that this form adds: neither stored nor defined.
    pub fn is_new(&self) -> bool {
        match &self.what {
            What::Attribute {
                stored: None,
                definition,
                ..
            } => definition.is_none(),
            _ => false,
        }
    }

    /// What was edited, as a draft keeps it; `None` where nothing was.
    pub fn edit(&self) -> Option<DraftEdit> {
        match (&self.what, &self.editor) {
            (What::Standard { stored, .. }, _) => {
                let text = self.text()?;
                (text != *stored).then_some(DraftEdit::Text(text))
            }
            (
                What::Attribute {
                    stored, removed, ..
                },
                _,
            ) => {
                if *removed {
                    return stored.is_some().then_some(DraftEdit::Removed);
                }
                let text = self.text()?;
                let changed = match stored {
                    Some(value) => text != text_of(value) && !self.is_shown(),
                    None => !text.is_empty() || self.is_new(),
                };
                changed.then_some(DraftEdit::Text(text))
            }
            (What::Tags { .. }, Editor::Tags(delta)) => {
                (!delta.is_empty()).then(|| DraftEdit::Tags(delta.clone()))
            }
            (What::Flag { stored, .. }, Editor::Flag(state)) => {
                (state != stored).then_some(DraftEdit::Flag(*state))
            }
            _ => None,
        }
    }

    fn is_shown(&self) -> bool {
        matches!(self.editor, Editor::Shown(_))
    }

    /// Puts an edit of a draft back; what does not fit the row is left out.
    pub fn restore(&mut self, edit: &DraftEdit) {
        match (edit, &mut self.what, &mut self.editor) {
            (_, What::Closed { .. } | What::Add, _) => {}
            (DraftEdit::Text(text), _, _) => self.set_text(text),
            (
                DraftEdit::Removed,
                What::Attribute {
                    stored, removed, ..
                },
                _,
            ) => {
                *removed = stored.is_some();
            }
            (DraftEdit::Flag(state), What::Flag { .. }, Editor::Flag(own)) => *own = *state,
            (DraftEdit::Tags(delta), What::Tags { stored, read }, Editor::Tags(own)) => {
                *own = delta.clone();
                own.add.retain(|t| !stored.contains(t));
                if *read == TagsRead::All {
                    own.remove.retain(|t| stored.contains(t));
                }
            }
            _ => {}
        }
    }

    /// Back to what is stored.
    pub fn revert(&mut self) {
        let text = self.stored_text();
        match (&mut self.what, &mut self.editor) {
            (What::Flag { stored, .. }, Editor::Flag(state)) => *state = *stored,
            (What::Tags { .. }, Editor::Tags(delta)) => *delta = TagDelta::default(),
            (What::Attribute { removed, .. }, _) => {
                *removed = false;
                self.set_text(&text);
            }
            (What::Standard { .. }, _) => self.set_text(&text),
            _ => {}
        }
        self.refused = None;
        self.meanwhile = None;
    }

    /// Puts a text, one line or several as the row can hold. Text of several lines in a row that holds
    /// one is kept as it is; who enters it flattens it first.
    pub fn set_text(&mut self, text: &str) {
        let lines = text.contains('\n') && self.holds_lines();
        self.editor = match std::mem::replace(&mut self.editor, Editor::Flag(None)) {
            Editor::Line(_) | Editor::Area(_) if lines => Editor::Area(Area::new(text)),
            Editor::Line(_) | Editor::Area(_) => Editor::Line(Line::new(text)),
            Editor::Choice { mut options, .. } => {
                if !options.iter().any(|o| o == text) {
                    options.push(text.to_string());
                }
                Editor::Choice {
                    text: text.to_string(),
                    options,
                }
            }
            other => other,
        };
    }

    /// Whether the row may hold a text of several lines.
    pub fn holds_lines(&self) -> bool {
        let text = |kind: &AttributeType| *kind == AttributeType::Text;
        matches!(&self.what, What::Attribute { kind, .. } if text(kind))
    }

    /// The next or previous state of a flag or choice.
    pub fn cycle(&mut self, ahead: bool) {
        let step = |at: usize, len: usize| match ahead {
            true => (at + 1) % len,
            false => (at + len - 1) % len,
        };
        match &mut self.editor {
            Editor::Flag(state) => {
                let mut states = vec![Some(true), Some(false)];
                if let What::Flag { spec, stored } = &self.what
                    && (spec.access.can_clear() || stored.is_none())
                {
                    states.push(None);
                }
                let at = states.iter().position(|s| s == state).unwrap_or(0);
                *state = states.get(step(at, states.len())).copied().flatten();
            }
            Editor::Choice { text, options } if !options.is_empty() => {
                let at = options.iter().position(|o| o == text).unwrap_or(0);
                if let Some(next) = options.get(step(at, options.len())) {
                    text.clone_from(next);
                }
            }
            _ => {}
        }
    }

    /// Chooses by a first letter; tells whether there was such a state.
    pub fn choose(&mut self, letter: char) -> bool {
        let begins = |word: &str| {
            let first = crate::domain::fold::fold(word).chars().next();
            first
                == crate::domain::fold::fold(&letter.to_string())
                    .chars()
                    .next()
        };
        let before = self.editor.clone();
        let states = match &self.editor {
            Editor::Choice { options, .. } => options.len(),
            Editor::Flag(_) => 3,
            _ => return false,
        };
        for _ in 0..states {
            self.cycle(true);
            let found = match &self.editor {
                Editor::Choice { text, .. } => begins(choice_word(self.kind(), text)),
                Editor::Flag(state) => begins(super::words::flag(*state)),
                _ => false,
            };
            if found {
                return true;
            }
        }
        self.editor = before;
        false
    }

    /// The type of an attribute.
    pub fn kind(&self) -> Option<AttributeType> {
        match &self.what {
            What::Attribute { kind, .. } => Some(*kind),
            _ => None,
        }
    }

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
                    name, kind, stored, ..
                },
                DraftEdit::Text(text),
            ) => {
                let edit = match (text.is_empty(), stored) {
                    (true, None) => None,
                    (true, Some(_)) if spec.empty_removes => Some(Edit::Clear),
                    _ => value_of(*kind, &text, stored.as_ref()).ok().map(Edit::Set),
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

/// How a choice is called on screen: checkboxes are yes and no.
pub fn choice_word(kind: Option<AttributeType>, text: &str) -> &str {
    match (kind, text) {
        (Some(AttributeType::Checkbox), "true") => "yes",
        (Some(AttributeType::Checkbox), "false") => "no",
        (_, "") => "–",
        _ => text,
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
    if kind == FieldKind::PhoneDigits && problem.is_error() && problem.repair == digits {
        if let Some(digits) = digits {
            return Problem::warning(format!("is saved as {digits}")).with_repair(Some(digits));
        }
    }
    problem
}
