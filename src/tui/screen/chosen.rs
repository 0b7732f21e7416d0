//! The contacts that a bulk change is about, from the marks to the preview: what the screens that choose the
//! change have in common. They are fixed once; the screens only ask what to do with them.

use std::sync::Arc;

use super::preview::Preview;
use super::{Ctx, Exit, Outcome, Screen};
use crate::domain::{Contact, Frozen, Marks, Patch, Trouble};
use crate::tui::effect::Effect;
use crate::tui::model::Notice;
use crate::tui::msg::{Msg, Ticket};
use crate::tui::screen::form::words;

/// Chosen contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// What is waited for while they are not fixed yet.
    ticket: Option<Ticket>,
    /// How many they are, as far as known.
    count: usize,
    /// What to call them, where it is one.
    name: Option<String>,
    frozen: Option<Arc<Frozen>>,
    /// The filter that chose them, in words, where it was one; empty: all contacts.
    filter: Option<String>,
    /// Rows that were struck out in a preview before.
    struck: Arc<Marks>,
    /// The change that was accepted before they were fixed.
    waiting: Option<Patch>,
}

impl Chosen {
    /// The marked ones, which are being fixed: their number, and the filter that they are all matches of.
    pub fn marked(ticket: Ticket, count: usize, filter: Option<String>) -> Self {
        Self {
            ticket: Some(ticket),
            count,
            name: None,
            frozen: None,
            filter,
            struck: Arc::default(),
            waiting: None,
        }
    }

    /// One alone.
    pub fn one(contact: &Contact) -> Self {
        let frozen = Frozen {
            ids: vec![contact.id.clone()],
            ..Frozen::default()
        };
        Self {
            ticket: None,
            count: 1,
            name: Some(contact.title().to_string()),
            frozen: Some(Arc::new(frozen)),
            filter: None,
            struck: Arc::default(),
            waiting: None,
        }
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Them in words: a name, or their number.
    pub fn words(&self) -> String {
        match &self.name {
            Some(name) => crate::domain::shown::one_line(name).into_owned(),
            None => words::counted(self.count, "contact", "contacts"),
        }
    }

    /// The contacts, once they are fixed.
    pub fn frozen(&self) -> Option<&Arc<Frozen>> {
        self.frozen.as_ref()
    }

    /// What was struck out stays so in the next preview.
    pub fn strike(&mut self, struck: Arc<Marks>) {
        self.struck = struck;
    }

    /// Takes the answer that it waits for; `None`: it was another one's.
    pub fn told(&mut self, msg: &Msg) -> Option<Result<(), Trouble>> {
        let Msg::Frozen { ticket, result } = msg else {
            return None;
        };
        self.ticket.take_if(|t| t == ticket)?;
        Some(match result {
            Ok(frozen) => {
                self.count = frozen.ids.len();
                self.frozen = Some(Arc::clone(frozen));
                Ok(())
            }
            Err(trouble) => Err(trouble.clone()),
        })
    }

    /// The change that waited for the contacts.
    pub fn waited(&mut self) -> Option<Patch> {
        self.waiting.take()
    }

    /// Has a change planned and its preview opened, as soon as the contacts are fixed.
    pub fn preview(&mut self, change: Patch, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(frozen) = &self.frozen else {
            self.waiting = Some(change);
            return Outcome::notice(Notice::info("reading who is marked; a moment"));
        };
        if frozen.ids.is_empty() {
            let words = "none of the marked contacts is there any more";
            return Outcome::notice(Notice::warning(words));
        }
        let ticket = ctx.tickets.draw();
        let preview = Preview::open(ticket, &change, frozen, Arc::clone(&self.struck));
        Outcome::exit(Exit::Open(Screen::Preview(Box::new(preview)))).and(Effect::PlanChange {
            ticket,
            chosen: Arc::clone(frozen),
            change: Box::new(change),
            filter: self.filter.clone(),
        })
    }
}
