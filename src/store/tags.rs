//! The end of a walk over a provider's tags: what the mirror says is made to agree with it.
//!
//! While the walk is under way, tags are only added ([`Store::mirror_tagged`]); taking them off needs to know
//! that a tag's list was seen to its end.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::params;

use super::error::{Fault, StoreError};
use super::mirror::{Moment, once, tags_newer};
use super::place::AccountKey;
use super::thread::Owner;
use super::{Reply, Store, row};
use crate::domain::{AccountName, Contact, ContactId, TagSet, TagsRead};

/// How many contacts are looked at in one turn, so that the list stays usable meanwhile.
const TURN: u32 = 2000;

/// What a walk over the lists of tags found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagWalked {
    /// When the walk began: contacts that were read by themselves later know better.
    pub began: Moment,
    /// The tags whose lists were seen to their ends.
    pub tags: TagSet,
    /// Which of them each contact carries; contacts without any are absent.
    pub held: HashMap<ContactId, TagSet>,
}

impl TagWalked {
    /// Notes that the list of `tag` is complete and names these contacts.
    pub fn add(&mut self, tag: &str, holders: impl IntoIterator<Item = ContactId>) {
        self.tags.insert(tag.to_string());
        for id in holders {
            self.held.entry(id).or_default().insert(tag.to_string());
        }
    }

    /// The tags of a contact after the walk. A list of a tag ignores case: one that is stored in another
    /// spelling is the same, and keeps it.
    fn tags_of(&self, before: &Contact) -> TagSet {
        let held = self.held.get(&before.id).into_iter().flatten();
        let held: TagSet = held.map(|t| t.to_lowercase()).collect();
        let walked: TagSet = self.tags.iter().map(|t| t.to_lowercase()).collect();
        let stays = |t: &&String| {
            let lower = t.to_lowercase();
            held.contains(&lower) || !walked.contains(&lower)
        };
        let mut after: TagSet = before.tags.iter().filter(stays).cloned().collect();
        let there: TagSet = after.iter().map(|t| t.to_lowercase()).collect();
        let new = self.held.get(&before.id).into_iter().flatten();
        after.extend(new.filter(|t| !there.contains(&t.to_lowercase())).cloned());
        after
    }
}

impl Store {
    /// Makes the mirror agree with a walk, a turn at a time: contacts carry the walked tags that they were
    /// listed under and no others of them; contacts whose tags were unknown have them known as far as the
    /// catalogue goes. Contacts read by themselves since the walk began stay as they are. `after` is 0 at first, then what the last turn gave; `None` is the end.
    pub fn mirror_tags(
        &self,
        account: &AccountName,
        walked: &Arc<TagWalked>,
        after: u32,
    ) -> Reply<Option<u32>> {
        let (account, walked) = (self.key_of(account), Arc::clone(walked));
        self.ask(move |owner| owner.mirror_tags(&account, &walked, after))
    }
}

impl Store {
    /// Keeps all tags of one contact that is here, read by themselves after `asked`. One that was read whole
    /// meanwhile stays as it is.
    pub fn mirror_tags_of(
        &self,
        account: &AccountName,
        id: &ContactId,
        tags: &TagSet,
        asked: Moment,
    ) -> Reply<()> {
        let (account, id, tags) = (self.key_of(account), id.clone(), tags.clone());
        self.ask(move |owner| owner.mirror_tags_of(&account, &id, tags, asked))
    }
}

impl Owner {
    fn mirror_tags_of(
        &mut self,
        account: &AccountKey,
        id: &ContactId,
        tags: TagSet,
        asked: Moment,
    ) -> Result<(), StoreError> {
        let changed = self.write("keeping tags", |tx| {
            let Some(key) = row::account_key(tx, account)? else {
                return Ok(None);
            };
            let Some((number, text)) = row::find(tx, key, id)? else {
                return Ok(None);
            };
            let before: Contact = row::decode(&format!("contact {id}"), &text)?;
            let mut after = before.clone();
            (after.tags, after.tags_read) = (tags, TagsRead::All);
            if after == before || tags_newer(tx, number, &before, asked)? {
                return Ok(None);
            }
            let revision = once(tx, key, &mut None)?;
            let document = row::encode("a contact", &after)?;
            row::replace(tx, number, &after, &document, revision, None)?;
            Ok::<_, Fault>(Some(key))
        })?;
        if let Some(key) = changed {
            self.written(key);
        }
        Ok(())
    }

    fn mirror_tags(
        &mut self,
        account: &AccountKey,
        walked: &TagWalked,
        after: u32,
    ) -> Result<Option<u32>, StoreError> {
        let done = self.write("keeping tags", |tx| {
            let Some(key) = row::account_key(tx, account)? else {
                return Ok(None);
            };
            let sql = "SELECT contacts.row, id_key, document FROM contacts JOIN documents USING (row) \
                       WHERE account = ?1 AND contacts.row > ?2 ORDER BY contacts.row LIMIT ?3";
            let mut statement = tx.prepare_cached(sql)?;
            let found = statement.query_map(params![key, after, TURN], |r| {
                Ok((
                    r.get::<_, u32>(0)?,
                    r.get::<_, String>(1)?,
                    r.get::<_, String>(2)?,
                ))
            })?;
            let found: BTreeMap<u32, (String, String)> = found
                .map(|r| r.map(|(n, id, doc)| (n, (id, doc))))
                .collect::<Result<_, _>>()?;
            let mut revision = None;
            for (number, (id, text)) in &found {
                let before: Contact = row::decode(&format!("contact {id}"), text)?;
                if tags_newer(tx, i64::from(*number), &before, walked.began)? {
                    continue;
                }
                let mut after = before.clone();
                after.tags = walked.tags_of(&before);
                if after.tags_read == TagsRead::No {
                    after.tags_read = TagsRead::Catalogue;
                }
                if after != before {
                    let revision = once(tx, key, &mut revision)?;
                    let document = row::encode("a contact", &after)?;
                    row::replace(tx, i64::from(*number), &after, &document, revision, None)?;
                }
            }
            let last = found
                .keys()
                .next_back()
                .copied()
                .filter(|_| found.len() == TURN as usize);
            Ok::<_, Fault>(Some((key, last)))
        })?;
        let Some((key, last)) = done else {
            return Ok(None);
        };
        self.written(key);
        Ok(last)
    }
}
