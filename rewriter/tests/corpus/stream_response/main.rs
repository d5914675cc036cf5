//! A StreamResponse with a status and headers, made of a stream.

use bytes::Bytes;
use futures::{stream, Stream};
use lambda_runtime::{run, service_fn, Error, LambdaEvent, MetadataPrelude, StreamResponse};
use serde_json::Value;

type Chunks = Box<dyn Stream<Item = Result<Bytes, Error>> + Send + Unpin>;

async fn handler(event: LambdaEvent<Value>) -> Result<StreamResponse<Chunks>, Error> {
    let mut metadata_prelude = MetadataPrelude::default();
    metadata_prelude.headers.insert("content-type", "text/csv".parse()?);
    metadata_prelude
        .headers
        .insert("x-path", event.payload["rawPath"].as_str().unwrap_or("/").parse()?);
    let rows = ["id,name\n", "1,Ada\n", "2,Grace\n"];
    let stream = Box::new(stream::iter(rows.map(|row| Ok(Bytes::from(row)))));
    Ok(StreamResponse {
        metadata_prelude,
        stream,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
