//! A crate that lets no warning pass.

#![deny(warnings, missing_docs, unused, unreachable_pub)]
#![deny(rust_2018_idioms, clippy::all)]
#![warn(unused_crate_dependencies)]
#![allow(unused_crate_dependencies)]

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

/// A point of the plane.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Point {
    /// To the right.
    pub x: i32,
    /// Upwards.
    pub y: i32,
}

/// Mirrors a point at the diagonal.
async fn mirror(event: LambdaEvent<Point>) -> Result<Point, Error> {
    let Point { x, y } = event.payload;
    Ok(Point { x: y, y: x })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(mirror)).await
}
