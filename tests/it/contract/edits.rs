//! Edits: one of each kind that a field table offers, and generated ones. Which of them are sent, and as
//! what, is the codec's to decide; nothing here knows a provider's names.

use std::collections::BTreeMap;

use cardex::domain::field::FieldTable;
use cardex::domain::{
    Contact, ContactId, Edit, FieldKey, Flag, Patch, ProviderId, TagDelta, TagSet,
};
use cardex::provider::{Codec, Context, TagsMode};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Texts of which each field takes at least one.
const TEXTS: [&str; 12] = [
    "Ann Lee",
    "Ann \"Zoë\" O'Lee\n漢字 🙂",
    "ann@example.com",
    "a.n+n'x@sub.example-.com",
    "+442079460999",
    "919800000000",
    "crm-7",
    "https://example.com/a.png?x=1",
    "https://www.linkedin.com/in/ann",
    "42",
    "example.com",
    "Unsubscribed",
];

const IDS: [&str; 3] = [
    "481",
    "64b0c0ffee0123456789abcd",
    "8b0e6c1e-7a55-4a0e-9d3b-0f3f7f0c2a11",
];

/// The accounts to try: as the golden cases have it, and with each setting that changes what is sent.
pub fn contexts(id: ProviderId) -> Vec<Context> {
    let plain = crate::codec::golden_context(id);
    let changed = |change: &dyn Fn(&mut Context)| {
        let mut context = plain.clone();
        change(&mut context);
        context
    };
    let mut all = vec![
        plain.clone(),
        changed(&|c| c.email_attribute = Some("email".into())),
        changed(&|c| c.tags_attribute = Some("Labels".into())),
        changed(&|c| c.identity_hash = true),
    ];
    for mode in TagsMode::ALL {
        all.push(changed(&|c| c.tags_mode = mode));
    }
    all
}

/// A contact that has something everywhere.
pub fn contact(id: ProviderId, codec: &dyn Codec, context: &Context) -> Contact {
    let table = codec.table(context);
    let own = IDS.into_iter().find(|id| table.id.check(id).is_ok());
    let own = ContactId::new(own.expect("an id that fits"));
    let mut contact = Contact::new(own, context.account.clone(), id);
    for spec in table.fields.iter().filter(|f| f.access.can_set()) {
        contact.set_field(spec.key, &format!("old {}", spec.key));
    }
    contact.set_field(FieldKey::Email, "old@example.com");
    contact.tags = TagSet::from_iter(["trial".to_string(), "press".to_string()]);
    for name in ["plan", "city"] {
        contact
            .attributes
            .insert(name.into(), json!(format!("old {name}")));
    }
    contact.flags = Flag::ALL.into_iter().map(|flag| (flag, false)).collect();
    contact
}

/// An edit that sets one field.
pub fn set(key: FieldKey, text: &str) -> Patch {
    Patch {
        fields: BTreeMap::from([(key, Edit::Set(text.to_string()))]),
        ..Patch::default()
    }
}

fn attribute(name: &str, edit: Edit<Value>) -> Patch {
    Patch {
        attributes: BTreeMap::from([(name.to_string(), edit)]),
        ..Patch::default()
    }
}

fn tags(add: &[&str], remove: &[&str]) -> Patch {
    let names = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    Patch {
        tags: TagDelta {
            add: names(add),
            remove: names(remove),
        },
        ..Patch::default()
    }
}

/// For everything that the table lets edit: its name and the edits to try, of which one at least is sent.
pub fn each(table: &FieldTable, fresh: &Contact) -> Vec<(String, Vec<Patch>)> {
    let mut all = Vec::new();
    for spec in &table.fields {
        let clear = Patch {
            fields: BTreeMap::from([(spec.key, Edit::Clear)]),
            ..Patch::default()
        };
        if spec.access.can_set() {
            let set = TEXTS.iter().map(|text| set(spec.key, text)).collect();
            all.push((format!("setting {}", spec.key), set));
        }
        if spec.access.can_clear() {
            all.push((format!("clearing {}", spec.key), vec![clear]));
        }
    }
    if table.attributes.access.can_set() {
        let values = [
            json!("gold"),
            json!(""),
            json!(12),
            json!(1.50),
            json!(true),
        ];
        let set = values.into_iter().map(|v| attribute("plan", Edit::Set(v)));
        all.push(("setting an attribute".into(), set.collect()));
        let new = attribute("a new name", Edit::Set(json!("x")));
        all.push(("a new attribute".into(), vec![new]));
    }
    if table.attributes.access.can_clear() {
        let clear = attribute("plan", Edit::Clear);
        all.push(("removing an attribute".into(), vec![clear]));
    }
    if table.tags.access.can_set() {
        let edits = [tags(&["vip"], &[]), tags(&["vip", "bêta 2"], &["trial"])];
        all.push(("tags".into(), edits.to_vec()));
        all.push(("the last tags".into(), vec![tags(&[], &["trial", "press"])]));
    }
    for spec in table.flags.iter().filter(|f| f.access.can_set()) {
        let held = fresh.flags.get(&spec.flag).copied().unwrap_or_default();
        let flags = BTreeMap::from([(spec.flag, Edit::Set(!held))]);
        let patch = Patch {
            flags,
            ..Patch::default()
        };
        all.push((spec.flag.to_string(), vec![patch]));
    }
    all
}

/// The patch itself, and each of its parts alone: one part that is refused must not hide the others.
pub fn parts(patch: &Patch) -> Vec<Patch> {
    let mut parts = vec![patch.clone()];
    parts.extend(patch.fields.iter().map(|(key, edit)| Patch {
        fields: BTreeMap::from([(*key, edit.clone())]),
        ..Patch::default()
    }));
    parts.extend(
        patch
            .attributes
            .iter()
            .map(|(name, edit)| attribute(name, edit.clone())),
    );
    parts.extend(patch.flags.iter().map(|(flag, edit)| Patch {
        flags: BTreeMap::from([(*flag, edit.clone())]),
        ..Patch::default()
    }));
    parts.push(Patch {
        tags: patch.tags.clone(),
        ..Patch::default()
    });
    parts
}

fn edit<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Edit<T>> {
    prop_oneof![1 => Just(Edit::Clear), 4 => value.prop_map(Edit::Set)].boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        prop::sample::select(&TEXTS[..]).prop_map(String::from),
        ".{0,12}",
        r"\+[0-9]{5,15}",
        "[0-9]{5,15}",
        "[a-z.]{1,6}@[a-z-]{1,6}\\.[a-z]{1,3}",
        "[a-z]{1,5}\\.[a-z]{2,3}",
        "https?://[a-z]{1,5}\\.[a-z]{2}/[a-z]{0,4}",
    ]
    .boxed()
}

fn json_value() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => text().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!(["a", {"b": 1}])),
    ]
    .boxed()
}

/// Anything that could be asked of a contact, sensible or not.
pub fn any_patch() -> impl Strategy<Value = Patch> {
    let names = || prop::collection::btree_set("(trial|press|vip|[a-c ,\"é]{0,4})", 0..3);
    let name = prop_oneof!["(plan|city|Labels|email)", ".{0,5}"];
    (
        prop::collection::btree_map(prop::sample::select(&FieldKey::ALL[..]), edit(text()), 0..4),
        names(),
        names(),
        prop::collection::btree_map(name, edit(json_value()), 0..4),
        prop::collection::btree_map(
            prop::sample::select(&Flag::ALL[..]),
            edit(any::<bool>()),
            0..3,
        ),
    )
        .prop_map(|(fields, add, remove, attributes, flags)| Patch {
            fields,
            tags: TagDelta { add, remove },
            attributes,
            flags,
        })
}
