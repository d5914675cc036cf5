//! The loop, started in another file.

mod handlers;
mod server;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    server::start().await
}
