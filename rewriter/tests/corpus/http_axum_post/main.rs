//! An axum router with state, and an extractor that refuses a body.

use std::sync::{atomic::AtomicU64, atomic::Ordering, Arc};

use axum::{extract::State, routing::post, Json, Router};
use lambda_http::{run, Error};
use serde_json::{json, Value};

type Sequence = Arc<AtomicU64>;

async fn append(State(sequence): State<Sequence>, Json(lines): Json<Vec<String>>) -> Json<Value> {
    let first = sequence.fetch_add(lines.len() as u64, Ordering::Relaxed);
    Json(json!({ "first": first, "lines": lines.len() }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let app = Router::new()
        .route("/log", post(append))
        .with_state(Sequence::default())
        .fallback(|| async { "nothing here\n" });
    run(app).await
}
