//! The place where an invocation is handed from the shim to the program's event loop, and its outcome back.

use std::{
    future::poll_fn,
    sync::{
        PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use super::{
    failure::Failure,
    sync::{Mutex, MutexGuard},
};

/// The result of an invocation: the bytes of the [response](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-response), or the
/// [error](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror) to report.
pub type Outcome = Result<Vec<u8>, Failure>;

/// One invocation, as the shim passed it in. Valid during the call that brought it.
///
/// Every text but the event may be empty, which means that Lambda sent
/// [no such header](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next).
#[derive(Clone, Copy, Debug, Default)]
pub struct Invocation<'a> {
    /// The event's bytes; JSON, unless the caller sent something else.
    pub event: &'a [u8],
    /// `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: &'a str,
    /// `Lambda-Runtime-Deadline-Ms`: milliseconds since the Unix epoch, in decimal.
    pub deadline_ms: &'a str,
    /// `Lambda-Runtime-Invoked-Function-Arn`.
    pub invoked_function_arn: &'a str,
    /// `Lambda-Runtime-Trace-Id`.
    pub trace_id: &'a str,
    /// `Lambda-Runtime-Client-Context`, JSON.
    pub client_context: &'a str,
    /// `Lambda-Runtime-Cognito-Identity`, JSON.
    pub cognito_identity: &'a str,
    /// `Lambda-Runtime-Aws-Tenant-Id`.
    pub tenant_id: &'a str,
}

/// Where an invocation is on its way through the program.
#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// No event loop waits: `main` has not come to it, or left it.
    Away,
    /// The event loop waits for an event.
    Waiting,
    /// The program waits to be restored from a snapshot.
    Suspended,
    /// An event lies ready for the event loop.
    Delivered,
    /// The event loop took the event and has not answered yet.
    Running,
}

/// An invocation whose lifetime is erased while it lies in the slot.
///
/// Invariant: it is in the slot only while the call that passed it in is on the stack. [`Slot::deliver`] returns
/// a guard, borrowed from the invocation, that takes it out again before that call returns.
struct Delivery(Invocation<'static>);

struct State {
    phase: Phase,
    delivery: Option<Delivery>,
    outcome: Option<Outcome>,
    /// Woken when an event is there, or a restore.
    event_loop_waker: Option<Waker>,
    /// Woken when the event loop waits again.
    engine_waker: Option<Waker>,
}

impl State {
    const NEW: Self = Self {
        phase: Phase::Away,
        delivery: None,
        outcome: None,
        event_loop_waker: None,
        engine_waker: None,
    };
}

/// Whether the process was restored from a snapshot.
static RESTORED: AtomicBool = AtomicBool::new(false);

/// Notes that the process was restored from a snapshot.
pub(crate) fn note_restore() {
    RESTORED.store(true, Ordering::Release);
}

/// The hand-over between the shim and one program's event loop. Both may be on different threads.
///
/// ```
/// use std::task::{Context, Waker};
///
/// use lambda_shim::Slot;
///
/// let slot = Slot::new();
/// let mut cx = Context::from_waker(Waker::noop());
/// assert!(slot.poll_waiting(&mut cx).is_pending(), "the event loop has not come to it");
/// let mut next = Box::pin(slot.next());
/// assert!(next.as_mut().poll(&mut cx).is_pending(), "there is no event");
/// assert!(slot.poll_waiting(&mut cx).is_ready(), "the event loop waits");
/// ```
pub struct Slot {
    state: Mutex<State>,
}

impl Default for Slot {
    fn default() -> Self {
        Self::new()
    }
}

impl Slot {
    /// An empty slot, for a `static`.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self {
            state: Mutex::new(State::NEW),
        }
    }

    /// An empty slot. loom's locks can't be in a `static`.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State::NEW),
        }
    }

    /// Waits for the next event. For the event loop; [`Slot::read`] then gives the event.
    ///
    /// Cancellation safe: an event is lost only if the loop is dropped after it was taken.
    pub async fn next(&self) {
        let mut waiting = WaitGuard {
            slot: self,
            armed: true,
        };
        poll_fn(|cx| self.poll_next(cx)).await;
        waiting.armed = false;
    }

    /// Waits as [`Slot::next`] does, for who is sure to come back: the event loop counts as waiting until then.
    pub fn poll_next(&self, cx: &Context<'_>) -> Poll<()> {
        self.poll(Phase::Waiting, cx, |state| {
            let is_delivered = state.phase == Phase::Delivered;
            if is_delivered {
                state.phase = Phase::Running;
            }
            is_delivered
        })
    }

    /// Waits until the process was restored from a snapshot: at once, if it was, or if an event comes though nobody noted it.
    pub async fn restored(&self) {
        poll_fn(|cx| {
            self.poll(Phase::Suspended, cx, |state| {
                state.phase == Phase::Delivered || RESTORED.load(Ordering::Acquire)
            })
        })
        .await;
    }

    /// Has the program wait, and tells the engine, unless what it waits for is there.
    fn poll(&self, phase: Phase, cx: &Context<'_>, is_ready: impl FnOnce(&mut State) -> bool) -> Poll<()> {
        // A waker's code may be anything, a call of this slot included: it runs where the lock is not held.
        let waker = cx.waker().clone();
        let (replaced, engine);
        {
            let mut state = self.lock();
            if is_ready(&mut state) {
                return Poll::Ready(());
            }
            state.phase = phase;
            replaced = state.event_loop_waker.replace(waker);
            engine = state.engine_waker.take();
        }
        drop(replaced);
        if let Some(engine) = engine {
            engine.wake();
        }
        Poll::Pending
    }

    /// Tells a program that waits for it that the process was restored; false if none does.
    pub(crate) fn restore(&self) -> bool {
        let mut state = self.lock();
        if state.phase != Phase::Suspended {
            return false;
        }
        state.phase = Phase::Away;
        let event_loop = state.event_loop_waker.take();
        drop(state);
        if let Some(event_loop) = event_loop {
            event_loop.wake();
        }
        true
    }

    /// The error that was answered though no event was at hand.
    pub(crate) fn take_failure(&self) -> Option<Failure> {
        self.lock().outcome.take()?.err()
    }

    /// Gives `read` the invocation that [`Slot::next`] announced, or `None` if its caller has gone.
    pub fn read<T>(&self, read: impl FnOnce(&Invocation<'_>) -> T) -> Option<T> {
        // The lock is held while the invocation is read: its owner can't return before that.
        let state = self.lock();
        state.delivery.as_ref().map(|delivery| read(&delivery.0))
    }

    /// Answers the invocation that [`Slot::next`] announced. For the event loop.
    pub fn respond(&self, outcome: Outcome) {
        self.lock().outcome = Some(outcome);
    }

    /// Is ready when the event loop waits for the next event, or the program for a restore. For an engine.
    pub fn poll_waiting(&self, cx: &mut Context<'_>) -> Poll<()> {
        // As in `poll`.
        let waker = cx.waker().clone();
        let (polled, replaced) = {
            let mut state = self.lock();
            match state.phase {
                Phase::Waiting | Phase::Suspended => (Poll::Ready(()), state.engine_waker.take()),
                Phase::Away | Phase::Delivered | Phase::Running => (Poll::Pending, state.engine_waker.replace(waker)),
            }
        };
        drop(replaced);
        polled
    }

    /// Hands an invocation to the event loop, which [`Slot::wake`] tells of it. The guard takes it out again, with the outcome.
    pub(crate) fn deliver<'a>(&'a self, invocation: &'a Invocation<'a>) -> DeliveryGuard<'a> {
        // SAFETY: only the lifetime changes. The guard borrows `invocation` for 'a, is not leaked by its one
        // caller, and empties the slot under the lock that every reader holds, so no reader outlives 'a.
        let erased = unsafe { std::mem::transmute::<Invocation<'_>, Invocation<'static>>(*invocation) };
        let mut state = self.lock();
        state.phase = Phase::Delivered;
        state.delivery = Some(Delivery(erased));
        state.outcome = None;
        drop(state);
        DeliveryGuard { slot: self }
    }

    /// Wakes the event loop if it waits for the event that was handed to it. For an engine, as it begins to drive `main`: what polls `main` itself
    /// calls this where that costs least.
    pub fn wake(&self) {
        let mut state = self.lock();
        let event_loop = match state.phase {
            Phase::Delivered => state.event_loop_waker.take(),
            Phase::Away | Phase::Waiting | Phase::Suspended | Phase::Running => None,
        };
        drop(state);
        if let Some(event_loop) = event_loop {
            event_loop.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A reader's panic leaves the state whole: it is only read.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks the event loop as away when its wait is dropped, as by `tokio::select!`.
struct WaitGuard<'a> {
    slot: &'a Slot,
    armed: bool,
}

impl Drop for WaitGuard<'_> {
    fn drop(&mut self) {
        if self.armed {
            let mut state = self.slot.lock();
            if state.phase == Phase::Waiting {
                state.phase = Phase::Away;
            }
        }
    }
}

/// Keeps an invocation in its slot, and takes it out when dropped.
pub(crate) struct DeliveryGuard<'a> {
    slot: &'a Slot,
}

impl DeliveryGuard<'_> {
    /// Takes the invocation out of the slot, and returns its outcome if the event loop has answered.
    pub(crate) fn finish(self) -> Option<Outcome> {
        self.slot.lock().outcome.take()
    }
}

impl Drop for DeliveryGuard<'_> {
    fn drop(&mut self) {
        self.slot.lock().delivery = None;
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Wake,
    };

    use super::*;

    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Wake for Counting {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The engine knows where a wake costs least: outside of tokio it is a system call.
    #[test]
    fn an_event_is_told_once_and_by_the_engine() {
        let slot = Slot::new();
        let counting = Arc::new(Counting::default());
        let waker = Waker::from(Arc::clone(&counting));
        let wakes = || counting.0.load(Ordering::SeqCst);
        let mut cx = Context::from_waker(&waker);
        assert!(slot.poll_next(&cx).is_pending());
        slot.wake();
        assert_eq!(wakes(), 0, "there is no event");
        let invocation = Invocation::default();
        let delivery = slot.deliver(&invocation);
        assert_eq!(wakes(), 0);
        slot.wake();
        slot.wake();
        assert_eq!(wakes(), 1);
        assert!(slot.poll_waiting(&mut cx).is_pending() && slot.poll_next(&cx).is_ready());
        slot.respond(Ok(Vec::new()));
        assert_eq!(delivery.finish(), Some(Ok(Vec::new())));
    }
}
