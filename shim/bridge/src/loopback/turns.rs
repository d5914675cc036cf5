//! Whose turn it is to take the next event.
//!
//! A client may have several workers, each of which asks for an event on a connection of its own. A function works on one event
//! at a time, so one of them waits at the slot while the others queue, and an event is over when its own request id was answered.

use std::{
    env,
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use lambda_shim::Slot;

/// How many workers Lambda lets a client have.
const MAX_CONCURRENCY: &str = "AWS_LAMBDA_MAX_CONCURRENCY";

/// Where the event at hand is.
#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    /// There is none, and nobody waits at the slot.
    #[default]
    Nowhere,
    /// There is none, and a request waits for it at the slot.
    Awaited,
    /// It was taken out of the slot, but the connection that it was for had closed.
    LeftBehind,
    /// A worker has it, by this request id.
    Sent(String),
}

#[derive(Default)]
struct State {
    place: Place,
    /// The requests for an event that have not been answered.
    asking: usize,
    queue: Vec<Waker>,
}

/// The queue of a client's requests for an event.
#[derive(Default)]
pub(super) struct Turns {
    state: Mutex<State>,
}

impl Turns {
    /// Waits for an event, which [`Slot::read`] then gives.
    pub(super) async fn next(&self, slot: &Slot) {
        self.ask();
        if poll_fn(|cx| self.poll_turn(cx)).await == Place::Nowhere {
            slot.next().await;
        }
        self.lock().asking -= 1;
    }

    fn ask(&self) {
        let mut state = self.lock();
        state.asking += 1;
        // More workers than there may be: the one that had the event asks for another, and will not answer it any more.
        if matches!(state.place, Place::Sent(_)) && state.asking >= max_concurrency() {
            self.free(state);
        }
    }

    /// Is ready with where the event was, once it is this request's turn.
    fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<Place> {
        let mut state = self.lock();
        if matches!(state.place, Place::Nowhere | Place::LeftBehind) {
            return Poll::Ready(std::mem::replace(&mut state.place, Place::Awaited));
        }
        if !state.queue.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.queue.push(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Notes that the event is about to be sent.
    pub(super) fn sent(&self, request_id: String) {
        self.lock().place = Place::Sent(request_id);
    }

    /// Leaves the event that [`Turns::next`] gave to the next request.
    pub(super) fn leave_behind(&self) {
        let mut state = self.lock();
        state.place = Place::LeftBehind;
        wake(state);
    }

    /// Whether a worker has the event of this request id.
    pub(super) fn is_sent(&self, request_id: &str) -> bool {
        matches!(&self.lock().place, Place::Sent(sent) if sent == request_id)
    }

    /// Lets the next request wait at the slot: the event is over. Its outcome must be in the slot before.
    pub(super) fn over(&self) {
        self.free(self.lock());
    }

    fn free(&self, mut state: MutexGuard<'_, State>) {
        state.place = Place::Nowhere;
        wake(state);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the queue, outside of the lock.
fn wake(mut state: MutexGuard<'_, State>) {
    let queue = std::mem::take(&mut state.queue);
    drop(state);
    queue.into_iter().for_each(Waker::wake);
}

/// As `lambda_runtime` reads it.
fn max_concurrency() -> usize {
    let value = env::var(MAX_CONCURRENCY).ok().and_then(|value| value.parse().ok());
    value.unwrap_or(1).max(1)
}
