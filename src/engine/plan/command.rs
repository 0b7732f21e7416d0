//! The command line that does what a plan does: to run it again, to put it into a script.

use super::{Header, Plan};
use crate::domain::attribute::text_of;
use crate::domain::{Edit, Patch};
use crate::http::curl::quote;

/// The command line of a plan, quoted for a POSIX shell; `ids` is the file that the ids of its contacts are expected
/// in, where no filter chose them. None where each contact has a change of its own: only the plan itself does that.
pub fn line(header: &Header, ids: &str) -> Option<String> {
    let words = words(header, ids)?;
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    Some(quoted.join(" "))
}

impl Plan {
    /// The command line that does the same; see [`line()`].
    pub fn command(&self, ids: &str) -> Option<String> {
        line(&self.header, ids)
    }
}

/// The same as words.
pub fn words(header: &Header, ids: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = vec!["cardex".into()];
    match (header.undo_of, &header.change) {
        (Some(run), _) => words.extend(["runs".into(), "undo".into(), run.to_string()]),
        (None, Some(_)) => words.push("tag".into()),
        (None, None) => return None,
    }
    option(&mut words, "--account", header.account.as_str());
    if let (None, Some(change)) = (header.undo_of, &header.change) {
        options_of(change, &mut words);
    }
    if let Some(reason) = &header.reason {
        option(&mut words, "--reason", reason);
    }
    let allowed = header.allowed;
    for (is, switch) in [
        (allowed.opt_in, "--allow-opt-in"),
        (allowed.new_field, "--allow-new-field"),
        (allowed.new_tag, "--allow-new-tag"),
    ] {
        if is {
            words.push(switch.into());
        }
    }
    match (header.undo_of, &header.filter) {
        (Some(_), _) => {}
        (None, None) => option(&mut words, "--ids", ids),
        (None, Some(filter)) if filter.is_empty() => words.push("--all".into()),
        // Behind the dashes a filter may begin with a minus sign.
        (None, Some(filter)) => words.extend(["--".into(), filter.clone()]),
    }
    Some(words)
}

fn options_of(change: &Patch, words: &mut Vec<String>) {
    for tag in &change.tags.add {
        option(words, "--add", tag);
    }
    for tag in &change.tags.remove {
        option(words, "--remove", tag);
    }
    for (key, edit) in &change.fields {
        let value = match edit {
            Edit::Set(text) => text.as_str(),
            Edit::Clear => "",
        };
        option(words, "--set", &format!("{key}={value}"));
    }
    for (name, edit) in &change.attributes {
        match edit {
            Edit::Set(value) => {
                option(words, "--set-attr", &format!("{name}={}", text_of(value)));
            }
            Edit::Clear => option(words, "--unset-attr", name),
        }
    }
    for (flag, edit) in &change.flags {
        let state = match edit {
            Edit::Set(true) => "yes",
            Edit::Set(false) => "no",
            Edit::Clear => "unknown",
        };
        option(words, "--flag", &format!("{flag}={state}"));
    }
}

/// An option and its value; joined where the value would be taken for an option itself, or for nothing.
fn option(words: &mut Vec<String>, name: &str, value: &str) {
    match value.is_empty() || value.starts_with('-') && value != "-" {
        true => words.push(format!("{name}={value}")),
        false => words.extend([name.to_string(), value.to_string()]),
    }
}
