//! One switch for each thing that RevyOps' documents leave open or contradict each other in, so that a
//! client can be shown to cope with either reading. The choices are in `choices`; defaults are the most
//! plausible readings, and among equals the sterner one.

use super::choices::{
    AbsentValue, Auth, BadRequest, Create, CustomFields, Delete, Digits, EmptyList, EmptyText,
    EmptyValue, Envelope, Foreign, KeyStatus, MasterHeader, Match, Member, NoCompany, NoText,
    NullValue, OverMax, PastEnd, Prefix, Schema, Sent, Shape, SortBy, Status, Times,
    UnknownCompany, Unresolved, Written,
};
use super::route::API;
use crate::sandbox::spec::{self, Help, Switch};

/// Every switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirks {
    /// How a request proves who sends it.
    pub auth: Auth,
    /// The name of the header that carries the key; `x-api-key` where `None`.
    pub header: Option<String>,
    /// The header that carries the master key.
    pub master: MasterHeader,
    /// The status of a missing or wrong key.
    pub bad_key: KeyStatus,
    /// The answer for a contact or company of another client.
    pub foreign: Foreign,
    /// What stands before `/public`.
    pub prefix: Prefix,
    /// The form of a page of a v2 list.
    pub envelope: Envelope,
    /// The form of a list without contacts.
    pub empty: EmptyList,
    /// The answer for a page past the end.
    pub past_end: PastEnd,
    /// The origin that `next` and `previous` name, such as `https://app.revyops.com`; the one that was
    /// asked where `None`. Links to another origin do not carry `client_id`.
    pub next_origin: Option<String>,
    /// Contacts on a page where `page_size` is not given.
    pub default_size: u64,
    /// Contacts on a page at most.
    pub max_size: u64,
    /// What happens to a larger `page_size`.
    pub over_max: OverMax,
    /// The order of lists.
    pub order: SortBy,
    /// How the filters compare.
    pub filter: Match,
    /// The type of the custom fields in v2 list and get.
    pub fields_shape: Shape,
    /// The member that they stand under in v2 list and get.
    pub fields_member: Member,
    /// Whether a contact without custom fields has the member, in v2 list and get.
    pub fields_empty: CustomFields,
    /// Custom fields that an update does not name.
    pub fields_sent: Sent,
    /// `field_value: null`.
    pub null_value: NullValue,
    /// `field_value: ""`.
    pub empty_value: EmptyValue,
    /// `field_name` without `field_value`.
    pub absent_value: AbsentValue,
    /// A field name that no contact has yet.
    pub schema: Schema,
    /// A domain for `company_id` that belongs to no company.
    pub unresolved: Unresolved,
    /// A number for `company_id` that belongs to no company.
    pub unknown_company: UnknownCompany,
    /// A text of digits for `company_id`.
    pub digits: Digits,
    /// The body of a 400.
    pub bad_request: BadRequest,
    /// The form of timestamps.
    pub times: Times,
    /// How much of the contact an update answers.
    pub written: Written,
    /// How a contact without a company is shown.
    pub no_company: NoCompany,
    /// How a contact without e-mail, LinkedIn URL or status is shown.
    pub no_text: NoText,
    /// `""` for a standard member.
    pub empty_text: EmptyText,
    /// Characters in a standard member at most; 0 for any number.
    pub text_limit: u64,
    /// Which statuses there are.
    pub status: Status,
    /// What a new contact needs.
    pub create: Create,
    /// The answer to a deletion.
    pub delete: Delete,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            auth: Auth::Header,
            header: None,
            master: MasterHeader::Same,
            bad_key: KeyStatus::Forbidden,
            foreign: Foreign::Unauthorized,
            prefix: Prefix::Optional,
            envelope: Envelope::Pages,
            empty: EmptyList::Page,
            past_end: PastEnd::NotFound,
            next_origin: None,
            default_size: 100,
            max_size: 100,
            over_max: OverMax::Cap,
            order: SortBy::Id,
            filter: Match::Exact,
            fields_shape: Shape::Array,
            fields_member: Member::Plain,
            fields_empty: CustomFields::Present,
            fields_sent: Sent::Merge,
            null_value: NullValue::Delete,
            empty_value: EmptyValue::Store,
            absent_value: AbsentValue::Ignore,
            schema: Schema::Flexible,
            unresolved: Unresolved::BadRequest,
            unknown_company: UnknownCompany::NotFound,
            digits: Digits::Domain,
            bad_request: BadRequest::Detail,
            times: Times::Zulu,
            written: Written::Full,
            no_company: NoCompany::Absent,
            no_text: NoText::Absent,
            empty_text: EmptyText::Store,
            text_limit: 0,
            status: Status::Free,
            create: Create::Anything,
            delete: Delete::NoContent,
        }
    }
}

impl Quirks {
    /// Reads `KEY=VALUE,KEY=VALUE` over the defaults.
    ///
    /// # Errors
    /// Names the key, the value and what is allowed.
    pub fn parse(spec: &str) -> Result<Self, String> {
        spec::parse(&switches(), spec)
    }

    /// The switches for a command line's help.
    pub fn help() -> Vec<Help> {
        switches().into_iter().map(|switch| switch.help).collect()
    }

    /// The path that `/public` stands under, as an account's address has it.
    pub fn path(&self) -> &'static str {
        match self.prefix {
            Prefix::Optional | Prefix::Api => API,
            Prefix::Absent => "",
        }
    }

    /// The name of the header that carries the key.
    pub fn header_name(&self) -> &str {
        self.header.as_deref().unwrap_or("x-api-key")
    }
}

fn switches() -> Vec<Switch<Quirks>> {
    let mut all = access();
    all.extend(lists());
    all.extend(custom_fields());
    all.extend(members());
    all
}

fn access() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice("auth", "how a request proves who sends it", |q| &mut q.auth),
        Switch::text(
            "header",
            "a header's name; x-api-key where empty",
            "the header that carries the key",
            |q| &mut q.header,
        ),
        Switch::choice("master", "the header that carries the master key", |q| {
            &mut q.master
        }),
        Switch::choice("bad_key", "the status of a missing or wrong key", |q| {
            &mut q.bad_key
        }),
        Switch::choice(
            "foreign",
            "the status of a contact or company of another client",
            |q| &mut q.foreign,
        ),
        Switch::choice("prefix", "what stands before /public", |q| &mut q.prefix),
    ]
}

fn lists() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice("envelope", "the form of a page of a v2 list", |q| {
            &mut q.envelope
        }),
        Switch::choice("empty", "the form of a list without contacts", |q| {
            &mut q.empty
        }),
        Switch::choice("past_end", "the answer for a page past the end", |q| {
            &mut q.past_end
        }),
        Switch::text(
            "next_origin",
            "an origin such as https://app.revyops.com; the one that was asked where empty",
            "the host that `next` and `previous` name",
            |q| &mut q.next_origin,
        ),
        Switch::number(
            "default_size",
            1..=1000,
            "contacts on a page where page_size is not given",
            |q| &mut q.default_size,
        ),
        Switch::number("max_size", 1..=1000, "contacts on a page at most", |q| {
            &mut q.max_size
        }),
        Switch::choice("over_max", "what happens to a larger page_size", |q| {
            &mut q.over_max
        }),
        Switch::choice("order", "the order of lists", |q| &mut q.order),
        Switch::choice("filter", "how the filters compare", |q| &mut q.filter),
    ]
}

fn custom_fields() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice(
            "fields_shape",
            "the type of the custom fields in v2 list and get",
            |q| &mut q.fields_shape,
        ),
        Switch::choice(
            "fields_member",
            "the member that they stand under: contact_custom_fields, \
             contact_custom_fields_input, or text in the one and the array in the other",
            |q| &mut q.fields_member,
        ),
        Switch::choice(
            "fields_empty",
            "whether a contact without custom fields has the member",
            |q| &mut q.fields_empty,
        ),
        Switch::choice(
            "fields_sent",
            "what an update does to the custom fields that it does not name",
            |q| &mut q.fields_sent,
        ),
        Switch::choice("null_value", "what field_value: null does", |q| {
            &mut q.null_value
        }),
        Switch::choice("empty_value", "what field_value: \"\" does", |q| {
            &mut q.empty_value
        }),
        Switch::choice(
            "absent_value",
            "what field_name without field_value does",
            |q| &mut q.absent_value,
        ),
        Switch::choice(
            "schema",
            "what becomes of a field name that no contact has yet",
            |q| &mut q.schema,
        ),
    ]
}

fn members() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice(
            "unresolved",
            "what a domain for company_id does that belongs to no company",
            |q| &mut q.unresolved,
        ),
        Switch::choice(
            "unknown_company",
            "the status of a company_id that does not exist",
            |q| &mut q.unknown_company,
        ),
        Switch::choice(
            "digits",
            "what a text of digits for company_id is taken for",
            |q| &mut q.digits,
        ),
        Switch::choice("bad_request", "the body of a 400", |q| &mut q.bad_request),
        Switch::choice("times", "the form of timestamps", |q| &mut q.times),
        Switch::choice(
            "written",
            "how much of the contact an update answers",
            |q| &mut q.written,
        ),
        Switch::choice(
            "no_company",
            "how a contact without a company is shown",
            |q| &mut q.no_company,
        ),
        Switch::choice(
            "no_text",
            "how a contact without e-mail, LinkedIn URL or status is shown",
            |q| &mut q.no_text,
        ),
        Switch::choice("empty_text", "what \"\" for a standard member does", |q| {
            &mut q.empty_text
        }),
        Switch::number(
            "text_limit",
            0..=100_000,
            "characters in a standard member at most; 0 for any number",
            |q| &mut q.text_limit,
        ),
        Switch::choice("status", "which statuses there are", |q| &mut q.status),
        Switch::choice("create", "what a new contact needs", |q| &mut q.create),
        Switch::choice("delete", "the answer to a deletion", |q| &mut q.delete),
    ]
}
