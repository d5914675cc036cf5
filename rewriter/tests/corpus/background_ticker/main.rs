//! A task that ticks while the handler waits.

use std::time::Duration;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::{sync::watch, time::interval};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (sender, ticks) = watch::channel(0_u64);
    tokio::spawn(async move {
        let mut interval = interval(Duration::from_millis(2));
        loop {
            interval.tick().await;
            sender.send_modify(|ticks| *ticks += 1);
        }
    });
    let handler = |event: LambdaEvent<u64>| {
        let mut ticks = ticks.clone();
        async move {
            let target = *ticks.borrow() + event.payload;
            let reached = *ticks.wait_for(|&ticks| ticks >= target).await?;
            Ok::<_, Error>(reached >= target)
        }
    };
    lambda_runtime::run(service_fn(handler)).await
}
