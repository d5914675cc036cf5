//! How the thread that calls in waits for another: actively for a moment where that pays, else asleep.
//!
//! To wake a thread that sleeps on another processor takes some 20 µs, more than most of an invocation of a short handler.

#![forbid(unsafe_code)]

use std::{
    env, hint,
    io::{self, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use crate::process::poll::wait_readable;

/// How long to wait actively, at the most.
const ACTIVE: Duration = Duration::from_micros(50);
/// For how many answers not to wait actively, at the most, after that was in vain.
const LONGEST_PAUSE: u32 = 1024;
/// The memory, in MB, for which Lambda gives a function
/// [a whole processor](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). With less, time that is spent on waiting is missed.
const WHOLE_PROCESSOR_MB: u32 = 1769;

/// What wakes the thread that made it.
///
/// ```
/// use std::{io::Write, os::{fd::AsFd, unix::net::UnixStream}};
///
/// use lambda_shim::Bell;
///
/// let bell = Bell::with_line()?;
/// let (mut writer, reader) = UnixStream::pair()?;
/// bell.ring();
/// assert!(!bell.wait_readable(reader.as_fd()), "somebody rang");
/// writer.write_all(b"1")?;
/// assert!(bell.wait_readable(reader.as_fd()), "there is something to read");
/// # std::io::Result::Ok(())
/// ```
pub struct Bell {
    owner: Thread,
    rung: AtomicBool,
    /// Whether it was rung for the last time.
    is_over: AtomicBool,
    line: Option<Line>,
}

/// What wakes a thread that waits for a descriptor.
struct Line {
    /// Whether the thread does, or is about to.
    is_watched: AtomicBool,
    near: UnixStream,
    far: UnixStream,
}

impl Bell {
    pub(crate) fn new() -> Self {
        Self {
            owner: thread::current(),
            rung: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            line: None,
        }
    }

    /// One that ends waits for descriptors, too.
    ///
    /// # Errors
    ///
    /// When the system gives no descriptors.
    pub fn with_line() -> io::Result<Self> {
        let (near, far) = UnixStream::pair()?;
        near.set_nonblocking(true)?;
        far.set_nonblocking(true)?;
        Ok(Self {
            line: Some(Line {
                is_watched: AtomicBool::new(false),
                near,
                far,
            }),
            ..Self::new()
        })
    }

    /// Ends the wait of the thread that made it, or its next one.
    pub fn ring(&self) {
        // In one order with what `wait_readable` does, so that either this thread sees it wait, or it sees the ring.
        self.rung.store(true, Ordering::SeqCst);
        self.owner.unpark();
        if let Some(line) = &self.line
            && line.is_watched.load(Ordering::SeqCst)
        {
            // A line that is full wakes as well.
            let _ = (&line.far).write(&[1]);
        }
    }

    /// Rings as the one that is waited for has ended.
    pub(crate) fn ring_last(&self) {
        self.is_over.store(true, Ordering::Release);
        self.ring();
    }

    /// Whether `main` has ended, so that nothing of its thread is to be waited for.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Forgets who rang, by who looks from here on at what it may have been for.
    pub(crate) fn silence(&self) {
        self.rung.store(false, Ordering::SeqCst);
    }

    /// Waits until a descriptor can be read from without a wait: its end, and an error, count as well. False when somebody rang before. For the
    /// thread that made it.
    pub fn wait_readable(&self, descriptor: BorrowedFd<'_>) -> bool {
        let Some(line) = &self.line else {
            // Nobody would end the wait.
            return !self.rung.swap(false, Ordering::SeqCst);
        };
        line.is_watched.store(true, Ordering::SeqCst);
        let is_readable = loop {
            if self.rung.swap(false, Ordering::SeqCst) {
                break false;
            }
            let [is_readable, is_rung] = wait_readable([descriptor, line.near.as_fd()]);
            if is_rung {
                // Or was for a wait before, which something to read ended.
                while (&line.near).read(&mut [0; 64]).is_ok() {}
            }
            if is_readable {
                break true;
            }
        };
        line.is_watched.store(false, Ordering::SeqCst);
        is_readable
    }

    /// Waits until somebody rings, or for no reason: what is waited for has to be looked at again. For the thread that made it.
    pub fn wait(&self, active_until: Option<Instant>) {
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

/// Whether to wait actively for the next answer, by what that came to before.
///
/// Where handlers take long, or other work keeps the processors busy, it is in vain, and is tried less and less often.
pub(crate) struct Patience {
    is_allowed: bool,
    /// For how many answers yet not to.
    pause: u32,
    /// For how many not to, once it is in vain again.
    next_pause: u32,
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
            // The first wait is for the initialisation.
            pause: 1,
            next_pause: 1,
        }
    }

    /// Until when to wait actively for the answer that is waited for from now on.
    pub(crate) fn begin(&mut self) -> Option<Instant> {
        if !self.is_allowed {
            return None;
        }
        match self.pause.checked_sub(1) {
            Some(rest) => {
                self.pause = rest;
                None
            }
            None => Some(Instant::now() + ACTIVE),
        }
    }

    /// Notes that the answer is there.
    pub(crate) fn end(&mut self, active_until: Option<Instant>) {
        let Some(end) = active_until else { return };
        if Instant::now() < end {
            self.next_pause = 1;
        } else {
            self.pause = self.next_pause;
            self.next_pause = LONGEST_PAUSE.min(self.next_pause * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicUsize};

    use super::*;

    /// Of 10,000 answers, how many are waited for actively.
    fn tried(patience: &mut Patience, is_in_vain: bool) -> usize {
        let tries = (0..10_000).filter_map(|_| {
            let end = patience.begin()?;
            patience.end(Some(if is_in_vain {
                Instant::now()
            } else {
                end + Duration::from_secs(9)
            }));
            Some(())
        });
        tries.count()
    }

    #[test]
    fn what_is_in_vain_is_tried_seldom() {
        let mut patience = Patience::new(None, || 2);
        assert_eq!(patience.begin(), None, "the initialisation");
        assert_eq!(tried(&mut patience, false), 10_000);
        let seldom = tried(&mut patience, true);
        assert!(seldom < 25, "{seldom}");
        // It comes back to what is worth while.
        assert!(tried(&mut patience, false) > 8_900);
        assert_eq!(tried(&mut patience, false), 10_000);
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
            patience.begin();
            assert_eq!(patience.begin().is_some(), is_allowed, "{memory:?} {processors}");
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
    /// As above, beside a descriptor: of a ring and of what can be read, neither may be missed.
    #[test]
    fn no_ring_is_missed_beside_a_descriptor() {
        const ROUNDS: usize = 4_000;
        let bell = Arc::new(Bell::with_line().unwrap());
        let (mut writer, mut reader) = UnixStream::pair().unwrap();
        let (asked, answered) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            let other = Arc::clone(&bell);
            let (asked, answered) = (&asked, &answered);
            let answering = scope.spawn(move || {
                for round in 1..=ROUNDS {
                    while asked.load(Ordering::SeqCst) < round {
                        thread::park();
                    }
                    answered.store(round, Ordering::SeqCst);
                    if round % 3 != 0 {
                        other.ring();
                    }
                    if round % 3 != 1 {
                        writer.write_all(&[1]).unwrap();
                    }
                }
            });
            for round in 1..=ROUNDS {
                asked.store(round, Ordering::SeqCst);
                answering.thread().unpark();
                let (mut rings, mut bytes) = (0, 0);
                let (wanted_rings, wanted_bytes) = [(0, 1), (1, 0), (1, 1)][round % 3];
                while (rings, bytes) != (wanted_rings, wanted_bytes) {
                    if bell.wait_readable(reader.as_fd()) {
                        bytes += reader.read(&mut [0; 8]).unwrap();
                    } else {
                        rings += 1;
                    }
                }
                assert_eq!(answered.load(Ordering::SeqCst), round);
            }
        });
    }

    #[test]
    fn who_rang_is_forgotten_but_not_the_last_time() {
        let bell = Bell::with_line().unwrap();
        let (mut writer, reader) = UnixStream::pair().unwrap();
        writer.write_all(&[1]).unwrap();
        bell.ring();
        bell.silence();
        assert!(bell.wait_readable(reader.as_fd()) && !bell.is_over());
        bell.ring_last();
        assert!(!bell.wait_readable(reader.as_fd()) && bell.is_over());
    }
}
