//! Chatwoot's public client API: facts, field table, and the codec over `call`, `map` and `errors`.
//!
//! It shows one inbox, a contact at a time, addressed by the contact's source id there. Known oddities, as
//! recorded from releases 4.3.0 and 4.15.1:
//! - There is no list. Contacts are those of a roster, which `app` keeps in the store.
//! - GET tells name, e-mail and phone alone; the whole contact comes with the answer to a PATCH. An empty one
//!   writes nothing, not even the time of the last change.
//! - PATCH ignores null and empty values: nothing can be cleared, no attribute removed; objects in attributes
//!   are merged, at any depth.
//! - PATCH with somebody else's e-mail or phone merges the two: the other contact survives, the addressed one
//!   is gone, and its source id leads to the survivor.
//! - A wrong, missing or upper-case identity hash is a 500 without a reason. The hash is of the identifier in
//!   the same request, whoever's that is.
//! - An unknown inbox and an unknown source id answer with the same 404.
//!
//! Inbox identifier and identity hash stand in requests as `{inbox_identifier}` and `{identifier_hash}`;
//! `transport::auth` puts them in last.

use crate::domain::field::{
    Access, AttributeSpec, Compare, FieldKey, FieldKind, FieldSpec, FieldTable, Flag, FlagSpec,
    IdRule, TagSpec,
};
use crate::domain::{AttributeType, Contact, ContactId, Guard, Patch, ProviderId};
use crate::http::HttpResponse;

use super::{
    Call, Codec, Context, Cursor, DecodeError, Facts, PaceFacts, Purpose, Reading, Reply, Target,
    Unsupported,
};

pub mod call;
pub mod errors;
pub mod map;

/// Longest text that Chatwoot stores in a column, in characters.
pub const MAX_CHARS: usize = 255;

/// The facts. The pace is that of Chatwoot's application API: the limit is the server's, for everything that
/// comes from one address.
pub static FACTS: Facts = Facts {
    id: ProviderId::ChatwootPublic,
    title: "Chatwoot public",
    default_base_url: Some("https://app.chatwoot.com"),
    page_size: 15,
    auth: None,
    pace: PaceFacts {
        per_minute: 240,
        ceiling: 3_000,
        burst: 10,
        concurrency: 4,
        shared: true,
    },
    // Reading one by one for them would be an empty PATCH each.
    tags_in_list: true,
    numbered_pages: false,
    needs_account_id: false,
    docs: "https://developers.chatwoot.com/api-reference/contacts-api/update-a-contact",
};

const IGNORED: &str = "Chatwoot ignores blank values in this API, so nothing can be cleared; clear it in Chatwoot's dashboard \
     or through a chatwoot account";

/// What this API can store about a contact.
pub fn table() -> FieldTable {
    let field = |key, label, kind, access| FieldSpec {
        key,
        label,
        access,
        kind,
        max_chars: Some(MAX_CHARS),
        compare: Compare::Exact,
        caution: None,
        guard: None,
        offers_seen: false,
    };
    let full = Access::NoClear(IGNORED);
    let merge =
        "if another contact has it, Chatwoot merges this one into that and destroys this one";
    FieldTable {
        fields: vec![
            field(FieldKey::Name, "Name", FieldKind::Text, full),
            FieldSpec {
                compare: Compare::IgnoreCase,
                guard: Some((Guard::Merge, merge)),
                ..field(FieldKey::Email, "E-mail", FieldKind::Email, full)
            },
            FieldSpec {
                guard: Some((Guard::Merge, merge)),
                ..field(FieldKey::Phone, "Phone", FieldKind::PhoneE164, full)
            },
            field(
                FieldKey::Identifier,
                "Identifier",
                FieldKind::Text,
                Access::ReadOnly(
                    "this API takes it for the identity hash only and never changes it",
                ),
            ),
            FieldSpec {
                max_chars: None,
                ..field(
                    FieldKey::AvatarUrl,
                    "Avatar URL",
                    FieldKind::Url,
                    Access::WriteOnly(
                        "Chatwoot fetches the picture later, and only for a contact that has none; it does \
                         not give the address back",
                    ),
                )
            },
        ],
        tags: TagSpec {
            label: "Labels",
            kept_in: None,
            access: Access::ReadOnly("this API shows labels and can not change them"),
            ignore_case: true,
            outside_catalogue: None,
            comma_forbidden: true,
        },
        attributes: AttributeSpec {
            access: Access::NoClear(
                "this API merges attributes and can not remove one; it can be set to null, which stays \
                 stored",
            ),
            untyped: AttributeType::Text,
            empty_removes: false,
            texts_only: false,
            removal_note: None,
            undefined_note: None,
            has_definitions: false,
            max_chars: None,
            new_name_guard: None,
        },
        flags: vec![
            FlagSpec {
                flag: Flag::Optin,
                access: Access::Absent("Chatwoot has no opt-in field; use a checkbox attribute"),
                caution: None,
            },
            FlagSpec {
                flag: Flag::Blocked,
                access: Access::ReadOnly("this API shows it and can not change it"),
                caution: None,
            },
        ],
        id: IdRule::SourceId,
        listed_by: None,
        revalidates: &[],
    }
}

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct ChatwootPublic;

impl Codec for ChatwootPublic {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn table(&self, _: &Context) -> FieldTable {
        table()
    }

    /// The inbox, read as a list without contacts: an API without a list has no other page. Whether it is
    /// there tells an unknown contact from an unknown inbox.
    fn page(&self, context: &Context, _: Option<&Cursor>) -> Call {
        call::inbox(context, Purpose::Page)
    }

    fn read(&self, context: &Context, target: Target<'_>) -> Result<Reading, Unsupported> {
        call::read(context, target).map(|call| Reading::Calls(vec![call]))
    }

    fn glance(&self, context: &Context, target: Target<'_>) -> Option<Result<Call, Unsupported>> {
        Some(call::glance(context, target))
    }

    fn update(
        &self,
        context: &Context,
        fresh: &Contact,
        patch: &Patch,
    ) -> Result<Vec<Call>, Unsupported> {
        call::update(context, fresh, patch)
    }

    fn definitions(&self, _: &Context) -> Option<Call> {
        None
    }

    fn catalogue(&self, _: &Context) -> Option<Call> {
        None
    }

    fn tagged(&self, _: &Context, _: &str, _: Option<&Cursor>) -> Option<Call> {
        None
    }

    fn about(&self, context: &Context) -> Vec<Call> {
        call::about(context)
    }

    fn decode(
        &self,
        context: &Context,
        call: &Call,
        response: &HttpResponse,
    ) -> Result<Reply, DecodeError> {
        map::reply(context, call, response)
    }

    fn web_page(&self, _: &Context, _: &ContactId) -> Option<String> {
        None
    }
}
