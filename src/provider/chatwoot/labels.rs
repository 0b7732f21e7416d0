//! The label set to write: a change merged into the labels just read, and the spelling that survives
//! Chatwoot's own parsing of label lists. Requests are made in `call`.

use crate::domain::{TagDelta, TagSet};

use super::MAX_CHARS;

/// The whole set after `delta` on `stored`, or `None` when it is so already.
///
/// Names are compared ignoring case, as Chatwoot does: adding `vip` where `VIP` is stored changes
/// nothing, and removing it removes `VIP`. Stored names keep their spelling. Added names are lower-cased:
/// account labels are lower case, the dashboard shows no others, and the first spelling ever stored
/// sticks for the whole installation.
///
/// # Errors
/// A sentence for each name that Chatwoot would mangle.
pub fn merge(stored: &TagSet, delta: &TagDelta) -> Result<Option<TagSet>, Vec<String>> {
    let mut problems = Vec::new();
    let mut added = TagSet::new();
    for name in &delta.add {
        match addable(name) {
            Ok(name) => {
                added.insert(name);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let removed: TagSet = delta
        .remove
        .iter()
        .map(|n| n.trim().to_lowercase())
        .collect();
    let mut after: TagSet = stored
        .iter()
        .filter(|n| {
            let folded = n.to_lowercase();
            !removed.contains(&folded) || added.contains(&folded)
        })
        .cloned()
        .collect();
    let present: TagSet = after.iter().map(|n| n.to_lowercase()).collect();
    after.extend(added.difference(&present).cloned());
    Ok((after != *stored).then_some(after))
}

/// A name as it may be added.
fn addable(name: &str) -> Result<String, String> {
    let trimmed = name.trim().to_lowercase();
    if trimmed.is_empty() {
        return Err("a label needs at least one letter or digit".into());
    }
    if trimmed.contains(',') {
        return Err(format!(
            "{name:?}: Chatwoot splits a label at its comma; add the parts as labels of their own"
        ));
    }
    if trimmed.starts_with(['"', '\'']) {
        return Err(format!(
            "{name:?}: Chatwoot does not keep a quotation mark at the start of a label"
        ));
    }
    if trimmed.contains('\0') {
        return Err(format!("{name:?}: Chatwoot can not store a NUL character"));
    }
    let length = trimmed.chars().count();
    if length > MAX_CHARS {
        return Err(format!(
            "a label can have {MAX_CHARS} characters, this one has {length}"
        ));
    }
    Ok(trimmed)
}

/// A label in the spelling that Chatwoot reads as this one label.
///
/// The list is joined and split at commas again; double quotes around a name prevent that.
///
/// # Errors
/// A sentence, where no spelling is known to survive.
pub fn quoted(name: &str) -> Result<String, String> {
    let plain = !name.contains(',') && !name.starts_with(['"', '\'']);
    if plain {
        return Ok(name.to_string());
    }
    if name.contains('"') {
        return Err(format!(
            "the stored label {name:?} holds a quotation mark that Chatwoot would change when the \
             labels are written; rename or remove it in Chatwoot first"
        ));
    }
    Ok(format!("\"{name}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> TagSet {
        names.iter().map(ToString::to_string).collect()
    }

    fn delta(add: &[&str], remove: &[&str]) -> TagDelta {
        TagDelta {
            add: set(add),
            remove: set(remove),
        }
    }

    #[test]
    fn case_never_makes_a_second_label() {
        let stored = set(&["VIP", "trial"]);
        assert_eq!(merge(&stored, &delta(&["vip"], &[])), Ok(None));
        assert_eq!(
            merge(&stored, &delta(&["Gold"], &["vip", "TRIAL"])),
            Ok(Some(set(&["gold"])))
        );
        assert_eq!(merge(&stored, &delta(&[], &["absent"])), Ok(None));
        assert_eq!(
            merge(&stored, &delta(&["vip"], &["VIP"])),
            Ok(None),
            "both lists: present"
        );
        assert_eq!(
            merge(&set(&["GRÖSSE"]), &delta(&["größe"], &[]))
                .unwrap()
                .unwrap()
                .len(),
            2,
            "ß is not SS"
        );
    }

    #[test]
    fn names_that_would_be_mangled_are_refused_one_by_one() {
        let long = "l".repeat(256);
        let problems = merge(&set(&[]), &delta(&["a,b", " ", "\"q\"", &long, "ok"], &[]));
        assert_eq!(problems.unwrap_err().len(), 4);
        assert!(merge(&set(&[]), &delta(&[&"l".repeat(255)], &[])).is_ok());
    }

    #[test]
    fn a_stored_comma_is_quoted_and_an_ambiguous_quote_refused() {
        assert_eq!(quoted("a, b").unwrap(), "\"a, b\"");
        assert_eq!(quoted("o'clock").unwrap(), "o'clock");
        assert_eq!(quoted("5\" pipe").unwrap(), "5\" pipe");
        assert_eq!(quoted("'x'").unwrap(), "\"'x'\"");
        assert!(quoted("5\", long").is_err());
    }
}
