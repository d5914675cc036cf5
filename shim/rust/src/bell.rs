//! How the thread that calls in waits for another: actively for a moment where that pays, else asleep.
//!
//! To wake a thread that sleeps on another processor takes some 20 µs, more than most of an invocation of a short handler.

use std::{
    env, hint,
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, Thread},
    time::{Duration, Instant},
};

/// How long to wait actively, at the most.
const ACTIVE: Duration = Duration::from_micros(50);
/// An answer that took no longer, with the time in which a thread awakes, would have come while the caller waited actively.
const SOON: Duration = Duration::from_micros(100);
/// The memory, in MB, for which Lambda gives a function a whole processor. With less, time that is spent on waiting is missed.
const WHOLE_PROCESSOR_MB: u32 = 1769;

/// What wakes the thread that made it.
pub(crate) struct Bell {
    owner: Thread,
    rung: AtomicBool,
}

impl Bell {
    pub(crate) fn new() -> Self {
        Self {
            owner: thread::current(),
            rung: AtomicBool::new(false),
        }
    }

    /// Ends the wait of the thread that made it, or its next one.
    pub(crate) fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        self.owner.unpark();
    }

    /// Waits until somebody rings, or for no reason: what is waited for has to be looked at again. For the thread that made it.
    pub(crate) fn wait(&self, active_until: Option<Instant>) {
        if let Some(end) = active_until {
            while Instant::now() < end {
                if self.rung.swap(false, Ordering::Acquire) {
                    return;
                }
                for _ in 0..16 {
                    hint::spin_loop();
                }
            }
        }
        // Who rang before this thread came here is not missed: `unpark` leaves a token.
        thread::park();
        self.rung.store(false, Ordering::Relaxed);
    }
}

/// Whether to wait actively for the next answer, by how long the last one took.
pub(crate) struct Patience {
    is_allowed: bool,
    was_soon: bool,
}

impl Patience {
    /// For this process: where there is another processor to answer meanwhile, and time to spare.
    pub(crate) fn of_process() -> Self {
        let memory = env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok();
        let memory = memory.and_then(|memory| memory.parse().ok());
        Self::new(memory, || thread::available_parallelism().map_or(1, usize::from))
    }

    fn new(memory_mb: Option<u32>, processors: impl FnOnce() -> usize) -> Self {
        Self {
            is_allowed: memory_mb.is_none_or(|memory| memory >= WHOLE_PROCESSOR_MB) && processors() > 1,
            was_soon: false,
        }
    }

    /// Until when to wait actively for an answer that is waited for since `start`.
    pub(crate) fn active_until(&self, start: Instant) -> Option<Instant> {
        (self.is_allowed && self.was_soon).then(|| start + ACTIVE)
    }

    /// Notes how long the answer took.
    pub(crate) fn note(&mut self, taken: Duration) {
        self.was_soon = taken <= SOON;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicUsize};

    use super::*;

    #[test]
    fn only_what_came_soon_is_waited_for_actively() {
        let start = Instant::now();
        let mut patience = Patience::new(None, || 2);
        assert_eq!(patience.active_until(start), None);
        patience.note(Duration::from_micros(20));
        assert_eq!(patience.active_until(start), Some(start + ACTIVE));
        patience.note(Duration::from_millis(1));
        assert_eq!(patience.active_until(start), None);
    }

    #[test]
    fn nothing_is_waited_for_actively_without_a_processor_to_spare() {
        for (memory, processors, is_allowed) in [
            (Some(128), 2, false),
            (Some(1768), 2, false),
            (Some(1769), 2, true),
            (Some(10240), 6, true),
            (Some(3008), 1, false),
            (None, 1, false),
            (None, 2, true),
        ] {
            let mut patience = Patience::new(memory, || processors);
            patience.note(Duration::ZERO);
            let is_active = patience.active_until(Instant::now()).is_some();
            assert_eq!(is_active, is_allowed, "{memory:?} {processors}");
        }
    }

    /// A hand-over that is lost makes this hang.
    #[test]
    fn no_ring_is_missed() {
        const ROUNDS: usize = 4_000;
        let (asked, answered) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let bell = Arc::new(Bell::new());
        thread::scope(|scope| {
            let other = Arc::clone(&bell);
            let (asked, answered) = (&asked, &answered);
            let answering = scope.spawn(move || {
                for round in 1..=ROUNDS {
                    while asked.load(Ordering::SeqCst) < round {
                        thread::park();
                    }
                    answered.store(round, Ordering::SeqCst);
                    other.ring();
                }
            });
            for round in 1..=ROUNDS {
                asked.store(round, Ordering::SeqCst);
                answering.thread().unpark();
                // Asleep, and actively for as short that either may happen.
                let active = [None, Some(Duration::ZERO), Some(Duration::from_micros(5)), Some(ACTIVE)][round % 4];
                let end = active.map(|active| Instant::now() + active);
                while answered.load(Ordering::SeqCst) < round {
                    bell.wait(end);
                }
            }
        });
    }
}
