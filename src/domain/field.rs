//! The field table: which fields a provider has, what they are called, whether they can be edited or
//! cleared, how they are checked and compared. Form, columns, filter keys, `--set` keys, help and
//! validation are all made from it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

mod id;

pub use id::IdRule;

use super::attribute::AttributeType;
use super::contact::Contact;
use super::guard::Guard;

/// A standard field, by its name in configuration, arguments and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKey {
    /// Full name.
    Name,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// An identifier of the user's own system.
    Identifier,
    /// Address of a picture that the provider fetches.
    AvatarUrl,
    /// Given name, where a provider keeps the two apart.
    FirstName,
    /// Family name, where a provider keeps the two apart.
    LastName,
    /// Address of a LinkedIn profile.
    LinkedinUrl,
    /// The company: its number at the provider, or its domain.
    CompanyId,
    /// Where the contact came from.
    Origin,
    /// What the provider calls the contact's state, such as Active or Unsubscribed.
    ContactStatus,
}

impl FieldKey {
    /// Every standard field. Forms follow the order of the provider's own table.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::Email,
        Self::Phone,
        Self::Identifier,
        Self::AvatarUrl,
        Self::FirstName,
        Self::LastName,
        Self::LinkedinUrl,
        Self::CompanyId,
        Self::Origin,
        Self::ContactStatus,
    ];

    /// The fields that people look for at any provider: every table has a row for them, if only to say why there
    /// is none. The others are the terms of single vendors.
    pub const COMMON: [Self; 5] = [
        Self::Name,
        Self::Email,
        Self::Phone,
        Self::Identifier,
        Self::AvatarUrl,
    ];

    /// The name in arguments, configuration and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Identifier => "identifier",
            Self::AvatarUrl => "avatar_url",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::LinkedinUrl => "linkedin_url",
            Self::CompanyId => "company_id",
            Self::Origin => "origin",
            Self::ContactStatus => "contact_status",
        }
    }

    /// The field of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }
}

impl fmt::Display for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A three-state flag: yes, no, unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Consent to be messaged.
    Optin,
    /// Incoming messages are blocked.
    Blocked,
}

impl Flag {
    /// Every flag, in form order.
    pub const ALL: [Self; 2] = [Self::Optin, Self::Blocked];

    /// The name in arguments and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Optin => "optin",
            Self::Blocked => "blocked",
        }
    }

    /// The flag of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == text)
    }

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Optin => "Opt-in",
            Self::Blocked => "Blocked",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What may be done with a field at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read, set and cleared.
    Full,
    /// The same, though what clearing does is not certain; the half sentence says what is.
    ClearUnsure(&'static str),
    /// Read and set; clearing is refused for the reason given.
    NoClear(&'static str),
    /// Can be set, is not read back; the reason says what the provider does with it.
    WriteOnly(&'static str),
    /// Shown only, for the reason given.
    ReadOnly(&'static str),
    /// The provider has no such field, for the reason given.
    Absent(&'static str),
}

impl Access {
    /// Whether a value may be set.
    pub fn can_set(self) -> bool {
        matches!(
            self,
            Self::Full | Self::ClearUnsure(_) | Self::NoClear(_) | Self::WriteOnly(_)
        )
    }

    /// Whether the field may be emptied.
    pub fn can_clear(self) -> bool {
        matches!(self, Self::Full | Self::ClearUnsure(_))
    }

    /// A word of warning before a value is emptied.
    pub fn clearing_caution(self) -> Option<&'static str> {
        match self {
            Self::ClearUnsure(what) => Some(what),
            _ => None,
        }
    }

    /// Why something can not be done, where something can not.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Full | Self::ClearUnsure(_) => None,
            Self::NoClear(r) | Self::WriteOnly(r) | Self::ReadOnly(r) | Self::Absent(r) => Some(r),
        }
    }
}

/// How a field's text is checked and repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text.
    Text,
    /// One `@`, no blanks: Chatwoot's rule (`[^@\s]+@[^@\s]+`).
    Email,
    /// `+`, a digit other than 0, then 1 to 14 digits.
    PhoneE164,
    /// 7 to 15 digits with the dialing code and no `+`: Pabbly's `mobile`.
    PhoneDigits,
    /// An absolute http or https address.
    Url,
    /// OpenCX's pattern, look-aheads included.
    EmailStrict,
    /// A telephone number under no rule of the provider's: anything, with a word where it hardly is one.
    PhoneFree,
    /// A company's number, or its domain.
    Company,
}

/// How an asked and a stored text are compared after a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Code point for code point.
    Exact,
    /// Ignoring case: the provider lower-cases what it stores.
    IgnoreCase,
    /// A whole number is stored as it is; any other text is looked up by the provider, which stores the
    /// number that it finds.
    Resolved,
}

/// One standard field at one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Which field.
    pub key: FieldKey,
    /// What a person calls it.
    pub label: &'static str,
    /// What may be done with it.
    pub access: Access,
    /// How its text is checked.
    pub kind: FieldKind,
    /// Longest accepted text, in characters, where the provider has a limit.
    pub max_chars: Option<usize>,
    /// How stored and asked are compared.
    pub compare: Compare,
    /// A word of warning before a change is sent, where the field needs one.
    pub caution: Option<&'static str>,
    /// What a change may do to other data, so that it is done only when asked for.
    pub guard: Option<(Guard, &'static str)>,
    /// Whether the values of loaded contacts are offered: the provider has a vocabulary that it does not tell.
    pub offers_seen: bool,
}

/// One flag at one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlagSpec {
    /// Which flag.
    pub flag: Flag,
    /// [`Access::Full`] may be set to unknown again, [`Access::NoClear`] only to yes and no.
    pub access: Access,
    /// A word of warning before a change is sent.
    pub caution: Option<&'static str>,
}

/// The attribute that keeps tags as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPlace {
    /// What the provider calls such attributes: "custom field".
    pub kind: &'static str,
    /// Its name, letter for letter.
    pub attribute: String,
}

impl fmt::Display for TagPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} “{}”", self.kind, self.attribute)
    }
}

/// Tags at one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagSpec {
    /// What the provider calls them: "tags", "labels".
    pub label: &'static str,
    /// Where they are kept, where the provider has none and a setting names the place.
    pub kept_in: Option<TagPlace>,
    /// What may be done with them.
    pub access: Access,
    /// Whether names are compared ignoring case.
    pub ignore_case: bool,
    /// What happens to a name that is not in the provider's catalogue; `None` where there is no
    /// catalogue and every name is as good as another.
    pub outside_catalogue: Option<&'static str>,
    /// Whether a name holding a comma is split or otherwise mangled by the provider.
    pub comma_forbidden: bool,
}

impl TagSpec {
    /// What the provider calls them, and where they are kept if it has none.
    pub fn full_label(&self) -> Cow<'static, str> {
        match &self.kept_in {
            Some(place) => format!("{} (in {place})", self.label).into(),
            None => self.label.into(),
        }
    }
}

/// Custom attributes at one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeSpec {
    /// What may be done with them.
    pub access: Access,
    /// The type of an attribute without a definition.
    pub untyped: AttributeType,
    /// Whether an empty text removes the attribute at the provider instead of storing "".
    pub empty_removes: bool,
    /// Whether the provider stores texts only: a number that is entered is stored as its digits.
    pub texts_only: bool,
    /// What may come of a removal, where it may not remove the attribute.
    pub removal_note: Option<&'static str>,
    /// What happens to a name without a definition, where that needs saying.
    pub undefined_note: Option<&'static str>,
    /// Whether the definitions can be listed from the provider.
    pub has_definitions: bool,
    /// Longest accepted value, in characters, where the provider has a limit.
    pub max_chars: Option<usize>,
    /// What a name that no loaded contact has does to the account, so that it is used only when asked for.
    pub new_name_guard: Option<(Guard, &'static str)>,
}

impl AttributeSpec {
    /// Why a stored value can not be edited where it is shown: it would become a text unasked.
    pub fn unwritable(&self, stored: &Value) -> Option<&'static str> {
        (self.texts_only && !stored.is_string())
            .then_some("it is stored as no text, and only texts can be written here")
    }
}

/// Everything a provider can store about a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTable {
    /// The standard fields, in form order, absent ones included with their reason.
    pub fields: Vec<FieldSpec>,
    /// Tags.
    pub tags: TagSpec,
    /// Custom attributes.
    pub attributes: AttributeSpec,
    /// Flags, absent ones included with their reason.
    pub flags: Vec<FlagSpec>,
    /// The shape of an id.
    pub id: IdRule,
    /// Fields of which a contact needs one to be listed, and what happens to it without.
    pub listed_by: Option<(&'static [FieldKey], &'static str)>,
    /// Fields whose stored text is judged anew with every change, whatever the change: an old text that would not
    /// be accepted today refuses them all.
    pub revalidates: &'static [FieldKey],
}

impl FieldTable {
    /// The row of a field.
    pub fn field(&self, key: FieldKey) -> Option<&FieldSpec> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// The fields to show of a contact where there is room for three: what it is called, and how it is reached.
    pub fn main_fields(&self) -> Vec<FieldKey> {
        let there = |key: &FieldKey| {
            self.field(*key)
                .is_some_and(|f| !matches!(f.access, Access::Absent(_)))
        };
        [
            FieldKey::Name,
            FieldKey::FirstName,
            FieldKey::LastName,
            FieldKey::Email,
            FieldKey::Phone,
        ]
        .into_iter()
        .filter(there)
        .collect()
    }

    /// What happens when a contact loses the last field that it is listed by; `None`: nothing does.
    pub fn vanishes(&self, before: &Contact, after: &Contact) -> Option<&'static str> {
        let (keys, what) = self.listed_by?;
        let listed = |c: &Contact| keys.iter().any(|k| !c.field(*k).is_empty());
        (listed(before) && !listed(after)).then_some(what)
    }

    /// The row of a flag.
    pub fn flag(&self, flag: Flag) -> Option<&FlagSpec> {
        self.flags.iter().find(|f| f.flag == flag)
    }
}
