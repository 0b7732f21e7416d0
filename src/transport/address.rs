//! Which addresses a request may go to, and on which way: pure rules on URLs.
//!
//! Plain http is for loopback only, an address holds no password, and a redirect is followed by
//! reads on the same server only. Nothing here opens a connection.

use url::{Host, Url};

use super::exchange::{Broken, BrokenKind};
use crate::http::{HttpResponse, Method};

/// The way to a server: the ways differ in trust and proxy.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// Other machines: the system's roots, the environment's proxy.
    Remote,
    /// This machine over TLS: the system's roots, no proxy.
    Near,
    /// This machine in the clear: no proxy, and no roots to load.
    Plain,
}

/// The way to this address; refuses what must not be sent at all.
pub(super) fn way(url: &Url) -> Result<Way, Broken> {
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
        "https" if loopback => Ok(Way::Near),
        "https" => Ok(Way::Remote),
        "http" if loopback => Ok(Way::Plain),
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

/// Where a redirect points that may be followed; nothing for any other answer.
pub(super) fn target(
    method: Method,
    url: &Url,
    answer: &HttpResponse,
) -> Result<Option<Url>, Broken> {
    let Some(location) = answer
        .header("location")
        .filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308))
    else {
        return Ok(None);
    };
    let target = url.join(location).map_err(|e| Broken {
        kind: BrokenKind::Redirect,
        maybe_arrived: true,
        message: format!("{} points to an address that is no URL ({e})", place(url)),
    })?;
    let server = |u: &Url| {
        (
            u.scheme().to_string(),
            u.host().map(|h| h.to_owned()),
            u.port_or_known_default(),
        )
    };
    if method != Method::Get || server(url) != server(&target) || has_user(&target) {
        return Err(redirected(url, &target, "the token is not sent there"));
    }
    Ok(Some(target))
}

/// A redirect not followed. The target is shown without query and user, which may hold secrets.
pub(super) fn redirected(from: &Url, to: &Url, why: &str) -> Broken {
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

/// A request that is refused before anything is sent.
pub(super) fn unsendable(message: String) -> Broken {
    Broken {
        kind: BrokenKind::Other,
        maybe_arrived: false,
        message,
    }
}

/// Host and port as they stand in the address.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
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
            let got = way(&Url::parse(url).unwrap());
            assert_eq!(got.is_ok(), allowed, "{url}: {got:?}");
        }
        let refused = way(&Url::parse("http://app.example:81/x").unwrap()).unwrap_err();
        assert!(
            refused
                .message
                .starts_with("http://app.example:81 would show the token")
        );
        assert!(!refused.maybe_arrived);
    }
}
