//! What is kept whole when Python forks: locks that a child finds free, and the knowledge that it is a child.

use std::{
    cell::UnsafeCell,
    ffi::c_int,
    ptr,
    sync::{
        Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

unsafe extern "C" {
    fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> c_int;
}

/// A lock that a fork can wait for.
trait Held: Sync {
    /// Takes the lock, for the thread that is about to fork.
    fn hold(&'static self);

    /// Gives it back.
    ///
    /// # Safety
    ///
    /// The calling thread called `hold`, in this process or in the one that this was forked from.
    unsafe fn release(&'static self);
}

/// A lock that is held by the thread that forks, once it was [registered](ForkMutex::hold_around_forks): a child has no other thread that could
/// ever give it back.
///
/// While a thread holds one, it takes no other one of these, and calls nothing but this library and libc: the thread that forks takes all of
/// them, in the order of their registration.
pub(crate) struct ForkMutex<T: 'static> {
    mutex: Mutex<T>,
    /// The guard of the thread that forks; only who holds the lock comes near it.
    held: UnsafeCell<Option<MutexGuard<'static, T>>>,
}

// SAFETY: `held` is only touched by `hold` and `release`, by the thread that holds the mutex; the rest is a mutex.
unsafe impl<T: Send> Sync for ForkMutex<T> {}

impl<T: Send> ForkMutex<T> {
    /// A lock, for a `static`.
    pub(crate) const fn new(value: T) -> Self {
        Self {
            mutex: Mutex::new(value),
            held: UnsafeCell::new(None),
        }
    }

    /// Takes the lock. What it guards is whole even where a thread panicked with it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has threads that fork hold this lock from now on.
    pub(crate) fn hold_around_forks(&'static self) {
        watch();
        let mut locks = LOCKS.lock();
        if !locks.iter().any(|lock| ptr::addr_eq(*lock, self)) {
            locks.push(self);
        }
    }
}

impl<T: Send> Held for ForkMutex<T> {
    fn hold(&'static self) {
        let guard = self.lock();
        // SAFETY: this thread holds the mutex.
        unsafe { *self.held.get() = Some(guard) };
    }

    unsafe fn release(&'static self) {
        // SAFETY: this thread holds the mutex: it called `hold`, says the caller, and gives it back here alone.
        drop(unsafe { (*self.held.get()).take() });
    }
}

/// The locks that are held around a fork; itself the first of them.
static LOCKS: ForkMutex<Vec<&'static dyn Held>> = ForkMutex::new(Vec::new());

static FORKS: AtomicU32 = AtomicU32::new(0);

extern "C" fn prepare() {
    let locks = LOCKS.lock();
    for lock in locks.iter() {
        lock.hold();
    }
    // SAFETY: this thread holds the mutex.
    unsafe { *LOCKS.held.get() = Some(locks) };
}

extern "C" fn release() {
    // SAFETY: libc calls this on the thread that it called `prepare` on, in the parent and in the child, where it is the copy of that thread.
    unsafe {
        if let Some(locks) = (*LOCKS.held.get()).take() {
            for lock in locks.iter().rev() {
                lock.release();
            }
        }
    }
}

extern "C" fn release_in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    release();
}

/// Has libc tell of forks from now on.
fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        // SAFETY: the handlers are functions of a library that is not unloaded.
        let status = unsafe { pthread_atfork(Some(prepare), Some(release), Some(release_in_child)) };
        debug_assert_eq!(status, 0, "it fails for want of memory alone");
    });
}

/// How many forks lie between this process and the one in which [`ForkMutex::hold_around_forks`], or this, was called first.
pub(crate) fn generation() -> u32 {
    watch();
    FORKS.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicBool, thread};

    use super::*;

    unsafe extern "C" {
        fn fork() -> c_int;
        fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
        fn alarm(seconds: u32) -> u32;
        fn _exit(status: c_int) -> !;
    }

    #[test]
    fn a_child_finds_the_lock_free_and_its_value_whole() {
        static PAIR: ForkMutex<(u64, u64)> = ForkMutex::new((0, 0));
        static ENDED: AtomicBool = AtomicBool::new(false);
        PAIR.hold_around_forks();
        PAIR.hold_around_forks();
        let before = generation();
        let writer = thread::spawn(|| {
            while !ENDED.load(Ordering::Relaxed) {
                let mut pair = PAIR.lock();
                pair.0 += 1;
                for _ in 0..1000 {
                    std::hint::spin_loop();
                }
                pair.1 += 1;
                drop(pair);
                // So that others get it.
                thread::yield_now();
            }
        });
        for _ in 0..50 {
            // SAFETY: the child takes a lock that is free in it, and ends.
            let child = unsafe { fork() };
            if child == 0 {
                // SAFETY: a child that hangs is ended by the signal; one that does not, here.
                unsafe {
                    alarm(5);
                    let pair = PAIR.lock();
                    _exit(c_int::from(pair.0 != pair.1 || generation() != before + 1));
                }
            }
            let mut status = -1;
            // SAFETY: the child is this process's own, and there is a place for its status.
            assert_eq!(unsafe { waitpid(child, &mut status, 0) }, child);
            assert_eq!(status, 0);
        }
        assert_eq!(generation(), before);
        ENDED.store(true, Ordering::Relaxed);
        writer.join().unwrap();
    }
}
