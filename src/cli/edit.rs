//! `cardex edit ID`: one update: difference, requests, confirmation, save, proof.

use std::io::{BufRead, IsTerminal, Write};

use serde_json::{Value, json};

use super::output::{Output, change_line, trouble_json};
use super::{EditArgs, exit};
use crate::app::session::Session;
use crate::domain::diff::{self, Change};
use crate::domain::validate::{self, Severity};
use crate::domain::{
    AttributeDefinition, Contact, Edit, FieldKey, FieldKind, FieldTable, Flag, Patch, Trouble,
    TroubleKind, attribute, phone, shown,
};
use crate::engine::{Check, SaveOutcome};
use crate::http::HttpRequest;

/// Carries the edit out. Returns the exit code.
///
/// # Errors
/// When an argument is wrong, or the contact can not be read.
pub async fn run(session: &Session, args: &EditArgs, out: Output) -> Result<u8, Trouble> {
    let id = session.check_id(&args.id)?;
    if nothing_asked(args) {
        return Err(
            invalid("edit: nothing to change was named".into()).with_hint(
                "use --set KEY=VALUE, --clear, --set-attr, --add-tag, --flag … (see --help)",
            ),
        );
    }
    if session.account().read_only && !args.dry_run {
        return Err(session.read_only());
    }
    let base = session.read(&id).await?;
    let definitions = match session.definitions().await {
        Ok(definitions) => definitions,
        Err(trouble) => {
            out.warning(&format!("attribute types are not known: {trouble}"));
            Vec::new()
        }
    };
    let patch = patch_of(args, session, &base, &definitions)?;
    check(session, &definitions, &base, &patch, out)?;
    let patch = patch.effective(&base);
    let changes = diff::changes_of(&base, &patch);
    let requests = session.preview(&base, &patch).map_err(|problems| {
        let said: Vec<_> = problems
            .iter()
            .map(|p| format!("{}: {}", p.key, p.message))
            .collect();
        invalid(said.join("; ")).with_hint("nothing was sent")
    })?;
    if args.dry_run {
        return Ok(dry_run(&base, &changes, &requests, out));
    }
    if !args.yes && !changes.is_empty() && !confirmed(&base, &changes)? {
        out.remark("Nothing was sent.");
        return Ok(exit::DONE);
    }
    let outcome = session.save(base.clone(), patch, args.force).await;
    Ok(report(&base, &outcome, out))
}

fn nothing_asked(args: &EditArgs) -> bool {
    [
        &args.set,
        &args.clear,
        &args.set_attr,
        &args.unset_attr,
        &args.add_tag,
        &args.remove_tag,
        &args.flag,
    ]
    .iter()
    .all(|list| list.is_empty())
}

/// The patch that the arguments describe; values are typed by the definitions.
fn patch_of(
    args: &EditArgs,
    session: &Session,
    base: &Contact,
    definitions: &[AttributeDefinition],
) -> Result<Patch, Trouble> {
    let mut patch = Patch::default();
    for pair in &args.set {
        let (key, value) = split(pair, "--set", "KEY=VALUE")?;
        let key = field_key(key)?;
        let edit = if value.is_empty() {
            Edit::Clear
        } else {
            Edit::Set(canonical(session.table(), key, value))
        };
        patch.fields.insert(key, edit);
    }
    for key in &args.clear {
        patch.fields.insert(field_key(key)?, Edit::Clear);
    }
    let untyped = session.table().attributes.untyped;
    for pair in &args.set_attr {
        let (name, text) = split(pair, "--set-attr", "NAME=VALUE")?;
        if text.is_empty() && session.table().attributes.empty_removes {
            return Err(invalid(format!(
                "attr.{name}: an empty value removes the attribute here"
            ))
            .with_hint(format!("say so with --unset-attr {name}")));
        }
        let kind = definitions
            .iter()
            .find(|d| d.key == name)
            .map_or(untyped, |d| d.kind);
        let value = attribute::value_of(kind, text, base.attributes.get(name))
            .map_err(|m| invalid(format!("attr.{name}: {m}")))?;
        patch.attributes.insert(name.to_string(), Edit::Set(value));
    }
    for name in &args.unset_attr {
        patch.attributes.insert(name.clone(), Edit::Clear);
    }
    patch.tags.add.extend(args.add_tag.iter().cloned());
    patch.tags.remove.extend(args.remove_tag.iter().cloned());
    if let Some(both) = patch.tags.add.intersection(&patch.tags.remove).next() {
        return Err(invalid(format!(
            "tags: {both:?} is to be both added and removed"
        )));
    }
    for pair in &args.flag {
        let (name, state) = split(pair, "--flag", "FLAG=yes|no|unknown")?;
        let flag = Flag::parse(name).ok_or_else(|| {
            invalid(format!(
                "--flag: {name:?} is not a flag; use optin or blocked"
            ))
        })?;
        let edit = match state {
            "yes" | "true" => Edit::Set(true),
            "no" | "false" => Edit::Set(false),
            "unknown" => Edit::Clear,
            other => {
                let message = format!("{flag}: {other:?} is not a state; use yes, no or unknown");
                return Err(invalid(message));
            }
        };
        patch.flags.insert(flag, edit);
    }
    Ok(patch)
}

/// A number that the provider wants as bare digits may be written as people write numbers.
fn canonical(table: &FieldTable, key: FieldKey, value: &str) -> String {
    let digits = table
        .field(key)
        .is_some_and(|f| f.kind == FieldKind::PhoneDigits);
    let bare = if digits {
        phone::digits_with_code(value).ok()
    } else {
        None
    };
    bare.unwrap_or_else(|| value.to_string())
}

fn split<'a>(pair: &'a str, option: &str, form: &str) -> Result<(&'a str, &'a str), Trouble> {
    pair.split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| invalid(format!("{option}: {pair:?} must have the form {form}")))
}

fn field_key(key: &str) -> Result<FieldKey, Trouble> {
    FieldKey::parse(key).ok_or_else(|| {
        let fields = FieldKey::ALL.map(FieldKey::as_str).join(", ");
        invalid(format!("{key:?} is not a field; use one of {fields}"))
            .with_hint("tags, attributes and flags have options of their own: see edit --help")
    })
}

/// Refuses invalid values by name, all at once; warns of doubtful ones.
fn check(
    session: &Session,
    definitions: &[AttributeDefinition],
    base: &Contact,
    patch: &Patch,
    out: Output,
) -> Result<(), Trouble> {
    let region = session.account().default_region.as_deref();
    let mut mistakes = Vec::new();
    let mut repairs = Vec::new();
    for (key, problem) in validate::patch(session.table(), definitions, region, base, patch) {
        match problem.severity {
            Severity::Warning => out.warning(&format!("{key}: {}", problem.message)),
            Severity::Error => {
                mistakes.push(format!("{key}: {}", problem.message));
                repairs.extend(problem.repair.map(|r| format!("{key}={r}")));
            }
        }
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    let hint = if repairs.is_empty() {
        "nothing was sent".into()
    } else {
        format!("nothing was sent; did you mean {}?", repairs.join(", "))
    };
    Err(invalid(mistakes.join("; ")).with_hint(hint))
}

fn dry_run(base: &Contact, changes: &[Change], requests: &[HttpRequest], out: Output) -> u8 {
    let requests: Vec<Value> = requests
        .iter()
        .map(|r| {
            let headers: serde_json::Map<String, Value> = r
                .headers
                .iter()
                .map(|(n, v)| (n.clone(), json!(v)))
                .collect();
            json!({"method": r.method.as_str(), "url": r.url, "headers": headers, "body": r.body})
        })
        .collect();
    let printed = if out.json {
        let status = if changes.is_empty() {
            "unchanged"
        } else {
            "planned"
        };
        let value = json!({
            "id": base.id.as_str(), "status": status, "verified": false,
            "changes": changes, "contact": base.to_json(), "requests": requests, "dry_run": true,
        });
        out.line(&value.to_string())
    } else if changes.is_empty() {
        out.line("Nothing would change.")
    } else {
        print_plan(changes, &requests, out)
    };
    printed.err().unwrap_or(exit::DONE)
}

fn print_plan(changes: &[Change], requests: &[Value], out: Output) -> Result<(), u8> {
    out.changes(changes)?;
    for request in requests {
        let (method, url) = (&request["method"], &request["url"]);
        let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
        out.line(&format!("{} {}", text(method), text(url)))?;
        if !request["body"].is_null() {
            out.line(&format!(
                "  {}",
                shown::one_line(&request["body"].to_string())
            ))?;
        }
    }
    if requests.is_empty() {
        out.line("(kept in the local store; no request)")?;
    }
    Ok(())
}

/// Asks on a terminal; without one the command line itself was the decision.
fn confirmed(base: &Contact, changes: &[Change]) -> Result<bool, Trouble> {
    let (input, mut error) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() || !error.is_terminal() {
        return Ok(true);
    }
    let failed = |e: std::io::Error| {
        Trouble::new(TroubleKind::Local, format!("asking for confirmation: {e}"))
    };
    writeln!(error, "{}:", shown::one_line(base.title())).map_err(failed)?;
    for change in changes {
        writeln!(error, "{}", change_line(change)).map_err(failed)?;
    }
    write!(error, "Send this? [y/N] ").map_err(failed)?;
    error.flush().map_err(failed)?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Prints how the save ended. Returns the exit code.
fn report(base: &Contact, outcome: &SaveOutcome, out: Output) -> u8 {
    let code = exit::of_outcome(outcome);
    if out.json {
        return out
            .line(&outcome_json(base, outcome).to_string())
            .err()
            .unwrap_or(code);
    }
    let said = match outcome {
        SaveOutcome::Unchanged { .. } => out.line("Unchanged: everything is already so."),
        SaveOutcome::Applied {
            changes,
            check,
            after,
            ..
        } => {
            let title = shown::one_line(after.title()).into_owned();
            let head = match check {
                Check::Verified => format!("Saved and verified: {title}"),
                Check::Drifted(_) => format!("Accepted, but something else is stored: {title}"),
                Check::Unknown(why) => format!("Accepted, not verified: {title} ({why})"),
            };
            out.line(&head)
                .and_then(|()| out.changes(changes))
                .and_then(|()| {
                    let Check::Drifted(rows) = check else {
                        return Ok(());
                    };
                    out.line("Asked → stored:")?;
                    out.changes(rows)
                })
        }
        SaveOutcome::Refused {
            message,
            fields,
            stored,
        } => {
            out.error_text(&format!("refused: {message}"), None);
            for problem in fields {
                out.error_text(&format!("{}: {}", problem.key, problem.message), None);
            }
            if stored.is_some() {
                out.error_text("a part of it had been accepted before", Some(&look(base)));
            }
            Ok(())
        }
        SaveOutcome::Conflict { changes, .. } => {
            out.error_text(
                "conflict: somebody else changed the same value meanwhile; nothing was sent",
                Some("look at it again, or write over it with --force"),
            );
            out.changes(changes)
        }
        SaveOutcome::Failed { trouble } => {
            out.error_text(&trouble.message, trouble.hint.as_deref());
            Ok(())
        }
        SaveOutcome::Unknown { trouble } => {
            let message = format!(
                "it is not known whether this was stored: {}",
                trouble.message
            );
            out.error_text(&message, Some(&look(base)));
            Ok(())
        }
    };
    said.err().unwrap_or(code)
}

fn look(base: &Contact) -> String {
    format!("`cardex show {}` tells what is stored now", base.id)
}

/// `{"id","status","verified","changes","contact"|"error"}`.
fn outcome_json(base: &Contact, outcome: &SaveOutcome) -> Value {
    let id = base.id.as_str();
    match outcome {
        SaveOutcome::Unchanged { contact } => json!({
            "id": id, "status": "unchanged", "verified": true, "changes": [],
            "contact": contact.to_json(),
        }),
        SaveOutcome::Applied {
            after,
            changes,
            check,
            ..
        } => {
            let mut value = json!({
                "id": id, "status": "applied", "verified": *check == Check::Verified,
                "changes": changes, "contact": after.to_json(),
            });
            match check {
                Check::Verified => {}
                Check::Drifted(rows) => value["drift"] = json!(rows),
                Check::Unknown(why) => value["unverified"] = json!(why),
            }
            value
        }
        SaveOutcome::Refused {
            message,
            fields,
            stored,
        } => {
            let fields: Vec<Value> = fields
                .iter()
                .map(|f| json!({"key": f.key, "message": f.message}))
                .collect();
            json!({
                "id": id, "status": "failed", "verified": false, "changes": [],
                "error": {"kind": "rejected", "message": message, "fields": fields},
                "contact": stored.as_ref().map(Contact::to_json),
            })
        }
        SaveOutcome::Conflict { theirs, changes } => json!({
            "id": id, "status": "failed", "verified": false, "changes": [],
            "error": {"kind": "conflict", "message": "changed by somebody else meanwhile",
                "conflicts": changes},
            "contact": theirs.to_json(),
        }),
        SaveOutcome::Failed { trouble } => json!({
            "id": id, "status": "failed", "verified": false, "changes": [],
            "error": trouble_json(trouble),
        }),
        SaveOutcome::Unknown { trouble } => json!({
            "id": id, "status": "unknown", "verified": false, "changes": [],
            "error": trouble_json(trouble),
        }),
    }
}

fn invalid(message: String) -> Trouble {
    Trouble::new(TroubleKind::Invalid, message)
}
