//! The readings that each switch of [`super::quirks::Quirks`] chooses among, and their words on the command line.

use crate::sandbox::spec::Words;

/// Each choice with its word.
macro_rules! words {
    ($type:ident: $($variant:ident = $word:literal),+) => {
        impl Words for $type {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];
        }
    };
}

/// How a request proves who sends it; one source speaks of a header, another of a query parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// The key in the header.
    Header,
    /// `client_id` in the query.
    ClientId,
    /// Both.
    Both,
    /// At least one of them; what is there must be right.
    Either,
}

words!(Auth: Header = "header", ClientId = "client-id", Both = "both", Either = "either");

/// The header of the master key; the same source names two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterHeader {
    /// The header of the ordinary key.
    Same,
    /// `x-master-api-key`.
    Own,
}

words!(MasterHeader: Same = "same", Own = "x-master-api-key");

/// The status of a missing or wrong key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// 403, as documented.
    Forbidden,
    /// 401.
    Unauthorized,
}

words!(KeyStatus: Forbidden = "403", Unauthorized = "401");

/// The answer for a contact or company of another client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// 401, as documented.
    Unauthorized,
    /// 404.
    NotFound,
}

words!(Foreign: Unauthorized = "401", NotFound = "404");

/// What stands before `/public`; the documents say nothing, every client `/api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// `/api` or nothing.
    Optional,
    /// Nothing; `/api` is unknown.
    Absent,
    /// `/api`; unknown without.
    Api,
}

words!(Prefix: Optional = "optional", Absent = "none", Api = "api");

/// The form of a page of a v2 list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// `count`, `total_pages`, `current_page`, `page_size`, `results`, as the list's page has it.
    Pages,
    /// `count`, `next`, `previous`, `results`, as the introduction has it.
    Links,
    /// All of them.
    Both,
    /// A bare array, as in v1.
    Array,
}

words!(Envelope: Pages = "pages", Links = "links", Both = "both", Array = "array");

/// The form of a list without contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyList {
    /// A page without results, in v1 an empty array.
    Page,
    /// `[]`.
    Array,
    /// `{"status":"No contacts found"}`, as met on the v1 master list.
    Status,
    /// 404, as declared.
    NotFound,
}

words!(EmptyList: Page = "page", Array = "array", Status = "status", NotFound = "404");

/// The answer for a page past the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastEnd {
    /// 404.
    NotFound,
    /// A page without results.
    Empty,
}

words!(PastEnd: NotFound = "404", Empty = "empty");

/// What happens to a `page_size` above the largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverMax {
    /// The largest is taken in silence.
    Cap,
    /// 400.
    Refuse,
}

words!(OverMax: Cap = "cap", Refuse = "400");

/// The order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// By id.
    Id,
    /// By id, the newest first.
    IdDown,
    /// By `updated_time`: a write during paging moves a contact to the end.
    Updated,
    /// By `updated_time`, the latest first: a write during paging moves a contact to the first page.
    UpdatedDown,
}

words!(SortBy: Id = "id", IdDown = "-id", Updated = "updated", UpdatedDown = "-updated");

/// How the filters compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The whole value.
    Exact,
    /// The whole value, whatever its case.
    IgnoreCase,
    /// Anywhere in the value, whatever the case.
    Substring,
}

words!(Match: Exact = "exact", IgnoreCase = "ignore-case", Substring = "substring");

/// The type of the custom fields in v2 list and get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An array of objects.
    Array,
    /// An object keyed by field name, as with `FLAT`.
    Map,
    /// A string that holds the JSON of the array.
    Text,
    /// A string that holds the JSON of the object.
    TextMap,
}

words!(Shape: Array = "array", Map = "map", Text = "json", TextMap = "json-map");

/// The member that custom fields stand under in v2 list and get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// `contact_custom_fields`.
    Plain,
    /// `contact_custom_fields_input`.
    Input,
    /// A string in `contact_custom_fields` and the array in `contact_custom_fields_input`.
    Both,
}

words!(Member: Plain = "plain", Input = "input", Both = "both");

/// Whether a contact without custom fields has the member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomFields {
    /// It is there, empty.
    Present,
    /// It is missing.
    Absent,
}

words!(CustomFields: Present = "present", Absent = "absent");

/// What an update does to the custom fields that it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// They stay.
    Merge,
    /// They vanish.
    Replace,
}

words!(Sent: Merge = "merge", Replace = "replace");

/// What `field_value: null` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullValue {
    /// The field goes.
    Delete,
    /// The value becomes null.
    Null,
    /// The value becomes `""`.
    Empty,
    /// 400.
    Refuse,
}

words!(NullValue: Delete = "delete", Null = "null", Empty = "empty", Refuse = "400");

/// What `field_value: ""` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyValue {
    /// The value becomes `""`.
    Store,
    /// The field goes.
    Delete,
    /// 400.
    Refuse,
}

words!(EmptyValue: Store = "store", Delete = "delete", Refuse = "400");

/// What `field_name` without `field_value` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbsentValue {
    /// Nothing.
    Ignore,
    /// The field goes.
    Delete,
    /// 400.
    Refuse,
}

words!(AbsentValue: Ignore = "ignore", Delete = "delete", Refuse = "400");

/// What becomes of a field name that is not in the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// It is created.
    Flexible,
    /// 400.
    Strict,
    /// It is left out and the answer is a success.
    Drop,
}

words!(Schema: Flexible = "flexible", Strict = "strict", Drop = "drop");

/// What a domain for `company_id` does that belongs to no company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    /// 400.
    BadRequest,
    /// 404.
    NotFound,
    /// It makes a new company.
    Create,
}

words!(Unresolved: BadRequest = "400", NotFound = "404", Create = "create");

/// The status of a `company_id` that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownCompany {
    /// 404.
    NotFound,
    /// 401: it does not belong to this client either.
    Unauthorized,
    /// 400.
    BadRequest,
}

words!(UnknownCompany: NotFound = "404", Unauthorized = "401", BadRequest = "400");

/// What a text of digits for `company_id` is taken for; in a form it is always an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// A domain.
    Domain,
    /// An id.
    Id,
}

words!(Digits: Domain = "domain", Id = "id");

/// The body of a 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRequest {
    /// `{"detail":"…"}`.
    Detail,
    /// `{"email":["…"]}` where a member is to blame.
    Fields,
    /// `{"message":"…"}`.
    Message,
    /// Plain text.
    Text,
    /// Nothing.
    Empty,
}

words!(BadRequest: Detail = "detail", Fields = "fields", Message = "message", Text = "text", Empty = "empty");

/// The form of timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// `2026-01-01T00:00:00.000000Z`.
    Zulu,
    /// With an offset: `2026-01-01T02:00:00.000000+02:00`.
    Offset,
    /// Without a zone: `2026-01-01T00:00:00.000000`.
    Naive,
    /// No ISO 8601: `01/01/2026 00:00`.
    Unreadable,
}

words!(Times: Zulu = "z", Offset = "offset", Naive = "naive", Unreadable = "unreadable");

/// How much of the contact an update answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Every member.
    Full,
    /// Only the members that are declared as always present: no e-mail, LinkedIn URL, company, status and custom fields.
    Required,
}

words!(Written: Full = "full", Required = "required");

/// How a member without a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It is missing.
    Absent,
    /// Null, although the schema denies it.
    Null,
    /// `""`; for a company null, as an id has no empty text.
    Empty,
}

words!(Absence: Absent = "absent", Null = "null", Empty = "empty");

/// What `""` for a standard member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyText {
    /// It is stored.
    Store,
    /// The member has no value afterwards.
    Clear,
    /// 400.
    Refuse,
}

words!(EmptyText: Store = "store", Clear = "clear", Refuse = "400");

/// Which statuses there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Any text.
    Free,
    /// Active, Unsubscribed and Bounced; 400 for others.
    Closed,
    /// Any text, stored in lower case.
    Lower,
}

words!(Status: Free = "free", Closed = "closed", Lower = "lower");

/// What a new contact needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Create {
    /// Nothing.
    Anything,
    /// An e-mail or a LinkedIn URL.
    Identifier,
}

words!(Create: Anything = "anything", Identifier = "identifier");

/// The answer to a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delete {
    /// 204 without a body.
    NoContent,
    /// 200 with a body.
    Ok,
}

words!(Delete: NoContent = "204", Ok = "200");
