//! Measures ways to run Rust on Lambda beside one another. See `bench --help`.
#![forbid(unsafe_code)]

mod png;

use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

use anyhow::{bail, Context, Result};
use bench::{
    affinity::Cores,
    allocators,
    builds::{builds, Builds},
    cli::{as_given, read, workspace, write, Cli},
    cold,
    machine::{self, Machine},
    measure::{measure, Plan},
    node::Node,
    package::{Clients, Package},
    peers::{peer, Peer, ALLOCATORS, PEERS},
    plot, report,
    results::Results,
    soak,
};
use clap::Parser;
use launcher::RuntimeKind;

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
    let output = cli.common.folder()?;
    match &cli {
        Cli { soak: true, .. } => run_soak(&cli, &output),
        Cli { cold: true, .. } => run_cold(&cli, &output),
        Cli { allocators: true, .. } => run_allocators(&cli, &output),
        _ => run_benchmark(&cli, &output),
    }
}

fn run_benchmark(cli: &Cli, output: &Path) -> Result<()> {
    let results = cli.common.read_or(&output.join("benchmark.json"), || {
        let mut results = results(cli, PEERS.iter(), &CRATES)?;
        results.builds = if cli.builds {
            let workspace =
                workspace().context("there is no workspace to build: run this by `bazel run //bench -- --builds`")?;
            Some(builds(&workspace)?)
        } else {
            earlier_builds(&output.join("benchmark.json"))
        };
        Ok(results)
    })?;
    write(&output.join("benchmark.md"), report::markdown(&results).as_bytes())?;
    let svg = plot::svg(&results);
    write(&output.join("benchmark.svg"), svg.as_bytes())?;
    write(&output.join("benchmark.png"), &png::png(&svg)?)?;
    eprintln!("written: benchmark.md, .json, .svg and .png in {}", output.display());
    Ok(())
}

/// The builds of a run before, which are measured by themselves; none where there is no such run.
fn earlier_builds(json: &Path) -> Option<Builds> {
    read::<Results>(json).ok()?.builds
}

fn run_allocators(cli: &Cli, output: &Path) -> Result<()> {
    let results = cli.common.read_or(&output.join("allocators.json"), || {
        results(cli, ALLOCATORS.iter(), &allocators::CRATES)
    })?;
    write(&output.join("allocators.md"), allocators::markdown(&results).as_bytes())?;
    eprintln!("written: allocators.md and .json in {}", output.display());
    Ok(())
}

fn run_soak(cli: &Cli, output: &Path) -> Result<()> {
    let results = cli.common.read_or(&output.join("soak.json"), || {
        let mut setup = Setup::new(cli, soak::peers())?;
        let plan = soak::Plan::new(cli.events);
        let peers = soak::soak(&setup.packages, plan, &mut setup.not_measured);
        setup.machine.load_after = machine::load();
        Ok(soak::Results {
            versions: versions(cli, &CRATES, &setup.clients)?,
            machine: setup.machine,
            events: plan.events,
            large_events: plan.large_events,
            peers,
            not_measured: setup.not_measured,
        })
    })?;
    write(&output.join("soak.md"), soak::markdown(&results).as_bytes())?;
    eprintln!("written: soak.md and .json in {}", output.display());
    Ok(())
}

fn run_cold(cli: &Cli, output: &Path) -> Result<()> {
    let results = cli.common.read_or(&output.join("cold_start.json"), || {
        let mut setup = Setup::new(cli, PEERS.iter())?;
        let page_cache = if cli.drop_caches {
            cold::PageCache::All
        } else {
            cold::PageCache::Files
        };
        let Setup {
            packages,
            clients,
            not_measured,
            ..
        } = &mut setup;
        let measured = cold::measure(packages, clients, cli.starts, &page_cache, not_measured)?;
        setup.machine.load_after = machine::load();
        Ok(cold::Results {
            versions: versions(cli, &CRATES, &setup.clients)?,
            machine: setup.machine,
            starts: cli.starts,
            limited_by: measured.limited_by.as_ref().ok().cloned(),
            not_limited: measured.limited_by.err(),
            evicted_by: page_cache.description().to_owned(),
            peers: measured.peers,
            not_measured: setup.not_measured,
        })
    })?;
    write(&output.join("cold_start.md"), cold::markdown(&results).as_bytes())?;
    eprintln!("written: cold_start.md and .json in {}", output.display());
    Ok(())
}

/// What is measured, with what, and where.
struct Setup {
    cores: Cores,
    machine: Machine,
    clients: Clients,
    zips: BTreeMap<String, String>,
    packages: Vec<Package>,
    not_measured: BTreeMap<String, String>,
}

impl Setup {
    /// Of those of the peers that are asked for.
    fn new(cli: &Cli, peers: impl Iterator<Item = &'static Peer>) -> Result<Self> {
        let peers: Vec<_> = peers.collect();
        for name in &cli.only {
            if !peers.iter().any(|peer| peer.name == name) {
                let names = peers.iter().map(|peer| peer.name).collect::<Vec<_>>().join(", ");
                bail!("--only names {name:?}, which is no peer of this run: use {names}");
            }
        }
        let cores = Cores::of_this_process()?;
        let machine = Machine::this(cores.pinned());
        let wanted: Vec<_> = peers
            .into_iter()
            .filter(|peer| cli.only.is_empty() || cli.only.iter().any(|name| name == peer.name))
            .collect();
        let with_node = wanted.iter().any(|peer| peer.runtime == RuntimeKind::Node);
        let clients = Clients {
            python: cli.common.python()?,
            node: if with_node {
                Node::find(cli.node_client.as_deref().map(as_given).as_deref()).map_err(|error| format!("{error:#}"))
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
        Ok(Self {
            cores,
            machine,
            clients,
            zips,
            packages,
            not_measured,
        })
    }
}

fn results(cli: &Cli, peers: impl Iterator<Item = &'static Peer>, crates: &[&str]) -> Result<Results> {
    let mut setup = Setup::new(cli, peers)?;
    let mut zip_bytes = BTreeMap::new();
    for (name, zip) in setup.zips.iter().filter(|(name, _)| peer(name).is_none()) {
        let metadata = fs::metadata(zip).with_context(|| format!("cannot find {zip}: give --package a zip"))?;
        zip_bytes.insert(name.clone(), metadata.len());
    }
    let plan = Plan {
        rounds: cli.rounds,
        starts: cli.starts,
        samples: cli.samples,
    };
    let peers = measure(&setup.packages, &setup.cores, plan, &mut setup.not_measured)?;
    setup.machine.load_after = machine::load();
    Ok(Results {
        versions: versions(cli, crates, &setup.clients)?,
        machine: setup.machine,
        rounds: cli.rounds,
        starts: cli.starts,
        peers,
        not_measured: setup.not_measured,
        zip_bytes,
        builds: None,
    })
}

/// The crates whose versions matter to the numbers.
const CRATES: [&str; 4] = ["lambda_runtime", "pyo3", "serde_json", "tokio"];

fn versions(cli: &Cli, crates: &[&str], clients: &Clients) -> Result<BTreeMap<String, String>> {
    let mut versions = cli.common.versions(crates, &clients.python)?;
    if let Ok(node) = &clients.node {
        versions.insert("Node.js".to_owned(), node.version.clone());
        versions.insert("aws-lambda-ric".to_owned(), node.client_version.clone());
    }
    Ok(versions)
}
