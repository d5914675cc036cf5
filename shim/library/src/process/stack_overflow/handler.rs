//! The handler of the signals of faults.

use std::{
    ffi::{c_int, c_void},
    fmt::{self, Write},
    mem::ManuallyDrop,
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
    thread,
};

use super::{
    guard::thread_id,
    libc::{Action, Information, SA_ONSTACK, SA_SIGINFO, SIGBUS, SIGSEGV, abort, raise, sigaction, write},
    watch::Watch,
};

/// What was done with a signal before.
struct Previous(AtomicPtr<Action>);

static PREVIOUS: [Previous; 2] = [const { Previous(AtomicPtr::new(ptr::null_mut())) }; 2];

fn previous(signal: c_int) -> &'static Previous {
    &PREVIOUS[usize::from(signal == SIGBUS)]
}

/// Has the handler called from now on.
pub(super) fn install() {
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
