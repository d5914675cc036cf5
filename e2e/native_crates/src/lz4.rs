//! Compresses by LZ4, as frames with a checksum, and back.

use std::io::{Read, Write};

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use lz4::{block, ContentChecksum, Decoder, EncoderBuilder};
use serde_json::{json, Value};

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?.repeat(1000);
    let mut encoder = EncoderBuilder::new()
        .level(9)
        .checksum(ContentChecksum::ChecksumEnabled)
        .build(Vec::new())?;
    encoder.write_all(text.as_bytes())?;
    let (mut frame, finished) = encoder.finish();
    finished?;
    let mut back = String::new();
    Decoder::new(frame.as_slice())?.read_to_string(&mut back)?;
    let block = block::compress(text.as_bytes(), None, true)?;
    let compressed = frame.len();
    // Of the checksum, which is xxHash's.
    if let Some(last) = frame.last_mut() {
        *last ^= 1;
    }
    Ok(json!({
        "bytes": text.len(),
        "compressed": compressed,
        "same": back == text && block::decompress(&block, None)? == text.as_bytes(),
        "wrong_checksum_is_told": Decoder::new(frame.as_slice())?.read_to_end(&mut Vec::new()).is_err(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
