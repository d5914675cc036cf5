//! Programs that are driven by the unmodified `lambda_runtime`.

mod by_hand;
mod host;

use std::{
    cell::Cell,
    env,
    sync::{Arc, Mutex},
};

use lambda_runtime::{
    service_fn, BoxFuture, Error, LambdaEvent, MetadataPrelude, Runtime, SnapStartResource, StreamResponse,
};
use lambda_shim::{Exit, Function, Invocation, Outcome};
use serde_json::{json, Value};

use super::loopback;
use crate::{Ended, IntoExit};

const LAMBDAS_OWN: &str = "192.0.2.1:9001";
/// The environment is the whole process's.
static ENVIRONMENT: Mutex<()> = Mutex::new(());

fn block_on<F: std::future::Future>(main: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(main)
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["do"].as_str() {
        Some("fail") => Err("no luck".into()),
        Some("panic") => panic!("out of luck"),
        _ => Ok(json!({
            "event": event.payload,
            "request_id": event.context.request_id,
            "trace_id": event.context.xray_trace_id,
            "endpoint": env::var("AWS_LAMBDA_RUNTIME_API").ok(),
        })),
    }
}

async fn stream(event: LambdaEvent<Value>) -> Result<StreamResponse<tokio_stream::Iter<Chunks>>, Error> {
    let last = match event.payload["do"].as_str() {
        Some("break") => Err("broken off".into()),
        _ => Ok(vec![0xff]),
    };
    let mut metadata_prelude = MetadataPrelude {
        cookies: vec!["a=1".to_owned()],
        ..MetadataPrelude::default()
    };
    metadata_prelude.headers.append("x-many", "1".parse()?);
    metadata_prelude.headers.append("x-many", "2".parse()?);
    Ok(StreamResponse {
        metadata_prelude,
        stream: tokio_stream::iter(vec![Ok(b"text".to_vec()), last]),
    })
}

type Chunks = std::vec::IntoIter<Result<Vec<u8>, Error>>;

static PLAIN: Function = Function::new(|| {
    loopback(&PLAIN, || {
        Ended::new(block_on(Runtime::new(service_fn(handler)).run())).into_exit()
    })
});

static STREAMING: Function = Function::new(|| {
    loopback(&STREAMING, || {
        Ended::new(block_on(Runtime::new(service_fn(stream)).run())).into_exit()
    })
});

static BROKEN: Function = Function::new(|| loopback(&BROKEN, || Exit::new(1, "no table")));

fn environment() -> std::sync::MutexGuard<'static, ()> {
    let guard = ENVIRONMENT.lock().unwrap_or_else(|error| error.into_inner());
    for (name, value) in [
        ("AWS_LAMBDA_RUNTIME_API", LAMBDAS_OWN),
        ("AWS_LAMBDA_FUNCTION_NAME", "test"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ] {
        env::set_var(name, value);
    }
    guard
}

fn invoke(function: &'static Function, event: &Value) -> Outcome {
    invoke_as("id-1", function, event)
}

fn invoke_as(request_id: &str, function: &'static Function, event: &Value) -> Outcome {
    function.invoke(&Invocation {
        event: event.to_string().as_bytes(),
        request_id,
        deadline_ms: "1700000000000",
        invoked_function_arn: "arn",
        trace_id: "Root=1",
        ..Invocation::default()
    })
}

fn answer(function: &'static Function, event: &Value) -> Value {
    serde_json::from_slice(&invoke(function, event).unwrap()).unwrap()
}

#[test]
fn events_errors_and_panics_pass_and_the_environment_is_put_back() {
    let _environment = environment();
    PLAIN.initialize().unwrap();
    assert_eq!(env::var("AWS_LAMBDA_RUNTIME_API").as_deref(), Ok(LAMBDAS_OWN));
    for number in 0..3 {
        assert_eq!(
            answer(&PLAIN, &json!({ "n": number })),
            json!({"event": {"n": number}, "request_id": "id-1", "trace_id": "Root=1", "endpoint": LAMBDAS_OWN})
        );
    }
    assert_eq!(invoke(&PLAIN, &json!({"do": "fail"})).unwrap_err().message, "no luck");
    let panic = invoke(&PLAIN, &json!({"do": "panic"})).unwrap_err();
    assert_eq!(panic.message, "Lambda panicked: out of luck");
    let large = "x".repeat(6 << 20);
    assert_eq!(answer(&PLAIN, &json!({ "large": large }))["event"]["large"], large);
}

#[test]
fn a_stream_becomes_a_buffered_response() {
    let _environment = environment();
    assert_eq!(
        answer(&STREAMING, &json!({})),
        json!({
            "statusCode": 200,
            "headers": {"content-type": "application/octet-stream", "x-many": "1, 2"},
            "cookies": ["a=1"],
            "body": "dGV4dP8=",
            "isBase64Encoded": true,
        })
    );
    let broken = invoke(&STREAMING, &json!({"do": "break"})).unwrap_err();
    assert_eq!(
        (broken.error_type.as_str(), broken.message.as_str()),
        ("Runtime.StreamError", "broken off")
    );
    assert_eq!(answer(&STREAMING, &json!({}))["statusCode"], 200);
}

#[test]
fn a_main_that_never_asks_for_an_event_fails_the_initialisation() {
    let _environment = environment();
    assert_eq!(BROKEN.initialize().unwrap_err().message, "no table");
    assert_eq!(env::var("AWS_LAMBDA_RUNTIME_API").as_deref(), Ok(LAMBDAS_OWN));
}

/// Else the client opens a connection for many an event; seen here by its cause, as how many is a matter of luck.
#[cfg(target_os = "linux")]
#[test]
fn main_does_not_run_in_the_place_of_the_thread_that_wakes_it() {
    /// Field 41 of `/proc/thread-self/stat`; behind the name, the third follows.
    fn policy() -> String {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let fields = stat.rsplit_once(')').unwrap().1;
        fields.split_whitespace().nth(41 - 3).unwrap().to_owned()
    }

    const SCHED_BATCH: &str = "3";
    static FUNCTION: Function = Function::new(|| loopback(&FUNCTION, || Exit::new(0, policy())));
    let _environment = environment();
    let before = policy();
    assert_eq!(FUNCTION.initialize().unwrap_err().message, SCHED_BATCH);
    assert_eq!(policy(), before, "of the thread that calls in");
}

/// What the hooks of a snapshot did, in order.
static HOOKS: Mutex<Vec<&str>> = Mutex::new(Vec::new());

/// Notes its hooks; the one after a restore may fail.
struct Resource {
    fails: bool,
}

impl SnapStartResource for Resource {
    fn before_snapshot(&self) -> BoxFuture<'_, Result<(), Error>> {
        HOOKS.lock().unwrap().push("before");
        Box::pin(async { Ok(()) })
    }

    fn after_restore(&self) -> BoxFuture<'_, Result<(), Error>> {
        HOOKS.lock().unwrap().push("after");
        Box::pin(async move {
            match self.fails {
                true => Err("no connection".into()),
                false => Ok(()),
            }
        })
    }
}

fn snapstart(fails: bool) -> Exit {
    let runtime = Runtime::new(service_fn(handler)).register_snapstart_resource(Arc::new(Resource { fails }));
    Ended::new(block_on(runtime.run())).into_exit()
}

static RESTORED: Function = Function::new(|| loopback(&RESTORED, || snapstart(false)));
static NOT_RESTORED: Function = Function::new(|| loopback(&NOT_RESTORED, || snapstart(true)));
static RESTORED_BY_EVENT: Function = Function::new(|| loopback(&RESTORED_BY_EVENT, || snapstart(false)));

#[test]
fn hooks_run_before_a_snapshot_and_after_the_restore() {
    let _environment = environment();
    env::set_var("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    for function in [&RESTORED, &NOT_RESTORED, &RESTORED_BY_EVENT] {
        function.initialize().unwrap();
    }
    assert_eq!(std::mem::take(&mut *HOOKS.lock().unwrap()), ["before"; 3]);
    // Where nobody tells of the restore, an event does.
    assert_eq!(answer(&RESTORED_BY_EVENT, &json!({"n": 1}))["event"]["n"], 1);
    assert_eq!(std::mem::take(&mut *HOOKS.lock().unwrap()), ["after"]);
    RESTORED.restore().unwrap();
    assert_eq!(std::mem::take(&mut *HOOKS.lock().unwrap()), ["after"]);
    RESTORED.restore().unwrap();
    assert_eq!(answer(&RESTORED, &json!({"n": 2}))["event"]["n"], 2);
    assert!(HOOKS.lock().unwrap().is_empty());
    assert_eq!(NOT_RESTORED.restore().unwrap_err().message, "no connection");
    env::remove_var("AWS_LAMBDA_INITIALIZATION_TYPE");
}

thread_local! {
    /// The function that this thread's test starts.
    static STARTED: Cell<Option<&'static Function>> = const { Cell::new(None) };
}

/// A function that four workers of one client serve.
fn with_workers() -> &'static Function {
    let function: &'static Function = Box::leak(Box::new(Function::new(|| {
        loopback(STARTED.get().unwrap(), || {
            Ended::new(block_on(Runtime::new(service_fn(handler)).run_concurrent())).into_exit()
        })
    })));
    STARTED.set(Some(function));
    function
}

#[test]
fn several_workers_answer_each_event_once() {
    let _environment = environment();
    env::set_var("AWS_LAMBDA_MAX_CONCURRENCY", "4");
    for _ in 0..8 {
        let function = with_workers();
        for number in 0..6 {
            let id = format!("id-{number}");
            let event = match number {
                3 => json!({"do": "fail"}),
                _ => json!({ "n": number }),
            };
            let outcome = invoke_as(&id, function, &event);
            if number == 3 {
                assert_eq!(outcome.unwrap_err().message, "no luck");
                continue;
            }
            let answer: Value = serde_json::from_slice(&outcome.unwrap()).unwrap();
            assert_eq!((&answer["event"], answer["request_id"].as_str()), (&event, Some(&*id)));
        }
    }
    env::remove_var("AWS_LAMBDA_MAX_CONCURRENCY");
}

static MADE_UP: Function = Function::new(|| {
    loopback(&MADE_UP, || {
        Ended::new(block_on(Runtime::new(service_fn(context)).run())).into_exit()
    })
});

async fn context(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let custom = event.context.client_context.map(|client| client.custom);
    Ok(json!([event.context.request_id, event.context.deadline, custom]))
}

#[test]
fn a_context_that_somebody_made_up_does_not_end_main() {
    let _environment = environment();
    let custom = json!({"town": "Köln", "mood": "🦀"});
    for (request_id, deadline_ms, expected) in [
        ("id-1", "-5", json!(["id-1", 0, custom])),
        ("id-2", "", json!(["id-2", 0, custom])),
        ("id-3", "None", json!(["id-3", 0, custom])),
        ("", "99999999999999999999", json!(["", u64::MAX, custom])),
    ] {
        let invocation = Invocation {
            event: b"{}",
            request_id,
            deadline_ms,
            trace_id: "two\r\nlines: 1",
            client_context: "{\"custom\":\n{\"town\":\"Köln\",\"mood\":\"🦀\"}}",
            ..Invocation::default()
        };
        let answer: Value = serde_json::from_slice(&MADE_UP.invoke(&invocation).unwrap()).unwrap();
        assert_eq!(answer, expected);
    }
}
