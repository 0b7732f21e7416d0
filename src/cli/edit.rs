//! `cardex edit ID`: one update: difference, requests, confirmation, save, proof. The patch is made in
//! `args`, what is printed in `report`.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write};

use super::interrupt::{Ended, to_the_end, unless_interrupted};
use super::output::{Output, change_line, interrupted};
use super::{EditArgs, exit};
use crate::app::saves;
use crate::app::session::Session;
use crate::domain::diff::{self, Change};
use crate::domain::validate::{self, Problem, Severity};
use crate::domain::{AttributeDefinition, Contact, Guarded, Patch, Trouble, TroubleKind, shown};
use crate::engine::{Permits, Preview, SaveOutcome};

pub mod args;
pub mod report;
mod taken;

/// What is to be saved, checked.
struct Plan {
    base: Contact,
    patch: Patch,
    changes: Vec<Change>,
    preview: Preview,
}

/// Carries the edit out. Ctrl-C ends it until the save begins; from then on it is waited for. Returns
/// the exit code; failures are told here, as they have a form of their own in JSON.
pub async fn run(session: &Session, args: &EditArgs, out: Output) -> u8 {
    match carry_out(session, args, out).await {
        Ok(code) => code,
        Err(trouble) => report::failed(&args.id, &trouble, out),
    }
}

async fn carry_out(session: &Session, args: &EditArgs, out: Output) -> Result<u8, Trouble> {
    let Some(plan) = unless_interrupted(plan(session, args, out)).await? else {
        return Ok(interrupted());
    };
    let Plan {
        base,
        patch,
        changes,
        preview,
    } = plan?;
    let permits = Permits {
        force: args.force,
        merge: args.allow_merge,
        new_field: args.allow_new_field,
    };
    let mut acts = preview.acts;
    acts.retain(|act| !permits.allow(act.guard));
    if args.dry_run {
        for act in &acts {
            out.warning(&guarded_line(act));
        }
        return Ok(report::dry_run(
            &base,
            &changes,
            &preview.requests,
            &acts,
            out,
        ));
    }
    let nobody_asked = args.yes || !asks();
    if nobody_asked && !acts.is_empty() {
        return Err(not_allowed(&acts));
    }
    let mut permits = permits;
    if !nobody_asked && !changes.is_empty() {
        permits = permits.with(&acts);
        let (title, rows) = (base.title().into_owned(), changes);
        // Not before Ctrl-C is listened for: whoever sees the question may answer with that.
        let asked =
            async { tokio::task::spawn_blocking(move || confirmed(&title, &rows, &acts)).await };
        match unless_interrupted(asked).await? {
            None => return Ok(interrupted()),
            Some(Ok(Ok(true))) => {}
            Some(Ok(Ok(false))) => {
                let trouble = Trouble::new(TroubleKind::Local, "you answered no; nothing was sent");
                return Err(trouble);
            }
            Some(Ok(Err(e))) => return Err(not_asked(&e.to_string())),
            Some(Err(e)) => return Err(not_asked(&e.to_string())),
        }
    }
    let (saving, before) = (session.clone(), base.clone());
    let asked = patch.apply(&base);
    let tell = move |run| out.remark(&saves::waits_for(run));
    let save = async move { saving.save_telling(before, patch, permits, tell).await };
    let (outcome, stopped) = match to_the_end(save).await? {
        Ended::Done(outcome) => (outcome, false),
        Ended::DoneAfterAll(outcome) => (outcome, true),
        Ended::Left => {
            let message = format!("saving contact {}: left before it ended", base.id);
            let trouble = Trouble::new(TroubleKind::Local, message);
            report::outcome(
                &base,
                &SaveOutcome::Unknown {
                    trouble,
                    stored: None,
                },
                &[],
                session.table(),
                out,
            );
            return Ok(exit::INTERRUPTED);
        }
    };
    let holders = taken::holders(session, &base, &asked, &outcome).await;
    match report::outcome(&base, &outcome, &holders, session.table(), out) {
        exit::DONE if stopped => Ok(exit::INTERRUPTED),
        code => Ok(code),
    }
}

/// Reads the contact, and checks what is asked.
async fn plan(session: &Session, args: &EditArgs, out: Output) -> Result<Plan, Trouble> {
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
    let patch = args::patch_of(args, session, &base, &definitions)?;
    let labels = label_warnings(session, &base, &patch, out).await;
    check(session, &definitions, &base, &patch, labels, out)?;
    let patch = patch.effective(&base);
    let changes = diff::changes_of(&base, &patch);
    let preview = session.preview(&base, &patch).await.map_err(|problems| {
        let said: Vec<_> = problems
            .iter()
            .map(|p| format!("{}: {}", p.key, p.message))
            .collect();
        invalid(said.join("; ")).with_hint("nothing was sent")
    })?;
    Ok(Plan {
        base,
        patch,
        changes,
        preview,
    })
}

/// What a guarded act may do, with the switch that allows it.
fn guarded_line(act: &Guarded) -> String {
    format!("{}: {} ({})", act.key, act.message, act.guard.switch())
}

/// Nobody can be asked, and the switch was not given.
fn not_allowed(acts: &[Guarded]) -> Trouble {
    let said: Vec<String> = acts
        .iter()
        .map(|act| format!("{}: {}", act.key, act.message))
        .collect();
    let switches: BTreeSet<&str> = acts.iter().map(|act| act.guard.switch()).collect();
    let switches: Vec<&str> = switches.into_iter().collect();
    invalid(format!("edit: {}", said.join("; "))).with_hint(format!(
        "nothing was sent; {} allows it",
        switches.join(" ")
    ))
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

/// What is doubtful about new tags at a provider that has a catalogue of them.
async fn label_warnings(
    session: &Session,
    base: &Contact,
    patch: &Patch,
    out: Output,
) -> Vec<Problem> {
    let spec = &session.table().tags;
    let new: Vec<&String> = patch
        .tags
        .add
        .iter()
        .filter(|name| !diff::contains(&base.tags, name, spec.ignore_case))
        .collect();
    if new.is_empty() || spec.outside_catalogue.is_none() {
        return Vec::new();
    }
    match session.catalogue().await {
        Ok(Some(names)) => new
            .into_iter()
            .filter_map(|name| validate::tag(spec, Some(&names), name))
            .filter(|problem| !problem.is_error())
            .collect(),
        Ok(None) => Vec::new(),
        Err(trouble) => {
            out.warning(&format!("which tags exist is not known: {trouble}"));
            Vec::new()
        }
    }
}

/// Refuses invalid values by name, all at once; warns of doubtful ones.
fn check(
    session: &Session,
    definitions: &[AttributeDefinition],
    base: &Contact,
    patch: &Patch,
    labels: Vec<Problem>,
    out: Output,
) -> Result<(), Trouble> {
    let region = session.account().default_region.as_deref();
    let mut mistakes = Vec::new();
    let mut repairs = Vec::new();
    let mut warnings: Vec<String> = Vec::new();
    let mut warn = |key: &str, problem: &Problem| {
        let tail = problem.repair.as_ref();
        let tail = tail.map_or(String::new(), |r| format!("; did you mean {r:?}?"));
        let said = format!("{key}: {}{tail}", problem.message);
        if !warnings.contains(&said) {
            warnings.push(said);
        }
    };
    for (key, problem) in validate::patch(session.table(), definitions, region, base, patch) {
        match problem.severity {
            Severity::Warning => warn(&key, &problem),
            Severity::Error => {
                mistakes.push(format!("{key}: {}", problem.message));
                repairs.extend(problem.repair.map(|r| format!("{key}={r}")));
            }
        }
    }
    labels.iter().for_each(|problem| warn("tags", problem));
    for warning in &warnings {
        out.warning(warning);
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

/// Whether there is somebody to ask; without a terminal the command line itself was the decision.
fn asks() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn confirmed(title: &str, changes: &[Change], acts: &[Guarded]) -> std::io::Result<bool> {
    let (input, mut error) = (std::io::stdin(), std::io::stderr());
    writeln!(error, "{}:", shown::one_line(title))?;
    for change in changes {
        writeln!(error, "{}", change_line(change))?;
    }
    for act in acts {
        writeln!(error, "! {}: {}", act.key, shown::one_line(&act.message))?;
    }
    write!(error, "Send this? [y/N] ")?;
    error.flush()?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn not_asked(why: &str) -> Trouble {
    let message = format!("asking for confirmation: {why}; nothing was sent");
    Trouble::new(TroubleKind::Local, message).with_hint("--yes sends without asking")
}

fn invalid(message: String) -> Trouble {
    Trouble::new(TroubleKind::Invalid, message)
}
