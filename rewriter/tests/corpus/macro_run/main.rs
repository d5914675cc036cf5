//! The call itself comes out of a macro.

macro_rules! lambda_main {
    ($handler:path) => {
        #[tokio::main]
        async fn main() -> Result<(), lambda_runtime::Error> {
            lambda_runtime::run(lambda_runtime::service_fn($handler)).await
        }
    };
}

async fn handler(event: lambda_runtime::LambdaEvent<String>) -> Result<bool, lambda_runtime::Error> {
    Ok(event.payload.is_ascii())
}

lambda_main!(handler);
