//! What the form does with results: fresh copies, drafts, previews, ends of saves, texts from the editor.

use std::collections::BTreeMap;

use super::enter::clean_paste;
use super::field::{Editor, Field};
use super::{Asked, Form, words};
use crate::domain::diff;
use crate::domain::shown::one_line;
use crate::domain::{Contact, Draft, DraftEdit, Trouble, TroubleKind};
use crate::engine::{Check, Preview, SaveOutcome};
use crate::http::FieldProblem;
use crate::tui::keymap::Action;
use crate::tui::model::{Notice, sentence};
use crate::tui::msg::Ticket;
use crate::tui::screen::conflict::Conflict;
use crate::tui::screen::review::Review;
use crate::tui::screen::{Ctx, Exit, Outcome, Screen};

impl Form {
    /// A fresh copy came, or could not be read.
    pub(super) fn was_read(
        &mut self,
        result: Result<Box<Contact>, Trouble>,
        ctx: &mut Ctx<'_>,
    ) -> Outcome {
        let fresh = match result {
            Ok(fresh) => *fresh,
            Err(trouble) => {
                let words = if trouble.kind == TroubleKind::NotFound {
                    format!(
                        "this contact is not there any more; what is shown is an older copy ({})",
                        sentence(&trouble)
                    )
                } else {
                    format!(
                        "the fresh copy could not be read, so this may be an older one: {}",
                        sentence(&trouble)
                    )
                };
                self.unread = Some(Notice::warning(words));
                return Outcome::nothing();
            }
        };
        self.unread = None;
        if let Some(asked) = self.unsettled.take() {
            let table = &self.account.table;
            // Whatever could merge was asked about before it was sent.
            match Check::of(&asked.base, &fresh, &asked.patch, table, true) {
                Check::Drifted(_) => {
                    self.banner = Some(Notice::warning(format!(
                        "it was not stored; {} tries again",
                        words::key(ctx.desk, Action::Save)
                    )));
                }
                Check::Unknown(_) => {
                    self.banner = Some(Notice::warning(
                        "whether it was stored is still not known: this reading does not tell",
                    ));
                    self.unsettled = Some(asked);
                }
                check => {
                    self.banner = None;
                    return self.applied(&asked, fresh, check, ctx);
                }
            }
        }
        self.rebase(fresh, ctx);
        Outcome::nothing()
    }

    /// Another copy becomes the base; what was typed stays, with a mark where the stored value moved.
    fn rebase(&mut self, fresh: Contact, ctx: &mut Ctx<'_>) {
        let edits = self.edits();
        let moved = diff::changes(&self.base, &fresh);
        self.base = fresh;
        self.parked.clear();
        self.rebuild(&ctx.desk.vocabulary, &edits);
        for change in moved.iter().filter(|c| c.key != "tags") {
            self.mark_meanwhile(&change.key, &words::value_of(&change.key, &change.new));
        }
    }

    fn mark_meanwhile(&mut self, key: &str, text: &str) {
        let field = self.fields.iter_mut().find(|f| f.key == key);
        if let Some(field) = field.filter(|f| f.edit().is_some()) {
            field.meanwhile = Some(text.to_string());
        }
    }

    /// The draft came: its edits are put back, except where something was typed since.
    pub(super) fn restore(&mut self, draft: Option<Box<Draft>>, ctx: &mut Ctx<'_>) {
        let Some(draft) = draft.map(|d| *d) else {
            return;
        };
        if self.account.read_only {
            return;
        }
        let mut edits = draft.edits.clone();
        edits.extend(self.edits());
        // Compared with what the store keeps, so that a draft that has become empty is dropped there.
        self.kept = draft.edits;
        self.rebuild(&ctx.desk.vocabulary, &edits);
        if self.reading.is_some() {
            let put_back = self.edits();
            edits.retain(|key, edit| *edit == DraftEdit::Removed && !put_back.contains_key(key));
            self.parked = edits;
        }
        for change in diff::changes(&draft.base, &self.base) {
            if change.key != "tags" {
                self.mark_meanwhile(&change.key, &words::value_of(&change.key, &change.new));
            }
        }
        if !self.edits().is_empty() {
            self.restored = Some(draft.saved_at);
        }
    }

    /// A preview that names fields which can not be stored comes back here.
    pub(super) fn previewed(
        &mut self,
        ticket: Ticket,
        result: Result<Preview, Vec<FieldProblem>>,
        _ctx: &mut Ctx<'_>,
    ) -> Outcome {
        let ours = self.asked.as_ref().is_some_and(|a| a.preview == ticket);
        let Some(problems) = result.err().filter(|_| ours) else {
            return Outcome::nothing();
        };
        self.asked = None;
        self.refuse("This can not be stored; nothing was sent", &problems);
        Outcome::nothing()
    }

    /// Marks the fields that were refused and says the rest above.
    fn refuse(&mut self, message: &str, problems: &[FieldProblem]) {
        let mut words = message.to_string();
        let mut first = None;
        for problem in problems {
            let at = self.fields.iter().position(|f| f.key == problem.key);
            match at.and_then(|at| self.fields.get_mut(at)) {
                Some(field) => {
                    field.refused = Some(match field.refused.take() {
                        Some(said) => format!("{said}; {}", problem.message),
                        None => problem.message.clone(),
                    });
                    first = first.or(at);
                }
                None => words.push_str(&format!("; {}: {}", problem.key, problem.message)),
            }
        }
        if let Some(at) = first {
            self.focus = at;
        }
        self.refused_on_top = first.is_some();
        self.banner = Some(Notice::error(words));
    }

    /// A save ended: ours, or one of a form on the same contact that was left.
    pub(super) fn saved(
        &mut self,
        ticket: Ticket,
        outcome: SaveOutcome,
        ctx: &mut Ctx<'_>,
    ) -> Outcome {
        if !self.awaits(ticket) {
            if let SaveOutcome::Applied { after, .. } = outcome
                && after.id == self.base.id
            {
                self.rebase(after, ctx);
            }
            return Outcome::nothing();
        }
        let Some(asked) = self.asked.take() else {
            return Outcome::nothing();
        };
        for field in &mut self.fields {
            field.refused = None;
        }
        self.banner = None;
        match outcome {
            SaveOutcome::Applied { after, check, .. } => self.applied(&asked, after, check, ctx),
            SaveOutcome::Unchanged { contact } => {
                let words = "Nothing was sent: everything is stored so already";
                self.settle(&asked, contact, Notice::info(words), None, ctx)
            }
            SaveOutcome::Refused {
                message,
                fields,
                partly,
                stored,
            } => {
                let mut words = format!("Refused: {}", one_line(&message));
                if partly {
                    words.push_str(PART);
                }
                if let Some(stored) = stored {
                    self.rebase(stored, ctx);
                }
                self.refuse(&words, &fields);
                Outcome::effects(self.look_for_holders(&fields, ctx))
            }
            SaveOutcome::Failed {
                trouble,
                partly,
                stored,
            } => {
                let part = if partly { PART } else { "" };
                let words = format!(
                    "Not saved: {}{part}; {} tries again",
                    sentence(&trouble),
                    words::key(ctx.desk, Action::Save)
                );
                if let Some(stored) = stored {
                    self.rebase(stored, ctx);
                }
                self.banner = Some(Notice::error(words));
                Outcome::nothing()
            }
            SaveOutcome::Unknown { trouble, .. } => {
                self.banner = Some(Notice::warning(format!(
                    "It is not known whether this was stored: {}; {} reads the contact again to see",
                    sentence(&trouble),
                    words::key(ctx.desk, Action::Reread)
                )));
                self.unsettled = Some(asked);
                Outcome::nothing()
            }
            SaveOutcome::Guarded { contact, acts } => {
                let said: Vec<&str> = acts.iter().map(|a| a.message.as_str()).collect();
                self.rebase(contact, ctx);
                self.banner = Some(Notice::warning(format!(
                    "Nothing was sent: {}; {} shows it again",
                    said.join("; "),
                    words::key(ctx.desk, Action::Save)
                )));
                Outcome::nothing()
            }
            SaveOutcome::Conflict { theirs, changes } => {
                for change in &changes {
                    self.mark_meanwhile(&change.key, &words::value_of(&change.key, &change.new));
                }
                let conflict = Conflict::open(&asked.base, theirs, &asked.patch, &changes);
                Outcome::exit(Exit::Open(Screen::Conflict(Box::new(conflict))))
            }
        }
    }

    fn applied(
        &mut self,
        asked: &Asked,
        after: Contact,
        check: Check,
        ctx: &mut Ctx<'_>,
    ) -> Outcome {
        let changed = diff::changes_of(&asked.base, &asked.patch);
        let keys = changed.iter().map(|c| c.key.as_str());
        let names = words::listed(&self.account, &ctx.desk.vocabulary, keys);
        match check {
            Check::Verified => {
                let notice = Notice::good(format!("Saved and verified: {names}"));
                self.settle(asked, after, notice, None, ctx)
            }
            Check::Unprovable(why) => {
                let why = one_line(&why).into_owned();
                let notice = Notice::good(format!("Saved ({names}); {why}"));
                self.settle(asked, after, notice, None, ctx)
            }
            Check::Unknown(why) => {
                let why = one_line(&why).into_owned();
                let notice = Notice::warning(format!("Sent, not verified ({names}): {why}"));
                self.settle(asked, after, notice, None, ctx)
            }
            Check::Merged { gone, into, .. } => {
                let notice = Notice::warning(format!(
                    "Saved, and merged: record {gone} is gone, this is record {into} now"
                ));
                self.settle(asked, after, notice, None, ctx)
            }
            Check::Drifted(rows) => {
                let notice =
                    Notice::warning("Saved, but what is stored differs from what was asked");
                let result = Review::drifted(after.title().into_owned(), rows);
                self.settle(asked, after, notice, Some(result), ctx)
            }
        }
    }

    /// What was sent is stored: those edits are done. The form closes unless newer ones are left.
    fn settle(
        &mut self,
        asked: &Asked,
        stored: Contact,
        notice: Notice,
        result: Option<Review>,
        ctx: &mut Ctx<'_>,
    ) -> Outcome {
        let mut edits: BTreeMap<String, DraftEdit> = self.edits();
        edits.retain(|key, edit| asked.edits.get(key) != Some(edit));
        self.base = stored;
        self.unsettled = None;
        self.rebuild(&ctx.desk.vocabulary, &edits);
        let left = self.edits().len();
        let result = result.map(|r| Screen::Review(Box::new(r)));
        let exit = match (left, result) {
            (0, None) => Exit::Close,
            (0, Some(result)) => Exit::Replace(result),
            (_, None) => Exit::Stay,
            (_, Some(result)) => Exit::Open(result),
        };
        let notice = match left {
            0 => notice,
            n => Notice {
                text: format!(
                    "{}; {} typed since",
                    notice.text,
                    words::counted(n, "change was", "changes were")
                ),
                ..notice
            },
        };
        Outcome {
            effects: Vec::new(),
            exit,
            notice: Some(notice),
        }
    }

    /// A text came back from the external editor.
    pub(super) fn came_back(&mut self, key: &str, result: Result<String, Trouble>) -> Outcome {
        let text = match result {
            Ok(text) => text,
            Err(trouble) => return Outcome::notice(Notice::trouble(&trouble)),
        };
        let Some(field) = self.fields.iter_mut().find(|f| f.key == key) else {
            return Outcome::nothing();
        };
        let lines = field.holds_lines();
        // Editors end a file with a line break; one that was there before stays.
        let before = field.text().unwrap_or_default();
        let text = match text.strip_suffix('\n') {
            Some(cut) if !before.ends_with('\n') => cut,
            _ => &text,
        };
        if text == before {
            return Outcome::notice(Notice::info("the text came back unchanged"));
        }
        let (clean, said) = clean_paste(text, lines);
        field.refused = None;
        field.set_text(&clean);
        if let Editor::Line(_) | Editor::Area(_) = field.editor {
            self.check();
        }
        Outcome {
            notice: said.map(Notice::info),
            ..Outcome::nothing()
        }
    }

    /// Keys of the changed rows, in order.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.edit().is_some())
    }
}

/// Said when an earlier request of a refused or failed save was accepted.
const PART: &str = "; a part was stored before that";
