//! The words of OpenCX's switches: `custom_data=replace,body=empty`.

use super::{
    Blank, Body, Bounds, Cdn, CustomData, End, ErrorBody, Filters, Flat, Members, Message, Missing,
    Order, Paging, Quirks, Resolution, Scopes, SearchScope, Taken, Unknown,
};
use crate::sandbox::spec::{self, Help, Switch, Words};

impl Quirks {
    /// Reads `KEY=VALUE,KEY=VALUE` over the defaults.
    ///
    /// # Errors
    /// A sentence that names the key and the value, and says what is allowed.
    pub fn parse(spec: &str) -> Result<Self, String> {
        spec::parse(&switches(), spec)
    }

    /// Every switch for a help text.
    pub fn help() -> Vec<Help> {
        switches().into_iter().map(|switch| switch.help).collect()
    }
}

fn switches() -> Vec<Switch<Quirks>> {
    let mut all = lists();
    all.extend(writes());
    all.extend(answers());
    all
}

fn lists() -> Vec<Switch<Quirks>> {
    vec![
        Switch::number("page_size", 1..=1000, "contacts on a page", |q| {
            &mut q.page_size
        }),
        Switch::choice("order", "the order of a listing", |q| &mut q.order),
        Switch::choice("end", "how a listing ends", |q| &mut q.end),
        Switch::choice("paging", "what goes wrong between two pages", |q| {
            &mut q.paging
        }),
        Switch::choice(
            "timestamps",
            "whether listed contacts have created_at and updated_at",
            |q| &mut q.timestamps,
        ),
        Switch::choice("resolution", "how exact stored times are", |q| {
            &mut q.resolution
        }),
        Switch::choice("filters", "what the date filters do", |q| &mut q.filters),
        Switch::choice(
            "bounds",
            "whether a time equal to a date filter's passes it",
            |q| &mut q.bounds,
        ),
        Switch::number(
            "clock_skew",
            -86_400..=86_400,
            "seconds by which the server's clock is ahead",
            |q| &mut q.clock_skew,
        ),
        Switch::choice("search_scope", "the scope that search wants", |q| {
            &mut q.search_scope
        }),
        Switch::choice(
            "search_missing",
            "how search shows a member that a contact has not",
            |q| &mut q.search_missing,
        ),
        Switch::number(
            "search_limit",
            1..=1000,
            "contacts that a search finds at most",
            |q| &mut q.search_limit,
        ),
    ]
}

fn writes() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice(
            "custom_data",
            "what an update does to the keys that it does not name",
            |q| &mut q.custom_data,
        ),
        Switch::choice("body", "the body of a successful update", |q| &mut q.body),
        Switch::choice("blank", "what becomes of \"\" for name and phone", |q| {
            &mut q.blank
        }),
        Switch::choice(
            "phone_check",
            "whether a phone must be + and 7 to 15 digits",
            |q| &mut q.phone_check,
        ),
        Switch::choice(
            "taken",
            "what becomes of an e-mail or phone that another contact has",
            |q| &mut q.taken,
        ),
        Switch::choice(
            "unknown_contact",
            "what answers a write to a contact that does not exist",
            |q| &mut q.unknown_contact,
        ),
        Switch::choice(
            "flat_body",
            "what becomes of a body without `contact`",
            |q| &mut q.flat_body,
        ),
        Switch::choice(
            "unknown_members",
            "what becomes of members that are not documented",
            |q| &mut q.unknown_members,
        ),
    ]
}

fn answers() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice("scopes", "what the key may do", |q| &mut q.scopes),
        Switch::choice("message", "the type of an error's message", |q| {
            &mut q.message
        }),
        Switch::choice("error_body", "how much of an error's body there is", |q| {
            &mut q.error_body
        }),
        Switch::choice("cdn", "what a CDN answers with HTML pages", |q| &mut q.cdn),
        Switch::number(
            "limit",
            0..=1_000_000,
            "requests a minute, 0 for any number; the vendor says 100",
            |q| &mut q.limit,
        ),
        Switch::choice("limit_window", "how they are counted", |q| {
            &mut q.limit_window
        }),
        Switch::choice(
            "limit_503",
            "whether one too many is a 503 instead of a 429",
            |q| &mut q.limit_503,
        ),
        Switch::choice("retry_after", "how a refusal says when to come back", |q| {
            &mut q.retry_after
        }),
    ]
}

impl Words for Order {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("created-desc", Self::CreatedDescending),
        ("created-asc", Self::CreatedAscending),
        ("updated-desc", Self::UpdatedDescending),
        ("random", Self::Random),
    ];
}

impl Words for End {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("null", Self::Null),
        ("empty-string", Self::EmptyString),
        ("extra-page", Self::ExtraPage),
        ("repeated-cursor", Self::RepeatedCursor),
    ];
}

impl Words for Paging {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("plain", Self::Plain),
        ("empty-page", Self::EmptyPage),
        ("stuck", Self::Stuck),
        ("duplicate-row", Self::DuplicateRow),
    ];
}

impl Words for CustomData {
    const WORDS: &'static [(&'static str, Self)] =
        &[("merge", Self::Merge), ("replace", Self::Replace)];
}

impl Words for Body {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("empty", Self::Empty),
        ("contact", Self::Contact),
        ("wrapped", Self::Wrapped),
        ("data", Self::Data),
    ];
}

impl Words for Blank {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("stored", Self::Stored),
        ("null", Self::Null),
        ("ignored", Self::Ignored),
        ("refused", Self::Refused),
    ];
}

impl Words for Unknown {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("404", Self::NotFound),
        ("400", Self::BadRequest),
        ("500", Self::Crash),
        ("200", Self::Success),
    ];
}

impl Words for Taken {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("allowed", Self::Allowed),
        ("400", Self::BadRequest),
        ("409", Self::Conflict),
        ("422", Self::Unprocessable),
    ];
}

impl Words for Message {
    const WORDS: &'static [(&'static str, Self)] = &[("text", Self::Text), ("list", Self::List)];
}

impl Words for ErrorBody {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("full", Self::Full),
        ("message", Self::Message),
        ("bare", Self::Bare),
        ("nothing", Self::Nothing),
    ];
}

impl Words for Cdn {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("off", Self::Off),
        ("errors", Self::Errors),
        ("challenge", Self::Challenge),
    ];
}

impl Words for Flat {
    const WORDS: &'static [(&'static str, Self)] =
        &[("refused", Self::Refused), ("ignored", Self::Ignored)];
}

impl Words for Members {
    const WORDS: &'static [(&'static str, Self)] =
        &[("dropped", Self::Dropped), ("refused", Self::Refused)];
}

impl Words for Scopes {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("full", Self::Full),
        ("read-only", Self::ReadOnly),
        ("contacts-only", Self::ContactsOnly),
        ("nothing", Self::Nothing),
    ];
}

impl Words for SearchScope {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("chat-sessions", Self::ChatSessions),
        ("contacts", Self::Contacts),
    ];
}

impl Words for Missing {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("null", Self::Null),
        ("absent", Self::Absent),
        ("empty", Self::Empty),
    ];
}

impl Words for Resolution {
    const WORDS: &'static [(&'static str, Self)] =
        &[("second", Self::Second), ("millisecond", Self::Millisecond)];
}

impl Words for Bounds {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("exclusive", Self::Exclusive),
        ("inclusive", Self::Inclusive),
    ];
}

impl Words for Filters {
    const WORDS: &'static [(&'static str, Self)] =
        &[("honoured", Self::Honoured), ("ignored", Self::Ignored)];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_heard() {
        spec::every_word_is_heard(&switches());
        for wrong in [
            "page_size=0",
            "page_size=1001",
            "clock_skew=1.5",
            "limit=-1",
        ] {
            assert!(Quirks::parse(wrong).is_err(), "{wrong}");
        }
    }
}
