//! Answers with credentials from the environment, as they are when an event comes, while a thread of its own reads them all the time.

use std::{env, thread};

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

fn read() -> (Option<String>, usize) {
    (env::var("AWS_SESSION_TOKEN").ok(), env::vars_os().count())
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    // What Rust sets, Rust sees, as do the processes that it starts.
    env::set_var("SET_BY_RUST", "seen");
    let child = match event.payload["child"].as_bool() {
        Some(true) => {
            let mut shell = std::process::Command::new("sh");
            let output = shell
                .args(["-c", "printf %s \"$SET_BY_RUST $AWS_SESSION_TOKEN\""])
                .output()?;
            Some(String::from_utf8(output.stdout)?)
        }
        _ => None,
    };
    Ok(json!({
        "token": read().0,
        "trace_id": env::var("_X_AMZN_TRACE_ID").ok(),
        "set_by_rust": env::var("SET_BY_RUST").ok(),
        "in_a_child": child,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    thread::spawn(|| loop {
        assert!(read().0.is_some_and(|token| !token.is_empty()));
    });
    run(service_fn(handler)).await
}
