//! The words of Pabbly's switches: `delta=comma,tag_catalogue=missing`.

use super::{
    Catalogue, Delta, Envelope, Failure, Match, Overwrite, Precedence, Quirks, Refusal, Sent,
    Several, Slash, SortBy, Total, Unknown,
};
use crate::sandbox::spec::{self, Help, Switch, Words};

impl Quirks {
    /// Reads `KEY=VALUE,KEY=VALUE` over the defaults.
    ///
    /// # Errors
    /// A sentence that names the key and the value, and says what is allowed.
    pub fn parse(spec: &str) -> Result<Self, String> {
        spec::parse(&switches(), spec)
    }

    /// Every switch for a help text.
    pub fn help() -> Vec<Help> {
        switches().into_iter().map(|switch| switch.help).collect()
    }
}

fn switches() -> Vec<Switch<Quirks>> {
    let mut all = answers();
    all.extend(lists());
    all.extend(writes());
    all
}

fn answers() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice("envelope", "how an answer says that it went well", |q| {
            &mut q.envelope
        }),
        Switch::choice("failure", "how an answer says that it failed", |q| {
            &mut q.failure
        }),
        Switch::choice("refusal", "the status of a refused value", |q| {
            &mut q.refusal
        }),
        Switch::choice(
            "strict",
            "whether wrong types, attribute ids and unreadable filters are refused",
            |q| &mut q.strict,
        ),
        Switch::choice("slash", "which slash at the end is redirected", |q| {
            &mut q.slash
        }),
        Switch::text(
            "redirect_origin",
            "an origin such as http://127.0.0.1:9, or nothing for the same",
            "where such a redirect leads",
            |q| &mut q.redirect_origin,
        ),
    ]
}

fn lists() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice("total", "where a list says how many there are", |q| {
            &mut q.total
        }),
        Switch::choice(
            "data_is_array",
            "whether a list's data is the array itself",
            |q| &mut q.data_is_array,
        ),
        Switch::choice("sort_by", "what lists are sorted by", |q| &mut q.sort_by),
        Switch::choice("matching", "how name and mobile filters compare", |q| {
            &mut q.matching
        }),
        Switch::choice("several_tags", "what several tags in a filter mean", |q| {
            &mut q.several_tags
        }),
        Switch::choice("tag_catalogue", "the form of /settings/tags", |q| {
            &mut q.tag_catalogue
        }),
        Switch::choice("list_catalogue", "the form of /contacts/lists", |q| {
            &mut q.list_catalogue
        }),
    ]
}

fn writes() -> Vec<Switch<Quirks>> {
    vec![
        Switch::choice(
            "delta",
            "the type that tagsToAdd and tagsToRemove want",
            |q| &mut q.delta,
        ),
        Switch::choice("precedence", "what counts where tags meets deltas", |q| {
            &mut q.precedence
        }),
        Switch::choice("unknown_tag", "tags that Settings does not know", |q| {
            &mut q.unknown_tag
        }),
        Switch::choice(
            "unknown_attribute",
            "attributes that Settings does not know",
            |q| &mut q.unknown_attribute,
        ),
        Switch::choice(
            "attributes",
            "what an update does to the attributes that it does not name",
            |q| &mut q.attributes,
        ),
        Switch::choice(
            "blank_removes",
            "whether an attribute of blanks is removed like an empty one",
            |q| &mut q.blank_removes,
        ),
        Switch::choice("name_required", "whether an empty name is refused", |q| {
            &mut q.name_required
        }),
        Switch::choice(
            "unique_mobile",
            "whether a mobile that another contact has is refused",
            |q| &mut q.unique_mobile,
        ),
        Switch::choice(
            "overwrite",
            "what onDuplicate=overwrite does to members that it does not name",
            |q| &mut q.overwrite,
        ),
    ]
}

impl Words for Envelope {
    const WORDS: &'static [(&'static str, Self)] =
        &[("status", Self::Status), ("success", Self::Success)];
}

impl Words for Failure {
    const WORDS: &'static [(&'static str, Self)] =
        &[("documented", Self::Documented), ("private", Self::Private)];
}

impl Words for Refusal {
    const WORDS: &'static [(&'static str, Self)] =
        &[("400", Self::BadRequest), ("200", Self::InsideSuccess)];
}

impl Words for Total {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("absent", Self::Absent),
        ("totalCount", Self::TotalCount),
        ("total", Self::Total),
        ("count", Self::Count),
        ("pagination", Self::Pagination),
    ];
}

impl Words for Unknown {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("refuse", Self::Refuse),
        ("drop", Self::Drop),
        ("create", Self::Create),
    ];
}

impl Words for Sent {
    const WORDS: &'static [(&'static str, Self)] =
        &[("merge", Self::Merge), ("replace", Self::Replace)];
}

impl Words for Delta {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("array", Self::Array),
        ("comma", Self::Comma),
        ("both", Self::Both),
    ];
}

impl Words for Precedence {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("tags", Self::Tags),
        ("both", Self::Both),
        ("refuse", Self::Refuse),
    ];
}

impl Words for Catalogue {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("strings", Self::Strings),
        ("objects", Self::Objects),
        ("named", Self::Named),
        ("items", Self::Items),
        ("named-items", Self::NamedItems),
        ("missing", Self::Missing),
    ];
}

impl Words for Match {
    const WORDS: &'static [(&'static str, Self)] =
        &[("substring", Self::Substring), ("exact", Self::Exact)];
}

impl Words for Several {
    const WORDS: &'static [(&'static str, Self)] = &[("any", Self::Any), ("all", Self::All)];
}

impl Words for SortBy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("created", Self::Created), ("updated", Self::Updated)];
}

impl Words for Slash {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("either", Self::Either),
        ("add", Self::Add),
        ("remove", Self::Remove),
    ];
}

impl Words for Overwrite {
    const WORDS: &'static [(&'static str, Self)] = &[("wipe", Self::Wipe), ("merge", Self::Merge)];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_heard() {
        spec::every_word_is_heard(&switches());
        let quirks = Quirks::parse("redirect_origin=http://127.0.0.1:9").unwrap();
        assert_eq!(
            quirks.redirect_origin.as_deref(),
            Some("http://127.0.0.1:9")
        );
    }
}
