//! The events: JSON documents of given sizes, as orders are: many small values, nested.

use std::fmt::Write;

/// The sizes that are measured, and how often in each round.
pub const SIZES: [Size; 6] = [
    Size::new("19 B", 19, 500, 1000),
    Size::new("1 KB", 1024, 200, 1000),
    Size::new("10 KB", 10 * 1024, 50, 400),
    Size::new("100 KB", 100 * 1024, 20, 100),
    Size::new("1 MB", 1024 * 1024, 3, 20),
    Size::new("6 MB", 6 * 1024 * 1024, 2, 8),
];

/// A size of events.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// What it is called.
    pub label: &'static str,
    /// The number of bytes.
    pub bytes: usize,
    /// How many events are sent before the measured ones, so that interpreters have optimised what they will.
    pub warm_up: usize,
    /// How many events are measured in a round.
    pub events: usize,
}

impl Size {
    const fn new(label: &'static str, bytes: usize, warm_up: usize, events: usize) -> Self {
        Self {
            label,
            bytes,
            warm_up,
            events,
        }
    }
}

/// An event of a number of bytes, and the number of keys of the object that it is.
pub fn event(bytes: usize) -> (String, usize) {
    const SMALLEST: &str = r#"{"message":"hello"}"#;
    const OPENING: &str = r#"{"orders":["#;
    const CLOSING: &str = r#"],"padding":""}"#;
    if bytes < 512 {
        return (SMALLEST.to_owned(), 1);
    }
    let mut event = OPENING.to_owned();
    for number in 0.. {
        let order = order(number);
        if event.len() + order.len() + 1 + CLOSING.len() > bytes {
            break;
        }
        if number > 0 {
            event.push(',');
        }
        event += &order;
    }
    event += r#"],"padding":""#;
    event.extend(std::iter::repeat_n('.', bytes - event.len() - 2));
    event += r#""}"#;
    (event, 2)
}

fn order(number: u32) -> String {
    const NAMES: [&str; 4] = ["Ada Lovelace", "Grace Hopper", "Zoë Quinn", "Alan Turing"];
    const CITIES: [&str; 3] = ["Zürich", "London", "New York"];
    let pick = number.wrapping_mul(2_654_435_761) >> 8;
    let mut order = String::new();
    write!(
        order,
        r#"{{"id":"order-{number:06}","customer":{{"name":"{}","city":"{}","age":{}}},"paid":{},"note":null,"#,
        NAMES[number as usize % NAMES.len()],
        CITIES[number as usize % CITIES.len()],
        18 + pick % 60,
        number.is_multiple_of(3),
    )
    .expect("a string takes all that is written");
    write!(
        order,
        r#""lines":[{{"sku":"A-{:04}","quantity":{},"price":{}.{:02}}},{{"sku":"B-{:04}","quantity":1,"price":9.5}}]}}"#,
        pick % 9999,
        1 + pick % 9,
        pick % 500,
        pick % 100,
        pick % 7777,
    )
    .expect("a string takes all that is written");
    order
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn events_are_json_of_the_size_that_is_asked_for() {
        for size in &SIZES[..5] {
            let (event, keys) = event(size.bytes);
            assert_eq!(event.len(), size.bytes);
            let value: Value = serde_json::from_str(&event).unwrap();
            assert_eq!(value.as_object().unwrap().len(), keys);
        }
    }

    #[test]
    fn padding_is_the_least_of_a_large_event() {
        let value: Value = serde_json::from_str(&event(10 * 1024).0).unwrap();
        assert!(value["padding"].as_str().unwrap().len() < 512);
    }
}
