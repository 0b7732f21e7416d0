//! Labels of an account, tags on a contact, and bulk tagging.
//!
//! The two are different things that share a name: tags are free text in one table for the whole
//! installation, whose first spelling wins; account labels are what the dashboard knows.

use serde_json::{Value, json};

use super::params::scalar;
use super::records::{Job, Label, Object};
use super::reply::{Outcome, Refusal, done, ok};
use super::state::State;
use super::{Call, contacts, later, show as render, validate};

/// How long after a label was renamed or deleted the contacts follow.
const JOB_DELAY: i64 = 2;

/// The longest tag, in characters.
const LONGEST_TAG: usize = 255;

/// What becomes of sent tags: joined and split at commas outside quotes, trimmed, blanks dropped, and
/// of spellings that differ in case only the first kept. Quoted ones come first.
pub fn split(sent: &[String]) -> Vec<String> {
    let mut rest = sent.join(", ");
    let mut found = Vec::new();
    for quote in ['"', '\''] {
        rest = take_quoted(&rest, quote, &mut found);
    }
    found.extend(rest.split(',').map(str::to_owned));
    let mut tags: Vec<String> = Vec::new();
    for tag in found {
        let tag = tag.trim().to_owned();
        let known = |t: &String| t.to_lowercase() == tag.to_lowercase();
        if !tag.is_empty() && !tags.iter().any(known) {
            tags.push(tag);
        }
    }
    tags
}

/// Moves whole quoted entries from `text` to `found` and returns what is left.
fn take_quoted(text: &str, quote: char, found: &mut Vec<String>) -> String {
    let mut left = String::new();
    let mut rest = text;
    loop {
        let entry = rest.trim_start();
        let quoted = entry.strip_prefix(quote).and_then(|inner| {
            inner.match_indices(quote).find_map(|(at, _)| {
                let tail = inner[at + quote.len_utf8()..].trim_start();
                (tail.is_empty() || tail.starts_with(',')).then(|| (&inner[..at], tail))
            })
        });
        let tail = match quoted {
            Some((inner, tail)) => {
                found.push(inner.to_owned());
                tail
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                left.push_str(&rest[..end]);
                &rest[end..]
            }
        };
        match tail.strip_prefix(',') {
            Some(next) => {
                left.push(',');
                rest = next;
            }
            None => return left,
        }
    }
}

/// `GET contacts/#/labels`: the stored spellings.
///
/// # Errors
/// 404.
pub fn of_contact(state: &State, call: &Call<'_>, id: u64) -> Outcome {
    let contact = state
        .contact_of(call.caller.account, id)
        .ok_or(Refusal::NotFound)?;
    ok(&json!({"payload": state.labels_of(contact)}))
}

/// `POST contacts/#/labels`: replaces all; the answer has the spellings sent. Anything but a list of
/// texts clears them.
///
/// # Errors
/// 404; 422 for a tag too long, or where the contact itself has become invalid.
pub fn set_on_contact(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let contact = state
        .contact_of(call.caller.account, id)
        .ok_or(Refusal::NotFound)?;
    validate::contact(state, contact)?;
    let sent: Option<Vec<String>> = match call.params.get("labels") {
        Some(Value::Array(items)) => items.iter().map(|item| scalar(item).flatten()).collect(),
        _ => None,
    };
    let tags = split(&sent.unwrap_or_default());
    if tags.iter().any(|tag| tag.chars().count() > LONGEST_TAG) {
        return Err(Refusal::Invalid(vec![
            ("tag", "Tag must exist".into()),
            ("tag_id", "Tag can't be blank".into()),
        ]));
    }
    state.set_tags(id, &tags);
    ok(&json!({"payload": tags}))
}

/// Takes a tag off an account's contacts and puts another in its place, if given.
pub fn replace_tag(state: &mut State, account: u64, from: &str, to: Option<&str>) {
    let Some(old) = state.find_tag(from) else {
        return;
    };
    let new = to.map(|to| state.tag(to));
    let holders = state
        .contacts
        .values_mut()
        .filter(|c| c.account == account && c.tags.contains(&old));
    for contact in holders {
        contact.tags.retain(|tag| *tag != old);
        if let Some(new) = new
            && !contact.tags.contains(&new)
        {
            contact.tags.push(new);
        }
    }
}

/// `POST bulk_actions` for contacts: labels to add or to remove, or deletion. Done at once.
///
/// # Errors
/// 422 for a type the version does not know, 401 for an agent who deletes.
pub fn bulk(state: &mut State, call: &Call<'_>) -> Outcome {
    let kind = call.params.text("type").unwrap_or_default();
    if kind != "Contact" || !state.version.is_new() {
        return Err(Refusal::BulkType);
    }
    let delete = call.params.text("action_name").as_deref() == Some("delete");
    if delete {
        call.caller.needs_administrator()?;
    }
    let mut ids = contacts::ids(call.params.get("ids"));
    ids.sort_unstable();
    ids.retain(|id| state.contact_of(call.caller.account, *id).is_some());
    if delete {
        for id in ids {
            contacts::remove(state, id);
        }
        return done();
    }
    let labels = call.params.get("labels");
    let names = |what: &str| -> Vec<String> {
        let list = labels.and_then(|l| l.get(what)).and_then(Value::as_array);
        let list = list.map_or(&[][..], Vec::as_slice);
        list.iter()
            .filter_map(|item| scalar(item).flatten())
            .collect()
    };
    let (add, remove) = (names("add"), names("remove"));
    for id in ids {
        // The job stops at the first contact that can no longer be saved.
        let contact = state.contacts.get(&id).cloned();
        let Some(contact) = contact.filter(|c| validate::contact(state, c).is_ok()) else {
            break;
        };
        let mut tags = state.labels_of(&contact);
        if add.is_empty() {
            tags.retain(|tag| !remove.contains(tag));
        } else {
            tags.extend(split(&add));
        }
        state.set_tags(id, &tags);
    }
    done()
}

/// `GET labels`: all of them, by title.
///
/// # Errors
/// None of its own.
pub fn list(state: &State, call: &Call<'_>) -> Outcome {
    let mut labels: Vec<&Label> = state
        .labels
        .values()
        .filter(|l| l.account == call.caller.account)
        .collect();
    labels.sort_by(|a, b| super::collate::compare(&a.title, &b.title));
    let payload: Vec<Value> = labels.into_iter().map(render::label).collect();
    ok(&json!({ "payload": payload }))
}

fn find(state: &State, call: &Call<'_>, id: u64) -> Result<Label, Refusal> {
    let label = state.labels.get(&id);
    label
        .filter(|l| l.account == call.caller.account)
        .cloned()
        .ok_or(Refusal::NotFound)
}

/// `GET labels/#`, for administrators.
///
/// # Errors
/// 404, 401.
pub fn show(state: &State, call: &Call<'_>, id: u64) -> Outcome {
    let label = find(state, call, id)?;
    call.caller.needs_administrator()?;
    ok(&render::label(&label))
}

const FIELDS: [&str; 4] = ["title", "description", "color", "show_on_sidebar"];

fn sent(call: &Call<'_>) -> Result<Object, Refusal> {
    call.params
        .wrapped("label", &FIELDS)
        .ok_or(Refusal::Missing("label"))
}

/// `POST labels`, for administrators.
///
/// # Errors
/// 401, 422.
pub fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    call.caller.needs_administrator()?;
    let label = Label {
        id: state.last.label + 1,
        account: call.caller.account,
        title: String::new(),
        description: Value::Null,
        color: "#1f93ff".into(),
        show_on_sidebar: Value::Null,
    };
    let label = changed(state, label, &sent(call)?)?;
    state.last.label = label.id;
    let body = ok(&render::label(&label));
    state.labels.insert(label.id, label);
    body
}

/// `PATCH labels/#`, for administrators. Contacts follow a new title a moment later.
///
/// # Errors
/// 404, 401, 422.
pub fn update(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let old = find(state, call, id)?;
    call.caller.needs_administrator()?;
    let label = changed(state, old.clone(), &sent(call)?)?;
    if label.title != old.title {
        let job = Job::RenameTag {
            account: label.account,
            from: old.title,
            to: label.title.clone(),
        };
        state.jobs.push((later(call.now, JOB_DELAY), job));
    }
    let body = ok(&render::label(&label));
    state.labels.insert(id, label);
    body
}

/// `DELETE labels/#`, for administrators. 4.15.1 takes it off the contacts a moment later.
///
/// # Errors
/// 404, 401.
pub fn delete(state: &mut State, call: &Call<'_>, id: u64) -> Outcome {
    let label = find(state, call, id)?;
    call.caller.needs_administrator()?;
    state.labels.remove(&id);
    if state.version.is_new() {
        let job = Job::DropTag {
            account: label.account,
            title: label.title,
        };
        state.jobs.push((later(call.now, JOB_DELAY), job));
    }
    done()
}

fn changed(state: &State, mut label: Label, sent: &Object) -> Result<Label, Refusal> {
    let text = |key: &str| sent.get(key).and_then(scalar);
    if let Some(title) = text("title") {
        label.title = title.unwrap_or_default().to_lowercase();
    }
    if let Some(description) = text("description") {
        label.description = json!(description);
    }
    if let Some(Some(color)) = text("color") {
        label.color = color;
    }
    if let Some(value) = sent.get("show_on_sidebar") {
        label.show_on_sidebar = json!(super::params::boolean(value));
    }
    let mut problems = Vec::new();
    let mut refuse = |text: &str| problems.push(("title", format!("Title {text}")));
    if label.title.trim().is_empty() {
        refuse("must not be blank");
    }
    if !is_title(&label.title) {
        refuse("is invalid");
    }
    let taken =
        |l: &Label| l.account == label.account && l.id != label.id && l.title == label.title;
    if state.labels.values().any(taken) {
        refuse("has already been taken");
    }
    if label.title.chars().count() > LONGEST_TAG {
        refuse("is too long (maximum is 255 characters)");
    }
    if problems.is_empty() {
        Ok(label)
    } else {
        Err(Refusal::Invalid(problems))
    }
}

/// Two or more letters, digits, `_` or `-` of any script, the first a letter or digit.
fn is_title(title: &str) -> bool {
    let mut characters = title.chars();
    characters.next().is_some_and(char::is_alphanumeric)
        && title.chars().nth(1).is_some()
        && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn quotes_protect_commas_and_come_first() {
        let sent =
            |texts: &[&str]| split(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(sent(&["\"a, b\"", "c"]), ["a, b", "c"]);
        assert_eq!(sent(&["c", "\"a, b\"", "d,e"]), ["a, b", "c", "d", "e"]);
        assert_eq!(sent(&["o'clock", "x' y"]), ["o'clock", "x' y"]);
        assert_eq!(
            sent(&["VIP", "vip", " ", "two words"]),
            ["VIP", "two words"]
        );
    }
}
