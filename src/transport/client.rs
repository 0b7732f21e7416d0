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
use url::{Host, Url};

use super::auth::{Auth, Signed};
use super::exchange::{Broken, BrokenKind};
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
    pools: [OnceCell<reqwest::Client>; 3],
}

/// The pools, apart since they differ in trust and proxy.
#[derive(Debug, Clone, Copy)]
enum Pool {
    /// Other machines: the system's roots, the environment's proxy.
    Remote,
    /// This machine over TLS: the system's roots, no proxy.
    Near,
    /// This machine in the clear: no proxy, and no roots to load.
    Plain,
}

impl Client {
    /// A client with these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            inner: Arc::new(Inner {
                limits,
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
        let pool = pool(&url)?;
        for _ in 0..=MOST_REDIRECTS {
            let signed = auth.sign(url.as_str(), &request.headers);
            let answer = self.attempt(pool, request, &signed, &url).await?;
            let Some(target) = target(&url, &answer)? else {
                return Ok(answer);
            };
            let here = (url.scheme(), url.host(), url.port_or_known_default());
            let there = (
                target.scheme(),
                target.host(),
                target.port_or_known_default(),
            );
            if request.method != Method::Get || here != there || has_user(&target) {
                return Err(redirected(&url, &target, "the token is not sent there"));
            }
            url = target;
        }
        Err(redirected(&url, &url, "it points on and on"))
    }

    async fn attempt(
        &self,
        pool: Pool,
        request: &HttpRequest,
        signed: &Signed,
        url: &Url,
    ) -> Result<HttpResponse, Broken> {
        let limits = self.inner.limits;
        let wrong = |error: reqwest::Error| classify(&error.without_url(), url, &limits);
        let mut builder = self
            .pool(pool)
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
        if request.body.is_some() {
            builder = builder.body(request.body_text());
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
        Ok(HttpResponse {
            status,
            headers,
            body,
        })
    }

    async fn pool(&self, pool: Pool) -> Result<&reqwest::Client, Broken> {
        let limits = self.inner.limits;
        self.inner.pools[pool as usize]
            .get_or_try_init(|| async {
                // Reading the system's certificates takes long enough to be felt.
                tokio::task::spawn_blocking(move || build(pool, limits))
                    .await
                    .map_err(|e| unsendable(format!("the network client did not start: {e}")))?
            })
            .await
    }
}

fn build(pool: Pool, limits: Limits) -> Result<reqwest::Client, Broken> {
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
    let builder = match pool {
        Pool::Remote => builder.https_only(true),
        // "localhost" is this machine whatever a name server says.
        Pool::Near => builder.no_proxy().resolve_to_addrs("localhost", &near),
        Pool::Plain => builder
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

/// Which pool may carry a request to this address; refuses what must not be sent at all.
fn pool(url: &Url) -> Result<Pool, Broken> {
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => {
            return Err(unsendable(
                "the address names no server; check base_url".into(),
            ));
        }
    };
    if has_user(url) {
        return Err(unsendable(
            "the address holds a user name or password; take it out of base_url".into(),
        ));
    }
    match url.scheme() {
        "https" if loopback => Ok(Pool::Near),
        "https" => Ok(Pool::Remote),
        "http" if loopback => Ok(Pool::Plain),
        "http" => Err(unsendable(format!(
            "http://{} would show the token to everyone on the way; use https:// \
             (plain http is for this machine only)",
            place(url)
        ))),
        other => Err(unsendable(format!(
            "{other}: addresses are not supported; use https://"
        ))),
    }
}

/// Where a redirect points; nothing for any other answer.
fn target(url: &Url, answer: &HttpResponse) -> Result<Option<Url>, Broken> {
    let Some(location) = answer
        .header("location")
        .filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308))
    else {
        return Ok(None);
    };
    url.join(location).map(Some).map_err(|e| Broken {
        kind: BrokenKind::Redirect,
        maybe_arrived: true,
        message: format!("{} points to an address that is no URL ({e})", place(url)),
    })
}

/// A redirect not followed. The target is shown without query and user, which may hold secrets.
fn redirected(from: &Url, to: &Url, why: &str) -> Broken {
    let shown = format!("{}://{}{}", to.scheme(), place(to), to.path());
    Broken {
        kind: BrokenKind::Redirect,
        maybe_arrived: true,
        message: format!(
            "{} points to {shown}, and {why}; if that is the right server, set base_url to it",
            place(from)
        ),
    }
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn unsendable(message: String) -> Broken {
    Broken {
        kind: BrokenKind::Other,
        maybe_arrived: false,
        message,
    }
}

/// Names what went wrong, and whether the request may have been carried out. Only failures before
/// the connection stood are known not to have arrived.
fn classify(error: &reqwest::Error, url: &Url, limits: &Limits) -> Broken {
    let place = place(url);
    let cause = root(error);
    let io = io_kind(error);
    let before = error.is_connect();
    let (kind, message) = if error.is_builder() {
        return unsendable(format!("the request can not be made: {cause}"));
    } else if before && error.is_timeout() {
        let message = format!(
            "no connection to {place} within {}",
            seconds(limits.connect)
        );
        (
            BrokenKind::Timeout,
            format!("{message}; check the network and base_url"),
        )
    } else if let Some(tls) = tls(error).filter(|_| before) {
        (BrokenKind::Tls, tls_words(tls, &place))
    } else if before
        && (error.is_dns() || chain(error).any(|e| e.to_string().contains("dns error")))
    {
        let message = format!(
            "the name {} is not known",
            url.host_str().unwrap_or_default()
        );
        (
            BrokenKind::Dns,
            format!("{message}; check base_url and the network"),
        )
    } else if before && io == Some(io::ErrorKind::ConnectionRefused) {
        let message = format!("{place} refused the connection; is the server running there?");
        (BrokenKind::Connect, message)
    } else if before {
        let message = format!("no connection to {place}: {cause}; check the network and any proxy");
        (BrokenKind::Connect, message)
    } else if error.is_timeout() {
        let message = format!(
            "no whole answer from {place} within {}",
            seconds(limits.total)
        );
        (BrokenKind::Timeout, message)
    } else if error.is_decode()
        && matches!(
            io,
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
        )
    {
        (
            BrokenKind::Other,
            format!("the answer of {place} can not be unpacked: {cause}"),
        )
    } else {
        let message =
            format!("{place} broke the connection off before the answer was whole: {cause}");
        (BrokenKind::Reset, message)
    };
    Broken {
        kind,
        maybe_arrived: !before,
        message,
    }
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

fn tls(error: &reqwest::Error) -> Option<&rustls::Error> {
    chain(error).find_map(|e| e.downcast_ref())
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

/// Host and port as they stand in the address.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        for (url, allowed) in [
            ("http://127.0.0.1:8080/a", true),
            ("http://127.8.0.1/a", true),
            ("http://[::1]:80/", true),
            ("http://LOCALHOST/", true),
            ("https://app.example/", true),
            ("http://app.example/", false),
            ("http://localhost.example/", false),
            ("http://127.0.0.1.example/", false),
            ("http://127.0.0.1@app.example/", false),
            ("https://user:pw@app.example/", false),
            ("http://[::ffff:10.0.0.1]/", false),
            ("http://192.168.0.1/", false),
            ("ftp://127.0.0.1/", false),
            ("data:text/plain,x", false),
        ] {
            let got = pool(&Url::parse(url).unwrap());
            assert_eq!(got.is_ok(), allowed, "{url}: {got:?}");
        }
        let refused = pool(&Url::parse("http://app.example:81/x").unwrap()).unwrap_err();
        assert!(
            refused
                .message
                .starts_with("http://app.example:81 would show the token")
        );
        assert!(!refused.maybe_arrived);
    }
}
