//! The command line that does what a plan does as it is now, to be copied: with the filter that chose the contacts
//! where that still is the same, else with their ids, or with the file that holds the plan.

use crate::domain::AccountName;
use crate::engine::Plan;
use crate::engine::plan::command;
use crate::http::curl::quote;

/// So many ids stand in the line itself.
const MOST_IDS: usize = 20;

/// What stands for the file of ids that nobody wrote yet.
const IDS: &str = "IDS.txt";

/// A line, and what has to be known about it.
type Line = (String, Option<&'static str>);

/// The line that does what the plan does, or why there is none yet. `written`: a file that holds the plan as it is.
pub(super) fn line(
    plan: &Plan,
    account: &AccountName,
    written: Option<&str>,
) -> Result<Line, &'static str> {
    const NONE: &str = "write the plan to a file first: no other command does just this";
    if let Some(path) = written {
        let (account, path) = (quote(account.as_str()), quote(path));
        return Ok((format!("cardex apply --account {account} {path}"), None));
    }
    let struck = plan.rows.iter().any(|r| r.struck);
    let mut header = plan.header.clone();
    if struck {
        // The filter, or the run, would bring back what was struck out.
        header.filter = None;
        if header.undo_of.is_some() {
            return Err(NONE);
        }
    }
    if header.undo_of.is_some() || header.filter.is_some() {
        let line = command::line(&header, IDS).ok_or(NONE)?;
        return Ok((line, None));
    }
    // Also those that need nothing now: they may when the line is used.
    let ids = plan.rows.iter().filter(|r| !r.struck);
    let ids: Vec<String> = ids
        .take(MOST_IDS + 1)
        .map(|r| quote(r.id.as_str()))
        .collect();
    if ids.len() <= MOST_IDS {
        let line = command::line(&header, "-").ok_or(NONE)?;
        let ids = ids.join(" ");
        return Ok((format!("printf '%s\\n' {ids} | {line}"), None));
    }
    let line = command::line(&header, IDS).ok_or(NONE)?;
    let note = "In the copied line IDS.txt stands for a file with the ids, one a line. Once the plan is written \
                to a file, the line that is copied applies that.";
    Ok((line, Some(note)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContactId, Patch, ProviderId};
    use crate::engine::RunId;
    use crate::engine::plan::{Allowed, Header, Planned, Row};

    fn plan(ids: &[&str], filter: Option<&str>) -> Plan {
        let mut change = Patch::default();
        change.tags.add.insert("big fish".into());
        let row = |id: &&str| Row {
            id: ContactId::new(*id),
            name: (*id).into(),
            record: None,
            planned: Planned::Unread {
                patch: change.clone().into(),
            },
            struck: false,
        };
        Plan {
            rows: ids.iter().map(row).collect(),
            header: Header {
                account: AccountName::new("my desk"),
                provider: ProviderId::Local,
                place: String::new(),
                made_at: jiff::Timestamp::UNIX_EPOCH,
                made_by: "me".into(),
                change: Some(change),
                allowed: Allowed::default(),
                reason: None,
                undo_of: None,
                filter: filter.map(String::from),
                doubts: Vec::new(),
            },
        }
    }

    fn said(plan: &Plan, written: Option<&str>) -> Result<String, &'static str> {
        let account = AccountName::new("my desk");
        line(plan, &account, written).map(|(line, _)| line)
    }

    #[test]
    fn the_line_chooses_whom_the_plan_is_about() {
        let does = "cardex tag --account 'my desk' --add 'big fish'";
        let mut some = plan(&["7", "8"], Some("tag:vip -x"));
        assert_eq!(said(&some, None), Ok(format!("{does} -- 'tag:vip -x'")));
        let all = plan(&["7", "8"], Some(""));
        assert_eq!(said(&all, None), Ok(format!("{does} --all")));
        let few = plan(&["7", "8"], None);
        let ids = format!("printf '%s\\n' 7 8 | {does} --ids -");
        assert_eq!(said(&few, None), Ok(ids));
        some.rows[0].struck = true;
        let ids = format!("printf '%s\\n' 8 | {does} --ids -");
        assert_eq!(said(&some, None), Ok(ids));
        assert_eq!(
            said(&some, Some("./a plan")),
            Ok("cardex apply --account 'my desk' './a plan'".into())
        );
        let ids: Vec<String> = (0..21).map(|n| n.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let many = plan(&ids, None);
        assert_eq!(said(&many, None), Ok(format!("{does} --ids IDS.txt")));
        let mut undo = plan(&["7", "8"], None);
        undo.header.undo_of = Some(RunId(4));
        let back = "cardex runs undo 4 --account 'my desk'";
        assert_eq!(said(&undo, None), Ok(back.into()));
        undo.rows[0].struck = true;
        assert!(said(&undo, None).is_err());
        assert!(said(&undo, Some("p")).is_ok());
    }
}
