//! The events, as Lambda hands them on, and what their programs are to answer.

use serde_json::{json, Value};

use super::{
    exchange::{Exchange, Expected},
    table,
};
use crate::events;

/// An order, and what comes of it.
struct Order {
    document: Value,
    invoice: Value,
    total_cents: u64,
}

fn order(number: u64) -> Order {
    const NAMES: [&str; 4] = ["Ada Lovelace", "Grace Hopper", "Zoë Quinn", "Alan Turing"];
    const CITIES: [&str; 3] = ["Zürich", "London", "New York"];
    let pick = (number + 1).wrapping_mul(2_654_435_761) >> 8;
    let id = format!("order-{number:06}");
    let name = NAMES[number as usize % NAMES.len()];
    let city = CITIES[number as usize % CITIES.len()];
    let express = number.is_multiple_of(3);
    let note = number.is_multiple_of(4).then_some("leave it at the door, please");
    let line = |index: u64| {
        let pick = pick.wrapping_add(index.wrapping_mul(7919));
        (format!("A-{:05}", pick % 99_999), 1 + pick % 9, 99 + pick % 9_900)
    };
    let lines: Vec<_> = (0..2 + number % 3).map(line).collect();
    let total_cents = lines.iter().map(|(_, quantity, price)| quantity * price).sum();
    let as_ordered = |(sku, quantity, price_cents): &(String, u64, u64)| {
        let title = format!("Part {sku}");
        json!({"sku": sku, "title": title, "quantity": quantity, "price_cents": price_cents, "currency": "EUR"})
    };
    let as_billed = |(sku, quantity, price_cents): &(String, u64, u64)| {
        let amount = quantity * price_cents;
        json!({"sku": sku, "amount_cents": amount})
    };
    Order {
        document: json!({
            "id": id,
            "created": "2026-03-02T10:20:30Z",
            "customer": {"name": name, "city": city, "email": format!("customer-{number}@example.com"), "age": 18 + pick % 60},
            "express": express,
            "note": note,
            "lines": lines.iter().map(as_ordered).collect::<Vec<_>>(),
        }),
        invoice: json!({
            "order": id,
            "address": format!("{name}, {city}"),
            "express": express,
            "note": note,
            "lines": lines.iter().map(as_billed).collect::<Vec<_>>(),
            "total_cents": total_cents,
        }),
        total_cents,
    }
}

/// As many orders from a number on as fit into so many bytes.
fn orders(first: u64, bytes: usize) -> Vec<Order> {
    let mut left = bytes;
    (first..)
        .map(order)
        .take_while(|order| {
            let length = order.document.to_string().len() + 1;
            let fits = length <= left;
            left = left.saturating_sub(length);
            fits
        })
        .collect()
}

fn documents(orders: &[Order]) -> Vec<&Value> {
    orders.iter().map(|order| &order.document).collect()
}

/// API Gateway's event for an HTTP API, with what a browser and CloudFront send along.
pub fn http_api() -> Exchange {
    let order = order(2);
    let lines = order.document["lines"].as_array().map_or(0, Vec::len);
    let host = "abcdefghij.execute-api.us-east-1.amazonaws.com";
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/orders/customer-42",
        "rawQueryString": "express=true",
        "cookies": ["session=5f0c2b1c7d4e4a6f9b8d", "theme=dark"],
        "headers": {
            "accept": "application/json",
            "accept-encoding": "gzip, deflate, br, zstd",
            "accept-language": "en-GB,en;q=0.8,de;q=0.5",
            "authorization": format!("Bearer {}", "eyJhbGciOiJSUzI1NiJ9".repeat(20)),
            "content-length": order.document.to_string().len().to_string(),
            "content-type": "application/json",
            "host": host,
            "origin": "https://shop.example.com",
            "referer": "https://shop.example.com/basket",
            "sec-fetch-dest": "empty",
            "sec-fetch-mode": "cors",
            "sec-fetch-site": "cross-site",
            "user-agent": agent,
            "x-amzn-trace-id": "Root=1-67a1b2c3-0123456789abcdef01234567",
            "x-forwarded-for": "192.0.2.17",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": {"express": "true"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": host,
            "domainPrefix": "abcdefghij",
            "http": {
                "method": "POST",
                "path": "/orders/customer-42",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.17",
                "userAgent": agent,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Mar/2026:10:20:30 +0000",
            "timeEpoch": 1_772_446_830_000_u64,
        },
        "body": order.document.to_string(),
        "isBase64Encoded": false,
    });
    let receipt = json!({"customer": "customer-42", "express": true, "lines": lines, "total_cents": order.total_cents});
    Exchange::new(&event.to_string(), Expected::Http(201, receipt))
}

/// A batch of ten messages, 100 KB with what SQS tells of each. The total of one is wrong.
pub fn sqs() -> Exchange {
    const BODY: usize = 7_850;
    const WRONG: u64 = 6;
    let records: Vec<_> = (0..10)
        .map(|number| {
            let orders = orders(100 * number, BODY);
            let total: u64 = orders.iter().map(|order| order.total_cents).sum();
            let total = if number == WRONG { total + 1 } else { total };
            json!({
                "messageId": message_id(number),
                "receiptHandle": format!("AQEB{}", "wJnKyrHigUMZj6rYigCgxlaS3SLy0a".repeat(6)),
                "body": json!({"total_cents": total, "orders": documents(&orders)}).to_string(),
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1772446830123",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1772446830125",
                },
                "messageAttributes": {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    let failures = json!({"batchItemFailures": [{"itemIdentifier": message_id(WRONG)}]});
    Exchange::new(&json!({"Records": records}).to_string(), Expected::Json(failures))
}

fn message_id(number: u64) -> String {
    format!("059f36b4-87a3-44ab-83d2-66197504{number:04}")
}

/// What S3 says of a new object, whose key has what is encoded.
pub fn s3() -> Exchange {
    let event = json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": "2026-03-02T10:20:30.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDAJDPLRKLG7UEXAMPLE"},
        "requestParameters": {"sourceIPAddress": "192.0.2.17"},
        "responseElements": {
            "x-amz-request-id": "C3D13FE58DE4C810",
            "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {
                "name": "uploads-123456789012-us-east-1",
                "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                "arn": "arn:aws:s3:::uploads-123456789012-us-east-1",
            },
            "object": {
                "key": "in/Z%C3%BCrich/summer+2026.jpg",
                "size": 204_800,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                "sequencer": "0055AED6DCD90281E5",
            },
        },
    }]});
    let objects = json!({"objects": [
        {"bucket": "uploads-123456789012-us-east-1", "key": "in/Zürich/summer 2026.jpg", "bytes": 204_800},
    ]});
    Exchange::new(&event.to_string(), Expected::Json(objects))
}

/// Orders of so many bytes, which become invoices.
pub fn transform(bytes: usize) -> Exchange {
    let orders = orders(0, bytes);
    let event = json!({"orders": documents(&orders)});
    let total: u64 = orders.iter().map(|order| order.total_cents).sum();
    let invoices: Vec<_> = orders.into_iter().map(|order| order.invoice).collect();
    let answer = json!({"invoices": invoices, "total_cents": total});
    Exchange::new(&event.to_string(), Expected::Json(answer))
}

/// A picture of 1600 × 1064 pixels, as base64.
pub fn image(picture: &str) -> Exchange {
    let event = json!({"name": "summer.jpg", "body": picture});
    Exchange::new(&event.to_string(), Expected::Picture(800, 532))
}

/// What item is wanted.
pub fn get_item() -> Exchange {
    const ID: &str = "order-000042";
    let event = json!({"table": "orders", "id": ID});
    let answer = json!({"id": ID, "city": table::CITY, "total_cents": table::TOTAL_CENTS});
    Exchange::new(&event.to_string(), Expected::Json(answer))
}

/// An event of so many bytes, with few fields that matter: before what does not, and behind it.
pub fn typed(bytes: usize) -> Exchange {
    let opening =
        r#"{"requestId":"8b0f9a52-70d1-4c55-9c0e-2f6e6a3c1d11","user":{"id":4711,"name":"Zoë","tier":3,"since":2019},"#;
    let closing = r#","source":"web"}"#;
    let (rest, _) = events::event(bytes + 1 - opening.len() - closing.len());
    // The members of an object of its own, taken out of its braces.
    let members = rest
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(&rest);
    let event = format!("{opening}{members}{closing}");
    let answer = json!({
        "requestId": "8b0f9a52-70d1-4c55-9c0e-2f6e6a3c1d11",
        "message": "Hello, Zoë!",
        "tier": 3,
        "source": "web",
    });
    Exchange::new(&event, Expected::Json(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_sizes_that_the_tables_name() {
        for (what, exchange, wanted) in [
            ("sqs", sqs(), 100_000),
            ("transform", transform(16 * 1024), 16 * 1024),
            ("typed", typed(10 * 1024), 10 * 1024),
            ("typed", typed(1024 * 1024), 1024 * 1024),
        ] {
            let found = exchange.event_bytes;
            assert!(found.abs_diff(wanted) * 20 < wanted, "{what}: {found}, not {wanted}");
        }
    }

    #[test]
    fn an_invoice_has_its_orders_total() {
        let order = order(3);
        let lines = order.document["lines"].as_array().unwrap();
        let total: u64 = lines
            .iter()
            .map(|line| line["quantity"].as_u64().unwrap() * line["price_cents"].as_u64().unwrap())
            .sum();
        assert_eq!(order.invoice["total_cents"], total);
        assert_eq!(order.total_cents, total);
    }

    #[test]
    fn what_matters_of_a_typed_event_is_on_both_sides_of_the_rest() {
        let exchange = typed(10 * 1024);
        let answer = br#"{"requestId":"8b0f9a52-70d1-4c55-9c0e-2f6e6a3c1d11","message":"Hello, Zo\u00eb!","tier":3,"source":"web"}"#;
        exchange.check(answer).unwrap();
    }
}
