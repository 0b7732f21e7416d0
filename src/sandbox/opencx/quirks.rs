//! One switch for each thing that OpenCX's documents leave open or contradict each other about, so that a
//! client can be shown to cope with either reading. Defaults are the most plausible ones.
//!
//! How the switches are written on a command line is in `switches`.

mod switches;

pub use crate::sandbox::rate::{RetryAfter, Shape};

/// The order of listed contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The newest record first.
    CreatedDescending,
    /// The oldest record first.
    CreatedAscending,
    /// The last changed first: a write during paging moves contacts to pages already read.
    UpdatedDescending,
    /// By id, which tells nobody anything, but the same in every listing.
    Random,
}

/// How a listing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The last page's `next` is null, as documented.
    Null,
    /// The last page's `next` is the empty string.
    EmptyString,
    /// The last page has a `next`, which leads to a page without contacts and a null `next`.
    ExtraPage,
    /// The last page has a `next`, which leads to a page without contacts and itself as `next`.
    RepeatedCursor,
}

/// What goes wrong between two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Nothing.
    Plain,
    /// Once, after the first page, a page without contacts and with a `next` that leads on.
    EmptyPage,
    /// From the second page on, `next` is the cursor that was sent: the rest is out of reach.
    Stuck,
    /// Each page begins with the last contact of the page before.
    DuplicateRow,
}

/// What `custom_data` in an update does to the keys that it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomData {
    /// They stay.
    Merge,
    /// They vanish.
    Replace,
}

/// The body of a successful update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// None.
    Empty,
    /// The contact as listed.
    Contact,
    /// `{"contact": …}`.
    Wrapped,
    /// `{"data": …}`.
    Data,
}

/// What becomes of `""` for name and phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// It is stored.
    Stored,
    /// It is stored as null.
    Null,
    /// What was there stays, and the answer is a success.
    Ignored,
    /// The request is refused.
    Refused,
}

/// What answers an update or deletion of a contact that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// 404.
    NotFound,
    /// 400.
    BadRequest,
    /// 500, the only error that the documents declare.
    Crash,
    /// 200: nothing happens.
    Success,
}

/// What becomes of an e-mail address or telephone number that another contact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Both have it.
    Allowed,
    /// 400.
    BadRequest,
    /// 409.
    Conflict,
    /// 422.
    Unprocessable,
}

/// The type of `message` in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// A string, as documented.
    Text,
    /// An array of strings, as the framework behind the error's shape has it.
    List,
}

/// How much of an error's body there is; every member is optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorBody {
    /// `{"statusCode": …, "message": …, "error": …}`.
    Full,
    /// `{"message": …}`.
    Message,
    /// `{}`.
    Bare,
    /// No body.
    Nothing,
}

/// What the CDN in front answers with pages of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cdn {
    /// Nothing.
    Off,
    /// Every error of the API is replaced by an HTML page with the same status.
    Errors,
    /// Every request is refused with 403 and an HTML page, whatever the key.
    Challenge,
}

/// What becomes of an update without the `contact` member, such as a flat one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flat {
    /// 400.
    Refused,
    /// 200: nothing happens.
    Ignored,
}

/// What becomes of members that the documents do not name, such as `phone_number` in an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// They are dropped, and the answer is a success.
    Dropped,
    /// The request is refused.
    Refused,
}

/// What the key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scopes {
    /// Everything.
    Full,
    /// Every `:read` scope.
    ReadOnly,
    /// `contacts:read` and `contacts:write` alone.
    ContactsOnly,
    /// Nothing: a valid key from the wrong address, say.
    Nothing,
}

/// The scope that search wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchScope {
    /// `chat-sessions:read`, as its path suggests.
    ChatSessions,
    /// `contacts:read`.
    Contacts,
}

/// How a search result shows a member that the contact has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// As null.
    Null,
    /// Not at all.
    Absent,
    /// As the empty string.
    Empty,
}

/// How exact the stored times are. Shown and compared is what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Whole seconds, the rest cut off: `2025-01-01T00:00:00Z`.
    Second,
    /// Milliseconds: `2025-01-01T00:00:00.123Z`.
    Millisecond,
}

/// Whether a time equal to a filter's passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    /// It does not.
    Exclusive,
    /// It does.
    Inclusive,
}

/// What the date filters do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filters {
    /// They filter, and a date that can not be read is refused.
    Honoured,
    /// Nothing: the API of 2024 did not know them.
    Ignored,
}

/// Every switch; the default is the most plausible reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirks {
    /// Contacts on a page, from 1 on.
    pub page_size: usize,
    /// The order of a listing.
    pub order: Order,
    /// Its end.
    pub end: End,
    /// What goes wrong on the way there.
    pub paging: Paging,
    /// Whether listed contacts have `created_at` and `updated_at`; in 2024 they had not.
    pub timestamps: bool,
    /// How exact these are.
    pub resolution: Resolution,
    /// What the date filters do.
    pub filters: Filters,
    /// Whether they take in their own bound.
    pub bounds: Bounds,
    /// The seconds by which the server's clock is ahead.
    pub clock_skew: i64,
    /// Keys that an update does not name.
    pub custom_data: CustomData,
    /// The body of a successful update.
    pub body: Body,
    /// The effect of empty strings.
    pub blank: Blank,
    /// Whether a phone must be `+` and 7 to 15 digits.
    pub phone_check: bool,
    /// E-mail addresses and telephone numbers that another contact has.
    pub taken: Taken,
    /// Contacts that do not exist.
    pub unknown_contact: Unknown,
    /// Updates without `contact`.
    pub flat_body: Flat,
    /// Members that the documents do not name.
    pub unknown_members: Members,
    /// What the key may do.
    pub scopes: Scopes,
    /// What search wants of a key.
    pub search_scope: SearchScope,
    /// What search shows of members that are not there.
    pub search_missing: Missing,
    /// How many contacts a search finds at most, from 1 on.
    pub search_limit: usize,
    /// The type of an error's `message`.
    pub message: Message,
    /// How much of an error's body there is.
    pub error_body: ErrorBody,
    /// What the CDN answers itself.
    pub cdn: Cdn,
    /// Requests a minute, as the vendor documents 100 of them; 0 for any number, as practice wants it.
    pub limit: u32,
    /// How they are counted.
    pub limit_window: Shape,
    /// Whether a request too many is answered with 503 instead of 429.
    pub limit_503: bool,
    /// What that answer says about coming back.
    pub retry_after: RetryAfter,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            page_size: 50,
            order: Order::CreatedDescending,
            end: End::Null,
            paging: Paging::Plain,
            timestamps: true,
            resolution: Resolution::Second,
            filters: Filters::Honoured,
            bounds: Bounds::Exclusive,
            clock_skew: 0,
            custom_data: CustomData::Merge,
            body: Body::Empty,
            blank: Blank::Stored,
            phone_check: false,
            taken: Taken::Conflict,
            unknown_contact: Unknown::NotFound,
            flat_body: Flat::Refused,
            unknown_members: Members::Dropped,
            scopes: Scopes::Full,
            search_scope: SearchScope::ChatSessions,
            search_missing: Missing::Absent,
            search_limit: 20,
            message: Message::Text,
            error_body: ErrorBody::Full,
            cdn: Cdn::Off,
            limit: 0,
            limit_window: Shape::Window,
            limit_503: false,
            retry_after: RetryAfter::Seconds,
        }
    }
}
