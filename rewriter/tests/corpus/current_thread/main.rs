//! A runtime of one thread.

use std::thread;

use lambda_runtime::{service_fn, Error, LambdaEvent};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let main_thread = thread::current().id();
    let handler = |_event: LambdaEvent<()>| async move {
        let task = tokio::spawn(async { thread::current().id() });
        Ok::<_, Error>(task.await? == main_thread)
    };
    lambda_runtime::run(service_fn(handler)).await
}
