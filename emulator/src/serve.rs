//! `emulator serve`: a Runtime API for a client that somebody else starts.

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    json_file::read_event,
    runtime_api::{Invocation, Outcome, RuntimeApi},
};

/// The handler that extensions are told of, as there is no zip to know one of.
const HANDLER: &str = "index.handler";

/// Arguments of `emulator serve`.
#[derive(Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1; 0 is any free one.
    #[arg(long)]
    port: u16,
    /// How long the function has for each event.
    #[arg(long, default_value_t = 900)]
    timeout_seconds: u64,
    /// The events to send, in order.
    #[arg(value_name = "EVENT_FILE", required = true)]
    events: Vec<PathBuf>,
}

/// Sends the events in order, and prints the responses. Returns whether the function succeeded at all of them.
///
/// # Errors
///
/// If an event cannot be read, the port cannot be listened on, or stdout cannot be written to.
pub async fn run(args: ServeArgs) -> Result<bool> {
    let events = args
        .events
        .iter()
        .map(|path| read_event(path))
        .collect::<Result<Vec<_>>>()?;
    let api = RuntimeApi::start_on(args.port, HANDLER).await?;
    eprintln!("AWS_LAMBDA_RUNTIME_API={}", api.address());
    api.client_connected().await;
    let mut all_well = true;
    for (path, event) in args.events.iter().zip(events) {
        let outcome = api
            .invoke(Invocation::new(event, Duration::from_secs(args.timeout_seconds)))
            .await;
        let failure = match outcome {
            Outcome::Response { body, .. } => {
                let mut stdout = io::stdout().lock();
                stdout
                    .write_all(&body)
                    .and_then(|()| stdout.write_all(b"\n"))
                    .context("cannot write to stdout")?;
                continue;
            }
            Outcome::Error { body, .. } => format!("the function failed: {}", String::from_utf8_lossy(&body)),
            Outcome::InitError { body } => format!("the function could not start: {}", String::from_utf8_lossy(&body)),
            Outcome::TimedOut(reason) => {
                format!("{reason} in time: speed the function up, or raise --timeout-seconds")
            }
        };
        all_well = false;
        eprintln!("error: {}: {failure}", path.display());
    }
    api.shutdown().await;
    Ok(all_well)
}
