//! OpenCX (`api.open.cx`): facts, field table, and the codec that ties its parts together.
//!
//! `call` makes requests, `find` says where one contact is looked for (there is no call for one), `wire`
//! reads the JSON around contacts, `map` goes between that JSON and contacts, `errors` reads how failures are
//! worded; what they mean stands in the table of `provider::taxonomy`. Creating and deleting contacts, conversations, the organisation's own tags and the blocklist are
//! not here: cardex does not use them.

use crate::domain::field::{
    Access, AttributeSpec, Compare, FieldKey, FieldKind, FieldSpec, FieldTable, Flag, FlagSpec,
    IdRule, TagPlace, TagSpec,
};
use crate::domain::{AttributeType, Contact, ContactId, Filter, Patch, ProviderId};
use crate::http::HttpResponse;

use super::{
    AuthScheme, Call, Codec, Context, Cursor, DecodeError, Facts, Narrowed, PaceFacts, Purpose,
    Reading, Reply, Target, Unsupported, json_body,
};

pub mod call;
pub mod errors;
pub mod find;
pub mod map;
pub mod wire;

/// What holds for every OpenCX organisation. The vendor allows 100 requests a minute (page "API reference");
/// whether a key or an organisation is counted is not said, so some are left to others. The size of a page is
/// not said either, and can not be asked for.
pub static FACTS: Facts = Facts {
    id: ProviderId::OpenCx,
    title: "OpenCX",
    default_base_url: Some("https://api.open.cx"),
    page_size: 50,
    auth: Some(AuthScheme {
        header: "authorization",
        prefix: "Bearer ",
    }),
    pace: PaceFacts {
        per_minute: 90,
        ceiling: 90,
        burst: 5,
        concurrency: 2,
        // By key or by organisation is not told: other clients of the key keep their part.
        shared: true,
    },
    tags_in_list: true,
    numbered_pages: false,
    needs_account_id: false,
    docs: "https://docs.open.cx/api-reference/contacts/update",
};

/// OpenCX's API as pure functions.
#[derive(Debug, Clone, Copy)]
pub struct OpenCx;

/// Why tags can not be stored where no attribute keeps them.
const NO_TAGS: &str = "OpenCX tags conversations, not contacts; tags_attribute = \"tags\" keeps them in custom data of that name";

/// Under a merge, leaving a key out does nothing, and a null is not allowed.
const REMOVAL: &str =
    "OpenCX may keep a key that is left out; an empty text in its place is stored for certain";

/// What OpenCX can store, from the vendor's page "update contact".
pub fn table(context: &Context) -> FieldTable {
    let field = |key, label, kind, access, caution| FieldSpec {
        key,
        label,
        access,
        kind,
        max_chars: None,
        compare: Compare::Exact,
        caution,
        guard: None,
        offers_seen: false,
    };
    let emptied = Access::ClearUnsure(
        "what OpenCX does with an emptied text is not documented; it is read back",
    );
    FieldTable {
        fields: vec![
            field(FieldKey::Name, "Name", FieldKind::Text, emptied, None),
            field(
                FieldKey::Email,
                "E-mail",
                FieldKind::EmailStrict,
                Access::NoClear(
                    "OpenCX takes a valid address or none at all; it can not be emptied",
                ),
                None,
            ),
            field(
                FieldKey::Phone,
                "Phone",
                FieldKind::PhoneFree,
                emptied,
                None,
            ),
            field(
                FieldKey::Identifier,
                "Identifier",
                FieldKind::Text,
                Access::Absent("OpenCX has its own ids only; custom data can hold yours"),
                None,
            ),
            field(
                FieldKey::AvatarUrl,
                "Avatar URL",
                FieldKind::Url,
                Access::Absent("OpenCX keeps no pictures"),
                None,
            ),
        ],
        tags: TagSpec {
            label: "Tags",
            kept_in: map::tags_attribute(context).map(|name| TagPlace {
                kind: "custom data",
                attribute: name.into(),
            }),
            access: match map::tags_attribute(context) {
                Some(_) => Access::Full,
                None => Access::Absent(NO_TAGS),
            },
            ignore_case: false,
            outside_catalogue: None,
            comma_forbidden: true,
        },
        attributes: AttributeSpec {
            access: Access::Full,
            untyped: AttributeType::Text,
            empty_removes: false,
            texts_only: true,
            removal_note: Some(REMOVAL),
            undefined_note: None,
            has_definitions: false,
            max_chars: None,
            new_name_guard: None,
        },
        flags: vec![
            FlagSpec {
                flag: Flag::Optin,
                access: Access::Absent("OpenCX has no opt-in; custom data can hold one"),
                caution: None,
            },
            FlagSpec {
                flag: Flag::Blocked,
                access: Access::Absent(
                    "OpenCX blocks e-mail addresses in a list of its own, which a contact does not show",
                ),
                caution: None,
            },
        ],
        id: IdRule::Opaque,
        listed_by: None,
        revalidates: &[],
    }
}

impl Codec for OpenCx {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn table(&self, context: &Context) -> FieldTable {
        table(context)
    }

    fn page(&self, context: &Context, cursor: Option<&Cursor>) -> Call {
        call::page(context, cursor, Purpose::Page)
    }

    fn read(&self, _context: &Context, target: Target<'_>) -> Result<Reading, Unsupported> {
        call::check_id(target.id)?;
        Ok(Reading::Lists(find::lookups(target)))
    }

    fn narrow(&self, _context: &Context, filter: &Filter) -> Option<Narrowed> {
        find::narrowed(filter)
    }

    fn holders(&self, _context: &Context, key: FieldKey, value: &str) -> Option<Cursor> {
        find::holders(key, value)
    }

    fn update(
        &self,
        context: &Context,
        fresh: &Contact,
        patch: &Patch,
    ) -> Result<Vec<Call>, Unsupported> {
        let contact = map::update_body(context, fresh, patch)?;
        if contact.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![call::update(context, &fresh.id, contact)?])
    }

    fn definitions(&self, _context: &Context) -> Option<Call> {
        None
    }

    /// The organisation's tags are those of conversations, not of contacts.
    fn catalogue(&self, _context: &Context) -> Option<Call> {
        None
    }

    fn tagged(&self, _context: &Context, _tag: &str, _cursor: Option<&Cursor>) -> Option<Call> {
        None
    }

    fn about(&self, context: &Context) -> Vec<Call> {
        let search = find::search("cardex");
        vec![
            call::page(context, None, Purpose::About),
            call::page(context, Some(&search), Purpose::About),
        ]
    }

    fn decode(
        &self,
        context: &Context,
        call: &Call,
        response: &HttpResponse,
    ) -> Result<Reply, DecodeError> {
        match &call.purpose {
            Purpose::Page => {
                let root = json_body(response)?;
                wire::page(context, &call.request, root).map(Reply::Page)
            }
            Purpose::About => {
                let root = json_body(response)?;
                wire::about(context, &call.request, root).map(Reply::About)
            }
            Purpose::Write => Ok(wire::written(context, &call.request, response)),
            Purpose::WriteTags => Ok(Reply::Nothing),
            Purpose::Contact
            | Purpose::Tags
            | Purpose::Definitions
            | Purpose::Catalogue
            | Purpose::Tagged(_) => Err(DecodeError("OpenCX has no such call".into())),
        }
    }

    fn web_page(&self, _context: &Context, _id: &ContactId) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests;
