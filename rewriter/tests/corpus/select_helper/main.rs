//! The loop in a helper, against a signal that main waits for beside it.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::signal::unix::{signal, SignalKind};

async fn handler(event: LambdaEvent<Vec<u64>>) -> Result<u64, Error> {
    event.payload.into_iter().max().ok_or_else(|| "no numbers".into())
}

async fn serve() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = serve() => result,
        _ = terminate.recv() => {
            println!("saved what was gathered");
            Ok(())
        }
    }
}
