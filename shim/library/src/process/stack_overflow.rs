//! A stack overflow that says so.
//!
//! In a program, Rust's standard library installs a handler of signals before `main`: a thread that runs into the guard page below
//! its stack ends the process with a message and `SIGABRT`, where it would be `SIGSEGV` without a word. A library has no such start.
//! So this module does the same for the thread that runs a program's `main`, and for each that the library's code starts:
//! [`export!`](crate::export) defines `pthread_create` for the library alone.
//!
//! A handler that was there before, such as that of Python's `faulthandler`, is called for all else.

use std::{
    ffi::{CStr, c_char, c_int, c_long, c_void},
    fmt::{self, Write},
    mem::{self, ManuallyDrop, size_of},
    ops::Range,
    process, ptr,
    sync::{
        Once, OnceLock,
        atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering},
    },
    thread,
};

use crate::symbol::replaced_symbol;

/// What a thread does.
pub type Start = unsafe extern "C-unwind" fn(*mut c_void) -> *mut c_void;

/// `pthread_create`.
type Create = unsafe extern "C" fn(*mut usize, *const c_void, Start, *mut c_void) -> c_int;

/// `pthread_attr_t`, of which no field is public.
#[repr(C, align(8))]
struct Attributes([u8; 64]);

/// `stack_t`.
#[repr(C)]
struct SignalStack {
    start: *mut c_void,
    flags: c_int,
    size: usize,
}

/// `struct sigaction` of glibc.
#[repr(C)]
struct Action {
    handler: usize,
    mask: [u64; 16],
    flags: c_int,
    restorer: usize,
}

impl Action {
    const DEFAULT: Self = Self {
        handler: 0,
        mask: [0; 16],
        flags: 0,
        restorer: 0,
    };
}

/// The start of `siginfo_t`, for a fault.
#[repr(C)]
struct Information {
    signal: c_int,
    error: c_int,
    code: c_int,
    address: usize,
}

unsafe extern "C" {
    fn abort() -> !;
    fn getauxval(kind: usize) -> usize;
    fn getrlimit(resource: c_int, limits: *mut [u64; 2]) -> c_int;
    fn getpagesize() -> c_int;
    fn mmap(
        start: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    fn mprotect(start: *mut c_void, length: usize, protection: c_int) -> c_int;
    fn pthread_attr_destroy(attributes: *mut Attributes) -> c_int;
    fn pthread_attr_getguardsize(attributes: *const Attributes, size: *mut usize) -> c_int;
    fn pthread_attr_getstack(attributes: *const Attributes, start: *mut *mut c_void, size: *mut usize) -> c_int;
    fn pthread_getattr_np(thread: usize, attributes: *mut Attributes) -> c_int;
    fn pthread_key_create(key: *mut u32, ended: Option<unsafe extern "C" fn(*mut c_void)>) -> c_int;
    fn pthread_self() -> usize;
    fn pthread_setspecific(key: u32, value: *const c_void) -> c_int;
    fn raise(signal: c_int) -> c_int;
    fn sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int;
    fn sigaltstack(new: *const SignalStack, old: *mut SignalStack) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
}

const SIGBUS: c_int = 7;
const SIGSEGV: c_int = 11;
const SA_SIGINFO: c_int = 4;
const SA_ONSTACK: c_int = 0x0800_0000;
const SS_DISABLE: c_int = 2;
const RLIMIT_STACK: c_int = 3;
const RLIM_INFINITY: u64 = u64::MAX;
const AT_EXECFN: usize = 31;
const AT_MINSIGSTKSZ: usize = 51;
const EAGAIN: c_int = 11;
const SYS_GETTID: c_long = if cfg!(target_arch = "aarch64") { 178 } else { 186 };

/// The memory that a signal's handler runs on, besides what the CPU's registers take.
const STACK_SIZE: usize = 16 << 10;

/// A thread that is watched, at the end of the memory that its handler runs on. It is not freed, but used again for another thread.
struct Watch {
    next: AtomicPtr<Watch>,
    /// Whether a thread has it, or is about to.
    is_taken: AtomicBool,
    /// The thread, and the addresses that it meets if its stack is too small; none where the first is zero.
    thread: AtomicUsize,
    guard_start: AtomicUsize,
    guard_end: AtomicUsize,
    /// Whether it runs `main`, but was not started for it.
    is_main: AtomicBool,
    /// What a new thread does.
    start: AtomicUsize,
    argument: AtomicPtr<c_void>,
}

/// All that there are.
static WATCHES: AtomicPtr<Watch> = AtomicPtr::new(ptr::null_mut());

impl Watch {
    fn all() -> impl Iterator<Item = &'static Self> {
        let mut next = WATCHES.load(Ordering::Acquire);
        std::iter::from_fn(move || {
            // SAFETY: what is in the list is not freed, and shared alone.
            let watch = unsafe { next.as_ref() }?;
            next = watch.next.load(Ordering::Acquire);
            Some(watch)
        })
    }

    /// One that no thread has. Takes no memory from the library's allocator, which may start threads itself.
    fn take() -> Option<&'static Self> {
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
            let start = mmap(ptr::null_mut(), size, 1 | 2, PRIVATE_ANONYMOUS_STACK, -1, 0);
            if start.addr() == usize::MAX || mprotect(start, page_size(), 0) != 0 {
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
    fn begin(&'static self) {
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
    fn end(&self) {
        self.thread.store(0, Ordering::Relaxed);
        self.is_main.store(false, Ordering::Relaxed);
        self.is_taken.store(false, Ordering::Release);
    }

    /// The one that watches this thread.
    fn current() -> Option<&'static Self> {
        // SAFETY: it has no requirements.
        let current = unsafe { pthread_self() };
        Self::all().find(|watch| watch.thread.load(Ordering::Acquire) == current)
    }

    /// Whether an address is one that this thread meets if its stack is too small.
    fn guards(&self, address: usize) -> bool {
        (self.guard_start.load(Ordering::Relaxed)..self.guard_end.load(Ordering::Relaxed)).contains(&address)
    }
}

/// Watches the thread that runs a program's `main`, until it ends.
pub(crate) fn watch_main() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(install);
    if Watch::current().is_none()
        && let Some(watch) = Watch::take()
    {
        // A thread that was started for `main` has that name, and others have none that a program would have given.
        watch.is_main.store(true, Ordering::Relaxed);
        // Has the handler find the thread's name without asking for memory.
        let _ = thread::current();
        watch.begin();
    }
}

/// `pthread_create` for the library's code: the new thread is watched.
///
/// # Safety
///
/// As of POSIX's function.
pub unsafe fn create_thread(
    thread: *mut usize,
    attributes: *const c_void,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    let Some(create) = libc_create() else { return EAGAIN };
    let Some(watch) = Watch::take() else {
        // SAFETY: the caller's promise.
        return unsafe { create(thread, attributes, start, argument) };
    };
    watch.start.store(start as usize, Ordering::Relaxed);
    watch.argument.store(argument, Ordering::Relaxed);
    // SAFETY: the caller's promise; the new thread has the watch.
    let status = unsafe { create(thread, attributes, watched, ptr::from_ref(watch).cast_mut().cast()) };
    if status != 0 {
        watch.end();
    }
    status
}

/// Has no values to drop: a thread of C may end by `pthread_exit`, which unwinds this.
unsafe extern "C-unwind" fn watched(watch: *mut c_void) -> *mut c_void {
    // SAFETY: `create_thread` passed a watch, which is not freed, and a start in it.
    let (start, argument) = unsafe {
        let watch = &*watch.cast::<Watch>();
        let start = mem::transmute::<usize, Start>(watch.start.load(Ordering::Relaxed));
        let argument = watch.argument.load(Ordering::Relaxed);
        watch.begin();
        (start, argument)
    };
    // SAFETY: the caller of `create_thread` promised it.
    unsafe { start(argument) }
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

fn libc_create() -> Option<Create> {
    static FOUND: OnceLock<Option<usize>> = OnceLock::new();
    let found = FOUND.get_or_init(|| replaced_symbol(c"pthread_create").map(|found| found.expose_provenance()));
    // SAFETY: POSIX declares this symbol with this type.
    found.map(|found| unsafe { mem::transmute::<usize, Create>(found) })
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

/// The kernel's number of this thread. `gettid` came with glibc 2.30.
fn thread_id() -> c_long {
    // SAFETY: it has no requirements.
    unsafe { syscall(SYS_GETTID) }
}

fn page_size() -> usize {
    // SAFETY: it has no requirements.
    unsafe { getpagesize() }.unsigned_abs() as usize
}

/// How large a handler's stack is, the watch included.
fn stack_size() -> usize {
    // SAFETY: it has no requirements; zero where the kernel does not say.
    let registers = unsafe { getauxval(AT_MINSIGSTKSZ) };
    (STACK_SIZE + registers).next_multiple_of(page_size())
}

/// The addresses that this thread meets if its stack is too small.
fn guard() -> Option<Range<usize>> {
    if thread_id() == c_long::from(process::id()) {
        return guard_of_first();
    }
    let mut attributes = Attributes([0; 64]);
    let (mut start, mut size, mut guard) = (ptr::null_mut(), 0, 0);
    // SAFETY: places for what is asked for.
    let is_found = unsafe {
        if pthread_getattr_np(pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let is_found = pthread_attr_getstack(&attributes, &mut start, &mut size) == 0
            && pthread_attr_getguardsize(&attributes, &mut guard) == 0;
        pthread_attr_destroy(&mut attributes);
        is_found
    };
    let start = start.addr();
    // Before 2.27, glibc counted the guard page as a part of the stack.
    (is_found && guard > 0).then(|| start.saturating_sub(guard)..start + guard)
}

/// The same for the process's first thread. It has no guard page: the kernel does not let its stack grow beyond the limit, which is not at a page's
/// start if it is not a multiple of one.
///
/// glibc would read all of `/proc/self/maps` for it, which takes a third of the time in which a library is imported.
fn guard_of_first() -> Option<Range<usize>> {
    let mut limits = [0; 2];
    // SAFETY: a place for both limits.
    if unsafe { getrlimit(RLIMIT_STACK, &mut limits) } != 0 || limits[0] == RLIM_INFINITY {
        return None;
    }
    let start = end_of_first()?.checked_sub(usize::try_from(limits[0]).ok()?)?;
    let page = page_size();
    Some(start.next_multiple_of(page).saturating_sub(2 * page)..start.next_multiple_of(page))
}

/// Where the stack of the process's first thread ends: behind the name of the program's file, which the kernel lays there first, and a null pointer.
fn end_of_first() -> Option<usize> {
    // SAFETY: it has no requirements; zero where the kernel does not say.
    let name = ptr::with_exposed_provenance::<c_char>(unsafe { getauxval(AT_EXECFN) });
    // SAFETY: a text that the kernel wrote for the process.
    let length = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.count_bytes())?;
    Some((name.addr() + length + 1 + size_of::<*const c_char>()).next_multiple_of(page_size()))
}

/// What was done with a signal before.
struct Previous(AtomicPtr<Action>);

static PREVIOUS: [Previous; 2] = [const { Previous(AtomicPtr::new(ptr::null_mut())) }; 2];

fn previous(signal: c_int) -> &'static Previous {
    &PREVIOUS[usize::from(signal == SIGBUS)]
}

fn install() {
    for signal in [SIGSEGV, SIGBUS] {
        let old = Box::leak(Box::new(Action::DEFAULT));
        // SAFETY: asks for what is done with a signal.
        if unsafe { sigaction(signal, ptr::null(), old) } != 0 {
            continue;
        }
        previous(signal).0.store(old, Ordering::Release);
        let handler: unsafe extern "C" fn(c_int, *const Information, *mut c_void) = handle;
        let action = Action {
            handler: handler as usize,
            flags: SA_SIGINFO | SA_ONSTACK,
            ..Action::DEFAULT
        };
        // SAFETY: the handler is one for these flags, and does what a handler may.
        unsafe { sigaction(signal, &action, ptr::null_mut()) };
    }
}

/// Calls nothing that may not be called in a handler: the thread stands at any place of any code.
unsafe extern "C" fn handle(signal: c_int, information: *const Information, _: *mut c_void) {
    // SAFETY: the kernel passes it.
    let information = unsafe { &*information };
    // Codes of zero and less are of processes that sent the signal.
    let is_fault = information.code > 0;
    if is_fault
        && let Some(watch) = Watch::current()
        && watch.guards(information.address)
    {
        overflowed(watch);
    }
    let old = previous(signal).0.load(Ordering::Acquire);
    // SAFETY: what was done before, which is not freed. A fault comes again when this returns; what was sent is sent again.
    unsafe {
        sigaction(
            signal,
            if old.is_null() { &Action::DEFAULT } else { old },
            ptr::null_mut(),
        );
        if !is_fault {
            raise(signal);
        }
    }
}

/// Says what the standard library says, and ends the process as it does.
#[cold]
fn overflowed(watch: &Watch) -> ! {
    let mut message = Message {
        bytes: [0; 512],
        length: 0,
    };
    // Threads that the standard library starts know theirs from the start, and `watch_main` asked for it: no memory is taken. It is
    // another thread's business to drop it.
    let thread = (!watch.is_main.load(Ordering::Relaxed)).then(|| ManuallyDrop::new(thread::current()));
    let name = thread.as_ref().map_or(Some("main"), |thread| thread.name());
    let _ = write!(
        message,
        "\nthread '{}' ({}) has overflowed its stack\nfatal runtime error: stack overflow, aborting\n",
        name.unwrap_or("<unknown>"),
        thread_id(),
    );
    // SAFETY: initialised bytes; ends the process.
    unsafe {
        write(2, message.bytes.as_ptr().cast(), message.length);
        abort()
    }
}

/// A text of limited length; what is beyond it is left out.
struct Message {
    bytes: [u8; 512],
    length: usize,
}

impl Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.bytes[self.length..];
        let count = room.len().min(text.len());
        room[..count].copy_from_slice(&text.as_bytes()[..count]);
        self.length += count;
        Ok(())
    }
}

/// Defines the C function by which threads are started, for what is linked into the same library.
#[doc(hidden)]
#[macro_export]
macro_rules! export_threads {
    () => {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn pthread_create(
            thread: *mut usize,
            attributes: *const ::core::ffi::c_void,
            start: $crate::stack_overflow::Start,
            argument: *mut ::core::ffi::c_void,
        ) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::stack_overflow::create_thread(thread, attributes, start, argument) }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::{
        env,
        hint::black_box,
        os::unix::process::ExitStatusExt,
        process::{Command, Output},
    };

    use super::*;

    /// What a child of this test does, by the name in its environment.
    const CHILD: &str = "LAMBDA_SHIM_TEST_CHILD";

    fn depth(left: u64) -> u64 {
        let room = black_box([left; 64]);
        match left {
            0 => room[0],
            _ => depth(left - 1) + black_box(&room)[7],
        }
    }

    unsafe extern "C-unwind" fn overflow(_: *mut c_void) -> *mut c_void {
        black_box(depth(u64::MAX));
        ptr::null_mut()
    }

    unsafe extern "C-unwind" fn fault(_: *mut c_void) -> *mut c_void {
        // SAFETY: none: it is what the test is about.
        unsafe { ptr::without_provenance_mut::<u8>(black_box(8)).write_volatile(1) };
        ptr::null_mut()
    }

    unsafe extern "C-unwind" fn end(_: *mut c_void) -> *mut c_void {
        assert!(Watch::current().is_some());
        ptr::null_mut()
    }

    /// Runs a thread as the library's code would, of which Rust's standard library knows nothing.
    fn run(start: Start) {
        unsafe extern "C" {
            fn pthread_join(thread: usize, result: *mut *mut c_void) -> c_int;
        }
        let mut thread = 0;
        // SAFETY: places for what is asked for; the start needs no argument.
        unsafe {
            assert_eq!(create_thread(&mut thread, ptr::null(), start, ptr::null_mut()), 0);
            assert_eq!(pthread_join(thread, ptr::null_mut()), 0);
        }
    }

    /// Does a test's work in a process of its own, which it ends.
    fn child(test: &str, work: impl FnOnce()) -> Option<Output> {
        if env::var_os(CHILD).is_some() {
            watch_main();
            work();
            return None;
        }
        let this = env::current_exe().unwrap();
        let name = format!("stack_overflow::tests::{test}");
        let mut command = Command::new(this);
        command.args(["--exact", &name, "--nocapture"]).env(CHILD, "1");
        Some(command.output().unwrap())
    }

    #[test]
    fn a_stack_overflow_is_said_and_aborts() {
        let Some(output) = child("a_stack_overflow_is_said_and_aborts", || run(overflow)) else {
            return;
        };
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(6), "{log}");
        assert!(log.contains("\nthread '<unknown>' ("), "{log}");
        assert!(
            log.ends_with(") has overflowed its stack\nfatal runtime error: stack overflow, aborting\n"),
            "{log}"
        );
    }

    #[test]
    fn the_end_of_the_first_threads_stack_is_known() {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let stack = maps.lines().find(|line| line.ends_with("[stack]")).unwrap();
        let (_, end) = stack.split(' ').next().unwrap().split_once('-').unwrap();
        assert_eq!(end_of_first(), usize::from_str_radix(end, 16).ok());
    }

    #[test]
    fn another_fault_is_as_it_was() {
        let Some(output) = child("another_fault_is_as_it_was", || run(fault)) else {
            return;
        };
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(SIGSEGV), "{log}");
        assert!(!log.contains("overflow"), "{log}");
    }

    #[test]
    fn a_watch_is_used_again() {
        let Some(output) = child("a_watch_is_used_again", || {
            (0..100).for_each(|_| run(end));
            assert!(Watch::all().count() <= 4);
        }) else {
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
