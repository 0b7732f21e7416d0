//! Where one contact is looked for, OpenCX having no call for one: in lists narrowed by time, by the search,
//! and in the whole list.

use jiff::{SignedDuration, Timestamp};

use crate::domain::filter::Asks;
use crate::domain::{Contact, FieldKey, Filter};
use crate::http::encode_component;
use crate::provider::{Cursor, Lookup, Narrowed, Target};

use super::call;

/// How far the vendor's clock and ours may be apart.
const SLACK: SignedDuration = SignedDuration::from_mins(2);

/// So many pages of what was changed lately are looked at.
const CHANGED_PAGES: usize = 20;

/// So many pages of what was made in the same seconds are looked at: an import makes many at once.
const CREATED_PAGES: usize = 60;

/// So many pages of the whole list are looked at before the search is asked, where no more than name, e-mail
/// and phone are wanted.
const FIRST_PAGES: usize = 20;

/// So many pages of the whole list are looked at, where there is anything else to go by.
const WHOLE_PAGES: usize = 400;

/// The search, from its first result on.
pub fn search(text: &str) -> Cursor {
    call::search(text)
}

/// The lists in which a contact is looked for, the shortest first. Each but the search tells contacts whole.
pub fn lookups(target: Target<'_>) -> Vec<Lookup> {
    let mut lists = Vec::new();
    let mut add = |start: Cursor, pages, exhaustive| {
        lists.push(Lookup {
            start,
            pages,
            exhaustive,
        });
    };
    if let Some(written_at) = target.written_at {
        add(changed_since(written_at), CHANGED_PAGES, false);
    }
    match target.known.map(|k| (k.created_at, k.updated_at)) {
        // It never changes, so whatever became of the contact, it stands there.
        Some((Some(created), _)) => add(created_at(created), CREATED_PAGES, true),
        Some((None, Some(updated))) => add(changed_since(updated), CHANGED_PAGES, false),
        Some((None, None)) | None => {}
    }
    let searches = target.known.map(searches).unwrap_or_default();
    let whole = Cursor(String::new());
    if searches.is_empty() {
        add(whole, usize::MAX, true);
        return lists;
    }
    // A search tells name, e-mail and phone only.
    let first = if target.whole {
        WHOLE_PAGES
    } else {
        FIRST_PAGES
    };
    add(whole.clone(), first, true);
    for start in searches {
        add(start, 1, false);
    }
    if !target.whole {
        add(whole, WHOLE_PAGES, true);
    }
    lists
}

/// The searches that should find a contact of which this is known: a value may have been changed meanwhile,
/// hardly all of them.
fn searches(known: &Contact) -> Vec<Cursor> {
    let keys = [FieldKey::Email, FieldKey::Phone, FieldKey::Name];
    let values = keys.into_iter().map(|key| known.field(key).trim());
    values.filter(|v| !v.is_empty()).map(search).collect()
}

/// What was changed since a moment, clocks that differ allowed for.
fn changed_since(moment: Timestamp) -> Cursor {
    let since = whole_second(moment, -SLACK);
    Cursor(format!("updated_after={}", encode_component(&since)))
}

/// What was made in the seconds around a moment. Two on either side make it the same whether bounds
/// are meant inclusive or exclusive, and whether fractions of a second are kept, cut or rounded.
fn created_at(moment: Timestamp) -> Cursor {
    let after = whole_second(moment, SignedDuration::from_secs(-2));
    let before = whole_second(moment, SignedDuration::from_secs(2));
    Cursor(format!(
        "created_after={}&created_before={}",
        encode_component(&after),
        encode_component(&before)
    ))
}

/// The whole second in which a moment lies, moved. ISO 8601 in UTC.
fn whole_second(moment: Timestamp, by: SignedDuration) -> String {
    let second = moment.as_nanosecond().div_euclid(1_000_000_000);
    let second = i64::try_from(second).ok();
    let second = second.and_then(|s| Timestamp::from_second(s).ok());
    let second = second.unwrap_or(moment);
    second.checked_add(by).unwrap_or(second).to_string()
}

/// A search for the longest text that a filter asks for. It looks at names, e-mails and phones only, and how
/// is not documented: what it finds is a beginning.
pub fn narrowed(filter: &Filter) -> Option<Narrowed> {
    let wanted = filter.parts().filter(|part| !part.negated);
    let texts = wanted.filter_map(|part| match part.asks {
        Asks::Word(text)
        | Asks::Field(FieldKey::Name | FieldKey::Email | FieldKey::Phone, text) => Some(text),
        _ => None,
    });
    let texts = texts.filter(|text| !text.trim().is_empty());
    let longest = texts.max_by_key(|text| text.chars().count())?;
    Some(Narrowed {
        start: search(longest),
        whole: false,
    })
}

/// A search for an e-mail address or a telephone number.
pub fn holders(key: FieldKey, value: &str) -> Option<Cursor> {
    let searched = matches!(key, FieldKey::Email | FieldKey::Phone);
    let value = value.trim();
    (searched && !value.is_empty()).then(|| search(value))
}
