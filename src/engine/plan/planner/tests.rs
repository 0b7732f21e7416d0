//! Why rows are blocked, or need nothing.

use serde_json::json;

use super::*;
use crate::domain::{AccountName, ContactId, FieldKey, ProviderId, TagDelta};
use crate::engine::plan::Kind;
use crate::provider::{self, Context, TagsMode};

fn contact(provider: ProviderId) -> Contact {
    Contact::new(ContactId::new("7"), AccountName::new("acme"), provider)
}

fn table(provider: ProviderId, tags_attribute: Option<&str>) -> FieldTable {
    let context = Context {
        tags_attribute: tags_attribute.map(String::from),
        account: AccountName::new("acme"),
        base_url: "https://example.com".into(),
        account_id: Some(1),
        email_attribute: None,
        tags_mode: TagsMode::default(),
        identity_hash: false,
        read_only: false,
    };
    provider::table(provider, &context)
}

fn planner(table: FieldTable, allowed: Allowed) -> Planner {
    let catalogue = Some(vec!["vip".to_string(), "Trial".into()]);
    let names = BTreeSet::from(["Tags".to_string()]);
    Planner::new(table, vec![], None, catalogue, names, allowed)
}

fn adds(tag: &str) -> Patch {
    Patch {
        tags: TagDelta {
            add: [tag.to_string()].into(),
            ..TagDelta::default()
        },
        ..Patch::default()
    }
}

fn flag(flag: Flag, edit: Edit<bool>) -> Patch {
    Patch {
        flags: [(flag, edit)].into(),
        ..Patch::default()
    }
}

fn kind(planner: &mut Planner, contact: &Contact, patch: &Patch) -> Kind {
    planner.row(contact, patch, |_, _| None).kind()
}

#[test]
fn what_is_so_already_is_not_sent() {
    let mut planner = planner(table(ProviderId::Local, None), Allowed::default());
    let mut ana = contact(ProviderId::Local);
    assert_eq!(kind(&mut planner, &ana, &adds("vip")), Kind::Send);
    ana.tags.insert("vip".into());
    assert_eq!(kind(&mut planner, &ana, &adds("vip")), Kind::Nothing);
}

#[test]
fn a_label_outside_the_catalogue_is_blocked_unless_it_is_allowed() {
    let chatwoot = || table(ProviderId::Chatwoot, None);
    let ana = contact(ProviderId::Chatwoot);
    let mut strict = planner(chatwoot(), Allowed::default());
    assert_eq!(kind(&mut strict, &ana, &adds("vip")), Kind::Send);
    let odd = kind(&mut strict, &ana, &adds("odd"));
    assert_eq!(odd, Kind::Blocked(Reason::Catalogue));
    let allowed = Allowed {
        new_tag: true,
        ..Allowed::default()
    };
    let mut free = planner(chatwoot(), allowed);
    assert_eq!(kind(&mut free, &ana, &adds("odd")), Kind::Send);
}

#[test]
fn a_stored_phone_that_chatwoot_would_refuse_blocks_every_change_but_its_own() {
    let mut planner = planner(table(ProviderId::Chatwoot, None), Allowed::default());
    let mut ana = contact(ProviderId::Chatwoot);
    ana.set_field(FieldKey::Phone, "0151 234");
    let blocked = planner.row(&ana, &adds("vip"), |_, _| None);
    assert_eq!(blocked.kind(), Kind::Blocked(Reason::Stored));
    let Planned::Blocked { why, .. } = &blocked.planned else {
        panic!("{blocked:?}");
    };
    assert!(why.contains("0151 234"), "{why}");
    let mut mended = adds("vip");
    let phone = Edit::Set("+49151234567".to_string());
    mended.fields.insert(FieldKey::Phone, phone);
    assert_eq!(kind(&mut planner, &ana, &mended), Kind::Send);
}

#[test]
fn consent_is_narrowed_freely_and_widened_only_where_it_was_allowed() {
    let pabbly = || table(ProviderId::Pabbly, None);
    let mut ana = contact(ProviderId::Pabbly);
    let allowed = Allowed {
        opt_in: true,
        ..Allowed::default()
    };
    let blocked = Kind::Blocked(Reason::Consent);
    for (before, edit, want) in [
        (None, Edit::Set(true), blocked),
        (Some(false), Edit::Set(true), blocked),
        (Some(true), Edit::Set(false), Kind::Send),
        (None, Edit::Set(false), Kind::Send),
    ] {
        ana.flags.clear();
        ana.flags.extend(before.map(|state| (Flag::Optin, state)));
        let patch = flag(Flag::Optin, edit);
        let strict = kind(&mut planner(pabbly(), Allowed::default()), &ana, &patch);
        assert_eq!(strict, want, "{before:?} {patch:?}");
        let free = kind(&mut planner(pabbly(), allowed), &ana, &patch);
        assert_eq!(free, Kind::Send);
        // Of a contact that was not read, consent is not known.
        let unread =
            planner(pabbly(), Allowed::default()).unread(&ana, &flag(Flag::Optin, Edit::Set(true)));
        assert!(
            unread.kind() == blocked || before == Some(true),
            "{unread:?}"
        );
    }
}

#[test]
fn what_the_provider_does_not_let_change_is_read_only() {
    let mut planner = planner(table(ProviderId::OpenCx, None), Allowed::default());
    let ana = contact(ProviderId::OpenCx);
    let read_only = Kind::Blocked(Reason::ReadOnly);
    assert_eq!(kind(&mut planner, &ana, &adds("vip")), read_only);
    let block = flag(Flag::Blocked, Edit::Set(true));
    assert_eq!(kind(&mut planner, &ana, &block), read_only);
}

#[test]
fn tags_and_values_that_are_too_long_for_revyops_are_blocked_as_that() {
    let mut planner = planner(table(ProviderId::RevyOps, Some("Tags")), Allowed::default());
    let mut ana = contact(ProviderId::RevyOps);
    ana.attributes.insert("Tags".into(), json!(""));
    for number in 0..208 {
        ana.tags.insert(format!("tag-{number:06}"));
    }
    let too_long = Kind::Blocked(Reason::TooLong);
    assert_eq!(kind(&mut planner, &ana, &adds("a-longer-one")), too_long);
    let mut patch = Patch::default();
    let value = Edit::Set(json!("x".repeat(2501)));
    patch.attributes.insert("Tags".into(), value);
    let mut plain = self::planner(table(ProviderId::RevyOps, None), Allowed::default());
    assert_eq!(kind(&mut plain, &ana, &patch), too_long);
}

#[test]
fn a_field_for_everybody_needs_to_be_allowed() {
    let mut patch = Patch::default();
    patch
        .attributes
        .insert("Teir".into(), Edit::Set(json!("gold")));
    let ana = contact(ProviderId::RevyOps);
    let revyops = || table(ProviderId::RevyOps, None);
    let mut strict = planner(revyops(), Allowed::default());
    let blocked = Kind::Blocked(Reason::NotAllowed);
    assert_eq!(kind(&mut strict, &ana, &patch), blocked);
    let allowed = Allowed {
        new_field: true,
        ..Allowed::default()
    };
    assert_eq!(
        kind(&mut planner(revyops(), allowed), &ana, &patch),
        Kind::Send
    );
}
