//! Ends, streams and echoes as the event says.

use lambda_runtime::{run, service_fn, Error, LambdaEvent, MetadataPrelude, StreamResponse};
use serde_json::Value;

type Chunks = std::vec::IntoIter<Result<Vec<u8>, Error>>;

async fn handler(event: LambdaEvent<Value>) -> Result<StreamResponse<futures::stream::Iter<Chunks>>, Error> {
    let last = match event.payload["do"].as_str() {
        Some("exit") => std::process::exit(3),
        Some("fail") => return Err("no luck".into()),
        Some("break") => Err("broken off".into()),
        _ => Ok(vec![0xff]),
    };
    let context = event.context;
    let mut metadata_prelude = MetadataPrelude {
        cookies: vec!["a=1".to_owned()],
        ..MetadataPrelude::default()
    };
    for (name, value) in [
        ("x-event", event.payload.to_string()),
        ("x-trace", context.xray_trace_id.unwrap_or_default()),
        ("x-tenant", context.tenant_id.unwrap_or_default()),
        (
            "x-client",
            context
                .client_context
                .map(|client| client.client.app_title)
                .unwrap_or_default(),
        ),
        (
            "x-identity",
            context
                .identity
                .map(|identity| identity.identity_id)
                .unwrap_or_default(),
        ),
    ] {
        metadata_prelude.headers.insert(name, value.parse()?);
    }
    Ok(StreamResponse {
        metadata_prelude,
        stream: futures::stream::iter(vec![Ok(b"text".to_vec()), last]),
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    if std::env::var("BROKEN").is_ok() {
        return Err("no table".into());
    }
    run(service_fn(handler)).await
}
