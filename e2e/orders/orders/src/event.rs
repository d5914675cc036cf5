//! What is told of orders, over queues and in logs.

use event_name::EventName;
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};

/// What has happened to an order.
#[derive(Clone, Copy, Debug, EventName, PartialEq)]
pub enum OrderEvent {
    Placed,
    Confirmed,
}

impl Serialize for OrderEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for OrderEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| D::Error::custom(format!("there is no event {name}")))
    }
}

/// An event, with the ID of the order that it is about.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub event: OrderEvent,
    pub order: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_goes_by_its_name() {
        let event = Event {
            event: OrderEvent::Confirmed,
            order: "tea:1~0".to_owned(),
        };
        let text = serde_json::to_string(&event).expect("it is JSON");
        assert_eq!(text, r#"{"event":"order.confirmed","order":"tea:1~0"}"#);
        assert_eq!(serde_json::from_str::<Event>(&text).expect("it is read back"), event);
        let error = serde_json::from_str::<Event>(&text.replace("confirmed", "lost")).expect_err("there is none");
        assert!(error.to_string().starts_with("there is no event order.lost"), "{error}");
    }
}
