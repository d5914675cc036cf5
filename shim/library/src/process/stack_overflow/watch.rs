//! The threads that are watched, and the memory that their handlers run on.

use std::{
    ffi::{c_int, c_void},
    mem::size_of,
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering},
    },
};

use super::{
    guard::guard,
    libc::{
        AT_MINSIGSTKSZ, SS_DISABLE, SignalStack, getauxval, mmap, pthread_key_create, pthread_self,
        pthread_setspecific, sigaltstack,
    },
};
use crate::process::pages::{NOTHING, READ, WRITE, mprotect, page_size};

/// The memory that a signal's handler runs on, besides what the CPU's registers take.
const STACK_SIZE: usize = 16 << 10;

/// A thread that is watched, at the end of the memory that its handler runs on. It is not freed, but used again for another thread.
pub(super) struct Watch {
    next: AtomicPtr<Watch>,
    /// Whether a thread has it, or is about to.
    is_taken: AtomicBool,
    /// The thread, and the addresses that it meets if its stack is too small; none where the first is zero.
    thread: AtomicUsize,
    guard_start: AtomicUsize,
    guard_end: AtomicUsize,
    /// Whether it runs `main`, but was not started for it.
    pub(super) is_main: AtomicBool,
    /// What a new thread does.
    pub(super) start: AtomicUsize,
    pub(super) argument: AtomicPtr<c_void>,
}

/// All that there are.
static WATCHES: AtomicPtr<Watch> = AtomicPtr::new(ptr::null_mut());

impl Watch {
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        let mut next = WATCHES.load(Ordering::Acquire);
        std::iter::from_fn(move || {
            // SAFETY: what is in the list is not freed, and shared alone.
            let watch = unsafe { next.as_ref() }?;
            next = watch.next.load(Ordering::Acquire);
            Some(watch)
        })
    }

    /// One that no thread has. Takes no memory from the library's allocator, which may start threads itself.
    pub(super) fn take() -> Option<&'static Self> {
        let free = |watch: &&Self| {
            let taken = &watch.is_taken;
            taken
                .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        };
        Self::all().find(free).or_else(Self::new)
    }

    fn new() -> Option<&'static Self> {
        let size = stack_size() + page_size();
        // SAFETY: new memory, of which the first page is for nobody.
        let start = unsafe {
            const PRIVATE_ANONYMOUS_STACK: c_int = 0x2_0022;
            let start = mmap(ptr::null_mut(), size, READ | WRITE, PRIVATE_ANONYMOUS_STACK, -1, 0);
            if start.addr() == usize::MAX || mprotect(start, page_size(), NOTHING) != 0 {
                return None;
            }
            start
        };
        let place = start.wrapping_byte_add(size - size_of::<Self>()).cast::<Self>();
        let watch = Self {
            next: AtomicPtr::new(ptr::null_mut()),
            is_taken: AtomicBool::new(true),
            thread: AtomicUsize::new(0),
            guard_start: AtomicUsize::new(0),
            guard_end: AtomicUsize::new(0),
            is_main: AtomicBool::new(false),
            start: AtomicUsize::new(0),
            argument: AtomicPtr::new(ptr::null_mut()),
        };
        // SAFETY: the end of the new memory is aligned for it, as the start and the size of a page are.
        let watch = unsafe {
            place.write(watch);
            &*place
        };
        let mut first = WATCHES.load(Ordering::Relaxed);
        loop {
            watch.next.store(first, Ordering::Relaxed);
            match WATCHES.compare_exchange_weak(first, place, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return Some(watch),
                Err(changed) => first = changed,
            }
        }
    }

    /// Watches this thread until it ends.
    pub(super) fn begin(&'static self) {
        let (Some(guard), Some(ended)) = (guard(), ended_key()) else {
            return self.end();
        };
        let mut stack = SignalStack {
            start: ptr::null_mut(),
            flags: 0,
            size: 0,
        };
        // SAFETY: asks for this thread's, and gives it one if it has none: memory below this, for as long as `end` was not called.
        unsafe {
            if sigaltstack(ptr::null(), &mut stack) == 0 && stack.flags & SS_DISABLE != 0 {
                let end = ptr::from_ref(self).cast_mut().cast::<c_void>();
                let size = (stack_size() - size_of::<Self>()) & !15;
                stack = SignalStack {
                    start: end.wrapping_byte_sub(size),
                    flags: 0,
                    size,
                };
                sigaltstack(&stack, ptr::null_mut());
            }
        }
        self.guard_start.store(guard.start, Ordering::Relaxed);
        self.guard_end.store(guard.end, Ordering::Relaxed);
        // SAFETY: it has no requirements.
        self.thread.store(unsafe { pthread_self() }, Ordering::Release);
        // SAFETY: the key's values are watches, that are not freed.
        unsafe { pthread_setspecific(ended, ptr::from_ref(self).cast()) };
    }

    /// Gives it back.
    pub(super) fn end(&self) {
        self.thread.store(0, Ordering::Relaxed);
        self.is_main.store(false, Ordering::Relaxed);
        self.is_taken.store(false, Ordering::Release);
    }

    /// The one that watches this thread.
    pub(super) fn current() -> Option<&'static Self> {
        // SAFETY: it has no requirements.
        let current = unsafe { pthread_self() };
        Self::all().find(|watch| watch.thread.load(Ordering::Acquire) == current)
    }

    /// Whether an address is one that this thread meets if its stack is too small.
    pub(super) fn guards(&self, address: usize) -> bool {
        (self.guard_start.load(Ordering::Relaxed)..self.guard_end.load(Ordering::Relaxed)).contains(&address)
    }
}

/// The thread that had a watch ends.
unsafe extern "C" fn ended(watch: *mut c_void) {
    // SAFETY: the key's values are watches.
    let watch = unsafe { &*watch.cast::<Watch>() };
    let start = ptr::from_ref(watch).addr();
    let mut stack = SignalStack {
        start: ptr::null_mut(),
        flags: 0,
        size: 0,
    };
    // SAFETY: takes this thread's, if it is the watch's own, which no handler runs on now.
    unsafe {
        if sigaltstack(ptr::null(), &mut stack) == 0 && stack.start.addr().wrapping_add(stack.size) == start {
            stack.flags = SS_DISABLE;
            sigaltstack(&stack, ptr::null_mut());
        }
    }
    watch.end();
}

/// A key whose value is a thread's watch.
fn ended_key() -> Option<u32> {
    static KEY: OnceLock<Option<u32>> = OnceLock::new();
    *KEY.get_or_init(|| {
        let mut key = 0;
        // SAFETY: a place for the key; the function is given values of that key alone.
        (unsafe { pthread_key_create(&mut key, Some(ended)) } == 0).then_some(key)
    })
}

/// How large a handler's stack is, the watch included.
fn stack_size() -> usize {
    // SAFETY: it has no requirements; zero where the kernel does not say.
    let registers = unsafe { getauxval(AT_MINSIGSTKSZ) };
    (STACK_SIZE + registers).next_multiple_of(page_size())
}
