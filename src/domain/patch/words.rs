//! A patch in a few words, for titles and lists: `+vip −trial, company = "Acme", optin = no`.

use serde_json::Value;

use super::{Edit, Patch};
use crate::domain::attribute::text_of;
use crate::domain::shown::one_line;

impl Patch {
    /// The change in a few words; names and values as they may be shown.
    pub fn words(&self) -> String {
        let mut tags: Vec<String> = Vec::new();
        tags.extend(self.tags.add.iter().map(|t| format!("+{}", one_line(t))));
        tags.extend(self.tags.remove.iter().map(|t| format!("−{}", one_line(t))));
        let mut parts = Vec::new();
        if !tags.is_empty() {
            parts.push(tags.join(" "));
        }
        for (key, edit) in &self.fields {
            parts.push(match edit {
                Edit::Clear => format!("{key} cleared"),
                Edit::Set(text) => format!("{key} = \"{}\"", one_line(text)),
            });
        }
        for (name, edit) in &self.attributes {
            let name = one_line(name);
            parts.push(match edit {
                Edit::Clear => format!("{name} removed"),
                Edit::Set(Value::String(text)) => format!("{name} = \"{}\"", one_line(text)),
                Edit::Set(value) => format!("{name} = {}", one_line(&text_of(value))),
            });
        }
        for (flag, edit) in &self.flags {
            parts.push(match edit {
                Edit::Clear => format!("{flag} = unknown"),
                Edit::Set(true) => format!("{flag} = yes"),
                Edit::Set(false) => format!("{flag} = no"),
            });
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FieldKey, Flag};

    #[test]
    fn a_change_is_told_in_a_few_words_that_may_be_shown() {
        let mut patch = Patch::default();
        assert_eq!(patch.words(), "");
        patch.tags.add.insert("vip".into());
        patch.tags.remove.insert("tri\u{202e}al".into());
        patch
            .fields
            .insert(FieldKey::Name, Edit::Set("A\nB".into()));
        patch.attributes.insert("plan".into(), Edit::Clear);
        patch.attributes.insert("seats".into(), Edit::Set(3.into()));
        patch.flags.insert(Flag::Optin, Edit::Set(false));
        let words = patch.words();
        assert!(
            words.starts_with("+vip −tri")
                && words.ends_with(", plan removed, seats = 3, optin = no"),
            "{words}"
        );
        assert!(!words.contains(['\n', '\u{202e}']), "{words:?}");
    }
}
