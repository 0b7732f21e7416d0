//! Limiter laws and tables, all on virtual time.

use proptest::prelude::*;

use super::*;

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn after(ms: i64) -> Timestamp {
    later(start(), SignedDuration::from_millis(ms))
}

fn pace(per_minute: u32, burst: u32) -> Pace {
    Pace::whole(per_minute, burst, 4)
}

/// Sends as fast as allowed for so long; the moments in milliseconds since the start.
fn run(limiter: &mut Limiter, from: Timestamp, ms: i64) -> Vec<i64> {
    let (mut now, mut out) = (from, Vec::new());
    let end = later(from, SignedDuration::from_millis(ms));
    while now < end {
        match limiter.take(now, Priority::Interactive) {
            Ok(()) => out.push(i64::try_from(now.duration_since(start()).as_millis()).unwrap()),
            Err(until) => {
                assert!(until > now, "a wait must lead forward");
                now = until;
            }
        }
    }
    out
}

/// The most within any 60 s.
fn most_in_a_minute(sent: &[i64]) -> usize {
    (0..sent.len())
        .map(|i| {
            sent[i..]
                .iter()
                .take_while(|t| **t < sent[i] + 60_000)
                .count()
        })
        .max()
        .unwrap_or(0)
}

#[test]
fn a_burst_leaves_at_once_then_evenly() {
    let mut limiter = Limiter::new(pace(60, 3));
    assert_eq!(
        run(&mut limiter, start(), 3_500),
        [0, 0, 0, 1_000, 2_000, 3_000]
    );
}

#[test]
fn a_told_limit_is_used_to_98_percent_and_never_passed() {
    for (per_minute, burst) in [(60, 1), (60, 10), (100, 100), (3, 2), (1, 1), (600, 20)] {
        let sent = run(&mut Limiter::new(pace(per_minute, burst)), start(), 600_000);
        assert!(most_in_a_minute(&sent) <= per_minute as usize);
        let share = sent.len() as f64 / f64::from(per_minute * 10);
        assert!(share >= 0.98, "{per_minute}/min used to {share}");
    }
}

/// A 429 to the request that left last.
fn refused(limiter: &mut Limiter, now: Timestamp, until: Timestamp) {
    let refusal = Refusal {
        number: limiter.sent(),
        left: now,
        until,
        told: Told::Moment,
    };
    limiter.throttled(now, refusal);
}

#[test]
fn without_a_limit_nothing_waits_until_a_429_teaches_one() {
    let mut limiter = Limiter::new(pace(0, 5));
    for _ in 0..501 {
        limiter.take(start(), Priority::Interactive).unwrap();
    }
    assert_eq!(limiter.per_minute(), None);
    // The end of a minute's window that the first request began.
    refused(&mut limiter, start(), after(60_100));
    assert_eq!(limiter.per_minute(), Some(500));
    let early = limiter.take(after(60_099), Priority::Interactive);
    assert_eq!(early, Err(after(60_100)));
    for _ in 0..500 {
        limiter.take(after(60_100), Priority::Interactive).unwrap();
    }
    let spent = limiter.take(after(60_100), Priority::Interactive);
    assert_eq!(spent, Err(after(60_100 + 60_250)));
}

#[test]
fn a_first_429_that_others_caused_does_not_strangle_an_account() {
    let mut limiter = Limiter::new(pace(0, 1));
    limiter.take(start(), Priority::Interactive).unwrap();
    refused(&mut limiter, start(), after(30_000));
    assert_eq!(limiter.per_minute(), None);
    for _ in 0..100 {
        limiter.take(after(30_000), Priority::Interactive).unwrap();
    }
}

#[test]
fn a_start_doubles_while_it_is_not_enough_up_to_the_ceiling() {
    let mut limiter = Limiter::new(Pace {
        ceiling: 1_200,
        ..pace(120, 1)
    });
    assert_eq!(limiter.per_minute(), Some(120));
    let sent = run(&mut limiter, start(), 60_000);
    let within = |from, to| sent.iter().filter(|t| (from..to).contains(*t)).count();
    assert!(within(0, 1_000) <= 6, "{}", within(0, 1_000));
    assert!((19..=21).contains(&within(10_000, 11_000)));
    assert!(most_in_a_minute(&sent) <= 1_200);
    assert_eq!(limiter.per_minute(), Some(1_200));
}

#[test]
fn a_start_that_is_enough_is_kept() {
    let mut limiter = Limiter::new(Pace {
        ceiling: 0,
        ..pace(120, 5)
    });
    for second in 0..100 {
        limiter
            .take(after(second * 1_000), Priority::Interactive)
            .unwrap();
    }
    assert_eq!(limiter.per_minute(), Some(120));
}

#[test]
fn answers_to_one_volley_halve_once_and_recovery_is_slow() {
    let mut limiter = Limiter::new(pace(120, 10));
    for _ in 0..4 {
        refused(&mut limiter, start(), after(20_000));
    }
    assert_eq!(limiter.per_minute(), Some(60));
    limiter.take(after(29_999), Priority::Interactive).unwrap();
    assert_eq!(limiter.per_minute(), Some(60));
    limiter.take(after(30_000), Priority::Interactive).unwrap();
    assert_eq!(limiter.per_minute(), Some(66));
    limiter.take(after(130_000), Priority::Interactive).unwrap();
    assert_eq!(limiter.per_minute(), Some(120));
}

#[test]
fn background_calls_leave_their_colleagues_share_and_others_may_use_it() {
    let mut limiter = Limiter::new(Pace {
        share: 50,
        ..pace(60, 1)
    });
    assert_eq!(limiter.per_minute(), Some(60));
    assert_eq!(limiter.background_per_minute(), Some(30));
    let (mut background, mut interactive) = (0, 0);
    for ms in 0..600_000 {
        if limiter.take(after(ms), Priority::Background).is_ok() {
            background += 1;
        }
        // Somebody works through the last minute.
        if ms > 540_000 && limiter.take(after(ms), Priority::Interactive).is_ok() {
            interactive += 1;
        }
    }
    assert!((290..=300).contains(&background), "{background}");
    assert!((30..=60).contains(&interactive), "{interactive}");
}

#[test]
fn a_limit_is_divided_and_nothing_leaves_at_once_before_that_is_known() {
    let mut limiter = Limiter::new(pace(60, 6));
    limiter.expect_others();
    assert_eq!(run(&mut limiter, start(), 1_500), [0, 0, 1_000]);
    let hear = SignedDuration::from_secs(2);
    limiter.divide(after(1_500), 3, hear);
    let early = limiter.take(after(1_500), Priority::Background);
    assert_eq!(early, Err(after(3_500)));
    assert_eq!(limiter.per_minute(), Some(20));
    let sent = run(&mut limiter, after(120_000), 600_000);
    assert_eq!(sent[..3], [120_000, 120_000, 123_000]);
    assert!(most_in_a_minute(&sent) <= 20);
    limiter.divide(after(720_000), 0, hear);
    assert_eq!(limiter.per_minute(), Some(60));
}

#[test]
fn slower_and_faster_stay_inside_the_limit() {
    let mut limiter = Limiter::new(Pace {
        share: 50,
        ..pace(100, 1)
    });
    assert!(limiter.slower(0.0));
    assert_eq!(limiter.background_per_minute(), Some(35));
    for _ in 0..4 {
        assert!(limiter.slower(0.0));
    }
    assert!(!limiter.slower(0.0));
    assert_eq!(
        (limiter.share(), limiter.background_per_minute()),
        (5, Some(5))
    );
    while limiter.faster() {}
    assert_eq!(limiter.background_per_minute(), Some(100));
    assert_eq!(limiter.concurrency(), 16);
    assert!(most_in_a_minute(&run(&mut limiter, start(), 300_000)) <= 100);
}

#[test]
fn slower_without_a_limit_is_slower_than_what_was_measured() {
    let mut limiter = Limiter::new(pace(0, 1));
    assert!(limiter.slower(1_000.0));
    assert_eq!(limiter.background_per_minute(), Some(800));
    assert!(limiter.slower(800.0));
    assert_eq!(limiter.background_per_minute(), Some(650));
    assert_eq!(limiter.per_minute(), None);
    limiter.take(start(), Priority::Background).unwrap();
    limiter.take(start(), Priority::Background).unwrap_err();
    limiter.take(start(), Priority::Interactive).unwrap();
    assert!(limiter.faster() && limiter.faster());
    assert_eq!(limiter.background_per_minute(), None);
    limiter.take(start(), Priority::Background).unwrap();
}

#[test]
fn the_longest_hold_counts() {
    let mut limiter = Limiter::new(pace(60, 1));
    limiter.hold(after(9_000));
    limiter.hold(after(2_000));
    assert_eq!(
        limiter.take(start(), Priority::Interactive),
        Err(after(9_000))
    );
    assert_eq!(limiter.take(after(9_000), Priority::Interactive), Ok(()));
}

#[test]
fn a_clock_set_back_keeps_the_distances() {
    let mut limiter = Limiter::new(pace(60, 1));
    limiter
        .take(after(3_600_000), Priority::Interactive)
        .unwrap();
    limiter.hold(after(3_605_000));
    assert_eq!(
        limiter.take(start(), Priority::Interactive),
        Err(after(5_000))
    );
    assert_eq!(limiter.take(after(5_000), Priority::Interactive), Ok(()));
}

proptest! {
    /// Whatever is asked when, no minute sees more than the limit, and a burst no more than allowed.
    #[test]
    fn never_more_than_the_limit_through_any_window(
        per_minute in 1_u32..50,
        burst in 0_u32..60,
        steps in proptest::collection::vec((0_i64..8_000, 0_u8..20), 1..300),
    ) {
        let mut limiter = Limiter::new(pace(per_minute, burst));
        let (mut ms, mut sent) = (0, Vec::new());
        for (advance, event) in steps {
            ms += advance;
            match event {
                0 => refused(&mut limiter, after(ms), after(ms + advance)),
                1 => limiter.hold(after(ms + advance)),
                _ => {
                    if let Ok(()) = limiter.take(after(ms), Priority::Interactive) {
                        sent.push(ms);
                    }
                }
            }
        }
        prop_assert!(most_in_a_minute(&sent) <= per_minute as usize);
        let volley = sent.chunk_by(|a, b| a == b).map(<[i64]>::len).max().unwrap_or(0);
        prop_assert!(volley <= burst.max(1) as usize);
    }

    /// Waiting as told always ends in sending.
    #[test]
    fn waits_end(per_minute in 0_u32..5000, burst in 0_u32..60, hold in 0_i64..100_000) {
        let mut limiter = Limiter::new(pace(per_minute, burst));
        refused(&mut limiter, start(), after(hold));
        let mut now = start();
        for _ in 0..200 {
            match limiter.take(now, Priority::Interactive) {
                Ok(()) => now = later(now, SignedDuration::from_millis(1)),
                Err(until) => {
                    prop_assert!(until > now);
                    now = until;
                }
            }
        }
        prop_assert!(now < after(hold + 200 * 60_000));
    }
}
