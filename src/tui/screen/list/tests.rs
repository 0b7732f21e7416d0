//! Columns and their widths. What the list does with keys is shown by the screen tests.

use super::column::{Column, fit};
use crate::domain::{FieldKey, Flag};

fn fitted(keys: &[&str], room: u16) -> Vec<(String, u16)> {
    let columns: Vec<Column> = keys.iter().filter_map(|k| Column::parse(k)).collect();
    let shown = fit(&columns, room);
    shown.into_iter().map(|(c, w)| (c.key(), w)).collect()
}

#[test]
fn columns_fit_the_window() {
    let all = [
        "name",
        "email",
        "phone",
        "tags",
        "flags",
        "id",
        "updated",
        "attr.plan",
    ];
    for room in 0..300 {
        let shown = fitted(&all, room);
        let used: u16 = shown.iter().map(|(_, w)| w + 2).sum();
        assert!(used <= room + 2, "{room}: {shown:?}");
        assert_eq!(shown[0].0, "name");
    }
    let names: Vec<String> = fitted(&all, 37).into_iter().map(|c| c.0).collect();
    assert_eq!(names, ["name", "email"]);
    assert_eq!(fitted(&all, 300).len(), all.len());
    assert!(fitted(&[], 80).is_empty());
}

#[test]
fn column_keys_are_read_back() {
    for key in [
        "name",
        "email",
        "tags",
        "flags",
        "id",
        "updated",
        "attr.first seen",
    ] {
        assert_eq!(Column::parse(key).map(|c| c.key()), Some(key.into()));
    }
    for bad in ["", "age", "attr.", "Name"] {
        assert_eq!(Column::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn flags_are_told_in_symbols_and_words() {
    let mut contact = crate::domain::Contact::new(
        crate::domain::ContactId::new("1"),
        crate::domain::AccountName::new("a"),
        crate::domain::ProviderId::Local,
    );
    let cell = |c: &crate::domain::Contact| Column::Flags.cell(c, false);
    assert_eq!(cell(&contact), "");
    contact.flags.insert(Flag::Optin, false);
    assert_eq!(cell(&contact), "✗ out");
    contact.flags.insert(Flag::Blocked, true);
    assert_eq!(cell(&contact), "✗ out ⊘ blocked");
    contact.set_field(FieldKey::Email, "a@b.c");
    assert_eq!(
        Column::Field(FieldKey::Email).cell(&contact, true),
        "••••••"
    );
}
