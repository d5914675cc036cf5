//! The loop against a signal, whichever comes first.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<bool, Error> {
    let letters: Vec<char> = event.payload.chars().collect();
    Ok(letters.iter().eq(letters.iter().rev()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tokio::select! {
        result = run(service_fn(handler)) => result,
        _ = tokio::signal::ctrl_c() => {
            println!("interrupted");
            Ok(())
        }
    }
}
