//! When a thread runs that another has woken.

/// Has this thread wait for its turn when another wakes it, rather than run in that one's place at once: Linux's
/// [`SCHED_BATCH`](https://man7.org/linux/man-pages/man7/sched.7.html), which takes nothing of its share of the processor. Processes that it
/// starts inherit this, and so do threads that libc starts by itself (`getaddrinfo_a`, timers); those that the library's code starts do not.
/// Where it can't be had, nothing happens.
///
/// For the thread of a `main` with `lambda_runtime`'s own client: it is woken by the client's thread that reads an answer. Run at once, in
/// that one's place, it asks for more before the connection is back in the client's pool, and the client opens a new one: for a third of
/// all events, as was measured.
///
/// ```
/// std::thread::spawn(lambda_shim::run_after_wakers).join().unwrap();
/// ```
pub fn run_after_wakers() {
    // Where threads that the library starts can be set back.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    linux::leave_preemption();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use linux::regain_preemption;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod linux {
    use std::{
        ffi::c_int,
        sync::atomic::{AtomicBool, Ordering},
    };

    /// `SCHED_OTHER`.
    pub(super) const OTHER: c_int = 0;
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

    /// The policy of the thread that calls.
    pub(super) fn policy() -> c_int {
        // SAFETY: zero is the thread that calls.
        unsafe { sched_getscheduler(0) }
    }

    /// Gives the thread that calls a policy in another's place; whether it has it now.
    pub(super) fn change(from: c_int, to: c_int) -> bool {
        // The only one that both policies have.
        let parameters = Parameters { priority: 0 };
        // SAFETY: zero is the thread that calls, and the parameters are there for the call's time.
        policy() == from && unsafe { sched_setscheduler(0, to, &raw const parameters) } == 0
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::{
        ffi::{c_int, c_void},
        ptr, thread,
    };

    use super::{
        linux::{BATCH, OTHER, policy},
        *,
    };
    use crate::{
        process::stack_overflow::create_thread,
        program::{Exit, Function},
    };

    /// What a thread has that is started as the library's code starts one.
    fn policy_of_started() -> c_int {
        unsafe extern "C" {
            fn pthread_join(thread: usize, result: *mut *mut c_void) -> c_int;
        }
        unsafe extern "C-unwind" fn tell(_: *mut c_void) -> *mut c_void {
            ptr::without_provenance_mut(policy() as usize)
        }
        let (mut thread, mut told) = (0, ptr::null_mut());
        // SAFETY: places for what is asked for; the start needs no argument.
        unsafe {
            assert_eq!(create_thread(&mut thread, ptr::null(), tell, ptr::null_mut()), 0);
            assert_eq!(pthread_join(thread, &mut told), 0);
        }
        told.addr() as c_int
    }

    #[test]
    fn a_thread_is_set_and_those_that_the_library_starts_are_not() {
        let before = policy();
        thread::spawn(|| {
            // The test may run as a batch.
            linux::change(BATCH, OTHER);
            assert_eq!((policy(), policy_of_started()), (OTHER, OTHER));
            run_after_wakers();
            assert_eq!((policy(), policy_of_started()), (BATCH, OTHER));
            // By the kernel alone, it would be.
            assert_eq!(thread::spawn(policy).join().unwrap(), BATCH);
        })
        .join()
        .unwrap();
        assert_eq!(policy(), before);
    }

    #[test]
    fn a_main_that_asks_lambda_itself_is_set() {
        static FUNCTION: Function = Function::new(|| unreachable!("it is another dispatch's"))
            .with_main(|| Exit::new(u8::from(policy() == BATCH), "main returned"));
        let ended = thread::spawn(|| {
            linux::change(BATCH, OTHER);
            FUNCTION.run()
        });
        assert_eq!(ended.join().unwrap().unwrap().status, 1);
    }
}
