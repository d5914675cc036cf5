//! A task per event that goes on after the answer, on a runtime of one thread.

use std::time::Duration;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::{sync::watch, time::sleep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (log, written) = watch::channel(Vec::<String>::new());
    let handler = |event: LambdaEvent<(String, usize)>| {
        let (log, mut written) = (log.clone(), written.clone());
        async move {
            let (entry, before) = event.payload;
            let entries = written.wait_for(|entries| entries.len() >= before).await?.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(5)).await;
                log.send_modify(|entries| entries.push(entry));
            });
            Ok::<_, Error>(entries)
        }
    };
    lambda_runtime::run(service_fn(handler)).await
}
