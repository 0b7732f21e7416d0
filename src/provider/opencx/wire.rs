//! The JSON around OpenCX's contacts: pages, search results, answers to a write, and what they tell for
//! `accounts check`. What is inside a contact is `map`'s.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::domain::count;
use crate::http::{HttpRequest, HttpResponse};
use crate::provider::{Context, DecodeError, Page, Reply, json_body};

use super::{call, map};

/// What `accounts check` says of search results that are not what the vendor's page shows.
const ODD_SEARCH: &str = "Search does not answer as documented. Everything else works without it; who has a taken e-mail or phone \
     can not be found.";

/// Reads a page: `{items, next}` of the list, `{contacts, messages}` of a search. A contact that can not be
/// read makes the whole page unreadable, by name: a list that left it out in silence would hide it.
///
/// # Errors
/// When the array is not there, or one of its contacts has no id.
pub fn page(context: &Context, request: &HttpRequest, root: &Value) -> Result<Page, DecodeError> {
    let searched = call::is_search(request);
    let member = if searched { "contacts" } else { "items" };
    let items = root.get(member).and_then(Value::as_array).ok_or_else(|| {
        DecodeError(format!(
            "a list of contacts was expected at {member}; {} came",
            outline(root)
        ))
    })?;
    let contacts = items.iter().enumerate().map(|(i, item)| {
        let place = format!("contact {} of the page", i + 1);
        map::contact(context, item, &place)
    });
    Ok(Page {
        contacts: contacts.collect::<Result<_, DecodeError>>()?,
        total: None,
        next: next(root)?.map(|text| call::onward(request, text)),
    })
}

/// The provider's cursor. Null ends the list; an empty text can lead nowhere and is taken for the same.
fn next(root: &Value) -> Result<Option<&str>, DecodeError> {
    match root.get("next") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|t| !t.is_empty())),
        // Taken for the end it would hide contacts.
        Some(other) => {
            let came = outline(other);
            Err(DecodeError(format!("next is {came}, not a text or null")))
        }
    }
}

/// Reads the answer to an update. The documents show no body; should the contact come all the same, by itself
/// or under `contact` or `data`, it stands for what is stored where it is whole. Everything else says nothing.
pub fn written(context: &Context, request: &HttpRequest, response: &HttpResponse) -> Reply {
    let Ok(root) = json_body(response) else {
        return Reply::Nothing;
    };
    let inner = ["contact", "data"].into_iter().find_map(|m| root.get(m));
    let answer = inner.unwrap_or(root);
    let whole = ["id", "name", "email", "phone_number", "custom_data"];
    if !whole.iter().all(|member| answer.get(member).is_some()) {
        return Reply::Nothing;
    }
    match map::contact(context, answer, "the answer") {
        // Somebody else's contact proves nothing.
        Ok(contact) if call::addresses(request, &contact.id) => Reply::Contact(Box::new(contact)),
        _ => Reply::Nothing,
    }
}

/// What an answer tells of key and server, in plain sentences.
///
/// # Errors
/// As [`page`].
pub fn about(
    context: &Context,
    request: &HttpRequest,
    root: &Value,
) -> Result<Vec<String>, DecodeError> {
    let page = page(context, request, root);
    if call::is_search(request) {
        let said = match page {
            Ok(_) => "Search is allowed: who has a taken e-mail or phone can be found.",
            Err(_) => ODD_SEARCH,
        };
        return Ok(vec![said.into()]);
    }
    let page = page?;
    let mut said = vec![
        "The key was accepted and may list contacts (contacts:read).".to_string(),
        "Whether it may save (contacts:write) can not be tried without saving: a key that may only read \
         fails at the first save, with 403."
            .to_string(),
    ];
    let more = match page.next {
        Some(_) => "and there are more",
        None => "and that is all",
    };
    said.push(format!(
        "The list answers with items and next; its first page holds {}, {more}. OpenCX does not tell how many there are.",
        counted(page.contacts.len())
    ));
    if !page.contacts.is_empty() {
        let created = page.contacts.iter().all(|c| c.created_at.is_some());
        let updated = page.contacts.iter().all(|c| c.updated_at.is_some());
        said.push(
            match (created, updated) {
                (true, true) => "Contacts come with the times of creation and change, by which one is found again.",
                (true, false) => "Contacts come with the time of creation, by which one is found again.",
                (false, true) => "Contacts come with the time of change only: finding one again may take a while.",
                (false, false) => "Contacts come without times: to find one again the list is read from its beginning.",
            }
            .to_string(),
        );
        let members: BTreeSet<&str> = items(root)
            .flat_map(|c| c.keys())
            .map(String::as_str)
            .collect();
        let names: Vec<&str> = members.into_iter().collect();
        said.push(format!("Members met: {}.", names.join(", ")));
    }
    said.push(match map::tags_attribute(context) {
        Some(name) => format!(
            "Tags are kept in custom data {name:?} (tags_attribute), which is no feature of OpenCX."
        ),
        None => "There are no tags: OpenCX has none on contacts, and tags_attribute is not set."
            .to_string(),
    });
    Ok(said)
}

fn items(root: &Value) -> impl Iterator<Item = &serde_json::Map<String, Value>> {
    let list = root.get("items").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

fn counted(contacts: usize) -> String {
    match contacts {
        0 => "no contact".into(),
        n => count::contacts(n),
    }
}

/// What kind of JSON this is, without its contents, which are personal data.
pub fn outline(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "true or false".into(),
        Value::Number(_) => "a number".into(),
        Value::String(_) => "a text".into(),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(o) if o.is_empty() => "an empty object".into(),
        Value::Object(o) => {
            let names = o.keys().take(8);
            let names: Vec<String> = names.map(|k| k.chars().take(40).collect()).collect();
            format!("an object with {}", names.join(", "))
        }
    }
}
