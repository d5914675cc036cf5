//! A path that starts at the crates.

async fn handler(event: ::lambda_runtime::LambdaEvent<(f64, f64)>) -> Result<f64, ::lambda_runtime::Error> {
    let (x, y) = event.payload;
    Ok(x.hypot(y))
}

#[::tokio::main]
async fn main() -> ::std::result::Result<(), ::lambda_runtime::Error> {
    ::lambda_runtime::run(::lambda_runtime::service_fn(handler)).await
}
