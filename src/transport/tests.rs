//! The lane on tokio's paused clock, with scripted attempts in place of the socket.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::http::Method;
use crate::secret::Secret;

fn lane(pace: Pace) -> Lane {
    let origin: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let began = tokio::time::Instant::now();
    let clock: Clock =
        Arc::new(move || origin + jiff::SignedDuration::try_from(began.elapsed()).unwrap());
    Lane::new(
        "support",
        Client::new(Limits::default()),
        Auth::bearer(Secret::new("tok-1").unwrap()),
        pace,
        Log::default(),
        clock,
        |_, answer| match answer.status {
            200 => Verdict::Ok,
            429 => Verdict::Throttled {
                retry_after: answer.header("retry-after").map(Into::into),
                minute_window: true,
            },
            401 => Verdict::SignIn {
                message: "unknown token tok-1".into(),
            },
            status => Verdict::Server {
                status,
                message: "oops".into(),
            },
        },
    )
}

fn pace(per_minute: u32, burst: u32, concurrency: u32) -> Pace {
    Pace::whole(per_minute, burst, concurrency)
}

fn request(path: &str) -> HttpRequest {
    HttpRequest::new(Method::Get, format!("https://h.example/{path}"))
}

fn answer(status: u16) -> HttpResponse {
    HttpResponse::text(status, "text/plain", "")
}

/// Sends through the lane with these answers, each after 100 ms.
async fn send(lane: &Lane, options: SendOptions, answers: Vec<HttpResponse>) -> ExchangeResult {
    let answers = Mutex::new(VecDeque::from(answers));
    let request = request("a?key=tok-1");
    lane.inner
        .drive(&request, options, || async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok(answers.lock().unwrap().pop_front().expect("not so often"))
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_and_the_log_tells_it_masked() {
    let lane = lane(pace(0, 1, 1));
    let throttled = answer(429).with_header("retry-after", "40");
    let began = tokio::time::Instant::now();
    let options = SendOptions::interactive(false);
    let result = send(&lane, options, vec![throttled, answer(200)]).await;
    assert_eq!(result, Ok(answer(200)));
    let took = began.elapsed().as_secs_f64();
    assert!((40.2..40.8).contains(&took), "{took}");
    let log = lane.inner.log.entries();
    let told: Vec<_> = log.iter().map(|e| (e.attempt, e.ended, e.millis)).collect();
    assert_eq!(
        told,
        [(1, Ended::Status(429), 100), (2, Ended::Status(200), 100)]
    );
    assert_eq!(log[0].url, "https://h.example/a?key=***");
    assert!(
        log[0].note.starts_with("too many requests; again in 40."),
        "{}",
        log[0].note
    );
    assert_eq!(log[1].note, "");
}

#[tokio::test(start_paused = true)]
async fn without_retry_after_the_full_minute_is_waited_for() {
    let lane = lane(pace(0, 10, 1));
    tokio::time::sleep(Duration::from_secs(13)).await;
    let began = tokio::time::Instant::now();
    let options = SendOptions::background(true);
    send(&lane, options, vec![answer(429), answer(200)])
        .await
        .unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!((47.0..47.7).contains(&took), "{took}");
    assert_eq!(lane.held_until(), None);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_comes_back_without_the_token_it_quotes() {
    let lane = lane(pace(0, 1, 1));
    let error = send(&lane, SendOptions::interactive(true), vec![answer(401)]).await;
    let error = error.unwrap_err();
    assert_eq!(error.to_string(), "sign-in refused: unknown token ***");
    assert!(!format!("{error:?} {:?} {:?}", lane, lane.inner.log).contains("tok-1"));
}

#[tokio::test(start_paused = true)]
async fn an_interactive_call_goes_before_waiting_background_calls() {
    let lane = lane(pace(60, 1, 2));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for (name, options) in [
        ("page 1", SendOptions::background(true)),
        ("page 2", SendOptions::background(true)),
        ("page 3", SendOptions::background(true)),
        ("save", SendOptions::interactive(false)),
        ("page 4", SendOptions::background(true)),
    ] {
        let (lane, order) = (lane.clone(), order.clone());
        tasks.push(tokio::spawn(async move {
            let request = request(name);
            let wire = || async {
                order.lock().unwrap().push(name);
                Ok(answer(200))
            };
            lane.inner.drive(&request, options, wire).await
        }));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(
        *order.lock().unwrap(),
        ["page 1", "save", "page 2", "page 3", "page 4"]
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_allowed_number_is_under_way_and_a_dropped_call_gives_its_place_back() {
    let lane = lane(pace(0, 1, 2));
    let under_way = Arc::new(Mutex::new((0, 0)));
    let task = |seconds: u64| {
        let (lane, under_way) = (lane.clone(), under_way.clone());
        tokio::spawn(async move {
            let wire = || async {
                {
                    let mut count = under_way.lock().unwrap();
                    count.0 += 1;
                    count.1 = count.1.max(count.0);
                }
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                under_way.lock().unwrap().0 -= 1;
                Ok(answer(200))
            };
            let request = request("a");
            lane.inner
                .drive(&request, SendOptions::background(true), wire)
                .await
        })
    };
    let began = tokio::time::Instant::now();
    let tasks: Vec<_> = (0..6).map(|_| task(1)).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(
        (under_way.lock().unwrap().1, began.elapsed().as_secs()),
        (2, 3)
    );
    // Two never end, one waits behind them; all three are dropped.
    let stuck = [task(9_999), task(9_999), task(9_999)];
    tokio::time::sleep(Duration::from_secs(1)).await;
    stuck.iter().for_each(tokio::task::JoinHandle::abort);
    let result = tokio::time::timeout(Duration::from_secs(5), task(1)).await;
    assert!(result.unwrap().unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_one_call_does_not_hold_the_others() {
    let lane = lane(pace(0, 1, 1));
    let slow = {
        let lane = lane.clone();
        let answers = vec![answer(500), answer(200)];
        tokio::spawn(async move { send(&lane, SendOptions::interactive(true), answers).await })
    };
    tokio::time::sleep(Duration::from_millis(101)).await;
    let began = tokio::time::Instant::now();
    send(&lane, SendOptions::background(true), vec![answer(200)])
        .await
        .unwrap();
    assert_eq!(began.elapsed().as_millis(), 100);
    slow.await.unwrap().unwrap();
}

#[test]
fn a_send_can_be_spawned() {
    fn spawnable<T: Send>(_: impl FnOnce(&Lane) -> T) {}
    spawnable(|lane| lane.clone().send_owned());
}

impl Lane {
    async fn send_owned(self) -> ExchangeResult {
        self.send(request("a"), SendOptions::interactive(true))
            .await
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_and_refused_is_counted_and_a_difference_can_be_taken() {
    let lane = lane(pace(0, 1, 2));
    assert_eq!(lane.pace_now().counts, Counts::default());
    let throttled = answer(429).with_header("retry-after", "1");
    let options = SendOptions::background(true);
    send(&lane, options, vec![throttled, answer(200)])
        .await
        .unwrap();
    let before = lane.counts();
    assert_eq!((before.requests, before.throttled), (2, 1));
    send(&lane, options, vec![answer(200)]).await.unwrap();
    let after = lane.counts().since(before);
    assert_eq!((after.requests, after.throttled), (1, 0));
    let now = lane.pace_now();
    assert_eq!(now.counts, lane.counts());
    assert_eq!((now.under_way, now.concurrency, now.share), (0, 2, 100));
    assert!(now.last_10s > 40.0, "{}", now.last_10s);
}

#[tokio::test(start_paused = true)]
async fn an_interactive_call_has_a_place_where_background_calls_took_all() {
    let lane = lane(pace(0, 1, 2));
    let hang = |options: SendOptions| {
        let lane = lane.clone();
        tokio::spawn(async move {
            let wire = || async {
                tokio::time::sleep(Duration::from_secs(1_000)).await;
                Ok(answer(200))
            };
            lane.inner.drive(&request("a"), options, wire).await
        })
    };
    let stuck: Vec<_> = (0..5)
        .map(|_| hang(SendOptions::background(true)))
        .collect();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(lane.pace_now().under_way, 2);
    let options = SendOptions::interactive(true);
    let answered = send(&lane, options, vec![answer(200)]);
    let answered = tokio::time::timeout(Duration::from_secs(1), answered).await;
    assert!(answered.unwrap().is_ok());
    // More at once, while they hang; and fewer again.
    lane.set_concurrency(4);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(lane.pace_now().under_way, 4);
    lane.set_concurrency(1);
    stuck[0].abort();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(lane.pace_now().under_way, 3);
}

#[tokio::test(start_paused = true)]
async fn slower_and_faster_reach_calls_that_wait_already() {
    let lane = lane(pace(60, 1, 4));
    while lane.slower() {}
    assert_eq!(lane.pace_now().allowed, Some(3));
    let call = || {
        let lane = lane.clone();
        let options = SendOptions::background(true);
        tokio::spawn(async move { send(&lane, options, vec![answer(200)]).await })
    };
    let calls: Vec<_> = (0..4).map(|_| call()).collect();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(lane.counts().requests, 1);
    while lane.faster() {}
    let began = tokio::time::Instant::now();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!(
        began.elapsed() < Duration::from_secs(25),
        "{:?}",
        began.elapsed()
    );
}

/// A place where lanes meet, in memory: who was there when, and how long they were told to wait.
type There = Arc<Mutex<Vec<(u32, Timestamp, Option<Timestamp>)>>>;

fn meeting(there: &There, process: u32) -> Meet {
    let there = there.clone();
    Arc::new(move |now, held, hear| {
        let mut there = there.lock().unwrap();
        there
            .retain(|(who, seen, _)| *who != process && now.duration_since(*seen) <= shared::LEASE);
        let held_until = there.iter().filter_map(|(_, _, held)| *held).max();
        there.push((process, now, held));
        hear(shared::Others {
            processes: u32::try_from(there.len()).unwrap(),
            held_until: held_until.filter(|until| *until > now),
        });
    })
}

/// Sends as many as it can, for so long; how many left.
async fn send_for(lane: &Lane, seconds: u64) -> u64 {
    let before = lane.counts();
    let work = async {
        loop {
            let options = SendOptions::background(true);
            send(lane, options, vec![answer(200)]).await.unwrap();
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(seconds), work).await;
    lane.counts().since(before).requests
}

#[tokio::test(start_paused = true)]
async fn two_processes_share_one_limit_and_what_one_leaves_falls_to_the_other() {
    let there = There::default();
    let one = lane(pace(120, 1, 1)).sharing(meeting(&there, 1));
    let two = lane(pace(120, 1, 1)).sharing(meeting(&there, 2));
    assert!((118..=121).contains(&send_for(&one, 60).await));
    // The first has used up the last minute's limit alone, and makes room for the second.
    let (by_one, by_two) = tokio::join!(send_for(&one, 60), send_for(&two, 60));
    assert!(by_one < by_two && by_two <= 61, "{by_one} {by_two}");
    let (by_one, by_two) = tokio::join!(send_for(&one, 120), send_for(&two, 120));
    assert!(
        (225..=245).contains(&(by_one + by_two)),
        "{by_one} {by_two}"
    );
    assert!(by_one.abs_diff(by_two) <= 20, "{by_one} {by_two}");
    assert_eq!(one.pace_now().processes, 2);
    assert_eq!(one.pace_now().allowed, Some(60));
    // The second is killed: it says nothing more.
    drop(two);
    let alone = send_for(&one, 120).await;
    assert!((210..=240).contains(&alone), "{alone}");
    assert_eq!(one.pace_now().processes, 1);
}

#[tokio::test(start_paused = true)]
async fn a_429_seen_by_one_process_holds_the_other() {
    let there = There::default();
    let one = lane(pace(600, 1, 1)).sharing(meeting(&there, 1));
    let two = lane(pace(600, 1, 1)).sharing(meeting(&there, 2));
    send_for(&two, 1).await;
    let refused = {
        let one = one.clone();
        let throttled = answer(429).with_header("retry-after", "30");
        let options = SendOptions::background(true);
        tokio::spawn(async move { send(&one, options, vec![throttled, answer(200)]).await })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    let sent = send_for(&two, 28).await;
    assert!(sent <= 15, "{sent}");
    assert!(two.held_until().is_some());
    refused.await.unwrap().unwrap();
    assert!(send_for(&two, 10).await > 20);
    // What is an hour away is heard from the server itself, with its words.
    let hour = answer(429).with_header("retry-after", "3600");
    let _ = send(&one, SendOptions::interactive(true), vec![hour]).await;
    let _ = send(&one, SendOptions::interactive(true), vec![]).await;
    assert!(one.held_until().is_some());
    assert!(send_for(&two, 10).await > 20);
}

/// The budget: 0.97 of what so many calls at once can do, where no limit is in the way.
#[tokio::test(start_paused = true)]
async fn the_lane_keeps_every_call_under_way_busy() {
    for (per_minute, width) in [
        (60_000, 8),
        (60_000, 16),
        (60_000, 32),
        (0, 8),
        (0, 16),
        (0, 32),
    ] {
        let lane = lane(pace(per_minute, 5, width));
        let began = tokio::time::Instant::now();
        // As a bulk run has it: many wait, each for two answers of 100 ms.
        let calls: Vec<_> = (0..1_000)
            .map(|_| {
                let lane = lane.clone();
                tokio::spawn(async move {
                    for _ in 0..2 {
                        let options = SendOptions::background(true);
                        send(&lane, options, vec![answer(200)]).await.unwrap();
                    }
                })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        let least = f64::from(2_000_u32.div_ceil(width)) * 0.1;
        let efficiency = least / began.elapsed().as_secs_f64();
        assert!(
            efficiency >= 0.97,
            "{per_minute}/min, {width} at once: {efficiency}"
        );
    }
}
