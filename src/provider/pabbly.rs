//! Pabbly Chatflow (`/api/v1`): facts, field table, verdicts, and the codec that ties its parts together.
//!
//! `call` makes requests, `find` asks its list for what a filter asks, `wire` reads the JSON that comes back (envelopes, totals, error texts), `map`
//! goes between that JSON and contacts. The vendor's pages leave much open; what is inferred rather than
//! documented is said where it is relied on. Create and delete are not here: cardex does not use them.

use serde_json::Value;

use crate::domain::field::{
    Access, AttributeSpec, Compare, FieldKey, FieldKind, FieldSpec, FieldTable, Flag, FlagSpec,
    IdRule, TagSpec,
};
use crate::domain::{AttributeType, Contact, ContactId, Filter, Patch, ProviderId};
use crate::http::{HttpRequest, HttpResponse};

use super::{
    AuthScheme, Call, Codec, Context, Cursor, DecodeError, Facts, Narrowed, PaceFacts, Page,
    Purpose, Reading, Reply, Target, Unsupported, json_body,
};

pub mod call;
pub mod find;
pub mod map;
pub mod tags;
pub mod wire;

/// The vendor caps a page at this many contacts, whatever `limit` says (page "get contacts").
const PAGE_SIZE: usize = 25;

/// What holds for every Chatflow account. The vendor states no rate ("429 too many" is all), so the
/// pace is the two a second that its fact sheet suggests for bulk work.
pub static FACTS: Facts = Facts {
    id: ProviderId::Pabbly,
    title: "Pabbly Chatflow",
    default_base_url: Some("https://chatflow.pabbly.com/api/v1"),
    page_size: PAGE_SIZE,
    auth: Some(AuthScheme {
        header: "authorization",
        prefix: "Bearer ",
    }),
    pace: PaceFacts {
        per_minute: 120,
        ceiling: 0,
        burst: 5,
        concurrency: 2,
        // The vendor tells neither numbers nor who is counted together.
        shared: false,
    },
    tags_in_list: true,
    numbered_pages: true,
    needs_account_id: false,
    docs: "https://apidocs.pabbly.com/pabbly/chatflow",
};

/// Pabbly Chatflow's API as pure functions.
#[derive(Debug, Clone, Copy)]
pub struct Pabbly;

/// What Chatflow can store, from the table of the vendor's page "update contact".
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
    let (email_access, email_caution) = match map::email_attribute(context) {
        Some(_) => (
            Access::Full,
            Some("kept in the attribute that email_attribute names; emptying it deletes it there"),
        ),
        None => (
            Access::Absent(
                "Chatflow has no e-mail member; name the attribute that holds it as email_attribute",
            ),
            None,
        ),
    };
    let yes_or_no = Access::NoClear("Chatflow takes yes or no; it can not be made unknown again");
    FieldTable {
        fields: vec![
            field(
                FieldKey::Name,
                "Name",
                FieldKind::Text,
                Access::ClearUnsure("what Chatflow does with an emptied name is not documented"),
                None,
            ),
            field(
                FieldKey::Email,
                "E-mail",
                FieldKind::Email,
                email_access,
                email_caution,
            ),
            field(
                FieldKey::Phone,
                "Phone",
                FieldKind::PhoneDigits,
                Access::NoClear("the number is the contact's WhatsApp identity"),
                Some("the number is the contact's WhatsApp identity: messages go to it"),
            ),
            field(
                FieldKey::Identifier,
                "Identifier",
                FieldKind::Text,
                Access::Absent("Chatflow has its own ids only"),
                None,
            ),
            field(
                FieldKey::AvatarUrl,
                "Avatar URL",
                FieldKind::Url,
                Access::Absent("Chatflow keeps no pictures"),
                None,
            ),
        ],
        tags: TagSpec {
            label: "Tags",
            kept_in: None,
            access: Access::Full,
            ignore_case: false,
            outside_catalogue: Some(
                "tags must exist in Chatflow's Settings; others may be refused or dropped",
            ),
            comma_forbidden: false,
        },
        attributes: AttributeSpec {
            access: Access::Full,
            untyped: AttributeType::Text,
            empty_removes: true,
            texts_only: true,
            removal_note: None,
            undefined_note: Some(
                "not on this contact yet: its name must exist in Chatflow's Settings; emptied it is deleted",
            ),
            has_definitions: false,
            max_chars: None,
            new_name_guard: None,
        },
        flags: vec![
            FlagSpec {
                flag: Flag::Optin,
                access: yes_or_no,
                caution: Some("opt-in is consent: say yes only if the contact gave it"),
            },
            FlagSpec {
                flag: Flag::Blocked,
                access: yes_or_no,
                caution: None,
            },
        ],
        id: IdRule::Hex24,
        listed_by: None,
        revalidates: &[],
    }
}

impl Codec for Pabbly {
    fn facts(&self) -> &'static Facts {
        &FACTS
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

    fn narrow(&self, context: &Context, filter: &Filter) -> Option<Narrowed> {
        find::narrow(context, filter)
    }

    fn holders(&self, context: &Context, key: FieldKey, value: &str) -> Option<Cursor> {
        find::holders(context, key, value)
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

    fn catalogue(&self, context: &Context) -> Option<Call> {
        Some(call::catalogue(context))
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
                let root = json_body(response)?;
                let contact = map::contact(context, wire::payload(root), "the contact")?;
                same_contact(&call.request, contact).map(|c| Reply::Contact(Box::new(c)))
            }
            Purpose::Write => written(context, &call.request, response),
            Purpose::Catalogue => {
                let root = json_body(response)?;
                wire::catalogue(wire::payload(root)).map(Reply::Catalogue)
            }
            Purpose::About => about(context, &call.request, response),
            Purpose::Tags => Err(DecodeError(
                "Chatflow tells tags with the contact; there is no call for them alone".into(),
            )),
            Purpose::Definitions => Err(DecodeError(
                "Chatflow has no call that lists attribute definitions".into(),
            )),
            Purpose::WriteTags => Ok(Reply::Nothing),
        }
    }

    fn web_page(&self, _context: &Context, _id: &ContactId) -> Option<String> {
        None
    }
}

/// Reads a page. A contact that can not be read makes the whole page unreadable, by name: a list that
/// left it out in silence would hide it from every bulk plan.
fn page(
    context: &Context,
    request: &HttpRequest,
    response: &HttpResponse,
) -> Result<Page, DecodeError> {
    let root = json_body(response)?;
    let items = wire::contacts(root)?;
    let (number, limit) = (call::page_number(request), call::limit(request));
    let contacts: Vec<Contact> = items
        .iter()
        .enumerate()
        .map(|(i, item)| {
            let place = format!("contact {} of page {number}", i + 1);
            let mut contact = map::contact(context, item, &place)?;
            // The vendor's list example breaks off before `tags`: absence proves nothing here.
            if !wire::has(item, "tags") {
                contact.tags_read = crate::domain::TagsRead::No;
            }
            Ok(contact)
        })
        .collect::<Result<_, DecodeError>>()?;
    // The cap is silent, and nothing says that it is the same everywhere: only an empty page is the end.
    let more = !contacts.is_empty();
    Ok(Page {
        total: wire::total(root, number, limit, contacts.len()),
        next: more.then(|| call::behind(request)),
        contacts,
    })
}

/// Reads the answer to an update. It stands for the contact as stored only when it holds every member
/// that was sent, tags and attributes; whatever shows less has to be read again.
fn written(
    context: &Context,
    request: &HttpRequest,
    response: &HttpResponse,
) -> Result<Reply, DecodeError> {
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Reply::Nothing);
    }
    let root = json_body(response)?;
    let data = wire::payload(root);
    let sent = request.body.as_ref().and_then(Value::as_object);
    let sent = sent.into_iter().flat_map(|body| body.keys());
    // Tags are told as they are, also where additions and removals were sent.
    let sent = sent.filter(|member| !member.starts_with("tagsTo"));
    let mut needed = ["_id", "tags", "attributes"]
        .into_iter()
        .chain(sent.map(String::as_str));
    if !needed.all(|member| wire::has(data, member)) {
        return Ok(Reply::Nothing);
    }
    let contact = map::contact(context, data, "the contact")?;
    same_contact(request, contact).map(|c| Reply::Contact(Box::new(c)))
}

/// The first page of one contact: what an accepted key looks like, since v1 has no call about itself.
fn about(
    context: &Context,
    request: &HttpRequest,
    response: &HttpResponse,
) -> Result<Reply, DecodeError> {
    let first = page(context, request, response)?;
    let root = json_body(response)?;
    let shape = wire::envelope(root);
    let total = first.total.map_or_else(
        || "The API does not tell how many contacts there are.".to_string(),
        |n| format!("Contacts in all: {n}."),
    );
    Ok(Reply::About(vec![
        "The key was accepted.".to_string(),
        format!("The contact list answers with {shape}."),
        total,
    ]))
}

/// Refuses an answer about somebody else: verifying against it would prove nothing.
fn same_contact(request: &HttpRequest, contact: Contact) -> Result<Contact, DecodeError> {
    let path = request.url.split('?').next().unwrap_or_default();
    let asked = path.rsplit('/').next().unwrap_or_default();
    if contact.id.as_str().eq_ignore_ascii_case(asked) {
        return Ok(contact);
    }
    Err(DecodeError(format!(
        "contact {asked} was asked for, contact {} came",
        contact.id
    )))
}

#[cfg(test)]
mod tests;
