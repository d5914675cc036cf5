//! The packager's subcommands of the build tool's command line.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::{
    Breach, Effort, Entry, GlibcVersion, Limits, Surroundings, check_elf, cut_symbolizer, files, likely_crate, strip,
    write_zip,
};

/// A subcommand, with its arguments.
#[derive(Subcommand)]
pub enum Command {
    /// Packs files into a zip whose bytes depend on them alone.
    Zip(ZipArgs),
    /// Checks what a shared library or a program needs from the machine that loads it, and what it exports.
    Check(CheckArgs),
    /// Takes symbols and debug information out of a shared library.
    Strip(StripArgs),
    /// Takes out of an object what looks up the names of a backtrace's frames.
    CutSymbolizer(CutArgs),
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
    /// The name of the target that the zip is built by, for the message about the limit.
    #[arg(long, default_value = "it")]
    label: String,
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
fn read_list(path: &Path) -> Result<Vec<Entry>> {
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
            Command::Check(arguments) => check(&arguments),
            Command::Strip(arguments) => convert(&arguments.library, &arguments.output, strip),
            Command::CutSymbolizer(arguments) => convert(&arguments.object, &arguments.output, cut_symbolizer),
        }
    }
}

fn zip(arguments: ZipArgs) -> Result<()> {
    let mut entries = arguments.files;
    if let Some(list) = &arguments.list {
        entries.extend(read_list(list)?);
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

fn check(arguments: &CheckArgs) -> Result<()> {
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("{} can't be read", path.display()));
    let limits = Limits {
        glibc: arguments.glibc.clone(),
        exports: arguments.library.is_some().then(|| arguments.exports.clone()),
    };
    let (Some(file), what) = arguments.library.as_ref().map_or_else(
        || (arguments.program.as_ref(), "program"),
        |library| (Some(library), "shared library"),
    ) else {
        bail!("neither --library nor --program is given");
    };
    let surroundings = Surroundings {
        files: match &arguments.beside {
            Some(list) => files(&read_list(list)?)?,
            None => BTreeMap::new(),
        },
        provided: arguments.provided.clone(),
    };
    let content = read(file)?;
    let findings = surroundings.judge(&content, check_elf(&content, &limits)?, &limits.glibc)?;
    if findings.is_empty() {
        return fs::write(&arguments.output, "").context("the output can't be written");
    }
    let list = match &arguments.rlibs {
        Some(rlibs) => String::from_utf8(read(rlibs)?)?,
        None => String::new(),
    };
    let paths: Vec<PathBuf> = list.lines().map(PathBuf::from).collect();
    let rlibs: Result<Vec<_>> = paths.iter().map(|path| Ok((path.as_path(), read(path)?))).collect();
    let rlibs = rlibs?;
    let mut message = format!(
        "the {what} of {} would not load everywhere (the oldest glibc of its runtime is {}):",
        arguments.label, arguments.glibc
    );
    for finding in &findings {
        message += &match &finding.beside {
            Some(name) => format!("\n  - {name}, which lies in the zip: {}", finding.breach),
            None => format!("\n  - {}", finding.breach),
        };
        if let Some(misplaced) = &finding.misplaced {
            message += &format!(
                "; {misplaced} is in the zip, and looked for is the zip's root, its `lib`, and what the library has as run path \
                 (`-Clink-arg=-Wl,-rpath,$ORIGIN/FOLDER` among the `rustc_flags`)"
            );
        }
        if finding.beside.is_none() {
            let crates = likely_crate(
                &finding.breach,
                rlibs.iter().map(|(path, content)| (*path, content.as_slice())),
            );
            let crates: Vec<String> = crates.into_iter().map(|name| format!("`{name}`")).collect();
            if !crates.is_empty() {
                message += &format!("; likely from the crate {}", crates.join(" or "));
            }
        }
    }
    if findings
        .iter()
        .any(|finding| matches!(finding.breach, Breach::Needed(_)))
    {
        message += "\na library that is needed can be laid into the zip by `data`, or come from a layer (`layer_libraries`); or";
    }
    message += if arguments.library.is_some() {
        "\nuse a version or a feature of the crate that does without it (many have `vendored`, `rustls` or `static`), \
         or a `runtime` with a newer glibc (python3.12 and later have 2.34)"
    } else {
        "\nit was linked by another C toolchain than the rules' own, for another system: take out of \
         `--@rules_rust_lambda//rules/settings:cc_toolchains` what is for the host"
    };
    bail!(message)
}

/// Writes what `conversion` makes of a file.
fn convert(input: &Path, output: &Path, conversion: fn(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    let content = fs::read(input).with_context(|| format!("{} can't be read", input.display()))?;
    let converted = conversion(&content).with_context(|| format!("{} can't be converted", input.display()))?;
    fs::write(output, converted).with_context(|| format!("{} can't be written", output.display()))
}
