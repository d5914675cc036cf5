//! The C ABI, called as the shim calls it, over programs that are driven by a plain executor.

use std::{
    ffi::c_void,
    mem::MaybeUninit,
    pin::Pin,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
};

use lambda_shim::{Engine, Failure, Function, Slot, Step};

/// Polls `main` on the calling thread, without a runtime.
struct Plain(Pin<Box<dyn Future<Output = Failure>>>);

impl Engine for Plain {
    fn drive(&mut self, slot: &Slot) -> Step {
        let mut cx = Context::from_waker(Waker::noop());
        let main = self.0.as_mut();
        let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| main.poll(&mut cx)));
        match polled {
            Err(payload) => Step::Ended(Failure::panic(&*payload)),
            Ok(Poll::Ready(failure)) => Step::Ended(failure),
            Ok(Poll::Pending) => match slot.poll_waiting(&mut cx) {
                Poll::Ready(()) => Step::Waiting,
                Poll::Pending => Step::Ended(Failure::exit("nothing would wake main again")),
            },
        }
    }
}

fn engine(main: impl Future<Output = Failure> + 'static) -> Result<Box<dyn Engine>, Failure> {
    Ok(Box::new(Plain(Box::pin(main))))
}

/// Answers with the event, and the request id behind it.
static ECHO: Function = Function::new(|| {
    engine(async {
        loop {
            ECHO.slot().next().await;
            let answer = ECHO
                .slot()
                .read(|invocation| [invocation.event, b"|", invocation.request_id.as_bytes()].concat());
            ECHO.slot().respond(Ok(answer.unwrap_or_default()));
        }
    })
});

static STARTS: AtomicU32 = AtomicU32::new(0);

/// Its `main` ends, or panics, when the event says so.
static FRAGILE: Function = Function::new(|| {
    STARTS.fetch_add(1, Ordering::SeqCst);
    engine(async {
        loop {
            FRAGILE.slot().next().await;
            match FRAGILE.slot().read(|invocation| invocation.event.to_vec()).as_deref() {
                Some(b"end") => return Failure::exit("main returned"),
                Some(b"panic") => panic!("out of luck"),
                _ => FRAGILE.slot().respond(Ok(b"fine".to_vec())),
            }
        }
    })
});

static BROKEN: Function = Function::new(|| engine(async { Failure::exit("no table") }));

/// Calls itself.
static RECURSIVE: Function = Function::new(|| {
    engine(async {
        loop {
            RECURSIVE.slot().next().await;
            let inner = RECURSIVE.invoke(&Default::default());
            RECURSIVE.slot().respond(inner);
        }
    })
});

/// Its `main` is synchronous: it waits for each future on the thread that it has to itself.
static SYNCHRONOUS: Function = Function::new(|| {
    lambda_shim::thread(|| {
        struct Unpark(thread::Thread);
        impl Wake for Unpark {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            let mut next = Box::pin(SYNCHRONOUS.slot().next());
            while next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                thread::park();
            }
            let event = SYNCHRONOUS.slot().read(|invocation| invocation.event.to_vec());
            match event.as_deref() {
                Some(b"end") => return Failure::exit("main returned"),
                Some(b"panic") => panic!("out of luck"),
                event => {
                    let name = thread::current().name().unwrap_or_default().to_owned();
                    let answer = [event.unwrap_or_default(), name.as_bytes()].concat();
                    SYNCHRONOUS.slot().respond(Ok(answer));
                }
            }
        }
    })
});

lambda_shim::export![ECHO, FRAGILE, BROKEN, RECURSIVE, SYNCHRONOUS];

/// The layout that `lambda_shim::abi` documents.
#[repr(C)]
struct CallOutcome {
    body: (*mut u8, usize, usize),
    error_type: (*mut u8, usize, usize),
}

const CONTEXT: &[u8] = b"id-1\n1700000000000\narn\n\n\n\n";

fn take(call: impl FnOnce(*mut c_void) -> i32) -> Result<Vec<u8>, (String, String)> {
    let bytes = |(data, length, _): (*mut u8, usize, usize)| match data.is_null() {
        true => Vec::new(),
        // SAFETY: the library wrote these parts, and frees them below.
        false => unsafe { std::slice::from_raw_parts(data, length) }.to_vec(),
    };
    let mut outcome = MaybeUninit::<CallOutcome>::uninit();
    let place = outcome.as_mut_ptr().cast::<c_void>();
    let status = call(place);
    // SAFETY: every call writes its outcome.
    let read = unsafe { ptr::read(outcome.as_ptr()) };
    let text = |part| String::from_utf8(bytes(part)).unwrap();
    let result = match status {
        0 => Ok(bytes(read.body)),
        _ => Err((text(read.error_type), text(read.body))),
    };
    // SAFETY: the outcome is the library's own; a second call finds it empty.
    unsafe {
        lambda_shim_free(place);
        lambda_shim_free(place);
        lambda_shim_free(ptr::null_mut());
    }
    result
}

fn init(function: u32) -> Result<Vec<u8>, (String, String)> {
    // SAFETY: `take` passes a place for an outcome.
    take(|outcome| unsafe { lambda_shim_init(function, outcome) })
}

fn invoke_with(function: u32, event: &[u8], context: &[u8]) -> Result<Vec<u8>, (String, String)> {
    // SAFETY: the slices outlive the call, and `take` passes a place for an outcome.
    take(|outcome| unsafe {
        lambda_shim_invoke(
            function,
            event.as_ptr(),
            event.len(),
            context.as_ptr(),
            context.len(),
            outcome,
        )
    })
}

fn invoke(function: u32, event: &[u8]) -> Result<Vec<u8>, (String, String)> {
    invoke_with(function, event, CONTEXT)
}

fn misuse(message: &str) -> Result<Vec<u8>, (String, String)> {
    Err(("LambdaShim.Misuse".to_owned(), message.to_owned()))
}

fn exit(message: &str) -> Result<Vec<u8>, (String, String)> {
    Err(("Runtime.ExitError".to_owned(), message.to_owned()))
}

// A function belongs to the thread that initialises it, and the test runner has many: one test for each function.

#[test]
fn any_bytes_pass_and_misuse_changes_nothing() {
    assert_eq!(init(0), Ok(Vec::new()));
    assert_eq!(init(0), Ok(Vec::new()), "a second time does nothing");
    assert_eq!(invoke(0, b"\0\xff\"\n").as_deref(), Ok(b"\0\xff\"\n|id-1".as_slice()));
    assert_eq!(invoke(0, b"").as_deref(), Ok(b"|id-1".as_slice()));
    assert_eq!(
        invoke_with(0, b"{}", b"a\nb"),
        misuse("the invocation's context has 2 lines, not 7")
    );
    assert!(invoke_with(0, b"{}", b"\xff").is_err());
    let elsewhere = thread::spawn(|| invoke(0, b"{}")).join().unwrap();
    assert_eq!(
        elsewhere,
        misuse("the function was called from another thread than the one that initialised it")
    );
    let large = vec![b'x'; 6 << 20];
    assert_eq!(invoke(0, &large).map(|answer| answer.len()), Ok(large.len() + 5));
}

#[test]
fn an_ended_main_starts_anew_with_the_next_event() {
    assert_eq!(
        invoke(1, b"1").as_deref(),
        Ok(b"fine".as_slice()),
        "initialised on first use"
    );
    assert_eq!(invoke(1, b"panic"), exit("main panicked: out of luck"));
    assert_eq!(invoke(1, b"2").as_deref(), Ok(b"fine".as_slice()));
    assert_eq!(invoke(1, b"end"), exit("main returned"));
    assert_eq!(invoke(1, b"3").as_deref(), Ok(b"fine".as_slice()));
    assert_eq!(STARTS.load(Ordering::SeqCst), 3);
}

#[test]
fn a_main_that_ends_before_its_first_event_fails_the_initialisation() {
    assert_eq!(init(2), exit("no table"));
    assert_eq!(invoke(2, b"{}"), exit("no table"));
}

#[test]
fn a_call_from_within_is_refused() {
    assert_eq!(
        invoke(3, b"{}"),
        misuse("the function was called from within itself; only one invocation runs at a time")
    );
}

#[test]
fn a_main_on_its_own_thread_is_served_and_starts_anew() {
    assert_eq!(init(4), Ok(Vec::new()));
    assert_eq!(invoke(4, b"1").as_deref(), Ok(b"1main".as_slice()));
    assert_eq!(invoke(4, b"2").as_deref(), Ok(b"2main".as_slice()));
    assert_eq!(invoke(4, b"panic"), exit("main panicked: out of luck"));
    assert_eq!(invoke(4, b"3").as_deref(), Ok(b"3main".as_slice()));
    assert_eq!(invoke(4, b"end"), exit("main returned"));
    assert_eq!(invoke(4, b"4").as_deref(), Ok(b"4main".as_slice()));
}

#[test]
fn a_number_without_a_function_is_refused() {
    assert_eq!(lambda_shim_abi_version(), lambda_shim::abi::VERSION);
    assert_eq!(
        invoke(9, b"{}"),
        misuse("function number 9 was called in a library of 5")
    );
}
