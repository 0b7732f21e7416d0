//! The list against sorting and filtering all contacts, before and after it is filled, whatever is
//! written meanwhile.

use std::collections::BTreeMap;

use super::*;

/// Contacts by number.
type Model = BTreeMap<u32, Contact>;

fn text_key(c: &Contact, key: SortKey) -> String {
    match key {
        SortKey::Name => c.field(FieldKey::Name).to_lowercase(),
        SortKey::Email => c.field(FieldKey::Email).to_lowercase(),
        SortKey::Phone => c.field(FieldKey::Phone).to_lowercase(),
        SortKey::Updated => c
            .updated_at
            .map_or(String::new(), |t| format!("{:020}", t.as_millisecond())),
        SortKey::Id => format!("{:>20}", c.id.as_str()),
    }
}

fn expected(model: &Model, filter: &str, order: Order) -> Vec<Contact> {
    let filter = Filter::parse(filter).unwrap();
    let matching = model.values().filter(|c| filter.matches_contact(c));
    // The map is in the order of ids, and sorting is stable.
    let (mut blank, mut rest): (Vec<Contact>, Vec<Contact>) = matching
        .cloned()
        .partition(|c| text_key(c, order.key).is_empty());
    rest.sort_by_key(|c| text_key(c, order.key));
    if order.descending {
        rest.reverse();
    }
    rest.append(&mut blank);
    rest
}

#[derive(Debug, Clone)]
enum Step {
    Page(Vec<Contact>),
    Put(Box<Contact>),
    Tag(Vec<u32>, &'static str),
    Drop(u32),
    Edit(u32, String),
    Ask(&'static str, Order),
    Window(Order, usize, usize, u32),
}

fn contacts() -> impl Strategy<Value = Contact> {
    let name = prop_oneof!["", "[ab]{1,2}", "(Ada|Bob|ada) [a-c]{0,9}"];
    let (email, phone) = (prop_oneof!["", "[ab]@x"], prop_oneof!["", "\\+49[12]{2}"]);
    let updated = proptest::option::of(0_i64..4);
    (1_u32..40, name, email, phone, updated, any::<bool>()).prop_map(
        |(id, name, email, phone, updated, vip)| {
            let mut c = contact(&id.to_string(), &name);
            c.set_field(FieldKey::Email, &email);
            c.set_field(FieldKey::Phone, &phone);
            c.updated_at = updated.map(at);
            if vip {
                c.tags.insert("vip".into());
            }
            c
        },
    )
}

fn orders() -> impl Strategy<Value = Order> {
    (0..SortKey::ALL.len(), any::<bool>()).prop_map(|(key, descending)| Order {
        key: SortKey::ALL[key],
        descending,
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let filters = [
        "", "a", "ad", "ada", "ada b", "tag:vip", "-tag:vip", "email:a", "zzz",
    ];
    prop_oneof![
        2 => prop::collection::vec(contacts(), 1..6).prop_map(Step::Page),
        1 => contacts().prop_map(|one| Step::Put(Box::new(one))),
        1 => (prop::collection::vec(1_u32..40, 0..5), prop::sample::select(vec!["vip", "new"]))
            .prop_map(|(ids, tag)| Step::Tag(ids, tag)),
        1 => (1_u32..40).prop_map(Step::Drop),
        1 => (1_u32..40, "[ab]{0,3}").prop_map(|(id, name)| Step::Edit(id, name)),
        3 => (prop::sample::select(filters.to_vec()), orders()).prop_map(|(f, o)| Step::Ask(f, o)),
        3 => (orders(), 0_usize..50, 0_usize..20, 1_u32..40)
            .prop_map(|(o, start, len, follow)| Step::Window(o, start, len, follow)),
    ]
}

fn number(c: &Contact) -> u32 {
    c.id.as_str().parse().unwrap()
}

fn run(first: Vec<Contact>, steps: Vec<Step>, wait_for_list: bool) -> Result<(), TestCaseError> {
    let store = Store::in_memory().unwrap();
    let mut model = Model::new();
    store
        .mirror_page(&account(), &first, 1, super::now(&store))
        .wait()
        .unwrap();
    model.extend(first.into_iter().map(|c| (number(&c), c)));
    if wait_for_list {
        filled(&store);
    } else {
        store.open_view(&account()).wait().unwrap();
    }
    for step in steps {
        match step {
            Step::Page(page) => {
                store
                    .mirror_page(&account(), &page, 1, super::now(&store))
                    .wait()
                    .unwrap();
                model.extend(page.into_iter().map(|c| (number(&c), c)));
            }
            Step::Put(one) => {
                store.mirror_put(&one).wait().unwrap();
                model.insert(number(&one), *one);
            }
            Step::Tag(numbers, tag) => {
                let ids: Vec<_> = numbers
                    .iter()
                    .map(|n| ContactId::new(n.to_string()))
                    .collect();
                store
                    .mirror_tagged(
                        &account(),
                        &ids,
                        tag,
                        TagsRead::Catalogue,
                        super::now(&store),
                    )
                    .wait()
                    .unwrap();
                for n in numbers {
                    if let Some(c) = model.get_mut(&n) {
                        c.tags.insert(tag.into());
                    }
                }
            }
            Step::Drop(n) => {
                let id = ContactId::new(n.to_string());
                let gone = store.mirror_drop(&account(), &id).wait().unwrap();
                prop_assert_eq!(gone, model.remove(&n).is_some());
            }
            Step::Edit(n, name) => {
                let id = ContactId::new(n.to_string());
                let mut patch = Patch::default();
                patch.fields.insert(FieldKey::Name, Edit::Set(name));
                let done = store.local_update(&account(), &id, &patch, at(7)).wait();
                if let Some((_, after)) = done.unwrap() {
                    model.insert(n, after);
                }
            }
            Step::Ask(filter, order) => {
                let want = expected(&model, filter, order);
                let view = everything(&store, filter, order);
                prop_assert_eq!(view.total, model.len());
                prop_assert!(view.complete || !wait_for_list);
                if view.complete {
                    prop_assert_eq!(view.matched, want.len());
                    prop_assert_eq!(ids(&view.rows), ids(&want));
                    prop_assert_eq!(&view.rows, &want);
                }
                let parsed = Filter::parse(filter).unwrap();
                let listed = store.list(&account(), &parsed, order, Some(10)).wait();
                let listed: Result<Vec<_>, _> = listed.unwrap().collect();
                let listed = listed.unwrap();
                prop_assert_eq!(ids(&listed), ids(&want[..want.len().min(10)]));
                let all = store.ids(&account(), &parsed, order).wait().unwrap();
                let all: Vec<&str> = all.iter().map(ContactId::as_str).collect();
                prop_assert_eq!(all, ids(&want));
            }
            Step::Window(order, start, len, follow) => {
                let follow = ContactId::new(follow.to_string());
                let want = expected(&model, "", order);
                let query = Query {
                    filter: Filter::default(),
                    order,
                    window: start..start + len,
                    follow: Some(follow.clone()),
                    ..Query::default()
                };
                let view = store.view(query).wait().unwrap();
                if view.complete {
                    let from = start.min(want.len());
                    let to = (start + len).min(want.len());
                    prop_assert_eq!(view.start, from);
                    prop_assert_eq!(ids(&view.rows), ids(&want[from..to]));
                    let place = want.iter().position(|c| c.id == follow);
                    prop_assert_eq!(view.followed, place);
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_filled_list_is_what_sorting_everything_gives(
        first in prop::collection::vec(contacts(), 0..30),
        steps in prop::collection::vec(steps(), 1..20),
    ) {
        run(first, steps, true)?;
    }

    #[test]
    fn a_list_that_is_being_filled_is_right_as_far_as_it_says(
        first in prop::collection::vec(contacts(), 0..30),
        steps in prop::collection::vec(steps(), 1..20),
    ) {
        run(first, steps, false)?;
    }
}
