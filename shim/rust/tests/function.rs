//! Functions, called as the Python module calls them, over programs that are driven by a plain executor.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
};

use lambda_shim::{Engine, Failure, Function, Invocation, Slot, Step};

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

type Answer = Result<Vec<u8>, (String, String)>;

fn parts(failure: Failure) -> (String, String) {
    (failure.error_type, failure.message)
}

fn init(function: &'static Function) -> Result<(), (String, String)> {
    function.initialize().map_err(parts)
}

fn invoke(function: &'static Function, event: &[u8]) -> Answer {
    let invocation = Invocation {
        event,
        request_id: "id-1",
        deadline_ms: "1700000000000",
        invoked_function_arn: "arn",
        ..Invocation::default()
    };
    function.invoke(&invocation).map_err(parts)
}

fn misuse(message: &str) -> Answer {
    Err(("LambdaShim.Misuse".to_owned(), message.to_owned()))
}

fn exit(message: &str) -> (String, String) {
    ("Runtime.ExitError".to_owned(), message.to_owned())
}

// A function belongs to the thread that initialises it, and the test runner has many: one test for each function.

#[test]
fn any_bytes_pass_and_misuse_changes_nothing() {
    assert_eq!(init(&ECHO), Ok(()));
    assert_eq!(init(&ECHO), Ok(()), "a second time does nothing");
    assert_eq!(
        invoke(&ECHO, b"\0\xff\"\n").as_deref(),
        Ok(b"\0\xff\"\n|id-1".as_slice())
    );
    assert_eq!(invoke(&ECHO, b"").as_deref(), Ok(b"|id-1".as_slice()));
    let elsewhere = thread::spawn(|| invoke(&ECHO, b"{}")).join().unwrap();
    assert_eq!(
        elsewhere,
        misuse("the function was called from another thread than the one that initialised it")
    );
    let large = vec![b'x'; 6 << 20];
    assert_eq!(invoke(&ECHO, &large).map(|answer| answer.len()), Ok(large.len() + 5));
}

#[test]
fn an_ended_main_starts_anew_with_the_next_event() {
    assert_eq!(
        invoke(&FRAGILE, b"1").as_deref(),
        Ok(b"fine".as_slice()),
        "initialised on first use"
    );
    assert_eq!(invoke(&FRAGILE, b"panic"), Err(exit("main panicked: out of luck")));
    assert_eq!(invoke(&FRAGILE, b"2").as_deref(), Ok(b"fine".as_slice()));
    assert_eq!(invoke(&FRAGILE, b"end"), Err(exit("main returned")));
    assert_eq!(invoke(&FRAGILE, b"3").as_deref(), Ok(b"fine".as_slice()));
    assert_eq!(STARTS.load(Ordering::SeqCst), 3);
}

#[test]
fn a_main_that_ends_before_its_first_event_fails_the_initialisation() {
    assert_eq!(init(&BROKEN), Err(exit("no table")));
    assert_eq!(invoke(&BROKEN, b"{}"), Err(exit("no table")));
}

#[test]
fn a_call_from_within_is_refused() {
    assert_eq!(
        invoke(&RECURSIVE, b"{}"),
        misuse("the function was called from within itself; only one invocation runs at a time")
    );
}

#[test]
fn a_main_on_its_own_thread_is_served_and_starts_anew() {
    assert_eq!(init(&SYNCHRONOUS), Ok(()));
    assert_eq!(invoke(&SYNCHRONOUS, b"1").as_deref(), Ok(b"1main".as_slice()));
    assert_eq!(invoke(&SYNCHRONOUS, b"2").as_deref(), Ok(b"2main".as_slice()));
    assert_eq!(invoke(&SYNCHRONOUS, b"panic"), Err(exit("main panicked: out of luck")));
    assert_eq!(invoke(&SYNCHRONOUS, b"3").as_deref(), Ok(b"3main".as_slice()));
    assert_eq!(invoke(&SYNCHRONOUS, b"end"), Err(exit("main returned")));
    assert_eq!(invoke(&SYNCHRONOUS, b"4").as_deref(), Ok(b"4main".as_slice()));
}

#[test]
fn a_forked_child_is_turned_away() {
    use std::ffi::c_int;

    unsafe extern "C" {
        fn fork() -> c_int;
        fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
        fn _exit(status: c_int) -> !;
    }

    static FORKED: Function = Function::new(|| {
        engine(async {
            loop {
                FORKED.slot().next().await;
                FORKED.slot().respond(Ok(Vec::new()));
            }
        })
    });
    FORKED.initialize().unwrap();
    // SAFETY: the child calls the function, which takes no lock that another thread of the parent's may hold, and ends.
    let child = unsafe { fork() };
    if child == 0 {
        let failure = FORKED.invoke(&Invocation::default()).err();
        let refused = failure.is_some_and(|failure| failure.message.contains("before the fork"));
        // SAFETY: ends the child at once.
        unsafe { _exit(if refused { 0 } else { 1 }) };
    }
    let mut status = -1;
    // SAFETY: the child is this process's own, and there is a place for its status.
    assert_eq!(unsafe { waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0);
    assert!(FORKED.invoke(&Invocation::default()).is_ok());
}
