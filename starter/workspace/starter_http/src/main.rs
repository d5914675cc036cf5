//! A JSON API behind an HTTP API or a function URL: `GET /greet/{name}`, and `POST /sum` with a list of numbers.

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use lambda_http::{run, Error};
use serde::Serialize;

#[derive(Serialize)]
struct Greeting {
    message: String,
}

#[derive(Serialize)]
struct Sum {
    sum: f64,
}

async fn greet(Path(name): Path<String>) -> Json<Greeting> {
    Json(Greeting {
        message: format!("Hello, {name}!"),
    })
}

async fn sum(Json(numbers): Json<Vec<f64>>) -> Json<Sum> {
    Json(Sum {
        sum: numbers.iter().sum(),
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let routes = Router::new()
        .route("/greet/{name}", get(greet))
        .route("/sum", post(sum));
    run(routes).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn greets_by_name() {
        let Json(greeting) = greet(Path("Ada".to_owned())).await;
        assert_eq!(greeting.message, "Hello, Ada!");
    }

    #[tokio::test]
    async fn the_sum_of_nothing_is_zero() {
        let Json(sum) = sum(Json(Vec::new())).await;
        assert_eq!(sum.sum, 0.0);
    }
}
