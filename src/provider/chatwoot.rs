//! Chatwoot's application API: facts, field table, and the codec over `call`, `map` and `errors`.
//!
//! Known oddities, as recorded from releases 4.3.0 and 4.15.1:
//! - The documented token header `api_access_token` is dropped by nginx; the dashed spelling is the
//!   same header to the application, so that one is sent.
//! - 401 means "no token", "wrong token" and "no right to do this" alike; there is no 403.
//! - Labels are not part of a contact. They are read and replaced, as a whole set, by calls of their own.
//! - A custom attribute is removed by its own call only; `null` and `""` are stored as such.
//! - `identifier: ""` is stored, and the second contact that has it answers 500; null clears.
//! - The list has no order without `sort`, and no tie-break with one.
//! - No contact says when it was last changed, and no write can be made conditional.
//!
//! What is sent stands in `call`, `lists`, `find` and `labels`, what is read in `wire` and `map`, what a status means in
//! `errors`. No request is sent and no token is known here.

use crate::domain::field::{
    Access, AttributeSpec, Compare, FieldKey, FieldKind, FieldSpec, FieldTable, Flag, FlagSpec,
    IdRule, TagSpec,
};
use crate::domain::{AttributeType, Contact, ContactId, Filter, Patch, ProviderId};
use crate::http::HttpResponse;

use super::{
    AuthScheme, Call, Codec, Context, Cursor, DecodeError, Facts, Narrowed, PaceFacts, Reading,
    Reply, Target, Unsupported,
};

pub mod call;
pub mod errors;
pub mod find;
pub mod inboxes;
pub mod labels;
pub mod lists;
pub mod map;
pub mod wire;

/// Longest text that Chatwoot stores in a column, and longest label, in characters.
pub const MAX_CHARS: usize = 255;

/// Chatwoot's facts.
///
/// The server allows 3000 requests a minute and client address, for everything that comes from there:
/// behind an office's proxy that is every dashboard of every colleague. It sends no Retry-After, so
/// overdrawing costs everybody the rest of the minute. 240 a minute takes 8 % of it and still tags four
/// contacts a second; four at a time keeps a small self-hosted server answering its agents.
pub static FACTS: Facts = Facts {
    id: ProviderId::Chatwoot,
    title: "Chatwoot",
    default_base_url: Some("https://app.chatwoot.com"),
    page_size: 15,
    auth: Some(AuthScheme {
        header: "api-access-token",
        prefix: "",
    }),
    pace: PaceFacts {
        per_minute: 240,
        // `RACK_ATTACK_LIMIT`, which an installation may have changed.
        ceiling: 3_000,
        burst: 10,
        concurrency: 4,
        // The vendor counts by the address that its server sees: a whole office may have one.
        shared: true,
    },
    tags_in_list: false,
    numbered_pages: true,
    needs_account_id: true,
    docs: "https://developers.chatwoot.com/api-reference/introduction",
};

/// What Chatwoot can store about a contact.
pub fn table() -> FieldTable {
    let field = |key, label, kind| FieldSpec {
        key,
        label,
        access: Access::Full,
        kind,
        max_chars: Some(MAX_CHARS),
        compare: Compare::Exact,
        caution: None,
        guard: None,
        offers_seen: false,
    };
    FieldTable {
        fields: vec![
            field(FieldKey::Name, "Name", FieldKind::Text),
            FieldSpec {
                compare: Compare::IgnoreCase,
                ..field(FieldKey::Email, "E-mail", FieldKind::Email)
            },
            field(FieldKey::Phone, "Phone", FieldKind::PhoneE164),
            field(FieldKey::Identifier, "Identifier", FieldKind::Text),
            FieldSpec {
                access: Access::WriteOnly(
                    "Chatwoot fetches the picture later and does not give the address back",
                ),
                max_chars: None,
                ..field(FieldKey::AvatarUrl, "Avatar URL", FieldKind::Url)
            },
        ],
        tags: TagSpec {
            label: "Labels",
            kept_in: None,
            access: Access::Full,
            ignore_case: true,
            outside_catalogue: Some(
                "not a label of this account: Chatwoot's dashboard does not show it, and drops it \
                 when an agent changes the labels there; only an administrator can create labels",
            ),
            comma_forbidden: true,
        },
        attributes: AttributeSpec {
            access: Access::Full,
            untyped: AttributeType::Text,
            empty_removes: false,
            texts_only: false,
            removal_note: None,
            undefined_note: Some(
                "not defined in this account: Chatwoot stores it, but its dashboard does not show it",
            ),
            has_definitions: true,
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
                access: Access::NoClear("in Chatwoot a contact is blocked or it is not"),
                caution: Some(
                    "new conversations of a blocked contact are created resolved, and agents are \
                     told of mentions only",
                ),
            },
        ],
        id: IdRule::Integer,
        // Chatwoot saves the whole record, label changes included (`labelable.rb`).
        revalidates: &[FieldKey::Name, FieldKey::Email, FieldKey::Phone],
        listed_by: Some((
            &[FieldKey::Email, FieldKey::Phone, FieldKey::Identifier],
            "without e-mail, phone and identifier Chatwoot no longer lists this contact; \
             it still exists, and `cardex show ID` finds it",
        )),
    }
}

/// The codec.
#[derive(Debug, Clone, Copy)]
pub struct Chatwoot;

impl Codec for Chatwoot {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn table(&self, _: &Context) -> FieldTable {
        table()
    }

    fn page(&self, context: &Context, cursor: Option<&Cursor>) -> Call {
        lists::page(context, cursor)
    }

    fn read(&self, context: &Context, target: Target<'_>) -> Result<Reading, Unsupported> {
        call::read(context, target.id).map(Reading::Calls)
    }

    fn narrow(&self, _: &Context, filter: &Filter) -> Option<Narrowed> {
        find::narrow(filter)
    }

    fn holders(&self, _: &Context, key: FieldKey, value: &str) -> Option<Cursor> {
        find::holders(key, value)
    }

    fn update(
        &self,
        context: &Context,
        fresh: &Contact,
        patch: &Patch,
    ) -> Result<Vec<Call>, Unsupported> {
        call::update(context, fresh, patch)
    }

    fn definitions(&self, context: &Context) -> Option<Call> {
        Some(call::definitions(context))
    }

    fn catalogue(&self, context: &Context) -> Option<Call> {
        Some(call::catalogue(context))
    }

    fn tagged(&self, context: &Context, tag: &str, cursor: Option<&Cursor>) -> Option<Call> {
        lists::tagged(context, tag, cursor)
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

    fn web_page(&self, context: &Context, id: &ContactId) -> Option<String> {
        IdRule::Integer.check(id.as_str()).ok()?;
        let (base, account) = (call::base(context), context.account_id?);
        Some(format!("{base}/app/accounts/{account}/contacts/{id}"))
    }
}

#[cfg(test)]
mod tests;
