//! Which action a method and path lead to. Whatever is not listed here is the framework's 404.

use super::params::{decode, leading_number};
use super::reply::{Outcome, Refusal};
use super::state::State;
use super::{Call, account, contacts, definitions, filter, inboxes, labels, list, merge, notes};
use crate::sandbox::Received;

/// Where a request leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `GET /api`.
    Version,
    /// `GET /api/v1/profile`.
    Profile,
    /// `POST /auth/sign_in`.
    SignIn,
    /// Something inside an account.
    Account {
        /// The account as the path spells it.
        account: String,
        /// Method and remaining segments.
        action: Vec<String>,
    },
    /// Something of the public inbox API.
    Public {
        /// The inbox identifier.
        inbox: String,
        /// Method and remaining segments.
        action: Vec<String>,
    },
}

/// The account routes, as method, then segments; `#` stands for an id.
const ACCOUNT_ROUTES: &[&str] = &[
    "GET",
    "PATCH",
    "PUT",
    "GET contacts",
    "POST contacts",
    "GET contacts search",
    "POST contacts filter",
    "GET contacts active",
    "POST contacts export",
    "POST contacts import",
    "GET contacts #",
    "PUT contacts #",
    "PATCH contacts #",
    "DELETE contacts #",
    "DELETE contacts # avatar",
    "POST contacts # destroy_custom_attributes",
    "GET contacts # labels",
    "POST contacts # labels",
    "GET contacts # conversations",
    "GET contacts # contactable_inboxes",
    "POST contacts # contact_inboxes",
    "GET contacts # notes",
    "POST contacts # notes",
    "GET contacts # notes #",
    "PATCH contacts # notes #",
    "PUT contacts # notes #",
    "DELETE contacts # notes #",
    "POST contact_inboxes filter",
    "POST actions contact_merge",
    "POST bulk_actions",
    "GET labels",
    "POST labels",
    "GET labels #",
    "PATCH labels #",
    "PUT labels #",
    "DELETE labels #",
    "GET custom_attribute_definitions",
    "POST custom_attribute_definitions",
    "GET custom_attribute_definitions #",
    "PATCH custom_attribute_definitions #",
    "PUT custom_attribute_definitions #",
    "DELETE custom_attribute_definitions #",
    "GET custom_filters",
    "POST custom_filters",
    "GET custom_filters #",
    "DELETE custom_filters #",
    "GET inboxes",
    "POST inboxes",
    "GET inboxes #",
];

const PUBLIC_ROUTES: &[&str] = &[
    "GET",
    "POST contacts",
    "GET contacts #",
    "PATCH contacts #",
    "PUT contacts #",
];

/// Finds the route.
///
/// # Errors
/// 404 without one, 400 for a path that is not UTF-8, 406 for an ending other than `.json`.
pub fn find(request: &Received) -> Result<Action, Refusal> {
    let mut segments = Vec::new();
    for segment in request.path().split('/').filter(|s| !s.is_empty()) {
        segments.push(segment);
    }
    let format = segments
        .last_mut()
        .and_then(|last| {
            let (head, format) = last.rsplit_once('.')?;
            *last = head;
            Some(format)
        })
        .unwrap_or("json");
    let decoded: Option<Vec<String>> = segments.iter().map(|s| decode(s, false)).collect();
    let decoded = decoded.ok_or(Refusal::BadRequest)?;
    let method = match request.method.as_str() {
        "HEAD" => "GET",
        other => other,
    };
    let parts: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let action = match (method, parts.as_slice()) {
        ("GET", ["api"]) => Action::Version,
        ("GET", ["api", "v1", "profile"]) => Action::Profile,
        ("POST", ["auth", "sign_in"]) => Action::SignIn,
        (_, ["api", "v1", "accounts", account, rest @ ..]) => Action::Account {
            account: (*account).to_owned(),
            action: listed(ACCOUNT_ROUTES, method, rest)?,
        },
        (_, ["public", "api", "v1", "inboxes", inbox, rest @ ..]) => Action::Public {
            inbox: (*inbox).to_owned(),
            action: listed(PUBLIC_ROUTES, method, rest)?,
        },
        _ => return Err(Refusal::NoRoute),
    };
    if format == "json" {
        Ok(action)
    } else {
        Err(Refusal::NotAcceptable(format.to_owned()))
    }
}

fn listed(routes: &[&str], method: &str, rest: &[&str]) -> Result<Vec<String>, Refusal> {
    let sent: Vec<&str> = std::iter::once(method)
        .chain(rest.iter().copied())
        .collect();
    let known = routes.iter().any(|route| {
        let pattern: Vec<&str> = route.split(' ').collect();
        pattern.len() == sent.len() && pattern.iter().zip(&sent).all(|(p, s)| *p == "#" || p == s)
    });
    if known {
        Ok(sent.into_iter().map(str::to_owned).collect())
    } else {
        Err(Refusal::NoRoute)
    }
}

/// Carries out an action inside an account.
///
/// # Errors
/// Whatever the subject refuses.
pub fn account_action(state: &mut State, call: &Call<'_>, action: &[String]) -> Outcome {
    let parts: Vec<&str> = action.iter().map(String::as_str).collect();
    let id = leading_number;
    match parts.as_slice() {
        ["GET"] => account::show(state, call),
        [_] => account::update(state, call),
        ["GET", "contacts"] => list::list(state, call),
        ["POST", "contacts"] => contacts::create(state, call),
        ["GET", "contacts", "search"] => list::search(state, call),
        ["POST", "contacts", "filter"] => filter::answer(state, call),
        ["GET", "contacts", "active"] => list::active(state, call),
        ["POST", "contacts", "export"] => contacts::export(call),
        ["POST", "contacts", "import"] => contacts::import(call),
        ["GET", "contacts", c] => contacts::show(state, call, id(c)),
        ["PUT" | "PATCH", "contacts", c] => contacts::update(state, call, id(c)),
        ["DELETE", "contacts", c] => contacts::delete(state, call, id(c)),
        [_, "contacts", c, "avatar"] => contacts::delete_avatar(state, call, id(c)),
        [_, "contacts", c, "destroy_custom_attributes"] => {
            contacts::destroy_custom_attributes(state, call, id(c))
        }
        ["GET", "contacts", c, "labels"] => labels::of_contact(state, call, id(c)),
        [_, "contacts", c, "labels"] => labels::set_on_contact(state, call, id(c)),
        [_, "contacts", c, "conversations"] => contacts::conversations(state, call, id(c)),
        [_, "contacts", c, "contactable_inboxes"] => inboxes::contactable(state, call, id(c)),
        [_, "contacts", c, "contact_inboxes"] => inboxes::connect(state, call, id(c)),
        ["GET", "contacts", c, "notes"] => notes::list(state, call, id(c)),
        [_, "contacts", c, "notes"] => notes::create(state, call, id(c)),
        ["GET", "contacts", c, "notes", n] => notes::show(state, call, id(c), id(n)),
        ["DELETE", "contacts", c, "notes", n] => notes::delete(state, call, id(c), id(n)),
        [_, "contacts", c, "notes", n] => notes::update(state, call, id(c), id(n)),
        [_, "contact_inboxes", "filter"] => inboxes::find_contact(state, call),
        [_, "actions", "contact_merge"] => merge::answer(state, call),
        [_, "bulk_actions"] => labels::bulk(state, call),
        ["GET", "labels"] => labels::list(state, call),
        ["POST", "labels"] => labels::create(state, call),
        ["GET", "labels", l] => labels::show(state, call, id(l)),
        ["DELETE", "labels", l] => labels::delete(state, call, id(l)),
        [_, "labels", l] => labels::update(state, call, id(l)),
        ["GET", "custom_attribute_definitions"] => definitions::list(state, call),
        ["POST", "custom_attribute_definitions"] => definitions::create(state, call),
        ["GET", "custom_attribute_definitions", d] => definitions::show(state, call, id(d)),
        ["DELETE", "custom_attribute_definitions", d] => definitions::delete(state, call, id(d)),
        [_, "custom_attribute_definitions", d] => definitions::update(state, call, id(d)),
        ["GET", "custom_filters"] => account::saved_filters(state, call),
        ["POST", "custom_filters"] => account::save_filter(state, call),
        ["GET", "custom_filters", f] => account::saved_filter(state, call, id(f)),
        [_, "custom_filters", f] => account::forget_filter(state, call, id(f)),
        ["GET", "inboxes"] => inboxes::list(state, call),
        ["POST", "inboxes"] => inboxes::create(state, call),
        ["GET", "inboxes", i] => inboxes::show(state, call, id(i)),
        _ => Err(Refusal::NoRoute),
    }
}
