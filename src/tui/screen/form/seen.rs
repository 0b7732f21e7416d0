//! Values and names that other contacts have, offered where the provider does not tell its vocabulary. They
//! are offers: any other text is as good.

use super::Form;
use super::field::{Editor, Field, What};
use crate::domain::FieldKey;
use crate::tui::model::{Notice, Vocabulary};
use crate::tui::screen::{Ctx, Outcome};
use crate::tui::widget::line::Line;

impl Form {
    /// Puts the next offer into the row with the cursor.
    pub(super) fn next_seen(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(no) = self.refuses_edit() {
            return Outcome::notice(no);
        }
        let Some(field) = self.current_mut() else {
            return Outcome::nothing();
        };
        let offers = offers(field, &ctx.desk.vocabulary);
        let text = match &field.editor {
            Editor::Name { line, .. } => line.text().to_string(),
            _ => field.text().unwrap_or_default(),
        };
        let Some(next) = next(offers, &text) else {
            let words =
                "there is nothing to offer here: no loaded contact has a value of this kind";
            return Outcome::notice(Notice::info(words));
        };
        field.refused = None;
        match &mut field.editor {
            Editor::Name { line, .. } => *line = Line::new(next),
            _ => field.set_text(next),
        }
        self.check();
        Outcome::nothing()
    }
}

/// What can be offered for a row.
pub(super) fn offers<'v>(field: &Field, vocabulary: &'v Vocabulary) -> &'v [String] {
    match (&field.what, &field.editor) {
        (What::Standard { spec, .. }, _) if spec.offers_seen => {
            let key = FieldKey::parse(&field.key);
            let values = key.and_then(|k| vocabulary.seen.get(&k));
            values.map_or(&[], Vec::as_slice)
        }
        (_, Editor::Name { open: true, .. }) => &vocabulary.names,
        _ => &[],
    }
}

/// The offer that follows a text: one that it begins, else the one behind it, else the first.
fn next<'v>(offers: &'v [String], text: &str) -> Option<&'v str> {
    let typed = text.to_lowercase();
    let begun = |o: &&String| {
        !typed.is_empty() && o.as_str() != text && o.to_lowercase().starts_with(&typed)
    };
    let at = offers.iter().position(|o| o == text);
    let behind = || offers.get(at? + 1);
    let found = match at {
        Some(_) => behind().or_else(|| offers.first()),
        None => offers.iter().find(begun).or_else(|| offers.first()),
    };
    found.map(String::as_str).filter(|o| *o != text)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn offers_follow_each_other_and_what_was_begun() {
        let offers = ["Active", "Bounced", "Unsubscribed"].map(String::from);
        let cases = [
            ("", "Active"),
            ("Active", "Bounced"),
            ("Unsubscribed", "Active"),
            ("un", "Unsubscribed"),
            ("B", "Bounced"),
            ("Replied", "Active"),
        ];
        for (text, want) in cases {
            assert_eq!(next(&offers, text), Some(want), "{text}");
        }
        assert_eq!(next(&[], "x"), None);
        assert_eq!(next(&["Only".to_string()], "Only"), None);
    }
}
