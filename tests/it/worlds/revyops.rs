//! RevyOps' worlds: each thing that the vendor's documents leave open or contradict each other in, decided each
//! way, alone and in a few combinations.
//!
//! The promises are RevyOps' own: what is said of a save is what the fake's own record shows, and where a world
//! keeps the client from what was asked, that is told. No promise knows how a world is made but through its
//! switches.

use std::collections::BTreeSet;

use cardex::app::clock;
use cardex::app::loader::{self, TagWalk};
use cardex::app::practice;
use cardex::app::session::Session;
use cardex::domain::{
    Contact, ContactId, Edit, FieldKey, Filter, Order, Patch, ProviderId, TagDelta, Trouble,
    TroubleKind,
};
use cardex::engine::{Check, Permits, SaveOutcome};
use cardex::sandbox::faults::Vendor;
use cardex::sandbox::revyops::RevyOps;
use cardex::sandbox::revyops::choices::{
    Auth, EmptyText, EmptyValue, Foreign, KeyStatus, NullValue, Schema, Sent, Status,
    UnknownCompany, Unresolved,
};
use cardex::sandbox::revyops::quirks::Quirks;
use cardex::sandbox::revyops::record;
use cardex::sandbox::seed::KEY;
use cardex::secret::{Secret, TokenSource};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Backstage, World, each_alone};

/// A promise is kept, or this is what happened.
type Kept = Result<(), String>;

/// The client, a secret; must not show anywhere.
const CLIENT: &str = "client-7c41";

/// The custom field that keeps the tags.
const TAGS: &str = "Persona";

/// Contacts of the client: two pages.
const PEOPLE: u64 = 130;

/// A contact and a company of another client.
const FOREIGN: u64 = 900;
const FOREIGN_COMPANY: u64 = 3;

/// What is not a choice between words.
const FREE: [&str; 6] = [
    "header=x-personal-key",
    "next_origin=https://app.revyops.com,envelope=links",
    "max_size=40",
    "max_size=40,envelope=links",
    "default_size=7",
    "text_limit=60",
];

/// What may well come together.
const TOGETHER: [&str; 6] = [
    "envelope=links,past_end=empty,fields_shape=json,fields_member=both,written=required,auth=both",
    "envelope=array,fields_shape=map,no_company=null,no_text=null,null_value=empty,order=-updated",
    "fields_sent=replace,written=required,fields_empty=absent,null_value=null",
    "schema=strict,bad_request=fields,empty_text=400,empty_value=400,null_value=400",
    "auth=client-id,header=x-other,fields_member=input,times=naive,unresolved=create",
    "empty=status,unknown_company=401,foreign=404,status=lower-case,filter=substring",
];

impl Backstage for RevyOps {
    fn listed(&self) -> BTreeSet<String> {
        let own = self.contacts().filter(|c| c.client == self.client_id);
        own.map(|c| c.id.to_string()).collect()
    }

    fn tags(&self, id: &str) -> BTreeSet<String> {
        let value = stored(self, id).value(TAGS).unwrap_or_default();
        let names = value.split(',').map(str::trim).filter(|n| !n.is_empty());
        names.map(String::from).collect()
    }

    fn retag(&mut self, id: &str, tags: &[&str]) {
        let now = clock::now();
        let field = self.new_field(TAGS, &tags.join(","), now);
        assert!(self.change(id.parse().unwrap(), now, |contact| {
            contact.fields.retain(|f| f.name != TAGS);
            contact.fields.push(field);
        }));
    }

    fn rename(&mut self, id: &str, name: &str) {
        let id = id.parse().unwrap();
        assert!(self.change(id, clock::now(), |c| c.first_name = name.into()));
    }
}

fn stored<'a>(fake: &'a RevyOps, id: &str) -> &'a record::Contact {
    fake.contact(id.parse().unwrap()).unwrap()
}

/// A client with some companies and so many contacts, all alike but for what must be unique.
fn fake(people: u64) -> RevyOps {
    let now = "2026-03-01T10:00:00Z".parse().unwrap();
    let mut fake = RevyOps::new(KEY, CLIENT);
    fake.add_company("Acme", "acme.example", now);
    fake.add_company("Globex", "globex.example", now);
    let foreign = fake.add_foreign_company("client-other", "Rival", "rival.example", now);
    assert_eq!(foreign, FOREIGN_COMPANY);
    for id in (1..=people).chain([FOREIGN]) {
        let client = if id == FOREIGN {
            "client-other"
        } else {
            CLIENT
        };
        let mut contact = record::Contact::new(id, client, now);
        contact.first_name = format!("Zoë {id}");
        contact.last_name = "O'Hara".into();
        contact.email = Some(format!("person{id}@people.example"));
        contact.linkedin_url = Some(format!("https://www.linkedin.com/in/person-{id}"));
        contact.company_id = Some(1);
        contact.origin = "import".into();
        contact.status = Some("Active".into());
        for (name, value) in [("Tier", "gold"), ("Ann's [region]", "EMEA"), ("Note", "")] {
            contact.fields.push(fake.new_field(name, value, now));
        }
        contact
            .fields
            .push(fake.new_field(TAGS, "trial, press", now));
        // Each has been changed at a time of its own, which orders some lists.
        contact.updated = now + jiff::SignedDuration::from_secs(id.cast_signed());
        fake.insert(contact);
    }
    fake
}

/// A source that gives this text.
fn gives(text: &str) -> Option<TokenSource> {
    let argv = ["printf", "%s", text].map(String::from);
    Some(TokenSource::Command(argv.to_vec()))
}

async fn world_of(spec: &str, people: u64) -> (World<RevyOps>, Quirks) {
    let quirks = Quirks::parse(spec).unwrap();
    let place = (ProviderId::RevyOps, Vendor::RevyOps, quirks.path());
    let (header, auth) = (quirks.header.clone(), quirks.auth);
    let fake = fake(people).with_quirks(quirks.clone());
    let world = World::start(spec, place, fake, |account| {
        account.tags_attribute = Some(TAGS.into());
        account.auth_header = header;
        if matches!(auth, Auth::ClientId | Auth::Both) {
            account.client_id = gives(CLIENT);
        }
    });
    (world.await, quirks)
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Kept {
    if holds { Ok(()) } else { Err(why()) }
}

fn field(key: FieldKey, edit: Edit<&str>) -> Patch {
    let edit = match edit {
        Edit::Clear => Edit::Clear,
        Edit::Set(text) => Edit::Set(text.to_string()),
    };
    Patch {
        fields: [(key, edit)].into(),
        ..Patch::default()
    }
}

fn attribute(name: &str, value: Option<&str>) -> Patch {
    let edit = value.map_or(Edit::Clear, |text| Edit::Set(json!(text)));
    Patch {
        attributes: [(name.to_string(), edit)].into(),
        ..Patch::default()
    }
}

/// What a save says, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Verified,
    Unprovable,
    Drifted,
    Refused,
    Forbidden,
    Missing,
    Guarded,
    Conflict,
    Unchanged,
    Else,
}

fn says(outcome: &SaveOutcome) -> Says {
    match outcome {
        SaveOutcome::Unchanged { .. } => Says::Unchanged,
        SaveOutcome::Applied { check, .. } => match check {
            Check::Verified => Says::Verified,
            Check::Drifted(_) => Says::Drifted,
            Check::Unprovable(_) => Says::Unprovable,
            Check::Unknown(_) | Check::Merged { .. } => Says::Else,
        },
        SaveOutcome::Refused { partly: false, .. } => Says::Refused,
        SaveOutcome::Conflict { .. } => Says::Conflict,
        SaveOutcome::Guarded { .. } => Says::Guarded,
        SaveOutcome::Failed { trouble, .. } if trouble.kind == TroubleKind::Forbidden => {
            Says::Forbidden
        }
        SaveOutcome::Failed { trouble, .. } if trouble.kind == TroubleKind::NotFound => {
            Says::Missing
        }
        SaveOutcome::Refused { .. } | SaveOutcome::Failed { .. } | SaveOutcome::Unknown { .. } => {
            Says::Else
        }
    }
}

fn said(what: &str, outcome: &SaveOutcome, wanted: Says) -> Kept {
    ensure(!format!("{outcome:?}").contains(CLIENT), || {
        format!("{what}: the client_id shows in {outcome:?}")
    })?;
    ensure(says(outcome) == wanted, || {
        format!("{what}: {wanted:?} was to be said, not {outcome:?}")
    })
}

/// Whether all that is known to be shown of a contact is what is stored.
fn told(what: &str, outcome: &SaveOutcome, fake: &RevyOps) -> Kept {
    let (SaveOutcome::Applied { after, .. } | SaveOutcome::Unchanged { contact: after }) = outcome
    else {
        return Ok(());
    };
    let record = stored(fake, after.id.as_str());
    let company = record.company_id.map(|id| id.to_string());
    let fields = [
        (FieldKey::FirstName, Some(record.first_name.clone())),
        (FieldKey::LastName, Some(record.last_name.clone())),
        (FieldKey::Email, record.email.clone()),
        (FieldKey::LinkedinUrl, record.linkedin_url.clone()),
        (FieldKey::CompanyId, company),
        (FieldKey::Origin, Some(record.origin.clone())),
        (FieldKey::ContactStatus, record.status.clone()),
    ];
    for (key, text) in fields {
        let text = text.unwrap_or_default();
        ensure(after.field(key) == text, || {
            format!(
                "{what}: {key} is shown as {:?}, stored is {text:?}",
                after.field(key)
            )
        })?;
    }
    let custom = record.fields.iter().filter(|f| f.name != TAGS);
    let custom = custom.filter_map(|f| Some((f.name.clone(), json!(f.value.as_ref()?))));
    let custom = custom.collect();
    ensure(after.attributes == custom, || {
        format!("{what}: shown {:?}, stored {custom:?}", after.attributes)
    })?;
    let tags = fake.tags(after.id.as_str());
    ensure(after.tags == tags, || {
        format!("{what}: shown {:?}, stored {tags:?}", after.tags)
    })
}

async fn read(session: &Session, id: &ContactId) -> Result<Contact, String> {
    session.read(id).await.map_err(|t| t.to_string())
}

fn id(number: u64) -> ContactId {
    ContactId::new(number.to_string())
}

struct Play<'a> {
    world: &'a World<RevyOps>,
    quirks: &'a Quirks,
    session: Session,
}

impl Play<'_> {
    /// Saves, and holds what is said against what is stored.
    async fn save(
        &self,
        number: u64,
        patch: Patch,
        permits: Permits,
    ) -> Result<SaveOutcome, String> {
        let base = read(&self.session, &id(number)).await?;
        let what = format!("{patch:?}");
        let outcome = self.session.save(base, patch, permits).await;
        told(&what, &outcome, &self.world.backstage().fake)?;
        Ok(outcome)
    }

    async fn expect(&self, number: u64, patch: Patch, wanted: Says) -> Kept {
        let what = format!("{patch:?}");
        let outcome = self.save(number, patch, Permits::default()).await?;
        said(&what, &outcome, wanted)
    }

    /// A custom field changed: in a world in which the others vanish with that, it is told.
    fn lossy(&self, otherwise: Says) -> Says {
        match (self.quirks.fields_sent, otherwise) {
            (Sent::Replace, Says::Verified) => Says::Drifted,
            _ => otherwise,
        }
    }

    /// Right after a save that named one custom field, the others are as they were, or are gone and were
    /// missed.
    fn others_kept(&self, number: u64, but: &str) -> Kept {
        let backstage = self.world.backstage();
        let record = stored(&backstage.fake, &number.to_string());
        let others = record.fields.iter().filter(|f| f.name != but).count();
        let wanted = match self.quirks.fields_sent {
            Sent::Merge => 3,
            Sent::Replace => 0,
        };
        ensure(others == wanted, || format!("{:?}", record.fields))
    }
}

async fn whole(play: &Play<'_>) -> Kept {
    let session = &play.session;
    let (_keep, paused) = watch::channel(false);
    let loaded = loader::load(session, &TagWalk::Catalogue, paused, |_| {}).await;
    let loaded = loaded.map_err(|t| t.to_string())?;
    let listed = play.world.backstage().fake.listed();
    let name = &session.account().name;
    let found = session
        .contacts()
        .ids(name, &Filter::default(), Order::default());
    let found = found.await.unwrap();
    let set: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
    ensure(set == listed && found.len() == listed.len(), || {
        format!("{} listed, {} found", listed.len(), found.len())
    })?;
    ensure(
        loaded.complete && loaded.missing == 0 && loaded.contacts == listed.len(),
        || format!("{loaded:?}"),
    )
}

async fn edits(play: &Play<'_>) -> Kept {
    for (key, text) in [
        (FieldKey::FirstName, "Renée"),
        (FieldKey::LastName, "van der Berg 李"),
        (FieldKey::Email, "nobody.yet@people.example"),
        (
            FieldKey::LinkedinUrl,
            "https://www.linkedin.com/in/nobody-yet",
        ),
        (FieldKey::Origin, "a spreadsheet"),
    ] {
        play.expect(1, field(key, Edit::Set(text)), Says::Verified)
            .await?;
    }
    let status = match play.quirks.status {
        Status::Free => Says::Verified,
        Status::Closed => Says::Refused,
        Status::Lower => Says::Drifted,
    };
    let patch = field(FieldKey::ContactStatus, Edit::Set("Do Not Disturb"));
    play.expect(1, patch, status).await?;
    // One name is never made of the other.
    let record = play.world.backstage();
    let record = stored(&record.fake, "1");
    ensure(record.first_name == "Renée", || record.first_name.clone())
}

async fn companies(play: &Play<'_>) -> Kept {
    let set = |text| field(FieldKey::CompanyId, Edit::Set(text));
    play.expect(2, set("2"), Says::Verified).await?;
    let outcome = play
        .save(2, set("acme.example"), Permits::default())
        .await?;
    said("a domain", &outcome, Says::Unprovable)?;
    let SaveOutcome::Applied { after, .. } = &outcome else {
        return Err(format!("{outcome:?}"));
    };
    ensure(after.field(FieldKey::CompanyId) == "1", || {
        format!("{after:?}")
    })?;
    let unresolved = match play.quirks.unresolved {
        Unresolved::BadRequest | Unresolved::NotFound => Says::Refused,
        Unresolved::Create => Says::Unprovable,
    };
    play.expect(2, set("nobody-has.example"), unresolved)
        .await?;
    // What is not ours is 401; where it is 404, the answer does not tell whether contact or company is meant.
    let foreign = match play.quirks.foreign {
        Foreign::Unauthorized => Says::Forbidden,
        Foreign::NotFound => Says::Missing,
    };
    let unknown = match play.quirks.unknown_company {
        UnknownCompany::NotFound | UnknownCompany::BadRequest => Says::Refused,
        UnknownCompany::Unauthorized => foreign,
    };
    play.expect(2, set("98765"), unknown).await?;
    play.expect(2, set(&FOREIGN_COMPANY.to_string()), foreign)
        .await?;
    play.expect(2, field(FieldKey::CompanyId, Edit::Clear), Says::Verified)
        .await?;
    let company = stored(&play.world.backstage().fake, "2").company_id;
    ensure(company.is_none(), || {
        format!("{company:?} is attached still")
    })
}

async fn clears(play: &Play<'_>) -> Kept {
    let wanted = match play.quirks.empty_text {
        EmptyText::Store | EmptyText::Clear => Says::Verified,
        EmptyText::Refuse => Says::Refused,
    };
    for key in [
        FieldKey::FirstName,
        FieldKey::LastName,
        FieldKey::Email,
        FieldKey::LinkedinUrl,
        FieldKey::Origin,
    ] {
        play.expect(3, field(key, Edit::Clear), wanted).await?;
    }
    // Which statuses there are may matter as well.
    let status = match play.quirks.status {
        Status::Closed => return Ok(()),
        Status::Free | Status::Lower => wanted,
    };
    play.expect(3, field(FieldKey::ContactStatus, Edit::Clear), status)
        .await
}

async fn custom_fields(play: &Play<'_>) -> Kept {
    let set = play.lossy(Says::Verified);
    play.expect(4, attribute("Tier", Some("silver ✓")), set)
        .await?;
    play.others_kept(4, "Tier")?;
    let removed = match play.quirks.null_value {
        NullValue::Delete | NullValue::Null => play.lossy(Says::Verified),
        NullValue::Empty => Says::Drifted,
        NullValue::Refuse => Says::Refused,
    };
    play.expect(5, attribute("Tier", None), removed).await?;
    // An empty text is a value like any other, and not the same as none.
    let emptied = match play.quirks.empty_value {
        EmptyValue::Store => play.lossy(Says::Verified),
        EmptyValue::Delete => Says::Drifted,
        EmptyValue::Refuse => Says::Refused,
    };
    play.expect(6, attribute("Tier", Some("")), emptied).await?;
    // A standard field alone takes no custom field away, whatever the array means.
    play.expect(7, field(FieldKey::Origin, Edit::Set("x")), Says::Verified)
        .await?;
    let kept = stored(&play.world.backstage().fake, "7").fields.len();
    ensure(kept == 4, || format!("{kept} custom fields are left"))?;
    let long = "ü".repeat(2500);
    play.expect(8, attribute("Tier", Some(&long)), set).await
}

async fn new_fields(play: &Play<'_>) -> Kept {
    let writes = play.world.writes();
    // A slip of the pen: names count letter for letter.
    let slip = || attribute("tier", Some("x"));
    play.expect(9, slip(), Says::Guarded).await?;
    ensure(play.world.writes() == writes, || "it was sent".into())?;
    let wanted = match play.quirks.schema {
        Schema::Flexible => play.lossy(Says::Verified),
        Schema::Strict => Says::Refused,
        Schema::Drop => Says::Drifted,
    };
    let permits = Permits {
        new_field: true,
        ..Permits::default()
    };
    let outcome = play.save(9, slip(), permits).await?;
    said("a new field that is allowed", &outcome, wanted)
}

async fn unchanged(play: &Play<'_>) -> Kept {
    let base = read(&play.session, &id(10)).await?;
    let set = base.fields.iter();
    let patch = Patch {
        fields: set.map(|(k, text)| (*k, Edit::Set(text.clone()))).collect(),
        tags: TagDelta {
            add: base.tags.clone(),
            remove: ["nobody has it".to_string()].into(),
        },
        attributes: base
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), Edit::Set(value.clone())))
            .chain([("not there".to_string(), Edit::Clear)])
            .collect(),
        ..Patch::default()
    };
    ensure(
        patch.fields.len() == 7 && patch.attributes.len() == 4,
        || format!("{patch:?}"),
    )?;
    let writes = play.world.writes();
    let outcome = play.session.save(base, patch, Permits::default()).await;
    said("everything as it is", &outcome, Says::Unchanged)?;
    ensure(play.world.writes() == writes, || {
        "something was sent".into()
    })
}

/// A webhook of a sending platform changes a contact while its form is open.
async fn conflict(play: &Play<'_>) -> Kept {
    let base = read(&play.session, &id(11)).await?;
    let now = clock::now();
    assert!(play.world.backstage().fake.webhook_unsubscribed(11, now));
    let writes = play.world.writes();
    let patch = field(FieldKey::ContactStatus, Edit::Set("Bounced"));
    let outcome = play
        .session
        .save(base.clone(), patch, Permits::default())
        .await;
    said("the same field", &outcome, Says::Conflict)?;
    ensure(play.world.writes() == writes, || "it was sent".into())?;
    let patch = field(FieldKey::Origin, Edit::Set("by hand"));
    let outcome = play.session.save(base, patch, Permits::default()).await;
    said("another field", &outcome, Says::Verified)?;
    let backstage = play.world.backstage();
    let status = stored(&backstage.fake, "11").status.as_deref();
    ensure(status == Some("unsubscribed"), || format!("{status:?}"))
}

/// 409: the edits are kept, the two members are pointed at, and the other contact is found.
async fn taken(play: &Play<'_>) -> Kept {
    let both = Patch {
        fields: [
            (FieldKey::Email, "person13@people.example"),
            (
                FieldKey::LinkedinUrl,
                "https://www.linkedin.com/in/person-13",
            ),
        ]
        .map(|(key, text)| (key, Edit::Set(text.to_string())))
        .into(),
        ..Patch::default()
    };
    for (key, edit) in &both.fields {
        let Edit::Set(text) = edit else { continue };
        let outcome = play
            .save(12, field(*key, Edit::Set(text)), Permits::default())
            .await?;
        said("a taken value", &outcome, Says::Refused)?;
        let SaveOutcome::Refused { fields, .. } = &outcome else {
            return Err(format!("{outcome:?}"));
        };
        let pointed = fields.iter().any(|p| p.key == key.as_str() && p.taken);
        ensure(pointed, || format!("{key}: {fields:?}"))?;
        // Nothing was listed in this session: the provider has to tell.
        let session = play.world.session();
        let found = session.holder(*key, text, &id(12)).await;
        let found = found.map_err(|t| format!("{key}: {t}"))?;
        ensure(found.as_ref().is_some_and(|c| c.id == id(13)), || {
            format!("{key}: {found:?} holds it")
        })?;
    }
    let outcome = play.save(12, both, Permits::default()).await?;
    said("both taken", &outcome, Says::Refused)?;
    let backstage = play.world.backstage();
    let email = stored(&backstage.fake, "12").email.as_deref();
    ensure(email == Some("person12@people.example"), || {
        format!("{email:?}")
    })
}

/// 401 means "not yours"; nobody is sent to sign in again.
async fn not_ours(play: &Play<'_>) -> Kept {
    let wanted = match play.quirks.foreign {
        Foreign::Unauthorized => TroubleKind::Forbidden,
        Foreign::NotFound => TroubleKind::NotFound,
    };
    let came = play.session.read(&id(FOREIGN)).await;
    let kind = came.as_ref().err().map(|t| t.kind);
    ensure(kind == Some(wanted), || format!("{came:?}"))?;
    let came = play.session.read(&id(777)).await;
    let kind = came.as_ref().err().map(|t| t.kind);
    ensure(kind == Some(TroubleKind::NotFound), || format!("{came:?}"))
}

async fn tags(play: &Play<'_>) -> Kept {
    let base = read(&play.session, &id(14)).await?;
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_string()).collect();
    ensure(base.tags == names(&["trial", "press"]), || {
        format!("{:?}", base.tags)
    })?;
    let hidden = !base.attributes.contains_key(TAGS);
    ensure(hidden, || format!("{:?}", base.attributes))?;
    // A colleague adds one while the form is open.
    play.world
        .backstage()
        .fake
        .retag("14", &["trial", "press", "vip"]);
    let delta = |add: &[&str], remove: &[&str]| Patch {
        tags: TagDelta {
            add: names(add),
            remove: names(remove),
        },
        ..Patch::default()
    };
    let patch = delta(&["big customer"], &["trial"]);
    let outcome = play.session.save(base, patch, Permits::default()).await;
    said("tags", &outcome, play.lossy(Says::Verified))?;
    let after = play.world.backstage().fake.tags("14");
    ensure(after == names(&["press", "vip", "big customer"]), || {
        format!("{after:?}")
    })?;
    // The last one goes with its field, or leaves an empty one.
    let none = match play.quirks.null_value {
        NullValue::Refuse => Says::Refused,
        NullValue::Delete | NullValue::Null | NullValue::Empty => play.lossy(Says::Verified),
    };
    play.expect(15, delta(&[], &["trial", "press"]), none).await
}

/// What is asked of the provider by a filter is filtered again, and says of itself that it is a beginning.
async fn narrowed(play: &Play<'_>) -> Kept {
    let filter = Filter::parse("email:person16@people.example").unwrap();
    let found = play.session.search(&filter, None).await;
    let found = found.map_err(|t| t.to_string())?;
    let found = found.ok_or("RevyOps can be asked for an e-mail")?;
    let ids: Vec<String> = found
        .page
        .contacts
        .iter()
        .map(|c| c.id.to_string())
        .collect();
    let narrowed = play.session.narrow(&filter).await;
    let beginning = narrowed.is_some_and(|n| !n.whole);
    ensure(beginning && ids.contains(&"16".to_string()), || {
        format!("{ids:?}")
    })
}

async fn about(play: &Play<'_>) -> Kept {
    let about = play.session.about().await.map_err(|t| t.to_string())?;
    let told = about.told.join("\n");
    ensure(
        !told.contains(CLIENT) && told.contains("accepted for reading"),
        || told.clone(),
    )?;
    let alone = told.matches("By itself, the").count();
    let wanted = match play.quirks.auth {
        Auth::Both | Auth::ClientId => 2,
        Auth::Header | Auth::Either => 0,
    };
    ensure(alone == wanted, || told)
}

/// Every promise in one world.
async fn play(spec: String) -> Vec<String> {
    let spec = spec.as_str();
    let mut broken = Vec::new();
    let (world, quirks) = world_of(spec, PEOPLE).await;
    let session = world.session();
    let play = Play {
        world: &world,
        quirks: &quirks,
        session,
    };
    let mut note = |promise: &str, kept: Kept| {
        if let Err(why) = kept {
            let why: String = why.chars().take(900).collect();
            broken.push(format!("{spec:?}: {promise}: {why}"));
        }
    };
    note("the list names each contact once", whole(&play).await);
    note(
        "an edit of each field is stored, or told",
        edits(&play).await,
    );
    note("a company is what the answer says", companies(&play).await);
    note("what is cleared is gone, or refused", clears(&play).await);
    note(
        "custom fields are kept, or missed",
        custom_fields(&play).await,
    );
    note("a new field is asked about", new_fields(&play).await);
    note("what is so already sends nothing", unchanged(&play).await);
    note("a change meanwhile is a conflict", conflict(&play).await);
    note("who has a value is found", taken(&play).await);
    note("what is not ours is told as that", not_ours(&play).await);
    note("tags are kept in their field", tags(&play).await);
    note("a filter that is asked finds", narrowed(&play).await);
    note("what answers is told", about(&play).await);
    let log = format!("{:?}", world.log());
    note(
        "the request log holds no secret",
        ensure(!log.contains(CLIENT), || log.clone()),
    );
    broken
}

#[tokio::test]
async fn every_promise_is_kept_in_every_world_of_revyops() {
    let alone = each_alone(&Quirks::help());
    assert!(alone.len() > 50, "{alone:?}");
    // What no call of the client touches, and what has a test of its own below.
    let others = [
        "empty=",
        "bad_key=",
        "master=",
        "create=",
        "delete=",
        "absent_value=",
    ];
    let alone = alone
        .iter()
        .map(String::as_str)
        .filter(|w| !others.iter().any(|o| w.starts_with(o)));
    let worlds: Vec<&str> = [""]
        .into_iter()
        .chain(alone)
        .chain(FREE)
        .chain(TOGETHER)
        .collect();
    let mut broken = Vec::new();
    for some in worlds.chunks(12) {
        let mut playing: JoinSet<Vec<String>> = JoinSet::new();
        for spec in some {
            playing.spawn(play((*spec).to_string()));
        }
        broken.extend(playing.join_all().await.into_iter().flatten());
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[tokio::test]
async fn an_account_without_contacts_is_empty_and_not_broken_in_every_form_of_an_empty_list() {
    for spec in ["", "empty=array", "empty=status", "empty=404"] {
        for envelope in ["pages", "links", "both", "array"] {
            let spec = format!("envelope={envelope},{spec}");
            let spec = spec.trim_end_matches(',');
            let (world, quirks) = world_of(spec, 0).await;
            let play = Play {
                session: world.session(),
                world: &world,
                quirks: &quirks,
            };
            assert_eq!(whole(&play).await, Ok(()), "{spec}");
            assert_eq!(about(&play).await, Ok(()), "{spec}");
        }
    }
}

/// 403 is a bad key here, and 401 is not.
#[tokio::test]
async fn a_wrong_key_is_a_matter_of_signing_in_and_shows_nowhere() {
    let wrong = "k-wrong-5521";
    for (spec, status) in [
        ("", KeyStatus::Forbidden),
        ("bad_key=401", KeyStatus::Unauthorized),
    ] {
        let (world, _) = world_of(spec, 3).await;
        let session = world.session_as(Secret::new(wrong).unwrap(), |_| {});
        let trouble: Trouble = session.read(&id(1)).await.unwrap_err();
        let wanted = match status {
            KeyStatus::Forbidden => TroubleKind::SignIn,
            KeyStatus::Unauthorized => TroubleKind::Forbidden,
        };
        assert_eq!(trouble.kind, wanted, "{spec}: {trouble}");
        let shown = format!(
            "{trouble:?} {:?} {session:?}",
            world.log(),
            session = session.account()
        );
        assert!(!shown.contains(wrong), "{shown}");
    }
}

/// Sources disagree about which part an account needs: what each is worth by itself is found out by asking.
#[tokio::test]
async fn what_each_part_of_the_sign_in_is_worth_is_told() {
    let key = practice::token().unwrap();
    for (spec, header, client_id) in [
        ("auth=either", true, true),
        ("auth=header", true, false),
        ("auth=client-id", false, true),
        ("auth=both", false, false),
    ] {
        let (world, _) = world_of(spec, 3).await;
        let session = world.session_as(key.clone(), |account| account.client_id = gives(CLIENT));
        let told = session.about().await.unwrap().told.join("\n");
        for (part, good) in [
            ("the header x-api-key", header),
            ("the parameter client_id", client_id),
        ] {
            let not = if good { "" } else { "not " };
            let line = format!("By itself, {part} is {not}accepted");
            assert!(told.contains(&line), "{spec}: {line}: {told}");
        }
    }
    // Both together are refused where the client is another one: the hint tells what works.
    let (world, _) = world_of("auth=either", 3).await;
    let session = world.session_as(key.clone(), |account| {
        account.client_id = gives("client-of-nobody")
    });
    let trouble = session.about().await.unwrap_err();
    let hint = trouble.hint.clone().unwrap_or_default();
    assert!(
        hint.contains("By itself, the header x-api-key is accepted."),
        "{trouble:?}"
    );
    assert!(
        hint.contains("the parameter client_id is not accepted"),
        "{trouble:?}"
    );
    assert!(
        !format!("{trouble:?}").contains("client-of-nobody"),
        "{trouble:?}"
    );
}

/// The order is not documented: a change meanwhile may move a contact from one page to another.
#[tokio::test]
async fn unknown_order_a_list_that_shifts_while_it_is_walked_still_names_each_contact_once() {
    for order in ["id", "-id", "updated", "-updated"] {
        for moved in [1, PEOPLE / 2, PEOPLE] {
            let (world, quirks) = world_of(&format!("order={order}"), PEOPLE).await;
            world.before_answer(2, move |fake: &mut RevyOps| {
                assert!(fake.change(moved, clock::now(), |c| c.origin = "moved".into()));
            });
            let play = Play {
                session: world.session(),
                world: &world,
                quirks: &quirks,
            };
            assert_eq!(whole(&play).await, Ok(()), "{order} {moved}");
        }
    }
}

/// The other host is never gone to: pages are asked for where the first one was, whatever `next` names.
#[tokio::test]
async fn no_page_is_asked_for_at_a_host_that_next_names() {
    let spec = "envelope=links,next_origin=https://app.revyops.com,auth=both";
    let (world, quirks) = world_of(spec, PEOPLE).await;
    let play = Play {
        session: world.session(),
        world: &world,
        quirks: &quirks,
    };
    assert_eq!(whole(&play).await, Ok(()));
    let log = world.log();
    assert!(
        log.iter()
            .all(|entry| entry.url.starts_with(world.base_url())),
        "{log:?}"
    );
}

/// Only the array can hold two fields of one name; an update names fields by their names.
#[tokio::test]
async fn two_fields_of_one_name_are_said_and_what_became_of_an_edit_is_told() {
    let (world, quirks) = world_of("", 3).await;
    {
        let mut backstage = world.backstage();
        let second = backstage.fake.new_field("Tier", "silver", clock::now());
        let change = |contact: &mut record::Contact| contact.fields.push(second);
        assert!(backstage.fake.change(1, clock::now(), change));
    }
    let play = Play {
        session: world.session(),
        world: &world,
        quirks: &quirks,
    };
    let before = read(&play.session, &id(1)).await.unwrap();
    assert_eq!(before.attributes["Tier"], "silver");
    let twice = &before.extra["Custom fields stored twice"];
    assert_eq!(twice, "Tier (also gold)");
    // Another field is none of it.
    let other = play.expect(1, attribute("Note", Some("x")), Says::Verified);
    assert_eq!(other.await, Ok(()));
    let outcome = play
        .save(1, attribute("Tier", Some("bronze")), Permits::default())
        .await
        .unwrap();
    let values = |fake: &RevyOps| -> Vec<String> {
        let fields = stored(fake, "1").fields.iter();
        let tiers = fields.filter(|f| f.name == "Tier");
        tiers.filter_map(|f| f.value.clone()).collect()
    };
    let last = values(&world.backstage().fake).pop();
    let wanted = match last.as_deref() {
        Some("bronze") => Says::Verified,
        _ => Says::Drifted,
    };
    assert_eq!(said("one of two", &outcome, wanted), Ok(()));
}

#[tokio::test]
async fn contacts_of_one_name_without_an_email_are_kept_apart_by_their_ids() {
    let (world, quirks) = world_of("no_text=null", 5).await;
    for number in 1..=5 {
        let mut backstage = world.backstage();
        assert!(backstage.fake.change(number, clock::now(), |contact| {
            (contact.first_name, contact.last_name) = ("Ann".into(), "Lee".into());
            (contact.email, contact.linkedin_url) = (None, None);
        }));
    }
    let play = Play {
        session: world.session(),
        world: &world,
        quirks: &quirks,
    };
    assert_eq!(whole(&play).await, Ok(()));
    let edit = play.expect(
        4,
        field(FieldKey::Origin, Edit::Set("here")),
        Says::Verified,
    );
    assert_eq!(edit.await, Ok(()));
    let backstage = world.backstage();
    let changed = backstage.fake.contacts().filter(|c| c.origin == "here");
    assert_eq!(changed.map(|c| c.id).collect::<Vec<_>>(), [4]);
}
