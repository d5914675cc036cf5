//! What is measured: workloads, and their events.

use anyhow::{anyhow, Result};

use super::{documents, exchange::Exchange};

/// What a program does.
#[derive(Debug)]
pub struct Workload {
    /// Its name on the command line and in the JSON.
    pub name: &'static str,
    /// What it does, and by what, in Rust and in Python.
    pub description: &'static str,
    /// The names of the ways that it is run in.
    pub ways: &'static [&'static str],
}

const ALL_HAVE: &[&str] = &["ours_native", "ours_extension", "os_only", "python"];
const WITH_PYO3: &[&str] = &["ours_native", "ours_extension", "os_only", "python", "pyo3"];
const WITH_PYDANTIC: &[&str] = &["ours_native", "ours_extension", "os_only", "python", "pydantic", "pyo3"];

/// All of them, in the order of the tables.
pub const WORKLOADS: [Workload; 7] = [
    Workload {
        name: "http_api",
        description: "an API Gateway HTTP API event with an order: routed by axum (`lambda_http`); in Python by Powertools, read by pydantic",
        ways: ALL_HAVE,
    },
    Workload {
        name: "sqs",
        description: "10 messages of SQS, 100 KB in all, whose totals are checked: `aws_lambda_events` and serde; in Python pydantic",
        ways: ALL_HAVE,
    },
    Workload {
        name: "s3",
        description: "an S3 event, whose object is named: `aws_lambda_events`; in Python the event's dictionary",
        ways: ALL_HAVE,
    },
    Workload {
        name: "transform",
        description: "16 KB of orders made into invoices: serde; in Python pydantic, both ways",
        ways: WITH_PYO3,
    },
    Workload {
        name: "image",
        description: "a JPEG of 1600 × 1064 pixels and some 200 KB, as base64, halved: `image` and `fast_image_resize`; in Python Pillow's `thumbnail`",
        ways: ALL_HAVE,
    },
    Workload {
        name: "get_item",
        description: "an item of a table, over TLS from loopback, by DynamoDB's protocol without its signature: hyper and rustls; in Python urllib3",
        ways: ALL_HAVE,
    },
    Workload {
        name: "typed",
        description: "a few fields of a large event: a struct, whose other fields serde leaves out; in Python the event's dictionary",
        ways: WITH_PYDANTIC,
    },
];

/// A workload's event.
pub struct Case {
    /// Its name in the JSON.
    pub name: &'static str,
    /// What it is called in the tables.
    pub label: &'static str,
    /// The workload's name.
    pub workload: &'static str,
    /// How many events are sent before those that are measured.
    pub warm_up: usize,
    /// How many are measured in a round.
    pub events: usize,
    /// The event, and what is to be answered.
    make: fn(&Inputs) -> Result<Exchange>,
}

/// What events are made of that the benchmark does not make itself.
pub struct Inputs {
    /// The picture as base64, or why there is none.
    pub picture: Result<String, String>,
}

const KB: usize = 1024;

/// All of them, in the order of the tables.
pub const CASES: [Case; 9] = [
    Case {
        name: "http_api",
        label: "HTTP API, axum",
        workload: "http_api",
        warm_up: 200,
        events: 500,
        make: |_| Ok(documents::http_api()),
    },
    Case {
        name: "sqs",
        label: "SQS, 10 messages, 100 KB",
        workload: "sqs",
        warm_up: 30,
        events: 150,
        make: |_| Ok(documents::sqs()),
    },
    Case {
        name: "s3",
        label: "S3 event",
        workload: "s3",
        warm_up: 200,
        events: 500,
        make: |_| Ok(documents::s3()),
    },
    Case {
        name: "transform",
        label: "JSON transform, 16 KB",
        workload: "transform",
        warm_up: 50,
        events: 300,
        make: |_| Ok(documents::transform(16 * KB)),
    },
    Case {
        name: "image",
        label: "image, 200 KB",
        workload: "image",
        warm_up: 2,
        events: 8,
        make: |inputs| match &inputs.picture {
            Ok(picture) => Ok(documents::image(picture)),
            Err(why) => Err(anyhow!("there is no picture: {why}")),
        },
    },
    Case {
        name: "get_item",
        label: "item over TLS",
        workload: "get_item",
        warm_up: 100,
        events: 300,
        make: |_| Ok(documents::get_item()),
    },
    Case {
        name: "typed_10_kb",
        label: "typed, 10 KB",
        workload: "typed",
        warm_up: 50,
        events: 400,
        make: |_| Ok(documents::typed(10 * KB)),
    },
    Case {
        name: "typed_100_kb",
        label: "typed, 100 KB",
        workload: "typed",
        warm_up: 20,
        events: 100,
        make: |_| Ok(documents::typed(100 * KB)),
    },
    Case {
        name: "typed_1_mb",
        label: "typed, 1 MB",
        workload: "typed",
        warm_up: 3,
        events: 20,
        make: |_| Ok(documents::typed(1024 * KB)),
    },
];

impl Case {
    /// The event, ready to be sent.
    ///
    /// # Errors
    ///
    /// If it is made of an input that is missing.
    pub fn exchange(&self, inputs: &Inputs) -> Result<Exchange> {
        (self.make)(inputs)
    }
}

/// The case of a name.
pub fn case(name: &str) -> Option<&'static Case> {
    CASES.iter().find(|case| case.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::ways::way;

    #[test]
    fn each_case_has_a_workload_and_each_workload_a_case_and_ways() {
        for case in &CASES {
            let is_its = |workload: &Workload| workload.name == case.workload;
            assert!(WORKLOADS.iter().any(is_its), "{}", case.name);
        }
        for workload in &WORKLOADS {
            assert!(
                CASES.iter().any(|case| case.workload == workload.name),
                "{}",
                workload.name
            );
            for name in workload.ways {
                assert!(way(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn a_missing_picture_is_told_with_its_reason() {
        let inputs = Inputs {
            picture: Err("Pillow cannot be installed".to_owned()),
        };
        let image = case("image").unwrap();
        let error = image.exchange(&inputs).err().unwrap().to_string();
        assert_eq!(error, "there is no picture: Pillow cannot be installed");
        assert!(case("s3").unwrap().exchange(&inputs).is_ok());
    }
}
