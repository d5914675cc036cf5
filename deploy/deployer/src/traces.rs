//! Prints X-Ray's traces of the functions.

mod id;
mod known;
mod query;
mod segment;
mod tree;

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    time::{Duration, SystemTime},
};

use aws_sdk_lambda::types::TracingMode;
use aws_sdk_xray::types::{TimeRangeType, Trace};
use serde::Deserialize;
use serde_json::{Value, json};
use stack_metadata::StackFunction;

use crate::{
    cli::{Cli, TracesArgs},
    clients::Clients,
    failure::{Failure, aws},
    package::Package,
    report::{self, progress},
    stack,
};

pub(crate) use id::TraceId;
use known::{Known, Summary};
use segment::Segment;
use tree::Tree;

/// How long to wait before X-Ray is asked again, which charges for each trace that it looks through.
const POLL: Duration = Duration::from_secs(5);

/// How long X-Ray may take to find what it has got.
const DELAY: Duration = Duration::from_secs(60);

/// How many minutes X-Ray keeps traces: 30 days.
const KEPT_MINUTES: u32 = 30 * 24 * 60;

/// How many traces `BatchGetTraces` gives at once.
const BATCH: usize = 5;

/// Prints the traces of the functions, and, if asked, those that follow; or single ones.
pub(crate) async fn traces(cli: &Cli, clients: &Clients, package: &Package, args: &TracesArgs) -> Result<(), Failure> {
    if !args.trace_ids.is_empty() {
        return by_ids(cli, clients, &args.trace_ids).await;
    }
    if package.metadata.edge {
        return Err(Failure::new(
            "X-Ray does not trace functions of Lambda@Edge: `logs` has what they log",
        ));
    }
    let functions = stack::functions(cli, clients, package, args.function.as_deref()).await?;
    let untraced = untraced(clients, &functions).await?;
    if !untraced.is_empty() {
        progress(&format!(
            "note: tracing is off for {}: `tracing = True` in {} turns it on with the next deployment",
            untraced.join(", "),
            package.metadata.label
        ));
    }
    let filters = query::filters(functions.iter().map(|(_, name)| &**name));
    let minutes = args.since_minutes.min(KEPT_MINUTES);
    if minutes < args.since_minutes {
        progress("note: X-Ray keeps traces for 30 days: these are those of the last 30 days");
    }
    let mut asked = SystemTime::now();
    let since = asked - Duration::from_secs(60 * u64::from(minutes));
    let found = summaries(clients, &filters, since..asked, TimeRangeType::TraceId).await?;
    if found.is_empty() && untraced.len() < functions.len() {
        progress(&format!(
            "there are no traces of the last {minutes} minutes yet: X-Ray has them some seconds after a call, and of a sample of the \
             calls; `--since-minutes` looks further back, and where the account has Transaction Search, X-Ray has only those that it indexes"
        ));
    }
    if !args.tail {
        return print_found(cli, clients, &found).await;
    }
    let mut known = Known::default();
    print_found(cli, clients, &known.complete(found)).await?;
    loop {
        tokio::time::sleep(POLL).await;
        let now = SystemTime::now();
        // Those that X-Ray got something for, whenever they began.
        let updated = summaries(clients, &filters, asked - DELAY..now, TimeRangeType::Event).await?;
        print_found(cli, clients, &known.settled(updated)).await?;
        asked = now;
    }
}

/// The names of those functions that tracing is off for; what can't be seen may be traced.
async fn untraced<'a>(clients: &Clients, functions: &[(&'a StackFunction, String)]) -> Result<Vec<&'a str>, Failure> {
    let mut untraced = Vec::new();
    for (function, name) in functions {
        let Some(configuration) = clients.function(name).await? else {
            continue;
        };
        let mode = configuration.tracing_config().and_then(|tracing| tracing.mode());
        if mode != Some(&TracingMode::Active) {
            untraced.push(&*function.name);
        }
    }
    Ok(untraced)
}

/// Prints single traces.
async fn by_ids(cli: &Cli, clients: &Clients, ids: &[TraceId]) -> Result<(), Failure> {
    let mut wanted: Vec<_> = ids.iter().map(TraceId::as_str).collect();
    let mut known = HashSet::new();
    wanted.retain(|id| known.insert(*id));
    let missing = print(cli, clients, &wanted).await?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "X-Ray in {} has no trace {}: it has them some seconds after a call, for 30 days, and only of calls that are sampled (`Sampled=1` in \
         the header); of an account with Transaction Search, only those that it indexes",
        clients.region,
        missing.join(", ")
    )))
}

/// The traces that any of the filters finds in a time, oldest first.
async fn summaries(
    clients: &Clients,
    filters: &[String],
    time: Range<SystemTime>,
    time_type: TimeRangeType,
) -> Result<Vec<Summary>, Failure> {
    let mut found = HashMap::new();
    for range in query::ranges(time) {
        for filter in filters {
            let mut summaries = clients
                .xray
                .get_trace_summaries()
                .start_time(range.start.into())
                .end_time(range.end.into())
                .time_range_type(time_type.clone())
                .filter_expression(filter)
                .into_paginator()
                .items()
                .send();
            while let Some(summary) = summaries.next().await {
                let summary = Summary::from(summary.map_err(aws("the traces can't be looked for"))?);
                found.insert(summary.id.clone(), summary);
            }
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|one, other| one.start.total_cmp(&other.start));
    Ok(found)
}

/// Prints traces that X-Ray told of.
async fn print_found(cli: &Cli, clients: &Clients, found: &[Summary]) -> Result<(), Failure> {
    let ids: Vec<_> = found.iter().map(|summary| &*summary.id).collect();
    let missing = print(cli, clients, &ids).await?;
    if !missing.is_empty() {
        progress(&format!(
            "note: X-Ray told of these traces, and did not give them: ask for them once more by `--trace-id`: {}",
            missing.join(", ")
        ));
    }
    Ok(())
}

/// Prints traces, in their order; returns the IDs of those that X-Ray does not have.
async fn print<'a>(cli: &Cli, clients: &Clients, ids: &[&'a str]) -> Result<Vec<&'a str>, Failure> {
    let mut missing = Vec::new();
    for batch in ids.chunks(BATCH) {
        let traces: Vec<Trace> = clients
            .xray
            .batch_get_traces()
            .set_trace_ids(Some(batch.iter().map(ToString::to_string).collect()))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(aws("the traces can't be read"))?;
        for id in batch {
            match traces.iter().find(|trace| trace.id() == Some(id)) {
                Some(trace) => report::line(&shown(cli, id, trace)?),
                None => missing.push(*id),
            }
        }
    }
    Ok(missing)
}

/// A trace, for people or machines.
fn shown(cli: &Cli, id: &str, trace: &Trace) -> Result<String, Failure> {
    let unreadable = |error| Failure::new(format!("a segment of the trace {id} can't be read: {error}"));
    let documents = trace.segments().iter().filter_map(|segment| segment.document());
    let documents: Result<Vec<Value>, _> = documents.map(serde_json::from_str).collect();
    let documents = documents.map_err(unreadable)?;
    let segments = documents.iter().map(Segment::deserialize);
    let tree = Tree::new(segments.collect::<Result<_, _>>().map_err(unreadable)?);
    let is_cut = trace.limit_exceeded().unwrap_or_default();
    if !cli.json {
        let mut text = tree.text(id);
        if is_cut {
            text += "  the rest is missing: the trace is larger than X-Ray takes\n";
        }
        return Ok(text);
    }
    let value = json!({
        "id": id,
        "duration": tree.duration,
        "hasError": tree.has_error(),
        "hasFault": tree.has_fault(),
        "hasThrottle": tree.has_throttle(),
        "httpStatus": tree.status(),
        "isCut": is_cut,
        "segments": documents,
        "startTime": tree.start,
    });
    Ok(value.to_string())
}
