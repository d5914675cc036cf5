//! Cold starts as Lambda has them: with the share of a processor that a function's memory buys, files in the page cache or not, and
//! restored from a snapshot.

mod cpu;
mod page_cache;
mod report;
mod results;

use std::{collections::BTreeMap, thread};

use anyhow::Result;
use launcher::RuntimeKind;

use crate::{
    environment::ExecutionEnvironment,
    events::SIZES,
    measure::{note, order, Exchange},
    package::{Clients, Package},
    peers::Peer,
    processes::tree,
    progress::Progress,
};

pub use cpu::WHOLE_MB;
use cpu::{CpuGroup, PERIOD};
pub use page_cache::PageCache;
use page_cache::{read_kib, Files};
pub use report::markdown;
pub use results::{Cache, PeerResults, Restores, Results, Starts};

/// The sizes of functions, in MB, whose shares are measured, and all processors.
pub const SHARES: [Option<u32>; 4] = [Some(128), Some(512), Some(WHOLE_MB), None];

/// What was measured, and what limited the processor, or why nothing did.
pub struct Measured {
    /// In the order of the packages.
    pub peers: Vec<PeerResults>,
    /// What did, if something did.
    pub limited_by: Result<String, String>,
}

/// Measures packages. One that fails is left out from there on, and its failure is noted.
///
/// # Errors
///
/// If files cannot be put out of the page cache, or a group of processes ceases to work.
pub fn measure(
    packages: &[Package],
    clients: &Clients,
    starts: usize,
    page_cache: &PageCache,
    failures: &mut BTreeMap<String, String>,
) -> Result<Measured> {
    let group = CpuGroup::make().map_err(|error| format!("{error:#}"));
    let mut run = Run {
        group: group.as_ref().ok(),
        page_cache,
        exchange: Exchange::new(SIZES[0].bytes),
        files: Vec::new(),
    };
    let shares: Vec<_> = SHARES
        .into_iter()
        .filter(|share| share.is_none() || group.is_ok())
        .collect();
    let weight = |share: Option<u32>| (WHOLE_MB / share.unwrap_or(WHOLE_MB)) as usize;
    let snapshots = packages.iter().filter(|package| has_snapshots(package.peer)).count();
    let whole = shares.iter().map(|share| weight(*share)).sum::<usize>();
    let mut progress = Progress::new(whole * (2 * packages.len() + snapshots) * (starts + 1));
    let mut results: Vec<_> = packages.iter().map(PeerResults::of).collect();
    for package in packages {
        let files = run.files_of(package, clients, failures)?;
        run.files.push(files);
    }
    for share in shares {
        for kind in [Kind::Start(Cache::Warm), Kind::Start(Cache::Cold), Kind::Restore] {
            // The first is as those before left the machine.
            for start in 0..=starts {
                for index in order(packages.len(), start) {
                    let peer = packages[index].peer;
                    if failures.contains_key(peer.name) || (kind == Kind::Restore && !has_snapshots(peer)) {
                        continue;
                    }
                    match run.one(&packages[index], index, share, kind)? {
                        Ok(one) => {
                            let told = format!("{}, {}: {:<26} {:.1} ms", name(share), kind.name(), peer.label, one.ms);
                            progress.step(weight(share), &told);
                            if start > 0 {
                                one.keep(&mut results[index], share, kind);
                            }
                        }
                        Err(error) => note(failures, peer, &error),
                    }
                }
            }
        }
    }
    results.retain(|peer| !failures.contains_key(&peer.name));
    let limited_by = group
        .as_ref()
        .map(|group| group.description().to_owned())
        .map_err(Clone::clone);
    Ok(Measured {
        peers: results,
        limited_by,
    })
}

/// Whether Lambda takes snapshots of functions on the peer's runtime.
fn has_snapshots(peer: &Peer) -> bool {
    peer.runtime == RuntimeKind::Python
}

fn name(share: Option<u32>) -> String {
    share.map_or_else(|| "all cores".to_owned(), |memory_mb| format!("{memory_mb} MB"))
}

/// What is measured.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Start(Cache),
    Restore,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Start(Cache::Warm) => "warm cache",
            Self::Start(Cache::Cold) => "cold cache",
            Self::Restore => "restored",
        }
    }
}

/// What one start found.
struct One {
    ms: f64,
    read_kib: Option<u64>,
}

impl One {
    fn keep(self, results: &mut PeerResults, share: Option<u32>, kind: Kind) {
        match kind {
            Kind::Start(cache) => {
                let starts = results.starts_mut(share, cache);
                starts.ms.push(self.ms);
                starts.read_kib.extend(self.read_kib);
            }
            Kind::Restore => results.restores_mut(share).ms.push(self.ms),
        }
    }
}

/// What all starts share.
struct Run<'a> {
    group: Option<&'a CpuGroup>,
    page_cache: &'a PageCache,
    exchange: Exchange,
    files: Vec<Files>,
}

impl Run<'_> {
    /// The files that a package's start reads, of which a process tells the half.
    fn files_of(
        &mut self,
        package: &Package,
        clients: &Clients,
        failures: &mut BTreeMap<String, String>,
    ) -> Result<Files> {
        let mut files = Files::default();
        files.add_folder(package.folder())?;
        match package.peer.runtime {
            RuntimeKind::Python => {
                files.add_folder(clients.python.client.folder())?;
                files.add_folder(&clients.python.standard_library)?;
            }
            RuntimeKind::Node => {
                if let Ok(node) = &clients.node {
                    files.add_folder(&node.folder)?;
                }
            }
            RuntimeKind::OsOnly => {}
        }
        let started = package.start().and_then(|mut environment| {
            environment.invoke(&mut self.exchange.message)?;
            files.add_mapped(environment.id())
        });
        if let Err(error) = started {
            note(failures, package.peer, &error);
        }
        Ok(files)
    }

    /// One start or restore. The outer error is of the machine, the inner one of the peer.
    fn one(&mut self, package: &Package, index: usize, share: Option<u32>, kind: Kind) -> Result<Result<One>> {
        if kind == Kind::Start(Cache::Cold) {
            self.page_cache.evict(&self.files[index])?;
        }
        let found = match kind {
            Kind::Start(_) => self.start(package, share),
            Kind::Restore => self.restore(package, share),
        };
        let (environment, one) = match found {
            Ok((environment, one)) => (Some(environment), Ok(one)),
            Err(error) => (None, Err(error)),
        };
        // With a small share, processes take their time to end, too.
        if let Some(group) = self.group {
            group.limit(None)?;
            drop(environment);
            group.wait_until_empty()?;
        }
        Ok(one)
    }

    fn start(&mut self, package: &Package, share: Option<u32>) -> Result<(ExecutionEnvironment, One)> {
        let memory = share.unwrap_or(WHOLE_MB).to_string();
        let mut environment = ExecutionEnvironment::start_prepared(
            |server| package.command(server, &[("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory)]),
            |shell| self.limit(&[shell], share),
        )?;
        let (_, answer) = environment.invoke(&mut self.exchange.message)?;
        let ms = environment.started.elapsed().as_secs_f64() * 1e3;
        self.exchange.check(package.peer, &answer)?;
        let read_kib = read_kib(environment.id());
        Ok((environment, One { ms, read_kib }))
    }

    fn restore(&mut self, package: &Package, share: Option<u32>) -> Result<(ExecutionEnvironment, One)> {
        let memory = share.unwrap_or(WHOLE_MB).to_string();
        let variables = [
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &*memory),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"),
        ];
        let mut environment = ExecutionEnvironment::start(|server| package.command(server, &variables))?;
        environment.initialize()?;
        self.limit(&tree(environment.id())?, share)?;
        let (elapsed, answer) = environment.restore(&mut self.exchange.message)?;
        self.exchange.check(package.peer, &answer)?;
        let ms = elapsed.as_secs_f64() * 1e3;
        Ok((environment, One { ms, read_kib: None }))
    }

    /// Gives processes a share, and waits until they have used nothing of it.
    fn limit(&self, processes: &[u32], share: Option<u32>) -> Result<()> {
        let Some(group) = self.group else { return Ok(()) };
        group.limit(share)?;
        processes.iter().try_for_each(|process| group.take(*process))?;
        thread::sleep(2 * PERIOD);
        Ok(())
    }
}

impl PeerResults {
    fn of(package: &Package) -> Self {
        Self {
            name: package.peer.name.to_owned(),
            ..Self::default()
        }
    }
}
