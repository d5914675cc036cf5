//! One function for events of several shapes.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(untagged)]
enum Event {
    Direct { name: String },
    Scheduled { time: String },
}

#[derive(Serialize)]
#[serde(tag = "kind", content = "about", rename_all = "snake_case")]
enum Answer {
    Greeted(String),
    Ticked { hour: u8 },
}

async fn handler(event: LambdaEvent<Event>) -> Result<Answer, Error> {
    match event.payload {
        Event::Direct { name } => Ok(Answer::Greeted(name)),
        Event::Scheduled { time } => Ok(Answer::Ticked {
            hour: time.get(11..13).ok_or("no hour")?.parse()?,
        }),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
