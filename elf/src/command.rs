//! The subcommands of the build tool's command line that are about ELF files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use packing_list::{files, read_list};

use crate::{
    BinaryKind, Breach, GlibcVersion, LAYERS_ROOT, Limits, RefusedLibrary, Surroundings, TASK_ROOT,
    any_has_global_allocator, check_elf, cut_symbolizer, explain_linker, mentions_global_allocator, report, strip,
};

/// A subcommand, with its arguments.
#[derive(Subcommand)]
pub enum Command {
    /// Checks what a shared library or a program needs from the machine that loads it, and what it exports.
    Check(Box<CheckArgs>),
    /// Takes symbols and debug information out of a shared library.
    Strip(StripArgs),
    /// Takes out of an object what looks up the names of a backtrace's frames.
    CutSymbolizer(CutArgs),
    /// Says what is known about the errors of a link that failed.
    ExplainLinker(ExplainArgs),
    /// Gives the library that is an executable's allocator, or an empty one where the program has its own.
    ProgramAllocator(ProgramAllocatorArgs),
}

/// What to check, and by which limits.
#[derive(Args)]
pub struct CheckArgs {
    /// The shared library.
    #[arg(long, required_unless_present = "program")]
    library: Option<PathBuf>,
    /// A program, in place of a library: it may export and need what it likes.
    #[arg(long, conflicts_with_all = ["library", "exports"])]
    program: Option<PathBuf>,
    /// The name of the target that it is built by, for the message.
    #[arg(long)]
    label: String,
    /// The oldest glibc that it must run with.
    #[arg(long)]
    glibc: GlibcVersion,
    /// A prefix of symbols that it may export.
    #[arg(long)]
    exports: Vec<String>,
    /// A list of what lies beside it in the zip, as for `zip`.
    #[arg(long, value_name = "PATH", conflicts_with = "program")]
    beside: Option<PathBuf>,
    /// The folder that it lies in on Lambda.
    #[arg(long, value_name = "PATH", default_value = TASK_ROOT)]
    home: String,
    /// A list of what a layer holds, as for `zip`. Of two that hold a file of one path, the later counts.
    #[arg(long = "layer", value_name = "PATH", conflicts_with = "program")]
    layers: Vec<PathBuf>,
    /// The name of a shared library that a layer brings.
    #[arg(long, value_name = "NAME", conflicts_with = "program")]
    provided: Vec<String>,
    /// A file that lists the rlibs that it was linked from, a path a line.
    #[arg(long)]
    rlibs: Option<PathBuf>,
    /// An empty file to write when all is well.
    #[arg(long)]
    output: PathBuf,
}

/// What to strip, and where to.
#[derive(Args)]
pub struct StripArgs {
    /// The shared library.
    #[arg(long)]
    library: PathBuf,
    /// The library to write.
    #[arg(long)]
    output: PathBuf,
}

/// What to cut, and where to.
#[derive(Args)]
pub struct CutArgs {
    /// The object.
    #[arg(long)]
    object: PathBuf,
    /// The object to write.
    #[arg(long)]
    output: PathBuf,
}

/// What to explain.
#[derive(Args)]
pub struct ExplainArgs {
    /// A file with what the linker said.
    #[arg(long)]
    log: PathBuf,
    /// The glibc that it linked with.
    #[arg(long)]
    glibc: GlibcVersion,
}

/// What may have an allocator, and what to link where nothing has.
#[derive(Args)]
pub struct ProgramAllocatorArgs {
    /// The static library of the allocator.
    #[arg(long)]
    library: PathBuf,
    /// A crate that the program depends on, compiled.
    #[arg(long = "rlib", value_name = "FILE")]
    rlibs: Vec<PathBuf>,
    /// A source of the program.
    #[arg(long = "source", value_name = "FILE")]
    sources: Vec<PathBuf>,
    /// The static library to write.
    #[arg(long)]
    output: PathBuf,
}

impl Command {
    /// Does what the subcommand says.
    ///
    /// # Errors
    ///
    /// What is wrong with a file, or that it can't be read or written.
    pub fn run(self) -> Result<()> {
        match self {
            Command::Check(arguments) => check(&arguments),
            Command::Strip(arguments) => convert(&arguments.library, &arguments.output, strip),
            Command::CutSymbolizer(arguments) => convert(&arguments.object, &arguments.output, cut_symbolizer),
            Command::ExplainLinker(arguments) => explain(&arguments),
            Command::ProgramAllocator(arguments) => program_allocator(&arguments),
        }
    }
}

fn check(arguments: &CheckArgs) -> Result<()> {
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("{} can't be read", path.display()));
    let limits = Limits {
        glibc: arguments.glibc.clone(),
        exports: arguments.library.is_some().then(|| arguments.exports.clone()),
    };
    let (Some(file), kind) = arguments.library.as_ref().map_or_else(
        || (arguments.program.as_ref(), BinaryKind::Program),
        |library| (Some(library), BinaryKind::Library),
    ) else {
        bail!("neither --library nor --program is given");
    };
    let mut surroundings = Surroundings {
        home: arguments.home.clone(),
        provided: arguments.provided.clone(),
        ..Surroundings::default()
    };
    let beside = arguments.beside.iter().map(|list| (TASK_ROOT, list));
    for (root, list) in beside.chain(arguments.layers.iter().map(|list| (LAYERS_ROOT, list))) {
        let files = files(&read_list(list)?)?.into_iter();
        surroundings
            .files
            .extend(files.map(|(name, entry)| (format!("{root}/{name}"), entry.source)));
    }
    let content = read(file)?;
    let mut breaches = check_elf(&content, &limits).with_context(|| format!("{} can't be checked", file.display()))?;
    if kind == BinaryKind::Program {
        // What lies beside it is not known here.
        breaches.retain(|breach| !matches!(breach, Breach::Needed(_)));
    }
    let refused = surroundings.refused(&content, breaches, &limits.glibc)?;
    if refused.is_empty() {
        return fs::write(&arguments.output, "").context("the output can't be written");
    }
    let list = match &arguments.rlibs {
        Some(rlibs) => String::from_utf8(read(rlibs)?)?,
        None => String::new(),
    };
    let paths: Vec<PathBuf> = list.lines().map(PathBuf::from).collect();
    let contents: Result<Vec<Vec<u8>>> = paths.iter().map(read).collect();
    let contents = contents?;
    let rlibs: Vec<(&Path, &[u8])> = paths
        .iter()
        .map(PathBuf::as_path)
        .zip(contents.iter().map(Vec::as_slice))
        .collect();
    let messages = refused.iter().map(|RefusedLibrary { path, breaches, misplaced }| {
        let message = match path {
            Some(path) => {
                let label = format!("{}, which lies in {},", arguments.label, place(path));
                report(kind, &label, &limits, breaches, &[])
            }
            None => report(kind, &arguments.label, &limits, breaches, &rlibs),
        };
        let found = misplaced.iter().map(|path| {
            format!(
                "\n{} is where nothing looks for it: it is looked for in the zip's root, in its `lib`, in a layer's `lib`, and where the \
                 library says (`-Clink-arg=-Wl,-rpath,$$ORIGIN/FOLDER` in `rustc_flags`)",
                place(path)
            )
        });
        message + &found.collect::<String>()
    });
    bail!(messages.collect::<Vec<_>>().join("\n"))
}

/// A path on Lambda, as who packed the file knows it.
fn place(path: &str) -> String {
    let within = |root| path.strip_prefix(root)?.strip_prefix('/');
    match (within(TASK_ROOT), within(LAYERS_ROOT)) {
        (Some(name), _) => format!("its zip as {name}"),
        (_, Some(name)) => format!("one of its layers as {name}"),
        _ => path.to_owned(),
    }
}

/// An archive of nothing.
const NOTHING: &[u8] = b"!<arch>\n";

fn program_allocator(arguments: &ProgramAllocatorArgs) -> Result<()> {
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("{} can't be read", path.display()));
    let mut has_own = false;
    for source in &arguments.sources {
        has_own |= mentions_global_allocator(&String::from_utf8_lossy(&read(source)?));
    }
    let has_own = has_own || any_has_global_allocator(&arguments.rlibs)?;
    let library = read(&arguments.library)?;
    let output = &arguments.output;
    fs::write(output, if has_own { NOTHING } else { &library })
        .with_context(|| format!("{} can't be written", output.display()))
}

fn explain(arguments: &ExplainArgs) -> Result<()> {
    let log = fs::read(&arguments.log).with_context(|| format!("{} can't be read", arguments.log.display()))?;
    for known in explain_linker(&String::from_utf8_lossy(&log), &arguments.glibc) {
        println!("help: {known}");
    }
    Ok(())
}

/// Writes what `conversion` makes of a file.
fn convert(input: &Path, output: &Path, conversion: fn(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    let content = fs::read(input).with_context(|| format!("{} can't be read", input.display()))?;
    let converted = conversion(&content).with_context(|| format!("{} can't be converted", input.display()))?;
    fs::write(output, converted).with_context(|| format!("{} can't be written", output.display()))
}
