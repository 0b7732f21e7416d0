//! What may stand in for the network: a whole account driven without sockets, on a clock of one's own.
//!
//! Everything but the connection is the same: address, credentials, pace, retries and log. What is handed over is
//! what would have been sent, credentials included, so a wire is part of the same process and keeps nothing.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use url::Url;

use super::address::place;
use super::auth::Signed;
use super::client::Limits;
use super::exchange::{Broken, BrokenKind};
use crate::http::{HttpRequest, HttpResponse, Method};

/// A request as it would have left.
#[derive(Clone)]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// The whole address, percent-encoded.
    pub url: String,
    /// The headers, in their order.
    pub headers: Vec<(String, String)>,
    /// The body, empty where there is none.
    pub body: Vec<u8>,
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest may hold a token.
        f.debug_struct("Sent")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// What a wire gives back, in its own time.
pub type Carried = Pin<Box<dyn Future<Output = Result<HttpResponse, Broken>> + Send>>;

/// Carries requests in place of a socket.
pub trait Wire: fmt::Debug + Send + Sync {
    /// Carries one request.
    fn carry(&self, sent: Sent) -> Carried;
}

/// Hands a request over, and waits for its answer as long as for a server's.
pub(super) async fn carried(
    wire: &dyn Wire,
    request: &HttpRequest,
    signed: Signed,
    url: &Url,
    limits: Limits,
) -> Result<HttpResponse, Broken> {
    let headers = signed.headers.into_iter();
    let sent = Sent {
        method: request.method,
        url: signed.url,
        headers: headers.map(|(name, value, _)| (name, value)).collect(),
        body: signed.body.unwrap_or_default().into_bytes(),
    };
    let answer = tokio::time::timeout(limits.total, wire.carry(sent)).await;
    answer.unwrap_or_else(|_| {
        let seconds = limits.total.as_secs_f64();
        Err(Broken {
            kind: BrokenKind::Timeout,
            maybe_arrived: true,
            message: format!("no whole answer from {} within {seconds} s", place(url)),
        })
    })
}
