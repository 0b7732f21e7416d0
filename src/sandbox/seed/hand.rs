//! The first people: written by hand, since they are what a new user and a screenshot see.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Person;

/// 2026-02-02T08:00:00Z: the youngest record's time of change.
const LATEST: i64 = 1_770_019_200;

impl Person {
    /// A person with a name and nothing else, the `index`-th.
    fn named(index: i64, name: &str) -> Self {
        let updated = second(LATEST - index * 9 * 3600 - index * 137);
        Self {
            name: name.into(),
            email: None,
            phone: None,
            identifier: None,
            company: None,
            city: None,
            country_code: None,
            tags: Vec::new(),
            attributes: Vec::new(),
            optin: None,
            blocked: false,
            created_at: updated - SignedDuration::from_hours(24 * (20 + index * 11 % 300)),
            updated_at: updated,
            last_active: (index % 4 != 3).then(|| updated - SignedDuration::from_mins(90)),
        }
    }

    fn email(mut self, email: &str) -> Self {
        self.email = Some(email.into());
        self
    }

    fn phone(mut self, phone: &str) -> Self {
        self.phone = Some(phone.into());
        self
    }

    fn at(mut self, company: &str, city: &str, country_code: &str) -> Self {
        let some = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        self.company = some(company);
        self.city = some(city);
        self.country_code = some(country_code);
        self
    }

    fn known_as(mut self, identifier: &str) -> Self {
        self.identifier = Some(identifier.into());
        self
    }

    fn tags(mut self, tags: &[&str]) -> Self {
        self.tags = tags.iter().map(ToString::to_string).collect();
        self
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.attributes.push((key.into(), value));
        self
    }

    fn consents(mut self, optin: bool) -> Self {
        self.optin = Some(optin);
        self
    }

    fn blocked(mut self) -> Self {
        self.blocked = true;
        self
    }
}

fn second(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An amount with its zeros as written: 49.90 is not 49.9.
pub(super) fn amount(cents: u64) -> Value {
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// The hand-written people, in order.
pub(super) fn people() -> Vec<Person> {
    let mut people = europe();
    people.extend(world());
    people.extend(odd());
    people
}

fn europe() -> Vec<Person> {
    vec![
        Person::named(0, "Ada Okafor")
            .email("ada.okafor@example.com")
            .phone("+442079460101")
            .known_as("crm-00001")
            .at("Northwind Bakery", "Leeds", "GB")
            .tags(&["vip", "newsletter"])
            .consents(true)
            .with("plan", json!("team"))
            .with("seats", json!(12))
            .with("mrr", amount(34_800))
            .with("renewal", json!("2026-09-30"))
            .with("newsletter", json!(true))
            .with("customer_code", json!("NB-1042")),
        Person::named(1, "Jürgen Weiß")
            .email("juergen.weiss@example.org")
            .phone("+493023125101")
            .known_as("crm-00002")
            .at("Weiß & Söhne Orgelbau", "Görlitz", "DE")
            .tags(&["großkunde", "invoice"])
            .consents(true)
            .with("plan", json!("enterprise"))
            .with("seats", json!(140))
            .with("mrr", amount(249_000))
            .with("discount", json!(15))
            .with("renewal", json!("2026-12-31"))
            .with("language", json!("Deutsch"))
            .with("website", json!("https://orgelbau.example.org/")),
        Person::named(2, "Chloé Lefèvre")
            .email("chloe@example.com")
            .phone("+33199001203")
            .at("Atelier Lumière", "Lyon", "FR")
            .tags(&["événement", "trial"])
            .with("plan", json!("free"))
            .with("language", json!("Français"))
            .with("newsletter", json!(false)),
        Person::named(3, "Marek Dvořák")
            .email("m.dvorak@example.net")
            .at("Kavárna U Mostu", "Brno", "CZ")
            .tags(&["churn-risk", "follow-up"])
            .consents(false)
            .with("plan", json!("starter"))
            .with("seats", json!(3))
            .with("mrr", amount(2_970))
            .with("notes", json!("Price went up twice. Call before March.")),
        Person::named(4, "Siobhán O’Sullivan")
            .email("siobhan@example.org")
            .phone("+353209101234")
            .known_as("crm-00005")
            .at("Harbour Books", "Cork", "IE")
            .tags(&["partner", "referral", "vip"])
            .consents(true)
            .with("plan", json!("team"))
            .with("seats", json!(8))
            .with("mrr", amount(19_920))
            .with("discount", amount(1_250))
            .with(
                "website",
                json!("https://harbourbooks.example.com/shop?ref=cardex"),
            ),
        Person::named(5, "Maria Garcia")
            .email("maria.garcia@example.com")
            .phone("+12125550105")
            .at("", "New York", "US")
            .tags(&["trial"])
            .with("plan", json!("free")),
        Person::named(6, "Maria Garcia")
            .email("mgarcia@example.org")
            .phone("+14155550106")
            .at("Bay Area Food Bank", "San Francisco", "US")
            .tags(&["non-profit"])
            .consents(true)
            .with("plan", json!("team"))
            .with("discount", json!(50)),
        Person::named(7, "Åsa Lindström")
            .email("asa.lindstrom@example.com")
            .phone("+46701740607")
            .at("Fjällräven Skola", "Umeå", "SE")
            .tags(&["education", "webinar"])
            .consents(true)
            .with("plan", json!("starter"))
            .with("seats", json!(30))
            .with("newsletter", json!(true)),
        Person::named(8, "Γιώργος Παπαδόπουλος")
            .email("giorgos.p@example.com")
            .at("Ελαιώνας", "Θεσσαλονίκη", "GR")
            .tags(&["wholesale"])
            .consents(false)
            .with("renewal", json!("2026-03-15"))
            .with("customer_code", json!("EL-0808")),
        Person::named(9, "Łukasz Żółć")
            .phone("+493023125109")
            .at("Drukarnia Jaśmin", "Łódź", "PL")
            .tags(&["refund", "do_not_call"])
            .consents(false)
            .blocked()
            .with(
                "notes",
                json!("Refunded 49.90 on 12 January. Wants e-mail only, gave none."),
            ),
    ]
}

fn world() -> Vec<Person> {
    vec![
        Person::named(10, "山田 花子")
            .email("hanako.yamada@example.com")
            .phone("+442079460110")
            .known_as("crm-00011")
            .at("株式会社さくら", "東京", "JP")
            .tags(&["日本", "vip"])
            .consents(true)
            .with("plan", json!("enterprise"))
            .with("seats", json!(85))
            .with("mrr", amount(178_500))
            .with("language", json!("日本語"))
            .with(
                "website",
                json!("https://sakura.example.com/%E6%97%A5%E6%9C%AC"),
            ),
        Person::named(11, "فاطمة الزهراء المنصوري")
            .email("fatima.mansouri@example.org")
            .phone("+33199001211")
            .at("دار النشر الأندلس", "الدار البيضاء", "MA")
            .tags(&["press", "conference-2025"])
            .consents(true)
            .with("language", json!("العربية"))
            .with("newsletter", json!(true)),
        Person::named(12, "נועה בן־דוד")
            .email("noa@example.net")
            .phone("+442079460112")
            .at("סטודיו תמר", "חיפה", "IL")
            .tags(&["beta"])
            .with("plan", json!("starter"))
            .with("language", json!("עברית"))
            .with("seats", json!(2)),
        Person::named(13, "王秀英")
            .email("wang.xiuying@example.com")
            .at("茶马古道", "昆明", "CN")
            .tags(&["wholesale", "invoice"])
            .consents(true)
            .with("mrr", amount(990))
            .with("customer_code", json!("CN-7701")),
        Person::named(14, "김민준")
            .email("minjun.kim@example.com")
            .phone("+12065550114")
            .at("한강 로스터스", "서울", "KR")
            .tags(&["trial", "onboarding"])
            .with("plan", json!("free")),
        Person::named(15, "Priya Raghunathan")
            .email("priya.r@example.org")
            .phone("+442079460115")
            .known_as("crm-00016")
            .at("Monsoon Textiles", "Chennai", "IN")
            .tags(&["vip", "renewal-due", "wholesale"])
            .consents(true)
            .with("plan", json!("enterprise"))
            .with("seats", json!(260))
            .with("mrr", amount(415_000))
            .with("discount", json!(20))
            .with("renewal", json!("2026-02-28")),
        Person::named(16, "Kwame Mensah")
            .email("kwame@example.com")
            .phone("+442079460116")
            .at("Accra Solar", "Accra", "GH")
            .tags(&["partner"])
            .consents(true)
            .with("website", json!("https://accrasolar.example.com")),
        Person::named(17, "Nguyễn Thị Hồng Nhung")
            .email("hongnhung@example.net")
            .at("Phở Hà Nội", "Hà Nội", "VN")
            .tags(&["newsletter"])
            .with("newsletter", json!(true)),
        Person::named(18, "Олена Шевченко")
            .email("olena.shevchenko@example.com")
            .phone("+493023125118")
            .at("Книгарня «Є»", "Львів", "UA")
            .tags(&["education", "referral"])
            .consents(true)
            .with("plan", json!("team")),
        Person::named(19, "João Victor de Souza e Silva")
            .email("joao.silva@example.org")
            .phone("+13125550119")
            .at("Padaria Central", "São Paulo", "BR")
            .tags(&["webinar", "trial"])
            .consents(false)
            .with("plan", json!("free"))
            .with("renewal", json!("2026-05-01")),
        Person::named(20, "สมชาย ใจดี")
            .phone("+61255501020")
            .at("ร้านกาแฟริมน้ำ", "เชียงใหม่", "TH")
            .tags(&["onboarding"])
            .consents(true),
        Person::named(21, "Hinemoa Rāwiri")
            .email("hinemoa@example.com")
            .phone("+61255501021")
            .at("Kererū Studio", "Rotorua", "NZ")
            .tags(&["beta", "conference-2025"])
            .with("plan", json!("starter"))
            .with("seats", json!(1)),
    ]
}

fn odd() -> Vec<Person> {
    vec![
        Person::named(22, "Tom 👨‍👩‍👧‍👦 Baker")
            .email("tom.baker@example.com")
            .phone("+16175550122")
            .at("Baker’s Dozen 🥐", "Boston", "US")
            .tags(&["newsletter", "referral"])
            .consents(true)
            .with("notes", json!("Signs with 👨‍👩‍👧‍👦. Anniversary 🎂 in June.")),
        Person::named(23, "Luana 🇧🇷 Costa")
            .email("luana.costa@example.net")
            .at("", "Recife", "BR")
            .tags(&["press"])
            .with("language", json!("English")),
        Person::named(24, "Miles \"Smiley\" O'Neil")
            .email("miles.oneil@example.org")
            .phone("+15035550124")
            .at("Reed & Bow", "Portland", "US")
            .tags(&[
                "vip",
                "follow-up",
                "beta",
                "conference-2025",
                "partner",
                "invoice",
            ])
            .consents(true)
            .with("plan", json!("team"))
            .with("mrr", amount(12_990))
            .with("discount", json!(0)),
        Person::named(25, "<b>Rosa</b> & Sons")
            .email("rosa+markup@example.com")
            .at("Rosa & Sons <Ltd>", "Malmö", "SE")
            .tags(&["wholesale"])
            .with(
                "notes",
                json!("The name is really written like this on their form."),
            ),
        // Decomposed: each accent is a character of its own.
        Person::named(26, "Rene\u{301}e Franc\u{327}oise")
            .email("renee@example.org")
            .phone("+33199001226")
            .at("", "Liège", "BE")
            .consents(true),
        Person::named(
            27,
            "Prof. Dr. Dr. h. c. Maximiliane Friederike Charlotte von und zu \
             Hohenberg-Wartenstein-Lichtenau, Vorsitzende des Verwaltungsrates",
        )
        .email("maximiliane.friederike.charlotte.hohenberg-wartenstein-lichtenau@example.com")
        .phone("+493023125127")
        .at(
            "Gesellschaft zur Förderung der Rheinischen Kirchenmusik e. V.",
            "Köln",
            "DE",
        )
        .tags(&["großkunde", "non-profit"])
        .consents(true)
        .with("plan", json!("enterprise"))
        .with(
            "notes",
            json!(
                "Prefers letters on paper.\n\nOffice hours: Tuesday and Thursday, 10 to 12. The \
                 assistant, Frau Klein, reads the mail first; be exact with titles, and send \
                 invoices in duplicate to the treasurer in Bonn."
            ),
        ),
        Person::named(28, "")
            .email("info@example.net")
            .tags(&["trial"]),
        Person::named(29, "Bo")
            .phone("+61255501029")
            .consents(false)
            .blocked(),
    ]
}
