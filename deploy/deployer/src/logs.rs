//! Prints the functions' logs.

use std::{
    collections::HashSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;

use crate::{
    cli::{Cli, LogsArgs},
    clients::Clients,
    failure::{Failure, aws},
    package::Package,
    report::{self, progress},
    stack::{self, POLL},
};

/// How long CloudWatch may take to show a line that is older than one already shown.
const DELAY_MS: i64 = 10_000;

/// Prints what the functions logged, and, if asked, what they log from now on.
pub(crate) async fn logs(cli: &Cli, clients: &Clients, package: &Package, args: &LogsArgs) -> Result<(), Failure> {
    stack::deployed(clients, &cli.stack).await?;
    let resources = stack::resources(clients, &cli.stack).await?;
    if package.metadata.edge {
        progress("copies at the edge log in the Regions that serve them; these are the logs of us-east-1");
    }
    let mut groups = Vec::new();
    for function in &package.metadata.functions {
        if args.function.as_ref().is_none_or(|name| *name == function.name)
            && let Some(name) = stack::physical_id(&resources, &function.logical_id)
        {
            // Lambda@Edge puts the Region of the function before the name.
            let prefix = if package.metadata.edge { "us-east-1." } else { "" };
            groups.push((function.name.clone(), format!("/aws/lambda/{prefix}{name}")));
        }
    }
    if groups.is_empty() {
        // Says which there are.
        package.function(args.function.as_deref())?;
    }
    let since = SystemTime::now() - Duration::from_secs(60 * u64::from(args.since_minutes));
    let since = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let since = i64::try_from(since).unwrap_or_default();
    let is_single = groups.len() == 1;
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|(function, name)| LogGroup {
            function,
            name,
            since,
            shown: HashSet::new(),
        })
        .collect();
    loop {
        for group in &mut groups {
            group.print_new(cli, clients, is_single).await?;
        }
        if !args.tail {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// A log group whose lines are printed.
struct LogGroup {
    /// Whose it is.
    function: String,
    name: String,
    /// From when on lines are asked for, in milliseconds since 1970.
    since: i64,
    /// IDs of lines that are shown.
    shown: HashSet<String>,
}

impl LogGroup {
    async fn print_new(&mut self, cli: &Cli, clients: &Clients, is_single: bool) -> Result<(), Failure> {
        let mut pages = clients
            .logs
            .filter_log_events()
            .log_group_name(&self.name)
            .start_time(self.since)
            .into_paginator()
            .send();
        let mut newest = self.since;
        while let Some(page) = pages.next().await {
            let page = match page.map_err(aws(&format!("the log group {} can't be read", self.name))) {
                // It is made with the first line.
                Err(failure) if failure.is("ResourceNotFoundException") => break,
                other => other?,
            };
            for event in page.events() {
                let id = event.event_id().unwrap_or_default();
                if !self.shown.insert(id.to_owned()) {
                    continue;
                }
                newest = newest.max(event.timestamp().unwrap_or_default());
                let message = event.message().unwrap_or_default().trim_end();
                if cli.json {
                    let value = json!({"function": self.function, "message": message, "timestamp": event.timestamp()});
                    report::line(&value.to_string());
                } else if is_single {
                    report::line(message);
                } else {
                    report::line(&format!("{}  {message}", self.function));
                }
            }
        }
        self.since = self.since.max(newest - DELAY_MS);
        Ok(())
    }
}
