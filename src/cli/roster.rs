//! `cardex roster`: the contacts of an account whose provider lists nothing, listed, added, taken out.

use std::io::{IsTerminal, Read};
use std::path::Path;

use serde_json::{Value, json};

use super::output::Output;
use super::{RosterCommand, exit};
use crate::app::roster::{self, RosterAdded, RosterEntry, Taken};
use crate::app::session::Session;
use crate::app::session::roster::HOW_TO_FILL;
use crate::app::setup::Setup;
use crate::domain::{AccountName, Filter, Trouble, TroubleKind, count, shown};

/// The other account that a command is about.
///
/// # Errors
/// When the first one has no roster, or the other can not be opened.
pub fn other(
    setup: &Setup,
    session: &Session,
    command: Option<&RosterCommand>,
) -> Result<Option<Session>, Trouble> {
    session.needs_roster()?;
    let Some(RosterCommand::From { source }) = command else {
        return Ok(None);
    };
    let account = setup.config.account(&AccountName::new(source))?;
    setup.open(account).map(Some)
}

/// Does what is asked. Returns the exit code.
///
/// # Errors
/// When the account has no roster, something given is wrong, or another account can not be reached.
pub async fn run(
    session: &Session,
    command: Option<RosterCommand>,
    other: Option<Session>,
    out: Output,
) -> Result<u8, Trouble> {
    match command {
        None | Some(RosterCommand::List) => list(session, out).await,
        Some(RosterCommand::Add {
            source_id,
            identifier,
        }) => {
            let added = roster::add(session, &source_id, identifier.as_deref()).await?;
            Ok(told(added, json!({}), &sentence(&added, ""), out))
        }
        Some(RosterCommand::Import { file }) => import(session, &file, out).await,
        Some(RosterCommand::From { .. }) => match other {
            Some(other) => from(session, &other, out).await,
            None => {
                let message = "filling the roster: the other account was not opened";
                Err(Trouble::new(TroubleKind::Local, message))
            }
        },
        Some(RosterCommand::Remove { source_id }) => remove(session, &source_id, out).await,
    }
}

async fn list(session: &Session, out: Output) -> Result<u8, Trouble> {
    let entries = session.roster().await?;
    if entries.is_empty() {
        out.remark(&empty(session).await?);
        return Ok(exit::DONE);
    }
    let printed = if out.json {
        entries.iter().try_for_each(|e| out.object(&entry_json(e)))
    } else {
        table(&entries).iter().try_for_each(|l| out.line(l))
    };
    Ok(printed.err().unwrap_or(exit::DONE))
}

/// Says what there is to know before a roster is read as a list.
///
/// # Errors
/// When the store can not be read.
pub async fn before_listing(
    session: &Session,
    filter: &Filter,
    out: Output,
) -> Result<(), Trouble> {
    if session.lacks_contacts().await? {
        out.remark(&empty(session).await?);
    } else if session.has_roster() && filter.asks_tags() {
        out.remark(
            "Labels are as of the last time that each contact was shown: Chatwoot's public API tells them with \
             the whole contact only.",
        );
    }
    Ok(())
}

/// What to say of a roster without contacts.
async fn empty(session: &Session) -> Result<String, Trouble> {
    let former = session.former_roster().await?;
    let former = former.map_or(String::new(), |former| format!(" {former}"));
    Ok(format!(
        "The roster of {} is empty, and Chatwoot's public API lists no contacts. Fill it with {HOW_TO_FILL}.{former}",
        session.account().name
    ))
}

fn entry_json(entry: &RosterEntry) -> Value {
    json!({
        "source_id": entry.source_id.as_str(),
        "identifier": entry.identifier,
        "added_at": entry.added_at.to_string(),
        "origin": entry.origin,
    })
}

/// Source id, identifier where anybody has one, day and origin, in columns.
fn table(entries: &[RosterEntry]) -> Vec<String> {
    let identified = entries.iter().any(|e| e.identifier.is_some());
    let cells = |e: &RosterEntry| {
        let id = shown::one_line(e.source_id.as_str()).into_owned();
        let identifier = e.identifier.as_deref().unwrap_or("-");
        let identifier = shown::one_line(identifier).into_owned();
        let day = e.added_at.strftime("%Y-%m-%d").to_string();
        let origin = shown::one_line(&e.origin).into_owned();
        match identified {
            true => vec![id, identifier, day, origin],
            false => vec![id, day, origin],
        }
    };
    let rows: Vec<Vec<String>> = entries.iter().map(cells).collect();
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| shown::width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(widest).collect();
    let line = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| {
            let pad = width.saturating_sub(shown::width(cell));
            format!("{cell}{}", " ".repeat(pad))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    rows.iter().map(line).collect()
}

async fn import(session: &Session, file: &Path, out: Output) -> Result<u8, Trouble> {
    let name = match file.as_os_str() == "-" {
        true => "standard input".to_string(),
        false => file.display().to_string(),
    };
    let text = read(file).map_err(|e| {
        let why = e.to_string();
        let why = why.split(" (os error").next().unwrap_or_default();
        Trouble::new(TroubleKind::Invalid, format!("reading {name}: {why}"))
            .with_hint("it must be text: a source id a line, or CSV under source_id,identifier")
    })?;
    let filled = roster::import(session, &name, &text).await?;
    let doubled = match filled.doubled {
        0 => String::new(),
        n => format!(" {n} stood in it more than once."),
    };
    let more = json!({"doubled": filled.doubled});
    Ok(told(
        filled.added,
        more,
        &sentence(&filled.added, &doubled),
        out,
    ))
}

fn read(file: &Path) -> std::io::Result<String> {
    if file.as_os_str() != "-" {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

async fn from(session: &Session, other: &Session, out: Output) -> Result<u8, Trouble> {
    let progress = !out.quiet && std::io::stderr().is_terminal();
    let taken = roster::from_account(session, other, |seen, total| {
        if progress {
            let of = total.map_or(String::new(), |t| format!(" of {t}"));
            super::list::show_progress(&format!("{seen}{of} contacts looked at"));
        }
    })
    .await;
    if progress {
        super::list::show_progress("");
    }
    let taken = taken?;
    let more = json!({"inbox": taken.inbox, "seen": taken.seen, "skipped": taken.skipped});
    let code = told(
        taken.added,
        more,
        &sentence(&taken.added, &after(&taken)),
        out,
    );
    if let Some(shortfall) = &taken.shortfall {
        out.warning(shortfall);
    }
    out.remark(
        "Chatwoot's list leaves out contacts without e-mail, phone and identifier; add those by their source ids.",
    );
    Ok(code)
}

fn after(taken: &Taken) -> String {
    let skipped = match taken.skipped {
        0 => String::new(),
        n => format!(" {n} left out: a source id with a dot or a blank can not be addressed."),
    };
    format!(
        " {} of the account looked at for the inbox {:?}.{skipped}",
        count::contacts(taken.seen),
        taken.inbox
    )
}

async fn remove(session: &Session, source_id: &str, out: Output) -> Result<u8, Trouble> {
    let removed = roster::remove(session, source_id).await?;
    if !removed {
        let message = format!(
            "{source_id:?} is not in the roster of {}",
            session.account().name
        );
        return Err(
            Trouble::new(TroubleKind::NotFound, message).with_hint("`cardex roster` lists what is")
        );
    }
    let said = format!("{source_id} is out of the roster; at Chatwoot it stays as it is.");
    let printed = match out.json {
        true => out.object(&json!({"removed": 1})),
        false => out.line(&shown::one_line(&said)),
    };
    Ok(printed.err().unwrap_or(exit::DONE))
}

/// `3 added, 1 was known.`, then `after`.
fn sentence(added: &RosterAdded, after: &str) -> String {
    let known = match added.known {
        0 => String::new(),
        1 => ", 1 was known".into(),
        n => format!(", {n} were known"),
    };
    let identified = match added.identified {
        0 => String::new(),
        n => format!(" ({n} with another identifier now)"),
    };
    format!("{} added{known}{identified}.{after}", added.added)
}

/// Prints counts, as JSON with `more` behind them.
fn told(added: RosterAdded, more: Value, sentence: &str, out: Output) -> u8 {
    let printed = match out.json {
        false => out.line(&shown::one_line(sentence)),
        true => {
            let mut told = json!({
                "added": added.added, "known": added.known, "identified": added.identified,
            });
            if let (Some(told), Value::Object(more)) = (told.as_object_mut(), more) {
                told.extend(more);
            }
            out.object(&told)
        }
    };
    printed.err().unwrap_or(exit::DONE)
}
