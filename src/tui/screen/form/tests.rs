//! Laws of the form: looking changes nothing, and whatever is typed can be taken back, for every contact.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Form;
use crate::domain::{
    AccountName, AttributeDefinition, AttributeType, Contact, ContactId, Draft, FieldKey, Flag,
    ProviderId, TagsRead,
};
use crate::tui::effect::Effect;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::model::{Model, Vocabulary};
use crate::tui::msg::{AccountInfo, Msg};
use crate::tui::screen::{Ctx, Input, Layer, Outcome};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![
            "1.10",
            "-0.0",
            "1e400",
            "99999999999999999999999",
            "12"
        ])
        .prop_map(|n| serde_json::from_str(n).expect("a number")),
        text().prop_map(Value::from),
        prop::sample::select(vec![
            "true", "gold", "a\nb", "a\r\nb\n", "\n", "", "5", "null"
        ])
        .prop_map(Value::from),
    ]
    .boxed();
    let nested = leaf.clone().prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(|m| json!(m)),
        ]
    });
    // Plain values are what a person edits; without weight hardly any would stand at the top.
    prop_oneof![4 => leaf, 1 => nested]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,8}",
        prop::collection::vec(any::<char>(), 0..8).prop_map(|c| c.into_iter().collect()),
    ]
}

fn contact() -> impl Strategy<Value = Contact> {
    let fields = prop::collection::vec(text(), 5);
    let tags = prop::collection::btree_set(text(), 0..4);
    let attributes = prop::collection::btree_map("[a-h]", value(), 0..6);
    let flags = (any::<Option<bool>>(), any::<Option<bool>>());
    let read = prop::sample::select(vec![TagsRead::All, TagsRead::Catalogue, TagsRead::No]);
    (fields, tags, attributes, flags, read).prop_map(|(fields, tags, attributes, flags, read)| {
        let account = AccountName::new("a");
        let mut contact = Contact::new(ContactId::new("1"), account, ProviderId::Local);
        for (key, text) in FieldKey::ALL.into_iter().zip(&fields) {
            contact.set_field(key, text);
        }
        contact.tags = tags;
        contact.tags_read = read;
        contact.attributes = attributes;
        let states = [(Flag::Optin, flags.0), (Flag::Blocked, flags.1)];
        contact.flags = states
            .into_iter()
            .filter_map(|(f, s)| Some((f, s?)))
            .collect();
        contact
    })
}

/// One definition of every type, for the names that contacts draw from.
fn vocabulary() -> Vocabulary {
    let kinds = [
        AttributeType::Text,
        AttributeType::Number,
        AttributeType::Currency,
        AttributeType::Link,
        AttributeType::Date,
        AttributeType::List,
        AttributeType::Checkbox,
    ];
    let define = |(name, kind): (char, AttributeType)| AttributeDefinition {
        key: name.to_string(),
        label: String::new(),
        kind,
        description: None,
        values: vec!["gold".into(), "5".into()],
        pattern: Some("^x$".into()),
        pattern_hint: None,
        days_as_times: false,
    };
    Vocabulary {
        definitions: ('a'..='g').zip(kinds).map(define).collect(),
        tags: vec!["vip".into()],
        ..Vocabulary::default()
    }
}

struct Bench {
    model: Model,
    form: Form,
}

impl Bench {
    fn open(contact: &Contact, defined: bool) -> Self {
        let mut model = Model::new(80, 24, Keymap::default());
        if defined {
            model.desk.vocabulary = vocabulary();
        }
        let account = AccountInfo {
            name: AccountName::new("a"),
            provider: ProviderId::Local,
            title: "local".into(),
            host: String::new(),
            table: crate::tui::screen::form::tests::table(),
            read_only: false,
            region: Some("DE".into()),
            auth: crate::http::curl::Credentials::default(),
            practice: false,
        };
        let mut ctx = Ctx {
            desk: &model.desk,
            tickets: &mut model.tickets,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        let (form, _) = Form::open(contact.clone(), account, &mut ctx);
        Self { model, form }
    }

    fn give(&mut self, input: Input) -> Outcome {
        let mut ctx = Ctx {
            desk: &self.model.desk,
            tickets: &mut self.model.tickets,
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        self.form.update(input, &mut ctx)
    }

    fn act(&mut self, action: Action) -> Outcome {
        self.give(Input::Do(action))
    }

    fn draft_came(&mut self, draft: Option<Draft>) -> Outcome {
        let ticket = self.form.draft.expect("the draft was asked for");
        self.give(Input::Told(Msg::DraftRead {
            ticket,
            draft: draft.map(Box::new),
        }))
    }
}

/// A table that leaves everything editable, without asking a provider for it.
pub(super) fn table() -> crate::domain::FieldTable {
    use crate::domain::field::*;
    let field = |key, kind| FieldSpec {
        key,
        label: "x",
        access: Access::Full,
        kind,
        max_chars: None,
        compare: Compare::Exact,
        caution: None,
        guard: None,
        offers_seen: false,
    };
    FieldTable {
        fields: vec![
            field(FieldKey::Name, FieldKind::Text),
            field(FieldKey::Email, FieldKind::Email),
            field(FieldKey::Phone, FieldKind::PhoneDigits),
            field(FieldKey::Identifier, FieldKind::Text),
            field(FieldKey::AvatarUrl, FieldKind::Url),
        ],
        tags: TagSpec {
            label: "Tags",
            kept_in: None,
            access: Access::Full,
            ignore_case: false,
            outside_catalogue: None,
            comma_forbidden: false,
        },
        attributes: AttributeSpec {
            access: Access::Full,
            untyped: AttributeType::Text,
            empty_removes: false,
            texts_only: false,
            removal_note: None,
            undefined_note: None,
            has_definitions: true,
            max_chars: None,
            new_name_guard: None,
        },
        flags: Flag::ALL
            .map(|flag| FlagSpec {
                flag,
                access: Access::Full,
                caution: None,
            })
            .to_vec(),
        id: IdRule::Integer,
        listed_by: None,
        revalidates: &[],
    }
}

fn key(code: KeyCode) -> Input {
    Input::Type(KeyEvent::new(code, KeyModifiers::NONE))
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        any::<char>()
            .prop_filter("printable", |c| !c.is_control())
            .prop_map(|c| key(KeyCode::Char(c))),
        prop::sample::select(vec![
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Home,
            KeyCode::End,
        ])
        .prop_map(key),
        prop::sample::select(vec![
            Action::NextField,
            Action::PrevField,
            Action::Down,
            Action::Up,
            Action::PageDown,
            Action::CycleNext,
            Action::CyclePrev,
            Action::Repair,
            Action::RemoveAttribute,
            Action::AddAttribute,
        ])
        .prop_map(Input::Do),
        text().prop_map(Input::Paste),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn looking_changes_nothing(contact in contact(), defined: bool) {
        let mut bench = Bench::open(&contact, defined);
        bench.draft_came(None);
        for _ in 0..40 {
            let outcome = bench.act(Action::NextField);
            prop_assert_eq!(outcome.effects, Vec::new());
        }
        prop_assert!(bench.form.edits().is_empty());
        prop_assert!(bench.form.patch().is_empty());
        // Nor do definitions that come late, or the same contact read whole.
        bench.model.desk.vocabulary = vocabulary();
        let ticket = bench.form.reading.expect("a fresh copy was asked for");
        for msg in [
            Msg::Vocabulary(Box::default()),
            Msg::ContactRead { ticket, result: Ok(Box::new(contact.clone())) },
        ] {
            prop_assert_eq!(bench.give(Input::Told(msg)).effects, Vec::new());
        }
        prop_assert!(bench.form.patch().is_empty());
    }

    #[test]
    fn what_was_typed_can_be_taken_back(
        contact in contact(), defined: bool, inputs in prop::collection::vec(input(), 0..40),
    ) {
        let mut bench = Bench::open(&contact, defined);
        bench.draft_came(None);
        for input in inputs {
            bench.give(input);
        }
        let mut again = Bench { model: bench.model.clone(), form: bench.form.clone() };
        // Field by field.
        for _ in 0..2 * bench.form.fields.len() {
            if bench.form.is_naming() {
                bench.act(Action::Back);
            }
            bench.act(Action::Revert);
            bench.act(Action::NextField);
        }
        prop_assert_eq!(bench.form.edits(), BTreeMap::new());
        prop_assert!(bench.form.patch().is_empty());
        // All at once.
        let changed = !again.form.edits().is_empty();
        again.act(Action::DiscardDraft);
        let outcome = again.act(Action::DiscardDraft);
        if changed {
            prop_assert_eq!(outcome.effects, vec![Effect::DropDraft(ContactId::new("1"))]);
        }
        prop_assert!(again.form.patch().is_empty());
    }

    #[test]
    fn a_draft_puts_the_same_edits_back(
        contact in contact(), defined: bool, inputs in prop::collection::vec(input(), 0..40),
    ) {
        let mut bench = Bench::open(&contact, defined);
        bench.draft_came(None);
        let mut kept = None;
        for input in inputs {
            for effect in bench.give(input).effects {
                match effect {
                    Effect::KeepDraft(draft) => kept = Some(*draft),
                    Effect::DropDraft(_) => kept = None,
                    _ => {}
                }
            }
        }
        let edits = bench.form.edits();
        prop_assert_eq!(&kept.as_ref().map(|d| d.edits.clone()).unwrap_or_default(), &edits);
        let mut again = Bench::open(&contact, defined);
        let outcome = again.draft_came(kept);
        prop_assert_eq!(outcome.effects, Vec::new());
        prop_assert_eq!(again.form.edits(), edits);
        prop_assert_eq!(again.form.patch(), bench.form.patch());
    }
}
