//! When a thread runs that another has woken.

/// Has this thread wait for its turn when another wakes it, rather than run in that one's place at once: Linux's
/// [`SCHED_BATCH`](https://man7.org/linux/man-pages/man7/sched.7.html), which takes nothing of its share of the processor. Processes that it
/// starts inherit this, and so do threads that libc starts by itself (`getaddrinfo_a`, timers); those that the library's code starts do not.
/// Where it can't be had, nothing happens.
///
/// ```
/// std::thread::spawn(lambda_shim::run_after_wakers).join().unwrap();
/// ```
pub fn run_after_wakers() {
    #[cfg(target_os = "linux")]
    linux::leave_preemption();
}

#[cfg(target_os = "linux")]
pub(crate) use linux::regain_preemption;

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        ffi::c_int,
        sync::atomic::{AtomicBool, Ordering},
    };

    /// `SCHED_OTHER`.
    const OTHER: c_int = 0;
    /// `SCHED_BATCH`.
    pub(super) const BATCH: c_int = 3;

    /// Whether a thread of this process does without.
    static IS_LEFT: AtomicBool = AtomicBool::new(false);

    /// `struct sched_param`.
    #[repr(C)]
    struct Parameters {
        priority: c_int,
    }

    unsafe extern "C" {
        /// [`sched_getscheduler`](https://man7.org/linux/man-pages/man2/sched_setscheduler.2.html)
        fn sched_getscheduler(thread: c_int) -> c_int;
        /// [`sched_setscheduler`](https://man7.org/linux/man-pages/man2/sched_setscheduler.2.html)
        fn sched_setscheduler(thread: c_int, policy: c_int, parameters: *const Parameters) -> c_int;
    }

    pub(super) fn leave_preemption() {
        // A policy that somebody chose stays.
        if change(OTHER, BATCH) {
            IS_LEFT.store(true, Ordering::Relaxed);
        }
    }

    /// Has a thread that has just been started run as others do, whichever started it.
    pub(crate) fn regain_preemption() {
        if IS_LEFT.load(Ordering::Relaxed) {
            change(BATCH, OTHER);
        }
    }

    /// Gives this thread a policy in another's place; whether it has it now.
    fn change(from: c_int, to: c_int) -> bool {
        // The only one that both policies have.
        let parameters = Parameters { priority: 0 };
        // SAFETY: zero is the thread that calls, and the parameters are there for the call's time.
        unsafe { sched_getscheduler(0) == from && sched_setscheduler(0, to, &raw const parameters) == 0 }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{fs, thread};

    use super::*;

    /// The policy of the thread that calls: field 41 of [`/proc/thread-self/stat`](https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
    fn policy() -> String {
        let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
        // Behind the name, which may hold anything, the third follows.
        let fields = stat.rsplit_once(')').unwrap().1;
        fields.split_whitespace().nth(41 - 3).unwrap().to_owned()
    }

    #[test]
    fn a_thread_is_set_and_those_that_it_starts_are_set_back() {
        let before = policy();
        let seen = thread::spawn(|| {
            run_after_wakers();
            let inherited = thread::spawn(|| {
                let inherited = policy();
                regain_preemption();
                (inherited, policy())
            });
            (policy(), inherited.join().unwrap())
        });
        let (own, (inherited, set_back)) = seen.join().unwrap();
        let batch = linux::BATCH.to_string();
        assert_eq!((&own, &inherited), (&batch, &batch));
        assert_eq!((set_back, policy()), (before.clone(), before));
    }
}
