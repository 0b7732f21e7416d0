//! The members of an update that change tags, in the way that the account is set to.
//!
//! The page "update contact" has three: `tags` replaces all, `tagsToAdd` and `tagsToRemove` are called "string"
//! like members that its own examples send as lists. What happens to `tags` beside the others is not told, so
//! they never go together, and no name stands in both of the others. A type that the server does not want may
//! change nothing and be called a success: the tags in the answer decide.

use serde_json::{Map, Value, json};

use crate::domain::{Contact, TagDelta, TagSet, TagsRead};
use crate::provider::TagsMode;

/// The members for a change of tags on `fresh`; none where all is so already.
///
/// # Errors
/// Says what can not be sent in this mode.
pub fn members(
    mode: TagsMode,
    fresh: &Contact,
    delta: &TagDelta,
) -> Result<Map<String, Value>, String> {
    let mut members = Map::new();
    if delta.is_empty() {
        return Ok(members);
    }
    if delta.add.iter().any(|t| t.trim().is_empty()) {
        return Err("a tag needs a name".into());
    }
    if mode == TagsMode::Replace {
        if fresh.tags_read != TagsRead::All {
            return Err("the contact's tags are not known, and Chatflow can only \
                        replace them all; read the contact first"
                .into());
        }
        let after = delta.apply(&fresh.tags);
        if after != fresh.tags {
            members.insert("tags".into(), json!(after));
        }
        return Ok(members);
    }
    let known = fresh.tags_read == TagsRead::All;
    let add = delta
        .add
        .iter()
        .filter(|t| !known || !fresh.tags.contains(*t));
    let gone = delta.remove.difference(&delta.add);
    let remove = gone.filter(|t| !known || fresh.tags.contains(*t));
    let (add, remove): (TagSet, TagSet) = (add.cloned().collect(), remove.cloned().collect());
    for (member, names) in [("tagsToAdd", add), ("tagsToRemove", remove)] {
        if !names.is_empty() {
            members.insert(member.into(), written(mode, &names)?);
        }
    }
    Ok(members)
}

fn written(mode: TagsMode, names: &TagSet) -> Result<Value, String> {
    if mode != TagsMode::DeltaText {
        return Ok(json!(names));
    }
    if let Some(name) = names
        .iter()
        .find(|n| n.contains(',') || n.trim() != n.as_str())
    {
        return Err(format!(
            "{name:?} holds a comma or blanks around it, which a text of names can not carry; set \
             tags_mode = \"delta-array\" or \"replace\" for this account"
        ));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(json!(names.join(",")))
}
