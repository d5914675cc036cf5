//! Functions, called as the Python module calls them, over programs that are driven by a plain executor.

use std::{
    env,
    pin::Pin,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use lambda_shim::{Engine, Exit, Failure, Function, Invocation, Slot, Step};

/// Polls `main` on the calling thread, without a runtime.
struct Plain(Pin<Box<dyn Future<Output = Exit>>>);

impl Engine for Plain {
    fn drive(&mut self, slot: &Slot) -> Step {
        let mut cx = Context::from_waker(Waker::noop());
        let main = self.0.as_mut();
        let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| main.poll(&mut cx)));
        match polled {
            Err(payload) => Step::Ended(Exit::panic(&*payload)),
            Ok(Poll::Ready(exit)) => Step::Ended(exit),
            Ok(Poll::Pending) => match slot.poll_waiting(&mut cx) {
                Poll::Ready(()) => Step::Waiting,
                Poll::Pending => Step::Ended(Exit::new(1, "nothing would wake main again")),
            },
        }
    }
}

fn engine(main: impl Future<Output = Exit> + 'static) -> Result<Box<dyn Engine>, Failure> {
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
        if env::var_os("ENDS_AT_ONCE").is_some() {
            return Exit::new(7, "no table");
        }
        loop {
            FRAGILE.slot().next().await;
            match FRAGILE.slot().read(|invocation| invocation.event.to_vec()).as_deref() {
                Some(b"end") => return Exit::new(3, "main returned"),
                Some(b"panic") => panic!("out of luck"),
                Some(b"answer") => {
                    FRAGILE.slot().respond(Ok(b"last".to_vec()));
                    return Exit::new(5, "main returned");
                }
                _ => FRAGILE.slot().respond(Ok(b"fine".to_vec())),
            }
        }
    })
});

static BROKEN: Function = Function::new(|| engine(async { Exit::new(1, "no table") }));

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
    lambda_shim::thread(&SYNCHRONOUS, || {
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
                Some(b"end") => return Exit::new(3, "main returned"),
                Some(b"panic") => panic!("out of luck"),
                Some(b"later") => {
                    SYNCHRONOUS.slot().respond(Ok(b"later".to_vec()));
                    let mut next = Box::pin(SYNCHRONOUS.slot().next());
                    assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
                    thread::sleep(Duration::from_millis(50));
                    print!("no line feed");
                    return Exit::new(6, "main returned");
                }
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
fn an_ended_main_is_not_started_again() {
    assert_eq!(
        invoke(&FRAGILE, b"1").as_deref(),
        Ok(b"fine".as_slice()),
        "initialised on first use"
    );
    assert_eq!(invoke(&FRAGILE, b"panic"), Err(exit("main panicked: out of luck")));
    let ended = "main has ended, and is not started again in the same process: main panicked: out of luck";
    assert_eq!(invoke(&FRAGILE, b"2"), Err(exit(ended)));
    assert_eq!(init(&FRAGILE), Err(exit(ended)));
    let elsewhere = thread::spawn(|| invoke(&FRAGILE, b"3")).join().unwrap();
    assert_eq!(elsewhere, Err(exit(ended)));
    assert_eq!(STARTS.load(Ordering::SeqCst), 1);
    assert!(!FRAGILE.is_over(), "the process is not its own");
}

#[test]
fn a_main_that_ends_before_its_first_event_fails_the_initialisation() {
    assert_eq!(init(&BROKEN), Err(exit("no table")));
    let ended = "main has ended, and is not started again in the same process: no table";
    assert_eq!(invoke(&BROKEN, b"{}"), Err(exit(ended)));
}

/// Runs a test of this file in a process of its own, whose variables say what it does; its status, and what it printed.
fn process(test: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[test]
#[ignore = "a process of its own: see the tests that start it"]
fn own_process() {
    let function = match env::var("FUNCTION").as_deref() {
        Ok("synchronous") => &SYNCHRONOUS,
        _ => &FRAGILE,
    };
    function.own_process();
    init(function).unwrap();
    for event in env::var("EVENTS").unwrap_or_default().split(',') {
        println!("{event}: {:?}", invoke(function, event.as_bytes()));
        if event == "later" {
            thread::sleep(Duration::from_secs(20));
        }
    }
}

#[test]
fn an_ended_main_ends_the_process_that_is_its_own() {
    for function in ["fragile", "synchronous"] {
        for (last, status) in [("end", 3), ("panic", 101)] {
            let events = format!("1,{last},2");
            let (code, printed) = process("own_process", &[("FUNCTION", function), ("EVENTS", &events)]);
            assert_eq!(code, Some(status), "{function}: {printed}");
            assert!(printed.contains("1: Ok(") && !printed.contains(last), "{printed}");
        }
    }
    let (code, printed) = process("own_process", &[("ENDS_AT_ONCE", "1")]);
    assert_eq!(code, Some(7), "{printed}");
}

#[test]
fn what_was_answered_is_returned_before_the_process_ends() {
    let (code, printed) = process("own_process", &[("EVENTS", "answer,2")]);
    assert!(
        printed.contains("answer: Ok([108, 97, 115, 116])") && !printed.contains("2:"),
        "{printed}"
    );
    assert_eq!(code, Some(5), "{printed}");
}

#[test]
fn a_main_that_ends_while_nobody_calls_ends_the_process_at_once() {
    let (code, printed) = process("own_process", &[("FUNCTION", "synchronous"), ("EVENTS", "later")]);
    assert_eq!(code, Some(6), "{printed}");
    assert!(printed.contains("later: Ok("), "{printed}");
    assert!(
        printed.ends_with("no line feed"),
        "what is in std's buffer is written: {printed}"
    );
}

#[test]
fn of_two_first_callers_one_starts_main() {
    struct Waits;
    impl Engine for Waits {
        fn drive(&mut self, _: &Slot) -> Step {
            Step::Waiting
        }
    }
    // Each time, two threads come to a new function at about the same moment.
    for _ in 0..2000 {
        let function: &'static Function = Box::leak(Box::new(Function::new(|| Ok(Box::new(Waits)))));
        // Spinning lets them go at once.
        let arrived = AtomicU32::new(0);
        let started = thread::scope(|scope| {
            let callers = [(); 2].map(|()| {
                scope.spawn(|| {
                    arrived.fetch_add(1, Ordering::SeqCst);
                    while arrived.load(Ordering::SeqCst) < 2 {
                        std::hint::spin_loop();
                    }
                    function.initialize().map_err(|failure| failure.error_type)
                })
            });
            callers.map(|caller| caller.join().unwrap())
        });
        let refused = Err("LambdaShim.Misuse".to_owned());
        assert!(started.contains(&Ok(())) && started.contains(&refused), "{started:?}");
    }
}

#[test]
fn a_call_from_within_is_refused() {
    assert_eq!(
        invoke(&RECURSIVE, b"{}"),
        misuse("the function was called from within itself; only one invocation runs at a time")
    );
}

#[test]
fn a_main_on_its_own_thread_is_served_until_it_ends() {
    assert_eq!(init(&SYNCHRONOUS), Ok(()));
    assert_eq!(invoke(&SYNCHRONOUS, b"1").as_deref(), Ok(b"1main".as_slice()));
    assert_eq!(invoke(&SYNCHRONOUS, b"2").as_deref(), Ok(b"2main".as_slice()));
    assert_eq!(invoke(&SYNCHRONOUS, b"panic"), Err(exit("main panicked: out of luck")));
    let ended = "main has ended, and is not started again in the same process: main panicked: out of luck";
    assert_eq!(invoke(&SYNCHRONOUS, b"3"), Err(exit(ended)));
}

/// A waker whose code calls the slot that woke it, or dropped it.
#[test]
fn wakers_may_call_the_slot() {
    struct Calls(&'static Slot);
    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            assert!(self.0.read(|_| ()).is_none());
        }
    }
    impl Drop for Calls {
        fn drop(&mut self) {
            assert!(self.0.read(|_| ()).is_none());
        }
    }
    static SLOT: Slot = Slot::new();
    let waker = || Waker::from(Arc::new(Calls(&SLOT)));
    let (first, second, third) = (waker(), waker(), waker());
    assert!(SLOT.poll_waiting(&mut Context::from_waker(&first)).is_pending());
    assert!(SLOT.poll_waiting(&mut Context::from_waker(&second)).is_pending());
    drop((first, second));
    let mut next = Box::pin(SLOT.next());
    // Wakes the engine, and drops its waker.
    assert!(next.as_mut().poll(&mut Context::from_waker(&third)).is_pending());
    drop(third);
    // Replaces the event loop's.
    let fourth = waker();
    assert!(next.as_mut().poll(&mut Context::from_waker(&fourth)).is_pending());
    drop(fourth);
    assert!(SLOT.poll_waiting(&mut Context::from_waker(Waker::noop())).is_ready());
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
