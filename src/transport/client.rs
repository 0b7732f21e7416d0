//! The socket: the only file that names the HTTP library.
//!
//! One request in, one whole answer or a [`Broken`] out. Certificates are checked against the
//! system's roots, plain http goes to loopback only, answers are limited in time and size, and the
//! token follows no redirect to another server. It never sends anything twice by itself (a
//! connection found dead before the first byte left is replaced), does not wait, and judges nothing.

use std::error::Error as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;
use url::Url;

use super::address::{self, Way, place, redirected, unsendable};
use super::auth::{Auth, Signed};
use super::exchange::{Broken, BrokenKind};
use super::wire::{self, Wire};
use crate::http::{HttpRequest, HttpResponse, Method};

/// Redirects followed on the same server.
const MOST_REDIRECTS: usize = 3;

/// Idle connections are closed before common servers do it, so that a write is not lost to one.
const IDLE: Duration = Duration::from_secs(30);

/// Limits of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// From the start to the last byte of the answer.
    pub total: Duration,
    /// Bytes of an answer's body, unpacked.
    pub body: usize,
}

impl Default for Limits {
    /// 10 s, 30 s, 16 MiB.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            body: 16 * 1024 * 1024,
        }
    }
}

/// A handle on the connection pools; clones share them. Nothing is opened before the first use.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    limits: Limits,
    /// What stands in for the network, where something does.
    wire: Option<Arc<dyn Wire>>,
    pools: [OnceCell<reqwest::Client>; 3],
}

impl Client {
    /// A client with these limits.
    pub fn new(limits: Limits) -> Self {
        Self::with(limits, None)
    }

    /// A client that hands its requests to something else than the network.
    pub fn over(wire: Arc<dyn Wire>, limits: Limits) -> Self {
        Self::with(limits, Some(wire))
    }

    fn with(limits: Limits, wire: Option<Arc<dyn Wire>>) -> Self {
        Self {
            inner: Arc::new(Inner {
                limits,
                wire,
                pools: [OnceCell::new(), OnceCell::new(), OnceCell::new()],
            }),
        }
    }

    /// Sends a request with its credentials and reads the whole answer. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`Broken`], its message without any of the secrets.
    pub async fn send(&self, request: &HttpRequest, auth: &Auth) -> Result<HttpResponse, Broken> {
        self.follow(request, auth).await.map_err(|broken| Broken {
            message: auth.mask(&broken.message),
            ..broken
        })
    }

    async fn follow(&self, request: &HttpRequest, auth: &Auth) -> Result<HttpResponse, Broken> {
        let mut url = Url::parse(&request.url)
            .map_err(|e| unsendable(format!("the address is not a URL ({e}); check base_url")))?;
        let way = address::way(&url)?;
        for _ in 0..=MOST_REDIRECTS {
            let signed = auth.sign(url.as_str(), &request.headers, request.body.as_ref());
            let answer = match &self.inner.wire {
                Some(wire) => {
                    wire::carried(&**wire, request, signed, &url, self.inner.limits).await?
                }
                None => self.attempt(way, request, &signed, &url).await?,
            };
            let Some(target) = address::target(request.method, &url, &answer)? else {
                return Ok(answer);
            };
            url = target;
        }
        Err(redirected(&url, &url, "it points on and on"))
    }

    async fn attempt(
        &self,
        way: Way,
        request: &HttpRequest,
        signed: &Signed,
        url: &Url,
    ) -> Result<HttpResponse, Broken> {
        let limits = self.inner.limits;
        let wrong = |error: reqwest::Error| classify(&error.without_url(), url, &limits);
        let mut builder = self
            .pool(way)
            .await?
            .request(method(request.method), &signed.url);
        for (name, value, secret) in &signed.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value)
                .or_else(|_| reqwest::header::HeaderValue::from_bytes(value.as_bytes()))
                .map_err(|_| {
                    unsendable(format!("the value of the header {name} can not be sent"))
                })?;
            value.set_sensitive(*secret);
            builder = builder.header(name, value);
        }
        if let Some(body) = &signed.body {
            builder = builder.body(body.clone());
        }
        let mut answer = builder.send().await.map_err(wrong)?;
        let too_large = || Broken {
            kind: BrokenKind::TooLarge,
            maybe_arrived: true,
            message: format!(
                "the answer of {} is larger than {}; ask for less at once",
                place(url),
                size(limits.body)
            ),
        };
        let announced = answer.content_length().unwrap_or(0);
        if announced > u64::try_from(limits.body).unwrap_or(u64::MAX) {
            return Err(too_large());
        }
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_string(), value)
            })
            .collect();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(wrong)? {
            if body.len() + chunk.len() > limits.body {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse::new(status, headers, body))
    }

    async fn pool(&self, way: Way) -> Result<&reqwest::Client, Broken> {
        let limits = self.inner.limits;
        self.inner.pools[way as usize]
            .get_or_try_init(|| async {
                // Reading the system's certificates takes long enough to be felt.
                tokio::task::spawn_blocking(move || build(way, limits))
                    .await
                    .map_err(|e| unsendable(format!("the network client did not start: {e}")))?
            })
            .await
    }
}

fn build(way: Way, limits: Limits) -> Result<reqwest::Client, Broken> {
    // Refused where one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("cardex/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .gzip(true);
    let near = [
        (Ipv4Addr::LOCALHOST, 0).into(),
        (Ipv6Addr::LOCALHOST, 0).into(),
    ];
    let builder = match way {
        Way::Remote => builder.https_only(true),
        // "localhost" is this machine whatever a name server says.
        Way::Near => builder.no_proxy().resolve_to_addrs("localhost", &near),
        Way::Plain => builder
            .no_proxy()
            .resolve_to_addrs("localhost", &near)
            .tls_certs_only([]),
    };
    builder.build().map_err(|error| {
        let cause = root(&error.without_url());
        unsendable(format!(
            "secure connections can not be set up: {cause}; are the system's CA certificates installed?"
        ))
    })
}

/// Names what went wrong, and whether the request may have been carried out. Only failures before
/// the connection stood are known not to have arrived.
fn classify(error: &reqwest::Error, url: &Url, limits: &Limits) -> Broken {
    if error.is_builder() {
        return unsendable(format!("the request can not be made: {}", root(error)));
    }
    let before = error.is_connect();
    let (kind, message) = match before {
        true => unconnected(error, url, limits),
        false => unanswered(error, url, limits),
    };
    Broken {
        kind,
        maybe_arrived: !before,
        message,
    }
}

fn unconnected(error: &reqwest::Error, url: &Url, limits: &Limits) -> (BrokenKind, String) {
    let (place, hint) = (place(url), proxy_hint(url));
    if error.is_timeout() {
        let limit = seconds(limits.connect);
        let message = format!("no connection to {place} within {limit}; check the network{hint}");
        return (BrokenKind::Timeout, message);
    }
    if let Some(tls) = chain(error).find_map(|e| e.downcast_ref()) {
        return (BrokenKind::Tls, tls_words(tls, &place));
    }
    if error.is_dns() || chain(error).any(|e| e.to_string().contains("dns error")) {
        let name = url.host_str().unwrap_or_default();
        let message = format!("the name {name} is not known; check base_url and the network{hint}");
        return (BrokenKind::Dns, message);
    }
    let message = match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => {
            format!("{place} refused the connection; is the server running there?{hint}")
        }
        _ => {
            let cause = root(error);
            format!("no connection to {place}: {cause}; check the network{hint}")
        }
    };
    (BrokenKind::Connect, message)
}

fn unanswered(error: &reqwest::Error, url: &Url, limits: &Limits) -> (BrokenKind, String) {
    let (place, cause) = (place(url), root(error));
    if error.is_timeout() {
        let limit = seconds(limits.total);
        let message = format!("no whole answer from {place} within {limit}");
        return (BrokenKind::Timeout, message);
    }
    let unpacking = Some(io::ErrorKind::InvalidData);
    if error.is_decode() && [unpacking, Some(io::ErrorKind::InvalidInput)].contains(&io_kind(error))
    {
        let message = format!("the answer of {place} can not be unpacked: {cause}");
        return (BrokenKind::Other, message);
    }
    let message = format!("{place} broke the connection off before the answer was whole: {cause}");
    (BrokenKind::Reset, message)
}

/// A proxy's failures look like the server's: says where one is set.
fn proxy_hint(url: &Url) -> String {
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .find(|name| matches!(address::way(url), Ok(Way::Remote)) && set(name))
        .map(|name| format!(" (a proxy is set in {name}: check it too)"))
        .unwrap_or_default()
}

fn tls_words(error: &rustls::Error, place: &str) -> String {
    use rustls::{CertificateError as C, Error as E};
    match error {
        E::InvalidCertificate(C::UnknownIssuer) => format!(
            "the certificate of {place} is not trusted: no known authority signed it; \
             add that authority to the system's certificates"
        ),
        E::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => {
            format!("the certificate of {place} has expired, or this machine's clock is wrong")
        }
        E::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => {
            format!("the certificate of {place} is not valid yet; is this machine's clock right?")
        }
        E::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            format!("the certificate of {place} belongs to another name; check base_url")
        }
        E::InvalidCertificate(other) => {
            format!("the certificate of {place} is not trusted: {other}")
        }
        E::InvalidMessage(_) => {
            format!("{place} does not speak TLS on this port; check base_url")
        }
        other => format!("no secure connection to {place}: {other}"),
    }
}

/// The error and its causes. An `io::Error` hides the error it wraps from `source`.
fn chain<'a>(
    error: &'a reqwest::Error,
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    let first: &'a (dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |e| {
        let e: &'a (dyn std::error::Error + 'static) = *e;
        match e.downcast_ref::<io::Error>() {
            Some(io) => io
                .get_ref()
                .map(|inner| inner as &(dyn std::error::Error + 'static))
                .or_else(|| io.source()),
            None => e.source(),
        }
    })
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    chain(error)
        .filter_map(|e| e.downcast_ref::<io::Error>())
        .map(io::Error::kind)
        .find(|kind| *kind != io::ErrorKind::Other)
}

/// The innermost cause, without the system's number.
fn root(error: &reqwest::Error) -> String {
    let text = chain(error).last().map(ToString::to_string);
    let text = text.unwrap_or_default();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_lowercase()
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}

fn size(bytes: usize) -> String {
    const MEBI: usize = 1024 * 1024;
    match bytes {
        n if n >= MEBI => format!("{} MiB", n / MEBI),
        n => format!("{n} bytes"),
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}
