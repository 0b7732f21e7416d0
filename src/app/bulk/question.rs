//! A question to the store that is on its way, together with what it was about.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::store::{Reply, StoreError};

/// The question: what it is about, and the answer to come.
pub(super) struct Asked<A, T>(pub(super) A, pub(super) Reply<T>);

impl<A: Unpin + Clone, T> Future for Asked<A, T> {
    type Output = (A, Result<T, StoreError>);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let asked = self.0.clone();
        Pin::new(&mut self.1).poll(cx).map(|answer| (asked, answer))
    }
}
