//! The history of an account: bulk runs and single edits, the latest first, with who, when, what and how they
//! ended. A run is opened from here.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::run::{RunScreen, moved, opened};
use super::{Ctx, Exit, Input, Layer, Outcome, Screen};
use crate::domain::Trouble;
use crate::domain::shown::one_line;
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout;
use crate::tui::model::{Desk, Notice, Tickets, sentence};
use crate::tui::msg::{Msg, Ticket};
use crate::tui::runs::{Past, Undo, words};
use crate::tui::theme::Theme;
use crate::tui::widget::text::{put, put_line, wrap};

/// From this width on a run is one line; below two.
const WIDE: u16 = 110;

/// From this width on the year and the person are told.
const ROOMY: u16 = 60;

/// The history.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    asked: Option<Ticket>,
    /// The plan that takes a run back and is being made.
    undoing: Option<Ticket>,
    /// Asks again when the answer is there.
    again: bool,
    runs: Option<Result<Vec<Past>, Trouble>>,
    cursor: usize,
    top: usize,
}

impl History {
    /// Opens it; gives what has to be asked.
    pub fn open(tickets: &mut Tickets) -> (Self, Effect) {
        let ticket = tickets.draw();
        let history = Self {
            asked: Some(ticket),
            undoing: None,
            again: false,
            runs: None,
            cursor: 0,
            top: 0,
        };
        (history, Effect::History { ticket })
    }

    fn list(&self) -> &[Past] {
        match &self.runs {
            Some(Ok(runs)) => runs,
            _ => &[],
        }
    }

    fn current(&self) -> Option<&Past> {
        self.list().get(self.cursor)
    }

    fn act(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Back => return Outcome::exit(Exit::Close),
            Action::Undo => {
                let Some(past) = self.current() else {
                    return Outcome::notice(Notice::info("there is nothing to take back"));
                };
                let run = past.key.run;
                let ticket = ctx.tickets.draw();
                self.undoing = Some(ticket);
                let what = Undo::Run { run, only: None };
                return Outcome::effects(vec![Effect::PlanUndo { ticket, what }]).saying(
                    Notice::info(format!("planning the way back of run {run} …")),
                );
            }
            Action::Open => {
                let Some(past) = self.current() else {
                    return Outcome::notice(Notice::info("there is no run to open"));
                };
                let key = past.key.clone();
                let driven = ctx.desk.run(&key).is_some_and(|r| r.driven);
                let (screen, effects) = RunScreen::open(key, driven, ctx.tickets);
                return Outcome {
                    effects,
                    exit: Exit::Open(Screen::Run(Box::new(screen))),
                    notice: None,
                };
            }
            action => {
                self.cursor = moved(self.cursor, action, self.list().len(), height(ctx.desk));
            }
        }
        Outcome::nothing()
    }

    fn told(&mut self, msg: Msg, ctx: &mut Ctx<'_>) -> Outcome {
        match msg {
            Msg::History { ticket, result } if self.asked == Some(ticket) => {
                self.asked = None;
                self.runs = Some(result);
            }
            Msg::Planned { ticket, result } if self.undoing == Some(ticket) => {
                self.undoing = None;
                return opened(result);
            }
            // A run that was begun or ended meanwhile has another line now.
            Msg::Begun { .. } => self.again = true,
            Msg::Run(progress) => {
                let known = self.list().iter().any(|p| p.key == progress.key);
                self.again |= !progress.driven || !known;
            }
            _ => {}
        }
        if self.again && self.asked.is_none() {
            self.again = false;
            let ticket = ctx.tickets.draw();
            self.asked = Some(ticket);
            return Outcome::effects(vec![Effect::History { ticket }]);
        }
        Outcome::nothing()
    }
}

/// How many runs are in sight.
fn height(desk: &Desk) -> usize {
    let body = layout::areas(desk.size).body;
    let lines = if body.width < WIDE { 2 } else { 1 };
    usize::from(body.height.saturating_sub(1)) / lines
}

impl Layer for History {
    fn contexts(&self) -> &'static [Context] {
        &[Context::History, Context::Everywhere]
    }

    fn update(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Outcome {
        let outcome = match input {
            Input::Do(action) => self.act(action, ctx),
            Input::Told(msg) => self.told(msg, ctx),
            Input::Type(_) | Input::Paste(_) | Input::Answer(_) => Outcome::nothing(),
        };
        let height = height(ctx.desk).max(1);
        self.cursor = self.cursor.min(self.list().len().saturating_sub(1));
        self.top = self
            .top
            .clamp((self.cursor + 1).saturating_sub(height), self.cursor);
        outcome
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk, theme: &Theme) {
        let buffer = frame.buffer_mut();
        let title = match &desk.account {
            Some(account) => format!(
                "History of {} (UTC; latest first)",
                one_line(account.name.as_str())
            ),
            None => "History".into(),
        };
        put_line(buffer, area, 0, &title, theme.title);
        let below = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        match &self.runs {
            None => put_line(buffer, below, 0, "  reading …", theme.dim),
            Some(Err(trouble)) => {
                let lines = wrap(&sentence(trouble), area.width.into());
                for (at, line) in lines.iter().enumerate() {
                    put_line(buffer, below, at, line, theme.error);
                }
            }
            Some(Ok(runs)) if runs.is_empty() => {
                put_line(
                    buffer,
                    below,
                    0,
                    "  Nothing was changed here yet.",
                    theme.dim,
                );
            }
            Some(Ok(runs)) => {
                let tall = if area.width < WIDE { 2 } else { 1 };
                let lines = (below.top()..below.bottom()).step_by(tall);
                for (y, (at, past)) in lines.zip(runs.iter().enumerate().skip(self.top)) {
                    draw_run(
                        past,
                        at == self.cursor,
                        buffer,
                        Rect { y, ..below },
                        desk,
                        theme,
                    );
                }
            }
        }
    }
}

/// A run: `12  2026-01-02 03:04  ann  +vip −trial   9,981 applied, 19 failed`.
fn draw_run(
    past: &Past,
    current: bool,
    buffer: &mut Buffer,
    line: Rect,
    desk: &Desk,
    theme: &Theme,
) {
    if current {
        put(buffer, line.x, line.y, "▌", 1, theme.marker);
    }
    let roomy = line.width >= ROOMY;
    let format = if roomy {
        "%Y-%m-%d %H:%M"
    } else {
        "%m-%d %H:%M"
    };
    let when = past.started_at.strftime(format).to_string();
    let name = if current { theme.current } else { Style::new() };
    let (ended, style) = ending(past, desk, theme);
    let what = match past.edit {
        true => format!("edit: {}", past.header.words()),
        false => past.header.words(),
    };
    let what = match &past.header.reason {
        Some(reason) => format!("{what} ({reason})"),
        None => what,
    };
    let right = line.right();
    let mut x = line.x + 2;
    let who = past.header.made_by.as_str();
    for (text, columns, style) in [
        (format!("{:>4}", past.key.run), 4, theme.key),
        (when, if roomy { 16 } else { 11 }, theme.dim),
        (who.to_string(), if roomy { 10 } else { 0 }, theme.dim),
    ] {
        if columns == 0 {
            continue;
        }
        put(buffer, x, line.y, &text, columns, style);
        x += columns + 2;
    }
    if line.width < WIDE {
        put(buffer, x, line.y, &ended, right.saturating_sub(x), style);
        let y = line.y + 1;
        put(
            buffer,
            line.x + 8,
            y,
            &what,
            line.width.saturating_sub(8),
            name,
        );
        return;
    }
    let room = right.saturating_sub(x);
    let half = (room / 2).min(44);
    put(buffer, x, line.y, &what, half, name);
    x += half + 2;
    put(buffer, x, line.y, &ended, right.saturating_sub(x), style);
}

/// How a run stands, in a few words: only the counts that there are.
fn ending(past: &Past, desk: &Desk, theme: &Theme) -> (String, Style) {
    let driven = desk.run(&past.key);
    let tally = driven.map_or(past.tally, |r| r.tally);
    let counts = [
        (tally.applied, "applied"),
        (tally.unchanged, "unchanged"),
        (tally.failed, "failed"),
        (tally.unknown, "unknown"),
    ];
    let counts = counts.iter().filter(|(n, _)| *n > 0);
    let mut parts: Vec<String> = counts
        .map(|(n, word)| format!("{} {word}", words::grouped(*n)))
        .collect();
    let bad = tally.failed + tally.unknown > 0;
    let style = match (tally.left > 0, bad) {
        (true, _) => theme.current,
        (false, true) => theme.warning,
        (false, false) => theme.good,
    };
    if tally.left > 0 {
        let state = driven.map_or(words::past_state(past), words::state);
        parts.insert(0, format!("{state}, {} left", words::grouped(tally.left)));
    }
    if past.forgotten {
        parts.push("forgotten".into());
    }
    (parts.join(", "), style)
}
