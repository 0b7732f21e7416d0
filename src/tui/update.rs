//! One message at a time: keys become actions, actions go to the top screen, results to whoever asked.

use crossterm::event::{KeyEvent, KeyEventKind};
use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::keymap::{Action, Context, Key, Lookup};
use super::model::{Model, Notice};
use super::msg::Msg;
use super::screen::{Ctx, Exit, Input, Layer, Outcome, Screen};

/// Takes one message; gives what is to be done outside.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::new();
    match msg {
        Msg::Key(key) => on_key(model, key, now, &mut effects),
        other => tell(model, other, now, &mut effects),
    }
    effects
}

fn on_key(model: &mut Model, key: KeyEvent, now: Timestamp, effects: &mut Vec<Effect>) {
    if key.kind == KeyEventKind::Release {
        return;
    }
    let (contexts, text) = focus(model);
    let lookup = model
        .desk
        .keymap
        .lookup(contexts, text, &model.pending, &key);
    model.notice = None;
    match lookup {
        Lookup::Pending => model.pending.push(Key::of(&key)),
        Lookup::Do(action) => {
            model.pending.clear();
            act(model, action, now, effects);
        }
        Lookup::Nothing => {
            model.pending.clear();
            if text {
                to_top(model, Input::Type(key), now, effects);
            }
        }
    }
}

/// Contexts and text state of whatever has the keys.
pub fn focus(model: &Model) -> (&'static [Context], bool) {
    let layer: &dyn Layer = model.stack.last().map_or(&model.list, Screen::layer);
    (layer.contexts(), layer.takes_text())
}

fn act(model: &mut Model, action: Action, now: Timestamp, effects: &mut Vec<Effect>) {
    match action {
        Action::Cancel => cancel(model, now, effects),
        Action::Suspend => effects.push(Effect::Suspend),
        Action::Mask => model.desk.masked = !model.desk.masked,
        other => to_top(model, Input::Do(other), now, effects),
    }
}

fn cancel(model: &mut Model, now: Timestamp, effects: &mut Vec<Effect>) {
    let again = model
        .quit_armed
        .is_some_and(|at| now.duration_since(at) <= SignedDuration::from_secs(2));
    if again {
        effects.push(Effect::Quit);
        return;
    }
    model.quit_armed = Some(now);
    model.notice = Some(Notice::info("Ctrl-c again within 2 seconds quits"));
}

fn to_top(model: &mut Model, input: Input, now: Timestamp, effects: &mut Vec<Effect>) {
    deliver(model, model.stack.len(), input, now, effects);
}

fn tell(model: &mut Model, msg: Msg, now: Timestamp, effects: &mut Vec<Effect>) {
    for place in (0..=model.stack.len()).rev() {
        deliver(model, place, Input::Told(msg.clone()), now, effects);
    }
}

/// Gives an input to the screen at `place` (0 is the list) and carries out its outcome.
fn deliver(
    model: &mut Model,
    place: usize,
    input: Input,
    now: Timestamp,
    effects: &mut Vec<Effect>,
) {
    let mut ctx = Ctx {
        desk: &model.desk,
        tickets: &mut model.tickets,
        now,
    };
    let layer: &mut dyn Layer = match place.checked_sub(1) {
        None => &mut model.list,
        Some(at) => match model.stack.get_mut(at) {
            Some(screen) => screen.layer_mut(),
            None => return,
        },
    };
    let Outcome {
        effects: more,
        exit,
        notice,
    } = layer.update(input, &mut ctx);
    effects.extend(more);
    if notice.is_some() {
        model.notice = notice;
    }
    match exit {
        Exit::Stay => {}
        Exit::Open(screen) => model.stack.insert(place.min(model.stack.len()), screen),
        Exit::Close => close(model, place),
        Exit::CloseWith(answer) => {
            close(model, place);
            deliver(
                model,
                place.saturating_sub(1),
                Input::Answer(answer),
                now,
                effects,
            );
        }
        Exit::Replace(screen) => {
            close(model, place);
            model
                .stack
                .insert(place.saturating_sub(1).min(model.stack.len()), screen);
        }
        Exit::Run(_) => close(model, place),
    }
}

fn close(model: &mut Model, place: usize) {
    if let Some(at) = place.checked_sub(1)
        && at < model.stack.len()
    {
        model.stack.remove(at);
    }
}
