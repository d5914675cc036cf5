//! Layers of tower-http around a router: CORS and a trace.

use axum::{http::Method, routing::get, Router};
use lambda_http::{run, Error};
use tower_http::{
    cors::{Any, CorsLayer},
    trace::TraceLayer,
};

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let cors = CorsLayer::new().allow_methods([Method::GET]).allow_origin(Any);
    let app = Router::new()
        .route("/prices", get(|| async { "12.50" }))
        .layer(cors)
        .layer(TraceLayer::new_for_http());
    run(app).await
}
