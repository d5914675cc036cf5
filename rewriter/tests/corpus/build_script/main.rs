//! Source and a variable that a build script made.

use lambda_runtime::{service_fn, Error, LambdaEvent};

include!(concat!(env!("OUT_DIR"), "/powers.rs"));

async fn power(event: LambdaEvent<usize>) -> Result<String, Error> {
    let exponent = event.payload;
    let power = POWERS.get(exponent).ok_or("the table ends at 9")?;
    Ok(format!("{}^{exponent} = {power}", env!("POWERS_OF")))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(power)).await
}
