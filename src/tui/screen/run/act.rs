//! What the keys of a run do: orders to it while it is driven, and what can be done with it afterwards.

use super::{RunScreen, moved, view};
use crate::engine::journal::Outcome as End;
use crate::engine::results::{Group, Which, blocked_words};
use crate::engine::run::Standing;
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::model::Notice;
use crate::tui::runs::{Order, Undo, words};
use crate::tui::screen::ask::Ask;
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::{Answer, Ctx, Exit, Outcome, Screen};

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Whether to end all rows that are left as given up.
    GiveUp,
    /// Where to write the results.
    Path,
}

impl RunScreen {
    pub(super) fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Back if self.whole => self.whole = false,
            Action::Back => return self.leave(ctx),
            Action::PauseRun => return self.pause(ctx),
            Action::StopRun | Action::Slower | Action::Faster if !self.driven => {
                return Outcome::notice(Notice::info("it is not under way"));
            }
            Action::StopRun => {
                return self.order(Order::Stop, "stopping after the requests in flight");
            }
            Action::Slower => return Outcome::effects(vec![self.ordering(Order::Slower)]),
            Action::Faster => return Outcome::effects(vec![self.ordering(Order::Faster)]),
            Action::RetryRun => return self.retry(ctx),
            Action::GiveUpRun => return self.ask_give_up(ctx),
            Action::NextRows => {
                let kinds = self.kinds(ctx.desk);
                let at = kinds.iter().position(|k| *k == self.which).unwrap_or(0);
                let next = kinds.get((at + 1) % kinds.len().max(1)).copied();
                self.which = next.unwrap_or_default();
                return self.restart(ctx);
            }
            Action::Undo => return self.undo(ctx),
            Action::WriteResults => return self.ask_path(ctx),
            Action::Open => self.whole = !self.whole,
            Action::Mark => self.choose(),
            action => {
                let height = view::height(self, ctx.desk);
                self.cursor = moved(self.cursor, action, self.matched(), height);
            }
        }
        Outcome::nothing()
    }

    fn ordering(&self, order: Order) -> Effect {
        Effect::OrderRun {
            run: self.key.clone(),
            order,
        }
    }

    fn order(&self, order: Order, words: &str) -> Outcome {
        Outcome::effects(vec![self.ordering(order)]).saying(Notice::info(words))
    }

    /// Back to where one came from; the run goes on.
    fn leave(&self, ctx: &Ctx<'_>) -> Outcome {
        let outcome = Outcome::exit(Exit::Close);
        if !self.driven {
            return outcome;
        }
        let key = ctx
            .desk
            .keymap
            .key_of(&[crate::tui::keymap::Context::List], Action::Runs);
        let key = key.map_or_else(String::new, |k| format!("; {k} brings it back"));
        let run = self.key.run;
        outcome.saying(Notice::info(format!(
            "run {run} goes on in the background{key}"
        )))
    }

    fn pause(&self, ctx: &Ctx<'_>) -> Outcome {
        if !self.driven {
            return self.resume(ctx);
        }
        match ctx.desk.run(&self.key).map(|r| &r.standing) {
            Some(Standing::Halted(_)) => self.order(Order::GoOn, "going on"),
            _ => self.order(Order::Pause, "pausing after the requests in flight"),
        }
    }

    /// Whether it can be written for this run, or why not.
    fn refusal(&self, ctx: &Ctx<'_>) -> Option<Notice> {
        if !self.is_here(ctx.desk) {
            let text = format!("open the account {} for that", self.key.account);
            return Some(Notice::warning(text));
        }
        if ctx.desk.read_only() {
            return Some(Notice::warning(
                "this account is read_only: nothing is sent",
            ));
        }
        if let Some(past) = self.past().filter(|p| p.elsewhere) {
            return Some(Notice::warning(match past.edit {
                true => "this contact is being saved at this moment",
                false => "another cardex drives this run; pause or stop it there first",
            }));
        }
        if self.past().is_some_and(|p| p.forgotten) {
            return Some(Notice::info(
                "what this run changed was deleted from the history",
            ));
        }
        None
    }

    fn resume(&self, ctx: &Ctx<'_>) -> Outcome {
        if let Some(notice) = self.refusal(ctx) {
            return Outcome::notice(notice);
        }
        match self.tally(ctx.desk) {
            Some(tally) if tally.left > 0 => {
                Outcome::effects(vec![Effect::ResumeRun(self.key.run)])
                    .saying(Notice::info(format!("going on with run {}", self.key.run)))
            }
            Some(_) => Outcome::notice(Notice::info("every row has its end")),
            None => Outcome::notice(Notice::info("its rows are not read yet; a moment")),
        }
    }

    /// Tries what failed again: of the reason that is shown, else all of it.
    fn retry(&self, ctx: &Ctx<'_>) -> Outcome {
        if let Some(notice) = self.refusal(ctx) {
            return Outcome::notice(notice);
        }
        let tally = self.tally(ctx.desk).unwrap_or_default();
        let of = match self.which {
            Which::Because(reason) => Some(reason),
            _ => None,
        };
        let meant = |g: &&Group| of.is_none_or(|reason| g.reason == reason);
        let groups: Vec<&Group> = self.failed.iter().filter(meant).collect();
        let (all, reason): (u64, _) = match of {
            Some(_) => (groups.iter().map(|g| g.rows).sum(), of),
            None => (tally.failed + tally.unknown, None),
        };
        let rows = all.saturating_sub(groups.iter().map(|g| g.blocked).sum());
        let blocked = blocked_words(groups.into_iter());
        if rows == 0 {
            return Outcome::notice(match blocked {
                None => Notice::info("there is nothing to try again"),
                Some(blocked) => Notice::warning(format!("nothing is tried again: {blocked}")),
            });
        }
        let what = reason.map_or("failed or are not known".into(), |r| {
            format!("failed: {}", r.label())
        });
        let more = blocked.map_or_else(String::new, |blocked| format!("; {blocked}"));
        let words = format!("trying again: {} that {what}{more}", words::grouped(rows));
        self.order(Order::Retry(reason), &words)
    }

    fn ask_give_up(&mut self, ctx: &Ctx<'_>) -> Outcome {
        if let Some(notice) = self.refusal(ctx) {
            return Outcome::notice(notice);
        }
        let left = self.tally(ctx.desk).unwrap_or_default().left;
        if left == 0 {
            return Outcome::notice(Notice::info("every row has its end"));
        }
        self.asking = Some(Asking::GiveUp);
        Outcome::exit(Exit::Open(Screen::Confirm(Confirm {
            question: give_up_question(self.key.run, left),
            then: None,
        })))
    }

    pub(super) fn answered(&mut self, answer: &Answer, _ctx: &mut Ctx<'_>) -> Outcome {
        match (self.asking.take(), answer) {
            (Some(Asking::GiveUp), Answer::Yes) => self.order(Order::GiveUp, "ending the run"),
            (Some(Asking::Path), Answer::Typed(path)) => {
                Outcome::effects(vec![Effect::WriteResults {
                    run: self.key.run,
                    path: path.clone(),
                }])
            }
            _ => Outcome::nothing(),
        }
    }

    /// Plans what takes the chosen rows back, or all of them.
    fn undo(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(notice) = self.refusal(ctx) {
            return Outcome::notice(notice);
        }
        if self.driven {
            return Outcome::notice(Notice::info("it is under way; stop it first"));
        }
        let ticket = ctx.tickets.draw();
        self.undoing = Some(ticket);
        let only = (!self.chosen.is_empty()).then(|| self.chosen.clone());
        let run = self.key.run;
        let what = Undo::Run { run, only };
        Outcome::effects(vec![Effect::PlanUndo { ticket, what }])
            .saying(Notice::info("planning the way back …"))
    }

    fn ask_path(&mut self, ctx: &Ctx<'_>) -> Outcome {
        if !self.is_here(ctx.desk) {
            return Outcome::notice(Notice::info("open its account for that"));
        }
        self.asking = Some(Asking::Path);
        let path = format!("./cardex-run-{}.csv", self.key.run);
        let question = "Write what came of each contact to a new file: .csv, or .jsonl for a JSON object a line. \
                        It holds names and values of contacts.";
        let ask = Ask::text("Write the results", question, &path);
        Outcome::exit(Exit::Open(Screen::Ask(Box::new(ask))))
    }

    /// Chooses the row with the cursor, or not any more.
    fn choose(&mut self) {
        let Some(row) = self.row(self.cursor).map(|r| r.row) else {
            return;
        };
        if !self.chosen.remove(&row) {
            self.chosen.insert(row);
        }
        self.cursor = (self.cursor + 1).min(self.matched().saturating_sub(1));
    }

    /// What may be wrong with a row deserves to be seen first.
    pub(super) fn is_bad(end: Option<End>) -> bool {
        matches!(end, Some(End::Failed | End::Unknown))
    }
}

/// What is asked before a run is ended with rows left.
pub(in crate::tui) fn give_up_question(run: crate::engine::RunId, left: u64) -> String {
    format!(
        "End run {run}? {} that are left end as given up; nothing is sent for them. What may be half done is \
         looked at and settled.",
        match left {
            1 => "The contact".into(),
            n => format!("The {} contacts", words::grouped(n)),
        }
    )
}
