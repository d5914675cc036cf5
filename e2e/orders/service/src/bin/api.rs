//! The service's API: `POST /orders` places an order, `GET /orders/{id}` reads it.

use axum::{
    extract::{rejection::JsonRejection, Path},
    http::{header::LOCATION, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
    Json, Router,
};
use lambda_http::{run, Error};
use orders::{Event, Item, Order, OrderEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    items: &'a [Item],
    total_cents: u32,
}

/// What is wrong, all of it.
#[derive(Serialize)]
struct Refusal {
    problems: Vec<String>,
}

fn refusal(status: StatusCode, problems: Vec<String>) -> Response {
    (status, Json(Refusal { problems })).into_response()
}

fn answer<'a>(order: &'a Order, id: &'a str) -> Json<Answer<'a>> {
    Json(Answer {
        id,
        items: order.items(),
        total_cents: order.total_cents(),
    })
}

async fn place(request: Result<Json<Request>, JsonRejection>) -> Response {
    let Json(request) = match request {
        Ok(request) => request,
        Err(rejection) => return refusal(rejection.status(), vec![rejection.body_text()]),
    };
    let order = match Order::new(request.items) {
        Ok(order) => order,
        Err(problems) => {
            let problems = problems.iter().map(ToString::to_string).collect();
            return refusal(StatusCode::UNPROCESSABLE_ENTITY, problems);
        }
    };
    let id = order.id();
    let placed = Event {
        event: OrderEvent::Placed,
        order: id.clone(),
    };
    println!("{}", serde_json::json!(placed));
    let location = format!("/orders/{id}");
    (StatusCode::CREATED, [(LOCATION, location)], answer(&order, &id)).into_response()
}

async fn read(Path(id): Path<String>) -> Response {
    match Order::from_id(&id) {
        Ok(order) => answer(&order, &id).into_response(),
        Err(problem) => refusal(StatusCode::NOT_FOUND, vec![problem.to_string()]),
    }
}

fn routes() -> Router {
    Router::new()
        .route("/orders", post(place))
        .route("/orders/{id}", get(read))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(routes()).await
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http};
    use tower::ServiceExt;

    use super::*;

    async fn status(request: http::request::Builder, body: &str) -> StatusCode {
        let request = request
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .expect("it is a request");
        routes().oneshot(request).await.expect("routes don't fail").status()
    }

    #[tokio::test]
    async fn a_placed_order_can_be_read() {
        let order = r#"{"items": [{"product": "tea", "quantity": 2}]}"#;
        let request = http::Request::post("/orders");
        assert_eq!(status(request, order).await, StatusCode::CREATED);
        let order = Order::new(vec![Item {
            product: "tea".to_owned(),
            quantity: 2,
        }]);
        let path = format!("/orders/{}", order.expect("tea is sold").id());
        assert_eq!(status(http::Request::get(&path), "").await, StatusCode::OK);
        let request = http::Request::get(path.replace("tea:2", "tea:3"));
        assert_eq!(status(request, "").await, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn what_is_no_order_is_refused() {
        for (body, expected) in [
            ("[", StatusCode::BAD_REQUEST),
            (r#"{"items": 1}"#, StatusCode::UNPROCESSABLE_ENTITY),
            (r#"{"items": []}"#, StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            assert_eq!(status(http::Request::post("/orders"), body).await, expected, "{body}");
        }
    }
}
