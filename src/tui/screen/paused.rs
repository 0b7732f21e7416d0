//! What is asked at start when a run has rows left: go on, later, look at it first, or end it.

use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::confirm::Confirm;
use super::run::{RunScreen, give_up_question};
use super::{Answer, Ctx, Exit, Input, Layer, Outcome, Screen};
use crate::domain::shown::one_line;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::centered;
use crate::tui::model::{Desk, Notice};
use crate::tui::msg::Msg;
use crate::tui::runs::{Order, Past, words};
use crate::tui::theme::Theme;
use crate::tui::widget::panel;
use crate::tui::widget::text::{put_line, wrap};

/// A key that comes sooner was typed before anybody could see the question.
const SEEN_AFTER: SignedDuration = SignedDuration::from_millis(300);

const WIDTH: u16 = 64;

/// The question about a run that has rows left.
#[derive(Debug, Clone, PartialEq)]
pub struct Paused {
    past: Past,
    opened_at: Timestamp,
}

impl Paused {
    /// Asks about a run.
    pub fn open(past: Past, now: Timestamp) -> Self {
        Self {
            past,
            opened_at: now,
        }
    }

    fn act(&self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let key = &self.past.key;
        match action {
            Action::Back => {
                let list = [Context::List];
                let way = ctx.desk.keymap.key_of(&list, Action::Runs);
                let way = way.map_or_else(String::new, |k| format!("; {k} shows it"));
                Outcome::exit(Exit::Close)
                    .saying(Notice::info(format!("run {} stays paused{way}", key.run)))
            }
            Action::Accept => {
                let (screen, effects) = RunScreen::open(key.clone(), true, ctx.tickets);
                let outcome = Outcome {
                    effects,
                    exit: Exit::Replace(Screen::Run(Box::new(screen))),
                    notice: Some(Notice::info(format!("going on with run {}", key.run))),
                };
                outcome.and(Effect::ResumeRun(key.run))
            }
            Action::Details => {
                let (screen, effects) = RunScreen::open(key.clone(), false, ctx.tickets);
                Outcome {
                    effects,
                    exit: Exit::Replace(Screen::Run(Box::new(screen))),
                    notice: None,
                }
            }
            Action::GiveUpRun => Outcome::exit(Exit::Open(Screen::Confirm(Confirm {
                question: give_up_question(key.run, self.past.tally.left),
                then: None,
            }))),
            _ => Outcome::nothing(),
        }
    }

    fn lines(&self, columns: usize, theme: &Theme) -> Vec<(String, Style)> {
        let past = &self.past;
        let header = &past.header;
        let mut lines = Vec::new();
        let mut say = |text: &str, style: Style| {
            let broken = wrap(&one_line(text), columns);
            lines.extend(broken.into_iter().map(|l| (l, style)));
        };
        say(
            &format!("Paused run: {}", words::share(past.tally)),
            theme.label,
        );
        let failed = past.tally.failed + past.tally.unknown;
        say(
            &format!(
                "run {}, {}, {} failed",
                past.key.run,
                header.words(),
                words::grouped(failed)
            ),
            Style::new(),
        );
        let when = past.started_at.strftime("%Y-%m-%d %H:%M");
        say(
            &format!("begun by {}, {when} UTC", header.made_by),
            theme.dim,
        );
        lines
    }
}

impl Layer for Paused {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Paused, Context::Everywhere]
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(_) if ctx.now.duration_since(self.opened_at) < SEEN_AFTER => {
                Outcome::nothing()
            }
            Input::Do(action) => self.act(action, ctx),
            Input::Answer(Answer::Yes) => {
                let effect = Effect::OrderRun {
                    run: self.past.key.clone(),
                    order: Order::GiveUp,
                };
                Outcome::exit(Exit::Close).and(effect)
            }
            // Somebody went on with it elsewhere on the screen.
            Input::Told(Msg::Run(progress)) if progress.key == self.past.key => {
                Outcome::exit(Exit::Close)
            }
            Input::Type(_) | Input::Paste(_) | Input::Told(_) | Input::Answer(_) => {
                Outcome::nothing()
            }
        }
    }

    fn area(&self, body: Rect, desk: &Desk) -> Rect {
        let width = WIDTH.min(body.width);
        let lines = self.lines(usize::from(width.saturating_sub(4)), &Theme::default());
        let lines = lines.len() + keys(desk, width.saturating_sub(4)).len();
        let lines = u16::try_from(lines).unwrap_or(0);
        centered(body, width, lines.saturating_add(3))
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let buffer = frame.buffer_mut();
        let inside = panel::frame(buffer, area, "Not finished", theme);
        let inside = Rect {
            x: inside.x + 1,
            width: inside.width.saturating_sub(2),
            ..inside
        };
        let lines = self.lines(usize::from(inside.width), theme);
        for (at, (line, style)) in lines.iter().enumerate() {
            put_line(buffer, inside, at, line, *style);
        }
        for (at, line) in keys(desk, inside.width).iter().enumerate() {
            put_line(buffer, inside, lines.len() + 1 + at, line, theme.key);
        }
    }
}

/// The keys, in as many lines as they need.
fn keys(desk: &Desk, columns: u16) -> Vec<String> {
    let keys = desk.keymap.footer(&[Context::Paused], false);
    let keys: Vec<String> = keys
        .iter()
        .map(|(key, word)| format!("{key} {word}"))
        .collect();
    wrap(&keys.join(" · "), columns.into())
}
