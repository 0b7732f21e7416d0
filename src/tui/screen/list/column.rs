//! The columns that a list may show, made from the account's field table, and their widths.

use crate::domain::diff::attribute_key;
use crate::domain::field::Access;
use crate::domain::shown::one_line;
use crate::domain::{Contact, FieldKey, FieldTable, Flag, TagsRead, attribute};
use crate::tui::model::Desk;
use crate::tui::widget::text::hidden;

/// What a column shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// A standard field.
    Field(FieldKey),
    /// The tags.
    Tags,
    /// The flags, in symbols and words.
    Flags,
    /// The id.
    Id,
    /// The day of the last change.
    Updated,
    /// A custom attribute.
    Attribute(String),
}

impl Column {
    /// The column of a key, as in settings and `:columns`.
    pub fn parse(key: &str) -> Option<Self> {
        match key {
            "tags" => Some(Self::Tags),
            "flags" => Some(Self::Flags),
            "id" => Some(Self::Id),
            "updated" => Some(Self::Updated),
            _ => key
                .strip_prefix("attr.")
                .filter(|name| !name.is_empty())
                .map(|name| Self::Attribute(name.to_string()))
                .or_else(|| FieldKey::parse(key).map(Self::Field)),
        }
    }

    /// Its key.
    pub fn key(&self) -> String {
        match self {
            Self::Field(key) => key.as_str().into(),
            Self::Tags => "tags".into(),
            Self::Flags => "flags".into(),
            Self::Id => "id".into(),
            Self::Updated => "updated".into(),
            Self::Attribute(name) => attribute_key(name),
        }
    }

    /// Its title.
    pub fn title(&self, desk: &Desk) -> String {
        let table = desk.account.as_ref().map(|a| &a.table);
        match self {
            Self::Field(key) => table
                .and_then(|t| t.field(*key))
                .map_or(key.as_str(), |f| f.label)
                .into(),
            Self::Tags => table.map_or("Tags", |t| t.tags.label).into(),
            Self::Flags => "Flags".into(),
            Self::Id => "Id".into(),
            Self::Updated => "Updated".into(),
            Self::Attribute(name) => one_line(desk.vocabulary.label(name)).into_owned(),
        }
    }

    /// What it shows of a contact, fit for the terminal.
    pub fn cell(&self, contact: &Contact, masked: bool) -> String {
        match self {
            Self::Field(FieldKey::Name) => one_line(&contact.listed_name()).into_owned(),
            Self::Field(key) => {
                let text = contact.field(*key);
                hidden(&one_line(text), masked && is_private(*key))
            }
            Self::Tags if contact.tags_read == TagsRead::No => "…".into(),
            Self::Tags => {
                let tags: Vec<_> = contact.tags.iter().map(|t| one_line(t)).collect();
                tags.join(", ")
            }
            Self::Flags => flags(contact),
            Self::Id => one_line(contact.id.as_str()).into_owned(),
            Self::Updated => contact
                .updated_at
                .map_or_else(String::new, |t| t.strftime("%Y-%m-%d").to_string()),
            Self::Attribute(name) => {
                let value = contact.attributes.get(name).map(attribute::text_of);
                hidden(&one_line(&value.unwrap_or_default()), masked)
            }
        }
    }

    /// Least and most useful width, and the share of what is left over.
    fn widths(&self) -> (u16, u16, u16) {
        match self {
            Self::Field(FieldKey::Name) => (14, 40, 3),
            Self::Field(FieldKey::Email) => (16, 48, 3),
            Self::Field(FieldKey::FirstName | FieldKey::LastName) => (8, 24, 2),
            Self::Field(FieldKey::Phone) => (13, 16, 1),
            Self::Field(_) => (12, 40, 1),
            Self::Tags => (10, 40, 2),
            Self::Flags => (7, 16, 1),
            Self::Id => (6, 24, 1),
            Self::Updated => (10, 10, 0),
            Self::Attribute(_) => (10, 30, 1),
        }
    }
}

/// Whether a field is masked in privacy mode.
pub fn is_private(key: FieldKey) -> bool {
    matches!(
        key,
        FieldKey::Email | FieldKey::Phone | FieldKey::Identifier
    )
}

/// `✓ in`, `✗ out`, and `⊘ blocked`; nothing where nothing is known.
fn flags(contact: &Contact) -> String {
    let consent = match contact.flag(Flag::Optin) {
        Some(true) => "✓ in",
        Some(false) => "✗ out",
        None => "",
    };
    let blocked = contact.flag(Flag::Blocked) == Some(true);
    match (consent, blocked) {
        (consent, false) => consent.into(),
        ("", true) => "⊘ blocked".into(),
        (consent, true) => format!("{consent} ⊘ blocked"),
    }
}

/// The columns that are shown where nothing was chosen.
pub fn defaults(table: &FieldTable) -> Vec<Column> {
    let fields = table.main_fields().into_iter();
    let mut columns: Vec<Column> = fields.map(Column::Field).collect();
    if !matches!(table.tags.access, Access::Absent(_)) {
        columns.push(Column::Tags);
    }
    if table
        .flags
        .iter()
        .any(|f| !matches!(f.access, Access::Absent(_)))
    {
        columns.push(Column::Flags);
    }
    columns
}

/// Every column that this account can show: fields, tags, flags, id, day, attributes defined or seen.
pub fn available(desk: &Desk, seen: &[Contact]) -> Vec<Column> {
    let Some(account) = &desk.account else {
        return Vec::new();
    };
    let there = account.table.fields.iter();
    let there = there.filter(|f| !matches!(f.access, Access::Absent(_)));
    let mut columns: Vec<Column> = there.map(|f| Column::Field(f.key)).collect();
    columns.extend(
        defaults(&account.table)
            .into_iter()
            .filter(|c| !matches!(c, Column::Field(_))),
    );
    columns.extend([Column::Id, Column::Updated]);
    let mut names: Vec<&String> = desk.vocabulary.definitions.iter().map(|d| &d.key).collect();
    names.extend(seen.iter().flat_map(|c| c.attributes.keys()));
    for name in names {
        let column = Column::Attribute(name.clone());
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

/// The chosen columns, else the default ones.
pub fn chosen(keys: &[String], desk: &Desk) -> Vec<Column> {
    let columns: Vec<Column> = keys.iter().filter_map(|k| Column::parse(k)).collect();
    match (&desk.account, columns.is_empty()) {
        (Some(account), true) => defaults(&account.table),
        _ => columns,
    }
}

/// Blanks between columns.
pub const GAP: u16 = 2;

/// The columns that fit, with their widths. The first is always there.
pub fn fit(columns: &[Column], room: u16) -> Vec<(&Column, u16)> {
    let mut used = 0;
    let mut shown: Vec<(&Column, u16)> = Vec::new();
    for column in columns {
        let (least, _, _) = column.widths();
        let gap = if shown.is_empty() { 0 } else { GAP };
        if used + gap + least <= room {
            used += gap + least;
            shown.push((column, least));
        } else if shown.is_empty() {
            return vec![(column, room)];
        }
    }
    let mut left = room.saturating_sub(used);
    // Rounds of shares until nothing is left or everything is as wide as is useful.
    while left > 0 {
        let before = left;
        for (column, width) in &mut shown {
            let (_, most, share) = column.widths();
            let more = share.min(most.saturating_sub(*width)).min(left);
            *width += more;
            left -= more;
        }
        if left == before {
            break;
        }
    }
    shown
}
