//! Looks an order up in DynamoDB, and reads its receipt from S3, with AWS's SDK as it is by default.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

/// The clients, which are made once for all events.
struct Clients {
    dynamodb: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
}

async fn receipt(clients: &Clients, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let order = event.payload["order"].as_str().ok_or("`order` is missing")?;
    let found = clients
        .dynamodb
        .get_item()
        .table_name("orders")
        .key("id", AttributeValue::S(order.to_owned()))
        .send()
        .await?;
    let item = found.item.ok_or_else(|| format!("there is no order {order}"))?;
    let key = item.get("receipt").and_then(|value| value.as_s().ok());
    let object = clients
        .s3
        .get_object()
        .bucket("receipts")
        .key(key.ok_or("the order has no receipt")?)
        .send()
        .await?;
    let receipt = object.body.collect().await?.into_bytes();
    Ok(json!({"order": order, "receipt": String::from_utf8(receipt.to_vec())?}))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let clients = Clients {
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        s3: aws_sdk_s3::Client::new(&config),
    };
    run(service_fn(|event| receipt(&clients, event))).await
}
