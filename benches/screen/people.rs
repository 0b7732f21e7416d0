//! The contacts of the bench: row *i* of *n* is the same at every run and on every machine.
//!
//! The letter q is in planted family names only, so that the number of matches of every question is
//! known before anything is asked: 5.5 % for "q", 0.5 % for "qui", 25 for "quixwort", none for "quixworz".

use cardex::domain::{AccountName, Contact, ContactId, FieldKey, Flag, ProviderId};

const GIVEN: &[(&str, &str)] = &[
    ("Ana", "ana"),
    ("Ben", "ben"),
    ("Carla", "carla"),
    ("Dmitri", "dmitri"),
    ("Elena", "elena"),
    ("Farid", "farid"),
    ("Greta", "greta"),
    ("Jürgen", "juergen"),
    ("Łukasz", "lukasz"),
    ("Marta", "marta"),
    ("Ñusta", "nusta"),
    ("Olga", "olga"),
    ("Pavel", "pavel"),
    ("Søren", "soeren"),
    ("Zoë", "zoe"),
    ("Şebnem", "sebnem"),
];
const FAMILY: &[(&str, &str)] = &[
    ("Abel", "abel"),
    ("Brandt", "brandt"),
    ("Costa", "costa"),
    ("Dvořák", "dvorak"),
    ("Eriksen", "eriksen"),
    ("Gómez", "gomez"),
    ("Hansen", "hansen"),
    ("Ivanov", "ivanov"),
    ("Lindström", "lindstroem"),
    ("Müller", "mueller"),
    ("Nguyễn", "nguyen"),
    ("O'Neill", "oneill"),
    ("Petrov", "petrov"),
    ("Silva", "silva"),
    ("Škoda", "skoda"),
    ("Weber", "weber"),
    ("Yilmaz", "yilmaz"),
];
const WHOLE: &[(&str, &str)] = &[
    ("李伟", "li.wei"),
    ("佐藤花子", "sato.hanako"),
    ("김민준", "kim.minjun"),
    ("田中太郎 🌸", "tanaka.taro"),
    ("محمد علي", "mohammed.ali"),
];
const RARE: &[&str] = &["Quandt", "Qvist", "Qadir", "Quast"];
const UNCOMMON: &[&str] = &["Quiroga", "Quinlan", "Quispe", "Quirke"];
const CITIES: &[&str] = &["Berlin", "Lagos", "Kraków", "Austin", "Lima", "Oslo"];
const PLANS: &[&str] = &["free", "basic", "pro", "enterprise"];

/// Questions with their number of matches among `n` contacts.
pub fn questions(n: usize) -> [(&'static str, usize); 4] {
    let among = |query: &str| (0..n).filter(|i| matches(*i, n, query)).count();
    ["q", "qui", "quixwort", "quixworz"].map(|query| (query, among(query)))
}

fn matches(i: usize, n: usize, query: &str) -> bool {
    family(i, n).is_some_and(|name| name.to_lowercase().contains(query))
}

/// The planted family name of a row, if it has one. The last letters of "Quixworth" matter:
/// "Quixworden" is a decoy.
fn family(i: usize, n: usize) -> Option<&'static str> {
    let planted = |before: usize| (1..=25).any(|k| (k * n / 25).checked_sub(before) == Some(i));
    if planted(3) {
        Some("Quixworth")
    } else if planted(9) {
        Some("Quixworden")
    } else if i % 200 == 13 {
        Some(at(UNCOMMON, mix(i) >> 8))
    } else if i % 20 == 7 {
        Some(at(RARE, mix(i) >> 8))
    } else {
        None
    }
}

/// Well-spread bits for a row (splitmix64).
fn mix(i: usize) -> usize {
    let mut z = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) >> 1).unwrap_or_default()
}

fn at<T: Copy + Default>(from: &[T], bits: usize) -> T {
    from.get((bits & 0xffff) % from.len())
        .copied()
        .unwrap_or_default()
}

/// The account that they belong to.
pub fn account() -> AccountName {
    AccountName::new("bench")
}

/// Row `i` of `n`.
pub fn contact(i: usize, n: usize) -> Contact {
    let bits = mix(i);
    let (given, mail) = at(GIVEN, bits);
    let (name, mail) = match family(i, n) {
        Some(family) => (
            format!("{given} {family}"),
            format!("{mail}.{}", family.to_lowercase()),
        ),
        None if (bits >> 24).is_multiple_of(32) => {
            let (name, mail) = at(WHOLE, bits >> 30);
            (name.to_string(), mail.to_string())
        }
        None => {
            let (family, rest) = at(FAMILY, bits >> 8);
            (format!("{given} {family}"), format!("{mail}.{rest}"))
        }
    };
    let mut contact = Contact::new(ContactId::new("0"), account(), ProviderId::Local);
    contact.set_field(FieldKey::Name, &name);
    contact.set_field(FieldKey::Email, &format!("{mail}{i}@example.org"));
    let number = (i * 7919 + 1_234_567) % 10_000_000;
    contact.set_field(FieldKey::Phone, &format!("+1555{number:07}"));
    let other = mix(!i & 0xffff_ffff);
    for k in 0..(other >> 56) % 6 {
        let tag = (other >> (6 * k)) % 64 % 40;
        contact.tags.insert(format!("tag-{tag:02}"));
    }
    let attributes = [
        ("plan", at(PLANS, other >> 40)),
        ("city", at(CITIES, bits >> 44)),
    ];
    for (key, value) in attributes {
        contact.attributes.insert(key.into(), value.into());
    }
    contact
        .attributes
        .insert("score".into(), (bits % 1000).into());
    contact.flags.insert(Flag::Optin, bits.is_multiple_of(2));
    let second = 1_700_000_000 + i64::try_from(bits % 50_000_000).unwrap_or_default();
    contact.updated_at = jiff::Timestamp::from_second(second).ok();
    contact
}

/// The same row as a line of text, for programs that read lines.
pub fn line(i: usize, n: usize) -> String {
    let contact = contact(i, n);
    let field = |key| contact.field(key).to_string();
    let tags: Vec<&str> = contact.tags.iter().map(AsRef::as_ref).collect();
    [
        field(FieldKey::Name),
        field(FieldKey::Email),
        field(FieldKey::Phone),
        tags.join(";"),
    ]
    .join("\t")
}
