//! People beyond the hand-written: composed from parts, each from (seed, index) alone, so that a
//! larger number of people only adds to the end.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::hand::amount;
use super::names::{LATIN, OTHERS, Order};
use super::{Kind, Person, definitions, fictional_phone, tags};

/// 2025-01-01T00:00:00Z: the oldest record.
const OLDEST: i64 = 1_735_689_600;

const EMOJI: [&str; 8] = ["🌻", "👩‍👩‍👧‍👦", "🇯🇵", "👍🏽", "🏳️‍🌈", "1️⃣", "🧑🏿‍🚀", "❤️‍🔥"];

/// Accents as characters of their own.
const DECOMPOSED: [&str; 3] = [
    "Ame\u{301}lie Dvor\u{30c}a\u{301}k",
    "Nguye\u{302}\u{303}n Thu\u{31b}\u{323} A\u{301}nh",
    "Mun\u{303}oz Pe\u{332}n\u{332}a",
];

const MARKUP: [&str; 6] = [
    "<i>Al</i> \"Ace\" O'Hara",
    "Robert'); DROP TABLE contacts;--",
    "{{contact.name}}",
    "=HYPERLINK(\"https://example.com\")",
    "a\\b \"c\" 'd' `e` $HOME",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
];

/// A terminal must never obey these: an escape sequence, a bidirectional override, line ends,
/// invisible characters.
const HOSTILE: [&str; 4] = [
    "Red \u{1b}[31mAlert\u{1b}[0m",
    "Evil \u{202e}txt.exe\u{202c} Twin",
    "Two\nLines\tand a tab",
    "Zero\u{200b}Width\u{feff} \u{2066}Isolate\u{2069}",
];

const PLACES: [(&str, &str); 14] = [
    ("Aarhus", "DK"),
    ("Bogotá", "CO"),
    ("Casablanca", "MA"),
    ("Dresden", "DE"),
    ("Edinburgh", "GB"),
    ("Göteborg", "SE"),
    ("İzmir", "TR"),
    ("Kraków", "PL"),
    ("Melbourne", "AU"),
    ("Nairobi", "KE"),
    ("Québec", "CA"),
    ("大阪", "JP"),
    ("القاهرة", "EG"),
    ("Zürich", "CH"),
];

const COMPANIES: [&str; 14] = [
    "Acre & Oak",
    "Blue Heron Travel",
    "Café Nómada",
    "Delta Print",
    "Ember Ceramics",
    "Fernweh Reisen",
    "Granite Legal LLP",
    "Hafenkontor",
    "Ivy Dental",
    "Jupiter Cycles",
    "山猫珈琲",
    "مطبعة النور",
    "Kestrel Robotics",
    "Lumen Optik",
];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }

    fn of<T: Copy>(&mut self, choice: &[T]) -> T {
        choice[self.roll(choice.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }
}

/// The `index`-th person of a seed; `taken` are names to make duplicates of.
pub(super) fn person(seed: u64, index: usize, taken: &[String]) -> Person {
    let mut dice = Dice(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ ((index as u64) << 20));
    let (name, letters) = name(&mut dice, index, taken);
    let email = (!dice.one_in(7)).then(|| {
        let domain = dice.of(&["example.com", "example.org", "example.net"]);
        let plus = if dice.one_in(12) { "+shop" } else { "" };
        format!("{letters}{index}{plus}@{domain}")
    });
    let phone = (!dice.one_in(8)).then(|| fictional_phone(index));
    let identifier = dice.one_in(2).then(|| format!("crm-{:05}", index + 1));
    let company = (!dice.one_in(3)).then(|| dice.of(&COMPANIES).to_string());
    let place = (!dice.one_in(4)).then(|| dice.of(&PLACES));
    let created = OLDEST + (index as i64 * 4_513 + dice.roll(3_600) as i64) % (300 * 86_400);
    let created_at = Timestamp::from_second(created).unwrap_or(Timestamp::UNIX_EPOCH);
    let updated_at = created_at + SignedDuration::from_secs(dice.roll(60 * 86_400) as i64);
    Person {
        name,
        email,
        phone,
        identifier,
        company,
        city: place.map(|(city, _)| city.to_string()),
        country_code: place.map(|(_, code)| code.to_string()),
        tags: some_tags(&mut dice),
        attributes: attributes(&mut dice, index),
        optin: dice.of(&[Some(true), Some(true), Some(false), None]),
        blocked: dice.one_in(15),
        created_at,
        updated_at,
        last_active: (!dice.one_in(4)).then_some(updated_at),
    }
}

/// A name and the letters of its address. What is special comes at fixed places, so that a few
/// hundred people surely hold some of each.
fn name(dice: &mut Dice, index: usize, taken: &[String]) -> (String, String) {
    let script = if dice.one_in(2) {
        &OTHERS[dice.roll(OTHERS.len())]
    } else {
        &LATIN
    };
    let (given, given_letters) = dice.of(script.given);
    let (family, family_letters) = dice.of(script.family);
    let mut name = match script.order {
        Order::GivenFamily => format!("{given} {family}"),
        Order::FamilyGiven => format!("{family} {given}"),
        Order::FamilyGivenClosed => format!("{family}{given}"),
    };
    if index % 17 == 5 {
        name = format!("{name} {}", dice.of(&EMOJI));
    } else if index % 31 == 7 {
        name = dice.of(&DECOMPOSED).into();
    } else if index % 41 == 11 {
        name = dice.of(&MARKUP).into();
    } else if index % 53 == 13 {
        // Chatwoot takes 255 characters.
        name = format!("{name} {}", "von Hohenfels-Überlingen ".repeat(12));
        name = name
            .chars()
            .take(255)
            .collect::<String>()
            .trim_end()
            .to_string();
    } else if index % 59 == 17 {
        name.clear();
    } else if index % 61 == 19 && !taken.is_empty() {
        name.clone_from(&taken[dice.roll(taken.len())]);
    } else if index % 83 == 23 {
        name = dice.of(&HOSTILE).into();
    }
    (name, format!("{given_letters}.{family_letters}"))
}

fn some_tags(dice: &mut Dice) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    let count = dice.of(&[0, 0, 1, 1, 1, 2, 2, 3, 4, 7]);
    for _ in 0..count {
        let tag = dice.of(tags()).name.to_string();
        if !chosen.contains(&tag) {
            chosen.push(tag);
        }
    }
    chosen
}

fn attributes(dice: &mut Dice, index: usize) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for definition in definitions() {
        if dice.roll(5) < 3 {
            continue;
        }
        let value = match definition.kind {
            Kind::List => json!(dice.of(definition.values)),
            Kind::Number => json!(dice.of(&[0, 1, 2, 5, 10, 25, 120, 1_000_000])),
            Kind::Currency => amount(dice.roll(500_000) as u64),
            Kind::Percent => amount(dice.roll(80) as u64 * 50),
            Kind::Date => json!(date(dice)),
            Kind::Link => json!(format!(
                "https://shop-{index}.example.com/ünï?a=1&b=%20#top"
            )),
            Kind::Checkbox => json!(dice.one_in(2)),
            Kind::Text if definition.regex.is_some() => {
                let letter = |dice: &mut Dice| dice.of(&['A', 'C', 'K', 'N', 'X', 'Z']);
                let (first, second) = (letter(dice), letter(dice));
                json!(format!("{first}{second}-{:04}", dice.roll(10_000)))
            }
            Kind::Text => json!(notes(dice)),
        };
        out.push((definition.key.to_string(), value));
    }
    out
}

fn date(dice: &mut Dice) -> String {
    let day = format!("2026-{:02}-{:02}", 1 + dice.roll(12), 1 + dice.roll(28));
    // Chatwoot's dashboard writes days as instants.
    if dice.one_in(5) {
        format!("{day}T00:00:00.000Z")
    } else {
        day
    }
}

fn notes(dice: &mut Dice) -> String {
    const LINES: [&str; 8] = [
        "Called on Monday, no answer.",
        "Asked for the price list in French.",
        "Moved the invoice date to the 15th; the old one was agreed with a colleague who left.",
        "ご連絡は午後にお願いします。",
        "يفضّل التواصل عبر البريد الإلكتروني.",
        "Birthday cake 🎂 sent.",
        "Says the form \"loses\" what he types <after> a while & wants it fixed.",
        "Second address: Haus 4, Hinterhof, bei Klingel \"Tür\".",
    ];
    let count = if dice.one_in(9) { 40 } else { 1 + dice.roll(3) };
    (0..count)
        .map(|_| dice.of(&LINES))
        .collect::<Vec<_>>()
        .join("\n")
}
