//! A synchronous main with anyhow, and a block around the loop.

use anyhow::{anyhow, Context};
use lambda_runtime::{run, service_fn, LambdaEvent};
use tokio::runtime::Runtime;

async fn handler(event: LambdaEvent<String>) -> anyhow::Result<u16> {
    let (_, port) = event.payload.rsplit_once(':').context("no port")?;
    port.parse().with_context(|| format!("`{port}` is no port"))
}

fn main() -> anyhow::Result<()> {
    let runtime = Runtime::new().context("no runtime")?;
    runtime.block_on(async {
        println!("ready");
        run(service_fn(handler)).await.map_err(|error| anyhow!(error))
    })
}
