//! Tells which objects a bucket reports.

use aws_lambda_events::s3::S3Event;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use percent_encoding::percent_decode_str;
use serde::Serialize;

#[derive(Serialize)]
struct Answer {
    objects: Vec<Object>,
}

#[derive(Serialize)]
struct Object {
    bucket: String,
    key: String,
    bytes: i64,
}

async fn handler(event: LambdaEvent<S3Event>) -> Result<Answer, Error> {
    let mut objects = Vec::new();
    for record in event.payload.records {
        // As a form's values are encoded.
        let key = record.s3.object.key.unwrap_or_default().replace('+', " ");
        objects.push(Object {
            bucket: record.s3.bucket.name.unwrap_or_default(),
            key: percent_decode_str(&key).decode_utf8()?.into_owned(),
            bytes: record.s3.object.size.unwrap_or_default(),
        });
    }
    Ok(Answer { objects })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
