//! The thread that calls in, which serves the connection on which `main` asks for events.

#[cfg(target_os = "linux")]
use std::{env, fs, process::Command, time::Instant};
use std::{mem, thread, time::Duration};

use lambda_shim::{Exit, Function};
use serde_json::json;

use super::{
    by_hand::{address, Client},
    environment, invoke, invoke_as,
};
use crate::loopback;

/// Longer than a thread needs to come to its wait.
const LONG: Duration = Duration::from_millis(30);

static SLOW: Function = Function::new(|| {
    loopback(&SLOW, || {
        let mut client = Client::new(&address());
        client.next();
        thread::sleep(LONG);
        client.send("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\ncontent-");
        thread::sleep(LONG);
        client.send("length: 8\r\n\r\nan ");
        thread::sleep(LONG);
        client.send("event");
        assert!(client
            .response()
            .starts_with("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"));
        thread::sleep(LONG);
        client.next();
        client.answer("id-2", "at once");
        client.next();
        Exit::new(0, "done")
    })
});

#[test]
fn what_takes_long_comes_whole() {
    let _environment = environment();
    assert_eq!(invoke(&SLOW, &json!({})).unwrap(), b"an event");
    assert_eq!(invoke_as("id-2", &SLOW, &json!({})).unwrap(), b"at once");
}

/// A `main` that ends with its connection open, in the midst of an answer that is `begun`.
fn end_with_open_connection(begun: &str) -> Exit {
    let mut client = Client::new(&address());
    client.next();
    client.send(begun);
    mem::forget(client);
    Exit::new(3, "it ended")
}

static ENDED: Function = Function::new(|| loopback(&ENDED, || end_with_open_connection("")));
static ENDED_IN_HEAD: Function =
    Function::new(|| loopback(&ENDED_IN_HEAD, || end_with_open_connection("POST /2018-06-01/runtime/")));
static ENDED_IN_BODY: Function = Function::new(|| {
    loopback(&ENDED_IN_BODY, || {
        end_with_open_connection(
            "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\ncontent-length: 9\r\n\r\ntext",
        )
    })
});

#[test]
fn a_main_that_ends_is_not_waited_for_on_a_connection_that_is_left_open() {
    let _environment = environment();
    for function in [&ENDED, &ENDED_IN_HEAD, &ENDED_IN_BODY] {
        assert_eq!(invoke(function, &json!({})).unwrap_err().message, "it ended");
    }
}

static ELSEWHERE: Function = Function::new(|| {
    loopback(&ELSEWHERE, || {
        let address = address();
        let mut first = Client::new(&address);
        first.next();
        let mut second = Client::new(&address);
        second.answer("id-1", "on another connection");
        second.next();
        first.answer("id-2", "on the first");
        first.next();
        Exit::new(0, "done")
    })
});

#[test]
fn a_client_may_go_on_on_another_connection() {
    let _environment = environment();
    assert_eq!(invoke(&ELSEWHERE, &json!({})).unwrap(), b"on another connection");
    assert_eq!(invoke_as("id-2", &ELSEWHERE, &json!({})).unwrap(), b"on the first");
}

static HALF: Function = Function::new(|| {
    loopback(&HALF, || {
        let address = address();
        let mut first = Client::new(&address);
        first.next();
        first.send("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\ncontent-length: 9\r\n\r\ntext");
        // Until it is read: the rest is waited for.
        thread::sleep(LONG);
        let mut second = Client::new(&address);
        second.next();
        second.answer("id-2", "on another connection");
        second.next();
        Exit::new(0, "done")
    })
});

#[test]
fn the_rest_of_an_answer_that_nobody_needs_is_not_waited_for() {
    let _environment = environment();
    let forgotten = invoke(&HALF, &json!({})).unwrap_err();
    assert_eq!(forgotten.message, "the event loop went on without answering");
    assert_eq!(invoke_as("id-2", &HALF, &json!({})).unwrap(), b"on another connection");
}

static RECONNECTING: Function = Function::new(|| {
    loopback(&RECONNECTING, || {
        let address = address();
        for number in 0..3 {
            let mut client = Client::new(&address);
            client.next();
            client.answer(&format!("id-{number}"), "a new connection");
        }
        Client::new(&address).next();
        Exit::new(0, "done")
    })
});

#[test]
fn a_client_may_connect_anew() {
    let _environment = environment();
    for number in 0..3 {
        let answer = invoke_as(&format!("id-{number}"), &RECONNECTING, &json!({})).unwrap();
        assert_eq!(answer, b"a new connection");
    }
}

/// With one connection, where a pool may have another.
static ALONE: Function = Function::new(|| {
    loopback(&ALONE, || {
        let mut client = Client::new(&address());
        for _ in 0..3 {
            client.next();
            client.answer("id-1", "alone");
        }
        client.next();
        Exit::new(0, "done")
    })
});

/// How many threads of this process serve Runtime APIs on loopback.
#[cfg(target_os = "linux")]
fn servers() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.trim_end() == "lambda-loopback")
        .count()
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_stands_between() {
    let environment = environment();
    // In a process of its own, where no other function has threads.
    let test = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "loopback::tests::host::without_threads"])
        .output()
        .unwrap();
    drop(environment);
    let log = String::from_utf8_lossy(&test.stdout);
    assert!(test.status.success() && log.contains("1 passed"), "{log}");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by no_thread_stands_between"]
fn without_threads() {
    let _environment = environment();
    for _ in 0..3 {
        assert_eq!(invoke(&ALONE, &json!({})).unwrap(), b"alone");
    }
    // The one that served the connection up to its first event may yet have to end.
    let end = Instant::now() + Duration::from_secs(10);
    while servers() > 1 && Instant::now() < end {
        thread::yield_now();
    }
    assert_eq!(servers(), 1, "the one that accepts connections");
}
