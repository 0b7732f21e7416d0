//! The list over many contacts: opening, first page, filling, filtering, scrolling.
//!
//! `cargo bench --bench list`; `CARDEX_BENCH_CONTACTS=1000000` for another size than 100,000. The contacts
//! are the same at every run.

use std::hint::black_box;
use std::path::Path;
use std::sync::mpsc;

use cardex::domain::filter::Filter;
use cardex::domain::{AccountName, Contact, ContactId, FieldKey, Flag, Order, ProviderId, SortKey};
use cardex::store::{Query, Store, StoreError};
use criterion::{BatchSize, Criterion};

const GIVEN: [&str; 16] = [
    "Ada", "Zoë", "李", "王", "Mohammed", "محمد", "Søren", "Łukasz", "Anna", "Noah", "Emma",
    "陽菜", "Olivia", "Ivan", "Nuñez", "🐉 Max",
];
const FAMILY: [&str; 14] = [
    "Byron",
    "小龍",
    "Müller",
    "O'Neill",
    "García",
    "Smith",
    "Ørsted",
    "Kowalski",
    "Johansson",
    "Nguyễn",
    "Petrov",
    "Rossi",
    "Dubois",
    "Yılmaz",
];
const PLANS: [&str; 4] = ["free", "silver", "gold", "platinum"];
const CITIES: [&str; 6] = ["Berlin", "São Paulo", "東京", "Kraków", "Lagos", "Austin"];

/// A small generator, so that the contacts do not change with a crate's version.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.roll(from.len())).copied().unwrap_or_default()
    }
}

fn account() -> AccountName {
    AccountName::new("bench")
}

fn contact(n: usize, dice: &mut Dice) -> Contact {
    let mut c = Contact::new(ContactId::new("0"), account(), ProviderId::Local);
    let name = format!("{} {}", dice.pick(&GIVEN), dice.pick(&FAMILY));
    if dice.roll(50) != 0 {
        c.set_field(FieldKey::Name, &name);
    }
    if dice.roll(8) != 0 {
        c.set_field(
            FieldKey::Email,
            &format!("person{n}@mail{}.example", dice.roll(30)),
        );
    }
    if dice.roll(3) != 0 {
        c.set_field(
            FieldKey::Phone,
            &format!("+49151{:08}", dice.roll(99_999_999)),
        );
    }
    for _ in 0..dice.roll(3) {
        c.tags.insert(format!("tag-{:02}", dice.roll(40)));
    }
    c.attributes.insert("plan".into(), dice.pick(&PLANS).into());
    c.attributes
        .insert("city".into(), dice.pick(&CITIES).into());
    c.attributes.insert("score".into(), dice.roll(1000).into());
    c.flags.insert(Flag::Optin, dice.roll(2) == 0);
    let second = 1_700_000_000 + i64::try_from(dice.roll(50_000_000)).unwrap_or_default();
    c.updated_at = jiff::Timestamp::from_second(second).ok();
    c
}

fn build(path: &Path, contacts: usize) -> Result<(), StoreError> {
    let store = Store::open(path)?;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut made = 0;
    while made < contacts {
        let some = (contacts - made).min(20_000);
        let page = (made..made + some).map(|n| contact(n, &mut dice)).collect();
        store.create_local(&account(), page).wait()?;
        made += some;
    }
    Ok(())
}

fn query(filter: &str, order: Order, start: usize) -> Query {
    Query {
        filter: Filter::parse(filter).unwrap_or_default(),
        order,
        window: start..start + 50,
        ..Query::default()
    }
}

fn open_filled(path: &Path) -> Result<Store, StoreError> {
    let store = Store::open(path)?;
    let (tell, told) = mpsc::channel();
    store.listen(move |event| drop(tell.send(event))).wait()?;
    store.open_view(&account()).wait()?;
    told.recv().map_err(|_| StoreError::Stopped)?;
    Ok(store)
}

fn measure(c: &mut Criterion) -> Result<(), Box<dyn std::error::Error>> {
    let contacts = std::env::var("CARDEX_BENCH_CONTACTS").ok();
    let contacts: usize = contacts.map_or(Ok(100_000), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("cardex.db");
    build(&path, contacts)?;
    let by_name = Order::default();

    c.bench_function("open and first page", |b| {
        b.iter(|| {
            let store = Store::open(&path)?;
            store.open_view(&account()).wait()?;
            store.view(query("", by_name, 0)).wait()
        });
    });
    c.bench_function("open and fill", |b| b.iter(|| open_filled(&path)));

    let store = open_filled(&path)?;
    let ask = |q: Query| black_box(store.view(q).wait());
    for (name, before, filter) in [
        ("filter: first letter", "", "a"),
        ("filter: third letter", "an", "ann"),
        ("filter: three letters at once", "", "ann"),
        ("filter: eighth letter", "person1", "person12"),
        ("filter: a tag", "", "tag:tag-07"),
        ("filter: none", "a", ""),
    ] {
        c.bench_function(name, |b| {
            b.iter_batched(
                || {
                    // An unrelated question first: nothing is left over from the last round.
                    let _ = ask(query("zzzz", by_name, 0));
                    let _ = ask(query(before, by_name, 0));
                },
                |()| ask(query(filter, by_name, 0)),
                BatchSize::PerIteration,
            );
        });
    }
    let mut start = 0;
    c.bench_function("scroll by a row", |b| {
        b.iter(|| {
            start = (start + 1) % contacts;
            ask(query("", by_name, start))
        });
    });
    let mut descending = false;
    c.bench_function("sort by e-mail and back", |b| {
        b.iter(|| {
            descending = !descending;
            let key = if descending {
                SortKey::Email
            } else {
                SortKey::Name
            };
            ask(query("", Order { key, descending }, 0))
        });
    });
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}
