//! A few fields of an event, as `../../src/typed.rs` has it.

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
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
pub struct Answer {
    request_id: String,
    message: String,
    tier: u32,
    source: String,
}

/// Greets who the event names.
pub fn of(event: Event) -> Answer {
    let Event {
        request_id,
        user,
        source,
    } = event;
    Answer {
        request_id,
        message: format!("Hello, {}!", user.name),
        tier: user.tier,
        source,
    }
}
