//! The sandbox over real loopback sockets: what a client's kernel sees when a fault strikes.
#![allow(
    clippy::unwrap_used,
    reason = "in a test's helper, too, a failing step fails the test"
)]

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cardex::http::HttpResponse;
use cardex::sandbox::faults::{Fault, Faults, Vendor};
use cardex::sandbox::rate::{Rate, RetryAfter};
use cardex::sandbox::server::{self, Options, Running};
use cardex::sandbox::{Fake, Received, seed};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Remembers what it was asked and answers with its size.
#[derive(Default)]
struct Echo {
    seen: Vec<Received>,
}

impl Fake for Echo {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        self.seen.push(request.clone());
        HttpResponse::text(
            200,
            "text/plain",
            &format!("{now} {}", "0123456789".repeat(10)),
        )
        .with_header("x-seen", &self.seen.len().to_string())
    }
}

fn noon() -> Timestamp {
    "2026-05-01T12:00:30Z".parse().unwrap()
}

fn options(faults: &str) -> Options {
    let mut options = Options::new(Vendor::Pabbly, noon);
    options.faults = Faults::parse(faults).unwrap();
    options
}

async fn serve(options: Options) -> (Running, Arc<Mutex<Echo>>) {
    let echo = Arc::new(Mutex::new(Echo::default()));
    let running = server::start(Box::new(Arc::clone(&echo)), options)
        .await
        .unwrap();
    (running, echo)
}

/// Sends one request and reads until the connection ends: the text so far and how it ended.
async fn exchange(addr: SocketAddr, request: &str) -> (String, Result<(), ErrorKind>) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    (
        String::from_utf8(bytes).unwrap(),
        end.map(|_| ()).map_err(|error| error.kind()),
    )
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn requests_reach_the_fake_raw() {
    let (running, echo) = serve(options("")).await;
    let body = "{\"a\":1}";
    let request = format!(
        "PUT /a%2Fb/?q=%2B+x&attributes[0][name]=e HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nX-One: 2\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (text, end) = exchange(running.addr, &request).await;
    assert_eq!(end, Ok(()));
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.contains("x-seen: 1\r\n"), "{text}");
    assert!(text.contains("\r\n\r\n2026-05-01T12:00:30Z 0123"), "{text}");
    for method in ["HEAD", "OPTIONS"] {
        let (text, _) = exchange(running.addr, &get("/").replace("GET", method)).await;
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    }

    let seen = echo.lock().unwrap().seen.clone();
    assert_eq!(seen[0].method, "PUT");
    assert_eq!(seen[0].target, "/a%2Fb/?q=%2B+x&attributes[0][name]=e");
    assert_eq!(seen[0].body, body.as_bytes());
    let ones: Vec<_> = seen[0]
        .headers
        .iter()
        .filter(|(n, _)| n == "x-one")
        .collect();
    assert_eq!(ones.len(), 2);
    assert_eq!(
        (seen[1].method.as_str(), seen[2].method.as_str()),
        ("HEAD", "OPTIONS")
    );
    assert_eq!(running.requests(), 3);
    running.stop().await;
}

#[tokio::test]
async fn each_fault_looks_real_on_the_socket_and_applies_or_not() {
    let spec = "reset-before@1,reset-after@2,truncate@3,html@4,500@5,500-after@6,401@7";
    let (running, echo) = serve(options(spec)).await;
    let mut seen = Vec::new();
    let mut ends = Vec::new();
    for n in 1..=8 {
        ends.push(exchange(running.addr, &get(&format!("/{n}"))).await);
        seen.push(echo.lock().unwrap().seen.len());
    }
    assert_eq!(seen, [0, 1, 2, 2, 2, 3, 3, 4]);
    for reset in [&ends[0], &ends[1]] {
        assert_eq!(*reset, (String::new(), Err(ErrorKind::ConnectionReset)));
    }
    let whole = &ends[7].0;
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    let (cut_head, cut_body) = ends[2].0.split_once("\r\n\r\n").unwrap();
    assert!(
        cut_head.contains(&format!("content-length: {}", body.len())),
        "{cut_head}"
    );
    assert_eq!(cut_body, &body[..body.len() / 2]);
    assert_eq!(ends[2].1, Ok(()));
    assert!(ends[3].0.starts_with("HTTP/1.1 502 ") && ends[3].0.contains("<html>"));
    assert!(
        ends[4]
            .0
            .ends_with(r#"{"success":false,"error":"Internal Server Error"}"#)
    );
    assert!(ends[5].0.starts_with("HTTP/1.1 500 "));
    assert!(ends[6].0.starts_with("HTTP/1.1 401 "));

    let statuses: Vec<_> = running.log().iter().map(|l| (l.number, l.status)).collect();
    let expected = [
        None,
        None,
        Some(200),
        Some(502),
        Some(500),
        Some(500),
        Some(401),
        Some(200),
    ];
    assert_eq!(statuses, (1..).zip(expected).collect::<Vec<_>>());
    assert_eq!(running.log()[1].fault, Some(Fault::ResetAfter));
    running.stop().await;
}

#[tokio::test]
async fn a_hanging_request_ends_with_the_server_and_idle_connections_too() {
    let (running, echo) = serve(options("hang@1")).await;
    let addr = running.addr;
    let mut idle = TcpStream::connect(addr).await.unwrap();
    let hanging = tokio::spawn(async move { exchange(addr, &get("/")).await });
    while running.requests() == 0 {
        tokio::task::yield_now().await;
    }
    // The others are served meanwhile.
    let (text, _) = exchange(addr, &get("/")).await;
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    assert!(!hanging.is_finished());

    let before = Instant::now();
    running.stop().await;
    assert!(
        before.elapsed() < Duration::from_millis(900),
        "{:?}",
        before.elapsed()
    );
    let (text, _) = hanging.await.unwrap();
    assert_eq!(text, "");
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
    assert_eq!(
        TcpStream::connect(addr).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
    assert_eq!(echo.lock().unwrap().seen.len(), 1);
}

#[tokio::test]
async fn the_rate_limit_answers_in_the_vendors_words() {
    let mut limited = options("");
    limited.rate = Some(Rate::parse("2/min").unwrap());
    limited.vendor = Vendor::Chatwoot;
    let (running, echo) = serve(limited.clone()).await;
    let mut last = String::new();
    for _ in 0..3 {
        last = exchange(running.addr, &get("/")).await.0;
    }
    assert!(
        last.starts_with("HTTP/1.1 429 Too Many Requests\r\n"),
        "{last}"
    );
    assert!(last.contains("content-type: text/plain\r\n"), "{last}");
    assert!(last.ends_with("\r\n\r\nRetry later\n"), "{last}");
    assert!(!last.contains("retry-after"), "{last}");
    assert_eq!(echo.lock().unwrap().seen.len(), 2);
    drop(running);

    limited.vendor = Vendor::Pabbly;
    limited.retry_after = RetryAfter::Seconds;
    limited.rate = Some(Rate::parse("1/min").unwrap());
    let (running, _) = serve(limited).await;
    exchange(running.addr, &get("/")).await.1.unwrap();
    let (text, _) = exchange(running.addr, &get("/")).await;
    assert!(text.contains("retry-after: 30\r\n"), "{text}");
    running.stop().await;
}

#[tokio::test]
async fn latency_and_slowness_delay_the_answer() {
    let mut late = options("slow@2");
    late.latency = Duration::from_millis(20);
    late.slow = Duration::from_millis(40);
    let (running, _) = serve(late).await;
    for least in [20, 60] {
        let before = Instant::now();
        exchange(running.addr, &get("/")).await.1.unwrap();
        assert!(before.elapsed() >= Duration::from_millis(least));
    }
    running.stop().await;
}

#[tokio::test]
async fn only_free_loopback_addresses_are_listened_on() {
    let mut open = options("");
    open.address = "0.0.0.0".parse().unwrap();
    let refused = server::start(Box::new(Echo::default()), open)
        .await
        .err()
        .unwrap();
    assert_eq!(
        refused.to_string(),
        "the sandbox listens on loopback only (127.0.0.1), not on 0.0.0.0"
    );

    let (running, _) = serve(options("")).await;
    let mut taken = options("");
    taken.port = running.addr.port();
    let refused = server::start(Box::new(Echo::default()), taken)
        .await
        .err()
        .unwrap();
    assert_eq!(refused.kind(), ErrorKind::AddrInUse);
    let start = format!("can not listen on {}: ", running.addr);
    assert!(refused.to_string().starts_with(&start), "{refused}");
    running.stop().await;
}

#[tokio::test]
async fn a_seeded_account_applies_a_write_whose_answer_is_lost() {
    let fake = Arc::new(Mutex::new(seed::pabbly(&seed::people(30))));
    let options = options("reset-after@1");
    let running = server::start(Box::new(Arc::clone(&fake)), options)
        .await
        .unwrap();
    let id = fake.lock().unwrap().contacts()[0].id.clone();
    let body = r#"{"tags":["vip"]}"#;
    let request = format!(
        "PUT /api/v1/contacts/{id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        seed::KEY,
        body.len()
    );
    let lost = exchange(running.addr, &request).await;
    assert_eq!(lost, (String::new(), Err(ErrorKind::ConnectionReset)));
    assert_eq!(fake.lock().unwrap().contact(&id).unwrap().tags, ["vip"]);
    let (text, _) = exchange(running.addr, &request).await;
    assert!(
        text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains(r#""__v":2"#),
        "{text}"
    );
    running.stop().await;
}
