//! An anyhow error with context.

use anyhow::{ensure, Context, Result};
use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::Value;

fn parse_date(text: &str) -> Result<(u16, u8)> {
    let (year, month) = text.split_once('-').context("no month")?;
    let month = month.parse().with_context(|| format!("bad month `{month}`"))?;
    ensure!((1..=12).contains(&month), "month {month} out of range");
    Ok((year.parse()?, month))
}

async fn handler(event: LambdaEvent<Value>) -> Result<u16> {
    let date = event.payload["date"].as_str().context("no date")?;
    let (year, month) = parse_date(date).with_context(|| format!("cannot read `{date}`"))?;
    Ok(year * 12 + u16::from(month) - 1)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
