//! The rewriter's subcommands of the build tool's command line.

use std::{
    fs,
    io::IsTerminal,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use elf::any_has_global_allocator;

use crate::{
    emit::{conflicts::check_globals, explain::explain, manifest::Manifest, root_crate::root_crate},
    input::{
        engine::Engine,
        program::{Library, Program},
        source::Source,
    },
    rewrite::rewrite,
};

/// A subcommand, with its arguments.
///
/// ```
/// use clap::Parser;
/// use rewriter::Command;
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(subcommand)]
///     command: Command,
/// }
///
/// let words = "tool root-crate --label //app:zip --library libapp --manifest hello.json --output lib.rs";
/// let cli = Cli::try_parse_from(words.split(' '))?;
/// assert!(matches!(cli.command, Command::RootCrate(_)));
/// # Ok::<(), clap::Error>(())
/// ```
#[derive(Subcommand)]
pub enum Command {
    /// Rewrites one program.
    Rewrite(Box<RewriteArgs>),
    /// Writes the root crate of a library of rewritten programs.
    RootCrate(RootCrateArgs),
}

/// What to rewrite, and where to.
#[derive(Args)]
pub struct RewriteArgs {
    /// The name of the program's crate.
    #[arg(long)]
    crate_name: String,
    /// The source that holds `main`.
    #[arg(long)]
    crate_root: String,
    /// A source, and the file that its rewritten text goes to.
    #[arg(long = "source", value_name = "INPUT=OUTPUT", value_parser = parse_source)]
    sources: Vec<(String, PathBuf)>,
    /// A file, or a folder, that the program is compiled from besides, by its path in the workspace.
    #[arg(long = "data", value_name = "PATH")]
    data: Vec<String>,
    /// Refuses a program that names a file which is none of these.
    #[arg(long)]
    all_files: bool,
    /// The name under which the program knows a direct dependency, and the crate's own if it is another.
    #[arg(long = "dep", value_name = "CRATE[=OWN]", value_parser = parse_dep)]
    deps: Vec<(String, Option<String>)>,
    /// The name under which the program knows a procedural macro that is not among those.
    #[arg(long = "proc-macro", value_name = "CRATE")]
    proc_macros: Vec<String>,
    /// Refuses a program that names a crate which is none of these.
    #[arg(long)]
    all_crates: bool,
    /// The repository that the crates come from, such as `@crates`.
    #[arg(long, value_name = "REPOSITORY")]
    crates_repository: Option<String>,
    /// The name of a direct dependency, lambda_runtime and lambda_http apart, that depends on a lambda_runtime.
    #[arg(long = "framework", value_name = "CRATE")]
    frameworks: Vec<String>,
    /// The name of a direct dependency that is, or depends on, lambda_extension.
    #[arg(long = "extension", value_name = "CRATE")]
    extensions: Vec<String>,
    /// The crate root of a library of the program's own workspace that it depends on.
    #[arg(long = "library", value_name = "FILE")]
    libraries: Vec<String>,
    /// A source of such libraries.
    #[arg(long = "library-source", value_name = "FILE")]
    library_sources: Vec<String>,
    /// The version of the lambda_runtime that the bridge is built with.
    #[arg(long, value_name = "VERSION")]
    lambda_runtime: Option<String>,
    /// A direct dependency that depends on another lambda_runtime than the bridge, and that one's version.
    #[arg(long = "other-runtime", value_name = "CRATE=VERSION", value_parser = parse_version)]
    other_runtimes: Vec<(String, String)>,
    /// A feature that the program is compiled with.
    #[arg(long = "feature", value_name = "FEATURE")]
    features: Vec<String>,
    /// A flag that rustc compiles the program with.
    #[arg(long = "rustc-flag", value_name = "FLAG", allow_hyphen_values = true)]
    rustc_flags: Vec<String>,
    /// A file with more such flags, one a line.
    #[arg(long = "rustc-flags-file", value_name = "FILE")]
    rustc_flags_files: Vec<PathBuf>,
    /// The `target_arch` that the program is compiled for.
    #[arg(long, value_name = "ARCH")]
    target_arch: Option<String>,
    /// The engine that drives the program: inline, thread, loopback, or auto for the fastest that can.
    #[arg(long, value_name = "ENGINE", default_value = "auto", value_parser = parse_engine)]
    engine: Wanted,
    /// Tells what was done, and why.
    #[arg(long)]
    explain: bool,
    /// The file that the manifest goes to.
    #[arg(long)]
    manifest: PathBuf,
}

/// What the root crate joins.
#[derive(Args)]
pub struct RootCrateArgs {
    /// The target that the library is for, for messages.
    #[arg(long)]
    label: String,
    /// The name of the library's file, without its suffix.
    #[arg(long)]
    library: String,
    /// The crate that sets the library's allocator, where none of those that it is linked from does.
    #[arg(long, value_name = "CRATE")]
    allocator: Option<String>,
    /// A crate that the library is linked from, compiled.
    #[arg(long = "rlib", value_name = "FILE")]
    rlibs: Vec<PathBuf>,
    /// A program's manifest. Functions are numbered in the order of these.
    #[arg(long = "manifest", required = true)]
    manifests: Vec<PathBuf>,
    /// The file that the crate's text goes to.
    #[arg(long)]
    output: PathBuf,
}

/// The engine that is asked for, if one is.
type Wanted = Option<Engine>;

fn parse_engine(value: &str) -> Result<Wanted, String> {
    if value == "auto" {
        return Ok(None);
    }
    match Engine::named(value) {
        Some(engine) => Ok(Some(engine)),
        None => Err("expected inline, thread, loopback or auto".to_owned()),
    }
}

fn parse_source(value: &str) -> Result<(String, PathBuf), String> {
    let (input, output) = value.split_once('=').ok_or("expected INPUT=OUTPUT")?;
    Ok((input.to_owned(), output.into()))
}

fn parse_version(value: &str) -> Result<(String, String), String> {
    let (name, version) = value.split_once('=').ok_or("expected CRATE=VERSION")?;
    Ok((name.to_owned(), version.to_owned()))
}

fn parse_dep(value: &str) -> Result<(String, Option<String>), String> {
    Ok(match value.split_once('=') {
        Some((name, own)) => (name.to_owned(), Some(own.to_owned())),
        None => (value.to_owned(), None),
    })
}

impl Command {
    /// Does what the subcommand says.
    ///
    /// # Errors
    ///
    /// The message for the user, whole: with the places in the program's sources.
    pub fn run(self) -> Result<(), String> {
        match self {
            Command::Rewrite(arguments) => run_rewrite(*arguments),
            Command::RootCrate(arguments) => run_root_crate(&arguments),
        }
    }
}

fn run_rewrite(arguments: RewriteArgs) -> Result<(), String> {
    let (inputs, outputs): (Vec<String>, Vec<PathBuf>) = arguments.sources.into_iter().unzip();
    let sources = read_sources(inputs);
    let library_sources = read_sources(arguments.library_sources)?;
    let libraries = arguments.libraries.into_iter().map(|crate_root| Library {
        crate_root,
        sources: library_sources.clone(),
    });
    let is_terminal = std::io::stderr().is_terminal();
    let mut rustc_flags = arguments.rustc_flags;
    for file in &arguments.rustc_flags_files {
        rustc_flags.extend(read(file)?.lines().map(str::to_owned));
    }
    let deps = arguments.deps.iter();
    let rewritten = rewrite(&Program {
        crate_name: arguments.crate_name,
        crate_root: arguments.crate_root,
        sources: sources?,
        data: arguments.data,
        has_all_files: arguments.all_files,
        deps: deps.clone().map(|(name, _)| name.clone()).collect(),
        proc_macros: arguments.proc_macros,
        has_all_crates: arguments.all_crates,
        crates_repository: arguments.crates_repository,
        renamed: deps
            .filter_map(|(name, own)| Some((name.clone(), own.clone()?)))
            .collect(),
        frameworks: arguments.frameworks,
        extensions: arguments.extensions,
        libraries: libraries.collect(),
        lambda_runtime: arguments.lambda_runtime,
        other_runtimes: arguments.other_runtimes.into_iter().collect(),
        features: arguments.features,
        rustc_flags,
        target_arch: arguments.target_arch,
        engine: arguments.engine,
    })
    .map_err(|error| error.render(is_terminal))?;
    for warning in &rewritten.warnings {
        eprintln!("{}", warning.render(is_terminal));
    }
    for (source, output) in rewritten.sources.iter().zip(&outputs) {
        write(output, &source.text)?;
    }
    if arguments.explain {
        print!("{}", explain(&rewritten.manifest));
    }
    let manifest = serde_json::to_string_pretty(&rewritten.manifest).map_err(|error| error.to_string())?;
    write(&arguments.manifest, &format!("{manifest}\n"))
}

fn run_root_crate(arguments: &RootCrateArgs) -> Result<(), String> {
    let manifests: Result<Vec<Manifest>, String> = arguments
        .manifests
        .iter()
        .map(|path| serde_json::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display())))
        .collect();
    let manifests = manifests?;
    check_globals(&arguments.label, &manifests)?;
    let allocator = match &arguments.allocator {
        Some(allocator) => {
            let has_own = any_has_global_allocator(&arguments.rlibs).map_err(|error| format!("error: {error:#}"))?;
            (!has_own).then_some(allocator.as_str())
        }
        None => None,
    };
    write(
        &arguments.output,
        &root_crate(&arguments.library, &manifests, allocator),
    )
}

fn read_sources(paths: Vec<String>) -> Result<Vec<Source>, String> {
    let sources = paths.into_iter();
    sources
        .map(|path| Ok(Source::new(path.clone(), read(Path::new(&path))?)))
        .collect()
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("error: {} can't be read: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("error: {} can't be written: {error}", path.display()))
}
