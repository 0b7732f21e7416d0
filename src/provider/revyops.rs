//! RevyOps' public API for contacts, version 2: facts, field table, and the codec that ties its parts together.
//!
//! `call` makes requests, `wire` reads the envelopes that come back, `fields` the custom fields in them, `map`
//! goes between that JSON and contacts. How failures are worded stands in `errors`; what they mean, in the
//! table of `provider::taxonomy`. The vendor's pages contradict each other in places; what is inferred rather
//! than documented is said where it is relied on.
//!
//! Not here: creating and deleting contacts, and deleting a custom field for good, which only version 1 can
//! (`DELETE …/custom-fields/{id}`). Removing a field sends a null for it and looks at what became of it.

use serde_json::Value;

use crate::domain::field::{
    Access, AttributeSpec, Compare, FieldKey, FieldKind, FieldSpec, FieldTable, Flag, FlagSpec,
    IdRule, TagPlace, TagSpec,
};
use crate::domain::filter::{Asks, Part};
use crate::domain::{AttributeType, Contact, ContactId, Filter, Guard, Patch, ProviderId};
use crate::http::{HttpRequest, HttpResponse};

use super::{
    AuthScheme, Call, Codec, Context, Cursor, DecodeError, Facts, Narrowed, PaceFacts, Page,
    Purpose, Reading, Reply, Target, Unsupported, json_body,
};

pub mod call;
pub mod errors;
pub mod fields;
pub mod map;
pub mod wire;

/// The largest page that all of the vendor's pages allow (the introduction alone speaks of 1000).
const PAGE_SIZE: usize = 100;

/// Where the API answers: by the vendor's introduction, and as its users call it.
const ADDRESSES: [&str; 2] = ["https://api.revyops.com", "https://app.revyops.com/api"];

/// Why there are no tags.
const NO_TAGS: &str =
    "RevyOps has no tags; name the custom field that is to keep them as tags_attribute";

/// What holds for every RevyOps account. The introduction asks for fewer than 10 requests a second of all who
/// use one client, so that half of it is left to others.
pub static FACTS: Facts = Facts {
    id: ProviderId::RevyOps,
    title: "RevyOps",
    default_base_url: None,
    page_size: PAGE_SIZE,
    auth: Some(AuthScheme {
        header: "x-api-key",
        prefix: "",
    }),
    pace: PaceFacts {
        per_minute: 300,
        ceiling: 300,
        burst: 4,
        concurrency: 2,
        // Ten a second "per client".
        shared: false,
    },
    tags_in_list: true,
    numbered_pages: true,
    needs_account_id: false,
    docs: "https://docs.revyops.com/api-reference/introduction",
};

/// RevyOps' API as pure functions.
#[derive(Debug, Clone, Copy)]
pub struct RevyOps;

/// What RevyOps can store (page "update contact").
pub fn table(context: &Context) -> FieldTable {
    let emptied = "what RevyOps does with an emptied member is not documented; it is read back";
    let field = |key, label, kind| FieldSpec {
        key,
        label,
        access: Access::ClearUnsure(emptied),
        kind,
        max_chars: None,
        compare: Compare::Exact,
        caution: None,
        guard: None,
        offers_seen: false,
    };
    let absent = |key, label, why| FieldSpec {
        access: Access::Absent(why),
        caution: None,
        ..field(key, label, FieldKind::Text)
    };
    let unique =
        Some("no two contacts of a client may have the same; RevyOps tells them apart by it");
    let flag = |flag| FlagSpec {
        flag,
        access: Access::Absent(map::no_flag(flag)),
        caution: None,
    };
    FieldTable {
        fields: vec![
            field(FieldKey::FirstName, "First name", FieldKind::Text),
            field(FieldKey::LastName, "Last name", FieldKind::Text),
            FieldSpec {
                caution: unique,
                ..field(FieldKey::Email, "E-mail", FieldKind::Email)
            },
            FieldSpec {
                caution: unique,
                // No form is declared, and profiles are stored without https:// as well.
                ..field(FieldKey::LinkedinUrl, "LinkedIn URL", FieldKind::Text)
            },
            FieldSpec {
                access: Access::ClearUnsure("the contact belongs to no company any more"),
                compare: Compare::Resolved,
                caution: Some(
                    "RevyOps looks a domain up; what it does with one that no company has is not documented",
                ),
                ..field(FieldKey::CompanyId, "Company", FieldKind::Company)
            },
            FieldSpec {
                offers_seen: true,
                ..field(FieldKey::ContactStatus, "Status", FieldKind::Text)
            },
            field(FieldKey::Origin, "Origin", FieldKind::Text),
            absent(
                FieldKey::Name,
                "Name",
                "RevyOps keeps first and last name apart; set first_name and last_name",
            ),
            absent(
                FieldKey::Phone,
                "Phone",
                "RevyOps' API has no telephone number, though its own screens show one",
            ),
            absent(
                FieldKey::Identifier,
                "Identifier",
                "RevyOps has its own ids only; keep yours in a custom field",
            ),
            absent(
                FieldKey::AvatarUrl,
                "Avatar URL",
                "RevyOps' API has no pictures",
            ),
        ],
        tags: TagSpec {
            label: "Tags",
            kept_in: map::tags_attribute(context).map(|name| TagPlace {
                kind: "custom field",
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
            removal_note: Some(
                "RevyOps is sent a null: the field may go, or stay without a value; it is read back",
            ),
            undefined_note: Some("not on this contact yet: names count letter for letter here"),
            has_definitions: false,
            max_chars: Some(map::LONGEST),
            new_name_guard: Some((
                Guard::NewField,
                "no loaded contact has a custom field of this name: RevyOps creates one for the whole \
                 account, or refuses it, by the account's schema settings",
            )),
        },
        flags: Flag::ALL.map(flag).to_vec(),
        id: IdRule::Integer,
        listed_by: None,
        revalidates: &[],
    }
}

impl Codec for RevyOps {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn addresses(&self) -> &'static [&'static str] {
        &ADDRESSES
    }

    fn table(&self, context: &Context) -> FieldTable {
        table(context)
    }

    fn page(&self, context: &Context, cursor: Option<&Cursor>) -> Call {
        call::page(context, PAGE_SIZE, cursor, Purpose::Page)
    }

    fn read(&self, context: &Context, target: Target<'_>) -> Result<Reading, Unsupported> {
        Ok(Reading::Calls(vec![call::read(context, target.id)?]))
    }

    /// By e-mail and names. Whether a filter compares whole values or parts of them, and how it takes case, is
    /// not documented: what it finds is a beginning.
    fn narrow(&self, _context: &Context, filter: &Filter) -> Option<Narrowed> {
        let mut filters: Vec<(&str, &str)> = Vec::new();
        for part in filter.parts() {
            let Part {
                negated: false,
                asks: Asks::Field(key, text),
            } = part
            else {
                continue;
            };
            let Some(name) = filter_name(key) else {
                continue;
            };
            if !text.trim().is_empty() && filters.iter().all(|(n, _)| *n != name) {
                filters.push((name, text));
            }
        }
        (!filters.is_empty()).then(|| Narrowed {
            start: call::filtered(&filters),
            whole: false,
        })
    }

    /// A LinkedIn URL is a filter of the list of version 1 alone.
    fn holders(&self, _context: &Context, key: FieldKey, value: &str) -> Option<Cursor> {
        match key {
            _ if value.trim().is_empty() => None,
            FieldKey::Email => Some(call::filtered(&[("email", value)])),
            FieldKey::LinkedinUrl => Some(call::by_linkedin(value)),
            _ => None,
        }
    }

    fn update(
        &self,
        context: &Context,
        fresh: &Contact,
        patch: &Patch,
    ) -> Result<Vec<Call>, Unsupported> {
        let body = map::update_body(context, fresh, patch)?;
        if body.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![call::update(context, &fresh.id, body)?])
    }

    fn definitions(&self, _context: &Context) -> Option<Call> {
        None
    }

    fn catalogue(&self, _context: &Context) -> Option<Call> {
        None
    }

    fn tagged(&self, _context: &Context, _tag: &str, _cursor: Option<&Cursor>) -> Option<Call> {
        None
    }

    fn about(&self, context: &Context) -> Vec<Call> {
        vec![call::page(context, 1, None, Purpose::About)]
    }

    fn decode(
        &self,
        context: &Context,
        call: &Call,
        response: &HttpResponse,
    ) -> Result<Reply, DecodeError> {
        match &call.purpose {
            Purpose::Page | Purpose::Tagged(_) => {
                page(context, &call.request, response).map(Reply::Page)
            }
            Purpose::Contact => {
                let contact = map::contact(context, json_body(response)?, "the contact")?;
                same_contact(&call.request, contact).map(|c| Reply::Contact(Box::new(c)))
            }
            Purpose::Write => written(context, &call.request, response),
            Purpose::About => about(&call.request, response),
            Purpose::Tags => Err(DecodeError(
                "RevyOps tells custom fields with the contact; there is no call for tags".into(),
            )),
            Purpose::Definitions | Purpose::Catalogue => Err(DecodeError(
                "RevyOps has no call that lists the fields of its schema".into(),
            )),
            Purpose::WriteTags => Ok(Reply::Nothing),
        }
    }

    fn web_page(&self, _context: &Context, _id: &ContactId) -> Option<String> {
        None
    }
}

/// The list's filter for a field: its names have no underscore.
fn filter_name(key: FieldKey) -> Option<&'static str> {
    match key {
        FieldKey::Email => Some("email"),
        FieldKey::FirstName => Some("firstname"),
        FieldKey::LastName => Some("lastname"),
        _ => None,
    }
}

/// Reads a page. A contact that can not be read makes the whole page unreadable, by name: a list that
/// left it out in silence would hide it from every bulk plan. The order is not documented, so that a contact
/// may come again; it is counted once.
fn page(
    context: &Context,
    request: &HttpRequest,
    response: &HttpResponse,
) -> Result<Page, DecodeError> {
    let listed = wire::listed(request, response)?;
    let number = call::page_number(request);
    let mut contacts: Vec<Contact> = Vec::with_capacity(listed.contacts.len());
    for (i, item) in listed.contacts.iter().enumerate() {
        let place = format!("contact {} of page {number}", i + 1);
        contacts.push(map::listed(context, item, &place)?);
    }
    Ok(Page {
        total: listed.total,
        next: listed.next.map(|n| call::later(request, n)),
        contacts,
    })
}

/// Reads the answer to an update. Members may be missing in it that the contact has: it stands for the contact
/// as stored only when it holds every member that was sent, and the custom fields; else it is read again.
fn written(
    context: &Context,
    request: &HttpRequest,
    response: &HttpResponse,
) -> Result<Reply, DecodeError> {
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Reply::Nothing);
    }
    let root = json_body(response)?;
    let sent = request.body.as_ref().and_then(Value::as_object);
    let mut sent = sent.into_iter().flat_map(|body| body.keys());
    let has = |member: &str| root.get(member).is_some();
    let fields = has(fields::MEMBER) || has(fields::INPUT);
    let whole = has("id") && fields && sent.all(|m| m == fields::MEMBER || has(m));
    if !whole {
        return Ok(Reply::Nothing);
    }
    let contact = map::contact(context, root, "the contact")?;
    same_contact(request, contact).map(|c| Reply::Contact(Box::new(c)))
}

/// What the first page of one contact tells about the account: no call tells more.
fn about(request: &HttpRequest, response: &HttpResponse) -> Result<Reply, DecodeError> {
    let listed = wire::listed(request, response)?;
    let first = listed.contacts.first().and_then(Value::as_object);
    let mut lines = vec![
        "The sign-in was accepted for reading. RevyOps does not tell beforehand whether it may write."
            .to_string(),
        format!("The contact list answers with {}.", listed.form),
    ];
    if let Some(form) = first.and_then(fields::form) {
        lines.push(format!("Custom fields come as {form}."));
    }
    lines.push(match listed.total {
        Some(n) => format!("Contacts in all: {n}."),
        None if listed.contacts.is_empty() => "There are no contacts.".into(),
        None => "The API does not tell how many contacts there are.".into(),
    });
    Ok(Reply::About(lines))
}

/// Refuses an answer about somebody else: verifying against it would prove nothing.
fn same_contact(request: &HttpRequest, contact: Contact) -> Result<Contact, DecodeError> {
    let asked = call::addressed(request);
    if contact.id.as_str() == asked {
        return Ok(contact);
    }
    Err(DecodeError(format!(
        "contact {asked} was asked for, contact {} came",
        contact.id
    )))
}

#[cfg(test)]
mod tests;
