//! The command line that does what a plan does, to be copied into a script or handed on.

use crate::domain::{AccountName, Edit, Patch, attribute};
use crate::engine::Plan;
use crate::http::curl::quote;

/// So many ids stand in the line itself.
const MOST_IDS: usize = 20;

/// Where a plan comes from.
pub(super) struct Source<'a> {
    /// The account.
    pub(super) account: &'a AccountName,
    /// The filter that chose the contacts, where it was one; empty: all of them.
    pub(super) filter: Option<&'a str>,
    /// A file that holds the plan as it is now.
    pub(super) written: Option<&'a str>,
}

/// A line, and what has to be known about it.
type Line = (String, Option<&'static str>);

/// The line that does what the plan does, or why there is none yet.
pub(super) fn line(plan: &Plan, source: &Source<'_>) -> Result<Line, &'static str> {
    let account = quote(source.account.as_str());
    if let Some(path) = source.written {
        let path = quote(path);
        return Ok((format!("cardex apply --account {account} {path}"), None));
    }
    let struck = plan.rows.iter().any(|r| r.struck);
    let change = match (&plan.header.change, plan.header.undo_of) {
        (_, Some(run)) if !struck => {
            return Ok((format!("cardex runs --account {account} undo {run}"), None));
        }
        (Some(change), None) => arguments(change),
        _ => return Err("write the plan to a file first: no other command does just this"),
    };
    let tag = format!("cardex tag --account {account}");
    match source.filter.filter(|_| !struck) {
        Some("") => return Ok((format!("{tag} --all {change}"), None)),
        Some(filter) => return Ok((format!("{tag} {change} -- {}", quote(filter)), None)),
        None => {}
    }
    // Those that need nothing now may when the line is used.
    let ids = plan.rows.iter().filter(|r| !r.struck);
    let ids: Vec<&str> = ids.take(MOST_IDS + 1).map(|r| r.id.as_str()).collect();
    if ids.len() <= MOST_IDS {
        let ids: Vec<String> = ids.into_iter().map(quote).collect();
        let ids = ids.join(" ");
        let line = format!("printf '%s\\n' {ids} | {tag} --ids - {change}");
        return Ok((line, None));
    }
    let note = "In the copied line IDS.txt stands for a file with the ids, one a line. Once the plan is written \
                to a file, the line that is copied applies that.";
    Ok((format!("{tag} --ids IDS.txt {change}"), Some(note)))
}

/// A change as arguments.
fn arguments(change: &Patch) -> String {
    let mut words = Vec::new();
    let mut add = |option: &str, value: String| {
        // A value that begins with a minus would be taken for an option.
        match value.starts_with('-') {
            true => words.push(format!("--{option}={}", quote(&value))),
            false => words.push(format!("--{option} {}", quote(&value))),
        }
    };
    for tag in &change.tags.add {
        add("add", tag.clone());
    }
    for tag in &change.tags.remove {
        add("remove", tag.clone());
    }
    for (key, edit) in &change.fields {
        let text = match edit {
            Edit::Set(text) => text.as_str(),
            Edit::Clear => "",
        };
        add("set", format!("{key}={text}"));
    }
    for (name, edit) in &change.attributes {
        match edit {
            Edit::Set(value) => add("set-attr", format!("{name}={}", attribute::text_of(value))),
            Edit::Clear => add("unset-attr", name.clone()),
        }
    }
    for (flag, edit) in &change.flags {
        let state = match edit {
            Edit::Set(true) => "yes",
            Edit::Set(false) => "no",
            Edit::Clear => "unknown",
        };
        add("flag", format!("{flag}={state}"));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContactId, Flag, ProviderId, TagDelta};
    use crate::engine::RunId;
    use crate::engine::plan::{Allowed, Header, Planned, Row};

    fn plan(ids: &[&str]) -> Plan {
        let row = |id: &&str| Row {
            id: ContactId::new(*id),
            name: (*id).into(),
            record: None,
            planned: Planned::Nothing {
                why: "already so".into(),
            },
            struck: false,
        };
        Plan {
            header: Header {
                account: AccountName::new("demo"),
                provider: ProviderId::Local,
                place: String::new(),
                made_at: jiff::Timestamp::UNIX_EPOCH,
                made_by: "me".into(),
                change: Some(Patch::default()),
                allowed: Allowed::default(),
                reason: None,
                undo_of: None,
                filter: None,
                doubts: Vec::new(),
            },
            rows: ids.iter().map(row).collect(),
        }
    }

    #[test]
    fn the_line_says_whom_and_what() {
        let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let account = AccountName::new("my desk");
        let change = Patch {
            tags: TagDelta {
                add: set(&["big fish", "-x"]),
                remove: set(&["trial"]),
            },
            attributes: [
                ("plan".to_string(), Edit::Set("it's".into())),
                ("old".to_string(), Edit::Clear),
            ]
            .into(),
            flags: [(Flag::Optin, Edit::Set(false))].into(),
            ..Patch::default()
        };
        let does = "--add=-x --add 'big fish' --remove trial --unset-attr old --set-attr 'plan=it'\\''s' \
                    --flag optin=no";
        let line = |plan: &Plan, filter, written| {
            let mut plan = plan.clone();
            plan.header.change = Some(change.clone());
            let account = &account;
            let source = Source {
                account,
                filter,
                written,
            };
            super::line(&plan, &source)
        };
        let few = plan(&["7", "8"]);
        let said = |text: String| Ok((text, None));
        assert_eq!(
            line(&few, Some("tag:vip -x"), None),
            said(format!(
                "cardex tag --account 'my desk' {does} -- 'tag:vip -x'"
            ))
        );
        assert_eq!(
            line(&few, Some(""), None),
            said(format!("cardex tag --account 'my desk' --all {does}"))
        );
        let mut some = few.clone();
        some.rows[0].struck = true;
        // The filter would bring back what was struck out.
        assert_eq!(
            line(&some, Some("tag:vip"), None),
            said(format!(
                "printf '%s\\n' 8 | cardex tag --account 'my desk' --ids - {does}"
            ))
        );
        assert_eq!(
            line(&some, Some("tag:vip"), Some("./a plan")),
            said("cardex apply --account 'my desk' './a plan'".into())
        );
        let ids: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        let many = plan(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        let (text, note) = line(&many, None, None).unwrap();
        assert_eq!(
            text,
            format!("cardex tag --account 'my desk' --ids IDS.txt {does}")
        );
        assert!(note.unwrap().contains("IDS.txt"));
        let source = Source {
            account: &account,
            filter: None,
            written: None,
        };
        let mut undo = few.clone();
        undo.header.undo_of = Some(RunId(4));
        let back = "cardex runs --account 'my desk' undo 4";
        assert_eq!(super::line(&undo, &source), said(back.into()));
        undo.rows[0].struck = true;
        assert!(super::line(&undo, &source).is_err());
    }
}
