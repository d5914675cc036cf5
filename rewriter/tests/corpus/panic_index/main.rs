//! A panic of the standard library, before the handler's future is made.

use std::future::ready;

use lambda_runtime::{service_fn, Error, LambdaEvent};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let handler = |event: LambdaEvent<usize>| {
        let day = days[event.payload];
        ready(Ok::<_, Error>(day))
    };
    lambda_runtime::run(service_fn(handler)).await
}
