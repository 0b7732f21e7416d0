//! `GET /contacts`: date filters, order, cursors and pages.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::OpenCx;
use super::contact::{Contact, stored};
use super::quirks::{Bounds, End, Filters, Order, Paging, Quirks};
use super::reply::{Outcome, Problem};
use crate::http::HttpResponse;

/// A place between two contacts of the order: the one before it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: i128,
    id: String,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cursor {
    after: Place,
    /// Whether the page is one without contacts that leads on.
    gap: bool,
}

impl Cursor {
    /// A text with characters that have to be escaped in a query.
    fn print(&self) -> String {
        let kind = if self.gap { "g" } else { "c" };
        format!("{kind}/{}+{}=", self.after.key, self.after.id)
    }

    fn read(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('/')?;
        let (key, id) = rest.strip_suffix('=')?.split_once('+')?;
        let gap = match kind {
            "g" => true,
            "c" => false,
            _ => return None,
        };
        let after = Place {
            key: key.parse().ok()?,
            id: id.into(),
        };
        Some(Self { after, gap })
    }
}

#[derive(Debug, Default)]
struct Query {
    cursor: Option<Cursor>,
    created_after: Option<Timestamp>,
    created_before: Option<Timestamp>,
    updated_after: Option<Timestamp>,
    updated_before: Option<Timestamp>,
}

impl OpenCx {
    /// Answers a listing with the pairs of its query, decoded.
    pub(super) fn list(&self, pairs: &[(String, String)]) -> Outcome {
        let quirks = &self.quirks;
        let query = read(pairs, quirks)?;
        let mut found: Vec<(Place, &Contact)> = self
            .contacts
            .iter()
            .filter(|contact| query.finds(contact, quirks))
            .map(|contact| (place(contact, quirks), contact))
            .collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let (rows, next) = page(&found, query.cursor.as_ref(), quirks);
        let items: Vec<Value> = rows.iter().map(|(_, c)| c.to_json(quirks)).collect();
        let body = json!({"items": items, "next": next});
        Ok(HttpResponse::json(200, &body))
    }
}

/// The rows of one page of everything found, and its `next`.
fn page<'a>(
    found: &'a [(Place, &'a Contact)],
    cursor: Option<&Cursor>,
    quirks: &Quirks,
) -> (&'a [(Place, &'a Contact)], Value) {
    if let Some(Cursor { after, gap: true }) = cursor {
        let after = after.clone();
        return (&[], json!(Cursor { after, gap: false }.print()));
    }
    // The first row after the cursor, wherever the row before it is by now.
    let begin = cursor.map_or(0, |cursor| {
        found.partition_point(|(place, _)| *place <= cursor.after)
    });
    let end = begin.saturating_add(quirks.page_size).min(found.len());
    let twice = cursor.is_some() && quirks.paging == Paging::DuplicateRow && begin < found.len();
    let shown = begin.saturating_sub(usize::from(twice));
    let rows = found.get(shown..end).unwrap_or_default();
    let last = rows.last().map(|(place, _)| place.clone());
    let onward = |gap: bool| {
        last.clone()
            .map_or(Value::Null, |after| json!(Cursor { after, gap }.print()))
    };
    let more = end < found.len();
    let next = match (quirks.paging, cursor) {
        (Paging::Stuck, Some(cursor)) if more => json!(cursor.print()),
        (Paging::EmptyPage, None) if more => onward(true),
        _ if more => onward(false),
        _ => match (quirks.end, cursor) {
            (End::Null, _) => Value::Null,
            (End::EmptyString, _) => json!(""),
            (End::RepeatedCursor, Some(cursor)) if rows.is_empty() => json!(cursor.print()),
            (End::ExtraPage | End::RepeatedCursor, _) => onward(false),
        },
    };
    (rows, next)
}

/// Where a contact stands: smaller places come first, equal keys by id.
fn place(contact: &Contact, quirks: &Quirks) -> Place {
    let nanos = |at: Timestamp| stored(at, quirks.resolution).as_nanosecond();
    let key = match quirks.order {
        Order::CreatedDescending => -nanos(contact.created_at),
        Order::CreatedAscending => nanos(contact.created_at),
        Order::UpdatedDescending => -nanos(contact.updated_at),
        Order::Random => 0,
    };
    Place {
        key,
        id: contact.id.clone(),
    }
}

fn read(pairs: &[(String, String)], quirks: &Quirks) -> Result<Query, Problem> {
    let mut query = Query::default();
    let once = |key: &str| once(pairs, key);
    // No cursor and an empty one are the same: the first page.
    if let Some(text) = once("cursor")?.filter(|text| !text.is_empty()) {
        let cursor = Cursor::read(text).ok_or_else(|| Problem::new(400, "cursor: Invalid cursor"));
        query.cursor = Some(cursor?);
    }
    if quirks.filters == Filters::Ignored {
        return Ok(query);
    }
    let date = |key: &str| match once(key)? {
        None => Ok(None),
        Some(text) => match moment(text) {
            Some(at) => Ok(Some(at)),
            None => Err(Problem::new(400, format!("{key}: Invalid ISO 8601 date"))),
        },
    };
    query.created_after = date("created_after")?;
    query.created_before = date("created_before")?;
    query.updated_after = date("updated_after")?;
    query.updated_before = date("updated_before")?;
    Ok(query)
}

/// The value of a parameter that may stand there once.
///
/// # Errors
/// 400 where it stands there more often: frameworks make a list of it, which is no string.
pub(super) fn once<'a>(
    pairs: &'a [(String, String)],
    key: &str,
) -> Result<Option<&'a str>, Problem> {
    let mut values = pairs.iter().filter(|(k, _)| k == key);
    let first = values.next().map(|(_, value)| value.as_str());
    if values.next().is_some() {
        let text = format!("{key}: Expected string, received array");
        return Err(Problem::new(400, text));
    }
    Ok(first)
}

/// A moment in ISO 8601: with an offset, in UTC without one, or a day's first moment.
fn moment(text: &str) -> Option<Timestamp> {
    // Only digits and these: what else the reader takes (blanks, zone names) is not ISO 8601.
    let plain = |c: char| c.is_ascii_digit() || "-+:.TZ".contains(c);
    if !text.chars().all(plain) {
        return None;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let local = text.parse::<DateTime>().ok();
    let local = local.or_else(|| text.parse::<Date>().ok().map(DateTime::from));
    let zoned = local?.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

impl Query {
    fn finds(&self, contact: &Contact, quirks: &Quirks) -> bool {
        let inclusive = quirks.bounds == Bounds::Inclusive;
        let created = stored(contact.created_at, quirks.resolution);
        let updated = stored(contact.updated_at, quirks.resolution);
        let after = |bound: Option<Timestamp>, at: Timestamp| {
            bound.is_none_or(|bound| at > bound || inclusive && at == bound)
        };
        let before = |bound: Option<Timestamp>, at: Timestamp| {
            bound.is_none_or(|bound| at < bound || inclusive && at == bound)
        };
        after(self.created_after, created)
            && before(self.created_before, created)
            && after(self.updated_after, updated)
            && before(self.updated_before, updated)
    }
}
