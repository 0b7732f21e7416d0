//! `GET /contacts/`: filters, order and pages.

use serde_json::{Value, json};

use super::contact::{Contact, View};
use super::quirks::{Match, Quirks, Several, SortBy, Total};
use super::{Outcome, Pabbly, Problem};

/// What is asked for at most, whatever is asked for.
pub const PAGE: usize = 25;

const SOURCES: [&str; 6] = ["api", "csv", "user", "sync", "wa", "manual"];

#[derive(Debug, Default)]
struct Query {
    name: Option<String>,
    mobile: Option<String>,
    tags: Vec<String>,
    source: Option<String>,
    optin: Option<bool>,
    blocked: Option<bool>,
    attributes: Vec<(String, String)>,
    ascending: bool,
    limit: usize,
    skip: usize,
}

impl Pabbly {
    /// Answers a list with the pairs of its query, decoded.
    pub(super) fn list(&self, pairs: &[(String, String)]) -> Outcome {
        let query = read(pairs, &self.quirks)?;
        let mut found: Vec<&Contact> = self
            .contacts
            .iter()
            .filter(|contact| query.finds(contact, &self.quirks))
            .collect();
        found.sort_by_key(|contact| match self.quirks.sort_by {
            SortBy::Created => (contact.created_at, &contact.id),
            SortBy::Updated => (contact.updated_at, &contact.id),
        });
        if !query.ascending {
            found.reverse();
        }
        let total = found.len();
        let page: Vec<Value> = found
            .into_iter()
            .skip(query.skip)
            .take(query.limit)
            .map(|contact| contact.to_json(View::Full))
            .collect();
        let message = "Contacts retrieved successfully";
        if self.quirks.data_is_array {
            let mut answer = self.success(message, json!(page));
            if self.quirks.total != Total::Absent {
                answer["totalCount"] = json!(total);
            }
            return Ok(answer);
        }
        let mut data = json!({"contacts": page});
        match self.quirks.total {
            Total::Absent => {}
            Total::TotalCount => data["totalCount"] = json!(total),
            Total::Total => data["total"] = json!(total),
            Total::Count => data["count"] = json!(total),
            Total::Pagination => {
                let page = query.skip / query.limit + 1;
                data["pagination"] = json!({"total": total, "page": page, "limit": query.limit});
            }
        }
        Ok(self.success(message, data))
    }
}

fn read(pairs: &[(String, String)], quirks: &Quirks) -> Result<Query, Problem> {
    let mut query = Query {
        limit: PAGE,
        ..Query::default()
    };
    let mut page = None;
    let mut attributes: Vec<(String, Option<String>, Option<String>)> = Vec::new();
    for (key, value) in pairs {
        // An empty filter filters nothing.
        if value.is_empty() && !key.starts_with("attributes") {
            continue;
        }
        let number = || value.parse::<usize>().ok().filter(|n| *n > 0);
        match key.as_str() {
            "name" => query.name = Some(value.clone()),
            "mobile" => query.mobile = Some(value.clone()),
            "tags" => {
                query.tags = value
                    .split(',')
                    .map(|tag| tag.trim().to_string())
                    .filter(|tag| !tag.is_empty())
                    .collect();
            }
            "optin" => query.optin = boolean(key, value, quirks)?,
            "incomingBlocked" => query.blocked = boolean(key, value, quirks)?,
            "source" if SOURCES.contains(&value.as_str()) => query.source = Some(value.clone()),
            "order" if value == "1" => query.ascending = true,
            "order" if value == "-1" => query.ascending = false,
            "source" | "order" if quirks.strict => {
                return Err(Problem::Refused(format!("Invalid value for {key}")));
            }
            "limit" => query.limit = number().unwrap_or(PAGE).min(PAGE),
            "page" => page = Some(number().unwrap_or(1)),
            "skip" => query.skip = number().unwrap_or(0),
            _ => {
                if let Some((index, member)) = attribute_key(key) {
                    let at = attributes.iter().position(|(i, _, _)| i == index);
                    let at = at.unwrap_or_else(|| {
                        attributes.push((index.into(), None, None));
                        attributes.len() - 1
                    });
                    match member {
                        "name" => attributes[at].1 = Some(value.clone()),
                        _ => attributes[at].2 = Some(value.clone()),
                    }
                }
            }
        }
    }
    // The page wins over skip, and counts in pages of the limit that is really applied.
    if let Some(page) = page {
        query.skip = (page - 1).saturating_mul(query.limit);
    }
    query.attributes = attributes
        .into_iter()
        .filter_map(|(_, name, value)| Some((name?, value?)))
        .collect();
    Ok(query)
}

/// Splits `attributes[0][name]` into its index and member.
fn attribute_key(key: &str) -> Option<(&str, &str)> {
    let (index, member) = key.strip_prefix("attributes[")?.split_once("][")?;
    let member = member.strip_suffix(']')?;
    matches!(member, "name" | "value").then_some((index, member))
}

fn boolean(key: &str, value: &str, quirks: &Quirks) -> Result<Option<bool>, Problem> {
    match value {
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ if quirks.strict => Err(Problem::Refused(format!("Invalid value for {key}"))),
        _ => Ok(None),
    }
}

impl Query {
    fn finds(&self, contact: &Contact, quirks: &Quirks) -> bool {
        let text = |wanted: &Option<String>, held: &str| match (wanted, quirks.matching) {
            (None, _) => true,
            (Some(wanted), Match::Exact) => wanted == held,
            (Some(wanted), Match::Substring) => {
                held.to_lowercase().contains(&wanted.to_lowercase())
            }
        };
        let has = |tag: &String| contact.tags.contains(tag);
        let tagged = match quirks.several_tags {
            _ if self.tags.is_empty() => true,
            Several::Any => self.tags.iter().any(has),
            Several::All => self.tags.iter().all(has),
        };
        text(&self.name, contact.name.as_deref().unwrap_or_default())
            && text(&self.mobile, &contact.mobile)
            && tagged
            && self.source.as_ref().is_none_or(|source| *source == contact.source)
            // A contact without the member is neither true nor false.
            && self.optin.is_none_or(|optin| contact.optin == Some(optin))
            && self.blocked.is_none_or(|blocked| contact.incoming_blocked == blocked)
            && self
                .attributes
                .iter()
                .all(|(name, value)| contact.attribute(name) == Some(value.as_str()))
    }
}
