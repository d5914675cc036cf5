//! A program that is made of files from everywhere.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[path = "../neighbour/money.rs"]
mod money;

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let cents = event.payload["cents"].as_u64().ok_or("no cents")?;
    Ok(json!({
        "assets": macros::embedded!("assets"),
        "by_manifest_dir": include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/greeting.txt")).trim(),
        "by_location": [
            include_str!(env!("ASSET")).trim(),
            include_str!(env!("GENERATED")).trim(),
            include_str!(env!("GREETING")).trim(),
        ],
        "external": include_str!(env!("EXTERNAL")).trim(),
        "flag": cfg!(from_a_file),
        "folder": macros::embedded!("pages"),
        "generated": [
            include_str!("generated.txt").trim(),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/generated.txt")).trim(),
        ],
        "neighbour": [
            include_str!("../neighbour/order.graphql").lines().count(),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../neighbour/order.graphql")).lines().count(),
        ],
        "price": money::euros(cents),
        "relative": include_str!("templates/greeting.txt").trim(),
        "root": env!("ROOT"),
        "text": env!("TEXT"),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
