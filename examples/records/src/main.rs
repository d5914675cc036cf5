//! Reads the records that SQS, S3, SNS and the streams of DynamoDB and Kinesis send, and says what each is about. A record of another
//! source fails the batch.

use lambda_runtime::{self as lambda, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

/// What a record is about: a message's body, an object's place, what became of an item, or a record's partition.
fn subject(record: &Value) -> Result<String, Error> {
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    // SNS writes its name with a capital.
    let source = [text("/eventSource"), text("/EventSource")].concat();
    match (&*source, text("/s3/bucket/name")) {
        ("aws:sqs", _) => Ok(text("/body").to_owned()),
        ("aws:s3", bucket) => Ok(format!("s3://{bucket}/{}", text("/s3/object/key"))),
        ("aws:sns", _) => Ok(text("/Sns/Message").to_owned()),
        ("aws:dynamodb", _) => Ok(format!("{} {}", text("/eventName"), record["dynamodb"]["Keys"])),
        ("aws:kinesis", _) => Ok(text("/kinesis/partitionKey").to_owned()),
        (source, _) => Err(format!("a record of the source `{source}`").into()),
    }
}

fn describe(context: &lambda::Context) -> Value {
    json!({
        "arn": context.invoked_function_arn,
        "function": context.env_config.function_name,
        "memory": context.env_config.memory,
        "has_deadline": context.deadline > 1_700_000_000_000,
        "has_request_id": !context.request_id.is_empty(),
        "has_trace_id": context.xray_trace_id.is_some(),
    })
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    // A panic fails its invocation alone.
    let records = event.payload["Records"].as_array().expect("the event has records");
    let subjects = records.iter().map(subject).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "subjects": subjects, "context": describe(&event.context) }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    // What is missing in the environment is an error of the initialisation.
    if let Ok(table) = std::env::var("REQUIRED_TABLE") {
        return Err(format!("there is no table `{table}`").into());
    }
    lambda::run(service_fn(handler)).await
}
