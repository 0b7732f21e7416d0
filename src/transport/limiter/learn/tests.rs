//! Servers that tell no limit, played against the limiter on virtual time: how much of what they would admit is
//! used, and how many requests they refuse.
//!
//! The servers, the job and the measure are those of a bulk run: calls of a fixed length, so many under way, each
//! sent again when it was refused. Efficiency is the least time that the limit allows over the time taken.

use std::collections::BinaryHeap;

use super::super::*;

/// How a server counts.
#[derive(Debug, Clone)]
enum Server {
    /// So many in a window of so many seconds, opened by the first request.
    Window {
        most: u32,
        span: f64,
        opened: Option<f64>,
        used: u32,
    },
    /// So many a second, and so many saved up.
    Bucket {
        rate: f64,
        holds: f64,
        level: f64,
        at: f64,
    },
    /// So many in any so many seconds.
    Sliding {
        most: usize,
        span: f64,
        log: Vec<f64>,
    },
}

fn window(most: u32, span: f64) -> Server {
    Server::Window {
        most,
        span,
        opened: None,
        used: 0,
    }
}

fn bucket(rate: f64, holds: f64) -> Server {
    Server::Bucket {
        rate,
        holds,
        level: holds,
        at: 0.0,
    }
}

impl Server {
    /// Admits one, or tells the seconds to wait.
    fn ask(&mut self, t: f64) -> Result<(), f64> {
        match self {
            Self::Window {
                most,
                span,
                opened,
                used,
            } => {
                let since = opened.get_or_insert(t);
                if t >= *since + *span {
                    *since += *span * ((t - *since) / *span).floor();
                    *used = 0;
                }
                if *used < *most {
                    *used += 1;
                    return Ok(());
                }
                Err(*since + *span - t)
            }
            Self::Bucket {
                rate,
                holds,
                level,
                at,
            } => {
                *level = (*level + (t - *at) * *rate).min(*holds);
                *at = t;
                if *level >= 1.0 {
                    *level -= 1.0;
                    return Ok(());
                }
                Err((1.0 - *level) / *rate)
            }
            Self::Sliding { most, span, log } => {
                log.retain(|sent| *sent > t - *span);
                if log.len() < *most {
                    log.push(t);
                    return Ok(());
                }
                Err(log[0] + *span - t)
            }
        }
    }

    /// The least seconds for so many requests.
    fn least(&self, requests: u32, width: u32, trip: f64) -> f64 {
        let work = f64::from(requests.div_ceil(width)) * trip;
        match self {
            Self::Window { most, span, .. } => {
                work.max(f64::from(requests.div_ceil(*most) - 1) * span + trip)
            }
            Self::Bucket { rate, holds, .. } => {
                work.max((f64::from(requests) - holds) / rate + trip)
            }
            Self::Sliding { most, span, .. } => {
                work.max(f64::from(requests) / *most as f64 * span - span + trip)
            }
        }
    }
}

/// What a refusal says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Seconds,
    Date,
    Nothing,
}

struct Job {
    requests: u32,
    width: u32,
    trip: f64,
    /// How long a refusal takes.
    refusal: f64,
    says: Says,
    /// Requests a second that a colleague sends as well.
    colleague: f64,
}

const JOB: Job = Job {
    requests: 1_200,
    width: 16,
    trip: 0.05,
    refusal: 0.005,
    says: Says::Seconds,
    colleague: 0.0,
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Event {
    Colleague,
    Arrives { number: u64, left: f64 },
    Admitted { number: u64, left: f64 },
    Refused { number: u64, left: f64, wait: f64 },
}

/// Sorted by time, earliest first, then by order of making.
struct At(f64, u64, Event);

impl PartialEq for At {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for At {}

impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for At {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.total_cmp(&self.0).then(other.1.cmp(&self.1))
    }
}

/// Numbers from 0 to 1, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(u32::MAX >> 1)
    }
}

#[derive(Debug, Clone, Copy)]
struct Measured {
    efficiency: f64,
    refused: u32,
    percent: f64,
}

fn play(server: &Server, pace: Pace, job: &Job, seed: u64) -> Measured {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    // The clock's own second matters to dates and full minutes.
    let origin: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let origin = later(origin, SignedDuration::from_secs_f64(60.0 * dice.roll()));
    let stamp = |t: f64| later(origin, SignedDuration::from_secs_f64(t));
    let mut limiter = Limiter::new(pace);
    limiter.set_concurrency(job.width);
    let (mut server, model) = (server.clone(), server.clone());
    let mut events: BinaryHeap<At> = BinaryHeap::new();
    let (mut made, mut t, mut end) = (0, 0.0_f64, 0.0_f64);
    let (mut open, mut under_way, mut done, mut sent, mut refused) = (job.requests, 0, 0, 0, 0);
    let mut push = |events: &mut BinaryHeap<At>, t: f64, event| {
        made += 1;
        events.push(At(t, made, event));
    };
    if job.colleague > 0.0 {
        push(&mut events, 1.0, Event::Colleague);
    }
    while done < job.requests {
        assert!(
            sent < 20 * job.requests && t < 10_000.0,
            "stuck: {limiter:?}"
        );
        let mut wakes = None;
        while open > 0 && under_way < job.width {
            match limiter.take(stamp(t), Priority::Background) {
                Ok(()) => {
                    (open, under_way, sent) = (open - 1, under_way + 1, sent + 1);
                    let arrives = Event::Arrives {
                        number: limiter.sent(),
                        left: t,
                    };
                    push(&mut events, t + 0.0002 + 0.0006 * dice.roll(), arrives);
                }
                Err(until) => {
                    // A runtime's sleep ends at a full millisecond, or the next.
                    let due = seconds(origin, until).max(t);
                    wakes = Some((due * 1_000.0).ceil() / 1_000.0 + 0.001 * dice.roll());
                    break;
                }
            }
        }
        let next = events.peek().map_or(f64::INFINITY, |at| at.0);
        if wakes.is_some_and(|wakes| wakes < next) {
            t = wakes.unwrap();
            continue;
        }
        let At(when, _, event) = events.pop().expect("somebody waits for nothing");
        t = t.max(when);
        match event {
            Event::Colleague => {
                let _ = server.ask(t);
                let next = t + (0.5 + dice.roll()) / job.colleague;
                push(&mut events, next, Event::Colleague);
            }
            Event::Arrives { number, left } => match server.ask(t) {
                Ok(()) => {
                    end = end.max(t + job.trip);
                    let admitted = Event::Admitted { number, left };
                    push(&mut events, t + job.trip, admitted);
                }
                Err(wait) => {
                    let refused = Event::Refused { number, left, wait };
                    push(&mut events, t + job.refusal, refused);
                }
            },
            Event::Admitted { number, left } => {
                (under_way, done) = (under_way - 1, done + 1);
                limiter.admitted(number, stamp(left), stamp(t));
            }
            Event::Refused { number, left, wait } => {
                (under_way, open, refused) = (under_way - 1, open + 1, refused + 1);
                let told = match job.says {
                    Says::Seconds => stamp(t + wait.ceil().max(1.0)),
                    Says::Date => {
                        let at = stamp(t + wait).as_second() + 1;
                        Timestamp::from_second(at).unwrap()
                    }
                    Says::Nothing => stamp(t + 0.4),
                };
                let until = later(
                    told,
                    SignedDuration::from_secs_f64(0.05 + 0.15 * dice.roll()),
                );
                let refusal = Refusal {
                    number,
                    left: stamp(left),
                    until,
                    told: match job.says {
                        Says::Nothing => Told::Nothing,
                        _ => Told::Moment,
                    },
                };
                limiter.throttled(stamp(t), refusal);
            }
        }
    }
    Measured {
        efficiency: model.least(job.requests, job.width, job.trip) / end,
        refused,
        percent: f64::from(refused) * 100.0 / f64::from(sent),
    }
}

/// A pace of which only the vendor's start is known.
fn unknown(per_minute: u32) -> Pace {
    Pace {
        per_minute,
        ceiling: 0,
        burst: 5,
        concurrency: 16,
        share: 100,
    }
}

/// The worst of some seeds.
fn worst(name: &str, server: &Server, job: &Job) -> Measured {
    worst_from(120, name, server, job)
}

fn worst_from(start: u32, name: &str, server: &Server, job: &Job) -> Measured {
    let all: Vec<Measured> = (1..=12)
        .map(|seed| play(server, unknown(start), job, seed))
        .collect();
    let worst = Measured {
        efficiency: all
            .iter()
            .map(|m| m.efficiency)
            .fold(f64::INFINITY, f64::min),
        refused: all.iter().map(|m| m.refused).max().unwrap(),
        percent: all.iter().map(|m| m.percent).fold(0.0, f64::max),
    };
    println!("{name}: {worst:?}");
    worst
}

/// The budget: 0.95 of what the limit allows, with one request in a hundred refused at most, in a run of two minutes.
#[test]
fn a_limit_that_nobody_told_is_used_to_95_percent_with_one_percent_refused() {
    for (name, server, says) in [
        ("window", window(600, 60.0), Says::Seconds),
        ("window, date", window(600, 60.0), Says::Date),
        ("window, mute", window(600, 60.0), Says::Nothing),
        ("bucket", bucket(10.0, 20.0), Says::Seconds),
        ("bucket, date", bucket(10.0, 20.0), Says::Date),
        ("bucket, mute", bucket(10.0, 20.0), Says::Nothing),
    ] {
        for start in [0, 120, 240] {
            let got = worst_from(start, name, &server, &Job { says, ..JOB });
            assert!(got.efficiency >= 0.95, "{name} from {start}: {got:?}");
            assert!(got.percent <= 1.0, "{name} from {start}: {got:?}");
        }
    }
}

#[test]
fn other_limits_and_lines_are_found_as_well() {
    for (name, server, job, least, most) in [
        (
            "half the work",
            bucket(10.0, 20.0),
            Job {
                requests: 600,
                ..JOB
            },
            0.93,
            1.2,
        ),
        ("a slow bucket", bucket(2.0, 5.0), JOB, 0.95, 1.0),
        ("a fast bucket", bucket(20.0, 20.0), JOB, 0.8, 1.0),
        ("a small window", window(60, 60.0), JOB, 0.95, 1.0),
        ("windows of a second", window(10, 1.0), JOB, 0.6, 1.5),
        (
            "a sliding window",
            Server::Sliding {
                most: 600,
                span: 60.0,
                log: vec![],
            },
            JOB,
            0.5,
            1.0,
        ),
        (
            "refused slowly",
            bucket(10.0, 20.0),
            Job {
                refusal: 0.2,
                trip: 0.2,
                width: 4,
                ..JOB
            },
            0.95,
            1.0,
        ),
        (
            "few at once",
            window(600, 60.0),
            Job {
                trip: 0.3,
                width: 2,
                ..JOB
            },
            0.95,
            0.5,
        ),
        (
            "a colleague",
            bucket(10.0, 20.0),
            Job {
                colleague: 2.0,
                ..JOB
            },
            0.7,
            1.5,
        ),
        (
            "a colleague in windows",
            window(600, 60.0),
            Job {
                colleague: 2.0,
                ..JOB
            },
            0.49,
            1.0,
        ),
    ] {
        let got = worst(name, &server, &job);
        assert!(
            got.efficiency >= least && got.percent <= most,
            "{name}: {got:?}"
        );
    }
}

/// The budget for a limit that was told: 0.98 of it, with nothing refused, however the server counts.
#[test]
fn a_told_limit_is_used_to_98_percent_with_nothing_refused() {
    // What a rate of 600/min becomes: a second and a half's worth at once.
    let told = Pace::whole(600, 15, 16);
    let half = Job {
        requests: 624,
        ..JOB
    };
    for (name, server, job) in [
        ("read and write, bucket", bucket(10.0, 20.0), &JOB),
        ("lists and writes, bucket", bucket(10.0, 20.0), &half),
        ("lists and writes, window", window(600, 60.0), &half),
    ] {
        for seed in 1..=8 {
            let got = play(&server, told, job, seed);
            assert_eq!(got.refused, 0, "{name}");
            assert!(got.efficiency >= 0.98, "{name}: {got:?}");
        }
    }
}
