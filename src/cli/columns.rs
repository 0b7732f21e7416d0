//! The columns of `list`: parsing their names, and the text of a contact in each.

use crate::domain::attribute::text_of;
use crate::domain::{Access, Contact, FieldKey, FieldTable, Flag, TagsRead, Trouble, TroubleKind};

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// The id.
    Id,
    /// A standard field.
    Field(FieldKey),
    /// Tags, joined by a comma and a blank.
    Tags,
    /// A flag as yes, no or nothing.
    Flag(Flag),
    /// The time of the last change.
    Updated,
    /// A custom attribute.
    Attribute(String),
}

impl Column {
    /// Reads a column's name.
    ///
    /// # Errors
    /// Names the columns that exist.
    pub fn parse(name: &str) -> Result<Self, Trouble> {
        let column = match name {
            "id" => Some(Self::Id),
            "tags" => Some(Self::Tags),
            "updated" | "updated_at" => Some(Self::Updated),
            _ => name
                .strip_prefix("attr.")
                .filter(|a| !a.is_empty())
                .map(|a| Self::Attribute(a.into()))
                .or_else(|| FieldKey::parse(name).map(Self::Field))
                .or_else(|| Flag::parse(name).map(Self::Flag)),
        };
        column.ok_or_else(|| {
            let fields = FieldKey::ALL.map(FieldKey::as_str).join(", ");
            let message = format!("columns: {name:?} is not a column");
            Trouble::new(TroubleKind::Invalid, message).with_hint(format!(
                "use id, {fields}, tags, optin, blocked, updated or attr.NAME"
            ))
        })
    }

    /// The columns of a table for people.
    pub fn of_table(table: &FieldTable) -> Vec<Self> {
        let fields = table.main_fields().into_iter().map(Self::Field);
        let tags = (!matches!(table.tags.access, Access::Absent(_))).then_some(Self::Tags);
        [Self::Id].into_iter().chain(fields).chain(tags).collect()
    }

    /// Every column that a provider fills, for CSV; `attributes` are those that occur.
    pub fn of_csv(table: &FieldTable, attributes: impl IntoIterator<Item = String>) -> Vec<Self> {
        let fields = table
            .fields
            .iter()
            .filter(|f| !matches!(f.access, Access::Absent(_) | Access::WriteOnly(_)))
            .map(|f| Self::Field(f.key));
        let flags = table
            .flags
            .iter()
            .filter(|f| !matches!(f.access, Access::Absent(_)))
            .map(|f| Self::Flag(f.flag));
        [Self::Id]
            .into_iter()
            .chain(fields)
            .chain([Self::Tags])
            .chain(flags)
            .chain([Self::Updated])
            .chain(attributes.into_iter().map(Self::Attribute))
            .collect()
    }

    /// The header.
    pub fn header(&self) -> String {
        match self {
            Self::Id => "id".into(),
            Self::Field(key) => key.as_str().into(),
            Self::Tags => "tags".into(),
            Self::Flag(flag) => flag.as_str().into(),
            Self::Updated => "updated_at".into(),
            Self::Attribute(name) => format!("attr.{name}"),
        }
    }

    /// The text of a contact in this column, for people: a contact that is missing says so.
    pub fn listed(&self, contact: &Contact) -> String {
        match self {
            Self::Field(FieldKey::Name) => contact.listed_name(),
            _ => self.text(contact),
        }
    }

    /// The text of a contact in this column.
    pub fn text(&self, contact: &Contact) -> String {
        match self {
            Self::Id => contact.id.to_string(),
            Self::Field(key) => contact.field(*key).to_string(),
            Self::Tags if contact.tags_read == TagsRead::No => String::new(),
            Self::Tags => contact.tags.iter().cloned().collect::<Vec<_>>().join(", "),
            Self::Flag(flag) => match contact.flag(*flag) {
                Some(true) => "yes".into(),
                Some(false) => "no".into(),
                None => String::new(),
            },
            Self::Updated => contact
                .updated_at
                .map(|t| t.to_string())
                .unwrap_or_default(),
            Self::Attribute(name) => contact
                .attributes
                .get(name)
                .map(text_of)
                .unwrap_or_default(),
        }
    }
}
