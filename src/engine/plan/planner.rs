//! From a contact and a change to a row of a plan: what will be sent, or why nothing will. Pure; what is known
//! of the account is given.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Allowed, Planned, Row};
use crate::domain::attribute::text_of;
use crate::domain::guard::guarded;
use crate::domain::{
    AttributeDefinition, Contact, Edit, FieldTable, Flag, Patch, TagsRead, diff, shown, tag,
    validate,
};
use crate::engine::reason::Reason;
use crate::engine::save::effective;

/// What is known of an account when a plan is made.
#[derive(Debug, Clone)]
pub struct Planner {
    table: FieldTable,
    definitions: Vec<AttributeDefinition>,
    region: Option<String>,
    /// The tags that exist, where the provider tells.
    catalogue: Option<Vec<String>>,
    /// The attributes that contacts are known to have.
    names: BTreeSet<String>,
    allowed: Allowed,
    /// Patches that many rows have.
    shared: Vec<Arc<Patch>>,
    already: Arc<str>,
    last_why: Arc<str>,
}

/// Why a contact can not be changed so: the kind, and the sentence.
pub type Block = (Reason, String);

/// So many patches are compared with before a row gets one of its own.
const SHARED: usize = 16;

impl Planner {
    /// A planner for an account. `names`: the attributes that its contacts are known to have.
    pub fn new(
        table: FieldTable,
        definitions: Vec<AttributeDefinition>,
        region: Option<String>,
        catalogue: Option<Vec<String>>,
        names: BTreeSet<String>,
        allowed: Allowed,
    ) -> Self {
        Self {
            table,
            definitions,
            region,
            catalogue,
            names,
            allowed,
            shared: Vec::new(),
            already: "already so".into(),
            last_why: "".into(),
        }
    }

    /// The tags that exist, where the provider tells.
    pub fn catalogue(&self) -> Option<&[String]> {
        self.catalogue.as_deref()
    }

    /// The row of a contact as it is known. `refuses` is asked last: why the provider can not store the change.
    pub fn row(
        &mut self,
        contact: &Contact,
        patch: &Patch,
        refuses: impl FnOnce(&Contact, &Patch) -> Option<Block>,
    ) -> Row {
        let planned = self.planned(contact, patch, refuses);
        Row {
            id: contact.id.clone(),
            name: contact.title().into(),
            record: contact.record.as_deref().map(Box::from),
            planned,
            struck: false,
        }
    }

    /// The row of a contact of which nothing is known but its id: `blank` has no values.
    pub fn unread(&mut self, blank: &Contact, patch: &Patch) -> Row {
        let patch = self.in_texts(patch);
        let block = self
            .not_permitted(blank, &patch)
            .or_else(|| self.unacceptable(blank, &patch));
        let planned = match block {
            Some(block) => self.blocked(block),
            None => Planned::Unread {
                patch: self.share(patch),
            },
        };
        Row {
            name: blank.id.as_str().into(),
            id: blank.id.clone(),
            record: None,
            planned,
            struck: false,
        }
    }

    /// The row of a contact that can not be changed, or need not be.
    pub fn settled(&mut self, contact: &Contact, end: Result<&str, Block>) -> Row {
        let planned = match end {
            Ok(why) => Planned::Nothing {
                why: self.why(why.to_string()),
            },
            Err(block) => self.blocked(block),
        };
        Row {
            id: contact.id.clone(),
            name: contact.title().into(),
            record: contact.record.as_deref().map(Box::from),
            planned,
            struck: false,
        }
    }

    fn planned(
        &mut self,
        contact: &Contact,
        patch: &Patch,
        refuses: impl FnOnce(&Contact, &Patch) -> Option<Block>,
    ) -> Planned {
        let patch = effective(&self.table, &self.in_texts(patch), contact);
        if patch.is_empty() {
            return Planned::Nothing {
                why: Arc::clone(&self.already),
            };
        }
        if let Some(block) = self
            .not_permitted(contact, &patch)
            .or_else(|| self.unacceptable(contact, &patch))
            .or_else(|| self.too_long(contact, &patch))
            .or_else(|| self.stale(contact, &patch))
        {
            return self.blocked(block);
        }
        let untold = !patch.tags.is_empty() && contact.tags_read == TagsRead::No
            || !patch.attributes.is_empty() && !contact.attributes_known;
        if untold {
            // What the provider can not store without knowing the rest is read first.
            let patch = self.share(patch);
            return Planned::Unread { patch };
        }
        // Tags outside the catalogue are read with the contact when its turn comes.
        let as_read = (contact.tags_read == TagsRead::Catalogue).then(|| Contact {
            tags_read: TagsRead::All,
            ..contact.clone()
        });
        if let Some(block) = refuses(as_read.as_ref().unwrap_or(contact), &patch) {
            return self.blocked(block);
        }
        let changes = diff::changes_of(contact, &patch);
        Planned::Send {
            changes: serde_json::to_string(&changes)
                .unwrap_or_else(|_| "[]".into())
                .into(),
            patch: self.share(patch),
        }
    }

    /// What has to be allowed by name, and was not.
    fn not_permitted(&self, contact: &Contact, patch: &Patch) -> Option<Block> {
        if !self.allowed.opt_in
            && let Some(message) = widens_consent(contact, patch)
        {
            return Some((Reason::Consent, message.into()));
        }
        let acts = guarded(&self.table, &self.names, contact, patch);
        let act = acts.into_iter().find(|act| match act.guard {
            crate::domain::Guard::Merge => !self.allowed.merge,
            crate::domain::Guard::NewField => !self.allowed.new_field,
        })?;
        let why = format!("{}: {} ({})", act.key, act.message, act.guard.switch());
        Some((Reason::of_guard(act.guard), why))
    }

    /// What would be refused, by the provider's rules.
    fn unacceptable(&self, contact: &Contact, patch: &Patch) -> Option<Block> {
        let region = self.region.as_deref();
        let rows = validate::patch(&self.table, &self.definitions, region, contact, patch);
        if let Some((key, problem)) = rows.into_iter().find(|(_, p)| p.is_error()) {
            let reason = match self.can_change(&key) {
                true if self.exceeds(&key, patch) => Reason::TooLong,
                true => Reason::Invalid,
                false => Reason::ReadOnly,
            };
            return Some((reason, format!("{key}: {}", problem.message)));
        }
        let spec = &self.table.tags;
        let names = self.catalogue.as_ref().filter(|_| !self.allowed.new_tag)?;
        let note = spec.outside_catalogue?;
        let known = |tag: &String| {
            let lower = tag.to_lowercase();
            names
                .iter()
                .any(|n| n == tag || (spec.ignore_case && n.to_lowercase() == lower))
        };
        let tag = patch.tags.add.iter().find(|tag| !known(tag))?;
        let why = format!("tags: {tag:?} is not in the catalogue: {note} (--allow-new-tag)");
        Some((Reason::Catalogue, why))
    }

    /// Whether the value of an attribute is longer than the provider stores.
    fn exceeds(&self, key: &str, patch: &Patch) -> bool {
        let name = key.strip_prefix("attr.");
        let edit = name.and_then(|n| patch.attributes.get(n));
        match (edit, self.table.attributes.max_chars) {
            (Some(Edit::Set(value)), Some(most)) => text_of(value).chars().count() > most,
            _ => false,
        }
    }

    /// Tags that are kept in a text, and would be longer than the provider stores.
    fn too_long(&self, contact: &Contact, patch: &Patch) -> Option<Block> {
        let place = self.table.tags.kept_in.as_ref()?;
        let most = self.table.attributes.max_chars?;
        let text = tag::to_text(&patch.tags.apply(&contact.tags));
        let chars = text.chars().count();
        (!patch.tags.add.is_empty() && chars > most).then(|| {
            let why = format!(
                "tags: {place} would hold {chars} characters, and {most} are stored at most"
            );
            (Reason::TooLong, why)
        })
    }

    /// A stored text that the provider would refuse together with the change.
    fn stale(&self, contact: &Contact, patch: &Patch) -> Option<Block> {
        let region = self.region.as_deref();
        let kept = self.table.revalidates.iter();
        let mut kept = kept.filter(|key| !patch.fields.contains_key(key));
        kept.find_map(|key| {
            let text = contact.field(*key);
            let spec = self.table.field(*key).filter(|_| !text.is_empty())?;
            let problem = validate::field(spec, text, region).filter(validate::Problem::is_error)?;
            let shown = shown::one_line(text);
            let why = format!(
                "{key}: {shown:?} is stored, and every change is refused with it: {}; mend it first",
                problem.message
            );
            Some((Reason::Stored, why))
        })
    }

    fn can_change(&self, key: &str) -> bool {
        let table = &self.table;
        if key == "tags" {
            return table.tags.access.can_set();
        }
        if key.starts_with("attr.") {
            return table.attributes.access.can_set();
        }
        if let Some(flag) = Flag::parse(key) {
            return table.flag(flag).is_some_and(|f| f.access.can_set());
        }
        crate::domain::FieldKey::parse(key)
            .and_then(|k| table.field(k))
            .is_some_and(|f| f.access.can_set())
    }

    fn in_texts(&self, patch: &Patch) -> Patch {
        match self.table.attributes.texts_only {
            true => patch.clone().in_texts(),
            false => patch.clone(),
        }
    }

    fn blocked(&mut self, (reason, why): Block) -> Planned {
        Planned::Blocked {
            reason,
            why: self.why(why),
        }
    }

    /// The same sentence as the row before has it, where it is.
    fn why(&mut self, why: String) -> Arc<str> {
        if *self.last_why != *why {
            self.last_why = why.into();
        }
        Arc::clone(&self.last_why)
    }

    fn share(&mut self, patch: Patch) -> Arc<Patch> {
        if let Some(known) = self.shared.iter().find(|p| ***p == patch) {
            return Arc::clone(known);
        }
        let patch = Arc::new(patch);
        if self.shared.len() < SHARED {
            self.shared.push(Arc::clone(&patch));
        }
        patch
    }
}

/// Why a patch says that somebody agreed to more than is known that they did.
fn widens_consent(contact: &Contact, patch: &Patch) -> Option<&'static str> {
    let (before, edit) = (contact.flag(Flag::Optin), patch.flags.get(&Flag::Optin)?);
    match (before, edit) {
        (_, Edit::Set(false)) => None,
        (Some(true), _) => None,
        (None, Edit::Set(true)) => Some(
            "optin: consent is unknown here; only --allow-opt-in with a --reason sets it to yes",
        ),
        (Some(false), _) => {
            Some("optin: this contact said no; only --allow-opt-in with a --reason changes that")
        }
        (None, Edit::Clear) => None,
    }
}

#[cfg(test)]
mod tests;
