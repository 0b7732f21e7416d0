//! Values that a save found taken: who has them is looked up at once, said beside the field, and shown side by
//! side on request.

use super::field::Field;
use super::{Form, Taken, words};
use crate::domain::shown::one_line;
use crate::domain::{Contact, FieldKey, Trouble};
use crate::http::FieldProblem;
use crate::tui::effect::Effect;
use crate::tui::keymap::Action;
use crate::tui::model::{Notice, sentence};
use crate::tui::msg::Ticket;
use crate::tui::screen::holder::Holder;
use crate::tui::screen::{Ctx, Exit, Outcome, Screen};

/// Fields whose value a provider may want to be one contact's alone.
const UNIQUE: [FieldKey; 4] = [
    FieldKey::Email,
    FieldKey::Phone,
    FieldKey::Identifier,
    FieldKey::LinkedinUrl,
];

impl Form {
    /// Asks who has the values that were refused as taken.
    pub(super) fn look_for_holders(
        &mut self,
        problems: &[FieldProblem],
        ctx: &mut Ctx<'_>,
    ) -> Vec<Effect> {
        self.taken.clear();
        let wanted = self.patch().apply(&self.base);
        let taken = problems.iter().filter(|p| p.taken);
        let mut keys: Vec<FieldKey> = taken.filter_map(|p| FieldKey::parse(&p.key)).collect();
        if problems.is_empty() {
            // Refused without a word on which value: one that somebody else has is a likely reason.
            keys.extend(UNIQUE);
        }
        for key in keys {
            // Of two values of which one is taken, only a changed one can be.
            let value = wanted.field(key);
            let changed = value != self.base.field(key);
            if value.is_empty() || !changed || self.taken.iter().any(|t| t.key == key) {
                continue;
            }
            self.taken.push(Taken {
                key,
                ticket: ctx.tickets.draw(),
                refused: true,
                holder: None,
            });
        }
        let ask = |t: &Taken| Effect::FindHolder {
            ticket: t.ticket,
            key: t.key,
            value: wanted.field(t.key).to_string(),
            but: self.base.id.clone(),
        };
        self.taken.iter().map(ask).collect()
    }

    /// Somebody was found, or nobody.
    pub(super) fn holder_told(
        &mut self,
        ticket: Ticket,
        key: FieldKey,
        result: Result<Option<Box<Contact>>, Trouble>,
        ctx: &mut Ctx<'_>,
    ) -> Outcome {
        let Some(taken) = self.taken.iter_mut().find(|t| t.ticket == ticket) else {
            return Outcome::nothing();
        };
        let said = match &result {
            Ok(Some(holder)) => format!(
                "{} has it (id {}): {} shows both",
                one_line(&holder.title()),
                one_line(holder.id.as_str()),
                words::key(ctx.desk, Action::WhoHasIt)
            ),
            Ok(None) => "who has it was not found".into(),
            Err(trouble) => format!("who has it is not known: {}", sentence(trouble)),
        };
        taken.holder = result.ok().flatten();
        let field = self.fields.iter_mut().find(|f| f.key == key.as_str());
        if taken.refused
            && let Some(field) = field
            && field.refused.is_none()
        {
            if taken.holder.is_some() {
                field.refused = Some(said);
            }
            return Outcome::nothing();
        }
        let field = self.fields.iter_mut().find(|f| f.key == key.as_str());
        match field.and_then(|f| f.refused.as_mut()) {
            Some(refused) => {
                refused.push_str("; ");
                refused.push_str(&said);
                Outcome::nothing()
            }
            None => Outcome::notice(Notice::info(said)),
        }
    }

    /// Opens the two side by side: for the current field, else for the first that is taken.
    pub(super) fn who_has_it(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let here = self.current().map(|f| f.key.clone());
        let is_here = |t: &&Taken| here.as_deref() == Some(t.key.as_str());
        let of = |t: &Taken| t.holder.clone().map(|holder| (t.key, holder));
        let current = self.taken.iter().find(is_here).and_then(of);
        match current.or_else(|| self.taken.iter().find_map(of)) {
            Some((key, holder)) => {
                let mine = self.patch().apply(&self.base);
                let screen = Holder::open(key, mine, *holder);
                Outcome::exit(Exit::Open(Screen::Holder(Box::new(screen))))
            }
            None => self.look_again(ctx),
        }
    }

    /// Asks about the current field, although no save was refused: before it is typed in vain.
    fn look_again(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let key = self.current().and_then(|f| FieldKey::parse(&f.key));
        let Some(key) = key.filter(|k| UNIQUE.contains(k)) else {
            let words = "go to an e-mail, phone or identifier first";
            return Outcome::notice(Notice::info(words));
        };
        let text = self.current().and_then(Field::text).unwrap_or_default();
        if text.is_empty() {
            return Outcome::notice(Notice::info("there is no value to look for"));
        }
        let ticket = ctx.tickets.draw();
        self.taken.retain(|t| t.key != key);
        self.taken.push(Taken {
            key,
            ticket,
            refused: false,
            holder: None,
        });
        Outcome::effects(vec![Effect::FindHolder {
            ticket,
            key,
            value: text,
            but: self.base.id.clone(),
        }])
        .saying(Notice::info("looking for who else has it"))
    }

    /// Another contact takes this form's place; what was typed is kept as a draft.
    pub(super) fn replace(&mut self, contact: Contact, ctx: &mut Ctx<'_>) -> Outcome {
        let left = self.leave(ctx.now);
        let (form, effects) = Self::open(contact, self.account.clone(), ctx);
        Outcome {
            effects: left.effects.into_iter().chain(effects).collect(),
            exit: Exit::Replace(Screen::Form(Box::new(form))),
            notice: left.notice,
        }
    }
}
