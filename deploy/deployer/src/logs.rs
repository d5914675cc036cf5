//! Prints the functions' logs.

use std::{
    collections::HashMap,
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
    let functions = stack::functions(cli, clients, package, args.function.as_deref()).await?;
    // Lambda@Edge puts the Region of the function before the name.
    let mut prefix = "";
    if package.metadata.edge {
        prefix = "us-east-1.";
        progress("copies at the edge log in the Regions that serve them; these are the logs of us-east-1");
    }
    let since = SystemTime::now() - Duration::from_secs(60 * u64::from(args.since_minutes));
    let since = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let since = i64::try_from(since).unwrap_or_default();
    let is_single = functions.len() == 1;
    let mut groups: Vec<_> = functions
        .into_iter()
        .map(|(function, name)| LogGroup {
            function: function.name.clone(),
            name: format!("/aws/lambda/{prefix}{name}"),
            since,
            shown: HashMap::new(),
        })
        .collect();
    loop {
        let mut lines = Vec::new();
        for group in &mut groups {
            lines.extend(group.new_lines(clients).await?);
        }
        // Those of one function are in CloudWatch's order, which is kept.
        lines.sort_by_key(|line| line.timestamp);
        for line in &lines {
            line.print(cli, is_single);
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
    /// The times of lines that are shown, by their IDs, as long as they are asked for.
    shown: HashMap<String, i64>,
}

/// What a function logged.
struct Line {
    function: String,
    message: String,
    /// In milliseconds since 1970.
    timestamp: i64,
}

impl Line {
    fn print(&self, cli: &Cli, is_single: bool) {
        let Self {
            function,
            message,
            timestamp,
        } = self;
        if cli.json {
            let value = json!({"function": function, "message": message, "timestamp": timestamp});
            report::line(&value.to_string());
        } else if is_single {
            report::line(message);
        } else {
            report::line(&format!("{function}  {message}"));
        }
    }
}

impl LogGroup {
    /// The lines since the last time.
    async fn new_lines(&mut self, clients: &Clients) -> Result<Vec<Line>, Failure> {
        let mut pages = clients
            .logs
            .filter_log_events()
            .log_group_name(&self.name)
            .start_time(self.since)
            .into_paginator()
            .send();
        let mut newest = self.since;
        let mut lines = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page.map_err(aws(&format!("the log group {} can't be read", self.name))) {
                // It is made with the first line.
                Err(failure) if failure.is("ResourceNotFoundException") => break,
                other => other?,
            };
            for event in page.events() {
                let id = event.event_id().unwrap_or_default();
                let timestamp = event.timestamp().unwrap_or_default();
                if self.shown.insert(id.to_owned(), timestamp).is_some() {
                    continue;
                }
                newest = newest.max(timestamp);
                lines.push(Line {
                    function: self.function.clone(),
                    message: event.message().unwrap_or_default().trim_end().to_owned(),
                    timestamp,
                });
            }
        }
        self.since = self.since.max(newest - DELAY_MS);
        self.shown.retain(|_, timestamp| *timestamp >= self.since);
        Ok(lines)
    }
}
