//! The loop joined with a background task, which hands numbers to the handler.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::sync::{mpsc, Mutex};

async fn produce(tickets: mpsc::Sender<u32>) -> Result<(), Error> {
    for ticket in 100.. {
        tickets.send(ticket).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (sender, receiver) = mpsc::channel(1);
    let receiver = &Mutex::new(receiver);
    let handler = |event: LambdaEvent<String>| async move {
        let ticket = receiver.lock().await.recv().await.ok_or("no more tickets")?;
        Ok::<_, Error>(format!("{}: {ticket}", event.payload))
    };
    tokio::try_join!(lambda_runtime::run(service_fn(handler)), produce(sender))?;
    Ok(())
}
