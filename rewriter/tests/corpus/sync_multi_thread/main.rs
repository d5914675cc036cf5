//! A synchronous main with a runtime of named threads, and a router.

use std::thread;

use axum::{routing::get, Router};
use lambda_http::Error;
use tokio::runtime::Builder;

async fn worker() -> String {
    let task = tokio::spawn(async { thread::current().name().map(str::to_owned) });
    task.await.ok().flatten().unwrap_or_default()
}

fn main() -> Result<(), Error> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("api-worker")
        .enable_all()
        .build()?;
    let app = Router::new().route("/worker", get(worker));
    runtime.block_on(lambda_http::run(app))
}
