//! Tags that are to be added and are spelled like one that exists but for case and blanks: mostly meant is that one.

use crate::app::session::{Session, store_trouble};
use crate::domain::shown::one_line;
use crate::domain::{Filter, Order, TagSet, Trouble};

/// Contacts whose tags are looked at: who has one spelling of a tag mostly has the usual one.
const LOOKED_AT: usize = 200;

/// A sentence for each. `catalogue`: the tags that exist, where the provider tells; else those that contacts here
/// have are looked at.
///
/// # Errors
/// The contacts can not be read.
pub(super) async fn doubts(
    session: &Session,
    added: &TagSet,
    catalogue: Option<&[String]>,
) -> Result<Vec<String>, Trouble> {
    let mut doubts = Vec::new();
    let same = session.table().tags.ignore_case;
    for name in added {
        let known = match catalogue {
            Some(names) => other_spelling(names.iter(), name, same).cloned(),
            None => {
                let held = held(session, name).await?;
                other_spelling(held.iter(), name, same).cloned()
            }
        };
        if let Some(known) = known {
            let (known, name) = (one_line(&known), one_line(name));
            doubts.push(format!(
                "there is already a tag {known:?}; {name:?} is another one"
            ));
        }
    }
    Ok(doubts)
}

/// The tags of contacts that have this one in some spelling.
async fn held(session: &Session, name: &str) -> Result<TagSet, Trouble> {
    let failed = |e| store_trouble("looking for tags that are spelled alike", &e);
    let account = &session.account().name;
    // A name that a filter can not hold is looked up nowhere.
    let Ok(filter) = Filter::parse(&format!("tag:\"{}\"", plain(name))) else {
        return Ok(TagSet::new());
    };
    let ids = session.contacts().ids(account, &filter, Order::default());
    let mut ids = ids.await.map_err(failed)?;
    ids.truncate(LOOKED_AT);
    let found = session.contacts().contacts_of(account, ids).await;
    let found = found.map_err(failed)?;
    Ok(found.into_iter().flatten().flat_map(|c| c.tags).collect())
}

/// The first name that is spelled like this one, unless it exists as it is. `same`: whether case makes no other tag.
fn other_spelling<'a>(
    mut names: impl Iterator<Item = &'a String> + Clone,
    name: &str,
    same: bool,
) -> Option<&'a String> {
    let is = |known: &String| *known == name || same && known.to_lowercase() == name.to_lowercase();
    match names.clone().any(is) {
        true => None,
        false => names.find(|known| plain(known) == plain(name)),
    }
}

/// In small letters, with one blank where there are any.
fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_like_another_in_case_and_blanks_alone() {
        let names = ["vip", "Big  Customer"].map(String::from);
        let found = |name: &str, same| other_spelling(names.iter(), name, same).map(String::as_str);
        assert_eq!(found("VIP", false), Some("vip"));
        assert_eq!(found(" vip", false), Some("vip"));
        assert_eq!(found("big customer", false), Some("Big  Customer"));
        assert_eq!(found("VIP", true), None);
        assert_eq!(found("vip", false), None);
        assert_eq!(found("v.i.p.", false), None);
    }
}
