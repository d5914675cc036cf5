//! Measures workloads that people have, each in several ways. See `workloads --help`.
#![forbid(unsafe_code)]

#[path = "../../png.rs"]
mod png;
mod tls_server;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{bail, Context, Result};
use bench::{
    affinity::Cores,
    machine::{self, Machine},
    measure::Plan,
    python::Python,
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
    /// Where to write to; `docs` in the workspace by default.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Keeps every sample in the JSON, not only each round's summary.
    #[arg(long)]
    samples: bool,
    /// Writes the tables and the plot anew from the JSON that is there, and measures nothing.
    #[arg(long)]
    render: bool,
    /// A function's zip.
    #[arg(long = "package", value_name = "WORKLOAD.WAY=ZIP", value_parser = parse_pair)]
    packages: Vec<(String, String)>,
    /// The Python interpreter.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// A folder with a folder for each version of Python, such as `3.13`, that holds awslambdaric.
    #[arg(long, value_name = "DIR", required_unless_present = "render")]
    ric: Option<PathBuf>,
    /// A folder with the packages of requirements.txt; they are installed into the user's cache by default.
    #[arg(long, value_name = "DIR")]
    python_packages: Option<PathBuf>,
    /// The version of something that a package was built with.
    #[arg(long = "built-with", value_name = "NAME=VERSION", value_parser = parse_pair)]
    built_with: Vec<(String, String)>,
    /// A file Cargo.lock that packages were built by, whose versions are told.
    #[arg(long = "lock", value_name = "FILE")]
    locks: Vec<PathBuf>,
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
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
    let workspace = env::var_os("BUILD_WORKSPACE_DIRECTORY").map(PathBuf::from);
    let output = match (&cli.output, &workspace) {
        // Bazel starts this elsewhere than where the user is.
        (Some(output), _) => {
            env::var_os("BUILD_WORKING_DIRECTORY").map_or(output.clone(), |from| Path::new(&from).join(output))
        }
        (None, Some(workspace)) => workspace.join("docs"),
        (None, None) => {
            bail!("there is no workspace to write to: run this by `bazel run //bench:workloads`, or give --output")
        }
    };
    fs::create_dir_all(&output).with_context(|| format!("cannot make {}", output.display()))?;
    let json = output.join("workloads.json");
    let results = if cli.render {
        let text = fs::read_to_string(&json).with_context(|| format!("cannot read {}", json.display()))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is not of this version: measure anew", json.display()))?
    } else {
        let results = results(cli)?;
        let text = serde_json::to_string(&results).context("the results cannot be written as JSON")?;
        write(&json, text.as_bytes())?;
        results
    };
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
    let ric = cli.ric.as_deref().context("no client is given: give --ric")?;
    let python = Python::find(&cli.python, ric)?;
    let packages = Packages::find(cli.python_packages.as_deref(), &cli.python, python.client.version());
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
        python,
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
    let mut versions: BTreeMap<_, _> = cli.built_with.iter().cloned().collect();
    let python = &surroundings.python;
    versions.insert("Python".to_owned(), python.full_version.clone());
    versions.insert("awslambdaric".to_owned(), python.client_version.clone());
    if surroundings.packages.is_ok() {
        versions.extend(packages::versions().map(|(name, version)| (name.to_owned(), version.to_owned())));
    }
    for lock in &cli.locks {
        let text = fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
        for name in CRATES {
            let line = format!("name = \"{name}\"\nversion = \"");
            let version = text.split_once(&line).and_then(|(_, rest)| rest.split('"').next());
            if let Some(version) = version {
                versions.entry(name.to_owned()).or_insert_with(|| version.to_owned());
            }
        }
    }
    Ok(versions)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
