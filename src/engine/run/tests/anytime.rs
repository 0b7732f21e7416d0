//! The machine against a world in which anything happens at any time, a crash included.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::world::{Event, Fault, Nature, Seed, Theirs, Wish, World};
use crate::domain::TagSet;

/// What there is to draw; nothing of it depends on what happened before.
#[derive(Debug, Clone)]
struct Anything;

fn tags(most: usize) -> impl Strategy<Value = TagSet> {
    btree_set("[a-d]", 0..=most)
}

fn seed() -> impl Strategy<Value = Seed> {
    let value = || 0..3_u8;
    let wish = (
        tags(2),
        tags(2),
        prop::option::of(value()),
        prop::option::of(prop::option::of(value())),
    );
    let wish = wish.prop_map(|(add, remove, name, attribute)| Wish {
        add,
        remove,
        name,
        attribute,
    });
    (tags(3), value(), prop::option::of(value()), wish).prop_map(
        |(tags, name, attribute, patch)| Seed {
            tags,
            name,
            attribute,
            patch,
        },
    )
}

fn fault() -> impl Strategy<Value = Fault> {
    prop::sample::select(vec![
        Fault::Unsent,
        Fault::Throttled,
        Fault::Server,
        Fault::ServerAfter,
        Fault::Unheard,
        Fault::Late,
        Fault::Refused,
        Fault::Forbidden,
        Fault::Drift,
    ])
}

fn theirs() -> impl Strategy<Value = Theirs> {
    let tag = || "[a-f]".prop_map(String::from);
    prop_oneof![
        4 => tag().prop_map(Theirs::Tag),
        3 => tag().prop_map(Theirs::Untag),
        1 => (0..4_u8).prop_map(Theirs::Name),
        1 => prop::option::of(0..4_u8).prop_map(Theirs::Attribute),
        2 => (0..9_u8).prop_map(Theirs::Note),
        1 => Just(Theirs::Delete),
    ]
}

impl ReferenceStateMachine for Anything {
    type State = Nature;
    type Transition = Event;

    fn init_state() -> BoxedStrategy<Nature> {
        (
            vec(seed(), 1..6),
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
        )
            .prop_map(|(seeds, deltas, echoes, arrives)| Nature {
                seeds,
                deltas,
                echoes,
                arrives,
            })
            .boxed()
    }

    fn transitions(_: &Nature) -> BoxedStrategy<Event> {
        let n = || 0..8_usize;
        prop_oneof![
            40 => n().prop_map(Event::Step),
            10 => (n(), fault()).prop_map(|(n, fault)| Event::Fail(n, fault)),
            6 => (n(), theirs()).prop_map(|(n, what)| Event::Colleague(n, what)),
            2 => n().prop_map(Event::Arrive),
            3 => (0..4_usize, any::<u8>())
                .prop_map(|(committed, late)| Event::Crash { committed, late }),
            2 => any::<bool>().prop_map(|full| Event::Disk { full }),
            2 => any::<bool>().prop_map(|expired| Event::Token { expired }),
            2 => (n(), any::<bool>()).prop_map(|(n, held)| Event::Foreign(n, held)),
            1 => Just(Event::Pause),
            4 => Just(Event::GoOn),
            1 => Just(Event::GiveUp),
            2 => Just(Event::Retry),
        ]
        .boxed()
    }

    fn apply(state: Nature, _: &Event) -> Nature {
        state
    }
}

struct Held;

impl StateMachineTest for Held {
    type SystemUnderTest = World;
    type Reference = Anything;

    fn init_test(nature: &Nature) -> World {
        World::new(nature.clone())
    }

    fn apply(mut world: World, _: &Nature, event: Event) -> World {
        world.happen(&event);
        world
    }

    fn check_invariants(world: &World, _: &Nature) {
        world.check();
    }

    fn teardown(mut world: World, _: Nature) {
        world.end();
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_every_row_ends_and_nothing_is_lost_or_done_twice(sequential 1..120 => Held);
}
