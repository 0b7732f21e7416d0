//! The machine as tables: events in, steps out, on virtual time.

use super::*;
use crate::transport::limiter::Pace;

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn free() -> Limiter {
    Limiter::new(Pace::whole(0, 10, 1))
}

fn answer(status: u16, verdict: Verdict) -> Reply {
    Reply::Answer(HttpResponse::text(status, "text/plain", ""), verdict)
}

fn broken(kind: BrokenKind, maybe_arrived: bool) -> Reply {
    Reply::Broken(Broken {
        kind,
        maybe_arrived,
        message: format!("{kind:?}"),
    })
}

fn throttled(seconds: &str) -> Reply {
    answer(
        429,
        Verdict::Throttled {
            retry_after: Some(seconds.into()),
            minute_window: false,
        },
    )
}

fn server() -> Verdict {
    Verdict::Server {
        status: 500,
        message: "oops".into(),
    }
}

/// Plays the replies; how often it was sent, how long it took in whole seconds, and its result.
fn play(idempotent: bool, replies: Vec<Reply>) -> (u32, i64, ExchangeResult) {
    let (mut exchange, mut limiter) = (Exchange::new(Rules::interactive(), idempotent, 1), free());
    let (mut now, mut replies) = (start(), replies.into_iter());
    loop {
        match exchange.next(&mut limiter, now) {
            Next::Wait(until) => {
                assert!(until > now);
                now = until;
            }
            Next::Send => {
                assert_eq!(exchange.next(&mut limiter, now), Next::Nothing);
                let reply = replies.next().expect("sent more often than scripted");
                exchange.on_reply(reply, &mut limiter, now);
            }
            Next::Done(result) => {
                assert_eq!(exchange.next(&mut limiter, now), Next::Nothing);
                assert_eq!(replies.next(), None, "sent less often than scripted");
                return (
                    exchange.sent(),
                    now.duration_since(start()).as_secs(),
                    result,
                );
            }
            Next::Nothing => panic!("stuck"),
        }
    }
}

#[test]
fn tables() {
    use BrokenKind::*;
    let ok = || answer(200, Verdict::Ok);
    let rejected = || Verdict::Rejected {
        message: "bad".into(),
        fields: vec![],
    };
    // name, idempotent, replies, sent, seconds, Ok / error text / maybe arrived
    type Row = (
        &'static str,
        bool,
        Vec<Reply>,
        u32,
        i64,
        Result<(), (&'static str, bool)>,
    );
    let rows: Vec<Row> = vec![
        ("at once", false, vec![ok()], 1, 0, Ok(())),
        (
            "refused",
            true,
            vec![answer(422, rejected())],
            1,
            0,
            Err(("values refused: bad", false)),
        ),
        (
            "throttled, then fine",
            false,
            vec![throttled("40"), throttled("20"), ok()],
            3,
            60,
            Ok(()),
        ),
        (
            "not delivered, then fine",
            false,
            vec![broken(Connect, false), ok()],
            2,
            0,
            Ok(()),
        ),
        (
            "lost write",
            false,
            vec![broken(Reset, true)],
            1,
            0,
            Err(("Reset", true)),
        ),
        (
            "lost idempotent write",
            true,
            vec![broken(Reset, true), ok()],
            2,
            0,
            Ok(()),
        ),
        (
            "failed write",
            false,
            vec![answer(500, server())],
            1,
            0,
            Err(("server failure 500: oops", true)),
        ),
        (
            "dead port",
            true,
            vec![
                broken(Connect, false),
                broken(Connect, false),
                broken(Connect, false),
            ],
            3,
            0,
            Err(("Connect", false)),
        ),
        (
            "an earlier attempt may have arrived",
            true,
            vec![
                broken(Reset, true),
                broken(Connect, false),
                broken(Connect, false),
            ],
            3,
            0,
            Err(("Connect", true)),
        ),
        (
            "429s do not use attempts up",
            true,
            vec![
                throttled("1"),
                throttled("1"),
                throttled("1"),
                throttled("1"),
                ok(),
            ],
            5,
            4,
            Ok(()),
        ),
    ];
    for (name, idempotent, replies, sent, seconds, expected) in rows {
        let (was_sent, took, result) = play(idempotent, replies);
        assert_eq!(was_sent, sent, "{name}");
        assert!((seconds..=seconds + 2).contains(&took), "{name}: {took} s");
        match (result, expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err((text, arrived))) => {
                assert_eq!(
                    (error.to_string().as_str(), error.maybe_arrived()),
                    (text, arrived),
                    "{name}"
                );
            }
            (got, _) => panic!("{name}: {got:?}"),
        }
    }
}

#[test]
fn a_wait_beyond_the_allowed_ends_this_call_and_the_next_at_once() {
    let mut limiter = free();
    let mut first = Exchange::new(Rules::interactive(), true, 1);
    assert_eq!(first.next(&mut limiter, start()), Next::Send);
    first.on_reply(throttled("600"), &mut limiter, start());
    let Next::Done(Err(error)) = first.next(&mut limiter, start()) else {
        panic!("waits ten minutes");
    };
    assert!(
        error
            .to_string()
            .starts_with("gave up: the server asks to wait until 2026-11-21 12:10:00 UTC")
    );
    assert!(
        error
            .to_string()
            .ends_with("(last answer: too many requests)"),
        "{error}"
    );
    assert!(!error.maybe_arrived());
    let mut second = Exchange::new(Rules::interactive(), true, 2);
    let next = second.next(&mut limiter, start());
    assert!(
        matches!(next, Next::Done(Err(SendError::GaveUp { sent: 0, .. }))),
        "{next:?}"
    );
    let mut patient = Exchange::new(Rules::patient(), true, 3);
    assert!(matches!(patient.next(&mut limiter, start()), Next::Wait(_)));
}

#[test]
fn a_sign_in_refusal_after_a_lost_write_still_says_that_it_may_have_arrived() {
    let sign_in = Verdict::SignIn {
        message: "expired".into(),
    };
    let (_, _, result) = play(
        true,
        vec![
            broken(BrokenKind::Reset, true),
            answer(401, sign_in.clone()),
        ],
    );
    let error = result.unwrap_err();
    assert!(error.maybe_arrived());
    assert!(matches!(error, SendError::GaveUp { last: Some(l), .. } if l.verdict == sign_in));
}

#[test]
fn a_reply_nobody_waits_for_changes_nothing() {
    let (mut exchange, mut limiter) = (Exchange::new(Rules::interactive(), true, 1), free());
    exchange.on_reply(broken(BrokenKind::Tls, false), &mut limiter, start());
    assert_eq!(exchange.next(&mut limiter, start()), Next::Send);
}

#[test]
fn one_calls_429_holds_the_others() {
    let mut limiter = free();
    let mut first = Exchange::new(Rules::interactive(), true, 1);
    assert_eq!(first.next(&mut limiter, start()), Next::Send);
    first.on_reply(throttled("30"), &mut limiter, start());
    let mut second = Exchange::new(Rules::interactive(), true, 2);
    let Next::Wait(until) = second.next(&mut limiter, start()) else {
        panic!("sent into a cool-down");
    };
    assert!(until.duration_since(start()).as_secs() >= 30);
    assert_eq!(second.pausing(start()), None);
    assert_eq!(first.pausing(start()), Some(until));
}

fn any_reply() -> impl proptest::strategy::Strategy<Value = Reply> {
    use proptest::prelude::*;
    prop_oneof![
        (0_u32..500).prop_map(|s| throttled(&s.to_string())),
        Just(answer(
            429,
            Verdict::Throttled {
                retry_after: None,
                minute_window: true
            }
        )),
        Just(answer(500, server())),
        Just(broken(BrokenKind::Reset, true)),
        Just(broken(BrokenKind::Timeout, true)),
        Just(broken(BrokenKind::Timeout, false)),
        Just(broken(BrokenKind::Connect, false)),
        Just(answer(
            403,
            Verdict::Forbidden {
                message: String::new()
            }
        )),
    ]
}

proptest::proptest! {
    /// Whatever comes back: it ends in time, a write is never repeated once it may have arrived, and
    /// the end never denies that it may have.
    #[test]
    fn no_write_is_doubled_and_every_call_ends(
        replies in proptest::collection::vec(any_reply(), 0..60),
        idempotent: bool,
        seed: u64,
    ) {
        let rules = Rules::patient();
        let (mut exchange, mut limiter) = (Exchange::new(rules, idempotent, seed), free());
        let (mut now, mut replies, mut arrived) = (start(), replies.into_iter(), false);
        let result = loop {
            match exchange.next(&mut limiter, now) {
                Next::Wait(until) => {
                    proptest::prop_assert!(until > now);
                    now = until;
                }
                Next::Send => {
                    proptest::prop_assert!(idempotent || !arrived);
                    let reply = replies.next().unwrap_or_else(|| answer(200, Verdict::Ok));
                    arrived |= match &reply {
                        Reply::Broken(broken) => broken.maybe_arrived,
                        Reply::Answer(_, verdict) => matches!(verdict, Verdict::Server { .. }),
                    };
                    exchange.on_reply(reply, &mut limiter, now);
                }
                Next::Done(result) => break result,
                Next::Nothing => panic!("stuck"),
            }
        };
        let most = rules.total + rules.longest_wait;
        proptest::prop_assert!(now.duration_since(start()) <= most);
        if let Err(error) = result {
            proptest::prop_assert_eq!(error.maybe_arrived(), arrived);
        }
    }
}
