//! A closure that changes a variable of main.

use std::{collections::BTreeMap, future::ready};

use lambda_runtime::{service_fn, Error, LambdaEvent};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut seen = BTreeMap::<String, u32>::new();
    let handler = |event: LambdaEvent<String>| {
        let count = seen.entry(event.payload).or_default();
        *count += 1;
        ready(Ok::<_, Error>(*count))
    };
    lambda_runtime::run(service_fn(handler)).await
}
