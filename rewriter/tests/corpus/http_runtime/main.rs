//! lambda_http's Runtime, run by hand.

use std::{convert::Infallible, sync::Arc};

use lambda_http::{service_fn, BoxFuture, Error, Request, SnapStartResource};

struct Connections;

impl SnapStartResource for Connections {
    fn after_restore(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            println!("connected again");
            Ok(())
        })
    }
}

async fn handler(request: Request) -> Result<String, Infallible> {
    Ok(format!("{} {}", request.method(), request.uri().path()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_http::runtime(service_fn(handler))
        .register_snapstart_resource(Arc::new(Connections))
        .run()
        .await
}
