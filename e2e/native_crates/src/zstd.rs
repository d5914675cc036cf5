//! Compresses by Zstandard, with threads of its own, and back.

use std::io::{Read, Write};

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};
use zstd::{Decoder, Encoder};

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?.repeat(1000);
    let mut encoder = Encoder::new(Vec::new(), 19)?;
    encoder.include_checksum(true)?;
    encoder.multithread(2)?;
    encoder.write_all(text.as_bytes())?;
    let mut compressed = encoder.finish()?;
    let mut back = String::new();
    Decoder::new(compressed.as_slice())?.read_to_string(&mut back)?;
    let size = compressed.len();
    if let Some(last) = compressed.last_mut() {
        *last ^= 1;
    }
    let wrong = Decoder::new(compressed.as_slice())?.read_to_end(&mut Vec::new());
    Ok(json!({
        "bytes": text.len(),
        "compressed": size,
        "error": wrong.err().map(|error| error.to_string()),
        "same": back == text,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
