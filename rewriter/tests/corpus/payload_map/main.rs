//! A payload that is a map, and an answer in order.

use std::collections::{BTreeMap, HashMap};

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn invert(event: LambdaEvent<HashMap<String, i32>>) -> Result<BTreeMap<i32, Vec<String>>, Error> {
    let mut inverted = BTreeMap::<_, Vec<_>>::new();
    for (key, value) in event.payload {
        inverted.entry(value).or_default().push(key);
    }
    inverted.values_mut().for_each(|keys| keys.sort());
    Ok(inverted)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(invert)).await
}
