//! Lists the objects that were put into a bucket.

use aws_lambda_events::event::s3::S3Event;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::Serialize;

#[derive(Serialize)]
struct Response {
    objects: Vec<String>,
}

async fn handler(event: LambdaEvent<S3Event>) -> Result<Response, Error> {
    let mut objects = Vec::new();
    for record in event.payload.records {
        let bucket = record.s3.bucket.name.ok_or("a record names no bucket")?;
        // As S3 sends it: encoded as in a form, with `+` for a space.
        let key = record.s3.object.key.ok_or("a record names no key")?;
        objects.push(format!("s3://{bucket}/{key}"));
    }
    Ok(Response { objects })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
