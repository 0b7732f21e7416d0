//! The lists that Chatwoot gives of contacts, and where a page of one stands: all, those of a label, those
//! that a search finds, those that a filter finds. What to look for is decided in `find`.
//!
//! A cursor is the page's number, alone for the list of all; behind it stand `label` and a name, `search`
//! and a text, or `filter` and the conditions as JSON.
//!
//! Every list is sorted by `created_at`: the only key that no edit changes, so no row moves between pages
//! while they are read, and a contact that is created meanwhile comes last. Contacts of equal creation time
//! have no fixed order among themselves under any key, so the reader drops doubles by id. Without `sort` there
//! is no order at all, and page 0 of a search is answered by 500 (4.15.1): neither is ever sent.

use serde_json::{Value, json};

use crate::http::{HttpRequest, Method, encode_component};
use crate::provider::{Call, Context, Cursor, Purpose};

use super::{call, labels};

/// Which list.
#[derive(Debug, Clone, PartialEq)]
pub enum List {
    /// All contacts that Chatwoot lists: those with e-mail, phone or identifier.
    All,
    /// Those that carry a label, whatever the case of its spelling.
    Label(String),
    /// Those that a text is found in: name, e-mail and phone whatever the case, identifier in its own. 4.3
    /// looks at the company's name, too, and leaves out contacts without e-mail, phone and identifier.
    Search(String),
    /// Those for which every condition holds, as [`condition`] makes them. 4.3 finds contacts, too, that it
    /// does not list otherwise.
    Filter(Vec<Value>),
}

impl List {
    /// Where the list begins.
    pub fn start(&self) -> Cursor {
        self.at(1)
    }

    fn at(&self, page: u64) -> Cursor {
        Cursor(match self {
            Self::All => page.to_string(),
            Self::Label(name) => format!("{page} label {name}"),
            Self::Search(text) => format!("{page} search {text}"),
            Self::Filter(conditions) => format!("{page} filter {}", json!(conditions)),
        })
    }

    /// The page and the list of a cursor; the first page of all where it can not be read.
    fn of(cursor: Option<&Cursor>) -> (u64, Self) {
        let Some(cursor) = cursor else {
            return (1, Self::All);
        };
        let (page, rest) = cursor.0.split_once(' ').unwrap_or((&cursor.0, ""));
        let page = page.parse::<u64>().unwrap_or(1).max(1);
        let list = match rest.split_once(' ') {
            Some(("label", name)) => Self::Label(name.to_string()),
            Some(("search", text)) => Self::Search(text.to_string()),
            Some(("filter", text)) => match serde_json::from_str(text) {
                Ok(conditions) => Self::Filter(conditions),
                Err(_) => Self::All,
            },
            _ => Self::All,
        };
        (page, list)
    }

    /// The request for a page.
    fn call(&self, context: &Context, page: u64) -> Call {
        let base = format!("{}/contacts", call::account(context));
        let query = format!("include_contact_inboxes=false&page={page}&sort=created_at");
        let get = |url| HttpRequest::new(Method::Get, url);
        let (request, purpose) = match self {
            Self::All => (get(format!("{base}?{query}")), Purpose::Page),
            Self::Label(name) => {
                let spelled = labels::quoted(name).unwrap_or_else(|_| name.clone());
                let label = encode_component(&spelled);
                let url = format!("{base}?{query}&labels%5B%5D={label}");
                (get(url), Purpose::Tagged(name.clone()))
            }
            Self::Search(text) => {
                let text = encode_component(text);
                (
                    get(format!("{base}/search?{query}&q={text}")),
                    Purpose::Page,
                )
            }
            Self::Filter(conditions) => {
                let request = HttpRequest::new(Method::Post, format!("{base}/filter?{query}"));
                let body = json!({ "payload": conditions });
                (request.with_body(body), Purpose::Page)
            }
        };
        Call {
            request,
            purpose,
            idempotent: true,
        }
    }
}

/// One page of a list.
pub fn page(context: &Context, cursor: Option<&Cursor>) -> Call {
    let (page, list) = List::of(cursor);
    list.call(context, page)
}

/// One page of the contacts that carry a label. `None` where the name can not be asked for.
pub fn tagged(context: &Context, tag: &str, cursor: Option<&Cursor>) -> Option<Call> {
    let name = tag.trim();
    labels::quoted(name).ok().filter(|s| !s.is_empty())?;
    let (page, _) = List::of(cursor);
    let mut call = List::Label(name.to_string()).call(context, page);
    call.purpose = Purpose::Tagged(tag.to_string());
    Some(call)
}

/// A condition of a filter. Chatwoot wants `values` as a list always (of a text it takes the first
/// character), and compares with the first of them only unless it looks for texts inside texts.
pub fn condition(key: &str, operator: &str, values: &[Value]) -> Value {
    json!({"attribute_key": key, "filter_operator": operator, "values": values, "query_operator": null})
}

/// Conditions that must hold together. They are joined in one line of SQL: a word to join with behind the last,
/// or none before it, is answered by 500.
pub fn all_of(mut conditions: Vec<Value>) -> List {
    let last = conditions.len().saturating_sub(1);
    for condition in conditions.iter_mut().take(last) {
        if let Some(joint) = condition.get_mut("query_operator") {
            *joint = json!("AND");
        }
    }
    List::Filter(conditions)
}

/// The page number that the request of a list asks for: 1 where it names none that Chatwoot would read.
pub fn page_number(request: &HttpRequest) -> u64 {
    let asked = parameter(request, "page=").and_then(|n| n.parse().ok());
    asked.unwrap_or(1).max(1)
}

/// Where the page behind an answered one stands.
pub fn behind(call: &Call) -> Cursor {
    let page = page_number(&call.request).saturating_add(1);
    let conditions = call.request.body.as_ref().and_then(|b| b.get("payload"));
    let list = match (&call.purpose, conditions) {
        (Purpose::Tagged(name), _) => List::Label(name.trim().to_string()),
        (_, Some(Value::Array(conditions))) => List::Filter(conditions.clone()),
        _ => match parameter(&call.request, "q=") {
            Some(text) => List::Search(decoded(text)),
            None => List::All,
        },
    };
    list.at(page)
}

fn parameter<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let (_, query) = request.url.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name))
}

/// The text of a part of an address that was made by `encode_component`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind
            .get(..2)
            .and_then(|two| std::str::from_utf8(two).ok());
        let byte = code.and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_page_leads_on_in_its_own_list(text in "\\PC{1,12}", page in 1_u64..9) {
            let context = crate::provider::chatwoot::tests::context();
            let lists = [
                List::All,
                List::Label(text.trim().to_string()),
                List::Search(text.clone()),
                all_of(vec![condition("name", "contains", &[json!(text)]),
                    condition("blocked", "equal_to", &[json!(true)])]),
            ];
            for list in lists {
                let asked = super::page(&context, Some(&list.at(page)));
                prop_assert_eq!(page_number(&asked.request), page);
                prop_assert_eq!(behind(&asked), list.at(page + 1));
                prop_assert_eq!(List::of(Some(&list.at(page))), (page, list));
            }
        }
    }

    #[test]
    fn trap_15_every_list_is_sorted_and_no_page_is_0() {
        let context = crate::provider::chatwoot::tests::context();
        for cursor in ["0", "0 search x", "-1 label vip", "0 filter []", "x"] {
            let request = page(&context, Some(&Cursor(cursor.into()))).request;
            assert!(
                request.url.contains("page=1&sort=created_at"),
                "{}",
                request.url
            );
            assert!(!request.url.contains("per_page"));
        }
    }
}
