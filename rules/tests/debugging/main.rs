//! Answers with the places in this file that a backtrace names: none in what is deployed.

use std::backtrace::Backtrace;

use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(_event: LambdaEvent<()>) -> Result<Vec<String>, Error> {
    let backtrace = Backtrace::force_capture().to_string();
    let places = backtrace.lines().filter_map(|line| line.split_once("/debugging/"));
    Ok(places.map(|(_, place)| place.to_owned()).collect())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
