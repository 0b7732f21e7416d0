//! What becomes of a plan: applied after a question, written to a file, copied as a command line.

use std::sync::Arc;

use super::{Asking, Preview, command, view};
use crate::domain::Trouble;
use crate::engine::plan::BY_LETTER;
use crate::tui::effect::Effect;
use crate::tui::model::{Desk, Notice};
use crate::tui::screen::ask::Ask;
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::{Answer, Ctx, Exit, Outcome, Screen};

impl Preview {
    pub(super) fn apply(&mut self, ctx: &Ctx<'_>) -> Outcome {
        if self.plan.is_none() {
            return Outcome::notice(Notice::info("the plan is not made yet; a moment"));
        }
        if self.beginning.is_some() {
            return Outcome::notice(Notice::info("the run is begun already; a moment"));
        }
        if ctx.desk.read_only() {
            let words = "this account is read_only: the plan can be looked at and written to a file, not applied";
            return Outcome::notice(Notice::warning(words));
        }
        let go = self.counts.go();
        if go == 0 {
            return Outcome::notice(Notice::info("there is nothing to send"));
        }
        self.asking = Some(Asking::Apply);
        let question = view::question(self, ctx.desk);
        Outcome::exit(Exit::Open(match go > BY_LETTER {
            true => {
                let question = format!("{question} Type {go} to apply it.");
                Screen::Ask(Box::new(Ask::number("Apply", question, go)))
            }
            false => Screen::Confirm(Confirm {
                question,
                then: None,
            }),
        }))
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(plan) = &self.plan else {
            return Outcome::nothing();
        };
        let ticket = ctx.tickets.draw();
        self.beginning = Some(ticket);
        Outcome::effects(vec![Effect::BeginRun {
            ticket,
            plan: Arc::clone(plan),
        }])
    }

    pub(super) fn ask_path(&mut self, ctx: &Ctx<'_>) -> Outcome {
        if self.plan.is_none() {
            return Outcome::notice(Notice::info("the plan is not made yet; a moment"));
        }
        self.asking = Some(Asking::Path);
        let path = format!("./cardex-plan-{}.jsonl", ctx.now.strftime("%Y-%m-%d"));
        let question = "Write the plan to a new file, for somebody to read and for `cardex apply`. It holds names \
                        and values of contacts.";
        Outcome::exit(Exit::Open(Screen::Ask(Box::new(Ask::text(
            "Write the plan",
            question,
            &path,
        )))))
    }

    fn write(&mut self, path: String, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(plan) = &self.plan else {
            return Outcome::nothing();
        };
        let ticket = ctx.tickets.draw();
        self.writing = Some((ticket, self.struck()));
        Outcome::effects(vec![Effect::WritePlan {
            ticket,
            plan: Arc::clone(plan),
            path,
        }])
    }

    pub(super) fn copy(&mut self, desk: &Desk) -> Outcome {
        let (Some(plan), Some(account)) = (&self.plan, &desk.account) else {
            return Outcome::notice(Notice::info("the plan is not made yet; a moment"));
        };
        let written = self.written.as_ref();
        let written = written.filter(|(_, struck)| *struck == self.struck());
        let written = written.map(|(path, _)| path.as_str());
        match command::line(plan, &account.name, written) {
            Ok((line, note)) => {
                self.note = note.map(str::to_string);
                Outcome::effects(vec![Effect::Copy(line)])
            }
            Err(why) => Outcome::notice(Notice::info(why)),
        }
    }

    pub(super) fn was_written(
        &mut self,
        result: Result<String, Trouble>,
        struck: usize,
    ) -> Outcome {
        Outcome::notice(match result {
            Ok(path) => {
                let shown = crate::domain::shown::one_line(&path).into_owned();
                self.written = Some((path, struck));
                Notice::good(format!(
                    "the plan is in {shown}; `cardex apply` goes on from there, here or elsewhere"
                ))
            }
            Err(trouble) => Notice::trouble(&trouble),
        })
    }

    pub(super) fn answered(&mut self, answer: Answer, ctx: &mut Ctx<'_>) -> Outcome {
        match (self.asking.take(), answer) {
            (Some(Asking::Apply), Answer::Yes | Answer::Typed(_)) => self.begin(ctx),
            (Some(Asking::Path), Answer::Typed(path)) => self.write(path, ctx),
            _ => Outcome::nothing(),
        }
    }
}
