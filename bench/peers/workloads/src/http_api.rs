//! A JSON API behind API Gateway, by axum: `POST /orders/{customer}?express=…` takes an order.

use axum::{
    extract::{Path, Query},
    http::StatusCode,
    routing::{get, post},
    Json, Router,
};
use lambda_http::{run, Error};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Options {
    #[serde(default)]
    express: bool,
}

#[derive(Deserialize)]
struct Order {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    quantity: u64,
    price_cents: u64,
}

#[derive(Serialize)]
struct Receipt {
    customer: String,
    express: bool,
    lines: usize,
    total_cents: u64,
}

async fn take(
    Path(customer): Path<String>,
    Query(options): Query<Options>,
    Json(order): Json<Order>,
) -> (StatusCode, Json<Receipt>) {
    let receipt = Receipt {
        customer,
        express: options.express,
        lines: order.lines.len(),
        total_cents: order.lines.iter().map(|line| line.quantity * line.price_cents).sum(),
    };
    (StatusCode::CREATED, Json(receipt))
}

async fn health() -> &'static str {
    "well"
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let app = Router::new()
        .route("/health", get(health))
        .route("/orders/{customer}", post(take));
    run(app).await
}
