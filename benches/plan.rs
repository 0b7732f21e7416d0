//! A change of many contacts before it is a run: which tags they have, and the plan, both from the store.
//!
//! `cargo bench --bench plan`; `CARDEX_BENCH_CONTACTS=1000000` for another number than 100,000. The contacts are
//! the same at every run. Before anything is timed the resident memory is told, with one plan held and without.

use std::hint::black_box;

use cardex::app::bulk::{Asked, by_ids};
use cardex::app::session::Session;
use cardex::config::Account;
use cardex::domain::{
    AccountName, Contact, ContactId, FieldKey, Flag, Patch, ProviderId, TagCounts, TagDelta,
};
use cardex::store::{Store, StoreError};
use criterion::Criterion;

/// Contacts whose tags are read at once, as on the screen.
const CHUNK: usize = 500;

fn account() -> AccountName {
    AccountName::new("bench")
}

/// Contact `n`: every third has the tag that is added, every fifth the one that is removed.
fn contact(n: usize) -> Contact {
    let mut contact = Contact::new(ContactId::new("0"), account(), ProviderId::Local);
    contact.set_field(FieldKey::Name, &format!("Person Number {n}"));
    contact.set_field(FieldKey::Email, &format!("person{n}@mail.example"));
    contact.set_field(FieldKey::Phone, &format!("+49151{n:08}"));
    for (every, tag) in [(3, "vip"), (5, "trial"), (7, "newsletter")] {
        if n.is_multiple_of(every) {
            contact.tags.insert(tag.into());
        }
    }
    contact.attributes.insert("plan".into(), "gold".into());
    contact.attributes.insert("score".into(), n.into());
    contact.flags.insert(Flag::Optin, n.is_multiple_of(2));
    contact
}

fn build(store: &Store, contacts: usize) -> Result<Vec<ContactId>, StoreError> {
    let mut ids = Vec::with_capacity(contacts);
    while ids.len() < contacts {
        let some = ids.len()..contacts.min(ids.len() + 20_000);
        let page = some.map(contact).collect();
        ids.extend(store.create_local(&account(), page).wait()?);
    }
    Ok(ids)
}

#[allow(clippy::print_stdout, reason = "the figure is what the bench is for")]
fn say(rows: usize, before: f64, after: f64) {
    println!("resident with a plan of {rows} rows: {after:.0} MB, without {before:.0} MB");
}

/// Resident memory in MB, where the system tells.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1000.0)
}

async fn count(session: &Session, ids: &[ContactId]) -> Result<TagCounts, StoreError> {
    let mut counts = TagCounts::default();
    for chunk in ids.chunks(CHUNK) {
        let some = session.contacts().tags_held(&account(), chunk.to_vec());
        counts.join(some.await?);
    }
    Ok(counts)
}

fn measure(c: &mut Criterion) -> Result<(), Box<dyn std::error::Error>> {
    let contacts = std::env::var("CARDEX_BENCH_CONTACTS").ok();
    let contacts: usize = contacts.map_or(Ok(100_000), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("cardex.db");
    let ids = build(&Store::open(&path)?, contacts)?;
    let store = Store::open(&path)?;
    let session = Session::new(Account::local(account()), store.clone(), store, None);
    let runtime = tokio::runtime::Runtime::new()?;
    let asked = Asked {
        patch: Patch {
            tags: TagDelta {
                add: ["vip".to_string()].into(),
                remove: ["trial".to_string()].into(),
            },
            ..Patch::default()
        },
        present: true,
        ..Asked::default()
    };
    let before = resident();
    let plan = runtime.block_on(by_ids(&session, &ids, &asked))?;
    if let (Some(before), Some(after)) = (before, resident()) {
        say(plan.rows.len(), before, after);
    }
    drop(plan);
    c.bench_function("plan", |b| {
        b.iter(|| black_box(runtime.block_on(by_ids(&session, &ids, &asked))));
    });
    c.bench_function("count tags", |b| {
        b.iter(|| black_box(runtime.block_on(count(&session, &ids))));
    });
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    measure(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}
