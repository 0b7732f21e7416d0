//! Lists of contacts: pages, sort keys, labels, search.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::params::{Params, leading_number};
use super::records::Contact;
use super::reply::{Outcome, Refusal, ok};
use super::state::State;
use super::{Call, collate, contacts, labels, show, sql};

/// Contacts on a page; no parameter changes it.
pub const PAGE: usize = 15;

/// `GET contacts`: resolved contacts, by any of some labels.
///
/// # Errors
/// 500 for a page number too large for the database.
pub fn list(state: &State, call: &Call<'_>) -> Outcome {
    let found = select(state, call, |c| c.is_resolved());
    let found = with_labels(state, call.params, found);
    page_of(state, call, found)
}

/// `GET contacts/active`: nobody is ever online here.
///
/// # Errors
/// As [`list`].
pub fn active(state: &State, call: &Call<'_>) -> Outcome {
    page_of(state, call, Vec::new())
}

/// `GET contacts/search`.
///
/// # Errors
/// 500 for page 0 (4.15.1) and for a page number too large for the database.
pub fn search(state: &State, call: &Call<'_>) -> Outcome {
    let new = state.version.is_new();
    let query = call.params.text("q").unwrap_or_default();
    let query = query.trim();
    if query.is_empty() {
        let mut meta = json!({"count": null, "current_page": current_page(call.params)});
        if new {
            meta["has_more"] = Value::Null;
        }
        return ok(&json!({"meta": meta, "payload": []}));
    }
    let pattern = format!("%{query}%");
    let company = |c: &Contact| sql::text(c.additional_attributes.get("company_name"));
    let mut found = select(state, call, |contact| {
        let field = |value: &Option<String>, any_case| {
            value
                .as_deref()
                .is_some_and(|text| sql::like(text, &pattern, any_case))
        };
        field(&contact.name, true)
            || field(&contact.email, true)
            || field(&contact.phone_number, true)
            || field(&contact.identifier, false)
            || (!new && field(&company(contact), true))
    });
    if new {
        return search_page(state, call, found);
    }
    found.retain(|contact| contact.is_resolved());
    page_of(state, call, with_labels(state, call.params, found))
}

/// 4.15.1 counts no total: it fetches one row more than a page to know whether there are further ones.
fn search_page(state: &State, call: &Call<'_>, mut found: Vec<&Contact>) -> Outcome {
    let page = call.params.text("page");
    let page = page.map_or(1, |text| leading_number(&text));
    let start = page.checked_sub(1).ok_or(Refusal::Crash)?;
    sort(state, call.params, &mut found);
    let rows = slice(&found, start)?;
    let has_more = found.len() > (rows.len() + PAGE * usize::try_from(start).unwrap_or(usize::MAX));
    let meta = json!({
        "count": rows.len(),
        "current_page": current_page(call.params),
        "has_more": has_more && !rows.is_empty(),
    });
    ok(&json!({"meta": meta, "payload": payload(state, call.params, rows)}))
}

fn select<'a>(
    state: &'a State,
    call: &Call<'_>,
    keep: impl Fn(&Contact) -> bool,
) -> Vec<&'a Contact> {
    state
        .contacts
        .values()
        .filter(|c| c.account == call.caller.account && keep(c))
        .collect()
}

fn with_labels<'a>(
    state: &State,
    params: &Params,
    mut found: Vec<&'a Contact>,
) -> Vec<&'a Contact> {
    let wanted = match params.get("labels") {
        Some(Value::String(text)) => labels::split(std::slice::from_ref(text)),
        Some(Value::Array(items)) => {
            let texts: Vec<String> = items.iter().filter_map(|i| sql::text(Some(i))).collect();
            labels::split(&texts)
        }
        _ => Vec::new(),
    };
    if !wanted.is_empty() {
        let tags: Vec<usize> = wanted.iter().filter_map(|w| state.find_tag(w)).collect();
        found.retain(|contact| contact.tags.iter().any(|tag| tags.contains(tag)));
    }
    found
}

/// One page of what was found, with the total.
///
/// # Errors
/// 500 for a page number too large for the database.
pub fn page_of(state: &State, call: &Call<'_>, mut found: Vec<&Contact>) -> Outcome {
    sort(state, call.params, &mut found);
    let page = call
        .params
        .text("page")
        .map_or(1, |text| leading_number(&text));
    let rows = slice(&found, page.saturating_sub(1))?;
    let meta = json!({"count": found.len(), "current_page": current_page(call.params)});
    ok(&json!({"meta": meta, "payload": payload(state, call.params, rows)}))
}

fn slice<'a, 'b>(found: &'b [&'a Contact], pages: u64) -> Result<&'b [&'a Contact], Refusal> {
    let offset = pages
        .checked_mul(PAGE as u64)
        .filter(|&offset| i64::try_from(offset).is_ok())
        .ok_or(Refusal::Crash)?;
    let start = usize::try_from(offset)
        .unwrap_or(usize::MAX)
        .min(found.len());
    Ok(&found[start..found.len().min(start + PAGE)])
}

fn payload(state: &State, params: &Params, rows: &[&Contact]) -> Value {
    let inboxes = contacts::wants_inboxes(params);
    rows.iter()
        .map(|c| show::contact(state, c, inboxes))
        .collect()
}

/// The page as asked for, unchecked; the number 1 where none was.
fn current_page(params: &Params) -> Value {
    params.get("page").cloned().unwrap_or_else(|| 1.into())
}

/// Applies `sort`: the server's own order of keys counts, unknown keys are ignored, and whatever is
/// equal then stays in order of ids.
fn sort(state: &State, params: &Params, found: &mut [&Contact]) {
    let asked = params.text("sort").unwrap_or_default();
    let company = if state.version.is_new() {
        "company_name"
    } else {
        "company"
    };
    let known = [
        "email",
        "name",
        "phone_number",
        "last_activity_at",
        "created_at",
        company,
        "city",
        "country",
    ];
    let keys: Vec<(&str, bool)> = known
        .iter()
        .filter_map(|key| {
            let mut asked = asked.split(',');
            let term = asked.find(|term| term.strip_prefix('-').unwrap_or(term) == *key)?;
            Some((*key, term.starts_with('-')))
        })
        .collect();
    let mut rows: Vec<(Vec<SortValue>, &Contact)> = found
        .iter()
        .map(|contact| {
            let values = keys.iter().map(|(key, _)| SortValue::of(contact, key));
            (values.collect(), *contact)
        })
        .collect();
    rows.sort_by(|(a, _), (b, _)| {
        let pairs = a.iter().zip(b).zip(&keys);
        pairs
            .map(|((a, b), (_, down))| a.compare(b, *down))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    });
    for (slot, (_, contact)) in found.iter_mut().zip(rows) {
        *slot = contact;
    }
}

/// What one sort key makes of a contact, and whether nulls come last whatever the direction.
struct SortValue {
    text: Option<collate::Key>,
    time: Option<Timestamp>,
    nulls_last: bool,
}

impl SortValue {
    fn of(contact: &Contact, key: &str) -> Self {
        let text = match key {
            "email" => contact.email.clone(),
            "name" => contact.name.as_ref().map(|name| name.to_lowercase()),
            "phone_number" => contact.phone_number.clone(),
            "created_at" | "last_activity_at" => None,
            "company" => sql::text(contact.additional_attributes.get("company_name")),
            other => sql::text(contact.additional_attributes.get(other)),
        };
        Self {
            text: text.as_deref().map(collate::key),
            time: match key {
                "created_at" => Some(contact.created_at),
                "last_activity_at" => contact.last_activity_at,
                _ => None,
            },
            // For the others the database puts nulls first when descending.
            nulls_last: !matches!(key, "email" | "name" | "phone_number"),
        }
    }

    fn is_null(&self) -> bool {
        self.text.is_none() && self.time.is_none()
    }

    fn compare(&self, other: &Self, down: bool) -> Ordering {
        let turn = |order: Ordering| if down { order.reverse() } else { order };
        match (self.is_null(), other.is_null()) {
            (false, false) => {
                let order = self.text.cmp(&other.text).then(self.time.cmp(&other.time));
                turn(order)
            }
            (a, b) if self.nulls_last => a.cmp(&b),
            (a, b) => turn(a.cmp(&b)),
        }
    }
}
