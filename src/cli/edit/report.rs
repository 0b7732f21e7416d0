//! What `edit` prints: the plan of a dry run, how a save ended, and failures, as text or JSON. Failures
//! are told on standard error in both forms.

use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::output::{Output, change_line, trouble_json};
use crate::domain::diff::{Change, kept_attributes};
use crate::domain::{Contact, FieldKey, FieldTable, Guarded, Trouble, TroubleKind, shown};
use crate::engine::{Check, SaveOutcome};
use crate::http::HttpRequest;

/// Prints what would change and what would be sent. Returns the exit code.
pub fn dry_run(
    base: &Contact,
    changes: &[Change],
    requests: &[HttpRequest],
    acts: &[Guarded],
    out: Output,
) -> u8 {
    let requests: Vec<Value> = requests.iter().map(request_json).collect();
    let printed = if out.json {
        let status = if changes.is_empty() {
            "unchanged"
        } else {
            "planned"
        };
        let mut value = json!({
            "id": base.id.as_str(), "status": status, "verified": false,
            "changes": changes, "contact": base.to_json(), "requests": requests, "dry_run": true,
        });
        if !acts.is_empty() {
            value["guarded"] = guarded_json(acts);
        }
        out.object(&value)
    } else if changes.is_empty() {
        out.line("Nothing would change.")
    } else {
        print_plan(changes, &requests, out)
    };
    Output::ended(printed, exit::DONE)
}

fn guarded_json(acts: &[Guarded]) -> Value {
    let act = |a: &Guarded| json!({"key": a.key, "message": a.message, "needs": a.guard.switch()});
    acts.iter().map(act).collect()
}

fn request_json(request: &HttpRequest) -> Value {
    let headers: serde_json::Map<String, Value> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    json!({
        "method": request.method.as_str(), "url": request.url, "headers": headers,
        "body": request.body,
    })
}

fn print_plan(changes: &[Change], requests: &[Value], out: Output) -> Result<(), u8> {
    out.changes(changes)?;
    for request in requests {
        let text = |key: &str| request[key].as_str().unwrap_or_default().to_string();
        out.line(&format!("{} {}", text("method"), text("url")))?;
        if !request["body"].is_null() {
            let body = request["body"].to_string();
            out.line(&format!("  {}", shown::one_line(&body)))?;
        }
    }
    if requests.is_empty() {
        out.line("(kept in the local store; no request)")?;
    }
    Ok(())
}

/// Prints a failure before the save began. Returns the exit code.
pub fn failed(id: &str, trouble: &Trouble, out: Output) -> u8 {
    out.error_text(&trouble.message, trouble.hint.as_deref());
    let code = exit::of_trouble(trouble);
    if !out.json {
        return code;
    }
    let value = json!({
        "id": id, "status": "failed", "verified": false, "changes": [],
        "error": trouble_json(trouble),
    });
    Output::ended(out.object(&value), code)
}

/// Prints how the save ended. Returns the exit code.
pub fn outcome(
    base: &Contact,
    outcome: &SaveOutcome,
    holders: &[(FieldKey, Contact)],
    table: &FieldTable,
    out: Output,
) -> u8 {
    if let Some(complaint) = Complaint::of(base, outcome, table) {
        match exit::of_outcome(outcome) {
            exit::DONE => out.warning(&format!("{}; {}", complaint.message, complaint.hint)),
            _ => out.error_text(&complaint.message, Some(&complaint.hint)),
        }
        for row in complaint.rows {
            out.aside(&change_line(row));
        }
    }
    for (key, holder) in holders {
        out.aside(&shown::one_line(&format!(
            "{key} is held by {} (`cardex show {}`)",
            holder.title(),
            holder.id
        )));
    }
    let printed = if out.json {
        let mut value = outcome_json(base, outcome, table);
        if !holders.is_empty() {
            let held = holders
                .iter()
                .map(|(key, c)| json!({"key": key.as_str(), "contact": c.to_json()}));
            value["error"]["held_by"] = held.collect();
        }
        out.object(&value)
    } else {
        print(outcome, out)
    };
    Output::ended(printed, exit::of_outcome(outcome))
}

fn print(outcome: &SaveOutcome, out: Output) -> Result<(), u8> {
    match outcome {
        SaveOutcome::Unchanged { .. } => out.line("Unchanged: everything is already so."),
        SaveOutcome::Applied {
            changes,
            check,
            after,
            ..
        } => {
            let head = match check {
                Check::Verified => "Saved and verified",
                Check::Drifted(_) => "Accepted, but stored differently",
                Check::Unprovable(_) => "Saved, and verified as far as it can be read back",
                Check::Unknown(_) => "Accepted, not verified",
                Check::Merged { .. } => "Saved, and merged into another record",
            };
            out.line(&format!("{head}: {}", shown::one_line(&after.title())))?;
            out.changes(changes)
        }
        SaveOutcome::Refused { .. }
        | SaveOutcome::Conflict { .. }
        | SaveOutcome::Guarded { .. }
        | SaveOutcome::Failed { .. }
        | SaveOutcome::Unknown { .. } => Ok(()),
    }
}

/// What can be done about attributes that were to be gone and are still there, where the provider is known for
/// that.
fn still_there(table: &FieldTable, rows: &[Change]) -> Option<String> {
    let note = table.attributes.removal_note?;
    let kept: Vec<String> = kept_attributes(rows)
        .map(|name| shown::one_line(&format!("--set-attr '{name}='")).into_owned())
        .collect();
    (!kept.is_empty()).then(|| format!("{note}: {}", kept.join(" ")))
}

/// What a save that did not simply succeed is complained of with.
struct Complaint<'o> {
    message: String,
    hint: String,
    rows: &'o [Change],
}

impl<'o> Complaint<'o> {
    fn of(base: &Contact, outcome: &'o SaveOutcome, table: &FieldTable) -> Option<Self> {
        let look = format!("`cardex show {}` tells what is stored now", base.id);
        let (message, hint, rows): (String, String, &[Change]) = match outcome {
            SaveOutcome::Unchanged { .. }
            | SaveOutcome::Applied {
                check: Check::Verified,
                ..
            } => return None,
            SaveOutcome::Applied {
                check: Check::Drifted(rows),
                ..
            } => {
                let message = format!(
                    "saving contact {}: it was accepted, but something else is stored (asked → stored):",
                    base.id
                );
                let hint = still_there(table, rows).unwrap_or(look);
                (message, hint, rows)
            }
            SaveOutcome::Applied {
                check: Check::Unprovable(why) | Check::Unknown(why),
                ..
            } => (format!("saving contact {}: {why}", base.id), look, &[]),
            SaveOutcome::Applied {
                check: Check::Merged { gone, into, .. },
                ..
            } => {
                let message = format!(
                    "saving contact {}: the provider merged it: record {gone} is gone, this is record \
                     {into} now",
                    base.id
                );
                (message, look, &[])
            }
            SaveOutcome::Guarded { acts, .. } => {
                let said: Vec<String> = acts
                    .iter()
                    .map(|act| format!("{}: {}", act.key, act.message))
                    .collect();
                let message = format!("saving contact {}: {}", base.id, said.join("; "));
                let switches: Vec<&str> = acts.iter().map(|act| act.guard.switch()).collect();
                let hint = format!("nothing was sent; {} allows it", switches.join(" "));
                (message, hint, &[])
            }
            SaveOutcome::Refused {
                message,
                fields,
                partly,
                ..
            } => {
                let part = if *partly {
                    "; a part of it had been stored before"
                } else {
                    "; nothing was stored"
                };
                let mut words: Vec<String> = fields
                    .iter()
                    .map(|p| format!("{}: {}", p.key, p.message))
                    .collect();
                // The server's sentence often is the field's.
                if !fields.iter().any(|p| p.message == *message) {
                    words.insert(0, message.clone());
                }
                let said = format!("saving contact {}: refused: {}", base.id, words.join("; "));
                let hint = if *partly {
                    look
                } else {
                    "correct the named values and send again".into()
                };
                (format!("{said}{part}"), hint, &[])
            }
            SaveOutcome::Conflict { changes, .. } => {
                let message = format!(
                    "saving contact {}: conflict: somebody else changed the same value meanwhile; \
                     nothing was sent (as read before → stored now):",
                    base.id
                );
                let hint = "look at it again, or write over it with --force".into();
                (message, hint, changes)
            }
            SaveOutcome::Failed {
                trouble,
                partly: true,
                ..
            } => {
                let message = format!("{}; a part of it had been stored before", trouble.message);
                (message, look, &[])
            }
            SaveOutcome::Failed { trouble, .. } => {
                let hint = trouble.hint.clone();
                let hint = hint.unwrap_or_else(|| "nothing was stored".into());
                (trouble.message.clone(), hint, &[])
            }
            SaveOutcome::Unknown { trouble, .. } => {
                let message = format!(
                    "it is not known whether this was stored: {}",
                    trouble.message
                );
                (message, look, &[])
            }
        };
        Some(Self {
            message,
            hint,
            rows,
        })
    }
}

/// `{"id","status","verified","changes","contact"|"error"}`.
fn outcome_json(base: &Contact, outcome: &SaveOutcome, table: &FieldTable) -> Value {
    let id = base.id.as_str();
    let error = |kind: Value, rest: Value| {
        let complaint = Complaint::of(base, outcome, table);
        let (message, hint) = complaint.map_or_else(Default::default, |c| (c.message, c.hint));
        let mut error = json!({"kind": kind, "message": message, "hint": hint});
        if let (Some(error), Value::Object(rest)) = (error.as_object_mut(), rest) {
            error.extend(rest);
        }
        error
    };
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
                Check::Merged { into, .. } => value["merged_into"] = json!(into),
                Check::Unprovable(why) | Check::Unknown(why) => value["unverified"] = json!(why),
            }
            value
        }
        SaveOutcome::Refused { fields, stored, .. } => {
            let fields: Vec<Value> = fields
                .iter()
                .map(|f| json!({"key": f.key, "message": f.message}))
                .collect();
            json!({
                "id": id, "status": "failed", "verified": false, "changes": [],
                "error": error(json!(TroubleKind::Rejected), json!({"fields": fields})),
                "contact": stored.as_ref().map(Contact::to_json),
            })
        }
        SaveOutcome::Guarded { contact, acts } => {
            json!({
                "id": id, "status": "failed", "verified": false, "changes": [],
                "error": error(json!(TroubleKind::Invalid), json!({"guarded": guarded_json(acts)})),
                "contact": contact.to_json(),
            })
        }
        SaveOutcome::Conflict { theirs, changes } => json!({
            "id": id, "status": "failed", "verified": false, "changes": [],
            "error": error(json!("conflict"), json!({"conflicts": changes})),
            "contact": theirs.to_json(),
        }),
        SaveOutcome::Failed {
            trouble, stored, ..
        } => json!({
            "id": id, "status": "failed", "verified": false, "changes": [],
            "error": error(json!(trouble.kind), Value::Null),
            "contact": stored.as_ref().map(Contact::to_json),
        }),
        SaveOutcome::Unknown { trouble, stored } => json!({
            "id": id, "status": "unknown", "verified": false, "changes": [],
            "error": error(json!(trouble.kind), Value::Null),
            "contact": stored.as_ref().map(Contact::to_json),
        }),
    }
}
