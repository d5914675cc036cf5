//! Signals that meet the thread that calls in: Python's main thread, whose handlers have system calls end.

use std::{
    env,
    io::{Read, Write},
    net::TcpStream,
    os::unix::thread::{JoinHandleExt, RawPthread},
    thread,
    time::Duration,
};

use lambda_bridge::loopback;
use lambda_shim::{Exit, Function, Invocation};

extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn siginterrupt(number: i32, flag: i32) -> i32;
    fn pthread_kill(thread: RawPthread, number: i32) -> i32;
}

/// `SIGURG`, which nobody else has a use for.
const SIGNAL: i32 = if cfg!(target_os = "linux") { 23 } else { 16 };
const EVENTS: u64 = 20;

extern "C" fn handle(_: i32) {}

/// A client that speaks HTTP by hand, and takes longer for each event.
static FUNCTION: Function = Function::new(|| {
    loopback(&FUNCTION, || {
        let mut client = TcpStream::connect(env::var("AWS_LAMBDA_RUNTIME_API").unwrap()).unwrap();
        let mut call = |request: &str| {
            client.write_all(request.as_bytes()).unwrap();
            let length = client.read(&mut [0; 4096]).unwrap();
            assert_ne!(length, 0, "the connection was closed");
        };
        for milliseconds in 0..EVENTS {
            call("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
            thread::sleep(Duration::from_millis(milliseconds));
            call("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\ncontent-length: 6\r\n\r\nanswer");
        }
        call("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
        Exit::new(0, "done")
    })
});

#[test]
fn a_signal_does_not_end_a_wait() {
    // SAFETY: the handler does nothing.
    unsafe { signal(SIGNAL, handle) };
    // As Python has it: a system call that is waiting ends.
    // SAFETY: it changes how a signal is handled, and no memory.
    assert_eq!(unsafe { siginterrupt(SIGNAL, 1) }, 0);
    let calling = thread::spawn(|| {
        for _ in 0..EVENTS {
            let invocation = Invocation {
                event: b"{}",
                request_id: "id-1",
                ..Invocation::default()
            };
            assert_eq!(FUNCTION.invoke(&invocation), Ok(b"answer".to_vec()));
        }
    });
    while !calling.is_finished() {
        // SAFETY: the thread was not joined.
        unsafe { pthread_kill(calling.as_pthread_t(), SIGNAL) };
        thread::sleep(Duration::from_micros(500));
    }
    calling.join().unwrap();
}
