//! What the client promises, whatever the provider. Each promise has a contact of its own, so that their order
//! does not count.

use std::collections::BTreeSet;

use cardex::app::loader::{self, TagWalk, Tagged};
use cardex::app::session::Session;
use cardex::domain::{
    Access, Contact, ContactId, Edit, FieldKey, FieldKind, FieldSpec, Filter, Order, Patch,
    TagDelta, TroubleKind,
};
use cardex::engine::{Check, Permits, SaveOutcome};
use tokio::sync::watch;

use super::{Backstage, World};

/// A promise is kept, or this is what happened.
type Kept = Result<(), String>;

/// Filters of every kind that a provider may be asked for.
const FILTERS: [&str; 16] = [
    "blocked:yes",
    "blocked:no",
    "optin:yes",
    "optin:no",
    "tag:vip",
    "tag:VIP",
    "tag:großkunde",
    "tag:vip -tag:newsletter",
    "tag:trial has:email",
    "has:tags",
    "tag:v*",
    "tag:vip example",
    "blocked:yes example",
    "name:amelie",
    "email:example.org",
    "attr.plan=team",
];

/// Runs every promise; what is not kept is named with the world.
pub(super) async fn all<F: Backstage>(world: &World<F>, broken: &mut Vec<String>) {
    let mut note = |promise: &str, kept: Kept| {
        if let Err(why) = kept {
            let why: String = why.chars().take(600).collect();
            broken.push(format!("{}: {promise}: {why}", world.name));
        }
    };
    note("the list names each contact once", whole(world).await);
    note(
        "asking the provider finds what a whole walk finds",
        narrow(world).await,
    );
    note(
        "an edit of each field is stored and seen to be",
        edits(world).await,
    );
    note("tags of others are kept", tags(world).await);
    note("what is so already sends nothing", unchanged(world).await);
    note("a change meanwhile is a conflict", conflict(world).await);
    note("who has a value is found", holder(world).await);
    note(
        "what can be cleared is cleared, or refused",
        clears(world).await,
    );
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Kept {
    if holds { Ok(()) } else { Err(why()) }
}

async fn load(session: &Session) -> Result<loader::Loaded, String> {
    let (_keep, paused) = watch::channel(false);
    let loaded = loader::load(session, &TagWalk::Catalogue, paused, |_| {}).await;
    loaded.map_err(|trouble| trouble.to_string())
}

async fn ids(session: &Session, filter: &Filter) -> BTreeSet<String> {
    let name = &session.account().name;
    let found = session.contacts().ids(name, filter, Order::default());
    found
        .await
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

async fn read(session: &Session, id: &ContactId) -> Result<Contact, String> {
    session
        .read(id)
        .await
        .map_err(|trouble| trouble.to_string())
}

async fn whole<F: Backstage>(world: &World<F>) -> Kept {
    let session = world.session();
    let loaded = load(&session).await?;
    let listed = world.backstage().fake.listed();
    let found = ids(&session, &Filter::default()).await;
    ensure(found == listed && loaded.contacts == listed.len(), || {
        format!("{} listed, {} found", listed.len(), found.len())
    })?;
    ensure(loaded.complete && loaded.missing == 0, || {
        format!("{loaded:?}")
    })
}

async fn narrow<F: Backstage>(world: &World<F>) -> Kept {
    let walked = world.session();
    load(&walked).await?;
    let listed = world.backstage().fake.listed();
    let all = Tagged {
        order: Order::default(),
        limit: None,
    };
    for text in FILTERS {
        let filter = Filter::parse(text).unwrap();
        let right = ids(&walked, &filter).await;
        let asked = world.session();
        let certain = loader::load_matching(&asked, &filter, Some(all), |_| {}).await;
        if certain.map_err(|t| format!("{text}: {t}"))? {
            // A filter may know contacts that the list leaves out.
            let found: BTreeSet<String> = ids(&asked, &filter).await;
            let found: BTreeSet<String> = found.intersection(&listed).cloned().collect();
            ensure(found == right, || {
                format!("{text}: {found:?}, not {right:?}")
            })?;
        }
        let mut cursor = None;
        for _ in 0..20 {
            let found = asked.search(&filter, cursor.as_ref()).await;
            if world.leeway.no_search && found.is_err() {
                break;
            }
            let Some(found) = found.map_err(|t| format!("{text}: {t}"))? else {
                break;
            };
            cursor = found.page.next;
            if cursor.is_none() {
                break;
            }
        }
        ensure(cursor.is_none(), || {
            format!("{text}: the search does not end")
        })?;
    }
    Ok(())
}

/// A value that nobody has.
fn value(spec: &FieldSpec) -> &'static str {
    match spec.kind {
        FieldKind::Text | FieldKind::Company => "Zoë Ørsted 日本",
        FieldKind::Email | FieldKind::EmailStrict => "nobody.yet@example.org",
        FieldKind::PhoneE164 | FieldKind::PhoneFree => "+4915799990001",
        FieldKind::PhoneDigits => "4915799990001",
        FieldKind::Url => "https://example.org/picture.png",
    }
}

/// The outcome is the one of a change that was stored, or what this world is allowed to say instead.
fn stored(outcome: &SaveOutcome, lossy: bool, hidden: bool) -> Kept {
    let good = match outcome {
        SaveOutcome::Applied { check, .. } => match check {
            Check::Verified => !lossy && !hidden,
            Check::Drifted(_) => lossy,
            Check::Unprovable(_) => hidden,
            Check::Unknown(_) | Check::Merged { .. } => false,
        },
        _ => false,
    };
    ensure(good, || format!("{outcome:?}"))
}

async fn save(session: &Session, base: &Contact, patch: Patch) -> SaveOutcome {
    session.save(base.clone(), patch, Permits::default()).await
}

async fn edits<F: Backstage>(world: &World<F>) -> Kept {
    let session = world.session();
    let id = world.contact(0);
    let keys: Vec<FieldSpec> = session.table().fields.clone();
    for spec in keys.iter().filter(|s| s.access.can_set()) {
        let base = read(&session, &id).await?;
        let patch = Patch {
            fields: [(spec.key, Edit::Set(value(spec).into()))].into(),
            ..Patch::default()
        };
        // The e-mail may be kept in an attribute.
        let lossy = world.leeway.attributes_vanish
            && spec.key == FieldKey::Email
            && !base.attributes.is_empty();
        let hidden = matches!(spec.access, Access::WriteOnly(_));
        let outcome = save(&session, &base, patch).await;
        stored(&outcome, lossy, hidden).map_err(|why| format!("{}: {why}", spec.key))?;
    }
    for spec in session.table().flags.iter().filter(|s| s.access.can_set()) {
        let base = read(&session, &id).await?;
        let state = !base.flag(spec.flag).unwrap_or(false);
        let patch = Patch {
            flags: [(spec.flag, Edit::Set(state))].into(),
            ..Patch::default()
        };
        let outcome = save(&session, &base, patch).await;
        stored(&outcome, false, false).map_err(|why| format!("{}: {why}", spec.flag))?;
    }
    for (name, value) in &world.attributes {
        for edit in [Edit::Set(value.clone()), Edit::Clear] {
            let base = read(&session, &id).await?;
            let mail = usize::from(!base.field(FieldKey::Email).is_empty());
            let others = mail + base.attributes.keys().filter(|k| k != name).count();
            let stays = world.leeway.removed_stays && edit == Edit::Clear;
            let lossy = (world.leeway.attributes_vanish && others > 0) || stays;
            let patch = Patch {
                attributes: [((*name).to_string(), edit)].into(),
                ..Patch::default()
            };
            let outcome = save(&session, &base, patch).await;
            if outcome_is_unchanged(&outcome) && !base.attributes.contains_key(*name) {
                continue;
            }
            stored(&outcome, lossy, false).map_err(|why| format!("attr.{name}: {why}"))?;
        }
    }
    Ok(())
}

fn outcome_is_unchanged(outcome: &SaveOutcome) -> bool {
    matches!(outcome, SaveOutcome::Unchanged { .. })
}

async fn tags<F: Backstage>(world: &World<F>) -> Kept {
    let session = world.session();
    let id = world.contact(1);
    world.backstage().fake.retag(id.as_str(), &["trial"]);
    let base = read(&session, &id).await?;
    // A colleague adds one while the form is open.
    world
        .backstage()
        .fake
        .retag(id.as_str(), &["trial", "press"]);
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_string()).collect();
    let patch = Patch {
        tags: TagDelta {
            add: names(&["vip", "beta"]),
            remove: names(&["trial"]),
        },
        ..Patch::default()
    };
    let outcome = save(&session, &base, patch).await;
    stored(&outcome, world.leeway.tags_stay, false)?;
    let after = world.backstage().fake.tags(id.as_str());
    let wanted: BTreeSet<String> = match world.leeway.tags_stay {
        true => names(&["trial", "press"]),
        false => names(&["vip", "beta", "press"]),
    };
    ensure(after == wanted, || format!("{after:?}"))
}

async fn unchanged<F: Backstage>(world: &World<F>) -> Kept {
    let session = world.session();
    let id = world.contact(2);
    let base = read(&session, &id).await?;
    let mut patch = Patch::default();
    for spec in session.table().fields.iter().filter(|s| s.access.can_set()) {
        let text = base.field(spec.key);
        if !text.is_empty() {
            patch.fields.insert(spec.key, Edit::Set(text.to_string()));
        }
    }
    for (name, value) in &base.attributes {
        patch
            .attributes
            .insert(name.clone(), Edit::Set(value.clone()));
    }
    for (flag, state) in &base.flags {
        patch.flags.insert(*flag, Edit::Set(*state));
    }
    patch.tags.add = base.tags.clone();
    let before = world.writes();
    let outcome = save(&session, &base, patch).await;
    ensure(outcome_is_unchanged(&outcome), || format!("{outcome:?}"))?;
    ensure(world.writes() == before, || "something was sent".into())
}

async fn conflict<F: Backstage>(world: &World<F>) -> Kept {
    let session = world.session();
    let id = world.contact(3);
    let base = read(&session, &id).await?;
    world.backstage().fake.rename(id.as_str(), "Somebody Else");
    let before = world.writes();
    let patch = Patch {
        fields: [(FieldKey::Name, Edit::Set("Mine".into()))].into(),
        ..Patch::default()
    };
    let outcome = save(&session, &base, patch).await;
    let noticed = matches!(&outcome, SaveOutcome::Conflict { theirs, .. }
        if theirs.field(FieldKey::Name) == "Somebody Else");
    ensure(noticed && world.writes() == before, || {
        format!("{outcome:?}")
    })
}

async fn holder<F: Backstage>(world: &World<F>) -> Kept {
    let session = world.session();
    let (asking, id) = (world.contact(5), world.contact(4));
    let base = read(&session, &id).await?;
    for key in [FieldKey::Email, FieldKey::Phone, FieldKey::Identifier] {
        let text = base.field(key);
        if text.is_empty() {
            continue;
        }
        // Nothing was listed in this session: the provider has to tell.
        let found = session.holder(key, text, &asking).await;
        if world.leeway.no_search {
            let said = found.as_ref().err().map(|trouble| trouble.kind);
            ensure(said == Some(TroubleKind::Forbidden), || {
                format!("{key} {text}: {found:?}")
            })?;
            continue;
        }
        let found = found.map_err(|t| format!("{key}: {t}"))?;
        let right = found.as_ref().is_some_and(|c| c.id == id);
        ensure(right, || format!("{key} {text}: {found:?}"))?;
    }
    Ok(())
}

async fn clears<F: Backstage>(world: &World<F>) -> Kept {
    let session = world.session();
    let id = world.contact(6);
    let keys: Vec<FieldSpec> = session.table().fields.clone();
    for spec in keys.iter().filter(|s| s.access.can_clear()) {
        let base = read(&session, &id).await?;
        if base.field(spec.key).is_empty() {
            continue;
        }
        let patch = Patch {
            fields: [(spec.key, Edit::Clear)].into(),
            ..Patch::default()
        };
        let outcome = save(&session, &base, patch).await;
        let stays = spec.key == FieldKey::Name && world.leeway.name_stays;
        if stays || world.leeway.emptied_refused {
            let refused = matches!(outcome, SaveOutcome::Refused { partly: false, .. });
            ensure(refused, || format!("{}: {outcome:?}", spec.key))?;
            continue;
        }
        let lossy = world.leeway.attributes_vanish
            && spec.key == FieldKey::Email
            && !base.attributes.is_empty();
        let stays = world.leeway.emptied_stays;
        stored(&outcome, lossy || stays, false).map_err(|why| format!("{}: {why}", spec.key))?;
        if stays {
            continue;
        }
        // However little is left of it, it is found by its id.
        let after = read(&session, &id).await?;
        ensure(after.field(spec.key).is_empty(), || {
            format!("{} is still there", spec.key)
        })?;
    }
    Ok(())
}
