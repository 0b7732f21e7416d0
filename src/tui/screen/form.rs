//! The form: edits one contact.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Ctx, Exit, Input, Layer, Outcome};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Desk;
use crate::tui::theme::Theme;

use crate::domain::Contact;
use crate::tui::effect::Effect;
use crate::tui::msg::AccountInfo;

/// A form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The contact as last read.
    pub base: Contact,
    /// The account it belongs to.
    pub account: AccountInfo,
}

impl Form {
    /// Opens a form on the list's copy of a contact, and asks for the whole contact and its draft.
    pub fn open(contact: Contact, account: AccountInfo, ctx: &mut Ctx<'_>) -> (Self, Vec<Effect>) {
        let id = contact.id.clone();
        let effects = vec![
            Effect::ReadContact {
                ticket: ctx.tickets.draw(),
                id: id.clone(),
            },
            Effect::ReadDraft {
                ticket: ctx.tickets.draw(),
                id,
            },
        ];
        let form = Self {
            base: contact,
            account,
        };
        (form, effects)
    }
}

impl Layer for Form {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Form, Context::Everywhere]
    }

    fn update(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Outcome {
        match input {
            Input::Do(Action::Back) => Outcome::exit(Exit::Close),
            _ => Outcome::nothing(),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _desk: &Desk, _theme: &Theme) {
        frame.render_widget("Form", area);
    }
}
