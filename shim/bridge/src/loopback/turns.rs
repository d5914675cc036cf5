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

impl State {
    fn turn(&mut self) -> Option<Turn> {
        let turn = match self.place {
            Place::Nowhere => Turn::Wait,
            Place::LeftBehind => Turn::Take,
            Place::Awaited | Place::Sent(_) => return None,
        };
        self.place = Place::Awaited;
        Some(turn)
    }
}

/// What a request has to do whose turn it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Wait for the event at the slot.
    Wait,
    /// Take the event that was left behind.
    Take,
}

/// The queue of a client's requests for an event.
#[derive(Default)]
pub(super) struct Turns {
    state: Mutex<State>,
}

impl Turns {
    /// Notes a request for an event, which is answered by [`Turns::answered`].
    pub(super) fn ask(&self) {
        let mut state = self.lock();
        state.asking += 1;
        // More workers than there may be: the one that had the event asks for another, and will not answer it any more.
        if matches!(state.place, Place::Sent(_)) && state.asking >= max_concurrency() {
            self.free(state);
        }
    }

    /// Waits until it is the turn of a request that asks.
    pub(super) async fn turn(&self) -> Turn {
        poll_fn(|cx| self.poll_turn(cx)).await
    }

    fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<Turn> {
        let mut state = self.lock();
        if let Some(turn) = state.turn() {
            return Poll::Ready(turn);
        }
        if !state.queue.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.queue.push(cx.waker().clone());
        }
        Poll::Pending
    }

    /// The turn of a request that asks, if it has not to queue for it.
    pub(super) fn try_turn(&self) -> Option<Turn> {
        self.lock().turn()
    }

    /// Notes that a request is about to get its event, or asks no more.
    pub(super) fn answered(&self) {
        self.lock().asking -= 1;
    }

    /// Notes that the event is about to be sent.
    pub(super) fn sent(&self, request_id: String) {
        self.lock().place = Place::Sent(request_id);
    }

    /// Leaves the event, which was taken out of the slot, to the next request.
    pub(super) fn leave_behind(&self) {
        let mut state = self.lock();
        state.place = Place::LeftBehind;
        wake(state);
    }

    /// Whether a worker has the event of this request id.
    pub(super) fn is_sent(&self, request_id: &str) -> bool {
        matches!(&self.lock().place, Place::Sent(sent) if sent == request_id)
    }

    /// Whether a worker has an event.
    pub(super) fn is_any_sent(&self) -> bool {
        matches!(&self.lock().place, Place::Sent(_))
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

/// How many workers the client has, as `lambda_runtime` reads it.
pub(super) fn max_concurrency() -> usize {
    let value = env::var(MAX_CONCURRENCY).ok().and_then(|value| value.parse().ok());
    value.unwrap_or(1).max(1)
}
