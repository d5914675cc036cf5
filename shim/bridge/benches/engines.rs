//! What an invocation costs by engine, measured in turns in one process: `cargo bench --bench engines [-- ROUNDS [ENGINE]]`.

use std::{
    env,
    future::Future,
    thread,
    time::{Duration, Instant},
};

use lambda_bridge::{inline, loopback, run, Ended, IntoExit};
use lambda_runtime::{service_fn, Error, LambdaEvent};
use lambda_shim::{Exit, Function, Invocation};
use serde_json::{json, Value};
use tokio::runtime::{Builder, Runtime};

const ROUNDS: usize = 10;
const INVOCATIONS: usize = 300;
/// As long as Lambda's clients take between two events, at the least; and none, as where callers queue.
const PAUSES: [Duration; 2] = [Duration::from_micros(500), Duration::ZERO];

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(json!({ "message": event.payload["name"] }))
}

fn single() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn multi() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}

fn ended<E: std::fmt::Debug>(runtime: std::io::Result<Runtime>, main: impl Future<Output = Result<(), E>>) -> Exit {
    Ended::new(runtime.unwrap().block_on(main)).into_exit()
}

async fn bridged(function: &Function) -> Result<(), Error> {
    run(function, service_fn(handler)).await
}

macro_rules! functions {
    ($($name:ident: $start:expr;)*) => {
        $(static $name: Function = Function::new($start);)*
    };
}

functions! {
    INLINE: || inline(single(), || async { let returned = bridged(&INLINE).await; move || Ended::new(returned).into_exit() });
    INLINE_MULTI: || inline(multi(), || async { let returned = bridged(&INLINE_MULTI).await; move || Ended::new(returned).into_exit() });
    THREAD: || lambda_bridge::thread(&THREAD, || ended(single(), bridged(&THREAD)));
    THREAD_MULTI: || lambda_bridge::thread(&THREAD_MULTI, || ended(multi(), bridged(&THREAD_MULTI)));
    LOOPBACK: || loopback(&LOOPBACK, || ended(single(), lambda_runtime::run(service_fn(handler))));
    LOOPBACK_MULTI: || loopback(&LOOPBACK_MULTI, || ended(multi(), lambda_runtime::run(service_fn(handler))));
}

fn main() {
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        // With less, a caller does not wait actively.
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ] {
        if env::var_os(name).is_none() {
            env::set_var(name, value);
        }
    }
    let mut arguments = env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let rounds = arguments
        .next()
        .map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let only = arguments.next();
    let functions: Vec<(&str, &Function)> = [
        ("inline", &INLINE),
        ("inline, multi_thread", &INLINE_MULTI),
        ("thread", &THREAD),
        ("thread, multi_thread", &THREAD_MULTI),
        ("loopback", &LOOPBACK),
        ("loopback, multi_thread", &LOOPBACK_MULTI),
    ]
    .into_iter()
    .filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name))
    .collect();
    println!("| engine | pause | median µs | 90% | 99% |\n|---|---|---|---|---|");
    for pause in PAUSES {
        let mut samples = vec![Vec::new(); functions.len()];
        for _ in 0..rounds {
            for ((_, function), samples) in functions.iter().zip(&mut samples) {
                // Only the first invocation of a round finds cold caches.
                measure(function, pause);
                samples.extend((0..INVOCATIONS).map(|_| measure(function, pause)));
            }
        }
        for ((name, _), samples) in functions.iter().zip(&mut samples) {
            samples.sort_unstable();
            let at = |share: usize| samples[samples.len() * share / 100].as_nanos() as f64 / 1000.0;
            println!("| {name} | {pause:?} | {:.1} | {:.1} | {:.1} |", at(50), at(90), at(99));
        }
    }
}

fn measure(function: &'static Function, pause: Duration) -> Duration {
    if !pause.is_zero() {
        thread::sleep(pause);
    }
    let start = Instant::now();
    let answer = function.invoke(&Invocation {
        event: br#"{"name": "world"}"#,
        request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        deadline_ms: "1700000000000",
        invoked_function_arn: "arn:aws:lambda:us-east-1:123456789012:function:bench",
        trace_id: "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        ..Invocation::default()
    });
    let spent = start.elapsed();
    assert_eq!(answer.unwrap(), br#"{"message":"world"}"#);
    spent
}
