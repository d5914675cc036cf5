//! Keeps a connection and a cache, and is snapshotted with neither: it closes them before SnapStart's snapshot, and opens them anew after
//! each restore. Answers with what happened to them so far.

use std::sync::Mutex;

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

static HISTORY: Mutex<Vec<&str>> = Mutex::new(Vec::new());

fn note(what: &'static str) {
    if let Ok(mut history) = HISTORY.lock() {
        history.push(what);
    }
}

fn open_connection() -> Result<(), String> {
    match std::env::var("DATABASE").as_deref() {
        Ok("gone") => Err("the database does not answer".to_owned()),
        _ => {
            note("connection opened");
            Ok(())
        }
    }
}

async fn handler(_: LambdaEvent<Value>) -> Result<Value, Error> {
    let history = HISTORY.lock().map_err(|error| error.to_string())?.clone();
    Ok(json!({ "history": history }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    note("connection opened");
    note("cache filled");

    // What others build on is registered first: it is closed last, and opened first.
    lambda_snapstart::before_snapshot(|| note("connection closed"));
    lambda_snapstart::after_restore(open_connection);
    lambda_snapstart::before_snapshot(|| note("cache emptied"));
    lambda_snapstart::after_restore(|| note("cache filled"));

    run(service_fn(handler)).await
}
