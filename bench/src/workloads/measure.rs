//! The measuring: cases and ways in turn, round after round, so that what disturbs the machine disturbs all of them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::{
    cases::Case,
    exchange::Exchange,
    function::Function,
    price::{billed_ms, MEMORY_MB},
    results::{CaseResults, WayResults},
};
use crate::{
    measure::{order, Plan},
    progress::Progress,
    statistics::Summary,
};

/// What a start and a round of events weigh in time.
const START: usize = 1;
const ROUND: usize = 8;

/// A case, and the functions that are sent its event.
pub struct Prepared<'a> {
    /// The case.
    pub case: &'static Case,
    /// The event.
    pub exchange: Exchange,
    /// The functions.
    pub functions: Vec<&'a Function>,
}

/// Measures functions on the cores that this thread may use. One that fails is left out from there on, and its failure is noted.
pub fn measure(cases: &mut [Prepared], plan: Plan, failures: &mut BTreeMap<String, String>) -> Vec<CaseResults> {
    let mut results: Vec<_> = cases.iter().map(CaseResults::new).collect();
    let pairs: usize = cases.iter().map(|case| case.functions.len()).sum();
    let mut progress = Progress::new(pairs * (ROUND * plan.rounds + START * (plan.starts + 1)));
    // The first start reads what the others find in the page cache.
    for start in 0..=plan.starts {
        each(cases, &mut results, start, failures, |function, case, way| {
            let elapsed = first_response(function, &mut case.exchange)?;
            let text = format!("start {start}: {} {elapsed:.1} ms", what(function, case.case));
            progress.step(START, &text);
            if start > 0 {
                way.first_responses_ms.push(elapsed);
            }
            Ok(())
        });
    }
    for round in 0..plan.rounds {
        each(cases, &mut results, round, failures, |function, case, way| {
            let p50 = events(function, case, way)?;
            let text = format!("round {}: {} {p50:>9.1} µs", round + 1, what(function, case.case));
            progress.step(ROUND, &text);
            Ok(())
        });
    }
    for case in &mut results {
        case.ways
            .retain(|way| !failures.contains_key(&key(&case.name, &way.name)));
        for way in &mut case.ways {
            way.all_us = Summary::of(&way.samples_us);
            for memory_mb in MEMORY_MB {
                if let Some(billed) = billed_ms(&way.samples_us, memory_mb) {
                    way.billed_ms.insert(memory_mb, billed);
                }
            }
            if !plan.samples {
                way.samples_us.clear();
            }
        }
    }
    results
}

/// How a case in a way is named where it was not measured.
pub fn key(case: &str, way: &str) -> String {
    format!("{case}.{way}")
}

fn what(function: &Function, case: &Case) -> String {
    format!("{:<26} {:<26}", case.label, function.way.label)
}

/// Does something with each function of each case that has not failed, and notes what fails.
fn each(
    cases: &mut [Prepared],
    results: &mut [CaseResults],
    round: usize,
    failures: &mut BTreeMap<String, String>,
    mut step: impl FnMut(&Function, &mut Prepared, &mut WayResults) -> Result<()>,
) {
    for (case, found) in cases.iter_mut().zip(results) {
        for index in order(case.functions.len(), round) {
            let function = case.functions[index];
            let key = key(case.case.name, function.way.name);
            if failures.contains_key(&key) {
                continue;
            }
            if let Err(error) = step(function, case, &mut found.ways[index]) {
                eprintln!("{key} is left out: {error:#}");
                failures.insert(key, format!("{error:#}"));
            }
        }
    }
}

/// From before the process is started until its first response is there, in milliseconds.
fn first_response(function: &Function, exchange: &mut Exchange) -> Result<f64> {
    let mut environment = function.start()?;
    let (_, answer) = environment.invoke(&mut exchange.message)?;
    let elapsed = environment.started.elapsed();
    exchange.check(&answer)?;
    Ok(elapsed.as_secs_f64() * 1e3)
}

/// A round of events, in a new process.
fn events(function: &Function, case: &mut Prepared, way: &mut WayResults) -> Result<f64> {
    let mut environment = function.start()?;
    for _ in 0..case.case.warm_up {
        let (_, answer) = environment.invoke(&mut case.exchange.message)?;
        case.exchange.check(&answer)?;
    }
    let mut samples = Vec::with_capacity(case.case.events);
    for _ in 0..case.case.events {
        let (elapsed, _) = environment.invoke(&mut case.exchange.message)?;
        samples.push(elapsed.as_nanos() as f64 / 1e3);
    }
    way.memory.push(environment.memory()?);
    let summary = Summary::of(&samples).context("a round has no events")?;
    let p50 = summary.p50;
    way.rounds_us.push(summary);
    way.samples_us.extend(samples);
    Ok(p50)
}

impl CaseResults {
    fn new(case: &Prepared) -> Self {
        Self {
            name: case.case.name.to_owned(),
            event_bytes: case.exchange.event_bytes,
            ways: case
                .functions
                .iter()
                .map(|function| WayResults::new(function.way.name))
                .collect(),
        }
    }
}
