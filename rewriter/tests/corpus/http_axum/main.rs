//! An axum router: path parameters, queries and JSON.

use axum::{
    extract::{Path, Query},
    http::StatusCode,
    routing::{get, post},
    Json, Router,
};
use lambda_http::Error;
use serde::Deserialize;
use serde_json::{json, Value};

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    offset: u32,
}

async fn book(Path((author, id)): Path<(String, u32)>, Query(page): Query<Page>) -> Json<Value> {
    Json(json!({ "author": author, "id": id, "offset": page.offset }))
}

async fn add(Json(book): Json<Value>) -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(json!({ "added": book["title"] })))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let app = Router::new()
        .route("/authors/{author}/books/{id}", get(book))
        .route("/books", post(add));
    lambda_http::run(app).await
}
