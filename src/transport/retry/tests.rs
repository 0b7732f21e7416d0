//! The decision table, row by row.

use super::*;

fn now() -> Timestamp {
    "2026-11-21T12:00:07Z".parse().unwrap()
}

fn standing(failures: u32, idempotent: bool) -> Standing {
    Standing {
        failures,
        throttles: 0,
        idempotent,
        since: now(),
        seed: 7,
    }
}

fn broken(kind: BrokenKind, maybe_arrived: bool) -> Broken {
    Broken {
        kind,
        maybe_arrived,
        message: "x".into(),
    }
}

fn throttled(retry_after: Option<&str>, minute_window: bool) -> Verdict {
    Verdict::Throttled {
        retry_after: retry_after.map(Into::into),
        minute_window,
    }
}

fn server(status: u16) -> Verdict {
    Verdict::Server {
        status,
        message: "x".into(),
    }
}

/// Seconds until the next attempt, or why there is none.
fn decided(outcome: Outcome<'_>, standing: &Standing) -> Result<f64, GiveUp> {
    decided_by(&Rules::interactive(), outcome, standing)
}

fn decided_by(rules: &Rules, outcome: Outcome<'_>, standing: &Standing) -> Result<f64, GiveUp> {
    match decide(rules, outcome, standing, now()) {
        Decision::Again { at } => Ok(at.duration_since(now()).as_secs_f64()),
        Decision::GiveUp(why) => Err(why),
    }
}

#[test]
fn only_idempotent_or_undelivered_calls_are_sent_again() {
    use BrokenKind::*;
    let rows = [
        // kind, may have arrived, idempotent, sent again
        (Dns, false, false, Ok(())),
        (Connect, false, false, Ok(())),
        (Timeout, false, false, Ok(())),
        (Timeout, true, true, Ok(())),
        (Timeout, true, false, Err(GiveUp::MayHaveArrived)),
        (Reset, true, true, Ok(())),
        (Reset, true, false, Err(GiveUp::MayHaveArrived)),
        (Tls, false, true, Err(GiveUp::Final)),
        (TooLarge, true, true, Err(GiveUp::Final)),
        (Redirect, true, true, Err(GiveUp::Final)),
        (Other, false, true, Err(GiveUp::Final)),
    ];
    for (kind, arrived, idempotent, expected) in rows {
        let broken = broken(kind, arrived);
        let standing = standing(1, idempotent);
        let got = decided_by(&Rules::patient(), Outcome::Broken(&broken), &standing).map(|_| ());
        assert_eq!(
            got, expected,
            "{kind:?} arrived={arrived} idempotent={idempotent}"
        );
    }
    for (status, idempotent, expected) in [
        (500, true, Ok(())),
        (503, true, Ok(())),
        (500, false, Err(GiveUp::MayHaveArrived)),
        (501, true, Err(GiveUp::Final)),
    ] {
        let verdict = server(status);
        let got = decided(Outcome::Answer(&verdict, None), &standing(1, idempotent)).map(|_| ());
        assert_eq!(got, expected, "{status} idempotent={idempotent}");
    }
}

#[test]
fn who_watches_is_not_made_to_wait_for_a_second_time_out() {
    for arrived in [false, true] {
        let broken = broken(BrokenKind::Timeout, arrived);
        let got = decided(Outcome::Broken(&broken), &standing(1, true));
        assert_eq!(got, Err(GiveUp::Attempts(1)));
    }
}

#[test]
fn refusals_are_final() {
    let message = || "x".to_string();
    for verdict in [
        Verdict::SignIn { message: message() },
        Verdict::Forbidden { message: message() },
        Verdict::NotFound { message: message() },
        Verdict::Rejected {
            message: message(),
            fields: vec![],
        },
        Verdict::Malformed { message: message() },
    ] {
        let got = decided(Outcome::Answer(&verdict, Some("1")), &standing(1, true));
        assert_eq!(got, Err(GiveUp::Final), "{verdict:?}");
    }
}

#[test]
fn a_429_waits_even_where_a_second_sending_would_count() {
    let within = |verdict: &Verdict, low: f64, high: f64| {
        let wait = decided(Outcome::Answer(verdict, None), &standing(0, false)).unwrap();
        assert!((low..=high).contains(&wait), "{verdict:?} waits {wait}");
    };
    within(&throttled(Some("40"), false), 40.0, 40.5);
    within(&throttled(Some("40"), true), 40.0, 40.5);
    within(
        &throttled(Some("Sat, 21 Nov 2026 12:00:30 GMT"), false),
        23.0,
        23.5,
    );
    within(
        &throttled(Some("Sat, 21 Nov 2026 11:00:30 GMT"), false),
        0.0,
        0.5,
    );
    within(&throttled(None, true), 53.0, 53.5);
    within(&throttled(None, false), 0.2, 0.4);
    within(&throttled(Some("soon"), true), 53.0, 53.5);
}

#[test]
fn waits_beyond_the_allowed_give_up_with_the_reason() {
    let verdict = throttled(Some("121"), false);
    let Err(why) = decided(Outcome::Answer(&verdict, None), &standing(0, true)) else {
        panic!("121 s were accepted");
    };
    let text = why.to_string();
    assert!(
        text.contains("wait until 2026-11-21 12:02:08 UTC, longer than the 2m"),
        "{text}"
    );
    let verdict = throttled(Some("60"), false);
    let long_since = Standing {
        since: "2026-11-21T11:58:00Z".parse().unwrap(),
        ..standing(0, true)
    };
    let got = decided(Outcome::Answer(&verdict, None), &long_since);
    assert!(matches!(got, Err(GiveUp::TotalTooLong { .. })), "{got:?}");
}

#[test]
fn attempts_are_counted_and_pauses_double() {
    let broken = broken(BrokenKind::Connect, false);
    let pause = |n| decided(Outcome::Broken(&broken), &standing(n, true));
    let (first, second) = (pause(1).unwrap(), pause(2).unwrap());
    assert!((0.2..=0.4).contains(&first), "{first}");
    assert!((0.4..=0.8).contains(&second), "{second}");
    assert_eq!(pause(3), Err(GiveUp::Attempts(3)));
    assert_eq!(pause(1), Ok(first), "the same seed, the same pause");
}

#[test]
fn a_server_failure_obeys_retry_after() {
    let verdict = server(503);
    let wait = decided(Outcome::Answer(&verdict, Some("20")), &standing(1, true)).unwrap();
    assert!((20.0..20.1).contains(&wait), "{wait}");
}

proptest::proptest! {
    #[test]
    fn a_pause_is_bounded(failures in 0_u32..2000, seed: u64) {
        let rules = Rules::patient();
        let pause = backoff(&rules, failures, seed);
        proptest::prop_assert!(pause >= rules.first_pause / 2 && pause <= rules.longest_pause);
        let minute = next_minute(now());
        let jitter = jitter(seed, minute).as_millis();
        proptest::prop_assert!((50..=500).contains(&jitter));
    }
}
