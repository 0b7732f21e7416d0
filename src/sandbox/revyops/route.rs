//! Which call a path means, and which methods it has.

use super::choices::Prefix;

/// The prefix that every known client uses.
pub const API: &str = "/api";

/// What a path addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// `/public/v2/contacts`.
    Contacts,
    /// `/public/v2/contacts/{contact_id}`.
    Contact(u64),
    /// `/public/v2/contacts/lookup-by-custom-field`.
    Lookup,
    /// `/public/contacts`.
    ContactsV1,
    /// `/public/contacts/{contact_id}`.
    ContactV1(u64),
    /// `/public/contacts/{contact_id}/custom-fields`.
    Fields(u64),
    /// `/public/contacts/{contact_id}/custom-fields/{field_id}`.
    Field(u64, u64),
    /// `/public/v2/contacts-master-list`.
    Master,
    /// `/public/v2/contacts-master-list/{contact_id}`.
    MasterContact(u64),
    /// `/public/v2/contacts-master-list/lookup-by-custom-field`.
    MasterLookup,
    /// `/public/contacts-master-list`.
    MasterV1,
    /// `/public/contacts-master-list/{contact_id}`.
    MasterContactV1(u64),
    /// `/public/v2/companies`.
    Companies,
    /// `/public/v2/companies/{company_id}`.
    Company(u64),
    /// `/public/whoami`, which the vendor's own package asks.
    WhoAmI,
}

impl Route {
    /// The call of a path; `None` where there is none. An id that is no positive integer is a path
    /// that does not exist.
    pub(super) fn of(path: &str, prefix: Prefix) -> Option<Self> {
        let inner = match (path.strip_prefix(API), prefix) {
            (Some(inner), Prefix::Optional | Prefix::Api) => inner,
            (None, Prefix::Optional | Prefix::Absent) => path,
            (Some(_), Prefix::Absent) | (None, Prefix::Api) => return None,
        };
        let parts: Vec<&str> = inner.strip_prefix("/public/")?.split('/').collect();
        Some(match parts.as_slice() {
            ["whoami"] => Self::WhoAmI,
            ["contacts"] => Self::ContactsV1,
            ["contacts", contact] => Self::ContactV1(id(contact)?),
            ["contacts", contact, "custom-fields"] => Self::Fields(id(contact)?),
            ["contacts", contact, "custom-fields", field] => Self::Field(id(contact)?, id(field)?),
            ["contacts-master-list"] => Self::MasterV1,
            ["contacts-master-list", contact] => Self::MasterContactV1(id(contact)?),
            ["v2", "contacts"] => Self::Contacts,
            ["v2", "contacts", "lookup-by-custom-field"] => Self::Lookup,
            ["v2", "contacts", contact] => Self::Contact(id(contact)?),
            ["v2", "contacts-master-list"] => Self::Master,
            ["v2", "contacts-master-list", "lookup-by-custom-field"] => Self::MasterLookup,
            ["v2", "contacts-master-list", contact] => Self::MasterContact(id(contact)?),
            ["v2", "companies"] => Self::Companies,
            ["v2", "companies", company] => Self::Company(id(company)?),
            _ => return None,
        })
    }

    /// The methods that it has, as `Allow` lists them.
    pub(super) fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Contacts => &["GET", "POST", "HEAD", "OPTIONS"],
            Self::Contact(_) => &["GET", "PATCH", "HEAD", "OPTIONS"],
            Self::ContactV1(_) => &["GET", "DELETE", "HEAD", "OPTIONS"],
            Self::Fields(_) => &["POST", "OPTIONS"],
            Self::Field(..) => &["PATCH", "DELETE", "OPTIONS"],
            _ => &["GET", "HEAD", "OPTIONS"],
        }
    }

    /// Whether it takes the master key, and shows the contacts of every client.
    pub(super) fn is_master(self) -> bool {
        matches!(
            self,
            Self::Master
                | Self::MasterContact(_)
                | Self::MasterLookup
                | Self::MasterV1
                | Self::MasterContactV1(_)
        )
    }
}

/// A path's id: digits only, as a sign or a blank is no part of it.
fn id(text: &str) -> Option<u64> {
    text.parse()
        .ok()
        .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}
