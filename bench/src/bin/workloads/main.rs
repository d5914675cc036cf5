//! Measures workloads that people have, each in several ways. See `workloads --help`.
#![forbid(unsafe_code)]

#[path = "../../png.rs"]
mod png;
mod tls_server;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{bail, Context, Result};
use bench::{
    affinity::Cores,
    cli::{as_given, parse_pair, write, Common},
    machine::{self, Machine},
    measure::Plan,
    package::Clients,
    workloads::{
        cases::{Inputs, Workload, CASES, WORKLOADS},
        function::{Function, Surroundings},
        measure::{key, measure, Prepared},
        packages::{self, Packages},
        plot, report,
        results::Results,
        ways::way,
    },
};
use clap::Parser;

use crate::tls_server::TlsServer;

/// Measures workloads that people have, each in several ways, and writes workloads.md, .json, .svg and .png.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// How many rounds of events there are.
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    /// How many times each function is started for its first response.
    #[arg(long, default_value_t = 11)]
    starts: usize,
    /// Measures these workloads alone.
    #[arg(long, value_name = "WORKLOAD", value_delimiter = ',')]
    only: Vec<String>,
    /// Keeps every sample in the JSON, not only each round's summary.
    #[arg(long)]
    samples: bool,
    /// A function's zip.
    #[arg(long = "package", value_name = "WORKLOAD.WAY=ZIP", value_parser = parse_pair)]
    packages: Vec<(String, String)>,
    /// A folder with the packages of requirements.txt; they are installed into the user's cache by default.
    #[arg(long, value_name = "DIR")]
    python_packages: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let output = cli.common.folder()?;
    let results = cli.common.read_or(&output.join("workloads.json"), || results(cli))?;
    write(&output.join("workloads.md"), report::markdown(&results).as_bytes())?;
    let svg = plot::svg(&results);
    write(&output.join("workloads.svg"), svg.as_bytes())?;
    write(&output.join("workloads.png"), &png::png(&svg)?)?;
    eprintln!("written: workloads.md, .json, .svg and .png in {}", output.display());
    Ok(())
}

fn results(cli: &Cli) -> Result<Results> {
    let wanted = wanted(cli)?;
    let cores = Cores::of_this_process()?;
    let mut machine = Machine::this(cores.pinned());
    let python = cli.common.python()?;
    let packages = Packages::find(
        cli.python_packages.as_deref().map(as_given).as_deref(),
        &cli.common.python,
        python.client.version(),
    );
    let packages = packages.map_err(|error| format!("{error:#}"));
    // From here on: the table's server is to share the core as well.
    cores.pin(true)?;
    let server = TlsServer::start()?;
    let inputs = Inputs {
        picture: match &packages {
            Ok(packages) => packages.picture().map_err(|error| format!("{error:#}")),
            Err(why) => Err(why.clone()),
        },
    };
    let surroundings = Surroundings {
        clients: Clients {
            python,
            node: Err("no function is on Node.js's runtime".to_owned()),
        },
        packages,
        variables: server.variables(),
    };
    let zips: BTreeMap<_, _> = cli.packages.iter().cloned().collect();
    let mut not_measured = BTreeMap::new();
    let mut functions = Vec::new();
    for workload in wanted {
        for name in workload.ways {
            let Some(way) = way(name) else { continue };
            let zip = format!("{}.{name}", workload.name);
            let function = zips
                .get(&zip)
                .with_context(|| format!("no package is given: give --package {zip}=ZIP"))
                .and_then(|zip| Function::new(workload, way, Path::new(zip), &surroundings));
            match function {
                Ok(function) => functions.push(function),
                Err(error) => {
                    eprintln!("{zip} is left out: {error:#}");
                    for case in CASES.iter().filter(|case| case.workload == workload.name) {
                        not_measured.insert(key(case.name, name), format!("{error:#}"));
                    }
                }
            }
        }
    }
    let mut cases = Vec::new();
    for case in &CASES {
        let of_case = |function: &&Function| function.workload.name == case.workload;
        let functions: Vec<_> = functions.iter().filter(of_case).collect();
        if functions.is_empty() {
            continue;
        }
        match case.exchange(&inputs) {
            Ok(exchange) => cases.push(Prepared {
                case,
                exchange,
                functions,
            }),
            Err(error) => {
                eprintln!("{} is left out: {error:#}", case.label);
                not_measured.insert(case.name.to_owned(), format!("{error:#}"));
            }
        }
    }
    let plan = Plan {
        rounds: cli.rounds,
        starts: cli.starts,
        samples: cli.samples,
    };
    let cases = measure(&mut cases, plan, &mut not_measured);
    machine.load_after = machine::load();
    Ok(Results {
        machine,
        versions: versions(cli, &surroundings)?,
        rounds: cli.rounds,
        starts: cli.starts,
        cases,
        not_measured,
    })
}

/// The workloads that are asked for.
fn wanted(cli: &Cli) -> Result<Vec<&'static Workload>> {
    let names = WORKLOADS.map(|workload| workload.name);
    let unknown: Vec<_> = cli.only.iter().filter(|name| !names.contains(&name.as_str())).collect();
    if !unknown.is_empty() {
        bail!(
            "--only names {unknown:?}, which are no workloads: use {}",
            names.join(", ")
        );
    }
    let is_wanted = |workload: &&Workload| cli.only.is_empty() || cli.only.iter().any(|name| name == workload.name);
    Ok(WORKLOADS.iter().filter(is_wanted).collect())
}

/// The crates whose versions matter to the numbers.
const CRATES: [&str; 12] = [
    "aws_lambda_events",
    "axum",
    "fast_image_resize",
    "hyper",
    "image",
    "lambda_http",
    "lambda_runtime",
    "pyo3",
    "pythonize",
    "rustls",
    "serde_json",
    "tokio",
];

fn versions(cli: &Cli, surroundings: &Surroundings) -> Result<BTreeMap<String, String>> {
    let mut versions = cli.common.versions(&CRATES, &surroundings.clients.python)?;
    if surroundings.packages.is_ok() {
        versions.extend(packages::versions().map(|(name, version)| (name.to_owned(), version.to_owned())));
    }
    Ok(versions)
}
