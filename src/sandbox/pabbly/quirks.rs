//! One switch for each thing that Pabbly's documents leave open, so that a client can be shown to
//! cope with either reading. Defaults are the most plausible ones.
//!
//! How the switches are written on a command line is in `switches`.

mod switches;

/// How an answer says that it went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// `{"status":"success","message":…,"data":…}`, as every example shows.
    Status,
    /// `{"success":true,"data":…}`, as the overview shows.
    Success,
}

/// How an answer says that it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// `{"success":false,"error":…}`, as documented.
    Documented,
    /// `{"status":"error","message":…}`, as the vendor's private API does it.
    Private,
}

/// The HTTP status of a refused value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 400.
    BadRequest,
    /// 200 with a failing body: what the vendor's own app is prepared for.
    InsideSuccess,
}

/// Where a list says how many contacts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Nowhere.
    Absent,
    /// `data.totalCount`.
    TotalCount,
    /// `data.total`.
    Total,
    /// `data.count`.
    Count,
    /// `data.pagination.total`.
    Pagination,
}

/// What becomes of a tag or attribute name that Settings does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The whole request is refused.
    Refuse,
    /// The name is left out, the rest is stored.
    Drop,
    /// It is created.
    Create,
}

/// What `attributes` in an update does to the attributes that it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// They stay.
    Merge,
    /// They vanish.
    Replace,
}

/// The type that `tagsToAdd` and `tagsToRemove` want; another type changes nothing and succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delta {
    /// `["a","b"]`.
    Array,
    /// `"a,b"`.
    Comma,
    /// Either.
    Both,
}

/// What counts where an update holds `tags` beside `tagsToAdd` or `tagsToRemove`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precedence {
    /// `tags` alone.
    Tags,
    /// First `tags`, then the deltas on top.
    Both,
    /// Refused.
    Refuse,
}

/// How `GET /settings/tags` and `GET /contacts/lists` answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catalogue {
    /// `data: ["a"]`.
    Strings,
    /// `data: [{"name":"a"}]`.
    Objects,
    /// `data.tags: ["a"]` (for lists `data.lists`).
    Named,
    /// `data.items: [{"name":"a"}]`.
    Items,
    /// `data.tags.items: [{"name":"a"}]` (for lists `data.lists.items`).
    NamedItems,
    /// 404.
    Missing,
}

/// How the list filters `name` and `mobile` compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Anywhere in the value, whatever the case.
    Substring,
    /// The whole value.
    Exact,
}

/// What several tags in the list filter mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Several {
    /// At least one of them.
    Any,
    /// Each of them.
    All,
}

/// The member that lists are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// `createdAt`.
    Created,
    /// `updatedAt`: a write during paging moves contacts between pages.
    Updated,
}

/// What happens to `/contacts` and `/contacts/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slash {
    /// Both are served.
    Either,
    /// The one without is redirected (301) to the one with a slash.
    Add,
    /// The one with is redirected (301) to the one without.
    Remove,
}

/// What `onDuplicate=overwrite` does to the members that it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// They are emptied.
    Wipe,
    /// They stay.
    Merge,
}

/// Every switch; the default is the most plausible reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirks {
    /// The form of a success.
    pub envelope: Envelope,
    /// The form of a failure.
    pub failure: Failure,
    /// The status of a refused value.
    pub refusal: Refusal,
    /// Where the total is.
    pub total: Total,
    /// Whether a list's `data` is the array itself. There is no room for a total then, except
    /// beside it: `totalCount` where [`Total`] is not absent.
    pub data_is_array: bool,
    /// Tags that Settings does not know.
    pub unknown_tag: Unknown,
    /// Attributes that Settings does not know.
    pub unknown_attribute: Unknown,
    /// Attributes that an update does not name.
    pub attributes: Sent,
    /// The type of `tagsToAdd` and `tagsToRemove`.
    pub delta: Delta,
    /// `tags` beside deltas.
    pub precedence: Precedence,
    /// The form of `GET /settings/tags`.
    pub tag_catalogue: Catalogue,
    /// The form of `GET /contacts/lists`.
    pub list_catalogue: Catalogue,
    /// Whether a `mobile` that another contact has is refused.
    pub unique_mobile: bool,
    /// Whether an attribute value of blanks only is removed like an empty one.
    pub blank_removes: bool,
    /// Whether an empty `name` is refused.
    pub name_required: bool,
    /// Whether wrong types, attribute `_id`s and unreadable filter values are refused. Otherwise
    /// they are ignored and the answer is a success.
    pub strict: bool,
    /// Comparison of `name` and `mobile` filters.
    pub matching: Match,
    /// Meaning of several tags in a filter.
    pub several_tags: Several,
    /// What lists are sorted by.
    pub sort_by: SortBy,
    /// Trailing slashes.
    pub slash: Slash,
    /// The origin that a slash redirect leads to, such as `http://127.0.0.1:9`; the same one where
    /// `None`.
    pub redirect_origin: Option<String>,
    /// What overwriting by create does.
    pub overwrite: Overwrite,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            envelope: Envelope::Status,
            failure: Failure::Documented,
            refusal: Refusal::BadRequest,
            total: Total::Absent,
            data_is_array: false,
            unknown_tag: Unknown::Refuse,
            unknown_attribute: Unknown::Refuse,
            attributes: Sent::Merge,
            delta: Delta::Array,
            precedence: Precedence::Tags,
            tag_catalogue: Catalogue::Objects,
            list_catalogue: Catalogue::Objects,
            unique_mobile: true,
            blank_removes: false,
            name_required: false,
            strict: true,
            matching: Match::Substring,
            several_tags: Several::Any,
            sort_by: SortBy::Created,
            slash: Slash::Either,
            redirect_origin: None,
            overwrite: Overwrite::Wipe,
        }
    }
}
