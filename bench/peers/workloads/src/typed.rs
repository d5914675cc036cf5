//! A handler that reads a few fields of its event, and leaves the rest unread.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    request_id: String,
    user: User,
    source: String,
}

#[derive(Deserialize)]
struct User {
    name: String,
    tier: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    request_id: String,
    message: String,
    tier: u32,
    source: String,
}

async fn handler(event: LambdaEvent<Event>) -> Result<Answer, Error> {
    let Event {
        request_id,
        user,
        source,
    } = event.payload;
    Ok(Answer {
        request_id,
        message: format!("Hello, {}!", user.name),
        tier: user.tier,
        source,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
