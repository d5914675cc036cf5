//! Measures ways to run Rust on Lambda beside one another. See `bench --help`.
#![forbid(unsafe_code)]

mod png;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{bail, Context, Result};
use bench::{
    affinity::Cores,
    builds::builds,
    machine::{self, Machine},
    measure::{measure, Plan},
    node::Node,
    package::{Clients, Package},
    peers::{peer, PEERS},
    plot,
    python::Python,
    report,
    results::Results,
};
use clap::Parser;
use launcher::RuntimeKind;

/// Measures ways to run Rust on Lambda beside one another, and writes benchmark.md, .json, .svg and .png.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// How many rounds of events there are; in each, every peer is sent events of all sizes.
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    /// How many times each peer is started for the cold start.
    #[arg(long, default_value_t = 21)]
    starts: usize,
    /// Measures these peers alone.
    #[arg(long, value_name = "PEER", value_delimiter = ',')]
    only: Vec<String>,
    /// Where to write to; `docs` in the workspace by default.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Keeps every sample in the JSON, not only each round's summary.
    #[arg(long)]
    samples: bool,
    /// Times builds as well, which takes some minutes.
    #[arg(long)]
    builds: bool,
    /// Writes the table and the plot anew from the JSON that is there, and measures nothing.
    #[arg(long)]
    render: bool,
    /// A peer's zip, or another whose size is told.
    #[arg(long = "package", value_name = "NAME=ZIP", value_parser = parse_pair)]
    packages: Vec<(String, String)>,
    /// The Python interpreter.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// A folder with a folder for each version of Python, such as `3.13`, that holds awslambdaric.
    #[arg(long, value_name = "DIR", required_unless_present = "render")]
    ric: Option<PathBuf>,
    /// A folder whose node_modules hold aws-lambda-ric; it is installed into the user's cache by default.
    #[arg(long, value_name = "DIR")]
    node_client: Option<PathBuf>,
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
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let workspace = env::var_os("BUILD_WORKSPACE_DIRECTORY").map(PathBuf::from);
    let output = match (&cli.output, &workspace) {
        // Bazel starts this elsewhere than where the user is.
        (Some(output), _) => {
            env::var_os("BUILD_WORKING_DIRECTORY").map_or(output.clone(), |from| Path::new(&from).join(output))
        }
        (None, Some(workspace)) => workspace.join("docs"),
        (None, None) => bail!("there is no workspace to write to: run this by `bazel run //bench`, or give --output"),
    };
    fs::create_dir_all(&output).with_context(|| format!("cannot make {}", output.display()))?;
    let json = output.join("benchmark.json");
    let results = if cli.render {
        let text = fs::read_to_string(&json).with_context(|| format!("cannot read {}", json.display()))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is not of this version: measure anew", json.display()))?
    } else {
        let mut results = results(&cli)?;
        if cli.builds {
            let workspace = workspace
                .as_deref()
                .context("there is no workspace to build: run this by `bazel run //bench -- --builds`")?;
            let builds = builds(workspace)?;
            let version = format!(
                "{} (with Rust {})",
                builds.cargo_lambda_version, builds.cargo_lambda_rust
            );
            results.versions.insert("cargo-lambda".to_owned(), version);
            results.builds = Some(builds);
        }
        let text = serde_json::to_string(&results).context("the results cannot be written as JSON")?;
        write(&json, text.as_bytes())?;
        results
    };
    write(&output.join("benchmark.md"), report::markdown(&results).as_bytes())?;
    let svg = plot::svg(&results);
    write(&output.join("benchmark.svg"), svg.as_bytes())?;
    write(&output.join("benchmark.png"), &png::png(&svg)?)?;
    eprintln!("written: benchmark.md, .json, .svg and .png in {}", output.display());
    Ok(())
}

fn results(cli: &Cli) -> Result<Results> {
    for name in &cli.only {
        if peer(name).is_none() {
            let names = PEERS.map(|peer| peer.name).join(", ");
            bail!("--only names {name:?}, which is no peer: use {names}");
        }
    }
    let cores = Cores::of_this_process()?;
    let mut machine = Machine::this(cores.pinned());
    let wanted: Vec<_> = PEERS
        .iter()
        .filter(|peer| cli.only.is_empty() || cli.only.iter().any(|name| name == peer.name))
        .collect();
    let ric = cli.ric.as_deref().context("no client is given: give --ric")?;
    let with_node = wanted.iter().any(|peer| peer.runtime == RuntimeKind::Node);
    let clients = Clients {
        python: Python::find(&cli.python, ric)?,
        node: if with_node {
            Node::find(cli.node_client.as_deref()).map_err(|error| format!("{error:#}"))
        } else {
            Err("Node.js is not asked for".to_owned())
        },
    };
    let zips: BTreeMap<_, _> = cli.packages.iter().cloned().collect();
    let mut not_measured = BTreeMap::new();
    let mut packages = Vec::new();
    for peer in wanted {
        let package = zips
            .get(peer.name)
            .with_context(|| format!("no package is given: give --package {}=ZIP", peer.name))
            .and_then(|zip| Package::new(peer, Path::new(zip), &clients));
        match package {
            Ok(package) => packages.push(package),
            Err(error) => {
                eprintln!("{} is left out: {error:#}", peer.label);
                not_measured.insert(peer.name.to_owned(), format!("{error:#}"));
            }
        }
    }
    let mut zip_bytes = BTreeMap::new();
    for (name, zip) in zips.iter().filter(|(name, _)| peer(name).is_none()) {
        let metadata = fs::metadata(zip).with_context(|| format!("cannot find {zip}: give --package a zip"))?;
        zip_bytes.insert(name.clone(), metadata.len());
    }
    let plan = Plan {
        rounds: cli.rounds,
        starts: cli.starts,
        samples: cli.samples,
    };
    let peers = measure(&packages, &cores, plan, &mut not_measured)?;
    machine.load_after = machine::load();
    Ok(Results {
        machine,
        versions: versions(cli, &clients)?,
        rounds: cli.rounds,
        starts: cli.starts,
        peers,
        not_measured,
        zip_bytes,
        builds: None,
    })
}

/// The crates whose versions matter to the numbers.
const CRATES: [&str; 4] = ["lambda_runtime", "pyo3", "serde_json", "tokio"];

fn versions(cli: &Cli, clients: &Clients) -> Result<BTreeMap<String, String>> {
    let mut versions: BTreeMap<_, _> = cli.built_with.iter().cloned().collect();
    versions.insert("Python".to_owned(), clients.python.full_version.clone());
    versions.insert("awslambdaric".to_owned(), clients.python.client_version.clone());
    if let Ok(node) = &clients.node {
        versions.insert("Node.js".to_owned(), node.version.clone());
        versions.insert("aws-lambda-ric".to_owned(), node.client_version.clone());
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
