//! Text beyond ASCII before the call, on its line: größer, 東京, 🦀.

use lambda_runtime::{service_fn, Error, LambdaEvent};

/// Zählt die Zeichen.
async fn zähle(event: LambdaEvent<String>) -> Result<usize, Error> {
    Ok(event.payload.chars().count())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (_krebs, läuft) = ("🦀 東京", lambda_runtime::run(service_fn(zähle))); // → für immer
    läuft.await
}
