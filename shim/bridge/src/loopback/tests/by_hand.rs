//! Clients that speak HTTP by hand, and do what `lambda_runtime` does not.

use std::{
    env,
    fs::File,
    io::{Read, Seek, Write},
    net::TcpStream,
    process::Command,
    sync::{Barrier, LazyLock, Mutex},
    thread,
    time::Duration,
};

use lambda_shim::{Exit, Function};
use serde_json::json;

use super::{environment, invoke, invoke_as};
use crate::loopback;

/// A connection to the Runtime API, by hand.
pub(super) struct Client(TcpStream);

impl Client {
    pub(super) fn new(address: &str) -> Self {
        Self(TcpStream::connect(address).unwrap())
    }

    pub(super) fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    /// The next response as it comes; all are shorter than one segment.
    pub(super) fn response(&mut self) -> String {
        let mut response = [0; 4096];
        let length = self.0.read(&mut response).unwrap();
        String::from_utf8_lossy(&response[..length]).into_owned()
    }

    pub(super) fn ask(&mut self) {
        self.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
    }

    pub(super) fn next(&mut self) -> String {
        self.ask();
        self.response()
    }

    pub(super) fn answer(&mut self, id: &str, answer: &str) -> String {
        self.send(&format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        ));
        self.response()
    }
}

pub(super) fn address() -> String {
    env::var("AWS_LAMBDA_RUNTIME_API").unwrap()
}

static FORGETFUL: Function = Function::new(|| {
    loopback(&FORGETFUL, || {
        let mut client = Client::new(&address());
        client.next();
        client.next();
        assert!(client.answer("id-1", "late").contains("400 Bad Request"));
        client.answer("id-2", "second");
        client.next();
        Exit::new(0, "done")
    })
});

#[test]
fn an_event_that_the_loop_forgets_fails() {
    let _environment = environment();
    let forgotten = invoke(&FORGETFUL, &json!({})).unwrap_err();
    assert_eq!(forgotten.message, "the event loop went on without answering");
    assert_eq!(invoke_as("id-2", &FORGETFUL, &json!({})).unwrap(), b"second");
}

static MISTAKEN: Function = Function::new(|| {
    loopback(&MISTAKEN, || {
        let mut client = Client::new(&address());
        client.next();
        let refused = client.answer("id-0", "stale");
        assert!(refused.contains("400 Bad Request") && refused.contains("InvalidRequestID"));
        client.answer("id-1", "right");
        client.next();
        Exit::new(0, "done")
    })
});

#[test]
fn only_an_events_own_answer_ends_it() {
    let _environment = environment();
    assert_eq!(invoke(&MISTAKEN, &json!({})).unwrap(), b"right");
}

/// Reached by `main` before and after it closes the connection on which it asked for an event.
static GONE: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));

static IMPATIENT: Function = Function::new(|| {
    loopback(&IMPATIENT, || {
        let address = address();
        let mut client = Client::new(&address);
        client.ask();
        GONE.wait();
        drop(client);
        GONE.wait();
        let mut client = Client::new(&address);
        client.next();
        client.answer("id-1", "second");
        client.next();
        Exit::new(0, "done")
    })
});

#[test]
fn an_event_for_a_connection_that_closed_goes_to_the_next() {
    let _environment = environment();
    IMPATIENT.initialize().unwrap();
    GONE.wait();
    GONE.wait();
    assert_eq!(invoke(&IMPATIENT, &json!({})).unwrap(), b"second");
}

static CUT: Function = Function::new(|| {
    loopback(&CUT, || {
        let address = address();
        for rest in [
            "content-length: 9\r\n\r\ntext",
            "transfer-encoding: chunked\r\n\r\n4\r\ntext\r\n",
        ] {
            let mut client = Client::new(&address);
            client.next();
            client.send(&format!(
                "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n{rest}"
            ));
            drop(client);
            // Who asks anew before the end is read leaves the event unanswered, and which comes first is up to the system.
            thread::sleep(Duration::from_millis(100));
        }
        let mut client = Client::new(&address);
        client.next();
        // Nothing says that it was to be the answer to the event.
        Client::new(&address).send("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n");
        thread::sleep(Duration::from_millis(100));
        client.answer("id-1", "whole");
        client.next();
        Exit::new(0, "done")
    })
});

#[test]
fn an_answer_that_is_cut_off_fails_its_event() {
    let _environment = environment();
    for _ in 0..2 {
        let cut = invoke(&CUT, &json!({})).unwrap_err();
        assert_eq!(cut.error_type, "Runtime.TruncatedResponse");
        assert!(
            cut.message.contains("in the midst of a request's body"),
            "{}",
            cut.message
        );
    }
    assert_eq!(invoke(&CUT, &json!({})).unwrap(), b"whole");
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_cannot_be_accepted_costs_no_time() {
    let environment = environment();
    // In a process of its own, since the limit is the process's.
    let test = Command::new("bash")
        .args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""])
        .arg(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "loopback::tests::by_hand::without_descriptors"])
        .output()
        .unwrap();
    drop(environment);
    let log = String::from_utf8_lossy(&test.stdout);
    assert!(test.status.success() && log.contains("1 passed"), "{log}");
}

/// Where `STARVED` is served.
static SERVED: Mutex<String> = Mutex::new(String::new());

static STARVED: Function = Function::new(|| {
    loopback(&STARVED, || {
        *SERVED.lock().unwrap() = address();
        let mut client = Client::new(&address());
        client.next();
        client.answer("id-1", "served");
        client.next();
        Exit::new(0, "done")
    })
});

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by a_connection_that_cannot_be_accepted_costs_no_time"]
fn without_descriptors() {
    // Lasts until the descriptors are closed.
    let mut times = File::open("/proc/self/stat").unwrap();
    let mut ticks = || -> u64 {
        let mut line = String::new();
        times.rewind().unwrap();
        times.read_to_string(&mut line).unwrap();
        let fields: Vec<&str> = line.rsplit(')').next().unwrap().split(' ').collect();
        fields[12].parse::<u64>().unwrap() + fields[13].parse::<u64>().unwrap()
    };
    STARVED.initialize().unwrap();
    let address = SERVED.lock().unwrap().clone();
    let mut descriptors: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    descriptors.pop();
    let mut client = Client(TcpStream::connect(address).unwrap());
    let before = ticks();
    thread::sleep(Duration::from_secs(1));
    let spent = ticks() - before;
    assert!(spent < 10, "{spent} hundredths of a second of 100");
    drop(descriptors);
    // Accepted at last.
    client.send("GET /2018-06-01/runtime/nothing HTTP/1.1\r\n\r\n");
    assert!(client.response().contains("404 Not Found"));
    assert_eq!(invoke(&STARVED, &json!({})).unwrap(), b"served");
}
