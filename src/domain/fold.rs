//! Text as the search sees it: folded (case, accents, widths), and a contact as one folded line.
//!
//! The query language over these lines lives in `domain::filter`.
//!
//! # The line
//! Segments in a fixed order, ended by [`SEGMENT`]: id, then [`FIELDS`] in their order (name, e-mail, phone,
//! identifier, avatar address), tags, attributes, flags. Where a contact has other standard fields, one more
//! segment holds them.
//! - Name: where a provider keeps given and family name apart, both.
//! - Phone: the stored text; where that holds anything but digits and a plus, [`ITEM`] and the bare
//!   digits follow, so that `+49 (151) 234` is found by `151234`.
//! - Tags: each between two [`ITEM`]s. Attributes: `key=value`, each between two [`ITEM`]s.
//! - Other fields: `key=value`, each between two [`ITEM`]s.
//! - Flags: one control character each, in the order of [`Flag::ALL`] (see [`flag_mark`]): a word such as
//!   `yes` must not find every contact that opted in.
//!
//! Folding turns control characters into blanks, so no stored value and no query can forge a separator.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::attribute::text_of;
use super::contact::Contact;
use super::field::{FieldKey, Flag};

/// Ends a segment of a line.
pub const SEGMENT: char = '\u{1f}';
/// Stands around each tag and each attribute.
pub const ITEM: char = '\u{1e}';
/// The standard fields that have a segment of their own.
pub const FIELDS: [FieldKey; 5] = FieldKey::COMMON;
/// Stands for `=` inside an attribute's name, so that the first `=` always ends the name.
const EQUALS_IN_KEY: &str = "\u{1d}";

/// The text without case, accents, widths and invisible marks: NFKD, combining marks dropped,
/// lower-cased, `ß` as `ss`, `ø` as `o` and their like; control characters become blanks. Folding twice
/// changes nothing.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push(&mut out, text);
    out
}

/// The searchable line of a contact; the shape is described at the top of this module.
pub fn line(contact: &Contact) -> String {
    let mut out = String::with_capacity(128);
    push(&mut out, contact.id.as_str());
    out.push(SEGMENT);
    for key in FIELDS {
        let start = out.len();
        match key {
            FieldKey::Name => push(&mut out, &contact.full_name()),
            key => push(&mut out, contact.field(key)),
        }
        if key == FieldKey::Phone {
            let bare = phone_digits(out.get(start..).unwrap_or_default());
            if out.get(start..) != Some(bare.as_str()) {
                out.push(ITEM);
                out.push_str(&bare);
            }
        }
        out.push(SEGMENT);
    }
    for tag in &contact.tags {
        out.push(ITEM);
        push(&mut out, tag);
    }
    if !contact.tags.is_empty() {
        out.push(ITEM);
    }
    out.push(SEGMENT);
    for (name, value) in &contact.attributes {
        out.push(ITEM);
        out.push_str(&attribute_name(name));
        out.push('=');
        push(&mut out, &text_of(value));
    }
    if !contact.attributes.is_empty() {
        out.push(ITEM);
    }
    out.push(SEGMENT);
    out.extend(Flag::ALL.into_iter().map(|f| flag_mark(contact.flag(f))));
    let mut others = contact
        .fields
        .iter()
        .filter(|(key, _)| !FIELDS.contains(key))
        .peekable();
    if others.peek().is_some() {
        out.push(SEGMENT);
        for (key, text) in others {
            out.push(ITEM);
            out.push_str(key.as_str());
            out.push('=');
            push(&mut out, text);
        }
        out.push(ITEM);
    }
    out
}

/// An attribute's name as it stands in a line.
pub fn attribute_name(name: &str) -> String {
    fold(name).replace('=', EQUALS_IN_KEY)
}

/// A folded phone number without blanks and punctuation.
pub fn phone_digits(folded: &str) -> String {
    let kept = folded.chars().filter(|c| *c == '+' || c.is_alphanumeric());
    kept.collect()
}

/// The character that stands for a flag's state.
pub fn flag_mark(state: Option<bool>) -> char {
    match state {
        Some(true) => '\u{1}',
        Some(false) => '\u{2}',
        None => '\u{3}',
    }
}

fn push(out: &mut String, text: &str) {
    if text.is_ascii() {
        out.extend(text.chars().map(|c| {
            if c.is_ascii_control() {
                ' '
            } else {
                c.to_ascii_lowercase()
            }
        }));
        return;
    }
    let bare = |c: char| c.nfkd().filter(|c| !is_dropped(*c));
    for c in text.nfkd().filter(|c| !is_dropped(*c)) {
        // Some letters only come apart once they are lower-case.
        for low in c.to_lowercase().flat_map(bare) {
            match low {
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'þ' => out.push_str("th"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' | 'ð' => out.push('d'),
                'ħ' => out.push('h'),
                'ı' => out.push('i'),
                'ς' => out.push('σ'),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
        }
    }
}

/// Accents, and characters that nobody sees and nobody types. The kana voicing marks (class 8) and the
/// Indic viramas (class 9) are letters' parts, not accents, and stay.
fn is_dropped(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    !matches!(canonical_combining_class(c), 0 | 8 | 9)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::domain::{AccountName, ContactId, ProviderId};

    #[test]
    fn folding_forgets_case_accents_width_and_hidden_marks() {
        let cases = [
            ("Ada BYRON", "ada byron"),
            ("Zoë Ærø", "zoe aero"),
            ("STRASSE Straße", "strasse strasse"),
            ("İstanbul ıŞık", "istanbul isik"),
            ("ＡＢＣ①", "abc1"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("a\u{200b}d\u{202e}a\u{ad}", "ada"),
            ("one\ntwo\u{1f}three\u{85}four", "one two three four"),
            ("ΟΔΥΣΣΕΥΣ οδυσσευς", "οδυσσευσ οδυσσευσ"),
            ("مُحَمَّد", "محمد"),
        ];
        for (text, want) in cases {
            assert_eq!(fold(text), want, "{text:?}");
        }
    }

    fn ada() -> Contact {
        let mut c = Contact::new(
            ContactId::new("481"),
            AccountName::new("demo"),
            ProviderId::Local,
        );
        c.set_field(FieldKey::Name, "Ada Byron");
        c.set_field(FieldKey::Email, "Ada@Example.org");
        c.set_field(FieldKey::Phone, "+44 (20) 7183-8750");
        c.tags = ["VIP", "big customer"].map(String::from).into();
        c.attributes.insert("Plan".into(), json!("Gold"));
        c.attributes.insert("a=b".into(), json!(1.5));
        c.flags.insert(Flag::Optin, true);
        c
    }

    #[test]
    fn a_line_holds_every_segment_in_its_place() {
        assert_eq!(
            line(&ada()),
            "481\u{1f}ada byron\u{1f}ada@example.org\u{1f}+44 (20) 7183-8750\u{1e}+442071838750\u{1f}\
             \u{1f}\u{1f}\u{1e}vip\u{1e}big customer\u{1e}\u{1f}\u{1e}plan=gold\u{1e}a\u{1d}b=1.5\u{1e}\
             \u{1f}\u{1}\u{3}"
        );
    }

    #[test]
    fn values_cannot_forge_separators() {
        let mut c = ada();
        let plain = line(&c).matches([SEGMENT, ITEM]).count();
        c.set_field(
            FieldKey::Name,
            "x\u{1f}y\u{1e}vip\u{1e}\u{1}\u{1d}\u{9f}é\u{1f}",
        );
        assert_eq!(line(&c).matches([SEGMENT, ITEM]).count(), plain);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert!(!once.chars().any(char::is_control));
        }
    }
}
