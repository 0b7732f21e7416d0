//! Connections that can be cut: the listener and stream under axum's server. No HTTP here beyond
//! finding where a response's head ends.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const HEAD_END: &[u8] = b"\r\n\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Bytes pass.
    Open,
    /// The head passes, then this many bytes of the body, then the connection ends.
    Truncate { matched: usize, left: usize },
    /// Nothing passes; the peer gets a reset.
    Reset,
}

/// The handler's hold on the connection that its request came in on.
#[derive(Debug, Clone)]
pub struct Line(Arc<Mutex<Fate>>);

impl Line {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Fate::Open)))
    }

    fn fate(&self) -> Fate {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, fate: Fate) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fate;
    }

    /// From the next byte on, the peer gets a reset instead of an answer.
    pub fn reset(&self) {
        self.set(Fate::Reset);
    }

    /// The next answer's head passes whole, its body only up to `bytes`, then the connection ends.
    pub fn truncate(&self, bytes: usize) {
        self.set(Fate::Truncate {
            matched: 0,
            left: bytes,
        });
    }
}

impl Connected<IncomingStream<'_, Door>> for Line {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().line.clone()
    }
}

/// A TCP listener whose connections end when the server stops.
pub struct Door {
    listener: TcpListener,
    stop: watch::Receiver<bool>,
}

impl Door {
    /// Wraps a listener; `stop` turning true ends every connection.
    pub fn new(listener: TcpListener, stop: watch::Receiver<bool>) -> Self {
        Self { listener, stop }
    }
}

impl Listener for Door {
    type Io = Connection;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // Small answers must not wait for an acknowledgement; without it they are merely slower.
        let _ = stream.set_nodelay(true);
        let mut stop = self.stop.clone();
        let stopped = Box::pin(async move {
            // An error means that the server is gone, which is a stop too.
            let _ = stop.wait_for(|stop| *stop).await;
        });
        (
            Connection {
                stream,
                line: Line::new(),
                stopped,
            },
            peer,
        )
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// One connection under the control of its [`Line`].
pub struct Connection {
    stream: TcpStream,
    line: Line,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stopped.as_mut().poll(cx).is_ready() {
            // A finished future must not be polled again.
            self.stopped = Box::pin(std::future::ready(()));
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let fate = self.line.fate();
        let allowed = match fate {
            Fate::Open => buf.len(),
            Fate::Reset => {
                // Without lingering the close is a reset instead of an orderly end.
                self.stream.set_zero_linger()?;
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            Fate::Truncate { matched, left } => {
                let body = body_start(matched, buf);
                body.map_or(buf.len(), |start| buf.len().min(start + left))
            }
        };
        if allowed == 0 && !buf.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let poll = Pin::new(&mut self.stream).poll_write(cx, &buf[..allowed]);
        if let (Fate::Truncate { matched, left }, Poll::Ready(Ok(written))) = (fate, &poll) {
            let next = match body_start(matched, &buf[..*written]) {
                Some(start) => Fate::Truncate {
                    matched: HEAD_END.len(),
                    left: left.saturating_sub(written - start),
                },
                None => Fate::Truncate {
                    matched: advance(matched, &buf[..*written]),
                    left,
                },
            };
            self.line.set(next);
        }
        poll
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.line.fate() == Fate::Reset {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// How much of the head's end has been seen after `bytes`, having seen `matched` before.
fn advance(matched: usize, bytes: &[u8]) -> usize {
    bytes.iter().fold(matched, |matched, byte| match matched {
        n if n == HEAD_END.len() => n,
        n if HEAD_END[n] == *byte => n + 1,
        _ => usize::from(*byte == HEAD_END[0]),
    })
}

/// Where the body starts within `bytes`, where it does.
fn body_start(mut matched: usize, bytes: &[u8]) -> Option<usize> {
    for at in 0..=bytes.len() {
        if matched == HEAD_END.len() {
            return Some(at);
        }
        matched = advance(matched, bytes.get(at..=at)?);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_found_across_writes() {
        let head = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
        assert_eq!(body_start(0, head), Some(head.len()));
        for cut in 1..head.len() {
            let matched = advance(0, &head[..cut]);
            assert_eq!(
                body_start(matched, &head[cut..]),
                Some(head.len() - cut),
                "cut {cut}"
            );
        }
        assert_eq!(body_start(HEAD_END.len(), b"body"), Some(0));
    }
}
