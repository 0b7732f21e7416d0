//! OpenCX's worlds: each thing that the vendor's pages leave open, decided each way, alone and in a few
//! combinations. A page holds ten contacts, so that every way of paging is gone through.

use std::collections::BTreeSet;

use cardex::app::clock;
use cardex::app::loader::{self, Loaded, TagWalk};
use cardex::app::session::Session;
use cardex::domain::{
    Contact, ContactId, Edit, FieldKey, Patch, ProviderId, TagDelta, Trouble, TroubleKind,
};
use cardex::engine::{Check, Permits, SaveOutcome};
use cardex::http::HttpResponse;
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::opencx::quirks::{Blank, CustomData, Paging, Quirks, Scopes, SearchScope};
use cardex::sandbox::opencx::{OpenCx, uuid};
use cardex::sandbox::{Fake, Received, seed};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Backstage, Leeway, World, each_alone, promises};

/// Contacts of the organisation: five pages of ten.
const PEOPLE: usize = 45;

/// What is not a choice between words, and what may well come together.
const MORE: [&str; 16] = [
    "page_size=1",
    "page_size=7",
    "page_size=100",
    "clock_skew=600",
    "clock_skew=-600",
    "clock_skew=86400",
    "clock_skew=-86400",
    "timestamps=no,filters=ignored",
    "timestamps=no,filters=ignored,custom_data=replace,order=random",
    "timestamps=no,search_scope=contacts,search_missing=empty,page_size=3",
    "filters=ignored,paging=empty-page,end=extra-page,page_size=4",
    "paging=duplicate-row,order=updated-desc,end=repeated-cursor",
    "clock_skew=-600,resolution=millisecond,bounds=inclusive,order=updated-desc",
    "clock_skew=600,custom_data=replace,blank=null,body=wrapped",
    "message=list,error_body=bare,taken=422,blank=refused",
    "scopes=contacts-only,timestamps=no,page_size=1",
];

impl Backstage for OpenCx {
    fn listed(&self) -> BTreeSet<String> {
        self.contacts().iter().map(|c| c.id.clone()).collect()
    }

    fn tags(&self, id: &str) -> BTreeSet<String> {
        let data = self.contact(id).unwrap().custom_data.as_ref();
        let text = data.and_then(|d| d.get(seed::TAGS_KEY)?.as_str());
        let names = text.unwrap_or_default().split(',').map(str::trim);
        names.filter(|n| !n.is_empty()).map(String::from).collect()
    }

    fn retag(&mut self, id: &str, tags: &[&str]) {
        let text = Value::from(tags.join(","));
        let changed = self.change(id, clock::now(), |c| {
            let data = c.custom_data.get_or_insert_default();
            data.insert(seed::TAGS_KEY.into(), text);
        });
        assert!(changed);
    }

    fn rename(&mut self, id: &str, name: &str) {
        assert!(self.change(id, clock::now(), |c| c.name = Some(name.into())));
    }
}

async fn start<F: Backstage>(spec: &str, fake: F) -> World<F> {
    let place = (ProviderId::OpenCx, Vendor::OpenCx, "");
    World::start(spec, place, fake, |_| {}).await
}

fn fake(spec: &str) -> OpenCx {
    let quirks = Quirks::parse(&format!("page_size=10,{spec}"));
    // What the world says itself counts.
    let quirks = quirks.or_else(|_| Quirks::parse(spec)).unwrap();
    seed::opencx(&seed::people(PEOPLE)).with_quirks(quirks)
}

async fn world(spec: &str) -> World<OpenCx> {
    let fake = fake(spec);
    let quirks = fake.quirks.clone();
    let mut world = start(spec, fake).await;
    world.leeway = Leeway {
        removed_stays: quirks.custom_data == CustomData::Merge,
        emptied_stays: quirks.blank == Blank::Ignored,
        emptied_refused: quirks.blank == Blank::Refused,
        no_search: quirks.scopes == Scopes::ContactsOnly
            && quirks.search_scope == SearchScope::ChatSessions,
        ..Leeway::default()
    };
    world.attributes = vec![("customer_code", json!("NB-9999")), ("city", json!("Łódź"))];
    world
}

/// Worlds in which no contact, or not every one, can be had: they have tests of their own.
fn shut(spec: &str) -> bool {
    let quirks = Quirks::parse(spec).unwrap();
    quirks.paging == Paging::Stuck
        || matches!(quirks.scopes, Scopes::ReadOnly | Scopes::Nothing)
        || spec.contains("cdn=challenge")
}

#[tokio::test]
async fn every_promise_is_kept_in_every_world_of_opencx() {
    let mut broken = Vec::new();
    let mut worlds = each_alone(&Quirks::help());
    assert!(worlds.len() > 35, "{worlds:?}");
    worlds.push(String::new());
    worlds.extend(MORE.map(String::from));
    let mut under_way = JoinSet::new();
    for spec in worlds.into_iter().filter(|spec| !shut(spec)) {
        under_way.spawn(async move {
            let mut broken = Vec::new();
            let world = world(&spec).await;
            promises::all(&world, &mut broken).await;
            // Trap: what steers the AI's actions for a person is never sent.
            assert!(world.backstage().fake.overrides().is_empty());
            broken
        });
    }
    while let Some(found) = under_way.join_next().await {
        broken.extend(found.unwrap());
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

async fn load(session: &Session) -> Result<Loaded, Trouble> {
    let (_keep, paused) = watch::channel(false);
    loader::load(session, &TagWalk::Catalogue, paused, |_| {}).await
}

fn set(key: FieldKey, text: &str) -> Patch {
    Patch {
        fields: [(key, Edit::Set(text.to_string()))].into(),
        ..Patch::default()
    }
}

fn set_attribute(name: &str, value: impl Into<Value>) -> Patch {
    Patch {
        attributes: [(name.to_string(), Edit::Set(value.into()))].into(),
        ..Patch::default()
    }
}

fn add_tag(name: &str) -> Patch {
    Patch {
        tags: TagDelta {
            add: [name.to_string()].into(),
            remove: BTreeSet::new(),
        },
        ..Patch::default()
    }
}

async fn save(session: &Session, base: &Contact, patch: Patch) -> SaveOutcome {
    session.save(base.clone(), patch, Permits::default()).await
}

fn check_of(outcome: &SaveOutcome) -> Option<&Check> {
    match outcome {
        SaveOutcome::Applied { check, .. } => Some(check),
        _ => None,
    }
}

/// What a list that was read long ago tells of a contact.
fn remembered(world: &World<OpenCx>, id: &str, times: bool) -> Contact {
    let account = world.session().account().name.clone();
    let mut known = Contact::new(ContactId::new(id), account, ProviderId::OpenCx);
    let backstage = world.backstage();
    let stored = backstage.fake.contact(id).unwrap();
    known.set_field(FieldKey::Name, stored.name.as_deref().unwrap_or_default());
    known.set_field(FieldKey::Email, stored.email.as_deref().unwrap_or_default());
    known.set_field(FieldKey::Phone, stored.phone.as_deref().unwrap_or_default());
    known.created_at = times.then_some(stored.created_at);
    known
}

/// A contact with an e-mail address behind the second page of a list that is stuck there.
fn out_of_reach(world: &World<OpenCx>) -> String {
    let backstage = world.backstage();
    let mut contacts: Vec<_> = backstage.fake.contacts().iter().collect();
    contacts.sort_by_key(|c| (std::cmp::Reverse(c.created_at.as_second()), c.id.clone()));
    let mut far = contacts.into_iter().skip(20);
    far.find(|c| c.email.is_some()).unwrap().id.clone()
}

#[tokio::test]
async fn trap_a_repeated_cursor_ends_the_walk_as_a_fault_and_nobody_vanishes() {
    let world = world("paging=stuck").await;
    let session = world.session();
    let far = out_of_reach(&world);
    let known = remembered(&world, &far, true);
    session.remember_contact(&known).await;
    let loaded = load(&session).await.unwrap();
    assert!(!loaded.complete, "{loaded:?}");
    assert_eq!(loaded.contacts, 20);
    let said = loaded.shortfall().unwrap();
    assert!(said.contains("leads back"), "{said}");
    assert_eq!(loaded.vanished, 0);
    let name = &session.account().name;
    let kept = session.contacts().contact(name, &known.id).await.unwrap();
    assert!(kept.is_some());
    // The time of its creation finds it where the list does not.
    let found = session.read(&known.id).await.unwrap();
    assert!(found.attributes_known);
}

#[tokio::test]
async fn a_contact_that_can_not_be_reached_is_not_called_gone() {
    let world = world("paging=stuck").await;
    let far = ContactId::new(out_of_reach(&world));
    let trouble = world.session().read(&far).await.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Malformed, "{trouble}");
    assert!(
        trouble.hint.as_ref().unwrap().contains("not known"),
        "{trouble:?}"
    );
    // Nor where the only list that would tell is refused.
    let refusing = self::world("scopes=nothing").await;
    let trouble = refusing.session().read(&far).await.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Forbidden, "{trouble}");
}

#[tokio::test]
async fn what_only_a_search_tells_verifies_a_name_and_is_no_base_for_custom_data() {
    let world = world("paging=stuck,timestamps=no").await;
    let session = world.session();
    let known = remembered(&world, &out_of_reach(&world), false);
    let outcome = save(&session, &known, set(FieldKey::Name, "Zoë Ørsted")).await;
    assert_eq!(check_of(&outcome), Some(&Check::Verified), "{outcome:?}");
    let before = world.writes();
    for patch in [set_attribute("plan", "free"), add_tag("vip")] {
        let outcome = save(&session, &known, patch).await;
        // The name was changed meanwhile; it is not what is saved here.
        let SaveOutcome::Refused { fields, .. } = &outcome else {
            panic!("{outcome:?}");
        };
        let why = &fields[0].message;
        assert!(why.contains("could not be read"), "{why}");
    }
    assert_eq!(world.writes(), before);
}

#[tokio::test]
async fn a_deleted_contact_is_known_to_be_gone_by_its_time_of_creation() {
    let world = world("").await;
    let session = world.session();
    load(&session).await.unwrap();
    let id = world.contact(3);
    let base = session.read(&id).await.unwrap();
    world.backstage().fake.remove(id.as_str()).unwrap();
    let outcome = save(&session, &base, set(FieldKey::Name, "Late")).await;
    let SaveOutcome::Failed { trouble, .. } = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(trouble.kind, TroubleKind::NotFound);
    assert_eq!(world.writes(), 0);
    // A walk that does not meet it takes it out of the mirror, and nobody else.
    let gone = world.contact(4);
    world.backstage().fake.remove(gone.as_str()).unwrap();
    let loaded = load(&session).await.unwrap();
    assert_eq!((loaded.vanished, loaded.contacts), (1, PEOPLE - 2));
}

/// A fake in which a contact is deleted right before a write to it arrives.
struct Vanishing(OpenCx);

impl Fake for Vanishing {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        if request.method == "PATCH" {
            let id = request.path().rsplit('/').next().unwrap().to_string();
            self.0.remove(&id);
        }
        self.0.answer(request, now)
    }
}

impl Backstage for Vanishing {
    fn listed(&self) -> BTreeSet<String> {
        self.0.listed()
    }

    fn tags(&self, id: &str) -> BTreeSet<String> {
        self.0.tags(id)
    }

    fn retag(&mut self, id: &str, tags: &[&str]) {
        self.0.retag(id, tags);
    }

    fn rename(&mut self, id: &str, name: &str) {
        self.0.rename(id, name);
    }
}

#[tokio::test]
async fn unknown_answers_to_a_contact_that_is_gone_are_never_called_saved() {
    for word in ["404", "400", "500", "200"] {
        let spec = format!("unknown_contact={word}");
        let world = start(&spec, Vanishing(fake(&spec))).await;
        let session = world.session();
        let base = session.read(&world.contact(0)).await.unwrap();
        let outcome = save(&session, &base, set(FieldKey::Name, "Late")).await;
        let good = match (word, &outcome) {
            ("404", SaveOutcome::Failed { trouble, .. }) => trouble.kind == TroubleKind::NotFound,
            ("400", SaveOutcome::Refused { message, .. }) => message.contains("not found"),
            ("500", SaveOutcome::Unknown { .. } | SaveOutcome::Failed { .. }) => true,
            // Trap: a 200 proves little.
            ("200", SaveOutcome::Applied { check, .. }) => matches!(check, Check::Unknown(_)),
            _ => false,
        };
        assert!(good, "{word}: {outcome:?}");
    }
}

#[tokio::test]
async fn unknown_uniqueness_a_taken_value_is_refused_with_its_field_or_stored() {
    for word in ["409", "400", "422", "allowed"] {
        for more in [
            "",
            ",message=list",
            ",error_body=message",
            ",error_body=bare",
        ] {
            let world = world(&format!("taken={word}{more}")).await;
            let session = world.session();
            let people = load(&session).await.unwrap().contacts;
            assert_eq!(people, PEOPLE);
            let holder = {
                let backstage = world.backstage();
                let mut all = backstage.fake.contacts().iter();
                all.find(|c| c.email.is_some()).unwrap().clone()
            };
            let id = world.backstage().fake.listed().into_iter();
            let id = ContactId::new(id.filter(|id| *id != holder.id).nth(5).unwrap());
            let base = session.read(&id).await.unwrap();
            let email = holder.email.unwrap();
            let outcome = save(&session, &base, set(FieldKey::Email, &email)).await;
            let after = session.read(&id).await.unwrap();
            if word == "allowed" {
                assert_eq!(check_of(&outcome), Some(&Check::Verified), "{outcome:?}");
                continue;
            }
            let SaveOutcome::Refused { fields, partly, .. } = &outcome else {
                panic!("{word}{more}: {outcome:?}");
            };
            assert!(!partly);
            assert_eq!(after.field(FieldKey::Email), base.field(FieldKey::Email));
            if !more.contains("bare") {
                assert!(fields[0].key == "email" && fields[0].taken, "{fields:?}");
                let found = session.holder(FieldKey::Email, &email, &id).await.unwrap();
                assert_eq!(found.unwrap().id.as_str(), holder.id);
            }
        }
    }
}

#[tokio::test]
async fn unknown_phone_format_is_the_servers_to_judge_and_a_refused_one_keeps_nothing() {
    for (spec, refused) in [("phone_check=yes", true), ("phone_check=no", false)] {
        let world = world(spec).await;
        let session = world.session();
        let base = session.read(&world.contact(0)).await.unwrap();
        let mut patch = set(FieldKey::Phone, "030 123-45");
        patch
            .fields
            .insert(FieldKey::Name, Edit::Set("Both".into()));
        let outcome = save(&session, &base, patch).await;
        let after = session.read(&base.id).await.unwrap();
        match &outcome {
            SaveOutcome::Refused { fields, .. } if refused => {
                assert_eq!(fields[0].key, "phone");
                assert_eq!(after.fields, base.fields);
            }
            SaveOutcome::Applied { check, .. } if !refused => {
                assert_eq!(*check, Check::Verified);
                assert_eq!(after.field(FieldKey::Phone), "030 123-45");
            }
            _ => panic!("{spec}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn unknown_other_types_in_custom_data_are_shown_and_never_converted_unasked() {
    for spec in ["custom_data=merge", "custom_data=replace"] {
        let world = world(spec).await;
        let session = world.session();
        let id = world.contact(0);
        let odd = json!({"plan": "pro", "seats": 5, "vip": true, "tags": "a,b", "none": null});
        let stored = odd.as_object().cloned();
        world
            .backstage()
            .fake
            .change(id.as_str(), clock::now(), |c| {
                c.custom_data = stored.clone()
            });
        let base = session.read(&id).await.unwrap();
        assert_eq!(base.attributes["seats"], json!(5));
        let patch = set_attribute("plan", "free");
        session.preview(&base, &patch).await.unwrap_err();
        for patch in [patch, add_tag("new")] {
            let outcome = save(&session, &base, patch).await;
            let SaveOutcome::Refused { fields, .. } = &outcome else {
                panic!("{outcome:?}");
            };
            let keys: Vec<&str> = fields.iter().map(|f| f.key.as_str()).collect();
            assert_eq!(keys, ["attr.seats", "attr.vip"]);
        }
        assert_eq!(world.writes(), 0);
        // A name needs no custom data.
        let outcome = save(&session, &base, set(FieldKey::Name, "Bo")).await;
        assert_eq!(check_of(&outcome), Some(&Check::Verified), "{outcome:?}");
        let data = world
            .backstage()
            .fake
            .contact(id.as_str())
            .unwrap()
            .custom_data
            .clone();
        assert_eq!(data, stored);
        // Texts in their place were asked for; numbers go out as texts.
        let mut patch = set_attribute("seats", 6);
        patch
            .attributes
            .insert("vip".into(), Edit::Set(json!("true")));
        let base = session.read(&id).await.unwrap();
        let outcome = save(&session, &base, patch).await;
        assert_eq!(check_of(&outcome), Some(&Check::Verified), "{outcome:?}");
        let data = world
            .backstage()
            .fake
            .contact(id.as_str())
            .unwrap()
            .custom_data
            .clone();
        let data = data.unwrap();
        assert_eq!(data["seats"], json!("6"));
        assert_eq!(data["vip"], json!("true"));
        assert_eq!(data["tags"], json!("a,b"));
    }
}

#[tokio::test]
async fn unknown_merge_or_replace_others_keys_are_kept_and_a_kept_key_is_told() {
    for (spec, gone) in [("custom_data=merge", false), ("custom_data=replace", true)] {
        let world = world(spec).await;
        let session = world.session();
        let id = world.contact(0);
        let before = json!({"plan": "pro", "city": "Brno", "tags": "b,a"});
        world
            .backstage()
            .fake
            .change(id.as_str(), clock::now(), |c| {
                c.custom_data = before.as_object().cloned();
            });
        let base = session.read(&id).await.unwrap();
        let data = || {
            world
                .backstage()
                .fake
                .contact(id.as_str())
                .unwrap()
                .custom_data
                .clone()
        };
        let outcome = save(&session, &base, set_attribute("plan", "free")).await;
        assert_eq!(check_of(&outcome), Some(&Check::Verified));
        let wanted = json!({"plan": "free", "city": "Brno", "tags": "b,a"});
        assert_eq!(json!(data()), wanted);
        let base = session.read(&id).await.unwrap();
        let removal = Patch {
            attributes: [("plan".to_string(), Edit::Clear)].into(),
            ..Patch::default()
        };
        let outcome = save(&session, &base, removal).await;
        match check_of(&outcome) {
            Some(Check::Verified) => assert!(gone),
            Some(Check::Drifted(rows)) => {
                assert!(!gone);
                assert_eq!(rows.len(), 1);
                assert_eq!(
                    (rows[0].key.as_str(), &rows[0].new),
                    ("attr.plan", &json!("free"))
                );
            }
            other => panic!("{other:?}"),
        }
        // The last tag goes in either.
        let base = session.read(&id).await.unwrap();
        let untag = Patch {
            tags: TagDelta {
                add: BTreeSet::new(),
                remove: base.tags.clone(),
            },
            ..Patch::default()
        };
        let outcome = save(&session, &base, untag).await;
        assert_eq!(check_of(&outcome), Some(&Check::Verified), "{outcome:?}");
        assert!(session.read(&id).await.unwrap().tags.is_empty());
    }
}

#[tokio::test]
async fn a_read_only_key_lists_well_and_fails_at_the_save() {
    let world = world("scopes=read-only").await;
    let session = world.session();
    let loaded = load(&session).await.unwrap();
    assert!(loaded.complete);
    let base = session.read(&world.contact(0)).await.unwrap();
    let outcome = save(&session, &base, set(FieldKey::Name, "Bo")).await;
    let SaveOutcome::Failed {
        trouble, partly, ..
    } = &outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!((trouble.kind, *partly), (TroubleKind::Forbidden, false));
    let hint = trouble.hint.as_ref().unwrap();
    assert!(hint.contains("contacts:write"), "{hint}");
    assert_eq!(session.read(&base.id).await.unwrap(), base);
}

#[tokio::test]
async fn unknown_scope_of_search_its_absence_is_told_and_nothing_else_suffers() {
    let world = world("scopes=contacts-only").await;
    let about = world.session().about().await.unwrap();
    assert_eq!(about.refused.len(), 1, "{about:?}");
    let refused = &about.refused[0];
    let hint = refused.hint.as_ref().unwrap();
    assert!(hint.contains("chat-sessions:read"), "{hint}");
    assert!(about.told.iter().any(|line| line.contains("contacts:read")));
    let about = self::world("").await.session().about().await.unwrap();
    assert!(about.refused.is_empty());
    assert!(
        about
            .told
            .iter()
            .any(|line| line.contains("Search is allowed"))
    );
}

#[tokio::test]
async fn keys_and_proxies_that_refuse_everything_are_told_apart() {
    for (spec, words) in [
        ("scopes=nothing", "contacts:read"),
        ("cdn=challenge", "network in front"),
    ] {
        let world = world(spec).await;
        let trouble = load(&world.session()).await.unwrap_err();
        assert_eq!(trouble.kind, TroubleKind::Forbidden, "{trouble}");
        let hint = trouble.hint.unwrap();
        assert!(hint.contains(words), "{spec}: {hint}");
    }
    // A key that is not known at all.
    let mut other = fake("");
    other.key = "ocx_live_other".into();
    let world = start("another key", other).await;
    let trouble = load(&world.session()).await.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::SignIn, "{trouble}");
}

#[tokio::test]
async fn unknown_clocks_and_filters_do_not_keep_a_save_from_being_verified() {
    for spec in [
        "clock_skew=-86400",
        "clock_skew=86400",
        "filters=ignored",
        "timestamps=no",
        "filters=ignored,timestamps=no,page_size=1",
        "timestamps=no,page_size=1",
        "bounds=inclusive,resolution=millisecond",
    ] {
        let world = world(spec).await;
        let session = world.session();
        let base = session.read(&world.contact(7)).await.unwrap();
        let mut patch = set(FieldKey::Name, "Zoë");
        patch
            .fields
            .insert(FieldKey::Email, Edit::Set("zoe.new@example.org".into()));
        let outcome = save(&session, &base, patch).await;
        assert_eq!(
            check_of(&outcome),
            Some(&Check::Verified),
            "{spec}: {outcome:?}"
        );
        let outcome = save(&session, &base, set_attribute("plan", "own")).await;
        assert_eq!(
            check_of(&outcome),
            Some(&Check::Verified),
            "{spec}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn many_contacts_of_the_same_second_hide_none_of_them() {
    let mut fake = fake("page_size=5");
    let at = clock::now() - SignedDuration::from_hours(24);
    for n in 0..120 {
        let id = uuid(10_000 + n);
        let mut contact = cardex::sandbox::opencx::Contact::new(id, at);
        contact.name = Some(format!("Import {n}"));
        fake.insert(contact);
    }
    let world = start("an import", fake).await;
    let session = world.session();
    let loaded = load(&session).await.unwrap();
    assert_eq!(loaded.contacts, PEOPLE + 120);
    for n in [0, 60, 119] {
        let id = ContactId::new(uuid(10_000 + n));
        let base = session.read(&id).await.unwrap();
        let outcome = save(&session, &base, add_tag("imported")).await;
        assert_eq!(check_of(&outcome), Some(&Check::Verified), "{outcome:?}");
    }
}

#[tokio::test]
async fn opening_a_contact_of_a_long_list_without_times_shows_what_is_known_and_a_save_reads_it_whole()
 {
    let world = world("timestamps=no,page_size=1").await;
    let session = world.session();
    load(&session).await.unwrap();
    let id = out_of_reach(&world);
    let id = ContactId::new(id);
    // Somebody else is at work, too.
    world
        .backstage()
        .fake
        .change(id.as_str(), clock::now(), |c| {
            c.name = Some("Renamed".into());
            let data = c.custom_data.get_or_insert_default();
            data.insert("plan".into(), json!("theirs"));
        });
    let opened = session.read_soon(&id).await.unwrap();
    assert_eq!(opened.field(FieldKey::Name), "Renamed");
    assert!(!opened.attributes_known && opened.created_at.is_none());
    assert_ne!(opened.attributes.get("plan"), Some(&json!("theirs")));
    assert!(!opened.attributes.is_empty());
    // What was not seen is a conflict where it is edited, and is kept where it is not.
    let outcome = save(&session, &opened, set_attribute("plan", "mine")).await;
    let SaveOutcome::Conflict { changes, .. } = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(changes[0].new, json!("theirs"));
    let outcome = save(&session, &opened, set_attribute("other", "mine")).await;
    assert_eq!(check_of(&outcome), Some(&Check::Verified), "{outcome:?}");
    let whole = session.read(&id).await.unwrap();
    assert_eq!(whole.attributes["plan"], json!("theirs"));
}
