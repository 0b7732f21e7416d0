//! The review: what changes, the exact requests, and the sending. The same screen shows afterwards where
//! what is stored differs from what was asked.
//!
//! State and keys are here, its lines are made in `review::view`.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::confirm::Confirm;
use super::{Answer, Ctx, Exit, Input, Layer, Outcome, Screen};
use crate::domain::{Change, Contact, Guarded, Patch};
use crate::engine::{Permits, Preview};
use crate::http::curl;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::{Msg, Ticket};
use crate::tui::theme::Theme;
use crate::tui::widget::reader::Reader;

mod view;

/// A review.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    stage: Stage,
    reader: Reader,
}

/// What the screen is about.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// Before sending, or while it goes on.
    Before {
        base: Box<Contact>,
        patch: Patch,
        preview: Ticket,
        save: Ticket,
        /// What would be sent and done, when it is known.
        known: Option<Preview>,
        sending: bool,
    },
    /// After a save that was stored otherwise: whose, and the rows.
    Drifted { title: String, rows: Vec<Change> },
}

impl Review {
    /// Opens before sending. The tickets are those of the preview that was asked for, and for the save.
    pub fn open(base: Contact, patch: Patch, preview: Ticket, save: Ticket) -> Self {
        Self {
            stage: Stage::Before {
                base: Box::new(base),
                patch,
                preview,
                save,
                known: None,
                sending: false,
            },
            reader: Reader::default(),
        }
    }

    /// Opens after a save whose values are stored otherwise: `old` is what was asked, `new` what is stored.
    pub fn drifted(title: String, rows: Vec<Change>) -> Self {
        Self {
            stage: Stage::Drifted { title, rows },
            reader: Reader::default(),
        }
    }

    fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match (action, &mut self.stage) {
            (Action::Back, Stage::Before { sending: true, .. }) => {
                Outcome::exit(Exit::CloseWith(Answer::Sending))
            }
            (Action::Back, _) | (Action::Accept, Stage::Drifted { .. }) => {
                Outcome::exit(Exit::Close)
            }
            (Action::Accept, Stage::Before { sending: true, .. }) => {
                Outcome::notice(Notice::info("it is being sent; Esc leaves it running"))
            }
            (Action::Accept, Stage::Before { known: None, .. }) => {
                Outcome::notice(Notice::info("the requests are not there yet; a moment"))
            }
            (
                Action::Accept,
                Stage::Before {
                    known: Some(Preview { acts, .. }),
                    ..
                },
            ) if !acts.is_empty() => Outcome::exit(Exit::Open(Screen::Confirm(Confirm {
                question: question(acts),
                then: None,
            }))),
            (Action::Accept, Stage::Before { .. }) => self.send(),
            (
                Action::CopyCurl,
                Stage::Before {
                    known: Some(Preview { requests, .. }),
                    ..
                },
            ) if !requests.is_empty() => {
                let auth = ctx.desk.account.as_ref().map(|a| &a.auth);
                let auth = auth.cloned().unwrap_or_default();
                let lines: Vec<String> = requests.iter().map(|r| curl::command(r, &auth)).collect();
                Outcome::effects(vec![Effect::Copy(lines.join("\n"))])
            }
            (Action::CopyCurl, _) => Outcome::notice(Notice::info("there is no request to copy")),
            (action, _) => {
                let body = layout::areas(ctx.desk.size).body;
                let lines = view::lines(self, ctx.desk, usize::from(body.width), &Theme::default());
                let height = usize::from(body.height.saturating_sub(1));
                self.reader.scroll(action, lines.len(), height);
                Outcome::nothing()
            }
        }
    }

    /// Sends what is shown, and allows what is said there.
    fn send(&mut self) -> Outcome {
        let Stage::Before {
            base,
            patch,
            save,
            known: Some(known),
            sending: sending @ false,
            ..
        } = &mut self.stage
        else {
            return Outcome::nothing();
        };
        *sending = true;
        Outcome::effects(vec![Effect::Save {
            ticket: *save,
            base: base.clone(),
            patch: patch.clone(),
            permits: Permits::default().with(&known.acts),
        }])
    }

    fn told(&mut self, msg: Msg) -> Outcome {
        let Stage::Before {
            preview,
            save,
            known,
            ..
        } = &mut self.stage
        else {
            return Outcome::nothing();
        };
        match msg {
            Msg::Previewed { ticket, result } if ticket == *preview => match result {
                Ok(preview) => {
                    *known = Some(preview);
                    Outcome::nothing()
                }
                // The form below marks the fields.
                Err(_) => Outcome::exit(Exit::Close),
            },
            // The form below takes the outcome: every screen is told.
            Msg::Saved { ticket, .. } if ticket == *save => Outcome::exit(Exit::Close),
            _ => Outcome::nothing(),
        }
    }
}

/// What is asked before something is done that reaches beyond the contact.
fn question(acts: &[Guarded]) -> String {
    let mut said: Vec<&str> = Vec::new();
    for act in acts {
        if !said.contains(&act.message.as_str()) {
            said.push(&act.message);
        }
    }
    format!("{}. Send it all the same?", said.join(". "))
}

impl Layer for Review {
    fn contexts(&self) -> &'static [Context] {
        match self.stage {
            Stage::Before { .. } => &[Context::Review, Context::Everywhere],
            Stage::Drifted { .. } => &[Context::Reader, Context::Everywhere],
        }
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(action) => self.act(action, ctx),
            Input::Told(msg) => self.told(msg),
            Input::Answer(Answer::Yes) => self.send(),
            Input::Type(_) | Input::Paste(_) | Input::Answer(_) => Outcome::nothing(),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        view::draw(self, frame, area, desk, theme);
    }
}
