//! The embedded store as a provider: its facts and field table. It has no codec, since nothing is sent;
//! `app` executes reads and patches on SQLite.

use crate::domain::field::{
    Access, AttributeSpec, Compare, FieldKey, FieldKind, FieldSpec, FieldTable, Flag, FlagSpec,
    IdRule, TagSpec,
};
use crate::domain::{AttributeType, ProviderId};

use super::{Facts, PaceFacts};

/// The local store's facts. The pace is never asked for.
pub static FACTS: Facts = Facts {
    id: ProviderId::Local,
    title: "local store",
    default_base_url: None,
    page_size: 0,
    auth: None,
    pace: PaceFacts {
        per_minute: u32::MAX,
        ceiling: u32::MAX,
        burst: 1,
        concurrency: 1,
        shared: false,
    },
    tags_in_list: true,
    numbered_pages: false,
    needs_account_id: false,
    docs: "",
};

/// What the local store can keep: everything.
pub fn table() -> FieldTable {
    let field = |key, label, kind| FieldSpec {
        key,
        label,
        access: Access::Full,
        kind,
        max_chars: None,
        compare: Compare::Exact,
        caution: None,
        guard: None,
        offers_seen: false,
    };
    FieldTable {
        fields: vec![
            field(FieldKey::Name, "Name", FieldKind::Text),
            field(FieldKey::Email, "E-mail", FieldKind::Email),
            field(FieldKey::Phone, "Phone", FieldKind::PhoneE164),
            FieldSpec {
                access: Access::Absent("the local store has its own ids only"),
                ..field(FieldKey::Identifier, "Identifier", FieldKind::Text)
            },
            FieldSpec {
                access: Access::Absent("the local store keeps no pictures"),
                ..field(FieldKey::AvatarUrl, "Avatar URL", FieldKind::Url)
            },
        ],
        tags: TagSpec {
            label: "Tags",
            kept_in: None,
            access: Access::Full,
            ignore_case: false,
            outside_catalogue: None,
            comma_forbidden: false,
        },
        attributes: AttributeSpec {
            access: Access::Full,
            untyped: AttributeType::Text,
            empty_removes: false,
            texts_only: false,
            removal_note: None,
            undefined_note: None,
            has_definitions: true,
            max_chars: None,
            new_name_guard: None,
        },
        flags: vec![
            FlagSpec {
                flag: Flag::Optin,
                access: Access::Full,
                caution: None,
            },
            FlagSpec {
                flag: Flag::Blocked,
                access: Access::Full,
                caution: None,
            },
        ],
        id: IdRule::Integer,
        listed_by: None,
        revalidates: &[],
    }
}
