//! The loopback server: puts any [`Fake`] on a real socket, with latency, rate limit and faults.
//!
//! What a vendor answers is the fake's, which fault strikes when is `faults`'s, counting is `rate`'s.
//! The clock comes in as a closure. Nothing but loopback addresses is ever listened on.

pub mod connection;

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::connection::{Door, Line};
use super::faults::{Fault, Faults, Vendor, proxy_page};
use super::rate::{Limiter, Rate, RetryAfter, refusal};
use super::{Fake, Received};
use crate::http::HttpResponse;

/// Larger requests are refused with 413; the largest real one is an avatar of 15 MB.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// A server may run for days: only the newest requests are kept for [`Running::log`].
const LOG_LIMIT: usize = 10_000;

/// Where the server's time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How the server listens and misbehaves.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; anything but a loopback address is refused.
    pub address: IpAddr,
    /// The port, 0 for any free one.
    pub port: u16,
    /// The delay before every answer. Requests on several connections wait side by side.
    pub latency: Duration,
    /// What the `slow` fault adds to it.
    pub slow: Duration,
    /// The rate limit, where there is one.
    pub rate: Option<Rate>,
    /// What a 429 says about coming back.
    pub retry_after: RetryAfter,
    /// What goes wrong.
    pub faults: Faults,
    /// Whose words errors are in that do not come from the fake.
    pub vendor: Vendor,
    /// The time.
    pub clock: Clock,
}

impl Options {
    /// 127.0.0.1 on any free port, prompt, unlimited and without faults; `slow` is two seconds and
    /// a 429 carries no Retry-After, as both vendors document none.
    pub fn new(vendor: Vendor, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            latency: Duration::ZERO,
            slow: Duration::from_secs(2),
            rate: None,
            retry_after: RetryAfter::Off,
            faults: Faults::none(),
            vendor,
            clock: Arc::new(clock),
        }
    }
}

/// One request as the server settled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its number, from 1 in the order of arrival.
    pub number: u64,
    /// The method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// The status answered; `None` where the connection was dropped or left hanging.
    pub status: Option<u16>,
    /// The fault that struck, where one did.
    pub fault: Option<Fault>,
}

/// Lets a test keep a hold on the fake that a server owns.
impl<F: Fake> Fake for Arc<Mutex<F>> {
    fn answer(&mut self, request: &Received, now: Timestamp) -> HttpResponse {
        lock(self).answer(request, now)
    }
}

struct Core {
    fake: Box<dyn Fake>,
    limiter: Option<Limiter>,
    requests: u64,
    log: VecDeque<Logged>,
}

struct Shared {
    core: Mutex<Core>,
    options: Options,
    stop: watch::Sender<bool>,
}

/// A running server. Dropping it stops it.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

impl Running {
    /// The server's root, without a slash at the end: `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// How many requests have arrived whole.
    pub fn requests(&self) -> u64 {
        lock(&self.shared.core).requests
    }

    /// The newest requests (10,000 at most), oldest first, in the order in which they were settled.
    pub fn log(&self) -> Vec<Logged> {
        lock(&self.shared.core).log.iter().cloned().collect()
    }

    /// Stops listening and ends every connection, hanging ones included.
    pub async fn stop(self) {
        self.end();
        // Every connection holds a receiver until it is gone. The limit is for one that is stuck in
        // the fake; it ends with the runtime.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.shared.stop.closed()).await;
    }

    fn end(&self) {
        self.shared.stop.send_replace(true);
        self.serving.abort();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Serves a fake until the returned handle is stopped or dropped.
///
/// # Errors
/// An address that is not loopback, or one that can not be listened on; the message names it.
pub async fn start(fake: Box<dyn Fake>, options: Options) -> io::Result<Running> {
    let wanted = SocketAddr::new(options.address, options.port);
    if !options.address.is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "the sandbox listens on loopback only (127.0.0.1), not on {}",
                options.address
            ),
        ));
    }
    let listener = TcpListener::bind(wanted).await.map_err(|error| {
        let advice = "choose another port, or 0 for any free one";
        io::Error::new(
            error.kind(),
            format!("can not listen on {wanted}: {error}; {advice}"),
        )
    })?;
    let addr = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let core = Core {
        fake,
        limiter: options.rate.map(Limiter::new),
        requests: 0,
        log: VecDeque::new(),
    };
    let shared = Arc::new(Shared {
        core: Mutex::new(core),
        options,
        stop,
    });
    let service = Router::new()
        .fallback(handle)
        .with_state(Arc::clone(&shared))
        .into_make_service_with_connect_info::<Line>();
    let door = Door::new(listener, stopped);
    let serving = tokio::spawn(async move {
        // axum's accept loop retries by itself and never returns an error.
        let _ = axum::serve(door, service).await;
    });
    Ok(Running {
        addr,
        shared,
        serving,
    })
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let Some(received) = read(request).await else {
        return response(shared.options.vendor.error(413));
    };
    let number = {
        let mut core = lock(&shared.core);
        core.requests += 1;
        core.requests
    };
    let fault = shared.options.faults.pick(number);
    let delay = match fault {
        Some(Fault::Slow) => shared.options.latency + shared.options.slow,
        _ => shared.options.latency,
    };
    if !delay.is_zero()
        && unless_stopped(&shared, tokio::time::sleep(delay))
            .await
            .is_none()
    {
        line.reset();
        return response(proxy_page());
    }
    let answer = settle(&shared, &received, number, fault);
    match (answer, fault) {
        (Some(answer), Some(Fault::Truncate)) => {
            // Of no body, no half can be missing.
            match answer.body.len() {
                0 => line.reset(),
                whole => line.truncate(whole / 2),
            }
            response(answer)
        }
        (Some(answer), _) => response(answer),
        (None, fault) => {
            if fault == Some(Fault::Hang) {
                let _ = unless_stopped(&shared, std::future::pending::<()>()).await;
            }
            line.reset();
            response(proxy_page())
        }
    }
}

/// Decides and logs one answer; `None` where there is to be none.
fn settle(
    shared: &Shared,
    received: &Received,
    number: u64,
    fault: Option<Fault>,
) -> Option<HttpResponse> {
    let options = &shared.options;
    let now = (options.clock)();
    let mut core = lock(&shared.core);
    let answer = match fault {
        Some(Fault::ResetBefore | Fault::Hang) => None,
        Some(Fault::Html) => Some(proxy_page()),
        Some(Fault::Status(429)) => Some(refusal(options.vendor, options.retry_after, 1, now)),
        Some(Fault::Status(status)) => Some(options.vendor.error(status)),
        _ => match core
            .limiter
            .as_mut()
            .map_or(Ok(()), |limiter| limiter.take(now))
        {
            Err(wait) => Some(refusal(options.vendor, options.retry_after, wait, now)),
            Ok(()) => {
                let answer = core.fake.answer(received, now);
                match fault {
                    Some(Fault::ResetAfter) => None,
                    Some(Fault::StatusAfter(status)) => Some(options.vendor.error(status)),
                    _ => Some(answer),
                }
            }
        },
    };
    if core.log.len() == LOG_LIMIT {
        core.log.pop_front();
    }
    core.log.push_back(Logged {
        number,
        method: received.method.clone(),
        target: received.target.clone(),
        status: answer.as_ref().map(|answer| answer.status),
        fault,
    });
    answer
}

async fn read(request: Request) -> Option<Received> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await.ok()?;
    Some(Received {
        method: head.method.as_str().to_string(),
        target: head.uri.path_and_query().map_or_else(
            || head.uri.to_string(),
            |target| target.as_str().to_string(),
        ),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_string(), value)
            })
            .collect(),
        body: body.to_vec(),
    })
}

fn response(answer: HttpResponse) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// What the future gives, or `None` where the server stops first.
async fn unless_stopped<F: Future>(shared: &Shared, future: F) -> Option<F::Output> {
    let mut stop = shared.stop.subscribe();
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => None,
        out = future => Some(out),
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in one request must not take the whole practice server down.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
