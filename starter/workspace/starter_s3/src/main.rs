//! Lists the objects that were put into a bucket.

use aws_lambda_events::event::s3::{S3Event, S3EventRecord};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::Serialize;

#[derive(Serialize)]
struct Response {
    objects: Vec<String>,
}

/// Returns where an object is: its key as S3 sends it, encoded as in a form, with `+` for a space.
fn uri(record: S3EventRecord) -> Result<String, Error> {
    let bucket = record.s3.bucket.name.ok_or("a record names no bucket")?;
    let key = record.s3.object.key.ok_or("a record names no key")?;
    Ok(format!("s3://{bucket}/{key}"))
}

async fn handler(event: LambdaEvent<S3Event>) -> Result<Response, Error> {
    let objects = event.payload.records.into_iter().map(uri).collect::<Result<_, _>>()?;
    Ok(Response { objects })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_by_bucket_and_key() {
        let mut record = S3EventRecord::default();
        record.s3.bucket.name = Some("reports".to_owned());
        assert!(uri(record.clone()).is_err());
        record.s3.object.key = Some("a+b.csv".to_owned());
        assert_eq!(uri(record).unwrap(), "s3://reports/a+b.csv");
    }
}
