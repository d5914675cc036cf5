//! Compresses by brotli, and back.

use std::io::{Read, Write};

use brotlic::{CompressorWriter, DecompressorReader};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?.repeat(1000);
    let mut writer = CompressorWriter::new(Vec::new());
    writer.write_all(text.as_bytes())?;
    let compressed = writer.into_inner()?;
    let mut back = String::new();
    DecompressorReader::new(compressed.as_slice()).read_to_string(&mut back)?;
    let cut = DecompressorReader::new(&compressed[..compressed.len() - 1]).read_to_end(&mut Vec::new());
    Ok(json!({
        "bytes": text.len(),
        "compressed": compressed.len(),
        "cut_is_told": cut.is_err(),
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
