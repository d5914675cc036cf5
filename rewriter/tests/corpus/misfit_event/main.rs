//! An event that does not fit the handler's type.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Booking {
    guest_name: String,
    rooms: Vec<Room>,
}

#[derive(Deserialize)]
struct Room {
    number: u16,
}

async fn handler(event: LambdaEvent<Booking>) -> Result<String, Error> {
    let Booking { guest_name, rooms } = event.payload;
    let numbers: Vec<_> = rooms.iter().map(|room| room.number.to_string()).collect();
    Ok(format!("{guest_name}: {}", numbers.join(", ")))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
