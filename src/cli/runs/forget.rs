//! `runs forget`: deletes what ended runs hold of people.

use super::args::ForgetArgs;
use super::find;
use crate::app::bulk::Forget;
use crate::app::clock;
use crate::app::session::{Session, store_trouble};
use crate::cli::bulk::confirm::{Question, ask, asks};
use crate::cli::exit;
use crate::cli::output::{Output, interrupted};
use crate::domain::{Trouble, TroubleKind, age, count};
use serde_json::json;

/// Forgets one run, or all that began before a moment. Returns the exit code.
///
/// # Errors
/// There is no such run, it has not ended, or it can not be deleted.
pub(super) async fn run(session: &Session, args: &ForgetArgs, out: Output) -> Result<u8, Trouble> {
    let invalid = |message: String| Trouble::new(TroubleKind::Invalid, message);
    let (which, what) = match (args.run, &args.before) {
        (Some(run), _) => {
            let run = find(session, run).await?;
            if run.tally.left > 0 {
                let left = run.tally.left;
                let (left, are) = (count::contacts(left), count::are(left));
                let message = format!("run {}: {left} {are} left", run.id);
                return Err(invalid(message)
                    .with_hint("`cardex runs end` gives them up; then it can be forgotten"));
            }
            (Forget::Run(run.id), format!("run {}", run.id))
        }
        (None, before) => {
            let text = before.as_deref().unwrap_or_default();
            let then = age::moment(text, clock::now());
            let then = then.map_err(|m| invalid(format!("--before: {m}")))?;
            let date = then.strftime("%Y-%m-%d %H:%M UTC");
            (
                Forget::Before(then),
                format!("the ended runs that began before {date}"),
            )
        }
    };
    if asks(args.yes) {
        let what = format!(
            "Delete what is kept of people in {what}? What was changed can not be undone then."
        );
        if !ask(Question::Do(what)).await? {
            return Ok(interrupted());
        }
    }
    let name = &session.account().name;
    let forgotten = session
        .journal()
        .forget_runs(name, which, clock::now())
        .await;
    let forgotten = forgotten.map_err(|e| store_trouble("forgetting", &e))?;
    let printed = match out.json {
        true => out.object(&json!({"forgotten": forgotten})),
        false => out.line(&match forgotten {
            1 => "1 run forgotten.".into(),
            n => format!("{n} runs forgotten."),
        }),
    };
    Ok(Output::ended(printed, exit::DONE))
}
