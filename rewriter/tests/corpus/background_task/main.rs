//! A task that lives as long as the process and serves all invocations.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::sync::{mpsc, oneshot};

type Job = (String, oneshot::Sender<String>);

async fn work(mut jobs: mpsc::Receiver<Job>) {
    while let Some((text, reply)) = jobs.recv().await {
        let sorted = {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters.into_iter().collect()
        };
        // Whoever asked may have gone.
        let _ = reply.send(sorted);
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (jobs, receiver) = mpsc::channel(8);
    tokio::spawn(work(receiver));
    let handler = |event: LambdaEvent<String>| async {
        let (reply, answer) = oneshot::channel();
        jobs.send((event.payload, reply)).await?;
        Ok::<String, Error>(answer.await?)
    };
    lambda_runtime::run(service_fn(handler)).await
}
