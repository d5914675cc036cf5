//! What the server's owner and its requests share.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::HeaderMap;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::{
    extensions::Extensions,
    invocation::Invocation,
    outcome::{Outcome, StreamPart},
};

/// An event that nobody has fetched yet.
pub(super) struct Queued {
    pub trace: String,
    pub invocation: Invocation,
    pub headers: HeaderMap,
    pub delivered: oneshot::Sender<()>,
}

/// Who waits for an answer.
pub(super) struct Waiting {
    pub answer: oneshot::Sender<Outcome>,
    pub stream: Option<mpsc::Sender<StreamPart>>,
}

/// What is locked for a moment at a time.
#[derive(Default)]
pub(super) struct Inner {
    pub queue: VecDeque<Queued>,
    pub waiting: HashMap<String, Waiting>,
    pub init_error: Option<Vec<u8>>,
}

/// What the server's owner and its requests share.
pub(super) struct Shared {
    pub inner: Mutex<Inner>,
    pub queued: Notify,
    pub client_seen: watch::Sender<bool>,
    /// How many requests for an event wait for one. A client with several workers has one for each.
    pub asking: watch::Sender<usize>,
    pub extensions: Arc<Extensions>,
}

/// A request for an event that waits, or whose client is not gone.
pub(super) struct Asking<'a>(&'a watch::Sender<usize>);

impl<'a> Asking<'a> {
    pub fn start(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
