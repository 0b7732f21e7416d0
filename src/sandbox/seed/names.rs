//! Parts of names in ten scripts and languages; putting them together is `composed`'s.

/// A name as its bearer writes it, and its letters in an e-mail address.
pub(super) type Part = (&'static str, &'static str);

pub(super) struct Script {
    pub(super) given: &'static [Part],
    pub(super) family: &'static [Part],
    /// What stands between the parts, and whether the family name comes first.
    pub(super) order: Order,
}

#[derive(Clone, Copy)]
pub(super) enum Order {
    GivenFamily,
    FamilyGiven,
    FamilyGivenClosed,
}

pub(super) const LATIN: Script = Script {
    given: &[
        ("Amélie", "amelie"),
        ("Bartosz", "bartosz"),
        ("Carmen", "carmen"),
        ("Dilan", "dilan"),
        ("Edoardo", "edoardo"),
        ("Freya", "freya"),
        ("Grace", "grace"),
        ("Håkon", "hakon"),
        ("Inês", "ines"),
        ("Jack", "jack"),
        ("Katarína", "katarina"),
        ("Liam", "liam"),
        ("Mirela", "mirela"),
        ("Niamh", "niamh"),
        ("Óscar", "oscar"),
        ("Petra", "petra"),
        ("Quentin", "quentin"),
        ("Rasmus", "rasmus"),
        ("Sofía", "sofia"),
        ("Théo", "theo"),
        ("Uchenna", "uchenna"),
        ("Veronika", "veronika"),
        ("Wanjiru", "wanjiru"),
        ("Zoë", "zoe"),
    ],
    family: &[
        ("Andersson", "andersson"),
        ("Bianchi", "bianchi"),
        ("Castañeda", "castaneda"),
        ("Doyle", "doyle"),
        ("Eriksen", "eriksen"),
        ("Fernández", "fernandez"),
        ("Grønberg", "gronberg"),
        ("Hofmann", "hofmann"),
        ("Ionescu", "ionescu"),
        ("Jankowski", "jankowski"),
        ("Kovács", "kovacs"),
        ("Larsen", "larsen"),
        ("Müller", "mueller"),
        ("Novák", "novak"),
        ("Osei", "osei"),
        ("Pires", "pires"),
        ("Rossi", "rossi"),
        ("Şahin", "sahin"),
        ("Tremblay", "tremblay"),
        ("Ünal", "uenal"),
        ("van der Berg", "vanderberg"),
        ("Wójcik", "wojcik"),
        ("Yılmaz", "yilmaz"),
        ("Žukauskas", "zukauskas"),
    ],
    order: Order::GivenFamily,
};

pub(super) const OTHERS: [Script; 9] = [
    Script {
        given: &[
            ("太郎", "taro"),
            ("美咲", "misaki"),
            ("健一", "kenichi"),
            ("さくら", "sakura"),
        ],
        family: &[
            ("佐藤", "sato"),
            ("鈴木", "suzuki"),
            ("高橋", "takahashi"),
            ("渡辺", "watanabe"),
        ],
        order: Order::FamilyGiven,
    },
    Script {
        given: &[
            ("伟", "wei"),
            ("芳", "fang"),
            ("建国", "jianguo"),
            ("丽娜", "lina"),
        ],
        family: &[
            ("李", "li"),
            ("张", "zhang"),
            ("欧阳", "ouyang"),
            ("陈", "chen"),
        ],
        order: Order::FamilyGivenClosed,
    },
    Script {
        given: &[("서연", "seoyeon"), ("지훈", "jihun"), ("하은", "haeun")],
        family: &[
            ("박", "park"),
            ("이", "lee"),
            ("최", "choi"),
            ("남궁", "namgung"),
        ],
        order: Order::FamilyGivenClosed,
    },
    Script {
        given: &[
            ("محمد", "mohammed"),
            ("ليلى", "layla"),
            ("أحمد", "ahmad"),
            ("سارة", "sara"),
        ],
        family: &[
            ("الحسن", "alhassan"),
            ("حدّاد", "haddad"),
            ("عبد الله", "abdullah"),
        ],
        order: Order::GivenFamily,
    },
    Script {
        given: &[("יוסף", "yosef"), ("תמר", "tamar"), ("שירה", "shira")],
        family: &[("כהן", "cohen"), ("לוי", "levi"), ("מזרחי", "mizrahi")],
        order: Order::GivenFamily,
    },
    Script {
        given: &[
            ("Андрій", "andrii"),
            ("Мария", "maria"),
            ("Милица", "milica"),
        ],
        family: &[
            ("Коваленко", "kovalenko"),
            ("Петров", "petrov"),
            ("Јовановић", "jovanovic"),
        ],
        order: Order::GivenFamily,
    },
    Script {
        given: &[("Ελένη", "eleni"), ("Νίκος", "nikos")],
        family: &[("Οικονόμου", "oikonomou"), ("Νικολαΐδης", "nikolaidis")],
        order: Order::GivenFamily,
    },
    Script {
        given: &[
            ("आरती", "aarti"),
            ("विक्रम", "vikram"),
            ("श्रीदेवी", "sridevi"),
        ],
        family: &[("शर्मा", "sharma"), ("क्षत्रिय", "kshatriya")],
        order: Order::GivenFamily,
    },
    Script {
        given: &[("กิตติศักดิ์", "kittisak"), ("น้ำฝน", "namfon")],
        family: &[("วงศ์สวัสดิ์", "wongsawat"), ("ศรีสุข", "srisuk")],
        order: Order::GivenFamily,
    },
];
