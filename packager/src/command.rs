//! The packager's subcommands of the build tool's command line.

use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::{
    Effort, Entry, GlibcVersion, Judged, Kind, LAYERS_ROOT, LambdaLayerArgs, Limits, SbomArgs, Surroundings, TASK_ROOT,
    check_elf, check_image, check_unpacked, cut_symbolizer, explain_linker, files, report, strip, unpacked_size,
    write_layer, write_zip,
};

/// A subcommand, with its arguments.
#[derive(Subcommand)]
pub enum Command {
    /// Packs files into a zip whose bytes depend on them alone.
    Zip(ZipArgs),
    /// Packs files into a layer of an image whose bytes depend on them alone.
    ImageLayer(ImageLayerArgs),
    /// Checks that Lambda takes an image.
    CheckImage(CheckImageArgs),
    /// Packs files into the zip of a Lambda layer, whose bytes depend on them alone.
    LambdaLayer(LambdaLayerArgs),
    /// Checks what a shared library or a program needs from the machine that loads it, and what it exports.
    Check(CheckArgs),
    /// Takes symbols and debug information out of a shared library.
    Strip(StripArgs),
    /// Takes out of an object what looks up the names of a backtrace's frames.
    CutSymbolizer(CutArgs),
    /// Describes what a zip is made of, as a CycloneDX document.
    Sbom(SbomArgs),
    /// Says what is known about the errors of a link that failed.
    ExplainLinker(ExplainArgs),
}

/// What to pack, and how.
#[derive(Args)]
pub struct ZipArgs {
    /// The zip to write.
    #[arg(long)]
    output: PathBuf,
    /// A file or folder, and its path in the zip.
    #[arg(long = "file", value_name = "NAME=PATH", value_parser = parse_entry)]
    files: Vec<Entry>,
    /// A list of further ones, three lines for each: its path in the zip, where it is, and whose it is.
    #[arg(long, value_name = "PATH")]
    list: Option<PathBuf>,
    /// Compresses quickly, and less.
    #[arg(long)]
    fast: bool,
    /// The most bytes that the zip may have, and who says so: `1000000=Lambda@Edge, for viewer events`.
    #[arg(long, value_name = "BYTES=WHO", value_parser = parse_limit)]
    limit: Option<(u64, String)>,
    /// A layer that is unpacked with it: the name of its target, and its zip.
    #[arg(long = "layer", num_args = 2, value_names = ["LABEL", "PATH"])]
    layers: Vec<String>,
    /// The name of the target that the zip is built by, for messages about limits.
    #[arg(long, default_value = "it")]
    label: String,
}

/// What to pack, and how.
#[derive(Args)]
pub struct ImageLayerArgs {
    /// The layer to write: a gzipped tar.
    #[arg(long)]
    output: PathBuf,
    /// A file or folder, and its path in the image.
    #[arg(long = "file", value_name = "NAME=PATH", value_parser = parse_entry)]
    files: Vec<Entry>,
    /// A list of further ones, as for `zip`.
    #[arg(long, value_name = "PATH", requires = "list_in")]
    list: Option<PathBuf>,
    /// The folder that they are laid into.
    #[arg(long, value_name = "FOLDER")]
    list_in: Option<String>,
    /// Compresses quickly, and less.
    #[arg(long)]
    fast: bool,
}

/// What to check of an image.
#[derive(Args)]
pub struct CheckImageArgs {
    /// The folder of the image's layout.
    #[arg(long)]
    layout: PathBuf,
    /// The function's architecture, as images call it: `amd64` or `arm64`.
    #[arg(long)]
    architecture: String,
    /// The name of the target that it is built by, for the message.
    #[arg(long)]
    label: String,
    /// An empty file to write when all is well.
    #[arg(long)]
    output: PathBuf,
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

fn parse_limit(value: &str) -> Result<(u64, String), String> {
    let (bytes, who) = value.split_once('=').ok_or("expected BYTES=WHO")?;
    Ok((
        bytes.parse().map_err(|error| format!("{bytes}: {error}"))?,
        who.to_owned(),
    ))
}

fn parse_entry(value: &str) -> Result<Entry, String> {
    let (name, path) = value.split_once('=').ok_or("expected NAME=PATH")?;
    Ok(Entry {
        name: name.to_owned(),
        source: path.into(),
        owner: String::new(),
    })
}

/// Reads a list of files and folders to pack.
pub(crate) fn read_list(path: &Path) -> Result<Vec<Entry>> {
    let list = fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let lines: Vec<&str> = list.lines().collect();
    let (entries, rest) = lines.as_chunks();
    if !rest.is_empty() {
        bail!(
            "{} has {} lines, which are not three for each file",
            path.display(),
            lines.len()
        );
    }
    Ok(entries
        .iter()
        .map(|[name, source, owner]| Entry {
            name: (*name).to_owned(),
            source: source.into(),
            owner: (*owner).to_owned(),
        })
        .collect())
}

impl Command {
    /// Does what the subcommand says.
    ///
    /// # Errors
    ///
    /// What is wrong with a file, or that it can't be read or written.
    pub fn run(self) -> Result<()> {
        match self {
            Command::Zip(arguments) => zip(arguments),
            Command::ImageLayer(arguments) => image_layer(arguments),
            Command::CheckImage(arguments) => image(&arguments),
            Command::LambdaLayer(arguments) => arguments.run(),
            Command::Check(arguments) => check(&arguments),
            Command::Strip(arguments) => convert(&arguments.library, &arguments.output, strip),
            Command::CutSymbolizer(arguments) => convert(&arguments.object, &arguments.output, cut_symbolizer),
            Command::Sbom(arguments) => arguments.run(),
            Command::ExplainLinker(arguments) => explain(&arguments),
        }
    }
}

fn zip(arguments: ZipArgs) -> Result<()> {
    let mut entries = arguments.files;
    if let Some(list) = &arguments.list {
        entries.extend(read_list(list)?);
    }
    // What is tried out while a program is written is not deployed.
    if !arguments.fast {
        let mut layers = Vec::new();
        for [label, path] in arguments.layers.as_chunks().0 {
            let archive = File::open(path).with_context(|| format!("{path} can't be read"))?;
            let size = unpacked_size(archive).with_context(|| format!("{path} can't be read"))?;
            layers.push((label.clone(), size));
        }
        check_unpacked(&arguments.label, &files(&entries)?, &layers)?;
    }
    let output =
        File::create(&arguments.output).with_context(|| format!("{} can't be written", arguments.output.display()))?;
    let effort = if arguments.fast { Effort::Fast } else { Effort::Best };
    write_zip(BufWriter::new(output), &entries, effort)?;
    let Some((most, who)) = arguments.limit else {
        return Ok(());
    };
    let size = fs::metadata(&arguments.output)?.len();
    if size > most {
        fs::remove_file(&arguments.output).context("the zip that is too large can't be removed")?;
        bail!(
            "the zip of {} has {size} bytes; {who}, it may have {most}: leave out dependencies, their default features, or `data` \
             (`--output_groups=symbols` gives the library to look into: `nm --size-sort -S -C`)",
            arguments.label
        );
    }
    Ok(())
}

fn image_layer(arguments: ImageLayerArgs) -> Result<()> {
    let mut entries = arguments.files;
    if let (Some(list), Some(folder)) = (&arguments.list, &arguments.list_in) {
        entries.extend(read_list(list)?.into_iter().map(|entry| Entry {
            name: format!("{folder}/{}", entry.name),
            ..entry
        }));
    }
    let output =
        File::create(&arguments.output).with_context(|| format!("{} can't be written", arguments.output.display()))?;
    let effort = if arguments.fast { Effort::Fast } else { Effort::Best };
    write_layer(BufWriter::new(output), &entries, effort)
}

fn image(arguments: &CheckImageArgs) -> Result<()> {
    let told = || format!("the image of {}", arguments.label);
    let wrong = check_image(&arguments.layout, &arguments.architecture).with_context(told)?;
    if !wrong.is_empty() {
        bail!("{}: {}", told(), wrong.join(";\n  and "));
    }
    fs::write(&arguments.output, "").context("the output can't be written")
}

fn check(arguments: &CheckArgs) -> Result<()> {
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("{} can't be read", path.display()));
    let limits = Limits {
        glibc: arguments.glibc.clone(),
        exports: arguments.library.is_some().then(|| arguments.exports.clone()),
    };
    let (Some(file), kind) = arguments.library.as_ref().map_or_else(
        || (arguments.program.as_ref(), Kind::Program),
        |library| (Some(library), Kind::Library),
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
            .extend(files.map(|(name, entry)| (format!("{root}/{name}"), entry)));
    }
    let content = read(file)?;
    let refused = surroundings.judge(&content, check_elf(&content, &limits)?, &limits.glibc)?;
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
    let messages = refused.iter().map(|Judged { beside, breaches, misplaced }| {
        let message = match beside {
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
